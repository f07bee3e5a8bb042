//! Rechecks a server's setting periodically: another client may change it while there are watches.

use std::future::pending;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::Watches;
use super::setting::{Setting, ensure};
use crate::config::Server;
use crate::connection::{Dialogue, open_dialogue};
use crate::error::{Error, Kind};

const INTERVAL: Duration = Duration::from_secs(2);

/// Resolves when the setting has changed, so that changes may be missed.
pub async fn changed(watches: &Watches, server: &Server) -> Error {
    // A separate connection, because a subscribed connection cannot run CONFIG.
    let mut dialogue = None;
    loop {
        sleep(INTERVAL).await;
        match check(watches, server, &mut dialogue).await {
            Ok(Setting::On) => {}
            Ok(Setting::Enabled) => {
                let detail = "another client changed notify-keyspace-events: it was set again";
                return Error::new(Kind::Connection, detail);
            }
            Ok(Setting::Lacks { tried, error }) => {
                watches.update(|state| state.unsupported(tried, &error));
                return error;
            }
            Ok(Setting::Unknown) => {
                watches.update(|state| state.unverified());
                return pending().await;
            }
            // The subscription detects an unreachable server.
            Err(_) => dialogue = None,
        }
    }
}

async fn check(
    watches: &Watches,
    server: &Server,
    dialogue: &mut Option<Dialogue>,
) -> Result<Setting, Error> {
    let configure = watches.inner().state.may_configure();
    let attempt = async {
        let mut open = match dialogue.take() {
            Some(open) => open,
            None => open_dialogue(server).await?,
        };
        let setting = ensure(&mut open, configure).await?;
        *dialogue = Some(open);
        Ok(setting)
    };
    let timed_out = |_| Error::new(Kind::Connection, "the server does not answer CONFIG GET");
    timeout(watches.command_timeout, attempt).await.map_err(timed_out)?
}
