//! Rule 9: on PostgreSQL time is the database's, whatever an instance's own clock says.

use std::time::Duration;

use base::clock::Clock;
use parom_tests::office::{LEASE, again, settlement};
use parom_tests::{Engine, Office, Place, World, both};
use queue::Settled;
use simulator::crm::{Fault, Part};

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
        assert!(other.claim(&wish, LEASE).await.unwrap().is_empty(), "the lease applies to all processes");
    }
    assert!(office.settles(&mine, again(HOUR / 2)).await);
    assert!(fast.claim(&wish, LEASE).await.unwrap().is_empty(), "half an hour has not passed");

    office.accepts(desk.to_crm("another chat", "2", "two")).await;
    let theirs = slow.claim(&wish, LEASE).await.unwrap();
    assert_eq!(theirs.len(), 1, "what is due is due for one that is an hour behind");
    assert!(office.claims(&desk, desk.channel_id, 10).await.is_empty(), "its lease is a whole one");
    assert_eq!(slow.settle(&[settlement(&theirs[0], again(0))]).await.unwrap(), [true]);
    let last = fast.claim(&wish, LEASE).await.unwrap();
    assert_eq!(last.len(), 1, "due at once means now, not in an hour");
    assert_eq!(fast.settle(&[settlement(&last[0], Settled::Delivered)]).await.unwrap(), [true]);
    office.close().await;
}

/// What waits by a clock that stood ahead goes on when the clock is set right.
async fn a_clock_that_stood_ahead_holds_nothing_back(world: &mut World) {
    let line = world.line("support").await;
    let beats = async |world: &World| parom::missed_hooks::beat(&world.app().intake).await.unwrap();
    beats(world).await;
    world.advance(Duration::from_secs(3600));
    world.sandbox.faults().until_cleared(Part::Message, Fault::Status { code: 503, retry_after: None });
    for name in ["anna", "boris", "clara"] {
        world.customer(&line, name).writes(name).await;
    }
    for _ in 0..5 {
        world.deliver_all().await;
        world.advance(Duration::from_secs(20));
        beats(world).await;
    }
    assert!(world.texts_at_crm(&line).is_empty());
    world.sandbox.faults().clear();
    world.clock.set_back(Duration::from_secs(3600));
    world.restart().await;
    beats(world).await;
    for _ in 0..60 {
        world.deliver_all().await;
        world.advance(Duration::from_secs(1));
    }
    let mut texts = world.texts_at_crm(&line);
    texts.sort();
    assert_eq!(texts, ["anna", "boris", "clara"]);
}

/// What the clock that was set right has leased meanwhile is not due for another call beside the one that runs.
async fn a_lease_of_the_right_clock_stays(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let mine = office.claims_one(&desk).await;
    office.accepts(desk.to_crm("another chat", "2", "two")).await;
    let waits = office.claims_one(&desk).await;
    assert!(office.settles(&waits, again(2 * HOUR)).await);
    for by in [30_000, HOUR] {
        office.queue.set_back(office.store.write(), by, LEASE).await.unwrap();
        assert!(office.claims(&desk, desk.channel_id, 10).await.is_empty(), "after {by}");
    }
    office.queue.set_back(office.store.write(), HOUR, LEASE).await.unwrap();
    let last = office.claims_one(&desk).await;
    for claim in [&mine, &last] {
        assert!(office.settles(claim, Settled::Delivered).await);
    }
}

both!(a_clock_that_stood_ahead_holds_nothing_back, a_lease_of_the_right_clock_stays);
