//! A connection's own UDP socket, with the bad path that it may have to go through.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;

use super::impair::{Impairment, Path};

/// Room for the bursts that a busy loop leaves lying.
const RECEIVE_BUFFER: usize = 1 << 20;

type Datagram = (SocketAddr, Vec<u8>);

pub struct Socket {
    pub udp: mio::net::UdpSocket,
    pub local: SocketAddr,
    paths: Option<Box<Paths>>,
    /// The kernel did not take them.
    pub refused: u64,
}

struct Paths {
    inward: Path<Datagram>,
    outward: Path<Datagram>,
}

impl Socket {
    /// # Errors
    /// When there is no port, or no file left.
    pub fn bind(impairment: Impairment) -> io::Result<Self> {
        let udp = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        udp.set_nonblocking(true)?;
        // A kernel that grants less is fine.
        let _ = rustix::net::sockopt::set_socket_recv_buffer_size(&udp, RECEIVE_BUFFER);
        let local = udp.local_addr()?;
        let mut socket = Self { udp: mio::net::UdpSocket::from_std(udp), local, paths: None, refused: 0 };
        socket.impair(impairment);
        Ok(socket)
    }

    pub fn impair(&mut self, impairment: Impairment) {
        match self.paths.as_mut() {
            Some(paths) => {
                paths.inward.change(impairment);
                paths.outward.change(impairment.back());
            }
            None if impairment.is_none() => {}
            None => {
                let (inward, outward) = (Path::new(impairment), Path::new(impairment.back()));
                self.paths = Some(Box::new(Paths { inward, outward }));
            }
        }
    }

    /// Reads a datagram that has come through. `None`: nothing more for now.
    pub fn receive(&mut self, now: Instant, buffer: &mut [u8]) -> Option<(usize, SocketAddr)> {
        let Some(paths) = self.paths.as_mut() else { return self.udp.recv_from(buffer).ok() };
        while let Ok((len, from)) = self.udp.recv_from(buffer) {
            paths.inward.enter(now, len, rand::random(), (from, buffer[..len].to_vec()));
        }
        self.arrived(now, buffer)
    }

    /// What was under way and has arrived by now.
    pub fn arrived(&mut self, now: Instant, buffer: &mut [u8]) -> Option<(usize, SocketAddr)> {
        let (from, datagram) = self.paths.as_mut()?.inward.leave(now)?;
        buffer.get_mut(..datagram.len())?.copy_from_slice(&datagram);
        Some((datagram.len(), from))
    }

    pub fn send(&mut self, now: Instant, to: SocketAddr, datagram: &[u8]) {
        match self.paths.as_mut() {
            Some(paths) => paths.outward.enter(now, datagram.len(), rand::random(), (to, datagram.to_vec())),
            None => self.put(to, datagram),
        }
    }

    fn put(&mut self, to: SocketAddr, datagram: &[u8]) {
        if self.udp.send_to(datagram, to).is_err() {
            self.refused += 1;
        }
    }

    /// Sends on what was under way.
    pub fn departed(&mut self, now: Instant) {
        while let Some((to, datagram)) = self.paths.as_mut().and_then(|paths| paths.outward.leave(now)) {
            self.put(to, &datagram);
        }
    }

    /// When something under way arrives, on either end.
    pub fn next(&self) -> Option<Instant> {
        let paths = self.paths.as_ref()?;
        paths.inward.next().into_iter().chain(paths.outward.next()).min()
    }
}
