//! Who is told what somebody's voice sounds like, and whether anything in this room listens for it at all.

use super::{Effect, state::RoomState, turn::Turn};
use crate::{
    ids::*,
    protocol::{EmotionReading, Purpose, ServerEvent},
};

impl RoomState {
    /// A reading of a member's voice: to that person, and to hosts where the person agreed. Of anybody else it is thrown away.
    pub fn emotion_read(&self, reading: EmotionReading) -> Vec<Effect> {
        let person = self.members.get(&reading.participant_id).map(|member| &member.person);
        let Some(person) = person.filter(|person| self.reads_emotion() && person.consents.allow(Purpose::Emotion)) else {
            return Vec::new();
        };
        let hosts = self.with_role(|role| role.is_host());
        let hosts = hosts.into_iter().filter(|id| person.consents.share_emotion && *id != person.id);
        let to: Vec<ParticipantId> = std::iter::once(person.id).chain(hosts).collect();
        vec![Effect::Deliver { to, event: ServerEvent::EmotionUpdated(reading.clone()) }, Effect::EmotionRead(Box::new(reading))]
    }

    /// Does this member agree to that? None: there is no such member now.
    pub fn agrees(&self, participant: ParticipantId, purpose: Purpose) -> Option<bool> {
        self.members.get(&participant).map(|member| member.person.consents.allow(purpose))
    }

    /// Does the room's setting ask for it, and can this server do it?
    pub fn reads_emotion(&self) -> bool {
        self.ended.is_none() && self.record.settings.emotion && self.rules.can_read_emotion
    }

    pub(super) fn settle_emotion(&mut self, turn: &mut Turn) {
        let wanted = self.reads_emotion();
        if self.transient.emotion_wanted != wanted {
            self.transient.emotion_wanted = wanted;
            turn.effect(Effect::EmotionWanted(wanted));
        }
    }
}
