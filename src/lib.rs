//! The native core of `redis-state-adapter`.
//!
//! A call falls through these modules, from top to bottom; each knows only those below it.
//!
//! | module | knows |
//! | --- | --- |
//! | `binding` | the native class; with `delivery`, `event_loop`, `reply` and the entry of `options` all that knows Node-API |
//! | `delivery`, `event_loop` | the way back to JavaScript; a socket watched by Node's own loop |
//! | `reply` | results, errors and events as JavaScript sees them |
//! | `options` | the user's options, made into a `Config`; mistakes named by their path |
//! | `store` | the operations of the contract, on whichever backend is configured |
//! | `backend::redis`, `backend::memory` | the operations as Redis commands; the embedded store |
//! | `backend::watches` | who watches entries, and which servers tell of them |
//! | `backend::scan` | walking a server's keys |
//! | `connection` | a connection that comes back by itself |
//! | `connection::supervisor` | connects, serves, loses, reconnects |
//! | `connection::link` | what the handle and the supervisor share |
//! | `connection::pipeline` | what may be sent, answered, repeated or given up; no I/O |
//! | `connection::attended` | a connection that the event loop reads and writes |
//! | `connection::{handshake, collect, replies, frame, request, socket}` | logging in, decoding, encoding, streams |
//! | `listing`, `call`, `action` | what listings collect; the calls of a tick as one string; what they do beyond get and set |
//! | `edit`, `digest` | JSON texts changed in part; what tells one text from another |
//! | `query` | which entries match, in which order, on which page |
//! | `watch` | what is watched, and what is told of it |
//! | `config`, `strategy` | settings and their defaults; how long to wait before the next attempt |
//! | `keyspace`, `json`, `error`, `runtime` | names, checked texts, failures, threads |

mod action;
mod backend;
mod binding;
mod call;
mod config;
mod connection;
mod delivery;
mod digest;
mod edit;
mod error;
mod event_loop;
mod json;
mod keyspace;
mod listing;
mod login;
mod options;
mod query;
mod reply;
mod runtime;
mod store;
mod strategy;
mod text;
mod tls;
mod watch;
