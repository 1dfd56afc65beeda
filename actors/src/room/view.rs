//! What each one may see of the state.

use super::{permissions, state::RoomState};
use crate::{
    ids::*,
    protocol::{Participant, Permission, Room, Waiting, WaitingPerson, Welcome, people::CONSENT_TEXT},
};

impl RoomState {
    /// All that this member may know; without resume token and ICE servers, which the participant's shell adds.
    pub fn welcome_for(&self, participant: ParticipantId) -> Option<Welcome> {
        let you = self.members.get(&participant)?.person.clone();
        let admits = self.allows(you.role, Permission::Admit);
        Some(Welcome {
            session_id: self.session,
            room_id: self.record.room_id,
            room_code: self.record.room_code.clone(),
            you,
            resume_token: String::new(),
            resume_grace_seconds: self.rules.resume_grace().as_secs(),
            room: self.room(),
            participants: self.participants(),
            waiting: admits.then(|| self.waiting_list()),
            topology: self.topology,
            ice_servers: Vec::new(),
            chat: self.chat.visible_to(participant),
        })
    }

    /// What this waiting person is told; without the resume token.
    pub fn waiting_for(&self, participant: ParticipantId) -> Option<Waiting> {
        let index = self.waiting.get_index_of(&participant)?;
        Some(self.waiting_at(index, self.any_host()))
    }

    pub(super) fn waiting_at(&self, index: usize, host_present: bool) -> Waiting {
        let (id, knock) = &self.waiting.get_index(index).expect("an index of the list");
        Waiting {
            participant_id: **id,
            position: index as u32 + 1,
            host_present,
            message: knock.message.clone(),
            room_name: self.record.name.clone(),
            resume_token: String::new(),
            resume_grace_seconds: self.rules.knock_grace().as_secs(),
        }
    }

    pub fn participants(&self) -> Vec<Participant> {
        self.members.values().map(|member| member.person.clone()).collect()
    }

    pub fn waiting_list(&self) -> Vec<WaitingPerson> {
        let show = |(id, knock): (&ParticipantId, &super::people::Knock)| WaitingPerson {
            id: *id,
            display_name: knock.claims.display_name.clone(),
            since: knock.since,
            online: knock.online(),
            known: self.known.contains(&knock.claims.identity),
            has_preview: self.transient.previews.contains_key(id),
        };
        self.waiting.iter().map(show).collect()
    }

    pub fn room(&self) -> Room {
        let record = &self.record;
        Room {
            room_id: record.room_id,
            room_code: record.room_code.clone(),
            name: record.name.clone(),
            template: record.template.clone(),
            host_present: self.any_host(),
            locked: self.locked,
            spotlight: self.spotlight,
            settings: record.settings.clone(),
            permissions: permissions::table(&record.settings),
            created_at: record.created_at,
            started_at: self.started_at,
            expires_at: record.expires_at,
            has_password: record.has_password,
            recording: self.recording,
            can_record: self.rules.can_record,
            can_read_emotion: self.rules.can_read_emotion,
            consent_text: CONSENT_TEXT.to_owned(),
        }
    }

    /// Is somebody here who may let others in?
    pub(super) fn any_host(&self) -> bool {
        self.members.values().any(|member| member.person.role.is_host())
    }
}
