//! Sends one command that concerns a node itself, such as CLUSTER NODES.

use tokio::time::Instant;

use crate::error::Error;
use crate::protocol::Frame;
use crate::topology::ask::ask_by;
use crate::topology::cluster::nodes::{ConnectionKind, Nodes};

/// Returns the reply of a node, as converted by `read`.
pub async fn request<N: Nodes, T: Send + 'static>(
    cluster: &N,
    node: &N::Node,
    command: &[&str],
    deadline: Instant,
    read: impl Fn(&Frame<'_>) -> Option<T> + Send + 'static,
) -> Result<T, Error> {
    let submit = |request, sink| cluster.submit(Some(node), ConnectionKind::Scans, request, deadline, sink);
    ask_by(submit, command, read).await
}
