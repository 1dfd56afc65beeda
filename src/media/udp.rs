//! The UDP socket of a worker: datagrams come and go in batches. Several of one size to one address leave in one call (GSO).

use super::engine::{Datagram, Weight};
use mio::net::UdpSocket;
use quinn_udp::{RecvMeta, Transmit, UdpSockRef, UdpSocketState};
use std::{
    collections::VecDeque,
    io::{self, ErrorKind, IoSliceMut},
    net::SocketAddr,
    time::Instant,
};

/// Datagrams, or runs of them, that one call may bring.
const RECEIVED: usize = 16;
const LONGEST: usize = 1_500;
/// Asked of the kernel, which may give less.
const KERNEL_BUFFER: usize = 4 << 20;
/// Bytes of one run: the longest datagram that IP carries.
const RUN: usize = 65_000;
/// Datagrams that wait while the kernel takes none. Video beyond this is dropped, then the rest.
const WAITING: usize = 2_048;

/// What one call brought. It is kept beside the socket, so that its datagrams can be handed on without a copy.
#[derive(Default)]
pub struct Received {
    buffers: Vec<Vec<u8>>,
    metas: Vec<RecvMeta>,
    count: usize,
    at: Option<Instant>,
}

impl Received {
    /// Each datagram with where it is from.
    pub fn datagrams(&self) -> impl Iterator<Item = (SocketAddr, &[u8])> {
        let runs = self.metas.iter().zip(&self.buffers).take(self.count);
        runs.flat_map(|(meta, buffer)| buffer[..meta.len].chunks(meta.stride.max(1)).map(|datagram| (meta.addr, datagram)))
    }

    /// When they were read.
    pub fn at(&self) -> Option<Instant> {
        self.at
    }
}

pub struct Udp {
    socket: UdpSocket,
    state: UdpSocketState,
    waiting: VecDeque<Datagram>,
    run: Vec<u8>,
}

/// What became of a batch.
#[derive(Default, Debug, PartialEq, Eq, Clone, Copy)]
pub struct Sent {
    pub datagrams: u64,
    pub bytes: u64,
    pub calls: u64,
    pub dropped: u64,
    pub errors: u64,
}

impl Udp {
    pub fn new(socket: std::net::UdpSocket) -> io::Result<Self> {
        let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
        // Less than asked is still more than the default.
        let _ = state.set_recv_buffer_size(UdpSockRef::from(&socket), KERNEL_BUFFER);
        let _ = state.set_send_buffer_size(UdpSockRef::from(&socket), KERNEL_BUFFER);
        Ok(Self { socket: UdpSocket::from_std(socket), state, waiting: VecDeque::new(), run: Vec::with_capacity(RUN) })
    }

    pub fn socket(&mut self) -> &mut UdpSocket {
        &mut self.socket
    }

    pub fn buffers(&self) -> Received {
        let longest = LONGEST * self.state.gro_segments().max(1);
        let buffers = vec![vec![0; longest]; RECEIVED];
        Received { buffers, metas: vec![RecvMeta::default(); RECEIVED], count: 0, at: None }
    }

    /// Reads what is there, one batch at most. Says whether there may be more.
    pub fn receive(&mut self, into: &mut Received) -> bool {
        let mut buffers = into.buffers.iter_mut();
        let mut slices: [IoSliceMut<'_>; RECEIVED] =
            std::array::from_fn(|_| IoSliceMut::new(buffers.next().map_or(&mut [], |buffer| buffer.as_mut_slice())));
        let received = self.state.recv(UdpSockRef::from(&self.socket), &mut slices, &mut into.metas);
        into.at = Some(Instant::now());
        into.count = *received.as_ref().unwrap_or(&0);
        match received {
            Ok(count) => count == RECEIVED,
            // An error of an earlier send is told here, too: it is nobody's fault who writes to us.
            Err(error) => error.kind() != ErrorKind::WouldBlock,
        }
    }

    /// Sends what waited and then these, in order. `runs` learns how many datagrams each call took.
    pub fn send(&mut self, batch: &mut Vec<Datagram>, mut runs: impl FnMut(usize)) -> Sent {
        let mut sent = Sent::default();
        if !self.waiting.is_empty() {
            self.waiting.extend(batch.drain(..));
            let mut waiting: Vec<_> = std::mem::take(&mut self.waiting).into();
            self.send_all(&mut waiting, &mut sent, &mut runs);
            return sent;
        }
        self.send_all(batch, &mut sent, &mut runs);
        sent
    }

    fn send_all(&mut self, batch: &mut Vec<Datagram>, sent: &mut Sent, runs: &mut impl FnMut(usize)) {
        let mut from = 0;
        while from < batch.len() {
            let count = run(&batch[from..], self.state.max_gso_segments());
            match self.send_run(&batch[from..from + count]) {
                Ok(bytes) => {
                    sent.datagrams += count as u64;
                    sent.bytes += bytes as u64;
                    sent.calls += 1;
                    runs(count);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    sent.dropped += self.wait(batch.drain(from..));
                    break;
                }
                Err(_) => sent.errors += count as u64,
            }
            from += count;
        }
        batch.clear();
    }

    fn send_run(&mut self, run: &[Datagram]) -> io::Result<usize> {
        let Some(first) = run.first() else { return Ok(0) };
        let (contents, segment_size) = match run {
            [only] => (only.bytes.as_slice(), None),
            many => {
                self.run.clear();
                many.iter().for_each(|datagram| self.run.extend_from_slice(&datagram.bytes));
                (self.run.as_slice(), Some(first.bytes.len()))
            }
        };
        let transmit = Transmit { destination: first.to.address, ecn: None, contents, segment_size, src_ip: None };
        self.state.try_send(UdpSockRef::from(&self.socket), &transmit)?;
        Ok(contents.len())
    }

    /// Keeps what the kernel does not take now. Returns how many are lost.
    fn wait(&mut self, rest: impl Iterator<Item = Datagram>) -> u64 {
        let mut lost = 0;
        for datagram in rest {
            let room = if datagram.weight == Weight::Video { WAITING } else { WAITING * 2 };
            if self.waiting.len() < room {
                self.waiting.push_back(datagram);
            } else {
                lost += 1;
            }
        }
        lost
    }

    pub fn waits(&self) -> bool {
        !self.waiting.is_empty()
    }
}

/// How many from the front can leave in one call: one destination, one size, of which the last may be smaller.
fn run(batch: &[Datagram], longest: usize) -> usize {
    let Some(first) = batch.first() else { return 0 };
    let (size, mut total, mut count) = (first.bytes.len(), 0, 0);
    for datagram in batch.iter().take(longest.max(1)) {
        let length = datagram.bytes.len();
        if datagram.to != first.to || length > size || total + length > RUN {
            break;
        }
        total += length;
        count += 1;
        if length < size {
            break;
        }
    }
    count.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::engine::{Remote, Transport};

    fn datagram(port: u16, length: usize) -> Datagram {
        let to = Remote { transport: Transport::Udp, address: ([127, 0, 0, 1], port).into() };
        Datagram { to, weight: Weight::Video, bytes: vec![port as u8; length] }
    }

    #[test]
    fn a_run_has_one_destination_and_one_size() {
        let batch = |shape: &[(u16, usize)]| shape.iter().map(|(port, length)| datagram(*port, *length)).collect::<Vec<_>>();
        assert_eq!(run(&batch(&[(1, 100), (1, 100), (1, 60), (1, 60)]), 64), 3);
        assert_eq!(run(&batch(&[(1, 100), (2, 100)]), 64), 1);
        assert_eq!(run(&batch(&[(1, 100), (1, 101)]), 64), 1);
        assert_eq!(run(&batch(&[(1, 100); 9]), 4), 4);
        assert_eq!(run(&batch(&[(1, 1_200); 64]), 64), RUN / 1_200);
    }

    #[test]
    fn a_batch_arrives_whole_and_in_order() {
        let here = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        here.set_nonblocking(true).unwrap();
        let there = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        there.set_read_timeout(Some(std::time::Duration::from_secs(5))).unwrap();
        let mut udp = Udp::new(here).unwrap();
        let port = there.local_addr().unwrap().port();
        let lengths = [1_000, 1_000, 1_000, 400, 1_200];
        let mut batch: Vec<_> = lengths.iter().map(|length| datagram(port, *length)).collect();
        let mut runs = Vec::new();
        let sent = udp.send(&mut batch, |run| runs.push(run));
        assert_eq!((sent.datagrams, sent.bytes, sent.dropped, sent.errors), (5, 4_600, 0, 0));
        assert_eq!(runs.iter().sum::<usize>(), 5);
        let mut buffer = [0; 2_000];
        let got: Vec<_> = lengths.iter().map(|_| there.recv(&mut buffer).unwrap()).collect();
        assert_eq!(got, lengths);
    }
}
