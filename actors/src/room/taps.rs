//! Media for what runs on the server, brought into line with needs and consents at the end of each turn: sinks, extra copies of a mesh, and what
//! people are told of it. Nothing of it is in the journal: it follows from what is. Only that a room has to leave the mesh for it is concluded
//! in an input of its own.

use super::{
    CommandResult, Effect, Input,
    effect::SinkChange,
    people::Member,
    state::{RoomState, done},
    turn::Turn,
};
use crate::{
    clock::Timestamp,
    ids::*,
    media::{MediaCommand, Permit},
    protocol::{Permission, ServerEvent, Source, Tap, TopologyMode, TopologyReason, room::TopologyChoice},
    sinks::{Need, SinkEnd, SinkKey},
    topology::tap::{self, Heard, Person},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// An extra copy that has not come up, or was lost, for so long is taken for one that does not come.
const COPY_WITHIN: Duration = Duration::from_secs(20);

#[derive(Clone, Default)]
pub(super) struct Taps {
    needs: Vec<Need>,
    /// What everybody was last told; none before the first time.
    told: Option<Told>,
    copies: BTreeMap<ParticipantId, ExtraCopy>,
    sinks: BTreeMap<SinkKey, Heard>,
    /// Sinks that were there before the room's actor was made again, until it is known whether they still should be.
    found: BTreeSet<SinkKey>,
}

type Told = (Option<u32>, Vec<Tap>);

/// What somebody sends to the server beside the mesh.
#[derive(Clone, PartialEq)]
struct ExtraCopy {
    epoch: u32,
    /// What of it is on.
    sources: Vec<Source>,
    /// Since when it should be there and isn't.
    awaited_since: Option<Timestamp>,
}

impl Taps {
    pub fn is_idle(&self) -> bool {
        self.copies.is_empty() && self.sinks.is_empty()
    }

    pub fn is_needless(&self) -> bool {
        self.needs.is_empty() && self.found.is_empty()
    }

    /// Does this member send an extra copy?
    pub fn burdens(&self, member: ParticipantId) -> bool {
        self.copies.contains_key(&member)
    }

    fn event(&self) -> Option<ServerEvent> {
        self.told.clone().map(|(epoch, taps)| ServerEvent::TapsUpdated { epoch, taps })
    }
}

impl RoomState {
    /// What is needed of this room now: all of it.
    pub fn set_needs(&mut self, needs: Vec<Need>, now: Timestamp) -> Vec<Effect> {
        let mut turn = Turn::new(super::Draw(uuid::Uuid::nil()), now);
        if self.ended.is_some() || self.transient.taps.needs == needs {
            return Vec::new();
        }
        self.transient.taps.needs = needs;
        self.settle_needs(&mut turn);
        self.settle_media(&mut turn);
        turn.into_outcome(done()).effects
    }

    /// The room's actor was made again, and finds what was needed and the sinks that were made for it. Nothing is done about it yet.
    pub fn find_needs(&mut self, needs: Vec<Need>, sinks: impl IntoIterator<Item = SinkKey>) {
        self.transient.taps = Taps { needs, found: sinks.into_iter().collect(), ..Taps::default() };
    }

    /// Whether more is needed than a mesh gives belongs to the facts by which the path is decided.
    pub(super) fn settle_needs(&self, turn: &mut Turn) {
        let whole = tap::whole(&self.transient.taps.needs);
        if whole != self.needs_whole {
            turn.effect(Effect::Conclude(Input::ServerNeeds { whole }));
        }
    }

    pub(super) fn server_needs(&mut self, whole: Option<TopologyReason>, turn: &mut Turn) -> CommandResult {
        if self.needs_whole != whole {
            self.needs_whole = whole;
            turn.path = true;
            turn.changed();
        }
        done()
    }

    /// Makes sinks, extra copies and what people know of them follow from what is.
    pub(super) fn settle_taps(&mut self, turn: &mut Turn) {
        let taps = &self.transient.taps;
        if taps.needs.is_empty() && taps.is_idle() && taps.found.is_empty() && taps.told.is_none() {
            return;
        }
        let heard = self.heard();
        self.settle_sinks(&heard, turn);
        self.settle_copies(&heard, turn);
        self.tell_taps(&heard, turn);
    }

    /// Whom something hears, in the order in which they came.
    fn heard(&self) -> Vec<(ParticipantId, Vec<Heard>)> {
        if self.ended.is_some() || !self.rules.sfu_available {
            return Vec::new();
        }
        let needs = &self.transient.taps.needs;
        let heard = self.members.iter().map(|(id, member)| (*id, tap::heard(needs, &self.tap_person(member))));
        heard.filter(|(_, heard)| !heard.is_empty()).collect()
    }

    fn tap_person(&self, member: &Member) -> Person {
        let allows = |permission| self.allows(member.person.role, permission);
        let (person, permit) = (&member.person, self.media_permit(member));
        let may = Permit {
            microphone: allows(Permission::PublishAudio),
            camera: allows(Permission::PublishVideo),
            screen: allows(Permission::ShareScreen),
        };
        let on = Permit {
            microphone: permit.microphone && !person.muted,
            camera: permit.camera && person.video_on,
            screen: permit.screen && person.screen_sharing,
        };
        Person { id: person.id, consents: person.consents, may, on }
    }

    fn settle_sinks(&mut self, heard: &[(ParticipantId, Vec<Heard>)], turn: &mut Turn) {
        let wanted: BTreeMap<SinkKey, Heard> =
            heard.iter().flat_map(|(_, heard)| heard).map(|one| (one.track.key(), *one)).collect();
        let found = std::mem::take(&mut self.transient.taps.found);
        let known: BTreeSet<SinkKey> = self.transient.taps.sinks.keys().copied().chain(found.iter().copied()).collect();
        for key in known.iter().filter(|key| !wanted.contains_key(key)) {
            match self.why_ended(*key) {
                Some(why) => {
                    self.transient.taps.sinks.remove(key);
                    turn.effect(Effect::Sink(SinkChange::Detach { key: *key, why }));
                }
                None => self.silence(*key, turn),
            }
        }
        for (key, one) in wanted {
            let before = self.transient.taps.sinks.get(&key);
            // The first sound makes the sink.
            if before.map_or(one.on || found.contains(&key), |before| *before != one) {
                self.transient.taps.sinks.insert(key, one);
                turn.effect(Effect::Sink(SinkChange::Attach(one)));
            }
        }
    }

    /// Why a sink of which nothing is wanted ends; none if it may be wanted again: their role does not allow it now.
    fn why_ended(&self, key: SinkKey) -> Option<SinkEnd> {
        let Some(need) = self.transient.taps.needs.iter().find(|need| need.id == key.need) else {
            return Some(SinkEnd::Released);
        };
        match self.members.get(&key.participant) {
            None => Some(SinkEnd::Left),
            Some(member) => (!member.person.consents.allow(need.purpose)).then_some(SinkEnd::Withdrawn),
        }
    }

    fn silence(&mut self, key: SinkKey, turn: &mut Turn) {
        let Some(one) = self.transient.taps.sinks.get_mut(&key).filter(|one| one.on) else { return };
        one.on = false;
        let off = *one;
        turn.effect(Effect::Sink(SinkChange::Attach(off)));
    }

    /// In which epoch extra copies are sent: while media is peer to peer, whatever comes up beside it.
    fn copy_epoch(&self) -> Option<u32> {
        (self.path.mode() == TopologyMode::Mesh && self.ended.is_none()).then(|| self.path.epoch())
    }

    fn settle_copies(&mut self, heard: &[(ParticipantId, Vec<Heard>)], turn: &mut Turn) {
        let epoch = self.copy_epoch();
        let gone: Vec<_> = self.transient.taps.copies.keys().copied().collect();
        let stays = |id: &ParticipantId| epoch.is_some() && heard.iter().any(|(one, _)| one == id);
        gone.into_iter().filter(|id| !stays(id)).for_each(|id| self.drop_copy(id, turn));
        let Some(epoch) = epoch else { return };
        for (id, heard) in heard {
            let sources = tap::on(heard);
            let before = self.transient.taps.copies.get(id);
            if before.is_none_or(|before| before.sources != sources) {
                turn.media(MediaCommand::AddTap { participant: *id, sources: sources.clone() });
            }
            let awaited_since = before.map_or(Some(turn.now), |before| before.awaited_since);
            self.transient.taps.copies.insert(*id, ExtraCopy { epoch, sources, awaited_since });
        }
    }

    /// Ends the connection with somebody's extra copy.
    pub(super) fn drop_copy(&mut self, participant: ParticipantId, turn: &mut Turn) {
        if self.transient.taps.copies.remove(&participant).is_some() {
            turn.media(MediaCommand::RemoveTap { participant });
        }
    }

    fn tell_taps(&mut self, heard: &[(ParticipantId, Vec<Heard>)], turn: &mut Turn) {
        let taps: Vec<Tap> = heard.iter().filter_map(|(id, heard)| tap::told(*id, heard)).collect();
        let told = (self.copy_epoch().filter(|_| !taps.is_empty()), taps);
        let arrived = std::mem::take(&mut turn.arrived);
        let before = self.transient.taps.told.as_ref();
        let news = before.map_or(!told.1.is_empty(), |before| *before != told);
        let to = if news { self.everyone() } else { arrived };
        if news {
            self.transient.taps.told = Some(told);
        }
        if let Some(event) = self.transient.taps.event().filter(|_| !to.is_empty()) {
            turn.deliver(to, event);
        }
    }

    /// What somebody must hear again who may have missed it.
    pub(super) fn tap_news(&self) -> Option<ServerEvent> {
        self.transient.taps.event()
    }

    /// The session is over.
    pub(super) fn end_taps(&mut self, turn: &mut Turn) {
        for key in std::mem::take(&mut self.transient.taps.sinks).into_keys() {
            turn.effect(Effect::Sink(SinkChange::Detach { key, why: SinkEnd::SessionEnded }));
        }
        let copies: Vec<_> = self.transient.taps.copies.keys().copied().collect();
        copies.into_iter().for_each(|id| self.drop_copy(id, turn));
    }

    /// The media plane has nothing of this room any more: sinks are attached anew, and who sends a copy is told to begin anew.
    pub(super) fn forget_taps(&mut self, turn: &mut Turn) {
        let taps = &mut self.transient.taps;
        taps.sinks.clear();
        taps.copies.clear();
        if taps.told.take().is_some_and(|(_, taps)| !taps.is_empty()) {
            turn.deliver(self.everyone(), ServerEvent::TapsUpdated { epoch: None, taps: Vec::new() });
        }
    }

    /// The room's actor was made again: whoever left meanwhile, or is not heard any more, sends nothing.
    pub(super) fn forget_strangers(&self, left: Vec<ParticipantId>, turn: &mut Turn) {
        let heard = self.heard();
        let tapped = |id: &ParticipantId| self.copy_epoch().is_some() && heard.iter().any(|(one, _)| one == id);
        let strangers = self.members.keys().copied().filter(|id| !tapped(id)).chain(left);
        strangers.for_each(|participant| turn.media(MediaCommand::RemoveTap { participant }));
        if self.path.server_epoch().is_none() {
            self.members.keys().for_each(|id| turn.media(MediaCommand::RemovePeer { participant: *id }));
        }
    }

    /// Does this participant send an extra copy in this epoch?
    pub(super) fn sends_copy(&self, participant: ParticipantId, epoch: u32) -> bool {
        self.transient.taps.copies.get(&participant).is_some_and(|copy| copy.epoch == epoch)
    }

    pub(super) fn is_tapped(&self, participant: ParticipantId) -> bool {
        self.transient.taps.copies.contains_key(&participant)
    }

    /// The connection with somebody's extra copy is up, or was lost.
    pub fn copy_is_up(&mut self, participant: ParticipantId, up: bool, now: Timestamp) {
        if let Some(copy) = self.transient.taps.copies.get_mut(&participant) {
            copy.awaited_since = if up { None } else { copy.awaited_since.or(Some(now)) };
        }
    }

    /// An extra copy that should be there for long and isn't: a mesh does not serve what is needed. To be concluded in an input of its own.
    pub fn copies_fail(&self, now: Timestamp) -> Option<Input> {
        let counts = self.rules.sfu_available && self.record.settings.topology == TopologyChoice::Auto;
        if !counts || self.path.switching().is_some() || self.hysteresis.mesh_problem().is_some() {
            return None;
        }
        let late = |copy: &ExtraCopy| copy.awaited_since.is_some_and(|since| now.since(since) >= COPY_WITHIN);
        let online = |id: &ParticipantId| self.members.get(id).is_some_and(Member::online);
        let missing = self.transient.taps.copies.iter().filter(|(id, copy)| online(id) && late(copy));
        let blamed: Vec<_> = missing.map(|(id, _)| *id).collect();
        (!blamed.is_empty()).then_some(Input::MeshFails { reason: TopologyReason::Tap, blamed })
    }
}
