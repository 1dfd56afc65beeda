//! Two of our own connections, as the two ends of a mesh's link.

use std::time::{Duration, Instant};

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;

use super::*;
use crate::media::peer::{Content, Kind};

const PATIENCE: Duration = Duration::from_secs(20);

/// Writes to whom it is told, and tells what it hears.
struct Talker {
    told: Sender<Told>,
}

#[derive(Debug)]
enum Told {
    Event(PeerId, Event),
    Packet(PeerId, Packet),
    Ended(PeerId, Ended),
}

enum Say {
    Write { peer: PeerId, line: usize, payload: Vec<u8> },
    WantKeyframe { peer: PeerId, line: usize },
}

impl Talker {
    fn tell(&self, told: Told) {
        self.told.try_send(told).expect("the test reads what it is told");
    }
}

impl Handler for Talker {
    type Command = Say;

    fn command(&mut self, peers: &mut Peers, now: Instant, command: Say) {
        match command {
            Say::Write { peer, line, payload } => {
                let content = Content { timestamp: 1, marker: true, audio_level: Some((20, true)), payload: &payload };
                assert!(peers.get(peer).unwrap().write(now, line, 0, content));
            }
            Say::WantKeyframe { peer, line } => peers.get(peer).unwrap().request_keyframe(line),
        }
    }

    fn packet(&mut self, _: &mut Peers, _: Instant, peer: PeerId, packet: Packet) {
        self.tell(Told::Packet(peer, packet));
    }

    fn event(&mut self, _: &mut Peers, _: Instant, peer: PeerId, event: Event) {
        self.tell(Told::Event(peer, event));
    }

    fn ended(&mut self, peer: PeerId, ended: Ended) {
        self.tell(Told::Ended(peer, ended));
    }

    fn deadline(&self) -> Option<Instant> {
        None
    }

    fn run(&mut self, _: &mut Peers, _: Instant) {}
}

struct Link {
    handle: Handle<Say>,
    told: Receiver<Told>,
    alice: PeerId,
    bob: PeerId,
}

impl Link {
    /// Alice has offered, both are connected.
    async fn up(impairment: Impairment) -> Self {
        let (tell, told) = channel(10_000);
        let handle = start("link", Identity::generate().unwrap(), || Talker { told: tell }).unwrap();
        let (alice, bob) = (handle.open(Impairment::default()), handle.open(impairment));
        let tracks = vec![Track::both(Kind::Audio), Track::both(Kind::Video)];
        let offer = handle.offer(alice, tracks.clone()).await.unwrap();
        let answer = handle.answer(bob, offer, tracks).await.unwrap();
        handle.accept(alice, answer).await.unwrap();
        let mut link = Self { handle, told, alice, bob };
        let mut connected = Vec::new();
        while connected.len() < 2 {
            match link.next().await {
                Told::Event(peer, Event::Connected) => connected.push(peer),
                other => panic!("{other:?}"),
            }
        }
        link
    }

    async fn next(&mut self) -> Told {
        timeout(PATIENCE, self.told.recv()).await.expect("in time").expect("the loop lives")
    }

    fn write(&self, peer: PeerId, line: usize, payload: &[u8]) {
        self.handle.tell(Say::Write { peer, line, payload: payload.to_vec() });
    }

    async fn packet(&mut self) -> (PeerId, Packet) {
        loop {
            if let Told::Packet(peer, packet) = self.next().await {
                return (peer, packet);
            }
        }
    }
}

#[tokio::test]
async fn two_of_ours_hear_and_see_each_other() {
    let mut link = Link::up(Impairment::default()).await;
    link.write(link.alice, 0, b"hello");
    let (at, packet) = link.packet().await;
    assert_eq!((at, packet.line, packet.kind, &packet.payload[..]), (link.bob, 0, Kind::Audio, &b"hello"[..]));
    link.write(link.bob, 1, b"picture");
    let (at, packet) = link.packet().await;
    assert_eq!((at, packet.line, packet.kind, &packet.payload[..]), (link.alice, 1, Kind::Video, &b"picture"[..]));
    link.handle.tell(Say::WantKeyframe { peer: link.alice, line: 1 });
    let Told::Event(at, event) = link.next().await else { panic!("an event") };
    assert_eq!((at, event), (link.bob, Event::KeyframeWanted { line: 1, encoding: 0 }));
}

#[tokio::test]
async fn lost_video_is_repaired() {
    const SENT: usize = 300;
    let mut link = Link::up(Impairment { loss: 0.1, ..Impairment::default() }).await;
    for n in 0..SENT {
        link.write(link.alice, 1, &(n as u32).to_be_bytes());
    }
    let (mut seen, mut repaired) = (std::collections::HashSet::new(), 0);
    let until = Instant::now() + PATIENCE / 2;
    // Whose repairs are lost too, some times over, is given up: that is rare, and nothing to wait for.
    while seen.len() < SENT && Instant::now() < until {
        let Ok((_, packet)) = timeout(Duration::from_millis(20), link.packet()).await else {
            // What is lost at the very end shows by what comes after it.
            link.write(link.alice, 1, &u32::MAX.to_be_bytes());
            continue;
        };
        let number = u32::from_be_bytes(packet.payload[..4].try_into().unwrap());
        assert!(number == u32::MAX || seen.insert(number), "{number} came twice");
        repaired += usize::from(packet.repaired);
    }
    assert!(seen.len() >= SENT - 3, "{} of {SENT}", seen.len());
    assert!((5..120).contains(&repaired), "{repaired}");
    link.handle.close(link.bob);
    loop {
        match link.next().await {
            // Repairs of what was written at the end may still be on their way.
            Told::Packet(_, packet) => repaired += usize::from(packet.repaired),
            Told::Ended(_, ended) => {
                assert_eq!(ended.incoming[0].1.repaired as usize, repaired);
                return;
            }
            Told::Event(..) => {}
        }
    }
}

#[tokio::test]
async fn a_goodbye_is_heard() {
    let mut link = Link::up(Impairment::default()).await;
    link.handle.close(link.alice);
    loop {
        match link.next().await {
            Told::Event(peer, Event::Closed) => return assert_eq!(peer, link.bob),
            Told::Ended(peer, _) => assert_eq!(peer, link.alice),
            other => panic!("{other:?}"),
        }
    }
}
