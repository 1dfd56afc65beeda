//! What a participant hears: every frame is checked, few are acted on.

use super::heard::{Sequence, Step};
use super::session::{EndOf, Pending, Session, Turn, What};
use crate::measure::clock::Micros;
use crate::wire::id::Id;
use crate::wire::incoming::{Frame, Welcome};
use crate::wire::mark::{Mark, Purpose};
use crate::world::take;

impl Session {
    pub async fn hear(&mut self, text: &str) -> Turn {
        let frame = match Frame::parse(text) {
            Ok(frame) => frame,
            Err(error) => {
                self.error("bad_frame", || error.to_string());
                return Turn::Stay;
            }
        };
        if frame.kind == "reply" {
            self.replied(&frame);
            return Turn::Stay;
        }
        self.place.world.count(|count| count.events += 1);
        if frame.kind == "welcome" {
            self.welcomed_again(text);
        } else if let Some(seq) = frame.seq {
            self.follow(seq).await;
        }
        self.event(&frame).await
    }

    async fn event(&mut self, frame: &Frame<'_>) -> Turn {
        match frame.kind {
            "offer_received" => {
                if let (Some(Purpose::Handshake), Some(from)) = (self.relayed(frame), sender(frame)) {
                    self.answer(from).await;
                }
            }
            "answer_received" => {
                if let (Some(Purpose::Handshake), Some(from)) = (self.relayed(frame), sender(frame)) {
                    self.send_candidates(from).await;
                }
            }
            "ice_candidate_received" => {
                self.relayed(frame);
            }
            "chat_received" => self.chatted(frame),
            "participant_joined" => {
                if let Some(peer) = frame.participant.as_ref().and_then(|who| Id::parse(who.id)).filter(|id| *id != self.me) {
                    self.peers.retain(|id| *id != peer);
                    self.peers.push(peer);
                    self.offer_to(peer).await;
                }
            }
            "participant_left" => {
                let peer = frame.participant_id.and_then(Id::parse);
                self.peers.retain(|id| Some(*id) != peer);
            }
            "removed" | "session_ended" | "denied" => {
                self.error("thrown_out", || frame.kind.to_string());
                return Turn::End(EndOf::Person);
            }
            _ => {}
        }
        Turn::Stay
    }

    async fn follow(&mut self, seq: u64) {
        match self.sequence.step(seq) {
            Step::Next => self.pace.heard_something(self.place.world.now()),
            Step::AckNow => self.acknowledge().await,
            Step::Wrong { expected } => self.error("sequence_gap", || format!("expected seq {expected}, got {seq}")),
        }
    }

    /// Counts a relay and says what it was for.
    fn relayed(&mut self, frame: &Frame) -> Option<Purpose> {
        let Some(mark) = frame.payload().and_then(Mark::find) else {
            self.error("corrupt_relay", || format!("{} without its mark", frame.kind));
            return None;
        };
        if sender(frame).is_none_or(|from| from == self.me) {
            self.error("corrupt_relay", || format!("{} from {:?}", frame.kind, frame.from));
        }
        if mark.sent >= self.place.seat().since.get() {
            self.place.seat().relays.got();
        }
        let took = self.took(mark.sent);
        let mut metrics = self.place.world.metrics();
        metrics.count.relays_delivered += 1;
        match took {
            Some(took) => metrics.relayed(took),
            None => metrics.count.replayed_events += 1,
        }
        Some(mark.purpose)
    }

    fn chatted(&mut self, frame: &Frame) {
        let mark = frame.payload().and_then(Mark::find);
        let Some(Mark { sent, purpose: Purpose::Chat(line) }) = mark else {
            self.error("corrupt_chat", || "chat_received without its mark".into());
            return;
        };
        if !self.chats.follows(line) {
            self.error("chat_order", || format!("{line:?} does not follow the line before"));
        }
        if sent >= self.place.seat().since.get() {
            self.place.seat().chats.got();
        }
        let took = self.took(sent);
        let mut metrics = self.place.world.metrics();
        metrics.count.chats_delivered += 1;
        if let Some(took) = took {
            metrics.chat.record(took);
        }
    }

    /// How long it took, or `None` for what waited while we were away.
    fn took(&self, sent: Micros) -> Option<Micros> {
        (sent >= self.measured_from).then(|| self.place.world.now().saturating_sub(sent))
    }

    fn replied(&mut self, frame: &Frame) {
        let known = frame.reference.and_then(|reference| self.pending.iter().position(|pending| pending.reference == reference));
        let Some(at) = known else {
            self.error("unknown_reply", || format!("ref {:?}", frame.reference));
            return;
        };
        let pending = self.pending.swap_remove(at);
        take(&self.place.world.pending, 1);
        let took = self.place.world.now().saturating_sub(pending.at);
        {
            let mut metrics = self.place.world.metrics();
            metrics.count.replies += 1;
            metrics.reply.record(took);
        }
        if frame.ok != Some(frame.error.is_none()) {
            self.error("bad_reply", || {
                format!("ok is {:?}, error is {}there", frame.ok, if frame.error.is_some() { "" } else { "not " })
            });
        }
        match &frame.error {
            None => self.done(&pending),
            Some(error) => self.refused(&pending, error.code),
        }
    }

    fn done(&self, pending: &Pending) {
        let room = &self.place.room;
        match &pending.what {
            What::Relay { to, sent } => {
                if let Some(seat) = room.seat_of(*to).filter(|seat| seat.since.get() <= *sent) {
                    seat.relays.owe();
                }
            }
            What::Chat { sent, .. } => room.owe_chat(*sent),
            What::Hello | What::Leave => {}
        }
    }

    fn refused(&self, pending: &Pending, code: &str) {
        let (command, gone) = match &pending.what {
            What::Relay { to, .. } => ("relay", self.place.room.seat_of(*to).is_none()),
            What::Chat { .. } => ("chat", false),
            What::Hello => ("hello", false),
            What::Leave => ("leave_room", false),
        };
        if code == "no_such_participant" && gone {
            self.place.world.count(|count| count.relays_missed += 1);
        } else {
            self.error("refused", || format!("{command}: {code}"));
        }
    }

    /// A new snapshot in the middle replaces all that was known.
    fn welcomed_again(&mut self, text: &str) {
        match serde_json::from_str::<Welcome>(text) {
            Ok(welcome) => {
                self.sequence = Sequence::starting_at(welcome.seq);
                self.pace.heard_something(self.place.world.now());
                if let Err(error) = self.snapshot(&welcome) {
                    self.error("bad_frame", || error);
                }
            }
            Err(error) => self.error("bad_frame", || error.to_string()),
        }
    }

    /// Takes over what a welcome says.
    ///
    /// # Errors
    /// An id that is none.
    pub fn snapshot(&mut self, welcome: &Welcome) -> Result<(), String> {
        let now = self.place.world.now();
        let ids = welcome.participants.iter().map(|who| Id::parse(who.id).ok_or(format!("{} is no UUID", who.id)));
        let all = ids.collect::<Result<Vec<_>, _>>()?;
        if !all.contains(&self.me) {
            self.error("roster_mismatch", || "the welcome leaves out its reader".into());
        }
        self.peers = all.into_iter().filter(|id| *id != self.me).collect();
        self.resume_token = welcome.resume_token.to_string();
        self.measured_from = now;
        self.pace.heard_something(now);
        self.place.seat().welcomed(self.me, now);
        Ok(())
    }
}

fn sender(frame: &Frame) -> Option<Id> {
    frame.from.and_then(Id::parse)
}
