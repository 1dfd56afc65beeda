//! Which connection a datagram belongs to: a STUN request by its user fragment, anything else by an address that was proven before.
//! What finds nobody is dropped without an allocation.

use super::{
    engine::{Remote, Transport},
    slab::Key,
    stun,
};
use std::{collections::HashMap, net::SocketAddr};

/// Addresses of one connection at most: the oldest is forgotten first.
const ADDRESSES: usize = 8;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    /// A STUN request for this connection; whether it is genuine the engine says.
    Asked(Key),
    /// From an address that this connection has proven to have.
    Known(Key),
    /// Not for anybody here.
    Junk(&'static str),
}

#[derive(Default)]
pub struct Demux {
    by_ufrag: HashMap<Box<[u8]>, Key>,
    by_remote: HashMap<Remote, Key>,
}

/// The names under which one connection is found.
#[derive(Default)]
pub struct Names {
    ufrags: Vec<String>,
    remotes: Vec<Remote>,
}

impl Names {
    /// The proven addresses over TCP: streams that end with the connection.
    pub fn streams(&self) -> impl Iterator<Item = SocketAddr> {
        self.remotes.iter().filter(|remote| remote.transport == Transport::Tcp).map(|remote| remote.address)
    }
}

impl Demux {
    pub fn find(&self, from: Remote, datagram: &[u8]) -> Found {
        if stun::looks_like(datagram) {
            if let Some(request) = stun::request(datagram) {
                return self.by_ufrag.get(request.ufrag).map_or(Found::Junk("stun"), |key| Found::Asked(*key));
            }
            return Found::Junk("stun");
        }
        let Some(key) = self.by_remote.get(&from) else { return Found::Junk("stranger") };
        // DTLS, RTP and RTCP by their first byte (RFC 7983).
        match datagram.first() {
            Some(20..64 | 128..192) => Found::Known(*key),
            _ => Found::Junk("unreadable"),
        }
    }

    /// Finds a connection by these fragments, and by no other from now on.
    pub fn set_ufrags(&mut self, key: Key, names: &mut Names, ufrags: Vec<String>) {
        for old in std::mem::replace(&mut names.ufrags, ufrags) {
            if !names.ufrags.contains(&old) {
                self.by_ufrag.remove(old.as_bytes());
            }
        }
        for ufrag in &names.ufrags {
            self.by_ufrag.insert(ufrag.as_bytes().into(), key);
        }
    }

    /// This address is the connection's.
    pub fn prove(&mut self, key: Key, names: &mut Names, remote: Remote) {
        if self.by_remote.get(&remote) == Some(&key) {
            return;
        }
        self.by_remote.insert(remote, key);
        if names.remotes.len() == ADDRESSES {
            let oldest = names.remotes.remove(0);
            self.release(key, oldest);
        }
        names.remotes.push(remote);
    }

    pub fn forget(&mut self, key: Key, names: &Names) {
        for ufrag in &names.ufrags {
            if self.by_ufrag.get(ufrag.as_bytes()) == Some(&key) {
                self.by_ufrag.remove(ufrag.as_bytes());
            }
        }
        for remote in &names.remotes {
            self.release(key, *remote);
        }
    }

    /// An address may have become another connection's meanwhile.
    fn release(&mut self, key: Key, remote: Remote) {
        if self.by_remote.get(&remote) == Some(&key) {
            self.by_remote.remove(&remote);
        }
    }

    pub fn len(&self) -> usize {
        self.by_ufrag.len() + self.by_remote.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{slab::Slab, stun::tests::forged};

    fn remote(port: u16) -> Remote {
        Remote { transport: Transport::Udp, address: ([10, 0, 0, 1], port).into() }
    }

    #[test]
    fn stun_is_found_by_fragment_and_media_by_proven_address() {
        let (mut demux, mut slab, mut names) = (Demux::default(), Slab::default(), Names::default());
        let alice = slab.insert(());
        demux.set_ufrags(alice, &mut names, vec!["abcd".to_owned()]);
        assert_eq!(demux.find(remote(1), &forged("abcd:x", true)), Found::Asked(alice));
        assert_eq!(demux.find(remote(1), &forged("abc:x", true)), Found::Junk("stun"));
        assert_eq!(demux.find(remote(1), &[0x80, 0x60, 0, 0]), Found::Junk("stranger"), "asking proves nothing");
        demux.prove(alice, &mut names, remote(1));
        assert_eq!(demux.find(remote(1), &[0x80, 0x60, 0, 0]), Found::Known(alice));
        assert_eq!(demux.find(remote(1), &[0xff, 0x60]), Found::Junk("unreadable"));
        assert_eq!(demux.find(remote(1), &[]), Found::Junk("unreadable"));
        demux.forget(alice, &names);
        assert_eq!(demux.len(), 0);
    }

    #[test]
    fn a_restart_changes_the_fragment_and_keeps_the_address() {
        let (mut demux, mut slab, mut names) = (Demux::default(), Slab::default(), Names::default());
        let alice = slab.insert(());
        demux.set_ufrags(alice, &mut names, vec!["old".to_owned()]);
        demux.prove(alice, &mut names, remote(1));
        demux.set_ufrags(alice, &mut names, vec!["old".to_owned(), "new".to_owned()]);
        assert_eq!(demux.find(remote(9), &forged("old:x", false)), Found::Asked(alice));
        demux.set_ufrags(alice, &mut names, vec!["new".to_owned()]);
        assert_eq!(demux.find(remote(9), &forged("old:x", false)), Found::Junk("stun"));
        assert_eq!(demux.find(remote(9), &forged("new:x", false)), Found::Asked(alice));
        assert_eq!(demux.find(remote(1), &[22]), Found::Known(alice));
    }

    #[test]
    fn an_address_goes_to_its_newest_owner_and_their_number_is_bounded() {
        let (mut demux, mut slab) = (Demux::default(), Slab::default());
        let (alice, bob) = (slab.insert(()), slab.insert(()));
        let (mut hers, mut his) = (Names::default(), Names::default());
        demux.prove(alice, &mut hers, remote(1));
        demux.prove(bob, &mut his, remote(1));
        demux.forget(alice, &hers);
        assert_eq!(demux.find(remote(1), &[22]), Found::Known(bob));
        for port in 2..100 {
            demux.prove(bob, &mut his, remote(port));
        }
        assert_eq!(demux.len(), ADDRESSES);
    }
}
