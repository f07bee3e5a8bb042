//! Random frames.

use fastrand::Rng;
use proptest::collection::vec;
use proptest::prelude::*;

/// A frame that owns its contents.
#[derive(Clone, Debug, PartialEq)]
pub enum Sent {
    Simple(String),
    Error(String),
    Integer(i64),
    Bulk(Vec<u8>),
    NilString,
    NilArray,
    Array(Vec<Sent>),
}

impl Sent {
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Sent::Simple(text) => out.extend(format!("+{text}\r\n").bytes()),
            Sent::Error(text) => out.extend(format!("-{text}\r\n").bytes()),
            Sent::Integer(number) => out.extend(format!(":{number}\r\n").bytes()),
            Sent::Bulk(bytes) => {
                out.extend(format!("${}\r\n", bytes.len()).bytes());
                out.extend(bytes);
                out.extend(b"\r\n");
            }
            Sent::NilString => out.extend(b"$-1\r\n"),
            Sent::NilArray => out.extend(b"*-1\r\n"),
            Sent::Array(elements) => {
                out.extend(format!("*{}\r\n", elements.len()).bytes());
                elements.iter().for_each(|element| element.write(out));
            }
        }
    }

    /// `depth`: limit of nested arrays.
    pub fn random(random: &mut Rng, depth: usize) -> Self {
        match random.u8(..if depth > 0 { 10 } else { 8 }) {
            0 => Sent::Simple(if random.bool() { "OK".to_owned() } else { line(random) }),
            1 => Sent::Error(format!("ERR {}", line(random))),
            2 => Sent::Integer(random.i64(..)),
            3 => Sent::Integer(random.i64(-2..1000)),
            4 => Sent::Bulk(bytes(random, |random| random.u8(..))),
            5 => Sent::Bulk(bytes(random, |random| *random.choice(b"\r\n$*:+-0").unwrap_or(&0))),
            6 => Sent::NilString,
            7 => Sent::NilArray,
            _ => Sent::Array((0..random.usize(..5)).map(|_| Sent::random(random, depth - 1)).collect()),
        }
    }
}

fn line(random: &mut Rng) -> String {
    (0..random.usize(..16)).map(|_| char::from(random.u8(b' '..=b'~'))).collect()
}

fn bytes(random: &mut Rng, byte: impl Fn(&mut Rng) -> u8) -> Vec<u8> {
    (0..random.usize(..32)).map(|_| byte(random)).collect()
}

/// The concatenated bytes of these frames.
pub fn stream_of(frames: &[Sent]) -> Vec<u8> {
    let mut stream = Vec::new();
    frames.iter().for_each(|frame| frame.write(&mut stream));
    stream
}

pub fn sent() -> impl Strategy<Value = Sent> {
    let leaf = prop_oneof![
        "[ -~]{0,12}".prop_map(Sent::Simple),
        "[A-Z]{2,8} [ -~]{0,12}".prop_map(Sent::Error),
        any::<i64>().prop_map(Sent::Integer),
        vec(any::<u8>(), 0..24).prop_map(Sent::Bulk),
        // Strings that look like the end of a string, or like another frame.
        "[\r\n$*:+-]{0,6}".prop_map(|text| Sent::Bulk(text.into_bytes())),
        Just(Sent::NilString),
        Just(Sent::NilArray),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| vec(inner, 0..4).prop_map(Sent::Array))
}
