//! Stories of bad lines, in simulated time: what a receiver's line does to their sound and pictures, and what it does not do to others.

use super::{calls::Call, counting, link::Weather};
use actors::sfu::Layer;
use std::time::Duration;

const BOB: usize = 0;
const CAROL: usize = 1;

/// Alice is seen large by both, for some seconds.
fn settled() -> Call {
    let mut call = Call::new(2);
    call.runs(5_000);
    assert_eq!((call.layer(BOB), call.layer(CAROL)), (Some(2), Some(2)), "both have the large picture");
    call
}

/// Alice has just been seen by carol; of bob's line, which is like this from the start, little is known.
fn begun(weather: Weather) -> Call {
    let mut call = Call::new(2);
    call.receivers[BOB].down.weather = weather;
    call.until("carol has the large picture", |call| call.layer(CAROL) == Some(2));
    call
}

/// Runs on under these conditions for so many seconds. Returns bob's layers, one each 100 ms.
fn endures(call: &mut Call, weather: Weather, seconds: u64) -> Vec<Option<Layer>> {
    call.receivers[BOB].down.weather = weather;
    let layers = (0..seconds * 10).map(|_| {
        call.runs(100);
        assert_eq!(call.layer(CAROL), Some(2), "carol notices nothing");
        call.layer(BOB)
    });
    layers.collect()
}

/// What is under way has arrived when this is asked.
fn lost_voices(call: &mut Call, who: usize, from: u32) -> f64 {
    let to = call.voice();
    call.runs(2_500);
    call.lost_voices(who, from, to)
}

/// No encoding was asked for a keyframe twice in a second.
fn keyframes_are_asked_for_sparingly(call: &Call) {
    for layer in 0..3 {
        let asked: Vec<_> = call.asked.iter().filter(|(_, of)| *of == layer).map(|(at, _)| *at).collect();
        assert!(asked.windows(2).all(|pair| pair[1] - pair[0] >= Duration::from_millis(999)), "layer {layer}");
    }
}

/// A line of 150 kbit/s whose queue holds so much: sound goes on, pictures give way at once and come back.
fn a_narrow_line(queue_ms: u64, blind: bool) {
    let mut call = settled();
    let from = call.voice();
    let layers = endures(&mut call, Weather { blind, ..Weather::narrow(150_000, queue_ms) }, 15);
    assert!(layers[30..].iter().all(|layer| *layer <= Some(0)), "the smallest or none after 3 s: {layers:?}");
    let changes = layers[50..].windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert!(changes <= 2, "it does not waver: {layers:?}");
    let lost = lost_voices(&mut call, BOB, from);
    assert!(lost < if blind { 0.05 } else { 0.02 }, "{lost} of the voices");
    assert_eq!(call.lost_voices(CAROL, from, call.voice() - 50), 0.0);
    let layers = endures(&mut call, Weather::fair(), 10);
    assert_eq!(layers.last(), Some(&Some(2)), "the large one is back: {layers:?}");
    keyframes_are_asked_for_sparingly(&call);
}

#[test]
fn m4_a_narrow_line_with_a_short_queue() {
    a_narrow_line(60, false);
}

#[test]
fn m4_a_narrow_line_with_a_queue() {
    a_narrow_line(400, false);
}

#[test]
fn m4_a_narrow_line_with_a_queue_that_spares_nothing() {
    a_narrow_line(300, true);
}

#[test]
fn m4_a_narrow_line_with_a_long_queue() {
    a_narrow_line(2_000, false);
}

#[test]
fn m4_some_loss_costs_nothing_but_what_is_lost() {
    let mut call = settled();
    let from = call.voice();
    let layers = endures(&mut call, Weather { loss: 0.05, ..Weather::fair() }, 10);
    assert!(layers.iter().all(|layer| *layer == Some(2)), "{layers:?}");
    assert!(lost_voices(&mut call, BOB, from) < 0.09);
    keyframes_are_asked_for_sparingly(&call);
}

/// Bob's line loses so much from his first packet on: he sees alice all the same, at least so large.
fn lossy_from_the_start(loss: f64, least: Layer) {
    let weather = Weather { loss, delay: Duration::ZERO, ..Weather::fair() };
    let mut call = begun(weather);
    let from = call.voice();
    let layers = endures(&mut call, weather, 12);
    assert!(layers[40..].iter().all(Option::is_some), "a picture all the time: {layers:?}");
    assert!(layers.last() >= Some(&Some(least)), "{layers:?}");
    assert!(lost_voices(&mut call, BOB, from) < loss * 1.3 + 0.02, "no more is lost than the line loses");
}

#[test]
fn m4_a_lossy_line_from_the_start() {
    lossy_from_the_start(0.05, 2);
}

#[test]
fn m4_a_very_lossy_line_from_the_start() {
    lossy_from_the_start(0.2, 1);
}

/// Who loses a packet of the handshake waits for the next try, each twice as long as the one before.
#[test]
fn m4_people_get_in_on_lines_that_lose_up_to_a_quarter() {
    for loss in [0.1, 0.25] {
        let tries = (0..40).map(|seed| Call::gets_in(Weather { loss, ..Weather::fair() }, seed));
        let mut took: Vec<Duration> = tries.map(|took| took.unwrap_or(Duration::MAX)).collect();
        took.sort_unstable();
        assert!(took[20] < Duration::from_secs(4) && took[35] < Duration::from_secs(15), "{loss}: {took:?}");
    }
}

#[test]
fn m4_a_narrow_line_from_the_start() {
    let weather = Weather::narrow(150_000, 200);
    let mut call = begun(weather);
    let from = call.voice();
    let layers = endures(&mut call, weather, 12);
    assert!(layers[40..].iter().all(|layer| *layer <= Some(0)), "the smallest or none after 4 s: {layers:?}");
    assert!(lost_voices(&mut call, BOB, from) < 0.05);
}

#[test]
fn m4_heavy_loss_leaves_a_picture_and_is_overcome() {
    let mut call = settled();
    let from = call.voice();
    let layers = endures(&mut call, Weather { loss: 0.2, ..Weather::fair() }, 10);
    assert!(layers.iter().all(Option::is_some), "a picture all the time: {layers:?}");
    assert!(lost_voices(&mut call, BOB, from) < 0.26, "no more is lost than the line loses");
    let layers = endures(&mut call, Weather::fair(), 10);
    assert_eq!(layers.last(), Some(&Some(2)), "{layers:?}");
    keyframes_are_asked_for_sparingly(&call);
}

#[test]
fn m4_a_trembling_line_loses_nothing_and_is_believed_again() {
    for reorders in [false, true] {
        let mut call = settled();
        let from = call.voice();
        endures(&mut call, Weather { jitter: Duration::from_millis(300), reorders, ..Weather::fair() }, 8);
        assert_eq!(lost_voices(&mut call, BOB, from), 0.0);
        let layers = endures(&mut call, Weather::fair(), 10);
        assert_eq!(layers.last(), Some(&Some(2)), "{layers:?}");
        keyframes_are_asked_for_sparingly(&call);
    }
}

#[test]
fn m4_what_comes_twice_changes_nothing() {
    let mut call = settled();
    let layers = endures(&mut call, Weather { twice: 0.3, ..Weather::fair() }, 5);
    assert!(layers.iter().all(|layer| *layer == Some(2)), "{layers:?}");
    let mut voices: Vec<u32> = call.receivers[BOB].got.iter().filter(|got| got.audio).map(|got| got.number).collect();
    let all = voices.len();
    voices.dedup();
    assert_eq!(voices.len(), all, "each voice once");
}

#[test]
fn m6_a_receiver_that_says_nothing_is_paused_and_nothing_is_kept_for_it() {
    let mut call = settled();
    call.receivers[BOB].mute = true;
    call.runs(14_000);
    assert_eq!(call.layer(BOB), None, "its pictures are paused");
    let before = call.receivers[BOB].got.len();
    call.runs(1_000);
    let fresh = &call.receivers[BOB].got[before..];
    assert!(fresh.iter().all(|got| got.audio), "nothing that had waited comes now");
    assert!(fresh.len() >= 45, "the sound goes on: {}", fresh.len());
    assert_eq!(call.layer(CAROL), Some(2));
    call.receivers[BOB].mute = false;
    call.runs(14_000);
    assert!(call.layer(BOB).is_some(), "it is heard of again");
}

#[test]
fn a_receiving_connection_with_a_large_picture_takes_about_half_a_megabyte() {
    let mut call = settled();
    call.runs(20_000);
    let engines = [call.receivers.remove(CAROL).into_engine(), call.receivers.remove(BOB).into_engine()];
    // The payloads that are kept to be sent again are shared: who goes last gives them back.
    let [shared, last] = engines.map(|engine| counting::freed_by(|| drop(engine)));
    println!("{shared} bytes, {last} with the payloads");
    assert!(shared < 600_000 && last < 1_200_000, "{shared} bytes, {last} with the payloads");
}
