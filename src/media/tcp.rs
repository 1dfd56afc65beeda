//! ICE over TCP, passive side (RFC 6544), for those whose network lets no UDP through. Strangers get little: a stream proves soon that it
//! belongs to a connection, or is closed.

use super::{
    engine::{Datagram, Weight},
    framing::{self, Frames},
    stun,
};
use mio::{
    Interest, Registry, Token,
    net::{TcpListener, TcpStream},
};
use std::{
    collections::{HashMap, VecDeque},
    io::{self, ErrorKind, Read, Write},
    net::SocketAddr,
    time::{Duration, Instant},
};

/// Streams at once, and how many of them may be strangers'.
const STREAMS: usize = 4_096;
const STRANGERS: usize = 256;
/// How long a stranger may take.
const PROVES_WITHIN: Duration = Duration::from_secs(5);
/// Bytes that wait for a slow reader: beyond the first video is dropped, beyond the second audio, beyond the last the stream is closed.
const VIDEO_WAITS: usize = 64 * 1024;
const AUDIO_WAITS: usize = 128 * 1024;
const ALL_WAITS: usize = 256 * 1024;
/// Read in one go from one stream, so that none holds the others up.
const READ: usize = 64 * 1024;

struct Stream {
    socket: TcpStream,
    address: SocketAddr,
    frames: Frames,
    waiting: VecDeque<u8>,
    opened: Instant,
    proven: bool,
    started: bool,
}

pub struct Tcp {
    listener: TcpListener,
    /// Tokens from here on are streams'.
    first: usize,
    streams: HashMap<Token, Stream>,
    by_address: HashMap<SocketAddr, Token>,
    next: usize,
    strangers: usize,
    chunk: Vec<u8>,
}

/// What became of a datagram.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Written {
    Taken,
    /// The reader is slow and this can be done without.
    Dropped,
    /// The stream is gone.
    Gone,
}

impl Tcp {
    pub fn new(listener: std::net::TcpListener, first: usize) -> Self {
        Self {
            listener: TcpListener::from_std(listener),
            first,
            streams: HashMap::new(),
            by_address: HashMap::new(),
            next: first,
            strangers: 0,
            chunk: vec![0; READ],
        }
    }

    pub fn listener(&mut self) -> &mut TcpListener {
        &mut self.listener
    }

    pub fn accept(&mut self, registry: &Registry, now: Instant) {
        loop {
            match self.listener.accept() {
                Ok((socket, address)) => self.open(socket, address, registry, now),
                Err(error) if error.kind() == ErrorKind::Interrupted || error.kind() == ErrorKind::ConnectionAborted => {}
                // Nobody more; or no descriptor is free, and those who wait are closed by the kernel in time.
                Err(_) => return,
            }
        }
    }

    fn open(&mut self, mut socket: TcpStream, address: SocketAddr, registry: &Registry, now: Instant) {
        if self.streams.len() >= STREAMS || self.strangers >= STRANGERS {
            return;
        }
        while self.streams.contains_key(&Token(self.next)) {
            self.next = self.next.checked_add(1).unwrap_or(self.first);
        }
        let token = Token(self.next);
        self.next = self.next.checked_add(1).unwrap_or(self.first);
        let both = Interest::READABLE | Interest::WRITABLE;
        if socket.set_nodelay(true).is_err() || registry.register(&mut socket, token, both).is_err() {
            return;
        }
        let (frames, waiting) = (Frames::default(), VecDeque::new());
        self.strangers += 1;
        self.by_address.insert(address, token);
        self.streams.insert(token, Stream { socket, address, frames, waiting, opened: now, proven: false, started: false });
    }

    /// Reads a stream that is ready, hands over its frames and writes what waited.
    pub fn ready(&mut self, token: Token, mut take: impl FnMut(SocketAddr, &[u8])) {
        let Some(stream) = self.streams.get_mut(&token) else { return };
        let open = stream.read(&mut self.chunk, &mut take) && stream.flush().is_ok();
        if !open {
            self.close(token);
        }
    }

    /// The address belongs to a connection.
    pub fn prove(&mut self, address: SocketAddr) {
        let Some(stream) = self.by_address.get(&address).and_then(|token| self.streams.get_mut(token)) else { return };
        if !stream.proven {
            stream.proven = true;
            self.strangers -= 1;
        }
    }

    pub fn send(&mut self, datagram: &Datagram) -> Written {
        let Some(token) = self.by_address.get(&datagram.to.address).copied() else { return Written::Gone };
        let Some(stream) = self.streams.get_mut(&token) else { return Written::Gone };
        let room = match datagram.weight {
            Weight::Video => VIDEO_WAITS,
            Weight::Audio => AUDIO_WAITS,
            Weight::Control => ALL_WAITS,
        };
        let Some(header) = framing::header(&datagram.bytes) else { return Written::Dropped };
        if stream.waiting.len() + datagram.bytes.len() > room {
            if datagram.weight == Weight::Control {
                self.close(token);
                return Written::Gone;
            }
            return Written::Dropped;
        }
        stream.waiting.extend(header);
        stream.waiting.extend(&datagram.bytes);
        if stream.flush().is_err() {
            self.close(token);
            return Written::Gone;
        }
        Written::Taken
    }

    /// Closes the streams of those who did not prove themselves in time.
    pub fn tidy(&mut self, now: Instant) {
        let late = |stream: &Stream| !stream.proven && now.saturating_duration_since(stream.opened) > PROVES_WITHIN;
        let late: Vec<Token> = self.streams.iter().filter(|(_, stream)| late(stream)).map(|(token, _)| *token).collect();
        late.into_iter().for_each(|token| self.close(token));
    }

    /// The connection of this address ended.
    pub fn end(&mut self, address: SocketAddr) {
        if let Some(token) = self.by_address.get(&address).copied() {
            self.close(token);
        }
    }

    fn close(&mut self, token: Token) {
        let Some(stream) = self.streams.remove(&token) else { return };
        self.by_address.remove(&stream.address);
        if !stream.proven {
            self.strangers -= 1;
        }
    }

    pub fn len(&self) -> usize {
        self.streams.len()
    }
}

impl Stream {
    /// Says whether the stream goes on.
    fn read(&mut self, chunk: &mut [u8], take: &mut impl FnMut(SocketAddr, &[u8])) -> bool {
        loop {
            match self.socket.read(chunk) {
                Ok(0) => return false,
                Ok(count) => {
                    self.frames.add(&chunk[..count]);
                    if !self.hand_over(take) {
                        return false;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return true,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
    }

    fn hand_over(&mut self, take: &mut impl FnMut(SocketAddr, &[u8])) -> bool {
        loop {
            match self.frames.next() {
                Ok(Some(frame)) => {
                    // Whoever doesn't begin with a request for a connection is nobody of ours.
                    if !self.started && stun::request(frame).is_none() {
                        return false;
                    }
                    self.started = true;
                    take(self.address, frame);
                }
                Ok(None) => return true,
                Err(framing::TooLong) => return false,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        while !self.waiting.is_empty() {
            match self.socket.write(self.waiting.as_slices().0) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => drop(self.waiting.drain(..count)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{
        engine::{Remote, Transport},
        stun::tests::forged,
    };
    use mio::{Events, Poll};

    const LISTENER: Token = Token(0);

    struct World {
        poll: Poll,
        tcp: Tcp,
        got: Vec<(SocketAddr, Vec<u8>)>,
    }

    impl World {
        fn new() -> Self {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            listener.set_nonblocking(true).unwrap();
            let (poll, mut tcp) = (Poll::new().unwrap(), Tcp::new(listener, 1));
            poll.registry().register(tcp.listener(), LISTENER, Interest::READABLE).unwrap();
            Self { poll, tcp, got: Vec::new() }
        }

        fn connects(&self) -> std::net::TcpStream {
            std::net::TcpStream::connect(self.tcp.listener.local_addr().unwrap()).unwrap()
        }

        fn until(&mut self, what: &str, so: impl Fn(&World) -> bool) {
            let deadline = Instant::now() + Duration::from_secs(10);
            let mut events = Events::with_capacity(16);
            while !so(self) {
                assert!(Instant::now() < deadline, "in time: {what}");
                self.poll.poll(&mut events, Some(Duration::from_millis(10))).unwrap();
                for event in &events {
                    match event.token() {
                        LISTENER => self.tcp.accept(self.poll.registry(), Instant::now()),
                        stream => self.tcp.ready(stream, |from, frame| self.got.push((from, frame.to_vec()))),
                    }
                }
            }
        }
    }

    fn framed(bytes: &[u8]) -> Vec<u8> {
        [&framing::header(bytes).unwrap()[..], bytes].concat()
    }

    #[test]
    fn a_slow_reader_loses_video_first_then_audio_then_the_stream() {
        let mut world = World::new();
        let mut slow = world.connects();
        slow.write_all(&framed(&forged("a:b", true))).unwrap();
        world.until("its request is there", |world| !world.got.is_empty());
        let address = world.got[0].0;
        world.tcp.prove(address);
        let mut send = |weight| {
            let to = Remote { transport: Transport::Tcp, address };
            world.tcp.send(&Datagram { to, weight, bytes: vec![1; 1_100] })
        };
        let mut fill = |weight| {
            let mut results = std::iter::repeat_with(|| send(weight));
            results.find(|written| *written != Written::Taken)
        };
        assert_eq!(fill(Weight::Video), Some(Written::Dropped));
        assert_eq!(fill(Weight::Audio), Some(Written::Dropped));
        assert_eq!(fill(Weight::Control), Some(Written::Gone));
        assert_eq!(world.tcp.len(), 0);
    }

    #[test]
    fn strangers_are_closed_at_their_first_word_or_when_they_say_none() {
        let mut world = World::new();
        let mut rude = world.connects();
        rude.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        let silent = world.connects();
        world.until("the rude one is gone", |world| world.tcp.len() == 1 && world.tcp.next == 3);
        world.tcp.tidy(Instant::now());
        assert_eq!(world.tcp.len(), 1);
        world.tcp.tidy(Instant::now() + PROVES_WITHIN * 2);
        assert_eq!((world.tcp.len(), world.tcp.strangers), (0, 0));
        drop(silent);
    }
}
