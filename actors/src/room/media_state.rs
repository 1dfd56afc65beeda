//! What people say of their own microphone, camera, screen and hand.

use super::{
    CommandResult,
    people::Member,
    state::{RoomState, done},
    turn::Turn,
};
use crate::{
    ids::*,
    protocol::{CommandError, Permission, client::UpdateState},
};

impl RoomState {
    /// All of it or nothing.
    pub(super) fn update_state(&mut self, from: ParticipantId, command: &UpdateState, turn: &mut Turn) -> CommandResult {
        self.check_state(from, command)?;
        if command.screen_sharing == Some(true) {
            self.take_over_screen(from, turn);
        }
        let now = turn.now;
        self.update(from, None, turn, |member| {
            let stopped = &mut member.stopped;
            stopped.microphone &= command.muted != Some(false);
            stopped.camera &= command.video_on != Some(true);
            stopped.screen &= command.screen_sharing != Some(true);
            let person = &mut member.person;
            person.muted = command.muted.unwrap_or(person.muted);
            person.video_on = command.video_on.unwrap_or(person.video_on);
            person.screen_sharing = command.screen_sharing.unwrap_or(person.screen_sharing);
            person.hand_raised_at = match command.hand_raised {
                Some(true) => person.hand_raised_at.or(Some(now)),
                Some(false) => None,
                None => person.hand_raised_at,
            };
        });
        done()
    }

    pub(super) fn raise_hand(&mut self, from: ParticipantId, raised: bool, turn: &mut Turn) -> CommandResult {
        let command = UpdateState { muted: None, video_on: None, screen_sharing: None, hand_raised: Some(raised) };
        self.update_state(from, &command, turn)
    }

    /// Switching something off needs no permission; staying as one is neither.
    fn check_state(&self, from: ParticipantId, command: &UpdateState) -> Result<(), CommandError> {
        let member = self.member(from)?;
        let person = &member.person;
        if command.muted == Some(false) && person.muted {
            self.permit(from, Permission::PublishAudio)?;
            if !member.unmute_allowed {
                self.permit(from, Permission::Unmute)?;
            }
        }
        if command.video_on == Some(true) && !person.video_on {
            self.permit(from, Permission::PublishVideo)?;
        }
        if command.screen_sharing == Some(true) && !person.screen_sharing {
            self.permit(from, Permission::ShareScreen)?;
        }
        if command.hand_raised == Some(true) && person.hand_raised_at.is_none() {
            self.permit(from, Permission::RaiseHand)?;
        }
        Ok(())
    }

    /// One screen at a time: the newest.
    fn take_over_screen(&mut self, from: ParticipantId, turn: &mut Turn) {
        let sharing = |(id, member): (&ParticipantId, &Member)| (*id != from && member.person.screen_sharing).then_some(*id);
        if let Some(other) = self.members.iter().find_map(sharing) {
            self.update(other, Some(from), turn, |member| {
                member.person.screen_sharing = false;
                member.stopped.screen = true;
            });
        }
    }

    /// Switches off what this member's role does not allow any more.
    pub(super) fn strip_forbidden(&mut self, id: ParticipantId, by: Option<ParticipantId>, turn: &mut Turn) {
        let (audio, video, screen) = (
            self.may(id, Permission::PublishAudio),
            self.may(id, Permission::PublishVideo),
            self.may(id, Permission::ShareScreen),
        );
        self.update(id, by, turn, |member| {
            let person = &mut member.person;
            person.muted |= !audio;
            person.video_on &= video;
            person.screen_sharing &= screen;
            member.unmute_allowed &= audio;
        });
    }
}
