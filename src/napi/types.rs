//! Plain objects that cross: rules, statistics, parameters of the native methods.

use std::collections::HashMap;
use std::time::Duration;

use napi_derive::napi;

use super::codec::RECORDS;
use crate::config::{Rules, WaitReplicas};
use crate::connection::Stats;
use crate::engine::call::OperationKind;
use crate::engine::listing::Projection;

/// See src/connection/stats.rs.
#[napi(object, object_from_js = false)]
pub struct NativeStats {
    pub bytes_sent: f64,
    pub bytes_received: f64,
    pub reconnects: f64,
    pub waiting: f64,
}

impl From<Stats> for NativeStats {
    fn from(stats: Stats) -> Self {
        NativeStats {
            bytes_sent: stats.bytes_sent as f64,
            bytes_received: stats.bytes_received as f64,
            reconnects: stats.reconnects as f64,
            waiting: stats.waiting as f64,
        }
    }
}

/// Limits and naming rules that the JavaScript side enforces.
#[napi(object)]
pub struct NativeCallRules {
    /// The store is the embedded one.
    pub embedded: bool,
    /// Batches must be submitted with `submitInShares`.
    pub is_cluster: bool,
    /// Names of entries are `{<traceId>}:<key>`.
    pub hash_tags: bool,
    /// Each trace has an index of its keys.
    pub index: bool,
    pub strict_trace_ids: bool,
    /// Reject values that JSON cannot represent exactly.
    pub strict_values: bool,
    /// In milliseconds.
    pub command_timeout: f64,
    pub max_pending_commands: f64,
    pub max_pending_bytes: f64,
    /// The size of the script of an operation in bytes, by the letter of the operation.
    pub script_bytes: HashMap<String, u32>,
    /// The server's certificate is not verified.
    pub unverified: bool,
    /// Why NODE_EXTRA_CA_CERTS is ignored.
    pub ignored_roots: Option<String>,
    pub server: NativeServer,
    /// The servers, for messages.
    pub description: String,
    /// The beginning of all keys.
    pub key_prefix: String,
}

/// The server in events of tracing channels.
#[napi(object)]
pub struct NativeServer {
    pub server_address: Option<String>,
    pub server_port: Option<u16>,
    pub database: Option<u32>,
}

impl From<&Rules> for NativeCallRules {
    fn from(rules: &Rules) -> Self {
        NativeCallRules {
            embedded: rules.embedded,
            is_cluster: rules.is_cluster,
            hash_tags: rules.hash_tags,
            index: rules.index,
            strict_trace_ids: rules.strict_trace_ids,
            strict_values: rules.strict_values,
            command_timeout: rules.command_timeout.as_secs_f64() * 1000.0,
            max_pending_commands: rules.max_pending_commands as f64,
            max_pending_bytes: rules.max_pending_bytes as f64,
            script_bytes: if rules.embedded { HashMap::new() } else { script_bytes(rules.index) },
            unverified: rules.unverified,
            ignored_roots: rules.ignored_roots.clone(),
            server: NativeServer {
                server_address: rules.server.address.clone(),
                server_port: rules.server.port,
                database: rules.server.database,
            },
            description: rules.description.clone(),
            key_prefix: rules.prefix.clone(),
        }
    }
}

fn script_bytes(is_indexed: bool) -> HashMap<String, u32> {
    let size_of = |(_, letter, operation): &(&str, u8, OperationKind)| {
        let bytes = operation.script_bytes(is_indexed) as u32;
        (bytes > 0).then(|| (char::from(*letter).to_string(), bytes))
    };
    RECORDS.iter().filter_map(size_of).collect()
}

/// `count` replicas must confirm each write of the batch.
#[napi(object)]
pub struct NativeWait {
    pub count: u32,
    /// In milliseconds.
    pub timeout: u32,
}

impl From<NativeWait> for WaitReplicas {
    fn from(wait: NativeWait) -> Self {
        WaitReplicas { count: wait.count, timeout: Duration::from_millis(wait.timeout.into()) }
    }
}

/// What a listing returns for each entry.
#[napi(string_enum = "camelCase")]
pub enum NativeProjection {
    Values,
    /// Trace id, key and value, as three elements.
    Items,
    Keys,
    /// The number of entries, as the only element.
    Count,
    /// Each trace id once.
    TraceIds,
    /// Trace id and key, as two elements.
    Names,
}

impl From<NativeProjection> for Projection {
    fn from(projection: NativeProjection) -> Self {
        match projection {
            NativeProjection::Values => Projection::Values,
            NativeProjection::Items => Projection::Items,
            NativeProjection::Keys => Projection::Keys,
            NativeProjection::Count => Projection::Count,
            NativeProjection::TraceIds => Projection::TraceIds,
            NativeProjection::Names => Projection::Names,
        }
    }
}

/// How the calls of a batch were split into shares.
#[napi(object, object_from_js = false)]
#[derive(Default)]
pub struct NativeShares {
    /// Size of the text.
    pub bytes: u32,
    /// For each call, a character whose code is the number of its share; empty if there is one share.
    pub share_of: String,
}
