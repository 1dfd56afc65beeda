//! Picture ids and tl0picidx of VP8 and VP9, and AV1's frame numbers: counted on across sources, sent in the source's width.

use super::{
    codec::{PictureId, Pictures as Source},
    left_out::LeftOut,
    types::PictureNumbers,
};

#[derive(Clone, Debug)]
pub struct Pictures {
    /// The source's ids, counted on where they wrap.
    left_out: LeftOut,
    offset: u64,
    newest: u64,
    tl0_offset: u8,
    newest_tl0: u8,
}

const WIDE: u64 = 0x7fff;
const NARROW: u64 = 0x7f;
/// Above what any id is behind the first, so that nothing goes below zero.
const FIRST: u64 = 1 << 32;

impl Default for Pictures {
    fn default() -> Self {
        Pictures { left_out: LeftOut::new(FIRST), offset: 0, newest: FIRST, tl0_offset: 0, newest_tl0: 0 }
    }
}

impl Pictures {
    /// Goes on with another source, whose first picture this is.
    pub fn splice(&mut self, source: Source) {
        if let Some(id) = source.id {
            let first = FIRST | u64::from(id.value);
            self.left_out = LeftOut::new(first);
            self.offset = (self.newest + 1).wrapping_sub(first);
        }
        if let Some(tl0) = source.tl0 {
            self.tl0_offset = self.newest_tl0.wrapping_add(1).wrapping_sub(tl0);
        }
    }

    pub fn write(&mut self, source: Source) -> Option<PictureNumbers> {
        let picture_id = source.id.map(|id| self.picture(id));
        let tl0 = source.tl0.map(|tl0| {
            let sent = tl0.wrapping_add(self.tl0_offset);
            if sent.wrapping_sub(self.newest_tl0) < 0x80 {
                self.newest_tl0 = sent;
            }
            sent
        });
        (picture_id.is_some() || tl0.is_some()).then_some(PictureNumbers { picture_id, tl0 })
    }

    fn picture(&mut self, id: PictureId) -> u16 {
        let source = self.counted_on(id);
        if source > self.left_out.newest() {
            self.left_out.advance(source, false);
        }
        let before = self.left_out.before(source).unwrap_or(0);
        let sent = source.wrapping_add(self.offset).wrapping_sub(before);
        self.newest = self.newest.max(sent);
        (sent & if id.wide { WIDE } else { NARROW }) as u16
    }

    /// This picture isn't passed on, nor counted.
    pub fn leave_out(&mut self, id: PictureId) {
        let source = self.counted_on(id);
        if source > self.left_out.newest() {
            self.left_out.advance(source, true);
        }
    }

    /// Was it left out? None for a picture that is newer than all before.
    pub fn was_left_out(&self, id: PictureId) -> Option<bool> {
        let source = self.counted_on(id);
        (source <= self.left_out.newest()).then(|| self.left_out.has(source))
    }

    /// The number nearest to the newest whose low bits are these.
    fn counted_on(&self, id: PictureId) -> u64 {
        let mask = if id.wide { WIDE } else { NARROW };
        let newest = self.left_out.newest();
        let ahead = u64::from(id.value).wrapping_sub(newest) & mask;
        if ahead <= mask / 2 { newest + ahead } else { newest + ahead - (mask + 1) }
    }
}

/// AV1's frame numbers: 16 bits that wrap.
#[derive(Clone, Copy, Debug, Default)]
pub struct Frames {
    offset: u16,
    newest: u16,
}

impl Frames {
    pub fn splice(&mut self, frame: u16) {
        self.offset = self.newest.wrapping_add(1).wrapping_sub(frame);
    }

    pub fn write(&mut self, frame: u16) -> u16 {
        let sent = frame.wrapping_add(self.offset);
        if sent.wrapping_sub(self.newest) < 0x8000 {
            self.newest = sent;
        }
        sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(id: u16, wide: bool, tl0: u8) -> Source {
        Source { id: Some(PictureId { value: id, wide }), tl0: Some(tl0) }
    }

    #[test]
    fn wide_ids_wrap_and_go_on() {
        let mut pictures = Pictures::default();
        let mut sent = |one: Source, splice| {
            if splice {
                pictures.splice(one);
            }
            let numbers = pictures.write(one).unwrap();
            (numbers.picture_id.unwrap(), numbers.tl0.unwrap())
        };
        let (id, tl0) = sent(source(0x7ffe, true, 254), true);
        assert_eq!(sent(source(0x7fff, true, 255), false), (id + 1, tl0 + 1));
        assert_eq!(sent(source(1, true, 1), false), (id + 3, tl0 + 3), "a lost picture stays lost");
        assert_eq!(sent(source(0, true, 0), false), (id + 2, tl0 + 2), "out of order");
        assert_eq!(sent(source(77, true, 5), true), (id + 4, tl0 + 4));
    }

    #[test]
    fn narrow_ids_stay_narrow() {
        let mut pictures = Pictures::default();
        let mut last: Option<u16> = None;
        for picture in 0..400u16 {
            let one = source(picture & 0x7f, false, 0);
            if picture % 150 == 0 {
                pictures.splice(one);
            }
            let id = pictures.write(one).unwrap().picture_id.unwrap();
            assert!(id <= 127);
            assert!(last.is_none_or(|last| id == (last + 1) & 0x7f));
            last = Some(id);
        }
    }

    #[test]
    fn a_picture_that_is_left_out_is_not_counted() {
        let mut pictures = Pictures::default();
        pictures.splice(source(10, true, 0));
        let first = pictures.write(source(10, true, 0)).unwrap().picture_id.unwrap();
        let id = |value| PictureId { value, wide: true };
        assert_eq!(pictures.was_left_out(id(11)), None);
        pictures.leave_out(id(11));
        pictures.leave_out(id(11));
        let mut sent = |value| pictures.write(source(value, true, 0)).unwrap().picture_id.unwrap() - first;
        assert_eq!((sent(12), sent(14), sent(13), sent(10)), (1, 3, 2, 0));
        assert_eq!((pictures.was_left_out(id(11)), pictures.was_left_out(id(13))), (Some(true), Some(false)));
    }

    #[test]
    fn frames_go_on_across_sources() {
        let mut frames = Frames::default();
        frames.splice(65_535);
        let first = frames.write(65_535);
        assert_eq!((frames.write(1), frames.write(0)), (first + 2, first + 1));
        frames.splice(900);
        assert_eq!(frames.write(900), first + 3);
    }
}
