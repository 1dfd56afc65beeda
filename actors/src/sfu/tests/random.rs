//! Anything may happen in any order. Every forwarded packet is checked by [`super::checks`] as it goes.

use super::{source::Made, world::World};
use crate::{
    protocol::Source::{self, *},
    sfu::*,
};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Run { ms: u64, lose: u8, swap: u8, repeat: u8 },
    Join,
    Leave(usize),
    Publish(usize, u8),
    Permit(usize, u8),
    Want(usize, Vec<(usize, u8, u32, u8)>),
    Receive(usize, bool),
    Line(usize, Option<u64>, u8),
    Keyframe(usize, u8),
    Stop(usize, u8, bool),
    Speak(usize, u8),
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..6usize;
    let want = (0..6usize, 0..4u8, 0..1_200u32, 0..11u8);
    prop_oneof![
        8 => (1..1_500u64, 0..20u8, 0..20u8, 0..20u8).prop_map(|(ms, lose, swap, repeat)| Step::Run { ms, lose, swap, repeat }),
        2 => Just(Step::Join),
        1 => who.clone().prop_map(Step::Leave),
        3 => (who.clone(), 0..16u8).prop_map(|(who, sources)| Step::Publish(who, sources)),
        1 => (who.clone(), 0..16u8).prop_map(|(who, sources)| Step::Permit(who, sources)),
        3 => (who.clone(), prop::collection::vec(want, 0..8)).prop_map(|(who, tiles)| Step::Want(who, tiles)),
        1 => (who.clone(), any::<bool>()).prop_map(|(who, up)| Step::Receive(who, up)),
        4 => (who.clone(), prop::option::weighted(0.9, 20_000..6_000_000u64), 0..40u8).prop_map(|(who, bits, loss)| Step::Line(who, bits, loss)),
        2 => (who.clone(), 0..4u8).prop_map(|(who, slot)| Step::Keyframe(who, slot)),
        1 => (who.clone(), 0..3u8, any::<bool>()).prop_map(|(who, layer, on)| Step::Stop(who, layer, on)),
        1 => (who, 0..128u8).prop_map(|(who, level)| Step::Speak(who, level)),
    ]
}

fn sources(bits: u8) -> Vec<Source> {
    [Microphone, Camera, Screen, ScreenAudio]
        .into_iter()
        .enumerate()
        .filter(|(bit, _)| bits >> bit & 1 == 1)
        .map(|(_, one)| one)
        .collect()
}

/// The wire between a publisher and the server: what it loses, swaps and repeats is told by a counter, so that a failure is the same again.
#[derive(Default)]
struct Wire {
    count: u64,
    held: Vec<(usize, Made)>,
}

impl Wire {
    fn run(&mut self, room: &mut World, ms: u64, lose: u8, swap: u8, repeat: u8) {
        let (mut late, mut again) = (std::mem::take(&mut self.held), Vec::new());
        let count = &mut self.count;
        room.runs_with(ms, |who, made| {
            *count += 1;
            let draw = (*count).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
            if draw % 100 < lose.into() {
                return false;
            }
            if draw / 100 % 100 < swap.into() {
                late.push((who, made.clone()));
                return false;
            }
            if draw / 10_000 % 100 < repeat.into() {
                again.push((who, made.clone()));
            }
            true
        });
        for (who, made) in late.into_iter().chain(again) {
            if room.people[who].here && room.people[who].tracks.iter().any(|track| track.source == made.source) {
                room.packet(who, &made);
            }
        }
    }
}

fn take(room: &mut World, wire: &mut Wire, step: Step) {
    let here = |room: &World, who: usize| room.people.get(who).is_some_and(|person| person.here);
    match step {
        Step::Run { ms, lose, swap, repeat } => wire.run(room, ms, lose, swap, repeat),
        Step::Join if room.people.len() < 6 => {
            let who = room.joins();
            room.publishes(who, &[(Microphone, 1), (Camera, 3)]);
        }
        Step::Leave(who) if here(room, who) => room.leaves(who),
        Step::Publish(who, bits) if here(room, who) => {
            let layers = |source| if source == Camera { 1 + bits % 3 } else { 1 };
            let tracks: Vec<(Source, u8)> = sources(bits).into_iter().map(|source| (source, layers(source))).collect();
            room.publishes(who, &tracks);
        }
        Step::Permit(who, bits) if here(room, who) => room.permits(who, &sources(bits)),
        Step::Want(who, tiles) if here(room, who) => {
            let known = tiles.into_iter().filter(|(whose, ..)| *whose < room.people.len());
            let tiles: Vec<_> = known
                .map(|(whose, source, height, priority)| (whose, Source::ALL[usize::from(source)], height, priority))
                .collect();
            room.wants(who, &tiles);
        }
        Step::Receive(who, up) if here(room, who) => room.receives(who, if up { 4 } else { 0 }, if up { 4 } else { 0 }),
        Step::Line(who, bits, loss) if here(room, who) => {
            room.people[who].downlink = bits;
            room.people[who].loss = f32::from(loss) / 100.0;
        }
        Step::Keyframe(who, slot) if here(room, who) => {
            let peer = room.people[who].peer;
            room.handle(Input::KeyframeRequest { peer, slot: SlotIndex::Video(slot) });
        }
        Step::Stop(who, layer, on) if here(room, who) => {
            for track in &mut room.people[who].tracks {
                if let Some(encoder) = track.encoders.get_mut(usize::from(layer)) {
                    encoder.on = on;
                }
            }
        }
        Step::Speak(who, level) if here(room, who) => {
            for track in room.people[who].tracks.iter_mut().filter(|track| track.source == Microphone) {
                track.level = level;
            }
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_every_stream_stays_whole(steps in prop::collection::vec(step(), 1..40)) {
        let mut room = World::with(Limits { video_slots: 4, audio_slots: 4, ..Limits::default() });
        let mut wire = Wire::default();
        for _ in 0..3 {
            take(&mut room, &mut wire, Step::Join);
        }
        steps.into_iter().for_each(|step| take(&mut room, &mut wire, step));

        // And when calm comes, everybody who may be seen and is asked for is seen.
        for who in 0..room.people.len() {
            if room.people[who].here {
                room.people[who].downlink = Some(20_000_000);
                room.people[who].loss = 0.0;
                room.permits(who, &Source::ALL);
                room.publishes(who, &[(Microphone, 1), (Camera, 3)]);
                room.people[who].tracks.iter_mut().flat_map(|track| &mut track.encoders).for_each(|encoder| encoder.on = true);
                room.receives(who, 4, 4);
            }
        }
        let here: Vec<usize> = (0..room.people.len()).filter(|who| room.people[*who].here).collect();
        let shown: Vec<usize> = here.iter().copied().take(4).collect();
        for who in &here {
            let tiles: Vec<_> = shown.iter().map(|whose| (*whose, Camera, 200, 0)).collect();
            room.wants(*who, &tiles);
        }
        room.runs(16_000);
        for to in &here {
            for from in shown.iter().filter(|from| *from != to) {
                prop_assert_eq!(room.layer(*to, *from), Some(0), "{} sees {}", to, from);
            }
        }
    }
}
