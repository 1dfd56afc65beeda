//! Who is heard on the server, for what, and whether it is on: needs and consents → tracks. In a mesh those who are named send an extra copy;
//! through the SFU the same tracks are taken from what comes anyway.

use crate::{
    ids::ParticipantId,
    media::Permit,
    protocol::{Consents, Purpose, Source, Tap, TopologyReason},
    sinks::{ConsentedTrack, Need, NeededMedia, Quality},
};

/// What the policy looks at of one member.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Person {
    pub id: ParticipantId,
    pub consents: Consents,
    /// What their role lets them publish.
    pub may: Permit,
    /// What of it they have switched on and nobody stopped.
    pub on: Permit,
}

/// A track that something on the server hears.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Heard {
    pub track: ConsentedTrack,
    pub quality: Quality,
    pub on: bool,
}

/// What a need is about. The sound of a shared screen is nobody's voice: only a recording keeps it.
fn sources(need: &Need) -> &'static [Source] {
    use Source::{Camera, Microphone, Screen, ScreenAudio};
    match (need.media, need.purpose) {
        (NeededMedia::Audio, Purpose::Recording) => &[Microphone, ScreenAudio],
        (NeededMedia::Audio, _) => &[Microphone],
        (_, Purpose::Recording) => &[Microphone, Camera, Screen, ScreenAudio],
        (_, _) => &[Microphone, Camera, Screen],
    }
}

fn allows(permit: Permit, source: Source) -> bool {
    match source {
        Source::Microphone => permit.microphone,
        Source::Camera => permit.camera,
        Source::Screen | Source::ScreenAudio => permit.screen,
    }
}

/// Every track that some need hears of this member: one for each need.
pub fn heard(needs: &[Need], person: &Person) -> Vec<Heard> {
    let mut heard = Vec::new();
    for need in needs {
        let best = matches!(need.media, NeededMedia::BestVideo | NeededMedia::Everything);
        let quality = if best { Quality::Best } else { Quality::Low };
        for source in sources(need).iter().filter(|source| allows(person.may, **source)) {
            let track = ConsentedTrack::of(person.id, &person.consents, need, *source);
            heard.extend(track.map(|track| Heard { track, quality, on: allows(person.on, *source) }));
        }
    }
    heard
}

/// What people are told of one member; none of whom nothing is heard.
pub fn told(participant_id: ParticipantId, heard: &[Heard]) -> Option<Tap> {
    let sources = Source::ALL.into_iter().filter(|source| heard.iter().any(|one| one.track.source() == *source)).collect();
    let purposes = Purpose::ALL.into_iter().filter(|purpose| heard.iter().any(|one| one.track.purpose() == *purpose)).collect();
    (!heard.is_empty()).then_some(Tap { participant_id, sources, purposes })
}

/// What the media plane takes of one member's extra copy now.
pub fn on(heard: &[Heard]) -> Vec<Source> {
    let on = |source: &Source| heard.iter().any(|one| one.on && one.track.source() == *source);
    Source::ALL.into_iter().filter(on).collect()
}

/// Why an extra copy is not enough for these needs, if it isn't.
pub fn whole(needs: &[Need]) -> Option<TopologyReason> {
    let whole = needs.iter().filter(|need| need.media == NeededMedia::Everything);
    whole
        .map(|need| if need.purpose == Purpose::Transcription { TopologyReason::Captions } else { TopologyReason::Recording })
        .next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{protocol::ConsentAnswer, sinks::NeedId};
    use ConsentAnswer::{Granted, Refused, Unanswered};
    use Source::{Camera, Microphone, Screen, ScreenAudio};
    use uuid::Uuid;

    const ALL: Permit = Permit { microphone: true, camera: true, screen: true };
    const VOICE: Permit = Permit { microphone: true, camera: false, screen: false };
    const NOTHING: Permit = Permit { microphone: false, camera: false, screen: false };
    const YES: Consents =
        Consents { recording: Granted, transcription: Granted, emotion: Granted, assistant: Granted, share_emotion: false };
    const NO: Consents =
        Consents { recording: Refused, transcription: Unanswered, emotion: Refused, assistant: Unanswered, share_emotion: false };

    fn need(id: u64, purpose: Purpose, media: NeededMedia) -> Need {
        Need { id: NeedId(id), purpose, media }
    }

    fn person(consents: Consents, may: Permit, on: Permit) -> Person {
        Person { id: ParticipantId(Uuid::from_u128(1)), consents, may, on }
    }

    #[test]
    fn the_policy_as_a_table() {
        use NeededMedia::{Audio, Everything, LowVideo};
        use Purpose::{Emotion, Recording};
        let recording = Consents { recording: Granted, ..NO };
        for (purpose, media, consents, may, on, sources, now) in [
            (Emotion, Audio, YES, ALL, ALL, vec![Microphone], vec![Microphone]),
            (Emotion, Audio, recording, ALL, ALL, vec![], vec![]),
            (Emotion, LowVideo, YES, ALL, VOICE, vec![Microphone, Camera, Screen], vec![Microphone]),
            (Recording, Audio, recording, ALL, VOICE, vec![Microphone, ScreenAudio], vec![Microphone]),
            (Recording, LowVideo, recording, ALL, ALL, Source::ALL.to_vec(), Source::ALL.to_vec()),
            (Recording, Everything, recording, VOICE, VOICE, vec![Microphone], vec![Microphone]),
            (Recording, LowVideo, recording, ALL, NOTHING, Source::ALL.to_vec(), vec![]),
            (Recording, LowVideo, recording, NOTHING, NOTHING, vec![], vec![]),
            (Recording, LowVideo, NO, ALL, ALL, vec![], vec![]),
        ] {
            let heard = heard(&[need(1, purpose, media)], &person(consents, may, on));
            let told = told(ParticipantId(Uuid::from_u128(1)), &heard);
            assert_eq!(told.map(|tap| tap.sources).unwrap_or_default(), sources, "{purpose:?} {media:?}");
            assert_eq!(super::on(&heard), now, "{purpose:?} {media:?}");
        }
    }

    #[test]
    fn two_needs_hear_two_tracks_and_people_are_told_once() {
        let needs = [need(1, Purpose::Recording, NeededMedia::LowVideo), need(2, Purpose::Emotion, NeededMedia::Audio)];
        let heard = heard(&needs, &person(YES, ALL, ALL));
        assert_eq!(heard.iter().filter(|one| one.track.source() == Microphone).count(), 2);
        let tap = told(ParticipantId(Uuid::from_u128(1)), &heard).expect("heard");
        assert_eq!((tap.sources.len(), tap.purposes), (4, vec![Purpose::Recording, Purpose::Emotion]));
    }

    #[test]
    fn only_a_need_of_everything_is_more_than_a_copy_gives() {
        assert_eq!(whole(&[need(1, Purpose::Recording, NeededMedia::LowVideo)]), None);
        assert_eq!(whole(&[need(1, Purpose::Recording, NeededMedia::Everything)]), Some(TopologyReason::Recording));
    }
}
