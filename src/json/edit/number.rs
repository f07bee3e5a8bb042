//! Sums as in JavaScript: doubles, with integers only up to `Number.MAX_SAFE_INTEGER`.

use crate::error::{Applied, Error, Kind};

/// Doubles represent larger integers inexactly.
const MAX_SAFE: f64 = 9_007_199_254_740_991.0;

/// The sum, in the form of `JSON.stringify`.
pub fn sum(text: Option<&str>, by: &str) -> Result<String, Error> {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let old = match text.map(str::trim) {
        None => 0.0,
        Some(text) if text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
            number(text).ok_or_else(|| Error::mismatch("the value is not a number"))?
        }
        Some(_) => return Err(Error::mismatch("the value is not a number")),
    };
    let sum = old + number(by).unwrap_or(f64::NAN);
    if old.abs() <= MAX_SAFE && sum.abs() <= MAX_SAFE {
        return Ok(ryu_js::Buffer::new().format_finite(sum).to_owned());
    }
    let detail = "the number or the sum is beyond 2^53 - 1";
    Err(Error::new(Kind::OutOfRange, detail).with_applied(Applied::No))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_javascript() {
        assert_eq!(sum(Some("0.1"), "0.2").unwrap(), "0.30000000000000004");
        assert_eq!(sum(None, "-0").unwrap(), "0");
        assert_eq!(sum(Some("0.000001"), "0").unwrap(), "0.000001");
        assert_eq!(sum(Some("0"), "1e-7").unwrap(), "1e-7");
        assert_eq!(sum(Some("1e15"), "0.3").unwrap(), "1000000000000000.2");
        assert_eq!(sum(Some("1e2"), "1").unwrap(), "101");
        assert_eq!(sum(Some("9007199254740991"), "1").unwrap_err().kind, Kind::OutOfRange);
        assert_eq!(sum(Some("\"1\""), "1").unwrap_err().kind, Kind::WrongType);
    }
}
