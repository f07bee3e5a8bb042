//! The boundary to JavaScript: the native class, conversions, callbacks, the event loop. No other module uses Node-API.

mod bytes;
mod changes;
mod codec;
mod delivery;
#[cfg(unix)]
mod driver;
#[cfg(not(unix))]
#[path = "napi/driver/absent.rs"]
mod driver;
#[cfg(unix)]
mod event_loop;
mod events;
mod failure;
mod listings;
mod reply;
mod scope;
mod store;
mod text;
mod types;
mod user_functions;
