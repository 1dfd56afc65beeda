//! How the rest of the server reaches rooms: a handle that stays good whatever actor is made again behind it.

use super::{
    Find, FoundRoom, MeetingManager, SimulatePanic,
    directory::{Directory, OpenRoom},
};
use crate::{
    clock::Clock,
    ids::{Identity, ParticipantId, RecordingId, RoomId},
    participant::{ParticipantSetup, limits::RateLimits, outbox::OutboxLimits},
    ports::{EmotionReader, IceServers, MediaPlane, Recorder, RoomRecord, RoomStore},
    protocol::{
        CommandError, EmotionReading, EndReason, ErrorCode, Purpose, RecordingProblem, RecordingStop, ReplyBody,
        RunningRecording, SharedFile,
    },
    room::{
        CommandResult,
        actor::{Room, RoomSetup, messages as to_room, needs::NeedsChanged, services::no_session},
        observe::LiveRoom,
        rules::Rules,
    },
    sinks::{MediaNeed, NeedRegistry, NeededMedia, SinkFactory},
    supervise::{BackOff, PulseWatch, Supervised},
};
use actix::{Addr, ArbiterHandle, prelude::SendError};
use futures_util::future::join_all;
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::{sync::oneshot, time::timeout};

/// What rooms need of the outside, and their rules.
pub struct RoomsSetup {
    pub clock: Clock,
    pub store: Arc<dyn RoomStore>,
    pub ice: Arc<dyn IceServers>,
    /// Forwards media; without one every room is a mesh.
    pub media: Option<Arc<dyn MediaPlane>>,
    /// Without one, or without a media plane, nothing is recorded.
    pub recorder: Option<Arc<dyn Recorder>>,
    /// Without one, or without a media plane, no emotion is read.
    pub emotion: Option<Arc<dyn EmotionReader>>,
    pub rules: Rules,
    pub outbox: OutboxLimits,
    pub rates: RateLimits,
    /// Are simulated faults allowed?
    pub dev: bool,
    /// Rooms are spread over these. At least one.
    pub arbiters: Vec<ArbiterHandle>,
}

/// How long an actor may take to answer before the one who asks is told `busy`.
const DEADLINE: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub struct RoomsHandle {
    directory: Arc<Directory>,
    manager: Arc<OnceLock<Supervised<MeetingManager>>>,
    needs: Arc<NeedRegistry>,
}

impl RoomsHandle {
    /// Starts the manager, which goes on with the sessions that were open.
    pub fn start(setup: RoomsSetup) -> Self {
        let rooms = Self { directory: Arc::default(), manager: Arc::default(), needs: Arc::default() };
        let participant = ParticipantSetup {
            clock: setup.clock,
            outbox: setup.outbox,
            rates: setup.rates,
            ice: setup.ice,
            emotion: setup.emotion.clone(),
            dev: setup.dev,
        };
        let forwards = setup.media.is_some();
        let room_setup = Arc::new(RoomSetup {
            clock: setup.clock,
            store: setup.store,
            rules: Rules {
                sfu_available: forwards,
                can_record: forwards && setup.recorder.is_some(),
                can_read_emotion: forwards && setup.emotion.is_some(),
                ..setup.rules
            },
            media: setup.media,
            recorder: setup.recorder,
            emotion: setup.emotion,
            needs: rooms.needs.clone(),
            participant: Arc::new(participant),
        });
        let (handle, home, arbiters) = (rooms.clone(), setup.arbiters[0].clone(), Arc::new(setup.arbiters));
        let manager = Supervised::start_on(&home, "meeting_manager", move || {
            MeetingManager::start_with(handle.clone(), room_setup.clone(), handle.directory.clone(), arbiters.clone())
        });
        drop(rooms.manager.set(manager));
        rooms
    }

    /// The room's actor; opens the room (and a session) if nobody is there.
    pub async fn open(&self, room: RoomId) -> FoundRoom {
        self.find(room, false).await
    }

    /// The room's actor if a session is open: for a resume.
    pub async fn existing(&self, room: RoomId) -> FoundRoom {
        self.find(room, true).await
    }

    async fn find(&self, room: RoomId, existing: bool) -> FoundRoom {
        if let Some(open) = self.directory.alive(room) {
            return Ok(open);
        }
        let mut back_off = BackOff::new(Duration::from_millis(10), Duration::from_millis(500));
        // The manager may be made again in between: a dropped answer means ask again.
        for _ in 0..6 {
            let (answer, found) = oneshot::channel();
            let manager = self.manager.get().ok_or_else(CommandError::busy)?.addr();
            match manager.try_send(Find { room, existing, answer }) {
                Ok(()) => {
                    if let Ok(Ok(found)) = timeout(DEADLINE, found).await {
                        return found;
                    }
                }
                Err(SendError::Full(_)) => metrics::counter!("greenroom_queue_drops_total", "queue" => "manager").increment(1),
                // It is being made again.
                Err(SendError::Closed(_)) => {}
            }
            tokio::time::sleep(back_off.next_pause()).await;
        }
        Err(CommandError::busy())
    }

    /// The actor that replaced `dead`, once there is one; `None` when the room does not come back.
    pub async fn find_after_crash(self, room: RoomId, dead: Addr<Room>) -> Option<(Addr<Room>, PulseWatch)> {
        let mut back_off = BackOff::new(Duration::from_millis(10), Duration::from_secs(1));
        for _ in 0..20 {
            tokio::time::sleep(back_off.next_pause()).await;
            match self.existing(room).await {
                Ok(open) if open.addr != dead => return Some((open.addr, open.pulse)),
                Err(error) if error.code == ErrorCode::ResumeExpired || error.code == ErrorCode::RoomNotFound => return None,
                _ => {}
            }
        }
        None
    }

    /// What goes on in a room; `None` when no session is open.
    pub async fn live(&self, room: RoomId) -> Option<LiveRoom> {
        let open = self.directory.alive(room)?;
        timeout(DEADLINE, open.addr.send(to_room::Observe)).await.ok()?.ok()
    }

    /// Is this participant a member of the room now?
    pub async fn is_member(&self, room: RoomId, participant: ParticipantId) -> bool {
        let Some(open) = self.directory.alive(room) else { return false };
        matches!(timeout(DEADLINE, open.addr.send(to_room::IsMember(participant))).await, Ok(Ok(true)))
    }

    /// Does this member agree to that? None: no session is open, or there is no such member now.
    pub async fn allows(&self, room: RoomId, participant: ParticipantId, purpose: Purpose) -> Option<bool> {
        let open = self.directory.alive(room)?;
        timeout(DEADLINE, open.addr.send(to_room::Allows(participant, purpose))).await.ok()?.ok()?
    }

    /// As whom somebody is a member of the room now; none if they aren't.
    pub async fn member(&self, room: RoomId, identity: Identity) -> Option<ParticipantId> {
        let open = self.directory.alive(room)?;
        timeout(DEADLINE, open.addr.send(to_room::MemberOf(identity))).await.ok()?.ok()?
    }

    /// As [`member`](Self::member), with what they agree to.
    pub async fn member_consents(&self, room: RoomId, identity: Identity) -> Option<(ParticipantId, crate::protocol::Consents)> {
        let open = self.directory.alive(room)?;
        timeout(DEADLINE, open.addr.send(to_room::ConsentsOf(identity))).await.ok()?.ok()?
    }

    /// Tells an open room that its record was changed from outside.
    pub async fn changed(&self, record: RoomRecord) -> Result<(), CommandError> {
        match self.directory.alive(record.room_id) {
            None => Ok(()),
            Some(open) => open.addr.try_send(to_room::RoomChanged { record: Box::new(record) }).map_err(|_| CommandError::busy()),
        }
    }

    /// Ends the open session, if there is one. Answered when that is kept.
    pub async fn end(&self, room: RoomId, reason: EndReason) -> CommandResult {
        let (answer, result) = oneshot::channel();
        match self.directory.alive(room) {
            None => Err(CommandError::new(ErrorCode::RoomEnded, "no session is open")),
            Some(open) => ask(open, to_room::EndSession { reason, answer }, result).await,
        }
    }

    /// Something on the server needs media of the room's open session, until what is returned is dropped or the session ends. `sinks` makes a
    /// sink for each track of everybody who agreed to `purpose`, at its first sound; a room that is made again goes on with the same ones.
    /// A mesh stays one: people send an extra copy. `Err`: no session is open.
    pub fn need(
        &self,
        room: RoomId,
        purpose: Purpose,
        media: NeededMedia,
        sinks: SinkFactory,
    ) -> Result<MediaNeed, CommandError> {
        if self.directory.alive(room).is_none() {
            return Err(CommandError::new(ErrorCode::RoomEnded, "no session is open"));
        }
        let (directory, registry) = (self.directory.clone(), self.needs.clone());
        // A room whose mailbox is full looks by itself.
        let tell = Box::new(move || {
            if let Some(open) = directory.alive(room) {
                let _ = open.addr.try_send(NeedsChanged);
            }
        });
        let id = registry.add(room, purpose, media, sinks);
        tell();
        Ok(MediaNeed { id, room, registry, tell })
    }

    /// Records the open session; the recording that runs, if one does already. Answered when that is kept.
    pub async fn start_recording(&self, room: RoomId, by: Identity) -> Result<RecordingId, CommandError> {
        let (answer, result) = oneshot::channel();
        let open = self.directory.alive(room).ok_or_else(no_session)?;
        match ask(open, to_room::StartRecording { by, answer }, result).await? {
            ReplyBody::Recording { recording_id } => Ok(recording_id),
            _ => Err(CommandError::busy()),
        }
    }

    /// Stops this recording. Answered when that is kept; the files follow.
    pub async fn stop_recording(
        &self,
        room: RoomId,
        recording: RecordingId,
        reason: RecordingStop,
        by: Option<Identity>,
    ) -> Result<(), CommandError> {
        let (answer, result) = oneshot::channel();
        let open = self.directory.alive(room).ok_or_else(no_session)?;
        ask(open, to_room::StopRecording { recording, reason, by, answer }, result).await.map(drop)
    }

    /// The recording of the room that runs now.
    pub async fn recording(&self, room: RoomId) -> Option<RunningRecording> {
        let open = self.directory.alive(room)?;
        timeout(DEADLINE, open.addr.send(to_room::RunningRecordingOf)).await.ok()?.ok()?
    }

    /// The recorder keeps nothing for this reason, or keeps again. `Err`: the room has no time; say it again later.
    pub fn recording_troubled(
        &self,
        room: RoomId,
        recording: RecordingId,
        problem: Option<RecordingProblem>,
    ) -> Result<(), CommandError> {
        let open = self.directory.alive(room).ok_or_else(no_session)?;
        open.addr.try_send(to_room::RecordingTroubled { recording, problem }).map_err(|_| CommandError::busy())
    }

    /// What a clip of a member's voice sounds like. A room that has no time for it does without.
    pub fn tell_emotion(&self, room: RoomId, reading: EmotionReading) {
        if let Some(open) = self.directory.alive(room)
            && open.addr.try_send(to_room::EmotionRead(reading)).is_err()
        {
            metrics::counter!("greenroom_queue_drops_total", "queue" => "emotion_readings").increment(1);
        }
    }

    /// A member uploaded a file: it may be named in a chat message from now on.
    pub async fn file_uploaded(&self, room: RoomId, participant: ParticipantId, file: SharedFile) -> CommandResult {
        let (answer, result) = oneshot::channel();
        match self.directory.alive(room) {
            None => Err(CommandError::new(ErrorCode::NotInRoom, "no session is open")),
            Some(open) => ask(open, to_room::FileUploaded { participant, file, answer }, result).await,
        }
    }

    /// Tells everybody that the server goes away, keeps every room, and closes the sockets.
    pub async fn drain(&self, reconnect_to: Option<String>, retry_in_ms: u64) {
        let done = self.directory.all().into_iter().map(|(_, open)| {
            let (answer, done) = oneshot::channel();
            let told = open.addr.try_send(to_room::Drain { reconnect_to: reconnect_to.clone(), retry_in_ms, answer });
            async move { told.is_ok() && done.await.is_ok() }
        });
        let drained = join_all(done).await.into_iter().filter(|done| *done).count();
        tracing::info!(rooms = drained, "rooms drained");
    }

    /// Every open room: for `/healthz`, metrics and tests.
    pub async fn observe(&self) -> Vec<LiveRoom> {
        let asked = self.directory.all().into_iter().map(|(_, open)| open.addr.send(to_room::Observe));
        timeout(DEADLINE, join_all(asked)).await.map(|rooms| rooms.into_iter().flatten().collect()).unwrap_or_default()
    }

    /// One open room with its actor's queues and everybody in it.
    pub async fn observe_room(&self, room: RoomId) -> Option<to_room::RoomObservation> {
        let open = self.directory.alive(room)?;
        timeout(DEADLINE, open.addr.send(to_room::ObserveEverybody)).await.ok()?.ok()
    }

    /// How many rooms are open.
    pub fn count(&self) -> usize {
        self.directory.all().len()
    }

    /// Does the manager take messages? Otherwise `/readyz` says so.
    pub fn is_ready(&self) -> bool {
        self.manager.get().is_some_and(|manager| manager.addr().connected())
    }

    pub(crate) fn simulate_panic(&self) {
        if let Some(manager) = self.manager.get() {
            drop(manager.addr().try_send(SimulatePanic));
        }
    }
}

async fn ask<M>(open: OpenRoom, message: M, result: oneshot::Receiver<CommandResult>) -> CommandResult
where
    M: actix::Message + Send + 'static,
    M::Result: Send,
    Room: actix::Handler<M>,
{
    open.addr.try_send(message).map_err(|_| CommandError::busy())?;
    match timeout(DEADLINE, result).await {
        Ok(Ok(result)) => result,
        _ => Err(CommandError::busy()),
    }
}
