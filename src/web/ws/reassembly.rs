//! Messages that arrive in fragments, limited by their whole length.

use actix_http::ws::Item;
use bytes::{Bytes, BytesMut};

/// What one fragment leads to.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    Incomplete,
    Whole(Bytes),
    TooBig,
    /// Binary, or a fragment out of order.
    Unwanted,
}

#[derive(Default)]
pub struct Reassembly {
    so_far: Option<BytesMut>,
}

impl Reassembly {
    pub fn take(&mut self, item: Item, limit: usize) -> Piece {
        let (bytes, first, last) = match item {
            Item::FirstText(bytes) => (bytes, true, false),
            Item::Continue(bytes) => (bytes, false, false),
            Item::Last(bytes) => (bytes, false, true),
            Item::FirstBinary(_) => return Piece::Unwanted,
        };
        if first == self.so_far.is_some() {
            return Piece::Unwanted;
        }
        let so_far = self.so_far.get_or_insert_default();
        if so_far.len() + bytes.len() > limit {
            return Piece::TooBig;
        }
        so_far.extend_from_slice(&bytes);
        if last {
            return Piece::Whole(self.so_far.take().unwrap_or_default().freeze());
        }
        Piece::Incomplete
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_become_one_message_within_the_limit() {
        let mut pieces = Reassembly::default();
        assert_eq!(pieces.take(Item::FirstText("ab".into()), 4), Piece::Incomplete);
        assert_eq!(pieces.take(Item::Last("cd".into()), 4), Piece::Whole("abcd".into()));
        assert_eq!(pieces.take(Item::FirstText("abc".into()), 4), Piece::Incomplete);
        assert_eq!(pieces.take(Item::Continue("de".into()), 4), Piece::TooBig);
    }

    #[test]
    fn binary_and_strays_are_unwanted() {
        let mut pieces = Reassembly::default();
        assert_eq!(pieces.take(Item::FirstBinary("x".into()), 4), Piece::Unwanted);
        assert_eq!(pieces.take(Item::Last("x".into()), 4), Piece::Unwanted);
    }
}
