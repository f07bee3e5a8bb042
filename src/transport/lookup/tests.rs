use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use tokio::task::JoinSet;

use super::*;

use crate::sync::locked;

const HEALTHY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

/// Lookups of names that begin with "slow" block until a message is sent. Returns also the number of started lookups.
fn blocking(max: usize) -> (Arc<Lookups>, mpsc::Sender<()>, Arc<AtomicUsize>) {
    let (release, wait) = mpsc::channel::<()>();
    let (wait, started) = (Mutex::new(wait), Arc::new(AtomicUsize::new(0)));
    let count = started.clone();
    let resolve = move |host: &str| {
        count.fetch_add(1, Ordering::SeqCst);
        match host {
            "unknown" => Err(io::Error::new(io::ErrorKind::NotFound, "no such host")),
            "panics" => panic!("a resolver's fault"),
            _ if host.starts_with("slow") => {
                let released = locked(wait.lock()).recv();
                released.map(|()| vec![HEALTHY]).map_err(io::Error::other)
            }
            _ => Ok(vec![HEALTHY]),
        }
    };
    (Arc::new(Lookups::new(resolve, max)), release, started)
}

fn spawn(lookups: &Arc<Lookups>, host: &str, attempts: &mut JoinSet<io::Result<Vec<IpAddr>>>) {
    let (lookups, host) = (lookups.clone(), host.to_owned());
    attempts.spawn(async move { lookups.addresses(&host).await });
}

async fn until_running(lookups: &Lookups, count: usize) {
    while lookups.running().len() < count {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn slow_names_delay_no_other() {
    let (lookups, release, _) = blocking(MAX_LOOKUPS);
    let mut attempts = JoinSet::new();
    for index in 0..20 {
        spawn(&lookups, &format!("slow-{index}"), &mut attempts);
    }
    until_running(&lookups, 20).await;
    assert_eq!(lookups.addresses("healthy").await.unwrap(), [HEALTHY]);
    assert_eq!(lookups.running().len(), 20);
    (0..20).for_each(|_| release.send(()).unwrap());
    while let Some(answered) = attempts.join_next().await {
        assert_eq!(answered.unwrap().unwrap(), [HEALTHY]);
    }
    assert!(lookups.running().is_empty());
}

#[tokio::test]
async fn all_attempts_share_one_lookup_of_a_name() {
    let (lookups, release, count) = blocking(MAX_LOOKUPS);
    let mut answers = Vec::new();
    for _ in 0..50 {
        // An attempt after one that timed out joins the same lookup.
        drop(lookups.join("slow").await.unwrap());
        answers.push(lookups.join("slow").await.unwrap());
    }
    release.send(()).unwrap();
    for mut answer in answers {
        let answered = answer.wait_for(Option::is_some).await.unwrap().clone();
        assert_eq!(answered, Some(Ok(vec![HEALTHY])));
    }
    assert_eq!(count.load(Ordering::SeqCst), 1);
    release.send(()).unwrap();
    // Results are not cached: the name may have another address now.
    lookups.addresses("slow").await.unwrap();
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn the_number_of_threads_is_limited() {
    let (lookups, release, count) = blocking(2);
    let mut attempts = JoinSet::new();
    for index in 0..5 {
        spawn(&lookups, &format!("slow-{index}"), &mut attempts);
    }
    until_running(&lookups, 2).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(lookups.running().len(), 2);
    (0..5).for_each(|_| release.send(()).unwrap());
    while let Some(answered) = attempts.join_next().await {
        answered.unwrap().unwrap();
    }
    assert_eq!(count.load(Ordering::SeqCst), 5);
}

#[tokio::test]
async fn failures_are_not_cached() {
    let (lookups, _go_on, _) = blocking(MAX_LOOKUPS);
    let error = lookups.addresses("unknown").await.unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (io::ErrorKind::NotFound, "no such host"));
    assert!(lookups.addresses("panics").await.is_err());
    assert!(lookups.running().is_empty());
}

#[tokio::test]
async fn addresses_are_not_looked_up() {
    for host in ["127.0.0.1", "::1", "2001:db8::1"] {
        let found = look_up(host, 7).await.unwrap();
        assert_eq!(found, [SocketAddr::new(host.parse().unwrap(), 7)]);
    }
    assert!(LOOKUPS.running().is_empty());
}
