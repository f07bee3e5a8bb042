//! Limits of updates, because larger ones would block a server. They are the same on all backends.

use super::scan;
use crate::error::{Applied, Error, Kind};
use crate::json;

/// Limit of a stored text in bytes.
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// Limit of nested objects and arrays: that of the server's decoder.
const MAX_DEPTH: usize = 1000;
/// Limit of the members and elements of all objects and arrays along the paths.
const MAX_STEPS: usize = 100_000;

/// Rejects a stored text that is not JSON, or too large.
pub fn check(text: &str) -> Result<(), Error> {
    if text.len() > MAX_BYTES {
        return Err(too_large("the stored text is longer than 4 MiB"));
    }
    json::checked(text.as_bytes()).map_err(|error| error.with_applied(Applied::No))?;
    if scan::depth(text) > MAX_DEPTH {
        return Err(too_large("the stored value is nested deeper than 1000 levels"));
    }
    Ok(())
}

/// Number of members and elements visited so far.
#[derive(Debug, Default)]
pub struct Steps(usize);

impl Steps {
    pub fn take(&mut self, count: usize) -> Result<(), Error> {
        self.0 += count;
        if self.0 < MAX_STEPS {
            return Ok(());
        }
        Err(too_large("the objects and arrays along the paths have 100000 members and elements or more"))
    }
}

fn too_large(why: &str) -> Error {
    Error::new(Kind::TooLarge, why).with_applied(Applied::No)
}
