//! A room with named people. Every step checks what must always hold: inputs survive their JSON, what is not durable changes nothing,
//! and each client's mirror makes sense of its events.

use crate::{
    clock::{Timestamp, at},
    ids::*,
    media::{MediaCommand, MediaEvent, Permit},
    ports::{JournalEntry, RoomRecord},
    protocol::{
        ClientCommand, CloseCode, CommandError, Connection, ErrorCode, Participant, ReplyBody, Role, ServerEvent, Settings,
        Stage, TopologyMode,
    },
    room::{
        Claims, CommandResult, Draw, Drawn, Effect, Input, Outcome, RoomState, Rules,
        mirror::{Mirror, name_of},
        replay::{self, Opening, Start},
    },
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

pub const OPENED: u64 = 1_700_000_000_000;

pub struct Story {
    pub state: RoomState,
    pub start: Start,
    pub journal: Vec<JournalEntry>,
    pub effects: Vec<Effect>,
    pub mirrors: BTreeMap<ParticipantId, Mirror>,
    pub closed: BTreeMap<ParticipantId, CloseCode>,
    /// Use a grant at once, as a participant's shell does.
    pub redeems: bool,
    now: Timestamp,
    inputs: u128,
    ids: BTreeMap<String, ParticipantId>,
    events: BTreeMap<ParticipantId, Vec<ServerEvent>>,
    /// Who has an outbox, even without a socket.
    shells: BTreeSet<ParticipantId>,
    /// Whose outbox is lost: nothing reaches them before a snapshot.
    pub deaf: BTreeSet<ParticipantId>,
    pub plane: Plane,
}

/// What the media plane was told so far.
#[derive(Default)]
pub struct Plane {
    pub peers: BTreeMap<ParticipantId, Permit>,
    pub offered: BTreeMap<ParticipantId, u32>,
    pub commands: Vec<MediaCommand>,
    pub taps: BTreeMap<ParticipantId, Vec<crate::protocol::Source>>,
}

impl Plane {
    fn take(&mut self, command: &MediaCommand) {
        match command {
            MediaCommand::AddPeer { participant, permit } => drop(self.peers.insert(*participant, *permit)),
            MediaCommand::OfferReceive { participant, epoch, .. } => drop(self.offered.insert(*participant, *epoch)),
            MediaCommand::RemovePeer { participant } => {
                assert!(self.peers.remove(participant).is_some(), "removed, but was not there");
                self.offered.remove(participant);
            }
            MediaCommand::AddTap { participant, sources } => drop(self.taps.insert(*participant, sources.clone())),
            MediaCommand::RemoveTap { participant } => drop(self.taps.remove(participant)),
            MediaCommand::OfferTap { participant, .. } => {
                assert!(self.taps.contains_key(participant), "{command:?} of somebody who sends no copy");
            }
            MediaCommand::AttachSink { .. } | MediaCommand::DetachSink { .. } => {}
            MediaCommand::Close => assert!(self.peers.is_empty() && self.taps.is_empty(), "closed with people in it"),
            MediaCommand::Offer { participant, .. }
            | MediaCommand::Answer { participant, .. }
            | MediaCommand::Want { participant, .. } => {
                assert!(self.peers.contains_key(participant), "{command:?} of somebody without a place");
            }
        }
        self.commands.push(command.clone());
    }
}

pub fn identity(name: &str) -> Identity {
    Identity::from_subject(format!("guest:{name}"))
}

pub fn claims(name: &str) -> Claims {
    let display_name = name[..1].to_uppercase() + &name[1..];
    Claims {
        identity: identity(name),
        user_id: None,
        display_name,
        role: Role::Participant,
        guest: true,
        consents: Default::default(),
        few_links: false,
    }
}

/// A room of alice's without a waiting room.
pub fn open_room() -> Settings {
    Settings { waiting_room: crate::protocol::room::WaitingRoom::Off, join_before_host: true, ..Settings::default() }
}

impl Story {
    pub fn new(settings: Settings) -> Self {
        Self::with_rules(settings, Rules::default())
    }

    pub fn with_rules(settings: Settings, rules: Rules) -> Self {
        let record = RoomRecord {
            room_id: Uuid::from_u128(1).into(),
            tenant_id: Uuid::from_u128(2).into(),
            room_code: "ABCD-2345".to_owned(),
            name: "Tea".to_owned(),
            template: "open".to_owned(),
            settings,
            host: identity("alice"),
            has_password: false,
            created_at: at(OPENED),
            starts_at: None,
            expires_at: None,
        };
        let session_id = Uuid::from_u128(3).into();
        Self::opened(Opening { record, session_id, rules, opened_at: at(OPENED), known: Vec::new() })
    }

    pub fn opened(opening: Opening) -> Self {
        let state = RoomState::open(opening.clone());
        let start = Start::Opening(Box::new(opening));
        Self {
            state,
            start,
            journal: Vec::new(),
            effects: Vec::new(),
            mirrors: BTreeMap::new(),
            closed: BTreeMap::new(),
            redeems: true,
            now: at(OPENED),
            inputs: 0,
            ids: BTreeMap::new(),
            events: BTreeMap::new(),
            shells: BTreeSet::new(),
            deaf: BTreeSet::new(),
            plane: Plane::default(),
        }
    }

    /// A room without a waiting room, with these people in it.
    pub fn with(people: &[&str]) -> Self {
        let mut story = Self::new(open_room());
        people.iter().for_each(|name| story.joins(name));
        story.forget_the_past();
        story
    }

    /// Time goes on to `ms` after the opening; on the way the room gets its ticks.
    pub fn at(&mut self, ms: u64) {
        let then = at(OPENED + ms);
        for _ in 0..100 {
            let Some(deadline) = self.state.next_deadline().filter(|deadline| *deadline <= then) else { break };
            self.now = self.now.max(deadline);
            assert!(self.put(Input::Tick).durable, "a tick at the deadline does something");
        }
        self.now = self.now.max(then);
    }

    pub fn put(&mut self, input: Input) -> Outcome {
        self.inputs += 1;
        let drawn = Drawn { draw: Draw(Uuid::from_u128(self.inputs << 64 | 0xABCD)), input };
        let text = replay::encode(&drawn);
        let before = self.state.clone();
        let outcome = self.state.apply(&drawn, self.now);
        if outcome.durable {
            let same: Drawn = serde_json::from_str(&text).expect("an input comes back from its JSON");
            assert!(same == drawn, "changed by its JSON: {text}");
            let seq = self.journal.len() as u64 + 1;
            self.journal.push(JournalEntry { session_id: before.session(), seq, at: self.now, input: text });
        } else {
            assert!(self.state == before, "not durable, but it changed the state: {text}");
            assert_eq!(replay::digest(&self.state), replay::digest(&before), "{text}");
        }
        self.run(outcome.effects.clone());
        outcome
    }

    /// What the shells do with the effects.
    fn run(&mut self, effects: Vec<Effect>) {
        let (mut grants, mut concluded) = (Vec::new(), Vec::new());
        for effect in &effects {
            match effect {
                Effect::Deliver { to, event } => to.iter().for_each(|id| self.deliver(*id, event)),
                Effect::Close { participant, code } => {
                    self.closed.insert(*participant, *code);
                }
                Effect::Forget { participant } => {
                    assert!(self.state.stage(*participant).is_none(), "forgotten, but still here");
                    self.shells.remove(participant);
                    self.deaf.remove(participant);
                    self.mirrors.remove(participant);
                }
                Effect::Grant { to, grant } => grants.push((*to, *grant)),
                Effect::Conclude(input) => concluded.push(input.clone()),
                Effect::Media(command) => self.plane.take(command),
                _ => {}
            }
        }
        self.effects.extend(effects);
        concluded.into_iter().for_each(|input| drop(self.put(input)));
        if self.redeems {
            for (participant, grant) in grants {
                self.put(Input::Redeem { participant, grant });
            }
        }
    }

    fn deliver(&mut self, id: ParticipantId, event: &ServerEvent) {
        if matches!(event, ServerEvent::Welcome(_) | ServerEvent::Waiting(_)) {
            self.deaf.remove(&id);
        }
        if self.deaf.contains(&id) {
            return;
        }
        self.shells.insert(id);
        let mirror = self.mirrors.entry(id).or_default();
        if let Err(surprise) = mirror.take(event) {
            panic!("{surprise}: {} to {id}", name_of(event));
        }
        self.events.entry(id).or_default().push(event.clone());
    }

    /// What a participant's shell asks for when it cannot replay.
    pub fn snapshot(&mut self, id: ParticipantId) {
        let joined = self.state.welcome_for(id).map(|welcome| ServerEvent::Welcome(Box::new(welcome)));
        let event = joined.or_else(|| self.state.waiting_for(id).map(|waiting| ServerEvent::Waiting(Box::new(waiting))));
        if let Some(event) = event {
            self.deliver(id, &event);
        }
    }

    /// The worker of the room's media fails.
    pub fn media_fails(&mut self) {
        self.plane = Plane::default();
        self.put(Input::MediaFailed);
    }

    /// The media plane says something; gives how many deliveries came of it.
    pub fn hear_media(&mut self, event: MediaEvent) -> usize {
        let effects = self.state.media_event(event);
        let delivered = effects.len();
        self.run(effects);
        delivered
    }

    /// Everybody who is online has everybody on the path that comes up.
    pub fn everybody_ready(&mut self) {
        let Some(switching) = self.state.topology().switching else { return };
        let here: Vec<_> = self.state.participants().iter().map(|person| person.id).collect();
        for from in
            self.state.participants().iter().filter(|person| person.connection == Connection::Online).map(|person| person.id)
        {
            let edges = here.clone();
            let command = crate::protocol::client::TopologyReady { epoch: switching.epoch, edges }.into();
            assert!(self.put(Input::Command { from, command }).reply.is_ok());
        }
    }

    pub fn id(&self, name: &str) -> ParticipantId {
        *self.ids.get(name).unwrap_or_else(|| panic!("{name} has not been here"))
    }

    pub fn knows(&self, name: &str) -> bool {
        self.ids.contains_key(name)
    }

    pub fn hello_as(&mut self, name: &str, claims: Claims) -> Result<Stage, ErrorCode> {
        let fresh = ParticipantId(Uuid::from_u128(1_000 + self.inputs));
        let input = Input::Hello { participant: fresh, claims, resume_hash: format!("hash of {name} {}", self.inputs) };
        match self.put(input).reply {
            Ok(ReplyBody::Started { state, participant_id, .. }) => {
                self.ids.insert(name.to_owned(), participant_id);
                assert_eq!(self.state.stage(participant_id), Some(state));
                Ok(state)
            }
            Ok(_) => panic!("hello is answered with a stage"),
            Err(error) => Err(error.code),
        }
    }

    pub fn hello(&mut self, name: &str) -> Result<Stage, ErrorCode> {
        self.hello_as(name, claims(name))
    }

    pub fn joins(&mut self, name: &str) {
        assert_eq!(self.hello(name), Ok(Stage::Joined), "{name} comes in");
    }

    pub fn knocks(&mut self, name: &str) {
        assert_eq!(self.hello(name), Ok(Stage::Waiting), "{name} waits");
    }

    pub fn loses_socket(&mut self, name: &str) {
        let participant = self.id(name);
        self.put(Input::Disconnected { participant });
    }

    pub fn resumes(&mut self, name: &str, fresh: bool) -> Result<(), ErrorCode> {
        let participant = self.id(name);
        self.put(Input::Resumed { participant, fresh }).reply.map(drop).map_err(|error| error.code)
    }

    /// Sends a command, written as on the wire; `"@bob"` anywhere in it is bob's id.
    pub fn say(&mut self, name: &str, command: Value) -> CommandResult {
        let mut text = command.to_string();
        for (name, id) in &self.ids {
            text = text.replace(&format!("\"@{name}\""), &format!("\"{id}\""));
        }
        let command: ClientCommand = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let from = self.id(name);
        self.put(Input::Command { from, command }).reply
    }

    pub fn ok(&mut self, name: &str, command: Value) -> ReplyBody {
        self.say(name, command.clone()).unwrap_or_else(|error| panic!("{command} of {name} was refused: {error:?}"))
    }

    pub fn error(&mut self, name: &str, command: Value) -> CommandError {
        match self.say(name, command.clone()) {
            Ok(_) => panic!("{command} of {name} was not refused"),
            Err(error) => error,
        }
    }

    pub fn refused(&mut self, name: &str, command: Value) -> ErrorCode {
        self.error(name, command).code
    }

    /// The names of the events that this person got since they were last asked for.
    pub fn heard(&mut self, name: &str) -> Vec<String> {
        self.events_of(name).iter().map(name_of).collect()
    }

    pub fn events_of(&mut self, name: &str) -> Vec<ServerEvent> {
        self.events.remove(&self.id(name)).unwrap_or_default()
    }

    /// The last event of this name since they were last asked for, as JSON.
    pub fn got(&mut self, name: &str, event: &str) -> Value {
        let found = self.events_of(name).into_iter().rev().find(|other| name_of(other) == event);
        found.map_or(Value::Null, |event| json!(event))
    }

    pub fn forget_the_past(&mut self) {
        self.events.clear();
        self.effects.clear();
        self.closed.clear();
    }

    pub fn person(&self, name: &str) -> Participant {
        let id = self.id(name);
        self.state.participants().into_iter().find(|person| person.id == id).unwrap_or_else(|| panic!("{name} is not here"))
    }

    pub fn is_here(&self, name: &str) -> bool {
        self.ids.get(name).is_some_and(|id| self.state.stage(*id) == Some(Stage::Joined))
    }

    pub fn waits(&self, name: &str) -> bool {
        self.ids.get(name).is_some_and(|id| self.state.stage(*id) == Some(Stage::Waiting))
    }

    pub fn closed_with(&self, name: &str) -> Option<CloseCode> {
        self.closed.get(&self.id(name)).copied()
    }

    pub fn forgotten(&self, name: &str) -> bool {
        !self.shells.contains(&self.id(name))
    }

    pub fn audited(&self) -> Vec<&'static str> {
        let action = |effect: &Effect| if let Effect::Audit { action, .. } = effect { Some(*action) } else { None };
        self.effects.iter().filter_map(action).collect()
    }

    /// Every member's mirror is what a new snapshot would say, and so is everybody's waiting.
    pub fn check_mirrors(&self) {
        for (id, stage) in self.state.everybody() {
            let mirror = self.mirrors.get(&id).expect("everybody was told something");
            match stage {
                Stage::Joined => {
                    let welcome = self.state.welcome_for(id).expect("a member");
                    if !mirror.knows(&welcome) {
                        let known = mirror.inside.as_ref().map(|inside| json!(inside));
                        panic!("{id} knows\n{}\nand the room is\n{}", known.unwrap_or_default(), json!(welcome));
                    }
                }
                Stage::Waiting => {
                    assert!(mirror.inside.is_none(), "waiting people know nothing of the room");
                    assert!(mirror.waiting == self.state.waiting_for(id), "{id} knows its place");
                }
            }
        }
    }

    /// What is true of every room at any time.
    pub fn check_order(&self) {
        let people = self.state.participants();
        let count = |fits: &dyn Fn(&Participant) -> bool| people.iter().filter(|person| fits(person)).count();
        assert!(count(&|person| person.role == Role::Host) <= 1, "one host");
        assert!(count(&|person| person.screen_sharing) <= 1, "one screen");
        let publishes = |person: &Participant| !person.muted || person.video_on || person.screen_sharing;
        assert_eq!(count(&|person| person.role == Role::Observer && publishes(person)), 0, "observers publish nothing");
        let room = self.state.room();
        assert!(room.spotlight.is_none_or(|id| self.state.stage(id) == Some(Stage::Joined)), "nobody is in the spotlight");
        let identities: BTreeSet<_> = self.state.everybody().filter_map(|(id, _)| self.state.identity(id)).collect();
        assert_eq!(identities.len(), self.state.everybody().count(), "each is here once");
        let overdue = self.state.next_deadline().is_some_and(|deadline| deadline < self.now);
        assert!(!overdue, "a deadline has passed and nothing happened");
    }

    /// The media plane has exactly the members while a path leads through it, on its epoch, and nobody else.
    pub fn check_plane(&self) {
        let topology = self.state.topology();
        let coming = topology.switching.filter(|switching| switching.to == TopologyMode::Sfu).map(|switching| switching.epoch);
        let epoch = coming.or((topology.mode == TopologyMode::Sfu).then_some(topology.epoch));
        let here: BTreeSet<_> = self.state.participants().iter().map(|person| person.id).collect();
        let there: BTreeSet<_> = self.plane.peers.keys().copied().collect();
        match epoch {
            Some(epoch) if self.state.ended().is_none() => {
                assert_eq!(there, here, "the plane has who is in the room");
                assert!(self.plane.offered.values().all(|offered| *offered == epoch), "on the path {epoch}");
            }
            _ => assert!(there.is_subset(&here), "whoever is gone is gone from the plane"),
        }
        for person in self.state.participants() {
            let observes = |permit: &Permit| *permit == Permit::default();
            let permit = self.plane.peers.get(&person.id);
            assert!(person.role != Role::Observer || permit.is_none_or(observes), "observers may send nothing");
        }
    }

    /// The journal gives the same state back.
    pub fn check_journal(&self) {
        let file = replay::write_file(&self.start, &self.journal);
        let replayed = replay::replay_file(&file).unwrap_or_else(|error| panic!("{error}"));
        assert!(replayed.state == self.state, "the journal gives another state");
        assert_eq!(replayed.digest, replay::digest(&self.state));
        assert_eq!(replayed.entries, self.journal.len());
    }
}
