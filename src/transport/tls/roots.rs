//! The authorities that are trusted without `tls.ca`: those of the operating system, or if it has none, those bundled
//! with Node.js; and those of NODE_EXTRA_CA_CERTS, as in Node.js.

use std::env;
use std::fs;
use std::path::Path;
use std::sync::{Arc, LazyLock, OnceLock};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::config::tls::shown;

const EXTRA: &str = "NODE_EXTRA_CA_CERTS";

/// Read once, because it takes some milliseconds.
static DEFAULT: LazyLock<Defaults> = LazyLock::new(Defaults::read);
/// Used if the system has no authorities.
static OF_NODE: OnceLock<Arc<RootCertStore>> = OnceLock::new();

struct Defaults {
    /// Includes `extra`.
    roots: Arc<RootCertStore>,
    extra: Vec<CertificateDer<'static>>,
    system_has_none: bool,
    /// Why NODE_EXTRA_CA_CERTS is ignored.
    ignored: Option<String>,
}

impl Defaults {
    fn read() -> Self {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let system_has_none = roots.is_empty();
        let (extra, ignored) = match read_extra() {
            Ok(extra) => (extra, None),
            Err(why) => (Vec::new(), Some(format!("{EXTRA} is ignored: {why}"))),
        };
        roots.add_parsable_certificates(extra.iter().cloned());
        Defaults { roots: Arc::new(roots), extra, system_has_none, ignored }
    }
}

fn read_extra() -> Result<Vec<CertificateDer<'static>>, String> {
    let Some(path) = env::var_os(EXTRA).filter(|path| !path.is_empty()) else { return Ok(Vec::new()) };
    let path = Path::new(&path);
    let text = fs::read(path).map_err(|error| format!("reading {} failed: {error}", shown(path)))?;
    let extra: Vec<_> = CertificateDer::pem_slice_iter(&text).flatten().collect();
    if extra.is_empty() { Err(format!("{} holds no certificate in PEM", shown(path))) } else { Ok(extra) }
}

pub fn trusted() -> Arc<RootCertStore> {
    match OF_NODE.get() {
        Some(roots) => roots.clone(),
        None => DEFAULT.roots.clone(),
    }
}

/// The certificates of NODE_EXTRA_CA_CERTS. A server may also use one of them directly.
pub fn extra() -> Vec<CertificateDer<'static>> {
    DEFAULT.extra.clone()
}

/// Trusts the authorities bundled with Node.js if the system has none; `of_node` returns them in PEM. Returns why
/// NODE_EXTRA_CA_CERTS is ignored, if it is.
pub fn complete(of_node: impl FnOnce() -> Vec<String>) -> Option<String> {
    if DEFAULT.system_has_none && OF_NODE.get().is_none() {
        let mut roots = RootCertStore::clone(&DEFAULT.roots);
        let text = of_node().join("\n");
        roots.add_parsable_certificates(CertificateDer::pem_slice_iter(text.as_bytes()).flatten());
        drop(OF_NODE.set(Arc::new(roots)));
    }
    DEFAULT.ignored.clone()
}
