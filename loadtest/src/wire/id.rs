//! A participant's id as it is written on the wire: 36 bytes, copied around freely.

use std::fmt;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id([u8; 36]);

impl Id {
    /// `None` when it isn't a UUID in its usual form.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 36] = text.as_bytes().try_into().ok()?;
        let dashes_in_place = bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
        dashes_in_place.then_some(Self(bytes))
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("hexadecimal digits and dashes")
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.as_str()[..8])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_uuids_are_ids() {
        let id = Id::parse("0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001").unwrap();
        assert_eq!(id.as_str(), "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001");
        assert_eq!(Id::parse("0190aaaa"), None);
        assert_eq!(Id::parse("0190aaaaxbbbb-7ccc-8ddd-eeeeffff0001"), None);
    }
}
