//! Describes why a TLS handshake failed.

use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{AlertDescription, CertificateError, Error, OtherError};

/// Describes a failure of the session.
pub fn sentence(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(CertificateError::Other(OtherError(why))) => why.to_string(),
        Error::InvalidCertificate(error) => of_certificate(error, false),
        Error::AlertReceived(alert) => of_alert(*alert),
        Error::InvalidMessage(_) => "what the server sent is not TLS".into(),
        Error::PeerIncompatible(why) => {
            let why = words(&format!("{why:?}"));
            format!("the server speaks no TLS that this side speaks, which are 1.2 and 1.3 ({why})")
        }
        Error::PeerMisbehaved(why) => {
            format!("the server does not keep to the protocol ({})", words(&format!("{why:?}")))
        }
        Error::NoCertificatesPresented => "the server shows no certificate".into(),
        Error::InconsistentKeys(_) => "tls.key is not the key of tls.cert".into(),
        Error::General(why) => why.clone(),
        other => words(&format!("{other:?}")),
    }
}

/// Whether one side rejects the certificate of the other, or the lack of one.
pub fn is_about_certificates(error: &Error) -> bool {
    use AlertDescription as Alert;
    match error {
        Error::InvalidCertificate(_) | Error::NoCertificatesPresented | Error::InconsistentKeys(_) => true,
        Error::AlertReceived(alert) => matches!(
            alert,
            Alert::CertificateRequired
                | Alert::BadCertificate
                | Alert::UnsupportedCertificate
                | Alert::CertificateRevoked
                | Alert::CertificateExpired
                | Alert::CertificateUnknown
                | Alert::UnknownCA
                | Alert::UnrecognisedName
        ),
        _ => false,
    }
}

fn of_alert(alert: AlertDescription) -> String {
    use AlertDescription as Alert;
    match alert {
        Alert::CertificateRequired => {
            "the server wants a client certificate: give it with tls.cert and tls.key".into()
        }
        Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateRevoked
        | Alert::CertificateExpired
        | Alert::CertificateUnknown
        | Alert::UnknownCA => format!(
            "the server does not accept the client certificate, or wants one that was not given ({})",
            words(&format!("{alert:?}"))
        ),
        Alert::ProtocolVersion => "the server speaks neither TLS 1.2 nor TLS 1.3".into(),
        Alert::HandshakeFailure => {
            "the server refuses: the two sides have no cipher suite in common, or it wants a client certificate \
             (tls.cert and tls.key)"
                .into()
        }
        Alert::UnrecognisedName => "the server has no certificate for that name: see tls.servername".into(),
        alert => format!("the server ended it with an alert ({})", words(&format!("{alert:?}"))),
    }
}

/// Describes a problem of the server's certificate. `ca`: the option `tls.ca` is set.
pub fn of_certificate(error: &CertificateError, ca: bool) -> String {
    use CertificateError as Wrong;
    match error {
        Wrong::ExpiredContext { not_after, .. } => {
            format!("the server's certificate expired on {}", date(*not_after))
        }
        Wrong::Expired => "the server's certificate expired".into(),
        Wrong::NotValidYetContext { not_before, .. } => {
            format!("the server's certificate is not valid before {}", date(*not_before))
        }
        Wrong::NotValidYet => "the server's certificate is not valid yet".into(),
        Wrong::UnknownIssuer => {
            format!("the server's certificate is signed by an authority that {}", not_trusted(ca))
        }
        Wrong::BadSignature => format!(
            "the server's certificate is not signed by the authority that it names, or by another of that name which \
             {}",
            not_trusted(ca)
        ),
        Wrong::NotValidForNameContext { expected, presented } => of_names(expected, presented),
        Wrong::NotValidForName => "the server's certificate is for another host".into(),
        Wrong::InvalidPurpose | Wrong::InvalidPurposeContext { .. } => {
            "the server's certificate is not one for servers (extended key usage)".into()
        }
        Wrong::BadEncoding => "the server's certificate cannot be read".into(),
        Wrong::UnsupportedSignatureAlgorithmContext { .. }
        | Wrong::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "the server's certificate is signed in a way that is not supported, such as with SHA-1".into()
        }
        Wrong::Other(OtherError(why)) => {
            format!("the server's certificate cannot be used ({})", words(&format!("{why:?}")))
        }
        other => format!("the server's certificate cannot be used ({})", words(&format!("{other:?}"))),
    }
}

/// Describes why a certificate of `tls.ca` cannot be an authority.
pub fn of_certificate_of_ca(error: &Error) -> String {
    let Error::InvalidCertificate(wrong) = error else { return sentence(error) };
    of_certificate(wrong, true).replacen("the server's certificate", "a certificate in it", 1)
}

pub fn of_self_signed(ca: bool) -> String {
    format!("the server's certificate is self-signed, and {}", not_trusted(ca))
}

/// The server uses the certificate of an authority as its own.
pub fn of_authority(ca: bool) -> String {
    format!(
        "the server shows the certificate of an authority in place of its own, and it {}",
        not_trusted(ca)
    )
}

fn not_trusted(ca: bool) -> &'static str {
    if ca { "is not in tls.ca" } else { "is not trusted by the system: give it with tls.ca" }
}

fn of_names(expected: &ServerName<'_>, presented: &[String]) -> String {
    let expected = expected.to_str();
    if presented.is_empty() {
        return format!(
            "the server's certificate has no subject alternative names, and so is not for {expected}: \
             give the certificate itself in tls.ca, or exchange it"
        );
    }
    // They have the form DnsName("a") or IpAddress(127.0.0.1).
    let names: Vec<&str> = presented.iter().map(|name| inner(name)).collect();
    format!(
        "the server's certificate is for {}, and not for {expected}: see tls.servername",
        names.join(", ")
    )
}

fn inner(shown: &str) -> &str {
    let in_brackets = shown.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    in_brackets.unwrap_or(shown).trim_matches('"')
}

/// Converts debug output to words: `UnknownCA { at: 1 }` to "unknown CA at 1".
fn words(shown: &str) -> String {
    let mut words = String::new();
    let mut before = ' ';
    for c in shown.chars() {
        if c.is_ascii_uppercase() && before.is_ascii_lowercase() {
            words.push(' ');
        }
        words.push(if c.is_ascii_uppercase() && !before.is_ascii_uppercase() {
            c.to_ascii_lowercase()
        } else {
            c
        });
        before = c;
    }
    words.replace(['(', ')', '{', '}', '"', ':'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The day, in the form 2026-01-31.
fn date(time: UnixTime) -> String {
    let mut days = time.as_secs() / 86_400;
    let mut year = 1970;
    while days >= days_of(year) {
        days -= days_of(year);
        year += 1;
    }
    let february = days_of(year) - 337;
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    format!("{year}-{month:02}-{:02}", days + 1)
}

fn days_of(year: u64) -> u64 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    if is_leap { 366 } else { 365 }
}

/// Whether the issuer of a certificate is its subject.
pub fn is_self_signed(certificate: &CertificateDer<'_>) -> bool {
    webpki::EndEntityCert::try_from(certificate).is_ok_and(|parsed| parsed.issuer() == parsed.subject())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn dates_are_computed_from_seconds() {
        let at = |seconds| date(UnixTime::since_unix_epoch(Duration::from_secs(seconds)));
        for (seconds, day) in [
            (0, "1970-01-01"),
            (951_782_399, "2000-02-28"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_798_675_199, "2026-12-30"),
            (1_798_761_600, "2027-01-01"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(at(seconds), day);
        }
    }

    #[test]
    fn reasons_are_words_without_code() {
        let wrong = [
            CertificateError::Revoked,
            CertificateError::UnhandledCriticalExtension,
            CertificateError::BadSignature,
            CertificateError::UnknownIssuer,
            CertificateError::Other(OtherError(std::sync::Arc::new(webpki::Error::CaUsedAsEndEntity))),
        ];
        let mut sentences: Vec<String> = wrong.iter().map(|error| of_certificate(error, true)).collect();
        sentences.extend((0..=120).map(|alert| sentence(&Error::AlertReceived(alert.into()))));
        sentences.push(sentence(&Error::DecryptError));
        sentences.push(sentence(&Error::InvalidCertificate(CertificateError::NotValidYet)));
        for said in sentences {
            assert!(!said.contains(['{', '"']) && !said.contains("Error"), "{said}");
            assert!(said.contains(' '), "{said}");
        }
    }

    #[test]
    fn the_reason_has_the_names_of_the_certificate() {
        let expected = ServerName::try_from("db.example").unwrap();
        let presented = ["DnsName(\"a.example\")".to_owned(), "IpAddress(127.0.0.1)".to_owned()];
        let said = of_names(&expected, &presented);
        assert!(said.contains("is for a.example, 127.0.0.1, and not for db.example"), "{said}");
    }
}
