//! The mark inside a message's text: when it was due to be sent, and what the receiver is to make of it.
//!
//! `x-sent <microseconds> <purpose>` in SDP and candidates; chat adds who and which.

use std::fmt;

use crate::measure::clock::Micros;

const NAME: &str = "x-sent ";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    pub sent: Micros,
    pub purpose: Purpose,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Steady load.
    Load,
    /// The first offer of a pair: the receiver answers, both send candidates.
    Handshake,
    Chat(ChatLine),
}

/// Which line of whom: lines of one incarnation arrive in order without holes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChatLine {
    pub seat: usize,
    pub incarnation: u32,
    pub number: u64,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{NAME}{} ", self.sent)?;
        match self.purpose {
            Purpose::Load => f.write_str("load"),
            Purpose::Handshake => f.write_str("handshake"),
            Purpose::Chat(line) => write!(f, "chat {} {} {}", line.seat, line.incarnation, line.number),
        }
    }
}

impl Mark {
    /// Finds the mark in any text, JSON-escaped or not.
    pub fn find(text: &str) -> Option<Self> {
        let start = text.find(NAME)? + NAME.len();
        let mut words = text[start..].split([' ', '\\', '"', '\r', '\n']);
        let sent = words.next()?.parse().ok()?;
        let purpose = match words.next()? {
            "load" => Purpose::Load,
            "handshake" => Purpose::Handshake,
            "chat" => Purpose::Chat(ChatLine {
                seat: words.next()?.parse().ok()?,
                incarnation: words.next()?.parse().ok()?,
                number: words.next()?.parse().ok()?,
            }),
            _ => return None,
        };
        Some(Self { sent, purpose })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_found_inside_escaped_text() {
        let mark = Mark { sent: 1234567, purpose: Purpose::Handshake };
        let json = format!("\"v=0\\r\\na={mark}\\r\\nm=audio\"");
        assert_eq!(Mark::find(&json), Some(mark));
    }

    #[test]
    fn chat_says_who_and_which() {
        let line = ChatLine { seat: 3, incarnation: 2, number: 41 };
        let mark = Mark { sent: 9, purpose: Purpose::Chat(line) };
        assert_eq!(Mark::find(&format!("\"{mark}\"")), Some(mark));
    }

    #[test]
    fn other_text_has_none() {
        assert_eq!(Mark::find("hello"), None);
        assert_eq!(Mark::find("x-sent soon load"), None);
    }
}
