//! What the connections of a run share: the crypto provider and one certificate, so that thousands cost one key.

use std::sync::Arc;

use rtc_crypto::{HashAlgorithm, RTCCryptoProvider, default_provider};
use rtc_dtls::config::{ClientAuthType, ConfigBuilder, ExtendedMasterSecretType, HandshakeConfig};
use rtc_dtls::crypto::Certificate;
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc_shared::error::Error;

use super::PeerError;

/// The AEAD profile first, as browsers offer it to servers that prefer it.
const PROFILES: [SrtpProtectionProfile; 2] =
    [SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm, SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80];
const DTLS_REPLAY_WINDOW: usize = 64;

pub struct Identity {
    pub provider: Arc<dyn RTCCryptoProvider>,
    certificate: Certificate,
    /// SHA-256 of the certificate as `AB:CD:…`.
    pub fingerprint: String,
}

impl Identity {
    /// # Errors
    /// When this machine has no random numbers or no provider was built in.
    pub fn generate() -> Result<Arc<Self>, PeerError> {
        let provider = default_provider().map_err(PeerError::crypto)?;
        let names = vec!["greenroom-loadtest".to_string()];
        let certificate = Certificate::generate_self_signed(names, provider.crypto()).map_err(PeerError::crypto)?;
        let der = certificate.certificate.first().ok_or_else(|| PeerError::crypto("no certificate was made"))?;
        let fingerprint = hex(&provider.crypto().hash(HashAlgorithm::Sha256, der).map_err(PeerError::crypto)?);
        Ok(Arc::new(Self { provider, certificate, fingerprint }))
    }

    /// What a handshake with the holder of this fingerprint needs.
    pub fn handshake(&self, is_client: bool, theirs: &str) -> Result<Arc<HandshakeConfig>, PeerError> {
        let (provider, theirs) = (self.provider.clone(), theirs.to_ascii_uppercase());
        let verify = move |certificates: &[Vec<u8>], _: &[_]| {
            let first = certificates.first().ok_or(Error::ErrNonCertificate)?;
            let hash = provider.crypto().hash(HashAlgorithm::Sha256, first).map_err(|error| Error::Crypto(error.to_string()))?;
            if hex(&hash) == theirs { Ok(()) } else { Err(Error::ErrNoMatchingCertificateFingerprint) }
        };
        let config = ConfigBuilder::default()
            .with_crypto_provider(self.provider.clone())
            .with_certificates(vec![self.certificate.clone()])
            .with_srtp_protection_profiles(PROFILES.to_vec())
            .with_client_auth(ClientAuthType::RequireAnyClientCert)
            .with_insecure_skip_verify(true)
            .with_verify_peer_certificate(Some(Arc::new(verify)))
            .with_extended_master_secret(ExtendedMasterSecretType::Require)
            .with_replay_protection_window(DTLS_REPLAY_WINDOW)
            .build(is_client, None)
            .map_err(PeerError::crypto)?;
        Ok(Arc::new(config))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_has_32_bytes_in_capitals() {
        let identity = Identity::generate().unwrap();
        assert_eq!(identity.fingerprint.split(':').count(), 32);
        assert_eq!(identity.fingerprint, identity.fingerprint.to_ascii_uppercase());
    }
}
