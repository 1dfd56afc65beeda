//! What the core costs a packet: `cargo run --release -p actors --example forwarding`. A camera of 1,100-byte VP8 packets to so many receivers.

use actors::{
    ids::ParticipantId,
    protocol::{Source, Want},
    sfu::*,
};
use uuid::Uuid;

const PACKETS: u64 = 200_000;

fn main() {
    println!("receivers  ns/packet  ns/forwarded");
    for receivers in [0, 1, 10, 30, 60, 200] {
        let (mut core, publisher) = room(receivers);
        let (mut forward, mut out) = (Vec::with_capacity(receivers), Vec::new());
        let mut sent = 0;
        let began = cpu_nanos();
        for number in 0..PACKETS {
            let payload = payload(number);
            core.packet(&view(publisher, number, &payload), At(1_000_000 + number * 8_000), &mut forward, &mut out);
            sent += forward.len();
            forward.clear();
            out.clear();
        }
        let each = (cpu_nanos() - began) as f64 / PACKETS as f64;
        assert_eq!(sent as u64, PACKETS * receivers as u64, "every packet to every receiver");
        println!("{receivers:9}  {each:9.0}  {:12.1}", each / receivers.max(1) as f64);
    }
}

/// Time on the processor, whatever else runs on the machine (Linux).
fn cpu_nanos() -> u64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").expect("Linux's schedstat");
    text.split(' ').next().and_then(|nanos| nanos.parse().ok()).expect("a number first")
}

/// Somebody who publishes a camera, and receivers on good lines who watch it.
fn room(receivers: usize) -> (SfuCore, PeerIndex) {
    let mut core = SfuCore::new(Limits::default());
    let mut out = Vec::new();
    let mut take = |core: &mut SfuCore, input| core.handle(input, At::ms(1_000), &mut out);
    let ids: Vec<ParticipantId> = (0..=receivers as u128).map(|number| ParticipantId(Uuid::from_u128(number))).collect();
    for id in &ids {
        take(&mut core, Input::AddPeer { participant: *id });
    }
    let publisher = core.peer(ids[0]).expect("added");
    take(&mut core, Input::Permit { peer: publisher, sources: vec![Source::Camera] });
    let camera = Published { source: Source::Camera, codec: Codec::Vp8, layers: 1 };
    take(&mut core, Input::Publish { peer: publisher, tracks: vec![camera] });
    for id in &ids[1..] {
        let peer = core.peer(*id).expect("added");
        take(&mut core, Input::Receiving { peer, audio_slots: 4, video_slots: 4 });
        take(&mut core, Input::Estimate { peer, bits: 10_000_000, loss: 0.0, rtt_ms: 20 });
        let want = Want { participant_id: ids[0], source: Source::Camera, height: 720, priority: 0 };
        take(&mut core, Input::Want { peer, tracks: vec![want] });
    }
    (core, publisher)
}

fn payload(number: u64) -> [u8; 1_100] {
    let mut payload = [0; 1_100];
    let [high, low] = ((number / 4) as u16 | 0x8000).to_be_bytes();
    payload[..6].copy_from_slice(&[
        if number.is_multiple_of(4) { 0x90 } else { 0x80 },
        0xc0,
        high,
        low,
        (number / 4) as u8,
        u8::from(number > 0),
    ]);
    payload
}

fn view(from: PeerIndex, number: u64, payload: &[u8]) -> PacketView<'_> {
    PacketView {
        from,
        source: Source::Camera,
        layer: 0,
        seq: 1_000 + number,
        timestamp: number / 4 * 3_000,
        marker: number % 4 == 3,
        audio_level: None,
        payload,
        red: false,
        dependency_descriptor: None,
    }
}
