//! Reads the common name in the subject of a certificate (X.501, in DER).

use rustls::pki_types::{CertificateDer, ServerName};

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OBJECT_IDENTIFIER: u8 = 0x06;
/// 2.5.4.3
const COMMON_NAME: [u8; 3] = [0x55, 0x04, 0x03];

/// Whether the common name is `name`. IP addresses never match.
pub fn has_common_name(certificate: &CertificateDer<'_>, name: &ServerName<'_>) -> bool {
    let ServerName::DnsName(name) = name else { return false };
    let Ok(parsed) = webpki::EndEntityCert::try_from(certificate) else { return false };
    common_names(parsed.subject()).iter().any(|common| common.eq_ignore_ascii_case(name.as_ref().as_bytes()))
}

/// `subject`: the relative names, with or without the enclosing sequence.
fn common_names(subject: &[u8]) -> Vec<&[u8]> {
    let mut sets = Elements(subject);
    if let Some((SEQUENCE, inner)) = Elements(subject).next() {
        sets = Elements(inner);
    }
    sets.filter(|(tag, _)| *tag == SET)
        .flat_map(|(_, set)| Elements(set))
        .filter_map(|(_, attribute)| {
            let mut parts = Elements(attribute);
            let (OBJECT_IDENTIFIER, kind) = parts.next()? else { return None };
            let (_, value) = parts.next()?;
            (kind == COMMON_NAME).then_some(value)
        })
        .collect()
}

/// Tags and contents, up to the first malformed element.
struct Elements<'a>(&'a [u8]);

impl<'a> Iterator for Elements<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (length, rest) = match *self.0 {
            [_, length @ 0..=0x7f, ref rest @ ..] => (length.into(), rest),
            [_, 0x81, length, ref rest @ ..] => (length.into(), rest),
            [_, 0x82, high, low, ref rest @ ..] => (u16::from_be_bytes([high, low]).into(), rest),
            _ => return None,
        };
        let (content, behind) = rest.split_at_checked(length)?;
        let tag = self.0[0];
        self.0 = behind;
        Some((tag, content))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_names_are_found_among_other_names() {
        // O=x, CN=host
        let organisation =
            [&[SET, 0x0a, SEQUENCE, 0x08, 0x06, 0x03, 0x55, 0x04, 0x0a, 0x0c, 0x01][..], b"x"].concat();
        let common =
            [&[SET, 0x0d, SEQUENCE, 0x0b, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x04][..], b"host"].concat();
        let both = [organisation, common].concat();
        assert_eq!(common_names(&both), [b"host"]);
        let wrapped = [&[SEQUENCE, both.len() as u8][..], &both].concat();
        assert_eq!(common_names(&wrapped), [b"host"]);
        for cut in 0..both.len() - 1 {
            assert!(common_names(&both[..cut]).is_empty());
        }
    }
}
