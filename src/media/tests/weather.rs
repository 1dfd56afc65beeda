//! Stories of bad lines, in simulated time.

use super::{calls::Call, link::Weather};

fn trace(call: &Call, what: &str) {
    let observed = call.core.observe();
    let bob = &call.receivers[0];
    eprintln!("{what} {:?} est {:?} path {:?} layer {:?} limited {:?} asked {}", call.voice() as f32 / 50.0, observed.peers[1].estimate, bob.path, call.layer(0), bob.limited, call.asked.len());
}

#[test]
fn trial() {
    let mut call = Call::new(2);
    for _ in 0..16 {
        call.runs(500);
        trace(&call, "free");
    }
    let from = call.voice();
    let rate: u64 = std::env::var("RATE").ok().and_then(|t| t.parse().ok()).unwrap_or(150_000);
    let queue: u64 = std::env::var("QUEUE").ok().and_then(|t| t.parse().ok()).unwrap_or(400);
    call.receivers[0].down.weather = Weather::narrow(rate, queue);
    for _ in 0..60 {
        call.runs(500);
        trace(&call, "cap ");
    }
    let to = call.voice() - 50;
    eprintln!("lost voices {:.3} carol {:.3}", call.lost_voices(0, from, to), call.lost_voices(1, from, to));
    call.receivers[0].down.weather = Weather::fair();
    for _ in 0..30 {
        call.runs(500);
        trace(&call, "free");
    }
}
