//! Running listings, on the threads of the runtime.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;

use tokio::task::{AbortHandle, JoinError};
use tokio::time::Instant;

use super::delivery::Delivery;
use super::reply::Chunk;
use crate::error::{Error, Kind};
use crate::json::Chunks;
use crate::runtime;

/// By batch. Includes some that have finished.
#[derive(Default)]
pub struct Listings(RefCell<HashMap<u32, AbortHandle>>);

impl Listings {
    /// Runs a listing, and delivers its result, before `deadline` if there is one.
    pub fn start<F>(&self, batch: u32, delivery: Arc<Delivery>, deadline: Option<Instant>, listing: F)
    where
        F: Future<Output = Result<Chunks, Error>> + Send + 'static,
    {
        let listing = runtime::spawn(listing);
        let mut listings = self.0.borrow_mut();
        listings.retain(|_, listing| !listing.is_finished());
        listings.insert(batch, listing.abort_handle());
        runtime::spawn(async move {
            let result = listing.await.unwrap_or_else(|error| Err(converted(&error)));
            delivery.deliver(Chunk::of_listing(batch, result, deadline));
        });
    }

    pub fn stop(&self, batch: u32) {
        if let Some(listing) = self.0.borrow_mut().remove(&batch) {
            listing.abort();
        }
    }
}

/// The error of a listing that was stopped or panicked.
fn converted(error: &JoinError) -> Error {
    if error.is_cancelled() {
        Error::new(Kind::Aborted, "the listing was stopped")
    } else {
        Error::internal("a listing")
    }
}
