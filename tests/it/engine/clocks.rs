//! Rule 9: on PostgreSQL time is the database's, whatever an instance's own clock says.

use base::clock::Clock;
use parom_tests::office::{LEASE, again, settlement};
use parom_tests::{Engine, Office, Place};
use queue::Settled;

use base::millis::HOUR;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_clocks_end_no_lease_and_no_back_off() {
    let Some(office) = Office::on(Engine::Postgres, Clock::system()).await else { return };
    let fast = office.another_instance_at(Clock::skewed(HOUR)).await;
    let slow = office.another_instance_at(Clock::skewed(-HOUR)).await;
    let desk = office.desk();
    let wish = [desk.wish(desk.channel_id, 10)];
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let mine = office.claims_one(&desk).await;
    for other in [&fast, &slow] {
        assert!(other.claim(&wish, LEASE, |_| {}).await.unwrap().is_empty(), "the lease applies to all processes");
    }
    assert!(office.settles(&mine, again(HOUR / 2)).await);
    assert!(fast.claim(&wish, LEASE, |_| {}).await.unwrap().is_empty(), "half an hour has not passed");

    office.accepts(desk.to_crm("another chat", "2", "two")).await;
    let theirs = slow.claim(&wish, LEASE, |_| {}).await.unwrap();
    assert_eq!(theirs.len(), 1, "what is due is due for one that is an hour behind");
    assert!(office.claims(&desk, desk.channel_id, 10).await.is_empty(), "its lease is a whole one");
    assert_eq!(slow.settle(&[settlement(&theirs[0], again(0))]).await.unwrap(), [true]);
    let last = fast.claim(&wish, LEASE, |_| {}).await.unwrap();
    assert_eq!(last.len(), 1, "due at once means now, not in an hour");
    assert_eq!(fast.settle(&[settlement(&last[0], Settled::Delivered)]).await.unwrap(), [true]);
    office.close().await;
}
