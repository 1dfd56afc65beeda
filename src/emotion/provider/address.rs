//! Which addresses a provider may have (D5): none inside this server's own networks, unless the operator says so. What is dialled is what was
//! looked at.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// How far a provider may be reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// The public internet alone.
    Public,
    /// That, and this very machine: for client authors.
    PublicAndLoopback,
    Anywhere,
}

/// Why nothing is dialled.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    #[error("the provider's address can't be read")]
    Url,
    #[error("the provider's name can't be looked up: {0}")]
    Lookup(std::io::Error),
    #[error("the provider has a private address; emotion_provider_private allows that")]
    Private,
}

/// The first address of that name which may be reached.
pub async fn resolve(host: &str, port: u16, reach: Reach) -> Result<SocketAddr, AddressError> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let found = tokio::net::lookup_host((host, port)).await.map_err(AddressError::Lookup)?;
    // One private address among public ones is a trick, not a provider.
    let found: Vec<SocketAddr> = found.collect();
    match found.iter().all(|address| allowed(address.ip(), reach)) {
        true => found.first().copied().ok_or(AddressError::Url),
        false => Err(AddressError::Private),
    }
}

fn allowed(address: IpAddr, reach: Reach) -> bool {
    match reach {
        Reach::Anywhere => true,
        Reach::PublicAndLoopback if address.to_canonical().is_loopback() => true,
        Reach::Public | Reach::PublicAndLoopback => match address.to_canonical() {
            IpAddr::V4(address) => is_public_v4(address),
            IpAddr::V6(address) => is_public_v6(address),
        },
    }
}

/// By the registry of special addresses (RFC 6890).
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b));
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    // Global unicast, without documentation, and without those that carry an IPv4 address of their own choice.
    (0x2000..0x4000).contains(&first) && !(first == 0x2001 && (second == 0xdb8 || second == 0)) && first != 0x2002
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d5_only_public_addresses_are_dialled() {
        let inside = [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001:db8::1",
            "ff02::1",
        ];
        for address in inside {
            let address: IpAddr = address.parse().expect("an address");
            assert!(!allowed(address, Reach::Public), "{address}");
            assert!(allowed(address, Reach::Anywhere));
        }
        for address in ["1.1.1.1", "8.8.8.8", "2606:4700::1111"] {
            assert!(allowed(address.parse().expect("an address"), Reach::Public), "{address}");
        }
        assert!(allowed("127.0.0.1".parse().expect("an address"), Reach::PublicAndLoopback));
        assert!(!allowed("10.0.0.1".parse().expect("an address"), Reach::PublicAndLoopback));
    }
}
