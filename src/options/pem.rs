//! Certificates and keys in the options.

use std::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::config::tls::Pem;

const EXPECTED: &str = "expected PEM text or the path of a file";
const EXPECTED_NOT_BASE64: &str = "expected PEM text or the path of a file, and got what looks like base64: PEM text has lines \
                                   with -----BEGIN and -----END around it (base64 of such text has to be decoded)";
/// The limit of paths on all systems.
const MAX_PATH: usize = 4096;
/// Base64 of at least this length is taken for a key rather than a file name.
const MIN_BASE64_KEY: usize = 48;

/// PEM as a string or as bytes, a list of these, or the path of a file.
#[derive(Clone, PartialEq, Eq)]
pub struct PemSetting(pub Pem);

impl fmt::Debug for PemSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PemSetting(..)")
    }
}

impl<'de> Deserialize<'de> for PemSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PemVisitor).map(PemSetting)
    }
}

struct PemVisitor;

impl<'de> Visitor<'de> for PemVisitor {
    type Value = Pem;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PEM text or the path of a file")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Pem, E> {
        if is_pem(text) { Ok(Pem::Text(text.into())) } else { path(text).map_err(E::custom) }
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Pem, E> {
        Ok(Pem::Text(bytes.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Pem, A::Error> {
        let mut all = Vec::new();
        while let Some(ListedPem(text)) = list.next_element()? {
            all.extend(text);
            all.push(b'\n');
        }
        Ok(Pem::Text(all))
    }
}

/// An element of a list: PEM as a string or as bytes. Rejects nested lists, which could be cyclic.
struct ListedPem(Vec<u8>);

impl<'de> Deserialize<'de> for ListedPem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListedPemVisitor).map(ListedPem)
    }
}

struct ListedPemVisitor;

impl Visitor<'_> for ListedPemVisitor {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PEM text")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        if is_pem(text) {
            Ok(text.into())
        } else {
            Err(E::custom("expected PEM text: files cannot be in a list"))
        }
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        Ok(bytes.into())
    }
}

fn is_pem(text: &str) -> bool {
    text.contains("-----BEGIN")
}

fn path(text: &str) -> Result<Pem, &'static str> {
    if looks_like_base64(text) {
        return Err(EXPECTED_NOT_BASE64);
    }
    if text.is_empty() || text.len() > MAX_PATH || text.contains(char::is_control) {
        return Err(EXPECTED);
    }
    Ok(Pem::File(text.into()))
}

/// Whether a text looks like base64 of a certificate or key rather than a path. DER begins with a sequence, which is
/// "M" in base64; base64 of PEM text begins with "LS0t".
fn looks_like_base64(text: &str) -> bool {
    let is_begun = text.trim_start().starts_with(['M']) || text.trim_start().starts_with("LS0t");
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || c.is_whitespace() || "+/=-_\\".contains(c);
    is_begun && text.len() >= MIN_BASE64_KEY && text.chars().all(is_base64)
}
