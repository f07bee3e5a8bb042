//! The progress through an array that arrives in parts.

use super::reader::{Reader, Stop};
use super::{MAX_DEPTH, Version};
use crate::error::Error;

/// The progress through an array that arrives in parts. Parsing it from the start with each part would take quadratic
/// time.
#[derive(Debug)]
pub struct Progress {
    version: Version,
    at: usize,
    /// Missing elements of each array that is not complete, outermost first.
    open: Vec<usize>,
}

impl Progress {
    pub fn new(version: Version) -> Self {
        Progress { version, at: 0, open: Vec::new() }
    }

    /// Continues with the new bytes. Returns the minimum number of missing bytes; 0 if the array is complete.
    pub fn advance(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        loop {
            let mut reader = Reader { bytes, at: self.at, version: self.version };
            match reader.skip(!self.open.is_empty()) {
                Ok(elements) => {
                    self.at = reader.at;
                    if self.is_complete_after(elements)? {
                        return Ok(0);
                    }
                }
                Err(Stop::Missing(missing)) => return Ok(missing),
                Err(stop) => return Err(stop.into()),
            }
        }
    }

    /// Counts an element, or opens an array of `elements`. Returns whether the outermost array is complete.
    fn is_complete_after(&mut self, elements: usize) -> Result<bool, Error> {
        if elements > 0 {
            self.open.push(elements);
            return if self.open.len() > MAX_DEPTH { Err(Stop::Garbage.into()) } else { Ok(false) };
        }
        while let Some(missing) = self.open.last_mut() {
            *missing -= 1;
            if *missing > 0 {
                return Ok(false);
            }
            self.open.pop();
        }
        Ok(true)
    }
}
