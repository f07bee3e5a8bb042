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
    Null,
    Boolean(bool),
    Double(f64),
    LargeNumber(String),
    Verbatim(String),
    BlobError(String),
    Set(Vec<Sent>),
    Map(Vec<(Sent, Sent)>),
    /// Only at the top.
    Push(Vec<Sent>),
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
            Sent::Array(elements) => write_all(b'*', elements, out),
            Sent::Null => out.extend(b"_\r\n"),
            Sent::Boolean(value) => out.extend(if *value { b"#t\r\n" } else { b"#f\r\n" }),
            Sent::Double(number) => out.extend(format!(",{number}\r\n").bytes()),
            Sent::LargeNumber(digits) => out.extend(format!("({digits}\r\n").bytes()),
            Sent::Verbatim(text) => out.extend(format!("={}\r\ntxt:{text}\r\n", text.len() + 4).bytes()),
            Sent::BlobError(text) => out.extend(format!("!{}\r\n{text}\r\n", text.len()).bytes()),
            Sent::Set(elements) => write_all(b'~', elements, out),
            Sent::Push(elements) => write_all(b'>', elements, out),
            Sent::Map(pairs) => {
                out.extend(format!("%{}\r\n", pairs.len()).bytes());
                for (name, value) in pairs {
                    name.write(out);
                    value.write(out);
                }
            }
        }
    }

    /// `depth`: limit of nested arrays.
    pub fn random(random: &mut Rng, depth: usize) -> Self {
        match random.u8(..if depth > 0 { 18 } else { 14 }) {
            0 => Sent::Simple(if random.bool() { "OK".to_owned() } else { line(random) }),
            1 => Sent::Error(format!("ERR {}", line(random))),
            2 => Sent::Integer(random.i64(..)),
            3 => Sent::Integer(random.i64(-2..1000)),
            4 => Sent::Bulk(bytes(random, |random| random.u8(..))),
            5 => Sent::Bulk(bytes(random, |random| *random.choice(b"\r\n$*:+-0").unwrap_or(&0))),
            6 => Sent::NilString,
            7 => Sent::NilArray,
            8 => Sent::Null,
            9 => Sent::Boolean(random.bool()),
            10 => Sent::Double(random.f64()),
            11 => Sent::LargeNumber(random.u64(..).to_string()),
            12 => Sent::Verbatim(line(random)),
            13 => Sent::BlobError(format!("ERR {}", line(random))),
            14 => Sent::Set(elements(random, depth)),
            15 => Sent::Map(elements(random, depth).into_iter().map(|value| (Sent::Null, value)).collect()),
            _ => Sent::Array(elements(random, depth)),
        }
    }

    /// A frame, or a push.
    pub fn random_at_top(random: &mut Rng, depth: usize) -> Self {
        if random.u8(..10) > 0 {
            return Sent::random(random, depth);
        }
        let kind = Sent::Bulk(b"invalidate".to_vec());
        Sent::Push([vec![kind], elements(random, depth)].concat())
    }
}

fn write_all(kind: u8, elements: &[Sent], out: &mut Vec<u8>) {
    out.push(kind);
    out.extend(format!("{}\r\n", elements.len()).bytes());
    elements.iter().for_each(|element| element.write(out));
}

fn elements(random: &mut Rng, depth: usize) -> Vec<Sent> {
    (0..random.usize(..5)).map(|_| Sent::random(random, depth - 1)).collect()
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
        Just(Sent::Null),
        any::<bool>().prop_map(Sent::Boolean),
        any::<f64>()
            .prop_filter("numbers that are written as they are", |number| number.is_finite())
            .prop_map(Sent::Double),
        "-?[1-9][0-9]{0,30}".prop_map(Sent::LargeNumber),
        "[ -~\r\n]{0,12}".prop_map(Sent::Verbatim),
        "[A-Z]{2,8} [ -~]{0,12}".prop_map(Sent::BlobError),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Sent::Array),
            vec(inner.clone(), 0..4).prop_map(Sent::Set),
            vec((inner.clone(), inner), 0..3).prop_map(Sent::Map),
        ]
    })
}

/// A frame, or a push.
pub fn sent_at_top() -> impl Strategy<Value = Sent> {
    let push = vec(sent(), 0..3).prop_map(|elements| {
        let kind = Sent::Bulk(b"invalidate".to_vec());
        Sent::Push([vec![kind], elements].concat())
    });
    prop_oneof![9 => sent(), 1 => push.prop_filter("not too deep", |push| depth_of(push) <= 4)]
}

/// How many levels of arrays a frame has.
fn depth_of(frame: &Sent) -> usize {
    let of_all = |elements: &mut dyn Iterator<Item = &Sent>| 1 + elements.map(depth_of).max().unwrap_or(0);
    match frame {
        Sent::Array(elements) | Sent::Set(elements) | Sent::Push(elements) => of_all(&mut elements.iter()),
        Sent::Map(pairs) => of_all(&mut pairs.iter().flat_map(|(name, value)| [name, value])),
        _ => 0,
    }
}
