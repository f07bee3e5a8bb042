//! TLS over a non-blocking socket.

mod common_name;
mod reason;
pub mod roots;
mod verifier;

use std::borrow::Cow;
use std::fs;
use std::io::{self, IoSlice, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard};

use rustls::client::WebPkiServerVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};

use self::reason::{is_about_certificates, of_certificate_of_ca, sentence};
use self::verifier::{Trust, Verifier};

use crate::config::tls::{Identity, Pem, Tls, shown};
use crate::error::{CertificateRejected, Error, Kind, Remedy};
use crate::sync::locked;

/// Maximum plaintext of one read from the socket.
const MAX_READ: usize = 20 * 1024;

/// A TLS session; reader and writer take turns.
pub struct Session(Mutex<ClientConnection>);

impl Session {
    /// A session before its handshake. Reads certificate files.
    pub fn new(tls: &Tls, host: &str) -> Result<Self, Error> {
        let servername = tls.servername.as_deref().unwrap_or(host);
        let name = ServerName::try_from(servername.to_owned()).map_err(|_| match tls.servername {
            Some(_) => Error::new(Kind::Unusable, "tls.servername is neither a host name nor an address"),
            None => failed("the server's name cannot be in a certificate", &host),
        })?;
        let session = ClientConnection::new(Arc::new(client_config(tls)?), name)
            .map_err(|error| failed("TLS cannot be started", &error))?;
        Ok(Session(Mutex::new(session)))
    }

    pub fn is_handshaking(&self) -> bool {
        self.session().is_handshaking()
    }

    /// Writes encrypted bytes until the socket accepts no more.
    pub fn flush(&self, socket: &mut impl Write) -> io::Result<()> {
        let mut session = self.session();
        while session.wants_write() {
            session.write_tls(socket)?;
        }
        Ok(())
    }

    /// Reads once during the handshake.
    pub fn advance(&self, socket: &mut impl Read) -> io::Result<()> {
        receive(&mut self.session(), socket)
    }

    /// Reads all available data, as long as the buffer has room for a further read.
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
            if count > 0 && buffer.len() - count < MAX_READ {
                return Ok(count);
            }
            match receive(&mut session, socket) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && count > 0 => return Ok(count),
                Err(error) => return Err(error),
            }
        }
    }

    /// Encrypts as much as fits into the session's buffer, and writes it until the socket accepts no more.
    pub fn write(&self, socket: &mut impl Write, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        self.flush(socket)?;
        let count = self.session().writer().write_vectored(pieces)?;
        match self.flush(socket) {
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
            _ => Ok(count),
        }
    }

    fn session(&self) -> MutexGuard<'_, ClientConnection> {
        locked(self.0.lock())
    }
}

fn receive(session: &mut ClientConnection, socket: &mut impl Read) -> io::Result<()> {
    if session.read_tls(socket)? == 0 {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed the connection"));
    }
    session.process_new_packets().map(drop).map_err(|error| {
        let is_no_tls = matches!(error, rustls::Error::InvalidMessage(_));
        let kind = if is_no_tls { io::ErrorKind::InvalidData } else { io::ErrorKind::Other };
        let sentence = sentence(&error);
        if is_about_certificates(&error) {
            return io::Error::new(kind, CertificateRejected(sentence));
        }
        io::Error::new(kind, sentence)
    })
}

fn client_config(tls: &Tls) -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| failed("TLS cannot be started", &error))?;
    let verifier = Verifier { trust: trust(tls, &provider)?, provider };
    let verified = versions.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
    match &tls.identity {
        None => Ok(verified.with_no_client_auth()),
        Some(Identity { cert, key }) => verified
            .with_client_auth_cert(certificates(cert, "cert")?, private_key(key)?)
            .map_err(|error| failed("tls.cert and tls.key cannot be used", &sentence(&error))),
    }
}

fn trust(tls: &Tls, provider: &Arc<CryptoProvider>) -> Result<Trust, Error> {
    if !tls.reject_unauthorized {
        return Ok(Trust::Unverified);
    }
    let (roots, given) = match &tls.ca {
        None => (roots::trusted(), roots::extra()),
        Some(ca) => given_roots(ca)?,
    };
    if roots.is_empty() {
        return Err(failed("no authority is trusted", &"the system has none; give the server's with tls.ca"));
    }
    let authorities = WebPkiServerVerifier::builder_with_provider(roots, provider.clone()).build();
    let authorities = authorities.map_err(|error| failed("the CA certificates cannot be used", &error))?;
    Ok(Trust::Verified { authorities, given, by_option: tls.ca.is_some() })
}

fn given_roots(ca: &Pem) -> Result<(Arc<RootCertStore>, Vec<CertificateDer<'static>>), Error> {
    let given = certificates(ca, "ca")?;
    let mut roots = RootCertStore::empty();
    for certificate in &given {
        roots
            .add(certificate.clone())
            .map_err(|error| failed("tls.ca cannot be used", &of_certificate_of_ca(&error)))?;
    }
    Ok((Arc::new(roots), given))
}

fn certificates(source: &Pem, option: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
    let text = text(source, option)?;
    let certificates: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(&text).collect();
    match certificates {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        // The text of the parser's error may contain parts of the input.
        _ => Err(unusable(option, "no certificate", &text)),
    }
}

fn private_key(source: &Pem) -> Result<PrivateKeyDer<'static>, Error> {
    let text = text(source, "key")?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|_| unusable("key", "no private key", &text))
}

fn unusable(option: &str, what: &str, text: &[u8]) -> Error {
    let has = |part: &str| memchr::memmem::find(text, part.as_bytes()).is_some();
    let why = if has("ENCRYPTED") {
        ": it is encrypted, and has to be given decrypted (openssl pkey -in FILE)"
    } else if has("-----\\n") {
        ": its line ends are written as a backslash and an \"n\", and have to be replaced by line ends"
    } else {
        ""
    };
    Error::new(Kind::Unusable, format!("tls.{option} holds {what} in PEM that can be read{why}"))
        .with_remedy(Remedy::CheckTlsFiles)
}

fn text<'a>(source: &'a Pem, option: &str) -> Result<Cow<'a, [u8]>, Error> {
    match source {
        Pem::Text(text) => Ok(Cow::Borrowed(text)),
        Pem::File(path) => fs::read(path).map(Cow::Owned).map_err(|error| {
            Error::from_io(&format!("reading tls.{option} from {} failed", shown(path)), &error)
                .with_remedy(Remedy::CheckTlsFiles)
        }),
    }
}

fn failed(what: &str, why: &dyn std::fmt::Display) -> Error {
    Error::new(Kind::Unusable, format!("{what}: {why}"))
}
