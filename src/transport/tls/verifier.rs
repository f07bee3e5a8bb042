//! Verifies the server's certificate.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};

use super::common_name::has_common_name;
use super::reason::{is_self_signed, of_authority, of_certificate, of_self_signed};

/// Which certificates are accepted.
#[derive(Debug)]
pub enum Trust {
    /// Certificates that an authority signed, and those that are byte for byte in `given`. `by_option`: `given` is from
    /// `tls.ca`.
    Verified { authorities: Arc<WebPkiServerVerifier>, given: Vec<CertificateDer<'static>>, by_option: bool },
    /// Any certificate. The server must still prove that it has the key.
    Unverified,
}

#[derive(Debug)]
pub struct Verifier {
    pub trust: Trust,
    pub provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Trust::Verified { authorities, given, by_option } = &self.trust else {
            return Ok(ServerCertVerified::assertion());
        };
        let is_given = given.contains(end_entity);
        authorities
            .verify_server_cert(end_entity, intermediates, name, ocsp, now)
            .or_else(|error| if is_given { accept_given(error, end_entity, name) } else { Err(error) })
            .map_err(|error| explained(error, end_entity, *by_option))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Accepts a certificate of `given` without an authority, and by its common name if it has no other names, like
/// `node:tls`. Its dates and purpose are checked before its chain, so such errors remain.
fn accept_given(
    error: Error,
    certificate: &CertificateDer<'_>,
    name: &ServerName<'_>,
) -> Result<ServerCertVerified, Error> {
    let named = match &error {
        Error::InvalidCertificate(wrong) if is_about_chain(wrong) => {
            verify_server_name(&ParsedCertificate::try_from(certificate)?, name)
        }
        _ => Err(error),
    };
    match named {
        Err(Error::InvalidCertificate(CertificateError::NotValidForNameContext { presented, .. }))
            if presented.is_empty() && has_common_name(certificate, name) => {}
        Err(error) => return Err(error),
        Ok(()) => {}
    }
    Ok(ServerCertVerified::assertion())
}

fn is_about_chain(wrong: &CertificateError) -> bool {
    matches!(wrong, CertificateError::UnknownIssuer) || is_of_authority(wrong)
}

fn is_of_authority(wrong: &CertificateError) -> bool {
    let CertificateError::Other(OtherError(why)) = wrong else { return false };
    matches!(why.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
}

/// The described error with which the handshake fails.
#[derive(Debug)]
struct Reason(String);

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Reason {}

fn explained(error: Error, certificate: &CertificateDer<'_>, ca: bool) -> Error {
    let Error::InvalidCertificate(wrong) = &error else { return error };
    let reason = match wrong {
        wrong if is_about_chain(wrong) && is_self_signed(certificate) => of_self_signed(ca),
        wrong if is_of_authority(wrong) => of_authority(ca),
        wrong => of_certificate(wrong, ca),
    };
    Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(Reason(reason)))))
}
