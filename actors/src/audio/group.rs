//! Samples into groups of the same length.

pub struct Grouper {
    /// Samples of a group, all channels together.
    size: usize,
    channels: usize,
    held: Vec<i16>,
    /// Frames before those that are held.
    at: u64,
}

impl Grouper {
    /// `frames`: of a group, at least one.
    pub fn new(frames: usize, channels: u16) -> Self {
        let channels = usize::from(channels.max(1));
        Self { size: frames.max(1) * channels, channels, held: Vec::new(), at: 0 }
    }

    /// Whole frames only. Each group that became whole goes to `whole`, with the number of its first frame.
    pub fn push(&mut self, mut samples: &[i16], mut whole: impl FnMut(u64, Vec<i16>)) {
        while !samples.is_empty() {
            let taken = samples.len().min(self.size - self.held.len());
            self.held.extend_from_slice(&samples[..taken]);
            samples = &samples[taken..];
            if self.held.len() == self.size {
                self.cut(&mut whole);
            }
        }
    }

    /// As [`push`](Self::push), of zeros.
    pub fn silence(&mut self, mut frames: u64, mut whole: impl FnMut(u64, Vec<i16>)) {
        while frames > 0 {
            let free = (self.size - self.held.len()) / self.channels;
            let taken = frames.min(free as u64) as usize;
            self.held.resize(self.held.len() + taken * self.channels, 0);
            frames -= taken as u64;
            if self.held.len() == self.size {
                self.cut(&mut whole);
            }
        }
    }

    /// What is held becomes a group, shorter than the others; nothing where nothing is held.
    pub fn cut(&mut self, mut whole: impl FnMut(u64, Vec<i16>)) {
        if self.held.is_empty() {
            return;
        }
        let group = std::mem::take(&mut self.held);
        let (at, frames) = (self.at, group.len() / self.channels);
        self.at += frames as u64;
        whole(at, group);
    }

    /// Frames that no group will have: the next one begins so much later.
    pub fn skip(&mut self, frames: u64) {
        self.at += frames;
    }

    /// Frames of all groups and of what is held.
    pub fn frames(&self) -> u64 {
        self.at + (self.held.len() / self.channels) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(work: impl FnOnce(&mut Grouper, &mut Vec<(u64, usize)>)) -> Vec<(u64, usize)> {
        let (mut grouper, mut groups) = (Grouper::new(100, 2), Vec::new());
        work(&mut grouper, &mut groups);
        groups
    }

    #[test]
    fn groups_have_one_length_and_follow_each_other() {
        for piece in [2, 14, 200, 1_000] {
            let samples: Vec<i16> = (0..1_000).collect();
            let mut all = Vec::new();
            let groups = told(|grouper, groups| {
                let mut keep = |at, group: Vec<i16>| {
                    groups.push((at, group.len()));
                    all.extend(group);
                };
                samples.chunks(piece).for_each(|piece| grouper.push(piece, &mut keep));
                assert_eq!(grouper.frames(), 500);
                grouper.cut(&mut keep);
                grouper.cut(&mut keep);
            });
            assert_eq!(groups, [(0, 200), (100, 200), (200, 200), (300, 200), (400, 200)], "in pieces of {piece}");
            assert_eq!(all, samples);
        }
    }

    #[test]
    fn silence_counts_as_samples_do_and_a_skip_only_moves() {
        let groups = told(|grouper, groups| {
            let mut keep = |at, group: Vec<i16>| groups.push((at, group.len()));
            grouper.push(&[1; 20], &mut keep);
            grouper.silence(140, &mut keep);
            grouper.cut(&mut keep);
            grouper.skip(1_000);
            grouper.push(&[1; 200], &mut keep);
        });
        assert_eq!(groups, [(0, 200), (100, 100), (1_150, 200)]);
    }
}
