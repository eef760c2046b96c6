//! Letters that the commit that stores them also leases: what may go wrong between the reservation and the call.

use std::sync::Arc;
use std::time::Duration;

use parom_tests::office::LEASE;
use parom_tests::settings::PATIENCE;
use parom_tests::{KeptStarts, Line, Office, World, both, on_postgres};
use queue::Settled;
use queue::accept_batch::ItemOutcome;
use sea_orm::ConnectionTrait;
use tokio_util::sync::CancellationToken;

use crate::cost::accepts::hook;
use crate::cost::leases::quiet;

/// The pools of a line with a messenger of its own.
const POOLS: [&str; 2] = ["amojo:main", "webhooks"];

/// The commit waited for another transaction until the rest of the leases was shorter than a call may be. Otherwise another
/// process could send the same letter while this one's call still runs.
async fn a_lease_obtained_too_late_is_given_back(office: &mut Office) {
    let desk = office.desk();
    let conversations = quiet(office, &desk, 1, 1).await;
    let kept = Arc::new(KeptStarts::default());
    office.writer.start_with(Some(kept.clone()));
    let blocked = office.blocked().await;
    let (writer, late) = (office.writer.clone(), hook(&desk, &conversations[0], "late"));
    let accept = tokio::spawn(async move { writer.accept(late).await.unwrap() });
    office.until_waiting(1).await;
    office.advance(30_000);
    blocked.release().await;
    accept.await.unwrap();
    tokio::time::timeout(PATIENCE, kept.ended.notified()).await.expect("the reservation ends");
    office.writer.start_with(None);
    assert_eq!(kept.take().len(), 0, "it is not started");
    let claim = office.claims(&desk, desk.source_id, 10).await.remove(0);
    assert_eq!((claim.starts, claim.letter.unknown), (1, false), "no process has sent it");
    assert!(office.settles(&claim, Settled::Delivered).await);
}

/// Whatever is wrong with the turn of a target, what comes for it is stored.
async fn a_letter_that_cannot_be_leased_is_stored_nevertheless(office: &mut Office) {
    let desk = office.desk();
    let conversations = quiet(office, &desk, 1, 1).await;
    let kept = Arc::new(KeptStarts::default());
    office.writer.start_with(Some(kept.clone()));
    let db = office.connect().await;
    let fill = |tokens: i64| format!("UPDATE turn SET tokens = {tokens}, refilled_at = 1");
    db.execute_unprepared(&fill(i64::MAX)).await.unwrap();
    let receipt = office.writer.accept(hook(&desk, &conversations[0], "1")).await.unwrap();
    assert!(matches!(receipt[0], ItemOutcome::New { .. }), "{receipt:?}");
    office.writer.start_with(None);
    assert_eq!(office.letters(&desk).await.len(), 1);
    db.execute_unprepared(&fill(0)).await.unwrap();
    let mut claims = kept.take();
    claims.extend(office.claims(&desk, desk.source_id, 10).await);
    assert!(office.settles(&claims[0], Settled::Delivered).await);
}

/// The commit without an answer may still run. Once the batch was stored again it does not, because both insert the same
/// keys: only then its leases are looked for.
async fn the_leases_of_a_lost_commit_are_looked_for_when_it_has_ended(office: &mut Office) {
    let desk = office.desk();
    let conversations = quiet(office, &desk, 1, 1).await;
    let kept = Arc::new(KeptStarts::default());
    office.writer.start_with(Some(kept.clone()));
    office.faults.add("accept.after_commit=error:1").unwrap();
    office.store.counted().watch();
    office.accepts(hook(&desk, &conversations[0], "1")).await;
    tokio::time::timeout(PATIENCE, kept.came.notified()).await.expect("the lease is found");
    office.writer.start_with(None);
    let statements = office.store.counted().statements();
    let stored = statements.iter().rposition(|text| text.contains("INSERT INTO dedupe")).unwrap();
    let looked = statements.iter().position(|text| text.contains("lane.claim = rows.claim")).unwrap();
    assert!(stored < looked, "{statements:#?}");
    assert!(office.settles(&kept.take()[0], Settled::Delivered).await);
}

/// Another transaction changes the turn or the lane while the accept waits for the turn: the accept leases by what they
/// contain then, not by what it saw when it began.
async fn changes_made_while_an_accept_waits_are_respected(office: &mut Office) {
    let lane = format!(
        "UPDATE turn SET failures = 0; UPDATE lane SET owner = '0190aaaa-bbbb-7ccc-8ddd-eeeeffff0009', epoch = epoch + 1, \
         waiting = 1, due_at = {0}, leased_until = {0} WHERE direction = 2",
        office.clock.millis() + LEASE
    );
    let emptied = format!("UPDATE turn SET tokens = 0, refilled_at = {}", office.clock.millis());
    for meanwhile in ["UPDATE turn SET reason = 'held:paused', ready_at = NULL", &emptied, &lane] {
        let desk = office.desk();
        let conversations = quiet(office, &desk, 1, 1).await;
        let other = office.connect().await;
        other.execute_unprepared(&format!("BEGIN; {meanwhile}")).await.unwrap();
        let (queue, batch) = (office.queue.clone(), hook(&desk, &conversations[0], "1"));
        let call = queue.lease_call(&[desk.wish(desk.source_id, 1)], LEASE);
        let accept = tokio::spawn(async move { queue.accept_leasing(&[&batch], &call).await.unwrap() });
        office.until_waiting(1).await;
        other.execute_unprepared("COMMIT").await.unwrap();
        let accepted = accept.await.unwrap();
        assert!(matches!(accepted.receipts[0][0], ItemOutcome::New { .. }), "{meanwhile}");
        assert!(accepted.claims.is_empty(), "{meanwhile}");
        assert_eq!(office.letters(&desk).await.len(), 1, "{meanwhile}");
        other.execute_unprepared("DELETE FROM letter; DELETE FROM lane; DELETE FROM turn").await.unwrap();
    }
}

/// A claim leases what was due, and puts the turn to sleep until this lease ends, while an accept waits for the turn. It was
/// awake when the accept's statement began, and has to be woken for letters that are not leased at once.
async fn a_turn_that_falls_asleep_while_an_accept_waits_is_woken(office: &mut Office) {
    let desk = office.desk();
    let conversations = quiet(office, &desk, 2, 2).await;
    office.accepts(hook(&desk, &conversations[0], "first")).await;
    let other = office.connect().await;
    let end = office.clock.millis() + LEASE;
    let leases = format!(
        "BEGIN; UPDATE turn SET ready_at = {end}; UPDATE lane SET owner = '{}', epoch = epoch + 1, due_at = {end}, \
         leased_until = {end}, starts = 1 WHERE waiting = 1",
        office.queue.instance()
    );
    other.execute_unprepared(&leases).await.unwrap();
    let batches = ["second", "third"].map(|id| hook(&desk, &conversations[1], id));
    let (queue, call) = (office.queue.clone(), office.queue.lease_call(&[desk.wish(desk.source_id, 2)], LEASE));
    let accept = tokio::spawn(async move { queue.accept_leasing(&batches.each_ref(), &call).await.unwrap() });
    office.until_waiting(1).await;
    other.execute_unprepared("COMMIT").await.unwrap();
    assert!(accept.await.unwrap().claims.is_empty(), "two of a lane go one after the other");
    office.assert_awake().await;
    assert_eq!(office.claims(&desk, desk.source_id, 2).await.len(), 1);
}

/// A process that starts again ends the leases of its earlier life, also those of accepts.
async fn a_restart_ends_what_its_earlier_life_accepted_and_leased(office: &mut Office) {
    let desk = office.desk();
    let conversations = quiet(office, &desk, 1, 1).await;
    let call = office.queue.lease_call(&[desk.wish(desk.source_id, 1)], LEASE);
    let accepted = office.queue.accept_leasing(&[&hook(&desk, &conversations[0], "1")], &call).await.unwrap();
    assert_eq!(accepted.claims.len(), 1);
    let next = office.another_instance();
    assert_eq!(next.void_leases_of(office.queue.instance()).await.unwrap(), 1);
    office.assert_awake().await;
    let again = next.claim(&[desk.wish(desk.source_id, 1)], LEASE).await.unwrap().remove(0);
    assert!(again.letter.unknown, "it may have been sent");
    assert!(!office.settles(&accepted.claims[0], Settled::Delivered).await, "its lease is lost");
    let done = parom_tests::office::settlement(&again, Settled::Delivered);
    assert_eq!(next.settle(&[done]).await.unwrap(), [true]);
}

/// Free slots of a line's pools.
fn free(world: &World) -> [u32; 2] {
    let now = world.clock.millis();
    POOLS.map(|pool| world.app().delivery.slots.free(pool, now))
}

/// A line whose lanes and turns exist.
async fn at_rest(world: &mut World) -> Line {
    let (line, _) = world.chatting().await;
    world.manager(&line).answers("anna", "first answer").await;
    world.deliver_all().await;
    line
}

/// Whatever becomes of a commit, the slots reserved for it come back, and what it stored is delivered once.
async fn slots_come_back_after_any_outcome_of_a_commit(world: &mut World) {
    let line = at_rest(world).await;
    let before = free(world);
    let anna = world.customer(&line, "anna");
    let plans = [
        "start.reserve=error:1",
        "accept.before_commit=error:1",
        "accept.before_commit=error:6",
        "accept.before_commit=panic:1",
        "accept.after_commit=error:1",
        "carry.before_call=panic:1",
        "settle.after_commit=error:1",
    ];
    for plan in plans {
        let worker = world.another_worker();
        worker.starts_at_once();
        world.faults.add(plan).unwrap();
        let body = anna.body(plan, plan);
        while anna.posts(&body).await.status == 503 {}
        worker.ends_what_it_started().await;
        assert_eq!(free(world), before, "{plan}");
        world.deliver_all().await;
        world.advance(Duration::from_secs(60));
        world.deliver_all().await;
        assert_eq!(world.texts_at_crm(&line).iter().filter(|text| *text == plan).count(), 1, "{plan}");
    }
}

/// A worker that is asked to stop sends what a commit that runs at that moment leases, and ends.
async fn a_worker_that_stops_sends_what_its_last_commit_leased(world: &mut World) {
    let line = at_rest(world).await;
    let before = free(world);
    let stop = CancellationToken::new();
    let worker = tokio::spawn(world.another_worker().run(stop.clone()));
    while !world.app().writer.starts_at_once() {
        tokio::task::yield_now().await;
    }
    let blocked = world.database().blocked().await;
    let anna = world.customer(&line, "anna");
    let stopped = async {
        while free(world) == before {
            tokio::task::yield_now().await;
        }
        stop.cancel();
        while world.app().writer.starts_at_once() {
            tokio::task::yield_now().await;
        }
        blocked.release().await;
    };
    let both = async { tokio::join!(anna.writes("last"), stopped) };
    tokio::time::timeout(PATIENCE, both).await.expect("it is stored");
    worker.await.unwrap();
    assert_eq!(
        world.texts_at_crm(&line).iter().filter(|text| *text == "last").count(),
        1,
        "it was sent before the end"
    );
    assert_eq!(free(world), before);
    assert_eq!(world.deliver_all().await, 0, "nothing is left");
}

both!(
    a_letter_that_cannot_be_leased_is_stored_nevertheless,
    the_leases_of_a_lost_commit_are_looked_for_when_it_has_ended,
    slots_come_back_after_any_outcome_of_a_commit,
    a_worker_that_stops_sends_what_its_last_commit_leased,
);
on_postgres!(
    a_lease_obtained_too_late_is_given_back,
    changes_made_while_an_accept_waits_are_respected,
    a_turn_that_falls_asleep_while_an_accept_waits_is_woken,
    a_restart_ends_what_its_earlier_life_accepted_and_leased,
);
