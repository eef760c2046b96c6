//! A database that takes back, is full, is too small or falls silent at the worst moment.

use std::time::Duration;

use base::config;
use base::fault::Faults;
use base::store::Store;
use base::supervisor::Supervisor;
use base::telemetry::traces::Traces;
use entity::attempt;
use parom_tests::meddler::{Meddler, Meddling};
use parom_tests::office::{LEASE, all_at_once, settlement};
use parom_tests::settings::PATIENCE;
use parom_tests::{Engine, Office, Setup, World, both, on_postgres};
use queue::accept_batch::ItemOutcome;
use queue::writer::Writer;
use queue::{Queue, Settled};
use sea_orm::{ConnectionTrait, Statement};
use simulator::crm::HookMessage;

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

/// While a table is empty, reading the whole of it costs less than asking an index for each row; the plan outlives
/// that.
async fn rows_are_changed_by_their_keys_from_the_first_on(world: &mut World) {
    let write = world.app().store.write_tx().await.unwrap();
    write
        .execute_unprepared(
            "PREPARE taken AS WITH rows(tenant_id, lane_id) AS (SELECT * FROM unnest($1::uuid[], $2::uuid[])) \
        UPDATE lane SET next_seq = 1 FROM rows WHERE lane.tenant_id = rows.tenant_id AND lane.lane_id = rows.lane_id",
        )
        .await
        .unwrap();
    let explained = Statement::from_string(world.app().store.backend(), "EXPLAIN EXECUTE taken('{}', '{}')");
    let plan: Vec<String> =
        write.query_all_raw(explained).await.unwrap().iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    write.rollback().await.unwrap();
    let plan = plan.join("\n");
    assert!(plan.contains("lane_pkey") && plan.contains("Index Cond"), "{plan}");
    assert!(!plan.contains("Seq Scan"), "{plan}");
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

async fn a_pool_of_two_serves_fifty_at_once() {
    let setup = Setup { change: |config| config.database.max_connections = 2, ..Setup::default() };
    let Some(mut world) = World::start(Engine::Postgres, setup).await else { return };
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
    parom_tests::Place::close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_few_connections_end_in_waiting() {
    a_pool_of_two_serves_fifty_at_once().await;
}

/// The answer to COMMIT never comes: whether it is stored is found out, not guessed.
async fn a_connection_that_ends_at_commit(office: &mut Office) {
    let settings = office.database().settings();
    let url = office.database().url().to_owned();
    let address = url.rsplit_once('@').and_then(|(_, rest)| rest.split_once('/')).expect("an address").0;
    let meddler = Meddler::before(address).await;
    let through = config::Database { url: url.replace(address, meddler.address()).into(), ..settings };
    let store = Store::open(&through, office.clock.clone()).await.unwrap();
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

/// C7, C9: the same of a claim and of a settlement, over connections that really end.
async fn a_connection_that_ends_at_the_commit_of_a_claim_and_of_a_settlement(office: &mut Office) {
    let settings = office.database().settings();
    let url = office.database().url().to_owned();
    let address = url.rsplit_once('@').and_then(|(_, rest)| rest.split_once('/')).expect("an address").0;
    let meddler = Meddler::before(address).await;
    let through = config::Database { url: url.replace(address, meddler.address()).into(), ..settings };
    let store = Store::open(&through, office.clock.clone()).await.unwrap();
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

/// sqlx's task for both can loop for ever (`base::store::reaper`).
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

both!(a_full_disk_loses_no_hook, no_task_closes_idle_or_old_connections);
on_postgres!(
    a_blocked_process_keeps_no_hook_waiting,
    rows_are_changed_by_their_keys_from_the_first_on,
    a_rolled_back_transaction_is_written_again,
    an_interrupted_begin_leaves_no_transaction,
    a_connection_that_ends_at_commit,
    a_connection_that_ends_at_the_commit_of_a_claim_and_of_a_settlement
);
