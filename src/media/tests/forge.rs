//! A client that has valid keys and encrypts what nobody would: its crypto provider puts other bytes in the place of the next RTP, RTX or
//! RTCP packet, header and all, as far as the header is not what finds the key.

use std::{
    cell::RefCell,
    sync::{Arc, OnceLock},
};
use str0m::crypto::{
    AeadAes128GcmCipher, AeadAes256GcmCipher, CryptoError, CryptoProvider, SrtpProvider, SupportedAeadAes128Gcm,
    SupportedAeadAes256Gcm, SupportedAes128CmSha1_80,
};

const TAG: usize = 16;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// With this payload type, or with any.
    Rtp(Option<u8>),
    Rtcp,
}

/// What was put into a packet, for the datagram to be made to fit.
struct Forged {
    header: Vec<u8>,
    plain: usize,
    rtcp: bool,
}

thread_local! {
    static WANTED: RefCell<Option<(Kind, Vec<u8>)>> = const { RefCell::new(None) };
    static FORGED: RefCell<Option<Forged>> = const { RefCell::new(None) };
}

/// The next packet of this kind that a client on this thread encrypts is to be this.
pub fn next(kind: Kind, packet: &[u8]) {
    WANTED.set(Some((kind, packet.to_vec())));
}

/// Is it still to come?
pub fn is_waiting() -> bool {
    WANTED.with_borrow(Option::is_some)
}

pub fn forget() {
    WANTED.set(None);
    FORGED.set(None);
}

/// The datagram that the client sends, which may hold what was forged last.
pub fn fit(datagram: Vec<u8>) -> Vec<u8> {
    let Some(forged) = FORGED.take() else { return datagram };
    let body = forged.header.len()..forged.header.len() + forged.plain + TAG;
    let index = if forged.rtcp { &datagram[datagram.len() - 4..] } else { &[] };
    [&forged.header[..], &datagram[body], index].concat()
}

fn forge(aad: &[u8], plain: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let rtcp = (192..224).contains(&aad[1]);
    let fits = WANTED.with_borrow(|wanted| match wanted {
        Some((Kind::Rtcp, _)) => rtcp,
        Some((Kind::Rtp(pt), _)) => !rtcp && pt.is_none_or(|pt| aad[1] & 0x7f == pt),
        None => false,
    });
    let (_, packet) = if fits { WANTED.take() } else { None }?;
    let mut header = aad.to_vec();
    let length = if rtcp { 8 } else { aad.len() };
    for (place, (byte, new)) in header[..length].iter_mut().zip(&packet).enumerate() {
        forge_byte((rtcp, place), packet[0] & 0x10 != 0, byte, *new);
    }
    let body = packet.get(length..).unwrap_or_default();
    let body = body[..body.len().min(plain.len())].to_vec();
    FORGED.set(Some(Forged { header: header[..length].to_vec(), plain: body.len(), rtcp }));
    Some((header, body))
}

/// What finds the key and says how long the header is stays as it is: SSRC and sequence number, the number of sources, the extensions' size.
fn forge_byte(place: (bool, usize), extends: bool, byte: &mut u8, new: u8) {
    match place {
        (true, 0) => *byte = 0x80 | (new & 0x3f),
        (true, 1) => *byte = 192 | (new & 31),
        (true, 2..4) => *byte = new,
        (false, 0) => *byte = (*byte & !0x20) | (new & 0x20),
        // Not the range in which it would pass for RTCP.
        (false, 1) if !(64..96).contains(&(new & 0x7f)) => *byte = new,
        (false, 4..8) => *byte = new,
        (false, 16..) if extends => *byte = new,
        _ => {}
    }
}

/// For clients whose packets are to be forged.
pub fn provider() -> Arc<CryptoProvider> {
    let provider = str0m::crypto::from_feature_flags();
    INNER.get_or_init(|| provider.srtp_provider);
    Arc::new(CryptoProvider { srtp_provider: &Forging, ..provider })
}

static INNER: OnceLock<&'static dyn SrtpProvider> = OnceLock::new();

fn inner() -> &'static dyn SrtpProvider {
    *INNER.get().expect("`provider` made it")
}

#[derive(Debug)]
struct Forging;

impl SrtpProvider for Forging {
    fn aes_128_cm_sha1_80(&self) -> &'static dyn SupportedAes128CmSha1_80 {
        inner().aes_128_cm_sha1_80()
    }

    fn aead_aes_128_gcm(&self) -> &'static dyn SupportedAeadAes128Gcm {
        &Forging
    }

    fn aead_aes_256_gcm(&self) -> &'static dyn SupportedAeadAes256Gcm {
        &Forging
    }

    fn srtp_aes_128_ecb_round(&self, key: &[u8], input: &[u8], output: &mut [u8]) {
        inner().srtp_aes_128_ecb_round(key, input, output);
    }

    fn srtp_aes_256_ecb_round(&self, key: &[u8], input: &[u8], output: &mut [u8]) {
        inner().srtp_aes_256_ecb_round(key, input, output);
    }
}

impl SupportedAeadAes128Gcm for Forging {
    fn create_cipher(&self, key: [u8; 16], encrypt: bool) -> Box<dyn AeadAes128GcmCipher> {
        Box::new(Forger(inner().aead_aes_128_gcm().create_cipher(key, encrypt)))
    }
}

impl SupportedAeadAes256Gcm for Forging {
    fn create_cipher(&self, key: [u8; 32], encrypt: bool) -> Box<dyn AeadAes256GcmCipher> {
        Box::new(Forger(inner().aead_aes_256_gcm().create_cipher(key, encrypt)))
    }
}

#[derive(Debug)]
struct Forger<T>(T);

macro_rules! forger {
    ($cipher:ident) => {
        impl $cipher for Forger<Box<dyn $cipher>> {
            fn encrypt(&mut self, iv: &[u8; 12], aad: &[u8], input: &[u8], output: &mut [u8]) -> Result<(), CryptoError> {
                match forge(aad, input) {
                    Some((aad, input)) => self.0.encrypt(iv, &aad, &input, output),
                    None => self.0.encrypt(iv, aad, input, output),
                }
            }

            fn decrypt(&mut self, iv: &[u8; 12], aads: &[&[u8]], input: &[u8], output: &mut [u8]) -> Result<usize, CryptoError> {
                self.0.decrypt(iv, aads, input, output)
            }
        }
    };
}

forger!(AeadAes128GcmCipher);
forger!(AeadAes256GcmCipher);
