//! The default expiry: a number of seconds, or a text with its unit.

use std::fmt;
use std::time::Duration;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

const MAX_SECONDS: u64 = 4_294_967_295;
const MILLISECONDS: [(&str, u128); 5] =
    [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
const EXPECTED: &str = "whole seconds from 0 to 4294967295, or a duration with its unit such as '1500ms'";

/// `None`: entries do not expire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ttl(Option<Duration>);

impl Ttl {
    pub fn get(self) -> Option<Duration> {
        self.0
    }
}

impl<'de> Deserialize<'de> for Ttl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TtlVisitor)
    }
}

struct TtlVisitor;

impl Visitor<'_> for TtlVisitor {
    type Value = Ttl;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(EXPECTED)
    }

    fn visit_i64<E: Error>(self, seconds: i64) -> Result<Ttl, E> {
        u64::try_from(seconds).map_or_else(
            |_| Err(E::custom(format!("expected {EXPECTED}"))),
            |seconds| self.visit_u64(seconds),
        )
    }

    fn visit_u64<E: Error>(self, seconds: u64) -> Result<Ttl, E> {
        match seconds {
            0 => Ok(Ttl(None)),
            1..=MAX_SECONDS => Ok(Ttl(Some(Duration::from_secs(seconds)))),
            _ => Err(E::custom(format!("expected {EXPECTED}"))),
        }
    }

    /// The text is not shown, as it may be a secret in the wrong place.
    fn visit_str<E: Error>(self, text: &str) -> Result<Ttl, E> {
        match milliseconds(text) {
            Some(time) => Ok(Ttl(Some(Duration::from_millis(time)))),
            None => Err(E::custom(format!("expected {EXPECTED}"))),
        }
    }
}

/// Reads what lib/input/duration.js reads.
fn milliseconds(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(digits);
    let (_, factor) = MILLISECONDS.into_iter().find(|(name, _)| *name == unit)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if whole.is_empty() || fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    // Integer arithmetic, as 1.1 * 1000 is not 1100 in floating point.
    let fraction = fraction.trim_end_matches('0');
    let scale = 10u128.checked_pow(fraction.len().try_into().ok()?)?;
    let scaled = format!("{whole}{fraction}").parse::<u128>().ok()?.checked_mul(factor)?;
    let time = u64::try_from(scaled / scale).ok()?;
    (scaled.is_multiple_of(scale) && (1..=MAX_SECONDS * 1000).contains(&time)).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_a_duration_with_its_unit() {
        for (text, expected) in [
            ("1ms", Some(1)),
            ("1500ms", Some(1500)),
            ("1.1s", Some(1100)),
            ("30s", Some(30_000)),
            ("1.50m", Some(90_000)),
            ("2h", Some(7_200_000)),
            ("400d", Some(34_560_000_000)),
            ("4294967295s", Some(4_294_967_295_000)),
            ("4294967296s", None),
            ("0s", None),
            ("0.5ms", None),
            ("60", None),
            ("", None),
            ("s", None),
            (".5s", None),
            ("5.s", None),
            ("1.2.3s", None),
            ("-5s", None),
            ("5 s", None),
            ("5S", None),
            ("99999999999999999999999999999999999999999s", None),
            ("0.00000000000000000000000000000000000000001d", None),
        ] {
            assert_eq!(milliseconds(text), expected, "{text}");
        }
    }
}
