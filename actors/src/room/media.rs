//! The media plane's side of a room: who has a place there and what they may send, brought into line with the state at the end of each turn;
//! descriptions on their way to it, and what it says on its way to people. Nothing of it is in the journal: it follows from what is.

use super::{
    CommandResult, Effect,
    people::Member,
    state::{RoomState, done},
    turn::Turn,
};
use crate::{
    clock::Timestamp,
    ids::*,
    media::{DescriptionError, MediaCommand, MediaEvent, Permit},
    protocol::{
        Address, CommandError, DescriptionProblem, LayersWanted, Leg, Limited, Permission, ServerEvent, Slot, Want,
        client::{Answer, Offer, Subscribe},
    },
};
use std::{collections::BTreeMap, time::Duration};

const TRACKS_MAX: usize = 64;
const MID_CHARS: usize = 64;
const WANTS_MAX: usize = 500;
const PRIORITY_MAX: u8 = 10;
/// A room that is made again tells the plane to forget who left in this time before: the word may not have reached it.
const LEFT_LATELY: Duration = Duration::from_secs(120);

#[derive(Clone, Default)]
pub(super) struct MediaTransient {
    /// Who has a place in the media plane, as it was last told.
    peers: BTreeMap<ParticipantId, Peer>,
    pub wants: BTreeMap<ParticipantId, Vec<Want>>,
    /// What each was last told, for whoever is back.
    news: BTreeMap<ParticipantId, News>,
    speaker: Option<ParticipantId>,
    /// The media plane keeps something of this room.
    open: bool,
}

#[derive(Clone, Copy, PartialEq)]
struct Peer {
    epoch: u32,
    permit: Permit,
}

#[derive(Clone, Default)]
struct News {
    slots: Option<(u32, Vec<Slot>)>,
    layers: Option<Vec<LayersWanted>>,
    limited: Option<Vec<Limited>>,
}

impl RoomState {
    /// What somebody may send: their role and the settings say so, and no host switched it off.
    pub(super) fn media_permit(&self, member: &Member) -> Permit {
        let allows = |permission| self.allows(member.person.role, permission);
        let may_unmute = !member.person.muted || member.unmute_allowed || allows(Permission::Unmute);
        Permit {
            microphone: allows(Permission::PublishAudio) && may_unmute && !member.stopped.microphone,
            camera: allows(Permission::PublishVideo) && !member.stopped.camera,
            screen: allows(Permission::ShareScreen) && !member.stopped.screen,
        }
    }

    /// Makes the media plane have those who are in the room, while a path leads through it: no more and no less.
    pub(super) fn settle_media(&mut self, turn: &mut Turn) {
        match self.path.server_epoch().filter(|_| self.ended.is_none()) {
            Some(epoch) => self.settle_peers(epoch, turn),
            None => self.drop_peers(turn),
        }
        self.settle_taps(turn);
        self.close_idle_media(turn);
    }

    fn settle_peers(&mut self, epoch: u32, turn: &mut Turn) {
        let gone = |(id, peer): (&ParticipantId, &Peer)| (peer.epoch != epoch || !self.members.contains_key(id)).then_some(*id);
        let gone: Vec<_> = self.transient.media.peers.iter().filter_map(gone).collect();
        gone.into_iter().for_each(|id| self.drop_peer(id, turn));
        let wanted: Vec<_> = self.members.iter().map(|(id, member)| (*id, self.media_permit(member))).collect();
        for (participant, permit) in wanted {
            let before = self.transient.media.peers.insert(participant, Peer { epoch, permit });
            if before.map(|peer| peer.permit) != Some(permit) {
                turn.media(MediaCommand::AddPeer { participant, permit });
            }
            if before.is_none() {
                turn.media(MediaCommand::OfferReceive { participant, epoch, restart: false });
                if let Some(tracks) = self.transient.media.wants.get(&participant).cloned() {
                    turn.media(MediaCommand::Want { participant, tracks });
                }
            }
        }
    }

    /// Ends both connections of one participant with the server.
    pub(super) fn drop_peer(&mut self, participant: ParticipantId, turn: &mut Turn) {
        self.transient.media.news.remove(&participant);
        if self.transient.media.peers.remove(&participant).is_some() {
            turn.media(MediaCommand::RemovePeer { participant });
        }
    }

    /// The session is over.
    pub(super) fn close_media(&mut self, turn: &mut Turn) {
        self.drop_peers(turn);
        self.end_taps(turn);
        self.close_idle_media(turn);
    }

    fn close_idle_media(&mut self, turn: &mut Turn) {
        let idle = self.transient.media.peers.is_empty() && self.transient.taps.is_idle();
        let open = std::mem::replace(&mut self.transient.media.open, !idle);
        if idle && open {
            turn.media(MediaCommand::Close);
        }
    }

    fn drop_peers(&mut self, turn: &mut Turn) {
        let peers: Vec<_> = self.transient.media.peers.keys().copied().collect();
        peers.into_iter().for_each(|id| self.drop_peer(id, turn));
        if self.transient.media.speaker.take().is_some() {
            turn.deliver(self.everyone(), ServerEvent::ActiveSpeakerChanged { participant_id: None });
        }
    }

    /// The media plane has nobody of this room any more.
    pub(super) fn forget_media(&mut self) {
        let wants = std::mem::take(&mut self.transient.media.wants);
        self.transient.media = MediaTransient { wants, ..MediaTransient::default() };
    }

    /// The room's actor was made again: tells the media plane all of it anew. Who is there keeps their connections.
    pub fn media_anew(&mut self, now: Timestamp) -> Vec<Effect> {
        self.forget_media();
        let mut turn = Turn::new(super::Draw(uuid::Uuid::nil()), now);
        let lately: Vec<_> = self.book.left_since(now, LEFT_LATELY).filter(|id| !self.members.contains_key(id)).collect();
        if self.path.server_epoch().is_none() && self.transient.taps.is_needless() {
            // What the plane still has of this room may be the rest of a path that was left.
            if self.rules.sfu_available {
                turn.media(MediaCommand::Close);
            }
        } else {
            lately.iter().for_each(|participant| turn.media(MediaCommand::RemovePeer { participant: *participant }));
        }
        if !self.transient.taps.is_needless() {
            self.forget_strangers(lately, &mut turn);
        }
        self.settle_needs(&mut turn);
        self.settle_media(&mut turn);
        turn.into_outcome(done()).effects
    }

    pub(super) fn media_available(&self) -> Result<(), CommandError> {
        if self.rules.sfu_available { Ok(()) } else { Err(CommandError::not_available("media through the server")) }
    }

    /// Does a path lead through the server in this epoch?
    pub(super) fn on_server_path(&self, epoch: u32) -> Result<(), CommandError> {
        self.media_available()?;
        if self.path.server_epoch() == Some(epoch) {
            return Ok(());
        }
        Err(CommandError::bad_field("epoch", "media does not go through the server in that epoch"))
    }

    /// May media of this participant go to the server in this epoch: on the path, or as an extra copy?
    pub(super) fn sends_to_server(&self, participant: ParticipantId, epoch: u32) -> Result<(), CommandError> {
        if self.sends_copy(participant, epoch) { Ok(()) } else { self.on_server_path(epoch) }
    }

    pub(super) fn offer_to_server(&self, participant: ParticipantId, offer: &Offer, turn: &mut Turn) -> CommandResult {
        self.sends_to_server(participant, offer.epoch)?;
        let tracks = offer.tracks.clone().unwrap_or_default();
        if tracks.len() > TRACKS_MAX {
            return Err(CommandError::too_long("tracks", TRACKS_MAX));
        }
        if tracks.iter().any(|track| track.mid.is_empty() || track.mid.chars().count() > MID_CHARS) {
            return Err(CommandError::bad_field("tracks.mid", "mid must have 1 to 64 characters"));
        }
        let (sdp, epoch) = (offer.sdp.clone(), offer.epoch);
        turn.media(if self.sends_copy(participant, epoch) {
            MediaCommand::OfferTap { participant, sdp, tracks, epoch }
        } else {
            MediaCommand::Offer { participant, sdp, tracks, epoch }
        });
        done()
    }

    pub(super) fn answer_to_server(&self, participant: ParticipantId, answer: &Answer, turn: &mut Turn) -> CommandResult {
        self.on_server_path(answer.epoch)?;
        turn.media(MediaCommand::Answer { participant, sdp: answer.sdp.clone(), epoch: answer.epoch });
        done()
    }

    pub(super) fn restart_receive(&self, participant: ParticipantId, epoch: u32, turn: &mut Turn) -> CommandResult {
        self.on_server_path(epoch)?;
        turn.media(MediaCommand::OfferReceive { participant, epoch, restart: true });
        done()
    }

    pub(super) fn subscribe(&mut self, participant: ParticipantId, command: &Subscribe, turn: &mut Turn) -> CommandResult {
        self.media_available()?;
        if command.tracks.len() > WANTS_MAX {
            return Err(CommandError::too_long("tracks", WANTS_MAX));
        }
        if command.tracks.iter().any(|want| want.priority > PRIORITY_MAX) {
            return Err(CommandError::bad_field("tracks.priority", "priority must be 0 to 10"));
        }
        let tracks = command.tracks.clone();
        self.transient.media.wants.insert(participant, tracks.clone());
        if self.transient.media.peers.contains_key(&participant) {
            turn.media(MediaCommand::Want { participant, tracks });
        }
        done()
    }

    /// What the media plane says, for the people it is about. [`MediaEvent::Failed`] is an input, not this.
    pub fn media_event(&mut self, event: MediaEvent) -> Vec<Effect> {
        let tell = |to: ParticipantId, event| vec![Effect::Deliver { to: vec![to], event }];
        let from = Address::Sfu;
        match event {
            MediaEvent::Answered { participant, sdp, epoch } if self.publishes_in(participant, epoch) => {
                tell(participant, ServerEvent::AnswerReceived { from, sdp, epoch })
            }
            MediaEvent::Offered { participant, sdp, epoch } if self.is_peer_of(participant, epoch) => {
                tell(participant, ServerEvent::OfferReceived { from, sdp, epoch })
            }
            MediaEvent::Refused { participant, leg, epoch, error } if self.publishes_in(participant, epoch) => {
                tell(participant, refused(leg, epoch, &error))
            }
            MediaEvent::Lost { participant, leg: Leg::Tap } if self.is_tapped(participant) => {
                tell(participant, ServerEvent::PathLost { leg: Leg::Tap })
            }
            MediaEvent::Lost { participant, leg }
                if leg != Leg::Tap && self.is_peer(participant) && !self.path.leaves_server() =>
            {
                tell(participant, ServerEvent::PathLost { leg })
            }
            MediaEvent::Slots { participant, epoch, slots } if self.is_peer_of(participant, epoch) => {
                self.news_of(participant).slots = Some((epoch, slots.clone()));
                tell(participant, ServerEvent::SlotsUpdated { epoch, slots })
            }
            MediaEvent::LayersWanted { participant, tracks } if self.is_peer(participant) => {
                self.news_of(participant).layers = Some(tracks.clone());
                tell(participant, ServerEvent::LayersWanted { tracks })
            }
            MediaEvent::Limited { participant, tracks } if self.is_peer(participant) => {
                self.news_of(participant).limited = Some(tracks.clone());
                tell(participant, ServerEvent::MediaLimited { tracks })
            }
            MediaEvent::Speaker { participant } => self.speaker_changed(participant),
            // Of somebody who has gone, or of a path that was left.
            _ => Vec::new(),
        }
    }

    fn speaker_changed(&mut self, speaker: Option<ParticipantId>) -> Vec<Effect> {
        let speaker = speaker.filter(|id| self.is_peer(*id));
        if self.transient.media.speaker == speaker {
            return Vec::new();
        }
        self.transient.media.speaker = speaker;
        let event = ServerEvent::ActiveSpeakerChanged { participant_id: speaker };
        vec![Effect::Deliver { to: self.everyone(), event }]
    }

    fn is_peer(&self, participant: ParticipantId) -> bool {
        self.transient.media.peers.contains_key(&participant)
    }

    fn publishes_in(&self, participant: ParticipantId, epoch: u32) -> bool {
        self.is_peer_of(participant, epoch) || self.sends_copy(participant, epoch)
    }

    fn is_peer_of(&self, participant: ParticipantId, epoch: u32) -> bool {
        self.transient.media.peers.get(&participant).is_some_and(|peer| peer.epoch == epoch)
    }

    fn news_of(&mut self, participant: ParticipantId) -> &mut News {
        self.transient.media.news.entry(participant).or_default()
    }

    /// What somebody must hear again who may have missed it: the newest of each.
    pub fn media_news(&self, participant: ParticipantId) -> Vec<ServerEvent> {
        let (media, taps) = (&self.transient.media, self.tap_news());
        if !media.peers.contains_key(&participant) {
            return taps.into_iter().collect();
        }
        let news = media.news.get(&participant).cloned().unwrap_or_default();
        let slots = news.slots.map(|(epoch, slots)| ServerEvent::SlotsUpdated { epoch, slots });
        let layers = news.layers.map(|tracks| ServerEvent::LayersWanted { tracks });
        let limited = news.limited.map(|tracks| ServerEvent::MediaLimited { tracks });
        let speaker = media.speaker.map(|id| ServerEvent::ActiveSpeakerChanged { participant_id: Some(id) });
        [slots, layers, limited, speaker, taps].into_iter().flatten().collect()
    }

    /// Somebody got a snapshot in place of what they missed, which may hold an offer of the server's.
    pub fn media_after_snapshot(&self, participant: ParticipantId) -> Vec<Effect> {
        let peer = self.transient.media.peers.get(&participant);
        let again = peer.map(|peer| MediaCommand::OfferReceive { participant, epoch: peer.epoch, restart: false });
        let news = self.media_news(participant).into_iter().map(|event| Effect::Deliver { to: vec![participant], event });
        news.chain(again.map(Effect::Media)).collect()
    }

    pub(super) fn repeat_media_news(&self, turn: &mut Turn) {
        for id in std::mem::take(&mut turn.media_news) {
            self.media_news(id).into_iter().for_each(|event| turn.tell(id, event));
        }
    }
}

fn refused(leg: Leg, epoch: u32, error: &DescriptionError) -> ServerEvent {
    let reason = match error {
        DescriptionError::Unreadable(_) => DescriptionProblem::Unreadable,
        DescriptionError::TooManyLines => DescriptionProblem::TooManyLines,
        DescriptionError::NoOffer => DescriptionProblem::NoOffer,
        DescriptionError::NoPeer => DescriptionProblem::NoPeer,
        DescriptionError::Full => DescriptionProblem::Full,
    };
    ServerEvent::DescriptionRefused { leg, epoch, reason, message: error.to_string() }
}
