use super::*;

fn touched(keys: &[u64]) -> Arc<Touched> {
    Arc::new(Touched { keys: keys.to_vec() })
}

fn later() -> Instant {
    Instant::now() + Duration::from_secs(5)
}

#[test]
fn a_waiting_write_blocks_only_newer_commands_on_its_entries() {
    let order = Order::default();
    let write = |key| touched(&[key]);
    assert!(order.wait(5, &touched(&[1, 2]), later(), None, 0));
    assert!(!order.admit(6, &write(1), 0) && !order.admit(6, &write(2), 0));
    assert!(order.admit(6, &write(3), 0), "another entry");
    assert!(order.admit(4, &write(1), 0), "an older one");
    assert!(order.admit(6, &touched(&[]), 0), "a read");
    assert!(order.settle(5).is_some() && !order.is_active());
    assert!(order.admit(6, &write(1), 0) && order.settle(5).is_none());
}

#[test]
fn newer_writes_may_follow_a_retried_write_on_its_lane_only() {
    let order = Order::default();
    let write = |key| touched(&[key]);
    order.wait(5, &write(1), later(), None, 0);
    order.requeue(5, 0);
    assert!(order.admit(6, &write(1), 0), "behind it");
    assert!(!order.admit(7, &write(1), 1), "on another lane it could overtake it");
    order.wait(5, &write(1), later(), None, 0);
    assert!(!order.admit(6, &write(1), 0), "it was refused again");
    assert!(order.settle(5).is_some() && order.admit(7, &write(1), 1));
}

#[test]
fn an_executed_write_overtakes_older_writes() {
    let order = Order::default();
    order.wait(5, &touched(&[1]), later(), None, 0);
    order.wait(4, &touched(&[3]), later(), None, 0);
    order.wait(7, &touched(&[1]), later(), None, 0);
    order.executed(6, &touched(&[1, 2]));
    assert!(order.is_overtaken(5) && !order.is_overtaken(4) && !order.is_overtaken(7));
}

#[test]
fn a_write_does_not_wait_after_a_newer_one_was_sent_on_another_lane() {
    let order = Order::default();
    order.record(Duration::from_secs(5));
    assert!(order.admit(6, &touched(&[1]), 1));
    assert!(!order.wait(5, &touched(&[1]), later(), None, 0), "a newer one was sent on lane 1");
    assert!(order.wait(5, &touched(&[1]), later(), None, 1), "behind it on its own lane");
    assert!(order.wait(4, &touched(&[2]), later(), None, 0));
    order.settle(5);
    order.settle(4);
    assert!(order.is_active(), "newer writes are still recorded");
    order.tidy(later() + Duration::from_secs(5));
    assert!(!order.is_active());
}

#[test]
fn a_lost_write_does_not_block_an_entry_for_good() {
    let order = Order::default();
    order.wait(5, &touched(&[1]), later(), None, 0);
    order.tidy(later() + Duration::from_secs(5));
    assert!(order.admit(6, &touched(&[1]), 0) && !order.is_active());
}
