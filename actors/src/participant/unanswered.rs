//! Commands that were passed on to the room and have no answer yet.

use tokio::time::Instant;

/// A command that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its wire name.
    pub name: &'static str,
    /// The client's own number; `None` when it wants no reply.
    pub reference: Option<u64>,
    /// When its frame was read from the socket.
    pub received: Instant,
}

impl Asked {
    /// Counts how long the answer took.
    pub fn answered(&self) {
        metrics::histogram!("greenroom_command_seconds", "type" => self.name).record(self.received.elapsed().as_secs_f64());
    }
}

#[derive(Default)]
pub struct Unanswered {
    asked: Vec<Asked>,
}

impl Unanswered {
    /// Without a number there is nothing to answer.
    pub fn add(&mut self, asked: Asked) {
        if asked.reference.is_some() {
            self.asked.push(asked);
        }
    }

    /// The command of that number, which has its answer now; `None` when it came on a socket that is gone.
    pub fn take(&mut self, reference: u64) -> Option<Asked> {
        let place = self.asked.iter().position(|asked| asked.reference == Some(reference))?;
        Some(self.asked.swap_remove(place))
    }

    pub fn take_all(&mut self) -> Vec<Asked> {
        std::mem::take(&mut self.asked)
    }

    pub fn clear(&mut self) {
        self.asked.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_answered_once_and_those_without_a_number_never() {
        let asked = |reference| Asked { name: "chat", reference, received: Instant::now() };
        let mut unanswered = Unanswered::default();
        [Some(1), None, Some(2)].into_iter().for_each(|reference| unanswered.add(asked(reference)));
        assert_eq!(unanswered.take(1).and_then(|asked| asked.reference), Some(1));
        assert_eq!(unanswered.take(1), None);
        assert_eq!(unanswered.take_all().len(), 1);
        assert_eq!(unanswered.take(2), None);
    }
}
