//! Rule 4: by arrival, except that amoCRM's hooks are placed by their time while unsent; the head keeps its back-
//! off.

use parom::delivery::worker;
use parom_tests::office::{Desk, LEASE, again, all_at_once, settlement, texts};
use parom_tests::settings::PATIENCE;
use parom_tests::{Office, World, both, on_postgres};
use queue::accept_batch::AcceptBatch;
use queue::{Attempt, Claim, Settled, Settlement, TurnEffect};
use rand::seq::SliceRandom;
use sea_orm::ConnectionTrait;

/// Delivers what is due of a target, one after the other, and returns the texts.
async fn carry(office: &Office, desk: &Desk, target: uuid::Uuid) -> Vec<String> {
    let mut carried = Vec::new();
    loop {
        let claims = office.claims(desk, target, 10).await;
        if claims.is_empty() {
            return carried;
        }
        for claim in claims {
            carried.push(claim.letter.payload.clone());
            assert!(office.settles(&claim, Settled::Delivered).await);
        }
    }
}

async fn hooks_in_the_wrong_order_are_reordered_while_unsent(office: &mut Office) {
    let desk = office.desk();
    let base = office.clock.millis();
    for (id, at) in [("third", 300), ("first", 100), ("second", 200), ("also second", 200)] {
        office.accepts(desk.to_messenger("chat", id, id, base + at)).await;
    }
    assert_eq!(carry(office, &desk, desk.source_id).await, ["first", "second", "also second", "third"]);
}

async fn a_hook_that_comes_after_a_later_one_left_goes_next(office: &mut Office) {
    let desk = office.desk();
    let base = office.clock.millis();
    office.accepts(desk.to_messenger("chat", "late", "late", base + 900)).await;
    let claims = office.claims(&desk, desk.source_id, 10).await;
    // On its way already: what belongs before it can only follow, in the order of writing.
    office.accepts(desk.to_messenger("chat", "early", "early", base + 100)).await;
    office.accepts(desk.to_messenger("chat", "earlier", "earlier", base + 50)).await;
    office.accepts(desk.to_messenger("chat", "latest", "latest", base + 1000)).await;
    assert!(office.settles(&claims[0], Settled::Delivered).await);
    assert_eq!(carry(office, &desk, desk.source_id).await, ["earlier", "early", "latest"]);
}

/// Seeds 7087 and 7253 of the simulation.
async fn hooks_that_come_after_a_later_one_was_delivered_are_reordered(office: &mut Office) {
    let desk = office.desk();
    let base = office.clock.millis();
    office.accepts(desk.to_messenger("chat", "late", "late", base + 900)).await;
    assert_eq!(carry(office, &desk, desk.source_id).await, ["late"]);
    for (id, at) in [("third", 300), ("first", 100), ("second", 200)] {
        office.accepts(desk.to_messenger("chat", id, id, base + at)).await;
    }
    assert_eq!(carry(office, &desk, desk.source_id).await, ["first", "second", "third"]);
}

/// Its outcome is unknown: the next process asks about it before anything else is sent.
async fn a_head_whose_process_died_stays_the_head(office: &mut Office) {
    let desk = office.desk();
    let base = office.clock.millis();
    office.accepts(desk.to_messenger("chat", "late", "late", base + 900)).await;
    assert_eq!(texts(&office.claims(&desk, desk.source_id, 10).await), ["late"]);
    for (id, at) in [("second", 200), ("first", 100), ("latest", 1_000)] {
        office.accepts(desk.to_messenger("chat", id, id, base + at)).await;
    }
    office.advance(61_000);
    let claim = office.claims(&desk, desk.source_id, 10).await.remove(0);
    assert_eq!((claim.letter.payload.as_str(), claim.letter.unknown), ("late", true));
    assert!(office.settles(&claim, again(1_000)).await);
    office.advance(1_000);
    assert_eq!(carry(office, &desk, desk.source_id).await, ["late", "first", "second", "latest"]);
}

/// Erasing may take the head away: what is before its place is not forgotten.
async fn letters_before_the_place_of_a_head_that_is_gone_are_delivered(office: &mut Office) {
    let desk = office.desk();
    let base = office.clock.millis();
    office.accepts(desk.to_messenger("chat", "late", "late", base + 900)).await;
    let claim = office.claims(&desk, desk.source_id, 10).await.remove(0);
    office.accepts(desk.to_messenger("chat", "early", "early", base + 100)).await;
    let text = format!("DELETE FROM letter WHERE seq = {}", claim.letter.seq);
    office.store.write().execute_unprepared(&text).await.unwrap();
    office.advance(61_000);
    assert_eq!(carry(office, &desk, desk.source_id).await, ["early"]);
}

async fn the_head_keeps_its_back_off_and_no_letter_overtakes_it(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    office.accepts(desk.to_crm("chat", "2", "two")).await;
    let claim = office.claims_one(&desk).await;
    assert_eq!(claim.letter.payload, "one");
    assert!(office.settles(&claim, again(10_000)).await);
    let due = office.lanes(&desk).await[0].due_at;
    office.accepts(desk.to_crm("chat", "more", "more")).await;
    assert_eq!(office.lanes(&desk).await[0].due_at, due, "what comes shortens no back-off");
    office.advance(9_999);
    assert!(office.claims(&desk, desk.channel_id, 10).await.is_empty());
    // Another conversation of the same target is not held up.
    office.accepts(desk.to_crm("another chat", "3", "three")).await;
    let other = office.claims(&desk, desk.channel_id, 10).await;
    assert_eq!(texts(&other), ["three"]);
    assert!(office.settles(&other[0], Settled::Delivered).await);
    office.advance(1);
    let claim = office.claims_one(&desk).await;
    assert_eq!((claim.letter.payload.as_str(), claim.letter.attempts, claim.letter.unknown), ("one", 1, false));
    assert!(office.settles(&claim, Settled::Delivered).await);
    assert_eq!(carry(office, &desk, desk.channel_id).await, ["two", "more"]);
}

// A message of several parts: what was taken stays taken, whatever happens between.

fn onward(claim: &Claim, progress: &str) -> Settlement {
    settlement(claim, Settled::Partial { progress: progress.to_owned() })
}

async fn an_accepted_part_keeps_its_letter_at_the_head_and_resets_its_attempts(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "")).await;
    office.accepts(desk.to_crm("chat", "2", "the next message")).await;
    let claim = office.claims_one(&desk).await;
    assert!(office.settles(&claim, Settled::Retry { millis: 0, unknown: true, resent: true }).await);
    let claim = office.claims_one(&desk).await;
    assert_eq!((claim.letter.unknown, claim.letter.resends, claim.letter.attempts), (true, 1, 1));
    assert!(office.writer.settle(onward(&claim, "one part")).await);

    let next = office.claims_one(&desk).await;
    assert_eq!((next.letter.id, next.letter.payload.as_str()), (claim.letter.id, "one part"));
    assert_eq!((next.letter.unknown, next.letter.resends, next.letter.attempts), (false, 0, 0));
    assert_eq!(next.starts, 1);
    assert!(office.settles(&next, Settled::Delivered).await);
    assert_eq!(office.claims_one(&desk).await.letter.payload, "the next message");
}

async fn a_worker_that_lost_its_lease_advances_no_part(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "")).await;
    let late = office.claims_one(&desk).await;
    office.advance(u64::try_from(LEASE).unwrap());
    let next = office.claims_one(&desk).await;
    assert!(next.letter.unknown, "whether the part went out is not known");
    assert!(!office.writer.settle(onward(&late, "one part")).await);
    assert_eq!(office.letters(&desk).await[0].payload, "");
    assert!(office.writer.settle(onward(&next, "one part")).await);
    assert_eq!(office.letters(&desk).await[0].payload, "one part");
}

async fn a_lane_rests_as_long_as_its_messenger_wants(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "")).await;
    office.accepts(desk.to_crm("chat", "2", "")).await;
    let rested = |settlement| Settlement { rest: 3_000, ..settlement };
    for step in 0..2 {
        let claim = office.claims_one(&desk).await;
        let settled = if step == 0 { onward(&claim, "1") } else { settlement(&claim, Settled::Delivered) };
        assert!(office.writer.settle(rested(settled)).await);
        office.accepts(desk.to_crm("chat", &format!("more {step}"), "")).await;
        office.advance(2_999);
        assert!(office.claims(&desk, desk.channel_id, 10).await.is_empty(), "also when more comes");
        office.advance(1);
    }
    office.accepts(desk.to_crm("other chat", "3", "")).await;
    assert_eq!(office.claims(&desk, desk.channel_id, 10).await.len(), 2, "other chats do not rest with it");
}

async fn a_chat_that_is_asked_to_wait_counts_as_no_failure(office: &mut Office) {
    let desk = office.desk();
    let slowed = |claim: &Claim, millis| Settlement {
        attempt: Some(Attempt { verdict: "retry", status: 429, ..Attempt::default() }),
        turn: TurnEffect::Slowed,
        ..settlement(claim, again(millis))
    };
    office.accepts(desk.to_crm("chat", "1", "")).await;
    for _ in 0..12 {
        let claim = office.claims_one(&desk).await;
        assert!(office.writer.settle(slowed(&claim, 0)).await);
    }
    let turn = office.turn(&desk, desk.channel_id).await;
    assert_eq!((turn.failures, turn.reason.as_str()), (0, ""), "the other side answers");
    assert_eq!(office.letters(&desk).await[0].attempts, 0);
    let claim = office.claims_one(&desk).await;
    assert!(office.writer.settle(slowed(&claim, 35_000)).await);
    office.accepts(desk.to_crm("other chat", "2", "")).await;
    let other = office.claims_one(&desk).await;
    assert!(office.settles(&other, Settled::Delivered).await);
    office.advance(34_999);
    assert!(office.claims(&desk, desk.channel_id, 10).await.is_empty());
    office.advance(1);
    assert_eq!(office.claims_one(&desk).await.letter.id, claim.letter.id);
}

// Rule 5: no batch deadlocks, whatever overlaps with what.

async fn batches_that_cross_do_not_deadlock(office: &mut Office) {
    let desks: Vec<_> = (0..4).map(|_| office.desk()).collect();
    let instances: Vec<_> = (0..6).map(|_| office.another_instance()).collect();
    let done = all_at_once(instances.into_iter().enumerate().map(|(task, queue)| {
        let desks = desks.clone();
        async move {
            let mut errors = Vec::new();
            for round in 0..15 {
                let mut batches: Vec<AcceptBatch> = Vec::new();
                for desk in &desks {
                    for chat in 0..6 {
                        let id = format!("{task}-{round}-{chat}");
                        batches.push(desk.to_crm(&format!("chat {chat}"), &id, &id));
                        // Some keys are fought over.
                        batches.push(desk.to_crm(&format!("chat {chat}"), &format!("{round}-{chat}"), "same"));
                    }
                }
                batches.shuffle(&mut rand::rng());
                let batches: Vec<&AcceptBatch> = batches.iter().collect();
                errors.extend(queue.accept(&batches, false).await.err());
                let wishes: Vec<_> = desks.iter().map(|desk| desk.wish(desk.channel_id, 8)).collect();
                match queue.claim(&wishes, LEASE).await {
                    Ok(claims) => {
                        let mut all: Vec<_> =
                            claims.iter().map(|claim| settlement(claim, Settled::Delivered)).collect();
                        all.shuffle(&mut rand::rng());
                        errors.extend(queue.settle(&all).await.err());
                    }
                    Err(error) => errors.push(error),
                }
            }
            errors
        }
    }))
    .await;
    let errors: Vec<_> = done.into_iter().flatten().collect();
    assert!(errors.is_empty(), "{} errors, the first: {}", errors.len(), errors[0]);
}

// What one process stores wakes the others through the database, before they would look by themselves.

const LISTENERS: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
    WHERE datname = current_database() AND query ILIKE 'LISTEN%' AND pid <> pg_backend_pid()";

async fn another_process_is_woken(world: &mut World) {
    let line = world.line("support").await;
    // Nothing is delivered automatically here: only the database wakes this one.
    let other = world.another_server().await;
    let woken = other.app.writer.stored();
    let heard = async |what: &str| {
        let heard = tokio::time::timeout(PATIENCE, woken.notified()).await;
        assert!(heard.is_ok(), "{what}");
    };
    let tasks = [world.app().clone(), other.app.clone()].map(|app| {
        let stop = app.stop.clone();
        tokio::spawn(worker::wake_others(app.delivery.clone(), stop))
    });
    heard("it listens").await;
    world.customer(&line, "anna").writes("one").await;
    heard("it is woken").await;
    let db = world.database().connect().await;
    db.execute_unprepared(LISTENERS).await.unwrap();
    heard("it listens again").await;
    world.customer(&line, "anna").writes("two").await;
    heard("it is woken again").await;
    db.close().await.unwrap();
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["one", "two"]);
    other.stop().await;
    for task in tasks {
        task.abort();
    }
}

both!(an_accepted_part_keeps_its_letter_at_the_head_and_resets_its_attempts, a_head_whose_process_died_stays_the_head);
both!(hooks_that_come_after_a_later_one_was_delivered_are_reordered, a_chat_that_is_asked_to_wait_counts_as_no_failure);
both!(letters_before_the_place_of_a_head_that_is_gone_are_delivered, a_worker_that_lost_its_lease_advances_no_part);
both!(the_head_keeps_its_back_off_and_no_letter_overtakes_it);
both!(hooks_in_the_wrong_order_are_reordered_while_unsent, a_hook_that_comes_after_a_later_one_left_goes_next);
both!(a_lane_rests_as_long_as_its_messenger_wants);
both!(batches_that_cross_do_not_deadlock);
on_postgres!(another_process_is_woken);
