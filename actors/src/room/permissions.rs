//! Who may do what: the one table, asked for every command.

use crate::protocol::{ClientCommand, Permission, Role, Settings, room::Allowed, room::RecordingSetting};
use std::collections::BTreeMap;

/// Every permission, in the order in which the wire lists them.
pub const ALL: [Permission; 17] = [
    Permission::PublishAudio,
    Permission::PublishVideo,
    Permission::ShareScreen,
    Permission::Unmute,
    Permission::Chat,
    Permission::React,
    Permission::RaiseHand,
    Permission::RenameSelf,
    Permission::Admit,
    Permission::Moderate,
    Permission::SetRole,
    Permission::Lock,
    Permission::Spotlight,
    Permission::UpdateRoom,
    Permission::TransferHost,
    Permission::EndSession,
    Permission::Record,
];

/// May `role` do this under the room's settings?
pub fn allows(role: Role, permission: Permission, settings: &Settings) -> bool {
    use Permission::*;
    let publishes = role != Role::Observer;
    match permission {
        PublishAudio | PublishVideo => publishes,
        ShareScreen => publishes && reaches(role, settings.screen_share),
        Unmute => publishes && reaches(role, settings.unmute),
        Chat => reaches(role, settings.chat),
        React | RaiseHand | RenameSelf => true,
        Admit | Moderate | SetRole | Lock | Spotlight | UpdateRoom | EndSession => role.is_host(),
        Record => role.is_host() && settings.recording != RecordingSetting::Off,
        TransferHost => role == Role::Host,
    }
}

fn reaches(role: Role, allowed: Allowed) -> bool {
    match allowed {
        Allowed::Everyone => true,
        Allowed::Presenters => role <= Role::Presenter,
        Allowed::Hosts => role.is_host(),
    }
}

/// The whole table, as clients get it.
pub fn table(settings: &Settings) -> BTreeMap<Role, Vec<Permission>> {
    let granted = |role| ALL.into_iter().filter(|&permission| allows(role, permission, settings)).collect();
    Role::ALL.into_iter().map(|role| (role, granted(role))).collect()
}

/// A cohost does not act on the host; everybody acts on themselves.
pub fn may_act_on(actor: Role, target: Role) -> bool {
    actor == Role::Host || target != Role::Host
}

/// May `actor` make somebody who is `from` into `to`? Cohosts only move people about below themselves.
pub fn may_change_role(actor: Role, from: Role, to: Role) -> bool {
    match actor {
        Role::Host => true,
        Role::Cohost => from > Role::Cohost && to > Role::Cohost,
        _ => false,
    }
}

/// What a command needs before the room looks at it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Requirement {
    /// Answered by the participant's shell, never by the room.
    Shell,
    /// Whoever is here, waiting people too.
    Anyone,
    /// Waiting people alone.
    Waiting,
    /// Everybody in the room; where the fields decide, the feature asks the table itself.
    Member,
    Permission(Permission),
}

/// The requirement of every command.
pub fn required(command: &ClientCommand) -> Requirement {
    use ClientCommand as C;
    use Requirement::*;
    match command {
        C::Hello(_) | C::Resume(_) | C::Ack(_) | C::Ping(_) | C::GetIceServers(_) | C::EmotionClip(_) | C::Simulate(_) => Shell,
        C::LeaveRoom(_) => Anyone,
        C::OfferPreview(_) => Waiting,
        C::Offer(_) | C::Answer(_) | C::IceCandidate(_) => Member,
        C::TopologyReady(_) | C::Subscribe(_) | C::RestartReceive(_) => Member,
        C::UpdateState(_) | C::Rename(_) | C::Consent(_) | C::Telemetry(_) => Member,
        C::RaiseHand(_) => Permission(self::Permission::RaiseHand),
        C::React(_) => Permission(self::Permission::React),
        C::Typing(_) | C::Chat(_) => Permission(self::Permission::Chat),
        C::Admit(_) | C::AdmitAll(_) | C::Deny(_) | C::DenyAll(_) | C::SendToWaiting(_) | C::WaitingMessage(_) => {
            Permission(self::Permission::Admit)
        }
        C::Mute(_) | C::AskUnmute(_) | C::LowerHands(_) | C::Remove(_) => Permission(self::Permission::Moderate),
        C::SetRole(_) => Permission(self::Permission::SetRole),
        C::Lock(_) => Permission(self::Permission::Lock),
        C::Spotlight(_) => Permission(self::Permission::Spotlight),
        C::UpdateRoom(_) => Permission(self::Permission::UpdateRoom),
        C::TransferHost(_) => Permission(self::Permission::TransferHost),
        C::EndSession(_) => Permission(self::Permission::EndSession),
        C::StartRecording(_) | C::StopRecording(_) => Permission(self::Permission::Record),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(role: Role, settings: &Settings) -> Vec<Permission> {
        table(settings).remove(&role).unwrap_or_default()
    }

    #[test]
    fn the_table_by_role() {
        use Permission::*;
        let settings = Settings { recording: RecordingSetting::Manual, ..Settings::default() };
        assert_eq!(row(Role::Host, &settings), ALL);
        let cohost = row(Role::Cohost, &settings);
        assert_eq!(ALL.iter().filter(|p| !cohost.contains(p)).collect::<Vec<_>>(), [&TransferHost]);
        let talks = [PublishAudio, PublishVideo, ShareScreen, Unmute, Chat, React, RaiseHand, RenameSelf];
        assert_eq!(row(Role::Presenter, &settings), talks);
        assert_eq!(row(Role::Participant, &settings), talks);
        assert_eq!(row(Role::Observer, &settings), [Chat, React, RaiseHand, RenameSelf]);
    }

    #[test]
    fn settings_narrow_the_table() {
        let settings =
            Settings { chat: Allowed::Hosts, screen_share: Allowed::Presenters, unmute: Allowed::Hosts, ..Settings::default() };
        for (role, permission, expected) in [
            (Role::Participant, Permission::Chat, false),
            (Role::Presenter, Permission::Chat, false),
            (Role::Cohost, Permission::Chat, true),
            (Role::Presenter, Permission::ShareScreen, true),
            (Role::Participant, Permission::ShareScreen, false),
            (Role::Presenter, Permission::Unmute, false),
            (Role::Host, Permission::Unmute, true),
            (Role::Host, Permission::Record, false),
        ] {
            assert_eq!(allows(role, permission, &settings), expected, "{role:?} {permission:?}");
        }
    }

    #[test]
    fn cohosts_stay_below_the_host() {
        assert!(may_act_on(Role::Cohost, Role::Cohost));
        assert!(!may_act_on(Role::Cohost, Role::Host));
        assert!(may_change_role(Role::Cohost, Role::Participant, Role::Presenter));
        assert!(!may_change_role(Role::Cohost, Role::Participant, Role::Cohost));
        assert!(!may_change_role(Role::Cohost, Role::Cohost, Role::Observer));
        assert!(may_change_role(Role::Host, Role::Cohost, Role::Observer));
    }
}
