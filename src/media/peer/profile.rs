//! Which SRTP profile a connection chose: the engine does not say, but it asks the crypto provider for that profile's ciphers.

use std::{cell::Cell, sync::OnceLock};
use str0m::crypto::{
    AeadAes128GcmCipher, AeadAes256GcmCipher, Aes128CmSha1_80Cipher, CryptoProvider, SrtpProvider, SupportedAeadAes128Gcm,
    SupportedAeadAes256Gcm, SupportedAes128CmSha1_80,
};

thread_local! {
    /// Of the ciphers made last on this thread. A connection makes its ciphers in the call that reports it connected.
    static CHOSEN: Cell<&'static str> = const { Cell::new("none") };
}

/// The profile of the connection that this thread's last call connected.
pub fn chosen() -> &'static str {
    CHOSEN.get()
}

/// The provider that is watched: the traits below want references that live as long as the process.
static INNER: OnceLock<&'static dyn SrtpProvider> = OnceLock::new();

/// The same provider, watched.
pub fn watched(provider: CryptoProvider) -> CryptoProvider {
    INNER.get_or_init(|| provider.srtp_provider);
    CryptoProvider { srtp_provider: &Watched, ..provider }
}

fn inner() -> &'static dyn SrtpProvider {
    *INNER.get().expect("the watched provider is made by `watched` only")
}

#[derive(Debug)]
struct Watched;

impl SrtpProvider for Watched {
    fn aes_128_cm_sha1_80(&self) -> &'static dyn SupportedAes128CmSha1_80 {
        &Watched
    }

    fn aead_aes_128_gcm(&self) -> &'static dyn SupportedAeadAes128Gcm {
        &Watched
    }

    fn aead_aes_256_gcm(&self) -> &'static dyn SupportedAeadAes256Gcm {
        &Watched
    }

    fn srtp_aes_128_ecb_round(&self, key: &[u8], input: &[u8], output: &mut [u8]) {
        inner().srtp_aes_128_ecb_round(key, input, output);
    }

    fn srtp_aes_256_ecb_round(&self, key: &[u8], input: &[u8], output: &mut [u8]) {
        inner().srtp_aes_256_ecb_round(key, input, output);
    }
}

impl SupportedAes128CmSha1_80 for Watched {
    fn create_cipher(&self, key: [u8; 16], encrypt: bool) -> Box<dyn Aes128CmSha1_80Cipher> {
        CHOSEN.set("aes_128_cm_sha1_80");
        inner().aes_128_cm_sha1_80().create_cipher(key, encrypt)
    }
}

impl SupportedAeadAes128Gcm for Watched {
    fn create_cipher(&self, key: [u8; 16], encrypt: bool) -> Box<dyn AeadAes128GcmCipher> {
        CHOSEN.set("aead_aes_128_gcm");
        inner().aead_aes_128_gcm().create_cipher(key, encrypt)
    }
}

impl SupportedAeadAes256Gcm for Watched {
    fn create_cipher(&self, key: [u8; 32], encrypt: bool) -> Box<dyn AeadAes256GcmCipher> {
        CHOSEN.set("aead_aes_256_gcm");
        inner().aead_aes_256_gcm().create_cipher(key, encrypt)
    }
}
