//! One sender at one receiver, over all the paths between them.

use super::rhythm::{Rhythm, Span};
use crate::measure::clock::Micros;
use crate::media::meter::serials::Serials;
use crate::media::meter::view::View;
use crate::media::source::mark::Mark;

/// A frame can be a leftover; a second one says that it goes on.
const FRAMES: u64 = 2;
/// Packets back in which a second copy is looked for.
const REMEMBERED: u32 = 64;

/// What became true of a path by a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    Sound,
    Picture,
}

#[derive(Default)]
pub struct Edge {
    paths: Vec<Path>,
    sound_front: u32,
    picture_front: u32,
    pub sound: Rhythm,
    pub picture: Rhythm,
    /// Sound that came on no path at all.
    heard: Serials,
    lost_before: u64,
    pub twice: u64,
}

struct Path {
    epoch: u32,
    packets: u64,
    newest: Option<(Micros, u32)>,
    recent: u64,
    view: View,
}

impl Edge {
    fn path(&mut self, epoch: u32) -> &mut Path {
        let at = self.paths.iter().position(|path| path.epoch == epoch).unwrap_or_else(|| {
            self.paths.push(Path { epoch, packets: 0, newest: None, recent: 0, view: View::default() });
            self.paths.len() - 1
        });
        &mut self.paths[at]
    }

    /// A packet of sound came on a path.
    pub fn heard(&mut self, now: Micros, epoch: u32, serial: u32) -> Option<Progress> {
        let path = self.path(epoch);
        path.packets += 1;
        let is_first = path.packets == 1;
        let again = path.came_before(now, serial);
        self.twice += u64::from(again);
        self.heard.arrived(0, serial);
        if epoch == self.sound_front && !again {
            self.sound.arrived(now, serial);
        }
        is_first.then_some(Progress::Sound)
    }

    /// A packet of a picture came on a path. The second says whether a keyframe should be asked for.
    pub fn seen(&mut self, now: Micros, epoch: u32, front: u32, mark: &Mark) -> (Option<Progress>, bool) {
        let path = self.path(epoch);
        let before = path.view.frames;
        let ask = path.view.packet(now, mark);
        let (frames, shown) = (path.view.frames, path.view.shown());
        let Some(shown) = shown.filter(|_| frames > before) else { return (None, ask) };
        if epoch == front {
            // The picture changes over with the first whole frame; until then the old path's goes on.
            self.picture_front = front;
        }
        if epoch == self.picture_front {
            self.picture.arrived(now, shown);
        }
        ((before < FRAMES && frames >= FRAMES).then_some(Progress::Picture), ask)
    }

    /// Another path is played from now on: its sound at once, with what it has brought already.
    pub fn bring_forward(&mut self, epoch: u32) {
        self.sound_front = epoch;
        let ahead = self.path(epoch).newest;
        if let Some((at, serial)) = ahead.filter(|(at, _)| self.sound.last_at().is_some_and(|last| *at > last)) {
            self.sound.arrived(at, serial);
        }
    }

    pub fn forget(&mut self, epoch: u32) {
        self.paths.retain(|path| path.epoch != epoch);
    }

    /// The sender turned their microphone off or on.
    pub fn rest_sound(&mut self) {
        self.sound.rest();
        self.lost_before = self.lost();
        self.heard = Serials::default();
    }

    pub fn lost(&self) -> u64 {
        self.lost_before + self.heard.lost
    }

    pub fn end(&mut self, now: Micros) -> (Option<Span>, Option<Span>) {
        (self.sound.end(now), self.picture.end(now))
    }
}

impl Path {
    /// Notes a serial. True: the same one has come on this path already.
    fn came_before(&mut self, now: Micros, serial: u32) -> bool {
        let Some((_, newest)) = self.newest else {
            (self.newest, self.recent) = (Some((now, serial)), 1);
            return false;
        };
        if serial > newest {
            let ahead = serial - newest;
            self.recent = if ahead < REMEMBERED { self.recent << ahead | 1 } else { 1 };
            self.newest = Some((now, serial));
            return false;
        }
        let back = newest - serial;
        if back >= REMEMBERED {
            return false;
        }
        let bit = 1 << back;
        let again = self.recent & bit != 0;
        self.recent |= bit;
        again
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: u32 = 1;
    const NEW: u32 = 2;
    const BEAT: Micros = 20_000;

    fn playing() -> Edge {
        let mut edge = Edge::default();
        edge.bring_forward(OLD);
        edge.picture_front = OLD;
        edge
    }

    fn frame(number: u32, keyframe: bool) -> Mark {
        Mark { frame: number, keyframe, count: 1, ..Mark::default() }
    }

    #[test]
    fn sound_goes_over_without_a_gap_while_both_paths_carry_it() {
        for behind in [0, 3_000, 15_000] {
            let mut edge = playing();
            for n in 0..50 {
                let at = Micros::from(n) * BEAT;
                edge.heard(at, OLD, n);
                if n == 30 {
                    edge.bring_forward(NEW);
                }
                if n >= 10 {
                    edge.heard(at + behind, NEW, n);
                }
            }
            let span = edge.sound.end(50 * BEAT).unwrap();
            assert!(span.longest <= BEAT + behind, "{behind}: {span:?}");
            assert_eq!((span.skipped, edge.twice, edge.lost()), (0, 0, 0), "{behind}");
        }
    }

    #[test]
    fn a_path_that_is_ahead_has_brought_what_the_old_one_has_not() {
        let mut edge = playing();
        edge.heard(0, OLD, 7);
        edge.heard(5_000, NEW, 8);
        edge.bring_forward(NEW);
        edge.heard(25_000, NEW, 9);
        let span = edge.sound.end(26_000).unwrap();
        assert_eq!((span.longest, span.skipped), (20_000, 0));
    }

    #[test]
    fn a_second_copy_on_one_path_is_counted_and_one_on_the_other_path_is_not() {
        let mut edge = playing();
        for (epoch, serial) in [(OLD, 1), (NEW, 1), (OLD, 2), (OLD, 2), (OLD, 1), (NEW, 2), (OLD, 200), (OLD, 2)] {
            edge.heard(0, epoch, serial);
        }
        assert_eq!(edge.twice, 2);
    }

    #[test]
    fn the_picture_stays_on_the_old_path_until_the_new_one_has_a_whole_frame() {
        let mut edge = playing();
        let beat = 33_000;
        edge.seen(0, OLD, OLD, &frame(0, true));
        // From here on the new path is to be in front, and has no keyframe yet.
        edge.seen(beat, NEW, NEW, &frame(1, false));
        edge.seen(beat, OLD, NEW, &frame(1, false));
        edge.seen(2 * beat, OLD, NEW, &frame(2, false));
        let (progress, _) = edge.seen(3 * beat, NEW, NEW, &frame(3, true));
        assert_eq!(progress, None, "one frame can be a leftover");
        let (progress, _) = edge.seen(4 * beat, NEW, NEW, &frame(4, false));
        assert_eq!(progress, Some(Progress::Picture));
        edge.seen(4 * beat + 1, OLD, NEW, &frame(5, false));
        let span = edge.picture.end(4 * beat + 2).unwrap();
        assert_eq!((span.longest, span.skipped, span.repeats), (beat, 0, 0));
    }

    #[test]
    fn a_path_is_ready_by_its_first_sound() {
        let mut edge = playing();
        assert_eq!(edge.heard(0, NEW, 4), Some(Progress::Sound));
        assert_eq!(edge.heard(1, NEW, 5), None);
        edge.forget(NEW);
        assert_eq!(edge.heard(2, NEW, 6), Some(Progress::Sound));
    }
}
