//! Reads frames from the start of a buffer.

use super::{Frame, MAX_DEPTH, Version};

/// Limit of a string, as in Redis.
const MAX_BULK: usize = 512 * 1024 * 1024;
/// Limit of array elements. A reply with as many would need 8 GiB.
const MAX_ELEMENTS: usize = 256 * 1024 * 1024;
/// Limit of a line, such as an error message.
pub const MAX_LINE: usize = 64 * 1024;
/// Format and colon, which a verbatim string (`=`) begins with: `txt:`.
const FORMAT: usize = 4;

/// Why no frame could be read.
pub enum Stop {
    Missing(usize),
    Garbage,
    /// A push message inside a reply.
    PushInside,
}

pub struct Reader<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
    pub version: Version,
}

impl<'a> Reader<'a> {
    /// Skips a frame, or the header of an array. Returns the number of its elements. `is_inside`: of another frame.
    pub fn skip(&mut self, is_inside: bool) -> Result<usize, Stop> {
        let line = self.line()?;
        let (kind, rest) = line.split_first().ok_or(Stop::Garbage)?;
        match kind {
            b'*' => elements_of(rest).map(Option::unwrap_or_default),
            b'$' => self.bulk(rest).map(|_| 0),
            b'+' | b'-' | b':' => Ok(0),
            _ if self.version == Version::Resp2 => Err(Stop::Garbage),
            b'>' if is_inside => Err(Stop::PushInside),
            b'~' | b'>' => elements_of(rest).map(Option::unwrap_or_default),
            b'%' => pairs_of(rest).map(Option::unwrap_or_default),
            b'=' | b'!' => self.bulk(rest).map(|_| 0),
            b'_' | b',' | b'#' | b'(' => Ok(0),
            _ => Err(Stop::Garbage),
        }
    }

    pub fn frame(&mut self, depth: usize) -> Result<Frame<'a>, Stop> {
        let line = self.line()?;
        let (kind, rest) = line.split_first().ok_or(Stop::Garbage)?;
        match kind {
            b'+' => Ok(Frame::Simple(rest)),
            b'-' => Ok(Frame::Error(rest)),
            b':' => integer(rest).map(Frame::Integer),
            b'$' => Ok(self.bulk(rest)?.map_or(Frame::Nil, Frame::Bulk)),
            b'*' => self.array(elements_of(rest)?, depth),
            _ if self.version == Version::Resp2 => Err(Stop::Garbage),
            kind => self.frame_of_resp3(*kind, rest, depth),
        }
    }

    fn frame_of_resp3(&mut self, kind: u8, rest: &'a [u8], depth: usize) -> Result<Frame<'a>, Stop> {
        match kind {
            b'~' => self.array(elements_of(rest)?, depth),
            b'%' => self.array(pairs_of(rest)?, depth),
            b'_' if rest.is_empty() => Ok(Frame::Nil),
            b',' if is_double(rest) => Ok(Frame::Bulk(rest)),
            b'(' if is_number(rest) => Ok(Frame::Bulk(rest)),
            b'#' => boolean(rest),
            b'=' => self.verbatim(rest),
            b'!' => self.bulk(rest)?.map(Frame::Error).ok_or(Stop::Garbage),
            b'>' if depth > 0 => Err(Stop::PushInside),
            b'>' => match self.array(elements_of(rest)?, depth)? {
                Frame::Array(elements) => Ok(Frame::Push(elements)),
                _ => Err(Stop::Garbage),
            },
            _ => Err(Stop::Garbage),
        }
    }

    fn line(&mut self) -> Result<&'a [u8], Stop> {
        let rest = &self.bytes[self.at..];
        match memchr::memchr(b'\r', rest) {
            Some(end) if end > MAX_LINE => Err(Stop::Garbage),
            Some(end) if end + 1 < rest.len() => {
                self.at += end + 2;
                if rest[end + 1] == b'\n' { Ok(&rest[..end]) } else { Err(Stop::Garbage) }
            }
            None if rest.len() > MAX_LINE => Err(Stop::Garbage),
            _ => Err(Stop::Missing(1)),
        }
    }

    /// `None` for nil.
    fn bulk(&mut self, length: &[u8]) -> Result<Option<&'a [u8]>, Stop> {
        let Some(length) = length_of(length, MAX_BULK)? else { return Ok(None) };
        let rest = &self.bytes[self.at..];
        let end = length + 2;
        if rest.len() < end {
            return Err(Stop::Missing(end - rest.len()));
        }
        if &rest[length..end] != b"\r\n" {
            return Err(Stop::Garbage);
        }
        self.at += end;
        Ok(Some(&rest[..length]))
    }

    fn verbatim(&mut self, length: &[u8]) -> Result<Frame<'a>, Stop> {
        match self.bulk(length)?.and_then(|text| text.split_at_checked(FORMAT)) {
            Some(([format @ .., b':'], text)) if !format.contains(&b':') => Ok(Frame::Bulk(text)),
            _ => Err(Stop::Garbage),
        }
    }

    fn array(&mut self, length: Option<usize>, depth: usize) -> Result<Frame<'a>, Stop> {
        let Some(length) = length else { return Ok(Frame::Nil) };
        if depth == MAX_DEPTH {
            return Err(Stop::Garbage);
        }
        // Without a reserved capacity, as the announced length may be wrong.
        let mut elements = Vec::new();
        for _ in 0..length {
            elements.push(self.frame(depth + 1)?);
        }
        Ok(Frame::Array(elements))
    }
}

fn elements_of(length: &[u8]) -> Result<Option<usize>, Stop> {
    length_of(length, MAX_ELEMENTS)
}

/// The names and values of a map, each counted.
fn pairs_of(length: &[u8]) -> Result<Option<usize>, Stop> {
    Ok(length_of(length, MAX_ELEMENTS / 2)?.map(|pairs| pairs * 2))
}

fn is_double(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| text.parse::<f64>().is_ok())
}

/// Whether a text is an integer of any size.
fn is_number(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

fn boolean<'a>(letter: &[u8]) -> Result<Frame<'a>, Stop> {
    match letter {
        b"t" => Ok(Frame::Integer(1)),
        b"f" => Ok(Frame::Integer(0)),
        _ => Err(Stop::Garbage),
    }
}

/// Reads a length. `None` for -1, which means nil.
fn length_of(digits: &[u8], max: usize) -> Result<Option<usize>, Stop> {
    match integer(digits)? {
        -1 => Ok(None),
        length => usize::try_from(length).ok().filter(|length| *length <= max).map(Some).ok_or(Stop::Garbage),
    }
}

fn integer(digits: &[u8]) -> Result<i64, Stop> {
    std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).ok_or(Stop::Garbage)
}
