//! Where a request comes from. Forwarding headers count only when a trusted proxy wrote them (I8).

use crate::config::Cidr;
use actix_web::{HttpRequest, http::header};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The client's address: the peer's, or the nearest one behind the trusted proxies.
pub fn client_ip(request: &HttpRequest, trusted: &[Cidr]) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip().to_canonical());
    if !is_trusted(peer, trusted) {
        return peer;
    }
    let lines = request.headers().get_all(header::X_FORWARDED_FOR).filter_map(|line| line.to_str().ok());
    let hops: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let mut nearest = peer;
    // From the right: each proxy appended the address it saw, so whatever stands left of an untrusted one may be made up.
    for hop in hops.iter().rev() {
        let Ok(address) = hop.parse::<IpAddr>() else { break };
        nearest = address.to_canonical();
        if !is_trusted(nearest, trusted) {
            break;
        }
    }
    nearest
}

/// Did a trusted proxy hand this request on?
pub fn through_trusted_proxy(request: &HttpRequest, trusted: &[Cidr]) -> bool {
    request.peer_addr().is_some_and(|peer| is_trusted(peer.ip(), trusted))
}

fn is_trusted(address: IpAddr, trusted: &[Cidr]) -> bool {
    trusted.iter().any(|network| network.contains(address))
}

/// What a limit counts by: an IPv4 address, or the /64 that one IPv6 household has.
pub fn limit_key(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (!0 << 64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn seen(peer: &str, forwarded: &str, trusted: &[&str]) -> String {
        let trusted: Vec<Cidr> = trusted.iter().map(|t| t.parse().unwrap()).collect();
        let request = TestRequest::get()
            .peer_addr(format!("{peer}:1").parse().unwrap())
            .insert_header((header::X_FORWARDED_FOR, forwarded))
            .to_http_request();
        client_ip(&request, &trusted).to_string()
    }

    #[test]
    fn a_stranger_can_not_choose_its_address() {
        assert_eq!(seen("203.0.113.9", "1.1.1.1", &[]), "203.0.113.9");
        assert_eq!(seen("203.0.113.9", "1.1.1.1", &["10.0.0.0/8"]), "203.0.113.9");
    }

    #[test]
    fn behind_proxies_the_nearest_untrusted_address_counts() {
        assert_eq!(seen("10.0.0.1", "6.6.6.6, 198.51.100.7, 10.0.0.2", &["10.0.0.0/8"]), "198.51.100.7");
        assert_eq!(seen("10.0.0.1", "198.51.100.7, nonsense", &["10.0.0.0/8"]), "10.0.0.1");
    }

    #[test]
    fn an_ipv6_household_counts_as_one() {
        assert_eq!(limit_key("2001:db8::1".parse().unwrap()), limit_key("2001:db8::ffff:2".parse().unwrap()));
        assert_ne!(limit_key("2001:db8::1".parse().unwrap()), limit_key("2001:db8:0:1::1".parse().unwrap()));
    }
}
