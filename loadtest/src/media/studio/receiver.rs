//! What one person receives, source by source.

use std::collections::HashMap;

use super::Who;
use super::snapshot::Tally;
use crate::measure::clock::Micros;
use crate::media::meter::hearing::Hearing;
use crate::media::meter::serials::Serials;
use crate::media::meter::view::View;
use crate::media::peer::{Kind, Packet};
use crate::media::source::mark::Mark;

pub struct Receiver {
    pub who: Who,
    asked: Micros,
    /// Which of the bad paths theirs is.
    pub label: Option<usize>,
    pub heard: HashMap<u32, (Hearing, Serials)>,
    pub seen: HashMap<u32, (View, Serials)>,
}

impl Receiver {
    pub fn new(who: Who, asked: Micros, label: Option<usize>) -> Self {
        Self { who, asked, label, heard: HashMap::new(), seen: HashMap::new() }
    }

    /// True: a keyframe should be asked for.
    pub fn packet(&mut self, now: Micros, mark: &Mark, packet: &Packet, began: Micros, tally: &mut Tally) -> bool {
        let waited = now.saturating_sub(self.asked.max(began));
        match packet.kind {
            Kind::Audio => {
                let (hearing, serials) = self.heard.entry(mark.source).or_default();
                if hearing.first_at.is_none() {
                    tally.first_sound.record(waited);
                }
                hearing.packet(now, now.saturating_sub(mark.sent));
                serials.arrived(0, mark.serial);
                false
            }
            Kind::Video => {
                let (view, serials) = self.seen.entry(mark.source).or_default();
                serials.arrived(mark.layer, mark.serial);
                let had_picture = view.first_at.is_some();
                let ask = view.packet(now, mark);
                if !had_picture && view.first_at.is_some() {
                    tally.first_picture.record(waited);
                }
                ask
            }
        }
    }
}
