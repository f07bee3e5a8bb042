//! TLS over a socket that does not block.

use std::borrow::Cow;
use std::fs;
use std::io::{self, IoSlice, Read, Write};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::error::{Error, Kind};
use crate::tls::{Identity, Pem, Tls};

/// One read from the socket brings no more plaintext than this.
const LARGEST_PIECE: usize = 20 * 1024;

/// Reading them takes some milliseconds.
static SYSTEM_ROOTS: LazyLock<RootCertStore> = LazyLock::new(|| {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
});

/// A TLS session; reader and writer take turns.
pub struct Session(Mutex<ClientConnection>);

impl Session {
    /// A session with a host that has said nothing yet. Files are read here.
    pub fn new(tls: &Tls, host: &str) -> Result<Self, Error> {
        let servername = tls.servername.as_deref().unwrap_or(host);
        let name = ServerName::try_from(servername.to_owned())
            .map_err(|_| failed("the server's name cannot be in a certificate", &servername))?;
        let session = ClientConnection::new(Arc::new(client_config(tls)?), name)
            .map_err(|error| failed("TLS cannot be started", &error))?;
        Ok(Session(Mutex::new(session)))
    }

    pub fn is_handshaking(&self) -> bool {
        self.session().is_handshaking()
    }

    /// Writes what was encrypted, as far as the socket takes it.
    pub fn flush(&self, socket: &mut impl Write) -> io::Result<()> {
        let mut session = self.session();
        while session.wants_write() {
            session.write_tls(socket)?;
        }
        Ok(())
    }

    /// Reads for the handshake.
    pub fn advance(&self, socket: &mut impl Read) -> io::Result<()> {
        receive(&mut self.session(), socket)
    }

    /// Reads as much as there is, while there is room for all that one more read may bring.
    pub fn read(&self, socket: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
        let mut session = self.session();
        let mut count = 0;
        loop {
            match session.reader().read(&mut buffer[count..]) {
                Ok(0) => return Ok(count),
                Ok(more) => count += more,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
            if count > 0 && buffer.len() - count < LARGEST_PIECE {
                return Ok(count);
            }
            match receive(&mut session, socket) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && count > 0 => return Ok(count),
                Err(error) => return Err(error),
            }
        }
    }

    /// Encrypts as much as there is room for, and writes it as far as the socket takes it.
    pub fn write(&self, socket: &mut impl Write, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        self.flush(socket)?;
        let count = self.session().writer().write_vectored(pieces)?;
        match self.flush(socket) {
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
            _ => Ok(count),
        }
    }

    fn session(&self) -> MutexGuard<'_, ClientConnection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn receive(session: &mut ClientConnection, socket: &mut impl Read) -> io::Result<()> {
    if session.read_tls(socket)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    session.process_new_packets().map(drop).map_err(io::Error::other)
}

fn client_config(tls: &Tls) -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| failed("TLS cannot be started", &error))?;
    let verified = if tls.reject_unauthorized {
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots(tls)?), provider);
        let verifier =
            verifier.build().map_err(|error| failed("the CA certificates cannot be used", &error))?;
        versions.with_webpki_verifier(verifier)
    } else {
        versions.dangerous().with_custom_certificate_verifier(Arc::new(Unverified(provider)))
    };
    match &tls.identity {
        None => Ok(verified.with_no_client_auth()),
        Some(Identity { cert, key }) => verified
            .with_client_auth_cert(certificates(cert, "cert")?, private_key(key)?)
            .map_err(|error| failed("the client certificate and its key cannot be used", &error)),
    }
}

fn roots(tls: &Tls) -> Result<RootCertStore, Error> {
    let Some(ca) = &tls.ca else { return Ok(SYSTEM_ROOTS.clone()) };
    let mut roots = RootCertStore::empty();
    for certificate in certificates(ca, "ca")? {
        roots.add(certificate).map_err(|error| failed("the CA certificates cannot be used", &error))?;
    }
    Ok(roots)
}

fn certificates(source: &Pem, option: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
    let text = text(source, option)?;
    let certificates: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(&text).collect();
    match certificates {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        // The parser's own words may repeat what it read.
        _ => Err(Error::new(Kind::Connection, format!("tls.{option} holds no certificate in PEM"))),
    }
}

fn private_key(source: &Pem) -> Result<PrivateKeyDer<'static>, Error> {
    let text = text(source, "key")?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|_| {
        Error::new(Kind::Connection, "tls.key holds no private key in PEM that is not encrypted")
    })
}

fn text<'a>(source: &'a Pem, option: &str) -> Result<Cow<'a, [u8]>, Error> {
    match source {
        Pem::Text(text) => Ok(Cow::Borrowed(text)),
        Pem::File(path) => fs::read(path).map(Cow::Owned).map_err(|error| {
            Error::from_io(&format!("reading tls.{option} from {} failed", path.display()), &error)
        }),
    }
}

fn failed(what: &str, why: &dyn std::fmt::Display) -> Error {
    Error::new(Kind::Connection, format!("{what}: {why}"))
}

/// Takes any certificate, as the user wants it; that the server has its key is checked all the same.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
