//! The little of STUN (RFC 8489) that is read before an engine sees a datagram: which connection a request is for, and how it is answered.

const HEADER: usize = 20;
const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const BINDING_REQUEST: [u8; 2] = [0x00, 0x01];
const BINDING_SUCCESS: [u8; 2] = [0x01, 0x01];
const USERNAME: u16 = 0x0006;
const USE_CANDIDATE: u16 = 0x0025;

pub type Transaction = [u8; 12];

/// A binding request, unverified.
pub struct Request<'a> {
    /// The local user fragment: what stands before the colon of USERNAME.
    pub ufrag: &'a [u8],
    pub transaction: Transaction,
    /// The other side chose this path.
    pub use_candidate: bool,
}

/// Is it STUN, as far as its first byte tells (RFC 7983)?
pub fn looks_like(datagram: &[u8]) -> bool {
    datagram.first().is_some_and(|first| *first < 4)
}

/// Reads a binding request without allocating; none if it isn't one.
pub fn request(datagram: &[u8]) -> Option<Request<'_>> {
    let transaction = transaction_of(datagram, BINDING_REQUEST)?;
    let (mut ufrag, mut use_candidate) = (None, false);
    let mut rest = datagram.get(HEADER..)?;
    while let [k0, k1, l0, l1, after @ ..] = rest {
        let length = u16::from_be_bytes([*l0, *l1]) as usize;
        let value = after.get(..length)?;
        match u16::from_be_bytes([*k0, *k1]) {
            USERNAME => ufrag = value.split(|byte| *byte == b':').next(),
            USE_CANDIDATE => use_candidate = true,
            _ => {}
        }
        rest = after.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Some(Request { ufrag: ufrag?, transaction, use_candidate })
}

/// The transaction that a successful answer closes.
pub fn success(datagram: &[u8]) -> Option<Transaction> {
    transaction_of(datagram, BINDING_SUCCESS)
}

fn transaction_of(datagram: &[u8], kind: [u8; 2]) -> Option<Transaction> {
    let header = datagram.get(..HEADER)?;
    (header[..2] == kind && header[4..8] == COOKIE).then(|| header[8..HEADER].try_into().ok())?
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A request without integrity, as a stranger would make it.
    pub fn forged(username: &str, use_candidate: bool) -> Vec<u8> {
        let mut body = Vec::new();
        body.extend(USERNAME.to_be_bytes());
        body.extend((username.len() as u16).to_be_bytes());
        body.extend(username.as_bytes());
        body.resize(body.len().next_multiple_of(4), 0);
        if use_candidate {
            body.extend(USE_CANDIDATE.to_be_bytes());
            body.extend([0, 0]);
        }
        let mut all = BINDING_REQUEST.to_vec();
        all.extend((body.len() as u16).to_be_bytes());
        all.extend(COOKIE);
        all.extend([7; 12]);
        all.extend(body);
        all
    }

    #[test]
    fn a_request_names_its_connection() {
        let datagram = forged("ours:theirs", true);
        let read = request(&datagram).unwrap();
        assert_eq!((read.ufrag, read.transaction, read.use_candidate), (&b"ours"[..], [7; 12], true));
        assert!(!request(&forged("ours:theirs", false)).unwrap().use_candidate);
    }

    #[test]
    fn what_is_cut_short_is_no_request() {
        let datagram = forged("ours:theirs", true);
        for end in 0..HEADER + 4 {
            assert!(request(&datagram[..end]).is_none(), "{end}");
        }
        assert!(success(&datagram).is_none());
        let mut answer = datagram.clone();
        answer[..2].copy_from_slice(&BINDING_SUCCESS);
        assert_eq!(success(&answer), Some([7; 12]));
        assert!(request(&answer).is_none());
    }
}
