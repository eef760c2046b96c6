//! Letters that the commit that stores them also leases: what may go wrong between the reservation and the call.

use std::sync::Arc;
use std::time::Duration;

use base::message::LetterKind;
use entity::{attempt, parked_status, tenant_channel};
use parom_tests::office::{Desk, LEASE, settlement, texts};
use parom_tests::settings::PATIENCE;
use parom_tests::{KeptStarts, Line, Office, World, both, on_postgres};
use queue::accept_batch::{AcceptBatch, AcceptItem, Alias, Conversation, DedupeKey, EventKind, ItemOutcome, Side};
use queue::{Accepted, Attempt, Claim, LeaseRequest, Settled, Settlement, StoredContext, TargetRate, TurnEffect};
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};
use tokio_util::sync::CancellationToken;

/// The pools of a line with a messenger of its own.
const POOLS: [&str; 2] = ["amojo:main", "webhooks"];

/// The commit waited for another transaction until the rest of the leases was shorter than a call may be. Otherwise another
/// process could send the same letter while this one's call still runs.
async fn a_lease_obtained_too_late_is_given_back(office: &mut Office) {
    let desk = office.desk();
    let conversations = office.quiet(&desk, 1, 1).await;
    let kept = Arc::new(KeptStarts::default());
    office.writer.start_with(Some(kept.clone()));
    let blocked = office.blocked().await;
    let (writer, late) = (office.writer.clone(), desk.hook(&conversations[0], "late"));
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

/// The commit without an answer may still run. Once the batch was stored again it does not, because both insert the same
/// keys: only then its leases are looked for.
async fn the_leases_of_a_lost_commit_are_looked_for_when_it_has_ended(office: &mut Office) {
    let desk = office.desk();
    let conversations = office.quiet(&desk, 1, 1).await;
    let kept = Arc::new(KeptStarts::default());
    office.writer.start_with(Some(kept.clone()));
    office.faults.add("accept.after_commit=error:1").unwrap();
    office.store.counted().watch();
    office.accepts(desk.hook(&conversations[0], "1")).await;
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
        let conversations = office.quiet(&desk, 1, 1).await;
        let other = office.connect().await;
        other.execute_unprepared(&format!("BEGIN; {meanwhile}")).await.unwrap();
        let (queue, batch) = (office.queue.clone(), desk.hook(&conversations[0], "1"));
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
    let conversations = office.quiet(&desk, 2, 2).await;
    office.accepts(desk.hook(&conversations[0], "first")).await;
    let other = office.connect().await;
    let end = office.clock.millis() + LEASE;
    let leases = format!(
        "BEGIN; UPDATE turn SET ready_at = {end}; UPDATE lane SET owner = '{}', epoch = epoch + 1, due_at = {end}, \
         leased_until = {end}, starts = 1 WHERE waiting = 1",
        office.queue.instance()
    );
    other.execute_unprepared(&leases).await.unwrap();
    let batches = ["second", "third"].map(|id| desk.hook(&conversations[1], id));
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
    let conversations = office.quiet(&desk, 1, 1).await;
    let call = office.queue.lease_call(&[desk.wish(desk.source_id, 1)], LEASE);
    let accepted = office.queue.accept_leasing(&[&desk.hook(&conversations[0], "1")], &call).await.unwrap();
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

// Commits that wait for one another on PostgreSQL: what the first stored is seen by the second, and none waits for a row that
// the other one locks later.

/// Stores a status of a message whose id is not known yet, as the intake does after it has locked the turn.
async fn park(office: &Office, db: &impl ConnectionTrait, desk: &Desk, payload: &str) {
    let row = parked_status::Model {
        tenant_id: desk.tenant_id,
        source_id: desk.source_id,
        external_id: format!("sent {payload}"),
        id: office.clock.uuid_v7(),
        payload: format!("early status of {payload}"),
        expires_at: office.clock.millis() + 86_400_000,
        kind: LetterKind::Status.number(),
    };
    parked_status::Entity::insert(row.into_active_model()).exec_without_returning(db).await.unwrap();
}

/// A status that is stored while the settlement that learns its message's id waits for the turn is reported, though it
/// was not visible when the settlement's statement began.
async fn a_status_that_comes_while_its_id_is_learned_is_reported(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_messenger("chat", "1", "one", 0)).await;
    let claim = office.claims(&desk, desk.source_id, 1).await.remove(0);
    let tx = office.store.write_tx().await.unwrap();
    office.queue.wake(&tx, desk.tenant_id, desk.source_id, "webhooks").await.unwrap();
    park(office, &tx, &desk, "one").await;
    let mut done = settlement(&claim, Settled::Delivered);
    done.learned.external_id = Some("sent one".to_owned());
    done.crm = Some((desk.channel_id, "amojo:main".to_owned()));
    let (queue, done) = (office.queue.clone(), [done]);
    let settling = tokio::spawn(async move { queue.settle(&done).await });
    office.until_waiting(1).await;
    tx.commit().await.unwrap();
    assert_eq!(settling.await.unwrap().unwrap(), [true]);
    let letters: Vec<String> = office.letters(&desk).await.into_iter().map(|letter| letter.payload).collect();
    assert_eq!(letters, ["early status of one"]);
    assert!(parked_status::Entity::of_tenant(desk.tenant_id).all(office.store.read()).await.unwrap().is_empty());
}

/// A claim, which found nothing due, puts the turn to sleep until the lease of its lane ends, while the settlement that
/// ends this lease waits for the turn. It was awake when the settlement's statement began, and has to be woken.
async fn a_turn_that_falls_asleep_while_a_settlement_waits_is_woken(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let claim = office.claims_one(&desk).await;
    office.accepts(desk.to_crm("chat", "2", "two")).await;
    let other = office.connect().await;
    let end = office.clock.millis() + LEASE;
    other.execute_unprepared(&format!("BEGIN; UPDATE turn SET ready_at = {end}")).await.unwrap();
    let (queue, done) = (office.queue.clone(), [settlement(&claim, Settled::Delivered)]);
    let settling = tokio::spawn(async move { queue.settle(&done).await });
    office.until_waiting(1).await;
    other.execute_unprepared("COMMIT").await.unwrap();
    assert_eq!(settling.await.unwrap().unwrap(), [true]);
    office.assert_awake().await;
    let claim = office.claims_one(&desk).await;
    assert!(office.settles(&claim, Settled::Delivered).await);
}

/// Otherwise a settlement, which has the turn and needs the ledger, and an accept would wait for each other: a
/// second, until PostgreSQL notices, and the batch is repeated.
async fn an_accept_that_waits_for_a_turn_has_locked_nothing_that_comes_after_turns(office: &mut Office) {
    let desk = office.desk();
    let conversations = office.opened(&desk, 1).await;
    let first = desk.hook(&conversations[0], "first");
    office.queue.accept(&[&first], false).await.unwrap();
    let holder = office.connect().await;
    holder.execute_unprepared("BEGIN; SELECT 1 FROM turn FOR NO KEY UPDATE").await.unwrap();
    let (queue, second) = (office.queue.clone(), desk.hook(&conversations[0], "second"));
    let accept = tokio::spawn(async move { queue.accept(&[&second], false).await.unwrap() });
    office.until_waiting(1).await;
    let third = office.connect().await;
    for table in ["ledger_delta", "lane", "conversation"] {
        let free = third.execute_unprepared(&format!("SELECT 1 FROM {table} FOR NO KEY UPDATE NOWAIT")).await;
        assert!(free.is_ok(), "{table}: {free:?}");
    }
    holder.execute_unprepared("ROLLBACK").await.unwrap();
    let receipts = accept.await.unwrap();
    assert!(matches!(receipts[0][0], ItemOutcome::New { .. }));
}

// Leases written by the commit that stores the letters.

/// Stores a commit's batches; returns what it leased.
async fn leases_with(office: &Office, batches: &[AcceptBatch], wishes: &[LeaseRequest]) -> Vec<Claim> {
    let batches: Vec<&AcceptBatch> = batches.iter().collect();
    let call = office.queue.lease_call(wishes, LEASE);
    office.queue.accept_leasing(&batches, &call).await.unwrap().claims
}

/// What waits goes first, a rate holds, and a target that is held starts nothing.
async fn an_accept_leases_no_more_than_a_claim_would(office: &mut Office) {
    let desk = office.desk();
    let conversations = office.quiet(&desk, 4, 1).await;
    let slow = LeaseRequest { rate: TargetRate::per_second(1), ..desk.wish(desk.source_id, 10) };
    office.advance(10_000);
    let hooks: Vec<_> = (0..3).map(|number| desk.hook(&conversations[number], &format!("slow {number}"))).collect();
    let leased = leases_with(office, &hooks, &[slow]).await;
    assert_eq!(leased.len(), 1, "the bucket holds one call");
    office.assert_awake().await;
    let wishes = [desk.wish(desk.source_id, 10)];
    office.advance(10_000);
    let leased = leases_with(office, &[desk.hook(&conversations[3], "newest")], &wishes).await;
    assert!(leased.is_empty(), "others wait for this target already");
    office.claims(&desk, desk.source_id, 10).await;
    office.advance(61_000);
    for claim in office.claims(&desk, desk.source_id, 10).await {
        assert!(claim.letter.unknown && office.settles(&claim, Settled::Delivered).await);
    }
    office.queue.hold(desk.tenant_id, desk.source_id, "webhooks", "paused").await.unwrap();
    let leased = leases_with(office, &[desk.hook(&conversations[0], "held")], &wishes).await;
    assert!(leased.is_empty());
    assert_eq!(office.letters(&desk).await.len(), 1, "it waits");
}

/// The process dies between the commit and the call: the lease ends, and the outcome is unknown.
async fn a_letter_leased_at_acceptance_by_a_dead_process_returns_as_unknown(office: &mut Office) {
    let desk = office.desk();
    let conversations = office.quiet(&desk, 1, 1).await;
    let wishes = [desk.wish(desk.source_id, 1)];
    let leased = leases_with(office, &[desk.hook(&conversations[0], "1")], &wishes).await;
    assert_eq!(leased.len(), 1);
    office.advance(u64::try_from(LEASE).unwrap() - 1);
    assert!(office.claims(&desk, desk.source_id, 1).await.is_empty());
    office.advance(2);
    let again = office.claims(&desk, desk.source_id, 1).await.remove(0);
    assert!(again.letter.unknown);
    assert_eq!((again.starts, again.epoch), (2, leased[0].epoch + 1));
    assert!(!office.settles(&leased[0], Settled::Delivered).await, "its lease is lost");
    assert!(office.settles(&again, Settled::Delivered).await);
}

/// The answer to the commit is lost: the letter is stored once, and its lease is found and used.
async fn a_lease_of_an_accept_that_was_not_answered_is_read_back(office: &mut Office) {
    let desk = office.desk();
    let conversations = office.quiet(&desk, 2, 1).await;
    let kept = Arc::new(KeptStarts::default());
    office.writer.start_with(Some(kept.clone()));
    for (number, fault) in ["accept.before_commit=error:1", "accept.after_commit=error:1"].iter().enumerate() {
        office.faults.add(fault).unwrap();
        office.accepts(desk.hook(&conversations[number], &number.to_string())).await;
        // Until the search for leases ends it holds the turn's lock, which a claim does not wait for.
        tokio::time::timeout(PATIENCE, kept.ended.notified()).await.expect("the search ends");
        if number == 0 {
            // Stored by a second attempt, which leases nothing.
            assert!(kept.take().is_empty());
            let claim = office.claims(&desk, desk.source_id, 10).await.remove(0);
            assert!(office.settles(&claim, Settled::Delivered).await);
        }
    }
    office.writer.start_with(None);
    assert_eq!(office.letters(&desk).await.len(), 1);
    let leased = kept.take();
    assert_eq!(leased.len(), 1);
    assert_eq!((leased[0].starts, leased[0].letter.unknown), (1, false));
    assert!(office.settles(&leased[0], Settled::Delivered).await);
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
        "slots.reserve=error:1",
        "accept.before_commit=error:1",
        "accept.before_commit=error:6",
        "accept.before_commit=panic:1",
        "accept.after_commit=error:1",
        "deliver.before_call=panic:1",
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
    let slots = &world.app().delivery.slots;
    slots.set_awaited(true);
    let worker = tokio::spawn(world.another_worker().run(stop.clone()));
    // Its first round may hold slots too: from its end on only the commit does.
    while !world.app().writer.starts_at_once() || slots.are_awaited() {
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

// What the commit that stores and leases a letter returns for its delivery.

async fn accepted(office: &Office, desk: &Desk, batch: &AcceptBatch) -> Accepted {
    let wishes = [desk.source_id, desk.channel_id].map(|target| desk.wish(target, 10));
    let call = office.queue.lease_call(&wishes, LEASE);
    let accepted = office.queue.accept_leasing(&[batch], &call).await.unwrap();
    assert_eq!(accepted.claims.len(), 1, "{accepted:?}");
    accepted
}

/// Both directions, with what the same commit changes in the conversation.
async fn a_context_of_the_lease_is_what_is_stored(office: &mut Office) {
    let desk = office.desk();
    let conversations = office.quiet(&desk, 1, 1).await;
    let channel = tenant_channel::Model {
        tenant_id: desk.tenant_id,
        channel_id: desk.channel_id,
        scope_id: "scope".to_owned(),
        status: "connected".to_owned(),
        detail: String::new(),
        connected_at: 1,
        checked_at: 2,
        next_try_at: Some(3),
        tries: 0,
        renewed_at: None,
        losses: 0,
    };
    tenant_channel::Entity::insert(channel.clone().into_active_model()).exec(office.store.write()).await.unwrap();
    let mut from_manager = desk.hook(&conversations[0], "1");
    from_manager.entries[0].crm_chat =
        Some(Alias { side: Side::Crm, origin: desk.channel_id, external_id: "amojo-chat".to_owned() });
    let mut from_customer = desk.to_crm(&conversations[0].name, "2", "Hello again");
    from_customer.entries[0].conversation = Conversation::Known(conversations[0].id);
    from_customer.entries[0].heard_at = Some(77);
    for (batch, to_crm) in [(from_manager, false), (from_customer, true)] {
        let accepted = accepted(office, &desk, &batch).await;
        let stored = StoredContext::read(office.store.read(), &office.store, &accepted.claims).await.unwrap();
        assert_eq!(accepted.contexts, stored);
        let context = &stored[&accepted.claims[0].letter.id];
        assert_eq!(context.message.as_ref().map(|message| message.id), Some(batch.entries[0].id));
        assert_eq!(context.conversation.amocrm_chat_id, "amojo-chat");
        assert_eq!(context.conversation.heard_at, if to_crm { 77 } else { 0 });
        // The source of a desk has no row, and so no channel.
        assert_eq!(context.channel.as_ref(), to_crm.then_some(&channel));
        assert!(office.settles(&accepted.claims[0], Settled::Delivered).await);
    }
    // A conversation that the same commit opens.
    let accepted = accepted(office, &desk, &desk.to_crm("new", "3", "Hello")).await;
    let stored = StoredContext::read(office.store.read(), &office.store, &accepted.claims).await.unwrap();
    assert_eq!((stored.len(), &accepted.contexts), (1, &stored));
    assert!(office.settles(&accepted.claims[0], Settled::Delivered).await);
}

/// The lane is leased when the commit begins, and its last letter is settled while it waits for the turn. The context contains
/// what that learned.
async fn a_context_is_as_new_as_the_lease(office: &mut Office) {
    for alone in [true, false] {
        accepts_while_another_settles(office, alone).await;
    }
}

async fn accepts_while_another_settles(office: &mut Office, alone: bool) {
    let desk = office.desk();
    let conversations = office.quiet(&desk, 2, 2).await;
    let first = accepted(office, &desk, &desk.hook(&conversations[0], "first")).await.claims.remove(0);
    let other = office.connect().await;
    let settles = format!(
        "BEGIN; SELECT FROM turn WHERE target = '{}' FOR UPDATE; UPDATE lane SET owner = NULL, leased_until = 0, starts = 0, waiting = 0, due_at = NULL WHERE lane_id = '{}'; \
         UPDATE conversation SET amocrm_chat_id = 'learned' WHERE id = '{}'; DELETE FROM letter",
        desk.source_id, first.lane_id, conversations[0].id
    );
    other.execute_unprepared(&settles).await.unwrap();
    let (queue, batches) =
        (office.queue.clone(), [0, 1].map(|chat| desk.hook(&conversations[chat], &chat.to_string())));
    let call = queue.lease_call(&[desk.wish(desk.source_id, 2)], LEASE);
    let accept = tokio::spawn(async move {
        let batches: Vec<&AcceptBatch> = batches.iter().take(if alone { 1 } else { 2 }).collect();
        queue.accept_leasing(&batches, &call).await.unwrap()
    });
    office.until_waiting(1).await;
    other.execute_unprepared("COMMIT").await.unwrap();
    let accepted = accept.await.unwrap();
    let stored = StoredContext::read(office.store.read(), &office.store, &accepted.claims).await.unwrap();
    for claim in &accepted.claims {
        assert_eq!(accepted.contexts.get(&claim.letter.id), stored.get(&claim.letter.id));
        assert!(office.settles(claim, Settled::Delivered).await);
    }
    assert_eq!(accepted.claims.len(), if alone { 1 } else { 2 }, "{accepted:?}");
}

// C7, C8, C9: the answer to a successful COMMIT is lost. Its rows are read back: nothing that was never sent is
// unknown, nothing is queued twice, and an attempt is in the timeline once.

async fn c7_a_claim_whose_commit_was_not_answered_is_carried(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let earlier = office.claims_one(&desk).await;
    office.accepts(desk.to_crm("other chat", "2", "two")).await;
    office.faults.add("claim.after_commit=error:1").unwrap();
    let claims = office.claims(&desk, desk.channel_id, 10).await;
    assert_eq!(texts(&claims), ["two"], "what it leased is read back, and nothing else");
    for claim in [&claims[0], &earlier] {
        assert_eq!((claim.letter.unknown, claim.starts), (false, 1), "no process has sent it yet");
        assert!(office.settles(claim, Settled::Delivered).await, "the lease is ours");
    }
}

async fn c7_letters_leased_by_a_lost_commit_are_sent_at_once(world: &mut World) {
    let line = world.line("support").await;
    world.faults.add("claim.after_commit=error:1").unwrap();
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"], "without waiting for a lease to run out");
    let asked = world.sandbox.requests().iter().filter(|request| request.path.contains("/history")).count();
    assert_eq!(asked, 0, "nothing about it is unknown");
}

/// A status of a known message: a letter, and no message of its own.
fn status_batch(
    desk: &Desk,
    office: &Office,
    batch: &AcceptBatch,
    message_id: uuid::Uuid,
    conversation_id: uuid::Uuid,
) -> AcceptBatch {
    let mut letter = batch.entries[0].letters[0].clone();
    letter.id = office.clock.uuid_v7();
    letter.message_id = message_id;
    let key = DedupeKey { origin: desk.source_id, external_id: "told".to_owned(), event: EventKind::StatusDelivered };
    let now = office.clock.millis();
    let bare = AcceptItem::bare(key, office.clock.uuid_v7(), now, Conversation::Known(conversation_id));
    AcceptBatch { entries: vec![AcceptItem { letters: vec![letter], ..bare }], ..batch.clone() }
}

async fn c8_a_letter_without_a_message_of_its_own_is_queued_once(office: &mut Office) {
    let desk = office.desk();
    let first = desk.to_crm("chat", "1", "one");
    let message_id = office.accepts(first.clone()).await;
    let claim = office.claims_one(&desk).await;
    assert!(office.settles(&claim, Settled::Delivered).await);
    let status = status_batch(&desk, office, &first, message_id, claim.conversation_id);
    office.faults.add("accept.after_commit=error:1").unwrap();
    let receipt = office.writer.accept(status).await.unwrap();
    assert!(matches!(receipt[0], ItemOutcome::New { .. }), "{receipt:?}");
    assert_eq!(office.letters(&desk).await.len(), 1, "the batch was written again, the letter was not");
}

/// Another process may have delivered it before the batch is written again.
async fn c8_a_letter_delivered_meanwhile_is_not_queued_again(office: &mut Office) {
    let desk = office.desk();
    let first = desk.to_crm("chat", "1", "one");
    let message_id = office.accepts(first.clone()).await;
    let claim = office.claims_one(&desk).await;
    assert!(office.settles(&claim, Settled::Delivered).await);
    let status = status_batch(&desk, office, &first, message_id, claim.conversation_id);
    office.queue.accept(&[&status], false).await.unwrap();
    let claim = office.claims_one(&desk).await;
    assert!(office.settles(&claim, Settled::Delivered).await);
    office.queue.accept(&[&status], true).await.unwrap();
    assert_eq!(office.letters(&desk).await, [], "it has left");
}

async fn c9_a_settlement_whose_commit_was_not_answered_is_reported(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    office.accepts(desk.to_crm("chat", "2", "two")).await;
    let claim = office.claims_one(&desk).await;
    office.faults.add("settle.after_commit=error:1").unwrap();
    let mut held = settlement(&claim, Settled::Delivered);
    held.turn = TurnEffect::Hold { reason: "paused".to_owned() };
    assert!(office.writer.settle(held).await, "it is written: its waiting caller is notified");
    let tries = attempt::Entity::of_tenant(desk.tenant_id).all(office.store.read()).await.unwrap();
    assert_eq!(tries.len(), 1, "one try, one line");
    assert_eq!(office.letters(&desk).await.len(), 1);
    assert_eq!(office.lanes(&desk).await[0].carried, 1);
}

/// Another process leased the lane before the batch is written again.
async fn c9_a_lane_leased_again_meanwhile_is_recognised_by_its_attempt(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    office.accepts(desk.to_crm("chat", "2", "two")).await;
    let first = office.claims_one(&desk).await;
    let done = settlement(&first, Settled::Delivered);
    assert_eq!(office.queue.settle(std::slice::from_ref(&done)).await.unwrap(), [true]);
    let second = office.claims_one(&desk).await;
    assert_eq!(office.queue.settle_batch(std::slice::from_ref(&done), true).await.unwrap().valid, [true]);
    let tries = attempt::Entity::of_tenant(desk.tenant_id).all(office.store.read()).await.unwrap();
    assert_eq!(tries.len(), 1, "one try, one line");
    // What another wrote instead is not taken for it.
    let late = Settlement { attempt: Some(Attempt { status: 500, ..Attempt::default() }), ..done };
    assert_eq!(office.queue.settle_batch(&[late], true).await.unwrap().valid, [false]);
    assert!(office.settles(&second, Settled::Delivered).await);
}

both!(c9_a_lane_leased_again_meanwhile_is_recognised_by_its_attempt);
both!(the_leases_of_a_lost_commit_are_looked_for_when_it_has_ended, slots_come_back_after_any_outcome_of_a_commit);
both!(c9_a_settlement_whose_commit_was_not_answered_is_reported);
both!(c8_a_letter_without_a_message_of_its_own_is_queued_once, a_worker_that_stops_sends_what_its_last_commit_leased);
both!(c7_a_claim_whose_commit_was_not_answered_is_carried, c7_letters_leased_by_a_lost_commit_are_sent_at_once);
both!(c8_a_letter_delivered_meanwhile_is_not_queued_again, a_context_of_the_lease_is_what_is_stored);
on_postgres!(a_restart_ends_what_its_earlier_life_accepted_and_leased, a_lease_obtained_too_late_is_given_back);
on_postgres!(a_turn_that_falls_asleep_while_an_accept_waits_is_woken, changes_made_while_an_accept_waits_are_respected);
on_postgres!(a_context_is_as_new_as_the_lease);
both!(an_accept_leases_no_more_than_a_claim_would, a_lease_of_an_accept_that_was_not_answered_is_read_back);
both!(a_letter_leased_at_acceptance_by_a_dead_process_returns_as_unknown);
on_postgres!(a_status_that_comes_while_its_id_is_learned_is_reported);
on_postgres!(an_accept_that_waits_for_a_turn_has_locked_nothing_that_comes_after_turns);
on_postgres!(a_turn_that_falls_asleep_while_a_settlement_waits_is_woken);
