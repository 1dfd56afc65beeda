//! Where a connection's media goes. The engine keeps a pair of addresses for 15 s after the other side left it; whoever is on the move says
//! sooner where it is, by choosing a path (USE-CANDIDATE) from its new address. Media follows as soon as the engine has answered that.

use crate::media::{
    engine::Remote,
    stun::{self, Transaction},
};

#[derive(Default)]
pub struct Route {
    /// The newest request that chose a path, not yet known to be genuine.
    asked: Option<(Transaction, Remote)>,
    chosen: Option<Remote>,
}

impl Route {
    /// Looks at what came in, before the engine does.
    pub fn asked(&mut self, from: Remote, datagram: &[u8]) {
        if !stun::looks_like(datagram) {
            return;
        }
        if let Some(request) = stun::request(datagram)
            && request.use_candidate
        {
            self.asked = Some((request.transaction, from));
        }
    }

    /// Where something that the engine sends is to go, and whether that address is genuine: only a request with the password is answered
    /// with success.
    pub fn of(&mut self, engine: Remote, datagram: &[u8]) -> (Remote, bool) {
        if !stun::looks_like(datagram) {
            return (self.chosen.unwrap_or(engine), false);
        }
        let Some(transaction) = stun::success(datagram) else { return (engine, false) };
        if self.asked == Some((transaction, engine)) {
            self.chosen = Some(engine);
        }
        (engine, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{engine::Transport, stun::tests::forged};

    fn remote(port: u16) -> Remote {
        Remote { transport: Transport::Udp, address: ([127, 0, 0, 1], port).into() }
    }

    fn answer() -> Vec<u8> {
        let mut answer = forged("a:b", false);
        answer[..2].copy_from_slice(&[1, 1]);
        answer
    }

    #[test]
    fn media_follows_a_choice_once_it_is_answered() {
        let (mut route, media) = (Route::default(), [0x80, 0x60]);
        assert_eq!(route.of(remote(1), &media), (remote(1), false));
        route.asked(remote(2), &forged("a:b", true));
        assert_eq!(route.of(remote(1), &media), (remote(1), false), "unanswered, it may be anybody's");
        assert_eq!(route.of(remote(2), &answer()), (remote(2), true));
        assert_eq!(route.of(remote(1), &media), (remote(2), false));
    }

    #[test]
    fn a_check_that_chooses_nothing_moves_nothing() {
        let mut route = Route::default();
        route.asked(remote(2), &forged("a:b", false));
        assert_eq!(route.of(remote(2), &answer()), (remote(2), true));
        assert_eq!(route.of(remote(1), &[0x80, 0x60]).0, remote(1));
    }
}
