//! Numbers in arguments and values, as Redis reads and writes them.

use super::reply::Refusal;

/// Reads an integer in its only form: no sign `+`, no leading zeros, no spaces.
pub fn integer(text: &[u8]) -> Result<i64, Refusal> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let is_canonical = match digits {
        [b'0'] => digits.len() == text.len(),
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    let text = str::from_utf8(text).ok().filter(|_| is_canonical);
    text.and_then(|text| text.parse().ok()).ok_or(Refusal::NOT_INTEGER)
}

pub fn positive(text: &[u8]) -> Result<usize, Refusal> {
    let number = integer(text).map_err(|_| Refusal::NOT_POSITIVE)?;
    usize::try_from(number).map_err(|_| Refusal::NOT_POSITIVE)
}

/// Reads a number. It can be infinite, if it is written so.
pub fn float(text: &[u8]) -> Result<f64, Refusal> {
    let number: f64 =
        str::from_utf8(text).ok().and_then(|text| text.parse().ok()).ok_or(Refusal::NOT_FLOAT)?;
    let is_word = text.iter().any(|byte| matches!(byte, b'n' | b'N'));
    if number.is_nan() || number.is_infinite() && !is_word || number == 0.0 && has_digits(text) {
        return Err(Refusal::NOT_FLOAT);
    }
    Ok(number)
}

/// Whether the number is too small, rather than 0.
fn has_digits(text: &[u8]) -> bool {
    let mantissa = text.iter().take_while(|byte| !matches!(byte, b'e' | b'E'));
    mantissa.into_iter().any(|byte| matches!(byte, b'1'..=b'9'))
}

/// Writes a score: the shortest digits that read as this number.
pub fn score(number: f64) -> Vec<u8> {
    if number.is_infinite() {
        return if number > 0.0 { b"inf".to_vec() } else { b"-inf".to_vec() };
    }
    if number == 0.0 && number.is_sign_negative() {
        return b"-0".to_vec();
    }
    ryu_js::Buffer::new().format_finite(number).as_bytes().to_vec()
}

/// Adds numbers for INCRBYFLOAT: exactly, if they are decimals. Redis calculates with a `long double`, which depends on the
/// platform.
pub fn sum(number: &[u8], by: &[u8]) -> Result<Vec<u8>, Refusal> {
    let (left, right) = (float(number)?, float(by)?);
    if let (Some(left), Some(right)) = (decimal(number), decimal(by))
        && let Some(sum) = left.checked_add(right)
    {
        return Ok(fixed(sum));
    }
    let sum = left + right;
    if !sum.is_finite() {
        return Err(Refusal::NOT_FINITE);
    }
    Ok(format!("{sum}").into_bytes())
}

/// Digits after the point, to which INCRBYFLOAT rounds.
const DIGITS: usize = 17;

/// The number in units of 10^-17, if it is one exactly.
fn decimal(text: &[u8]) -> Option<i128> {
    let (is_negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let text = str::from_utf8(text).ok()?;
    let (text, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_plain = whole.bytes().chain(part.bytes()).all(|byte| byte.is_ascii_digit());
    let zeros = exponent
        .parse::<i64>()
        .ok()?
        .checked_add((DIGITS as i64).checked_sub_unsigned(part.len() as u64)?)?;
    let digits: i128 = format!("{whole}{part}").parse().ok().filter(|_| is_plain)?;
    let units = digits.checked_mul(10i128.checked_pow(u32::try_from(zeros).ok()?)?)?;
    Some(if is_negative { -units } else { units })
}

fn fixed(units: i128) -> Vec<u8> {
    let digits = format!("{:0>width$}", units.unsigned_abs(), width = DIGITS + 1);
    let (whole, part) = digits.split_at(digits.len() - DIGITS);
    let part = part.trim_end_matches('0');
    let (sign, point) = (if units < 0 { "-" } else { "" }, if part.is_empty() { "" } else { "." });
    format!("{sign}{whole}{point}{part}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_one_form() {
        for (text, number) in [("0", 0), ("-1", -1), ("9223372036854775807", i64::MAX)] {
            assert_eq!(integer(text.as_bytes()).ok(), Some(number));
        }
        for text in ["", "-", "-0", "00", "01", "+1", " 1", "1 ", "1.0", "9223372036854775808", "a"] {
            assert!(integer(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_float_that_is_out_of_range_is_rejected() {
        for text in ["", "nan", "1e400", "-1e400", "1e-400", " 1", "1 ", "1..2", "a"] {
            assert!(float(text.as_bytes()).is_err(), "{text}");
        }
        for (text, number) in [("-inf", f64::NEG_INFINITY), ("1e3", 1000.0), ("0e5", 0.0), (".5", 0.5)] {
            assert_eq!(float(text.as_bytes()).ok(), Some(number));
        }
    }

    #[test]
    fn sums_are_exact_in_decimals() {
        let sum = |left: &str, right: &str| {
            String::from_utf8(sum(left.as_bytes(), right.as_bytes()).unwrap()).unwrap()
        };
        assert_eq!(sum("0.1", "0.2"), "0.3");
        assert_eq!(sum("10.50", "-10.5"), "0");
        assert_eq!(sum("-0.25", "0.125"), "-0.125");
        assert_eq!(sum("5e3", "200"), "5200");
        assert_eq!(sum("1e20", "8.5"), "100000000000000000008.5");
        assert_eq!(sum("1e30", "1"), "1000000000000000000000000000000");
    }
}
