//! Where media listens, and what its candidates say.

use crate::config::Config;
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket},
};

/// Tries to find a port that is free for UDP and TCP both.
const TRIES: usize = 16;

#[derive(Debug, PartialEq, Eq)]
pub struct Address {
    bind: IpAddr,
    pub advertised: IpAddr,
}

impl Address {
    /// A server behind a proxy listens on loopback for HTTP; `public_ip` says that media comes from further away.
    pub fn of(config: &Config) -> Self {
        let listen = config.listen.ip();
        match config.public_ip {
            Some(public) if listen.is_loopback() && !public.is_loopback() => Self { bind: any(public), advertised: public },
            Some(public) => Self { bind: listen, advertised: public },
            None if listen.is_unspecified() => Self { bind: listen, advertised: outward(listen) },
            None => Self { bind: listen, advertised: listen },
        }
    }

    pub fn at(&self, port: u16) -> SocketAddr {
        SocketAddr::new(self.bind, port)
    }

    /// The same port for UDP and TCP.
    pub fn bind(&self, port: u16) -> io::Result<(UdpSocket, TcpListener)> {
        let mut tries = if port == 0 { TRIES } else { 1 };
        loop {
            tries -= 1;
            match self.bind_both(port) {
                Err(error) if tries > 0 && error.kind() == io::ErrorKind::AddrInUse => {}
                bound => return bound,
            }
        }
    }

    fn bind_both(&self, port: u16) -> io::Result<(UdpSocket, TcpListener)> {
        let udp = UdpSocket::bind(self.at(port))?;
        let tcp = TcpListener::bind(udp.local_addr()?)?;
        udp.set_nonblocking(true)?;
        tcp.set_nonblocking(true)?;
        Ok((udp, tcp))
    }
}

fn any(like: IpAddr) -> IpAddr {
    match like {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    }
}

/// The address from which this machine would speak to the world. Asking the routing table sends nothing.
fn outward(listen: IpAddr) -> IpAddr {
    let (from, to): (IpAddr, IpAddr) = match listen {
        IpAddr::V4(_) => (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::new(192, 0, 2, 1).into()),
        IpAddr::V6(_) => (Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into()),
    };
    let found = UdpSocket::bind((from, 0)).and_then(|socket| {
        socket.connect((to, 9))?;
        Ok(socket.local_addr()?.ip())
    });
    found.unwrap_or_else(|_| {
        tracing::warn!("this machine's address is not known: set public_ip, or nobody outside reaches media");
        Ipv4Addr::LOCALHOST.into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(listen: &str, public: Option<&str>) -> (String, String) {
        let config = Config {
            listen: format!("{listen}:1").parse().unwrap(),
            public_ip: public.map(|ip| ip.parse().unwrap()),
            ..Config::default()
        };
        let address = Address::of(&config);
        (address.bind.to_string(), address.advertised.to_string())
    }

    #[test]
    fn media_listens_where_http_does_unless_it_is_behind_a_proxy() {
        let pair = |bind: &str, advertised: &str| (bind.to_owned(), advertised.to_owned());
        assert_eq!(address("127.0.0.1", None), pair("127.0.0.1", "127.0.0.1"));
        assert_eq!(address("10.1.2.3", None), pair("10.1.2.3", "10.1.2.3"));
        assert_eq!(address("10.1.2.3", Some("203.0.113.7")), pair("10.1.2.3", "203.0.113.7"));
        assert_eq!(address("127.0.0.1", Some("203.0.113.7")), pair("0.0.0.0", "203.0.113.7"));
        assert_eq!(address("127.0.0.1", Some("127.0.0.2")), pair("127.0.0.1", "127.0.0.2"));
    }

    #[test]
    fn udp_and_tcp_share_a_port() {
        let (udp, tcp) = Address { bind: Ipv4Addr::LOCALHOST.into(), advertised: Ipv4Addr::LOCALHOST.into() }.bind(0).unwrap();
        assert_eq!(udp.local_addr().unwrap(), tcp.local_addr().unwrap());
    }
}
