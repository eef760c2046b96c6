//! Rules 1 and 2 and a database that takes back, is full, too small or silent: many share a commit, repeats are
//! found inside it.

use simulator::crm::HookMessage;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use base::config::{self, Config};
use base::fault::Faults;
use base::store::Store;
use base::supervisor::Supervisor;
use base::telemetry::traces::Traces;
use bytes::Bytes;
use entity::attempt;
use parom_tests::meddler::{Meddler, Meddling};
use parom_tests::office::{Desk, LEASE, all_at_once, settlement};
use parom_tests::settings::PATIENCE;
use parom_tests::{Engine, Office, World, both, on_postgres};
use queue::accept_batch::{AcceptBatch, ItemOutcome, Priority, RawHook};
use queue::writer::{AcceptError, Writer};
use queue::{Queue, Settled};
use sea_orm::{ConnectionTrait, Statement};
use tokio::task::JoinSet;

/// Refuses rows of `message` with a SQLSTATE, so many times.
const TROUBLE: &str = "CREATE SEQUENCE tries; CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
    IF nextval('tries') <= TG_ARGV[1]::bigint THEN RAISE EXCEPTION 'on purpose' USING ERRCODE = TG_ARGV[0]; END IF; \
    RETURN NEW; END $$";

async fn makes(world: &World, statement: &str) {
    let db = world.database().connect().await;
    db.execute_unprepared(statement).await.expect(statement);
    db.close().await.unwrap();
}

async fn refuses(world: &World, code: &str, times: u32) {
    makes(world, "DROP TRIGGER IF EXISTS trouble ON message; ALTER SEQUENCE tries RESTART").await;
    let arguments = format!("trouble('{code}', '{times}')");
    makes(world, &format!("CREATE TRIGGER trouble BEFORE INSERT ON message FOR EACH ROW EXECUTE FUNCTION {arguments}"))
        .await;
}

async fn a_rolled_back_transaction_is_written_again(world: &mut World) {
    let line = world.line("support").await;
    makes(world, TROUBLE).await;
    // Serialisation, deadlock, shutdown, a process that was frozen in its transaction.
    let codes = ["40001", "40P01", "57P01", "25P03"];
    for code in codes {
        refuses(world, code, 3).await;
        world.customer(&line, "anna").writes(code).await;
    }
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), codes);
}

/// Lets the database's disk be full.
async fn fills(world: &World) {
    if world.database().engine() == Engine::Postgres {
        makes(world, TROUBLE).await;
        refuses(world, "53100", 1_000_000).await;
        return;
    }
    let db = world.app().store.write();
    let count = Statement::from_string(db.get_database_backend(), "PRAGMA page_count");
    let pages: i64 = db.query_one_raw(count).await.unwrap().unwrap().try_get_by_index(0).unwrap();
    world.app().store.limit_pages(pages).await.unwrap();
}

async fn frees(world: &World) {
    let store = &world.app().store;
    if world.database().engine() == Engine::Postgres {
        store.write().execute_unprepared("DROP TRIGGER trouble ON message").await.unwrap();
    } else {
        store.limit_pages(1_000_000).await.unwrap();
    }
}

async fn a_full_disk_loses_no_hook(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.writes("opens").await;
    world.deliver_all().await;
    fills(world).await;
    // What is free in the file goes first.
    let text = "long ".repeat(3_000);
    let mut refused = None;
    for number in 0..200 {
        let reply = anna.posts(&anna.body(&format!("filling {number}"), &text)).await;
        if reply.status != 202 {
            refused = Some(reply);
            break;
        }
    }
    let refused = refused.expect("the disk is full").is(503);
    assert!(!refused.header("retry-after").is_empty(), "{}", refused.text);
    let manager = world.manager(&line);
    let hook = manager.prepares("anna", HookMessage::text(&text));
    assert_eq!(manager.posts(&hook).await, Some(200), "the spool takes it");
    assert!(world.app().spool.waiting() > 0);
    frees(world).await;
    let spool = &world.app().spool;
    world.until("the spool is empty", async || (spool.waiting() == 0).then_some(())).await;
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), [text]);
}

fn a_pool_of_two(config: &mut Config) {
    config.database.max_connections = 2;
}

async fn too_few_connections_end_in_waiting(world: &mut World) {
    let line = world.line("support").await;
    let posts = (0..50).map(|number| {
        let customer = world.customer(&line, &format!("c{}", number % 7));
        async move { customer.posts(&customer.body(&format!("{number}"), &format!("{number}"))).await.status }
    });
    let answers = tokio::time::timeout(PATIENCE, all_at_once(posts)).await.expect("nothing blocks");
    assert!(answers.iter().all(|status| [202, 503].contains(status)), "{answers:?}");
    let taken = answers.iter().filter(|status| **status == 202).count();
    assert!(taken > 0);
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line).len(), taken);
}

/// The database behind a proxy that can close its connections.
async fn meddled(office: &Office) -> (Meddler, Store) {
    let url = office.database().url().to_owned();
    let address = url.rsplit_once('@').and_then(|(_, rest)| rest.split_once('/')).expect("an address").0;
    let meddler = Meddler::before(address).await;
    let through =
        config::Database { url: url.replace(address, meddler.address()).into(), ..office.database().settings() };
    (meddler, Store::open(&through, office.clock.clone()).await.unwrap())
}

/// The answer to COMMIT never comes: whether it is stored is found out, not guessed.
async fn a_connection_that_ends_at_commit(office: &mut Office) {
    let (meddler, store) = meddled(office).await;
    let writer = Writer::start(
        Queue::new(store.clone(), office.clock.uuid_v7(), Faults::default()),
        Traces::default(),
        &Supervisor::default(),
    );
    let desk = office.desk();
    writer.accept(desk.to_crm("chat", "0", "zero")).await.unwrap();
    meddler.meddles(Meddling::CutAfter("COMMIT".into()));
    let receipt = writer.accept(desk.to_crm("chat", "1", "one")).await.unwrap();
    meddler.has_met().await;
    assert!(matches!(receipt[0], ItemOutcome::New { .. }), "it is ours, no duplicate: {receipt:?}");
    assert_eq!(office.letters(&desk).await.len(), 2, "and it is there once");
    store.close().await;
}

/// A caller waits for a connection once: each further wait would take as long.
async fn a_caller_waits_once_for_a_database_that_is_away(office: &mut Office) {
    let store = Store::open(&office.database().settings(), office.clock.clone()).await.unwrap();
    let writer = Writer::start(
        Queue::new(store.clone(), office.clock.uuid_v7(), Faults::default()),
        Traces::default(),
        &Supervisor::default(),
    );
    let desk = office.desk();
    writer.accept(desk.to_crm("chat", "0", "zero")).await.unwrap();
    store.close().await;
    store.counted().watch();
    let refused = writer.accept(desk.to_crm("chat", "1", "one")).await.unwrap_err();
    assert!(matches!(refused, AcceptError::Unavailable(_)), "{refused}");
    assert_eq!(store.counted().transactions(), 1);
}

/// C7, C9: the same of a claim and of a settlement, over connections that really end.
async fn a_connection_that_ends_at_the_commit_of_a_claim_and_of_a_settlement(office: &mut Office) {
    let (meddler, store) = meddled(office).await;
    let queue = Queue::new(store.clone(), office.clock.uuid_v7(), Faults::default());
    let writer = Writer::start(queue.clone(), Traces::default(), &Supervisor::default());
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let commit = Meddling::CutAfter("COMMIT".into());
    meddler.meddles(commit.clone());
    let claims = queue.claim(&[desk.wish(desk.channel_id, 10)], LEASE).await.unwrap();
    meddler.has_met().await;
    assert_eq!((claims.len(), claims[0].letter.unknown, claims[0].starts), (1, false, 1));
    meddler.meddles(commit);
    assert!(writer.settle(settlement(&claims[0], Settled::Delivered)).await);
    let tries = attempt::Entity::of_tenant(desk.tenant_id).all(office.store.read()).await.unwrap();
    assert_eq!(tries.len(), 1);
    assert!(office.letters(&desk).await.is_empty());
    store.close().await;
}

/// sqlx#4393: the next query would be part of a transaction that is never ended.
async fn an_interrupted_begin_leaves_no_transaction(office: &mut Office) {
    let settings = config::Database { max_connections: 2, ..office.database().settings() };
    let store = Store::open(&settings, office.clock.clone()).await.unwrap();
    for attempt in 0..400 {
        let patience = Duration::from_micros(attempt % 40 * 25);
        drop(tokio::time::timeout(patience, store.write_tx()).await);
        for _connection in 0..2 {
            store
                .write()
                .execute_unprepared("DISCARD ALL")
                .await
                .expect("PostgreSQL does it outside of transactions only");
        }
    }
    store.close().await;
}

async fn a_blocked_process_keeps_no_hook_waiting(world: &mut World) {
    let (_, manager) = world.chatting().await;
    let still = world.app().store.write_tx().await.unwrap();
    still.execute_unprepared("SELECT * FROM turn FOR UPDATE").await.unwrap();
    manager.answers("anna", "Good morning").await;
    // Not in the spool for long, for spools of two machines know no order: a slow machine may take it there first.
    let is_stored = async || world.messages().await.iter().any(|message| message.direction == 2).then_some(());
    world.until("the database takes it meanwhile", is_stored).await;
    drop(still);
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["Good morning"]);
}

/// sqlx's task for both can loop for ever (`base::store::postgres`).
async fn no_task_closes_idle_or_old_connections(world: &mut World) {
    let store = &world.app().store;
    for connections in [store.write(), store.read(), store.by_keys().pool()] {
        let limits = if store.is_sqlite() {
            let pool = connections.get_sqlite_connection_pool().options();
            (pool.get_idle_timeout(), pool.get_max_lifetime())
        } else {
            let pool = connections.get_postgres_connection_pool().options();
            (pool.get_idle_timeout(), pool.get_max_lifetime())
        };
        assert_eq!(limits, (None, None));
    }
}

// The database ends connections: it restarts, or an administrator ends them.

const OTHERS: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
    WHERE datname = current_database() AND pid <> pg_backend_pid()";

/// More than all pools together have connections.
const CALLS: usize = 100;

async fn a_cut_connection_is_not_an_internal_error(world: &mut World) {
    let line = world.line("support").await;
    let paths = [
        line.path(""),
        line.path("/ledger"),
        line.path("/conversations"),
        format!("/api/v1/tenants/{}", line.tenant_id),
    ];
    for path in &paths {
        world.api.get(path).await.is(200);
    }
    let db = world.database().connect().await;
    db.execute_unprepared(OTHERS).await.unwrap();
    db.close().await.unwrap();
    for path in &paths {
        let mut answered = false;
        for _ in 0..CALLS {
            let reply = world.api.get(path).await;
            assert!([200, 503].contains(&reply.status), "{path}: {}", reply.text);
            if reply.status == 200 {
                answered = true;
                break;
            }
            assert!(!reply.header("retry-after").is_empty(), "{path}");
        }
        assert!(answered, "{path}: the dead connections are replaced");
    }
}

// Rule 2: many share a commit, one bad batch does not spoil the others', and the queue in memory has a bound.

const MIB: usize = 1024 * 1024;

async fn one_bad_parcel_is_found_among_many(office: &mut Office) {
    let desk = office.desk();
    let stored = office.accepts(desk.to_crm("chat", "first", "first")).await;
    let posts = (0..100).map(|number| {
        let mut batch = desk.to_crm(&format!("chat {}", number % 7), &format!("{number}"), "Hello");
        if number == 63 {
            // An id that is taken: the database will never store it.
            batch.entries[0].id = stored;
        }
        let writer = office.writer.clone();
        async move { writer.accept(batch).await }
    });
    let results = all_at_once(posts).await;
    for (number, result) in results.iter().enumerate() {
        match result {
            Ok(_) => assert_ne!(number, 63, "the bad parcel was stored"),
            Err(error) => assert!(number == 63 && matches!(error, AcceptError::Unstorable(_)), "{number}: {error}"),
        }
    }
    assert_eq!(office.letters(&desk).await.len(), 100);
}

async fn a_full_queue_refuses_batches_and_recovers(office: &mut Office) {
    let desk = office.desk();
    let blocked = office.blocked().await;
    // 48 MiB of one account may wait; of four times 15 MiB one is too many, whichever comes last.
    let mut waiting = JoinSet::new();
    for number in 0..4 {
        let (writer, batch) = (office.writer.clone(), with_bytes(&desk, number, 15 * MIB));
        waiting.spawn(async move { writer.accept(batch).await });
    }
    let refused = waiting.join_next().await.unwrap().unwrap().expect_err("stored while the database is locked");
    assert!(matches!(refused, AcceptError::Full), "{refused}");
    let other = office.desk();
    let (writer, batch) = (office.writer.clone(), with_bytes(&other, 1, 10 * MIB));
    waiting.spawn(async move { writer.accept(batch).await });
    blocked.release().await;
    while let Some(one) = waiting.join_next().await {
        one.unwrap().expect("what waited is stored");
    }
    office.accepts(with_bytes(&desk, 100, 15 * MIB)).await;
}

fn with_bytes(desk: &Desk, number: u32, bytes: usize) -> AcceptBatch {
    let mut batch = desk.to_crm("chat", &format!("{number}"), "with bytes");
    batch.raw = Some(RawHook {
        id: batch.entries[0].id,
        kind: "amocrm",
        target: String::new(),
        received_at: 0,
        headers: "{}".to_owned(),
        body: Bytes::from(vec![b'x'; bytes]),
        quarantine: String::new(),
    });
    batch
}

/// C5: errors that come immediately, as from a restarting database, use up no attempts.
async fn c5_a_settlement_is_tried_for_as_long_as_its_lease_lasts(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let claim = office.claims_one(&desk).await;
    office.faults.add("settle.before_commit=error:30").unwrap();
    assert!(office.settles(&claim, Settled::Delivered).await, "what was sent is written down");
    assert!(office.letters(&desk).await.is_empty());
}

/// But not longer: another process may hold the lane from then on.
async fn c5_after_its_lease_a_settlement_is_given_up(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let claim = office.claims_one(&desk).await;
    office.faults.add("settle.before_commit=error").unwrap();
    let (writer, late) = (office.writer.clone(), settlement(&claim, Settled::Delivered));
    let settled = tokio::spawn(async move { writer.settle(late).await });
    office.advance(60_000);
    assert!(!settled.await.unwrap());
    office.faults.clear();
    let again = office.claims_one(&desk).await;
    assert!(again.letter.unknown, "it is found out");
    assert!(office.settles(&again, Settled::Delivered).await);
}

/// C4: hooks that come faster than they are written do not delay other requests.
async fn c4_a_flood_of_hooks_is_overtaken(office: &mut Office) {
    const HOOKS: u32 = 3_000;
    let loud = office.desk();
    let door = |desk: &Desk| desk.tenant_id.as_bytes()[15] % 2;
    let quiet = std::iter::repeat_with(|| office.desk()).find(|desk| door(desk) == door(&loud)).unwrap();
    let blocked = office.blocked().await;
    let written = Arc::new(AtomicUsize::new(0));
    let mut flood = JoinSet::new();
    for number in 0..HOOKS {
        let batch = AcceptBatch { priority: Priority::High, ..with_bytes(&loud, number, 1) };
        let (writer, written) = (office.writer.clone(), written.clone());
        flood.spawn(async move {
            writer.accept(batch).await.expect("it is stored");
            written.fetch_add(1, Ordering::SeqCst);
        });
    }
    // The first of them are in the commit that cannot end, the others are in the queue.
    let stand = |count: usize| {
        let writer = office.writer.clone();
        async move {
            while writer.waiting() < count {
                tokio::task::yield_now().await;
            }
        }
    };
    stand(2_400).await;
    let (writer, seen, batch) = (office.writer.clone(), written.clone(), with_bytes(&quiet, 1, 1));
    let before = office.writer.waiting();
    let one = tokio::spawn(async move {
        writer.accept(batch).await.expect("it is stored");
        seen.load(Ordering::SeqCst)
    });
    stand(before + 1).await;
    blocked.release().await;
    let overtaken_by = one.await.unwrap();
    // The batch being written, the one with it, and what is written until this task is notified.
    assert!(overtaken_by <= 3 * 512, "of {HOOKS} hooks {overtaken_by} went before");
    while let Some(done) = flood.join_next().await {
        done.unwrap();
    }
}

// Rule 1: what came before is recognised inside the commit, not by a look before it.

async fn twenty_equal_posts_are_one_message(office: &mut Office) {
    let desk = office.desk();
    let posts = (0..20).map(|_| {
        let (writer, batch) = (office.writer.clone(), desk.to_crm("chat", "same", "Hello"));
        async move { writer.accept(batch).await.expect("it is stored")[0] }
    });
    let outcomes = all_at_once(posts).await;
    let new: Vec<_> = outcomes.iter().filter(|one| matches!(one, ItemOutcome::New { .. })).collect();
    assert_eq!(new.len(), 1);
    assert!(outcomes.iter().all(|one| one.message_id() == new[0].message_id()), "all get the same id");
    assert_eq!(office.letters(&desk).await.len(), 1);
}

async fn racing_instances_store_one_message(office: &mut Office) {
    let desk = office.desk();
    let posts = (0..6).map(|_| {
        let (queue, desk) = (office.another_instance(), desk.clone());
        async move {
            let mut new = 0;
            for round in 0..10 {
                let batch = desk.to_crm("chat", &format!("message {round}"), "Hello");
                let receipts = queue.accept(&[&batch], false).await.expect("it is stored");
                new += usize::from(matches!(receipts[0][0], ItemOutcome::New { .. }));
            }
            new
        }
    });
    assert_eq!(all_at_once(posts).await.iter().sum::<usize>(), 10);
    assert_eq!(office.letters(&desk).await.len(), 10);
    assert_eq!(office.lanes(&desk).await.len(), 1, "a conversation that two open at once is one");
}

async fn the_writer_repeats_by_itself(office: &mut Office) {
    let desk = office.desk();
    for (number, plan) in ["accept.before_commit=error:2", "accept.after_commit=error:1"].into_iter().enumerate() {
        office.faults.add(plan).unwrap();
        let receipt = office.writer.accept(desk.to_crm("chat", plan, "Hello")).await.unwrap();
        assert!(matches!(receipt[0], ItemOutcome::New { .. }), "{plan}: {receipt:?}");
        assert_eq!(office.letters(&desk).await.len(), number + 1, "{plan}");
    }
    let again = office.writer.accept(desk.to_crm("chat", "accept.after_commit=error:1", "Hello")).await.unwrap();
    assert!(matches!(again[0], ItemOutcome::Duplicate { same: true, .. }));
}

both!(c5_after_its_lease_a_settlement_is_given_up);
both!(c5_a_settlement_is_tried_for_as_long_as_its_lease_lasts);
both!(a_full_queue_refuses_batches_and_recovers, no_task_closes_idle_or_old_connections, the_writer_repeats_by_itself);
both!(one_bad_parcel_is_found_among_many, racing_instances_store_one_message);
both!(twenty_equal_posts_are_one_message, c4_a_flood_of_hooks_is_overtaken, a_full_disk_loses_no_hook);
on_postgres!(a_connection_that_ends_at_the_commit_of_a_claim_and_of_a_settlement, a_connection_that_ends_at_commit);
on_postgres!(a_rolled_back_transaction_is_written_again, a_caller_waits_once_for_a_database_that_is_away);
on_postgres!(an_interrupted_begin_leaves_no_transaction, a_cut_connection_is_not_an_internal_error);
on_postgres!(a_blocked_process_keeps_no_hook_waiting);
on_postgres!(too_few_connections_end_in_waiting in super::a_pool_of_two);
