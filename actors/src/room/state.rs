//! The state of a session. An input goes in with its time, effects come out as values; a file a feature decides what changes.

use super::{
    CommandResult, Drawn, Input, Outcome,
    book::Book,
    chat::ChatLog,
    known::Known,
    people::{Knock, Member},
    permissions::{self, Requirement},
    replay::Opening,
    rules::Rules,
    transient::Transient,
    turn::Turn,
    turned_away::TurnedAway,
};
use crate::{
    clock::Timestamp,
    ids::*,
    ports::RoomRecord,
    protocol::{ClientCommand, CommandError, EndReason, ErrorCode, Permission, ReplyBody, Role, SharedFile, Stage, Topology},
    topology::{Hysteresis, PathSwitch},
};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Everything of a session that must survive. People are in the order in which they came.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoomState {
    pub(super) record: RoomRecord,
    pub(super) session: SessionId,
    pub(super) rules: Rules,
    pub(super) started_at: Timestamp,
    pub(super) ended: Option<EndReason>,
    pub(super) locked: bool,
    pub(super) spotlight: Option<ParticipantId>,
    pub(super) members: IndexMap<ParticipantId, Member>,
    pub(super) waiting: IndexMap<ParticipantId, Knock>,
    /// What whoever knocks from now on is told.
    pub(super) waiting_message: Option<String>,
    pub(super) banned: BTreeSet<Identity>,
    /// Removed or sent back: they pass the waiting room whatever the settings say.
    pub(super) must_wait: BTreeSet<Identity>,
    /// Admitted before, in this session or an earlier one.
    pub(super) known: Known,
    #[serde(default)]
    pub(super) turned_away: TurnedAway,
    /// Roles that were given in this session.
    pub(super) roles: BTreeMap<Identity, Role>,
    pub(super) consents: BTreeMap<Identity, crate::protocol::Consents>,
    /// What was answered when, for the report.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) answered: Vec<super::consent::Answered>,
    /// The recording that runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) recording: Option<crate::protocol::RunningRecording>,
    /// Somebody stopped the recording that the room's setting had started: it does not start by itself again.
    #[serde(default)]
    pub(super) recording_declined: bool,
    pub(super) chat: ChatLog,
    pub(super) files: IndexMap<FileId, (ParticipantId, SharedFile)>,
    pub(super) topology: Topology,
    #[serde(default = "super::path::a_mesh")]
    pub(super) path: PathSwitch,
    #[serde(default)]
    pub(super) hysteresis: Hysteresis,
    /// Why an extra copy of a mesh is not enough for what runs on the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) needs_whole: Option<crate::protocol::TopologyReason>,
    pub(super) book: Book,
    /// Was a host present when people were last told?
    pub(super) host_present: bool,
    /// A host was here at some time.
    pub(super) host_seen: bool,
    /// Holds the host's place until the host is back.
    pub(super) acting_host: Option<Identity>,
    pub(super) empty_since: Option<Timestamp>,
    pub(super) host_absent_since: Option<Timestamp>,
    #[serde(skip)]
    pub(super) transient: Transient,
}

impl RoomState {
    pub fn open(opening: Opening) -> Self {
        let Opening { record, session_id: session, rules, known, opened_at: now } = opening;
        let (path, topology) = super::path::at_opening(&record.settings, &rules);
        Self {
            record,
            session,
            rules,
            started_at: now,
            ended: None,
            locked: false,
            spotlight: None,
            members: IndexMap::new(),
            waiting: IndexMap::new(),
            waiting_message: None,
            banned: BTreeSet::new(),
            must_wait: BTreeSet::new(),
            known: Known::of(known),
            turned_away: TurnedAway::default(),
            roles: BTreeMap::new(),
            consents: BTreeMap::new(),
            answered: Vec::new(),
            recording: None,
            recording_declined: false,
            chat: ChatLog::default(),
            files: IndexMap::new(),
            topology,
            path,
            hysteresis: Hysteresis::default(),
            needs_whole: None,
            book: Book::default(),
            host_present: false,
            host_seen: false,
            acting_host: None,
            empty_since: Some(now),
            host_absent_since: None,
            transient: Transient::default(),
        }
    }

    /// Takes one input. A refused command changes nothing.
    pub fn apply(&mut self, drawn: &Drawn, now: Timestamp) -> Outcome {
        let mut turn = Turn::new(drawn.draw, now);
        let reply = self.take(&drawn.input, &mut turn);
        self.settle(&mut turn);
        turn.into_outcome(reply)
    }

    fn take(&mut self, input: &Input, turn: &mut Turn) -> CommandResult {
        // Commands come from people whose sockets live; what is overdue can wait for the tick, so that relays stay cheap and unjournaled.
        if !matches!(input, Input::Command { .. }) {
            self.sweep(turn);
        }
        if self.ended.is_some() {
            return match input {
                Input::Tick
                | Input::Restarted { .. }
                | Input::MeshFails { .. }
                | Input::ServerNeeds { .. }
                | Input::ServerCan { .. }
                | Input::RecordingTroubled { .. }
                | Input::MediaFailed
                | Input::End { .. }
                | Input::Disconnected { .. }
                | Input::ForgetResume { .. } => done(),
                _ => Err(CommandError::new(ErrorCode::RoomEnded, "the session has ended")),
            };
        }
        match input {
            Input::Hello { participant, claims, resume_hash } => self.hello(*participant, claims, resume_hash, turn),
            Input::Redeem { participant, grant } => self.redeem(*participant, *grant, turn),
            Input::Resumed { participant, fresh } => self.resumed(*participant, *fresh, turn),
            Input::Disconnected { participant } => self.disconnected(*participant, turn),
            Input::ForgetResume { participant } => self.forget_resume(*participant, turn),
            Input::Command { from, command } => self.command(*from, command, turn),
            Input::FileUploaded { participant, file } => self.file_uploaded(*participant, file, turn),
            Input::RoomChanged { record } => self.room_changed(record, turn),
            Input::End { reason } => self.end(*reason, turn),
            Input::Restarted { sfu_available } => self.restarted(*sfu_available, turn),
            Input::MeshFails { reason, blamed } => self.mesh_fails(*reason, blamed, turn),
            Input::ServerNeeds { whole } => self.server_needs(*whole, turn),
            Input::ServerCan { record, read_emotion } => self.server_can(*record, *read_emotion, turn),
            Input::StartRecording { by } => self.start_recording_for(by, turn),
            Input::StopRecording { recording, reason, by } => self.stop_recording_for(*recording, *reason, by.as_ref(), turn),
            Input::RecordingTroubled { recording, problem } => self.recording_troubled(*recording, *problem, turn),
            Input::MediaFailed => self.media_failed(turn),
            Input::Tick => {
                turn.path = true;
                done()
            }
        }
    }

    fn command(&mut self, from: ParticipantId, command: &ClientCommand, turn: &mut Turn) -> CommandResult {
        self.check(from, permissions::required(command))?;
        use ClientCommand as C;
        match command {
            C::LeaveRoom(_) => self.leave(from, turn),
            C::OfferPreview(c) => self.offer_preview(from, c, turn),
            C::Offer(c) => self.relay_offer(from, c, turn),
            C::Answer(c) => self.relay_answer(from, c, turn),
            C::IceCandidate(c) => self.relay_candidate(from, c, turn),
            C::UpdateState(c) => self.update_state(from, c, turn),
            C::RaiseHand(c) => self.raise_hand(from, c.raised, turn),
            C::React(c) => self.react(from, c, turn),
            C::Typing(c) => self.typing(from, c, turn),
            C::Chat(c) => self.post(from, c, turn),
            C::Rename(c) => self.rename(from, c, turn),
            C::Admit(c) => self.admit(from, c.participant_id, turn),
            C::AdmitAll(_) => self.admit_all(from, turn),
            C::Deny(c) => self.deny(from, c, turn),
            C::DenyAll(c) => self.deny_all(from, c, turn),
            C::SendToWaiting(c) => self.send_to_waiting(from, c.participant_id, turn),
            C::WaitingMessage(c) => self.write_to_waiting(c, turn),
            C::SetRole(c) => self.set_role(from, c, turn),
            C::Mute(c) => self.mute(from, c, turn),
            C::AskUnmute(c) => self.ask_unmute(from, c, turn),
            C::LowerHands(c) => self.lower_hands(from, c, turn),
            C::Remove(c) => self.remove(from, c, turn),
            C::Lock(c) => self.lock(from, c.locked, turn),
            C::Spotlight(c) => self.set_spotlight(from, c.participant_id, turn),
            C::UpdateRoom(c) => self.update_room(from, c, turn),
            C::TransferHost(c) => self.transfer_host(from, c.participant_id, turn),
            C::EndSession(_) => self.end_by(from, turn),
            C::TopologyReady(c) => self.topology_ready(from, c, turn),
            C::Subscribe(c) => self.subscribe(from, c, turn),
            C::RestartReceive(c) => self.restart_receive(from, c.epoch, turn),
            C::Consent(c) => self.consent(from, c, turn),
            C::Telemetry(c) => self.telemetry(from, c, turn),
            C::Hello(_) | C::Resume(_) => Err(CommandError::new(ErrorCode::AlreadyAuthenticated, "this connection has started")),
            C::Ack(_) | C::Ping(_) | C::GetIceServers(_) | C::EmotionClip(_) | C::Simulate(_) => Err(not_for_the_room()),
            C::StartRecording(_) => self.start_recording(from, turn),
            C::StopRecording(_) => self.stop_recording(from, turn),
        }
    }

    /// May `from` send this at all?
    fn check(&self, from: ParticipantId, requirement: Requirement) -> Result<(), CommandError> {
        let stage = self.stage(from).ok_or_else(|| CommandError::new(ErrorCode::NotInRoom, "you are not in this room"))?;
        match (stage, requirement) {
            (_, Requirement::Anyone) | (Stage::Waiting, Requirement::Waiting) => Ok(()),
            (Stage::Waiting, _) => Err(CommandError::new(ErrorCode::NotAdmitted, "wait until a host lets you in")),
            (Stage::Joined, Requirement::Waiting) => {
                Err(CommandError::new(ErrorCode::NotPermitted, "only waiting people show a preview"))
            }
            // What these say is decided where the command is handled.
            (Stage::Joined, Requirement::Shell | Requirement::Member) => Ok(()),
            (Stage::Joined, Requirement::Permission(permission)) => self.permit(from, permission),
        }
    }

    pub(super) fn permit(&self, from: ParticipantId, permission: Permission) -> Result<(), CommandError> {
        if self.may(from, permission) { Ok(()) } else { Err(CommandError::not_permitted()) }
    }

    pub(super) fn may(&self, who: ParticipantId, permission: Permission) -> bool {
        self.members.get(&who).is_some_and(|member| self.allows(member.person.role, permission))
    }

    pub(super) fn allows(&self, role: Role, permission: Permission) -> bool {
        permissions::allows(role, permission, &self.record.settings)
    }

    /// Somebody in the room.
    pub(super) fn member(&self, id: ParticipantId) -> Result<&Member, CommandError> {
        self.members.get(&id).ok_or_else(CommandError::no_such_participant)
    }

    /// Somebody in the room on whom `from` may act.
    pub(super) fn target(&self, from: ParticipantId, id: ParticipantId) -> Result<&Member, CommandError> {
        let target = self.member(id)?;
        let may = permissions::may_act_on(self.member(from)?.person.role, target.person.role);
        if may { Ok(target) } else { Err(CommandError::not_permitted()) }
    }

    pub(super) fn identity(&self, id: ParticipantId) -> Option<Identity> {
        let claims =
            self.members.get(&id).map(|member| &member.claims).or_else(|| self.waiting.get(&id).map(|knock| &knock.claims));
        claims.map(|claims| claims.identity.clone())
    }

    pub(super) fn everyone(&self) -> Vec<ParticipantId> {
        self.members.keys().copied().collect()
    }

    pub(super) fn others(&self, id: ParticipantId) -> Vec<ParticipantId> {
        self.members.keys().copied().filter(|&other| other != id).collect()
    }

    /// Those who may admit, and so see who waits.
    pub(super) fn admitters(&self) -> Vec<ParticipantId> {
        self.with_role(|role| self.allows(role, Permission::Admit))
    }

    pub(super) fn with_role(&self, fits: impl Fn(Role) -> bool) -> Vec<ParticipantId> {
        self.members.values().filter(|member| fits(member.person.role)).map(|member| member.person.id).collect()
    }

    pub fn stage(&self, participant: ParticipantId) -> Option<Stage> {
        if self.members.contains_key(&participant) {
            Some(Stage::Joined)
        } else {
            self.waiting.contains_key(&participant).then_some(Stage::Waiting)
        }
    }

    /// The hash that a resume token must have; `None` when nobody by this id is here or their token is dead.
    pub fn resume_hash(&self, participant: ParticipantId) -> Option<&str> {
        match self.members.get(&participant) {
            Some(member) => member.resume_hash.as_deref(),
            None => self.waiting.get(&participant)?.resume_hash.as_deref(),
        }
    }

    pub fn find_identity(&self, identity: &Identity) -> Option<(ParticipantId, Stage)> {
        let inside = self.members.iter().find(|(_, member)| member.identity() == identity);
        let outside = || self.waiting.iter().find(|(_, knock)| knock.claims.identity == *identity);
        match inside {
            Some((id, _)) => Some((*id, Stage::Joined)),
            None => outside().map(|(id, _)| (*id, Stage::Waiting)),
        }
    }

    pub fn session(&self) -> SessionId {
        self.session
    }

    pub fn record(&self) -> &RoomRecord {
        &self.record
    }

    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    pub fn topology(&self) -> Topology {
        self.topology
    }

    pub fn recording(&self) -> Option<crate::protocol::RunningRecording> {
        self.recording
    }

    pub fn started_at(&self) -> Timestamp {
        self.started_at
    }

    pub fn ended(&self) -> Option<EndReason> {
        self.ended
    }

    pub fn is_banned(&self, identity: &Identity) -> bool {
        self.banned.contains(identity)
    }

    /// Everybody whose shell should exist: members first, then those who wait.
    pub fn everybody(&self) -> impl Iterator<Item = (ParticipantId, Stage)> + '_ {
        let members = self.members.keys().map(|id| (*id, Stage::Joined));
        members.chain(self.waiting.keys().map(|id| (*id, Stage::Waiting)))
    }

    /// Everybody whose socket lives, as far as the room was told.
    pub fn online(&self) -> Vec<ParticipantId> {
        let members = self.members.iter().filter(|(_, member)| member.online()).map(|(id, _)| *id);
        members.chain(self.waiting.iter().filter(|(_, knock)| knock.online()).map(|(id, _)| *id)).collect()
    }
}

pub(super) fn done() -> CommandResult {
    Ok(ReplyBody::Done {})
}

fn not_for_the_room() -> CommandError {
    CommandError::new(ErrorCode::NotAvailable, "this is not answered here")
}
