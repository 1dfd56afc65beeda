//! A client's socket, and the simulated line before it.

use super::{
    Way,
    link::{Link, Weather},
};
use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream, UdpSocket},
    time::Instant,
};
use str0m::net::Protocol;

enum Socket {
    Udp(UdpSocket),
    Tcp { stream: TcpStream, read: Vec<u8> },
}

pub struct Wire {
    socket: Socket,
    down: Link<(SocketAddr, Vec<u8>)>,
    up: Link<(SocketAddr, Vec<u8>)>,
}

impl Wire {
    pub fn new(way: Way) -> Self {
        let socket = match way {
            Way::Udp => Socket::Udp(loopback()),
            Way::Tcp(server) => {
                let stream = TcpStream::connect(server).unwrap();
                stream.set_nodelay(true).unwrap();
                stream.set_nonblocking(true).unwrap();
                Socket::Tcp { stream, read: Vec::new() }
            }
        };
        Self { socket, down: Link::new(Weather::default(), 1), up: Link::new(Weather::default(), 2) }
    }

    pub fn address(&self) -> SocketAddr {
        match &self.socket {
            Socket::Udp(socket) => socket.local_addr().unwrap(),
            Socket::Tcp { stream, .. } => stream.local_addr().unwrap(),
        }
    }

    pub fn protocol(&self) -> Protocol {
        match self.socket {
            Socket::Udp(_) => Protocol::Udp,
            Socket::Tcp { .. } => Protocol::Tcp,
        }
    }

    /// What comes down the line from now on.
    pub fn weather(&mut self, weather: Weather) {
        self.down.weather = weather;
    }

    /// The next datagram at the client's end of the line.
    pub fn receive(&mut self) -> Option<(SocketAddr, Vec<u8>)> {
        let now = Instant::now();
        while let Some((from, bytes)) = self.socket.receive() {
            let length = bytes.len();
            self.down.enter((from, bytes), length, now);
        }
        self.down.leave(now)
    }

    pub fn send(&mut self, bytes: Vec<u8>, to: SocketAddr) {
        let (now, length) = (Instant::now(), bytes.len());
        self.up.enter((to, bytes), length, now);
        while let Some((to, bytes)) = self.up.leave(now) {
            self.socket.send(&bytes, to);
        }
    }
}

impl Socket {
    fn receive(&mut self) -> Option<(SocketAddr, Vec<u8>)> {
        match self {
            Socket::Udp(socket) => {
                let mut buffer = vec![0; 2_048];
                let (length, from) = socket.recv_from(&mut buffer).ok()?;
                buffer.truncate(length);
                Some((from, buffer))
            }
            Socket::Tcp { stream, read } => {
                let from = stream.peer_addr().ok()?;
                let mut chunk = [0; 4_096];
                match stream.read(&mut chunk) {
                    Ok(count) => read.extend_from_slice(&chunk[..count]),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    Err(_) => return None,
                }
                let length = usize::from(u16::from_be_bytes(*read.first_chunk::<2>()?));
                let frame = read.get(2..2 + length)?.to_vec();
                read.drain(..2 + length);
                Some((from, frame))
            }
        }
    }

    fn send(&mut self, bytes: &[u8], to: SocketAddr) {
        match self {
            Socket::Udp(socket) => drop(socket.send_to(bytes, to)),
            Socket::Tcp { stream, .. } => {
                let mut frame = (bytes.len() as u16).to_be_bytes().to_vec();
                frame.extend_from_slice(bytes);
                let _ = stream.write_all(&frame);
            }
        }
    }
}

fn loopback() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_nonblocking(true).unwrap();
    socket
}
