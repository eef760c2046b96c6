//! What the database writes for a message.

use entity::dedupe;
use parom_tests::office::{Desk, LEASE, Office, settlement};
use parom_tests::settings::PATIENCE;
use parom_tests::{on_postgres, once};
use queue::accept_batch::AcceptBatch;
use queue::{Claim, Settled, Settlement, TurnEffect};
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait, QueryResult, Statement};
use uuid::Uuid;

use super::accepts::{hook, names, opened};

/// Managers' messages that are measured.
const MESSAGES: i64 = 60;

async fn ask(office: &Office, text: String) -> Vec<QueryResult> {
    let db = office.store.write();
    db.query_all_raw(Statement::from_string(office.store.backend(), text)).await.unwrap()
}

/// A message that the messenger accepted and named an id for.
fn delivered(claim: &Claim) -> Settlement {
    let mut done = settlement(claim, Settled::Delivered);
    done.turn = TurnEffect::Healthy;
    done.learned.external_id = Some(format!("sent {}", claim.letter.id));
    done.crm = Some((Uuid::nil(), "amojo:main".to_owned()));
    done
}

/// A manager's message from its hook to the messenger's answer, in an idle system.
async fn carry(office: &Office, desk: &Desk, conversation: &(String, Uuid), id: &str) {
    let hook = hook(desk, conversation, id);
    let call = office.queue.lease_call(&[desk.wish(desk.source_id, 1)], LEASE);
    let accepted = office.queue.accept_leasing(&[&hook], &call).await.unwrap();
    assert_eq!(accepted.claims.len(), 1, "it is leased by the commit that stores it");
    assert_eq!(office.queue.settle(&[delivered(&accepted.claims[0])]).await.unwrap(), [true]);
}

/// Rows of the queue's tables that were changed: all, and those in place. Waits until every connection has reported.
async fn updates(office: &Office) -> (i64, i64) {
    let keys = i64::try_from(dedupe::Entity::find().count(office.store.read()).await.unwrap()).unwrap();
    let known = async {
        loop {
            let reports =
                (0..4).map(|_| ask(office, "SELECT pg_stat_force_next_flush()::text, pg_sleep(0.02)::text".to_owned()));
            futures_util::future::join_all(reports).await;
            let found = ask(
                office,
                "SELECT sum(n_tup_upd) FILTER (WHERE relname <> 'dedupe')::bigint AS updated, \
                 sum(n_tup_hot_upd) FILTER (WHERE relname <> 'dedupe')::bigint AS in_place, \
                 sum(n_tup_ins) FILTER (WHERE relname = 'dedupe')::bigint AS keys \
                 FROM pg_stat_user_tables WHERE relname IN ('lane', 'turn', 'message', 'dedupe')"
                    .to_owned(),
            );
            let row = found.await.remove(0);
            if row.try_get::<i64>("", "keys").unwrap() >= keys {
                return (row.try_get("", "updated").unwrap(), row.try_get("", "in_place").unwrap());
            }
        }
    };
    tokio::time::timeout(PATIENCE, known).await.expect("the statistics are reported")
}

/// The end of what is flushed: records behind it are other databases', and are not shown.
async fn log_position(office: &Office) -> String {
    ask(office, "SELECT pg_current_wal_flush_lsn()::text AS at".to_owned()).await.remove(0).try_get("", "at").unwrap()
}

/// Bytes that this database wrote to the log since then, without images of whole pages.
async fn logged_since(office: &Office, from: &str) -> i64 {
    let to = log_position(office).await;
    let text = format!(
        "WITH records AS MATERIALIZED (SELECT xid::text AS xid, record_length - fpi_length AS bytes, \
         block_ref LIKE '%/' || (SELECT oid FROM pg_database WHERE datname = current_database()) || '/%' AS ours \
         FROM pg_get_wal_records_info('{from}', '{to}')) \
         SELECT sum(bytes)::bigint AS bytes FROM records \
         WHERE ours OR xid <> '0' AND xid IN (SELECT other.xid FROM records AS other WHERE other.ours)"
    );
    ask(office, text).await.remove(0).try_get("", "bytes").unwrap()
}

/// A manager's message changes few rows in other places than their own, and little is logged for it.
async fn a_managers_message_rewrites_few_rows(office: &mut Office) {
    ask(office, "CREATE EXTENSION pg_walinspect".to_owned()).await;
    let desk = office.desk();
    let conversations = opened(office, &desk, &names(20)).await;
    for claim in office.claims(&desk, desk.channel_id, 100).await {
        assert!(office.settles(&claim, Settled::Delivered).await);
    }
    office.accepts(hook(&desk, &conversations[0], "earliest")).await;
    let claim = office.claims(&desk, desk.source_id, 1).await.remove(0);
    assert!(office.settles(&claim, Settled::Delivered).await);
    let round = async |name: &str| {
        for number in 0..MESSAGES {
            office.advance(10);
            let place = usize::try_from(number).unwrap() % conversations.len();
            carry(office, &desk, &conversations[place], &format!("{name} {number}")).await;
        }
    };
    // The first ones fill the pages.
    round("warm").await;
    // The least of three rounds: a snapshot of the background keeps old versions of rows, and their pages fill.
    let (mut updated, mut elsewhere, mut logged) = (i64::MAX, i64::MAX, i64::MAX);
    for name in ["first", "second", "third"] {
        let (before, from) = (updates(office).await, log_position(office).await);
        round(name).await;
        logged = logged.min(logged_since(office, &from).await / MESSAGES);
        let after = updates(office).await;
        let (all, in_place) = (after.0 - before.0, after.1 - before.1);
        updated = updated.min(all);
        elsewhere = elsewhere.min(all - in_place);
    }
    println!(
        "a manager's message: {updated} updates of {MESSAGES}, {elsewhere} not in place; {logged} bytes logged each"
    );
    assert!(elsewhere <= 2 * MESSAGES + MESSAGES / 10, "{elsewhere} updates of {MESSAGES} messages are not in place");
    assert!(updated <= 5 * MESSAGES + 2, "{updated} updates of {MESSAGES} messages");
    assert!(logged <= 5_200, "{logged} bytes are logged for each message");
}

on_postgres!(a_managers_message_rewrites_few_rows);

/// Bytes that SQLite writes for each hook of a commit: to its log alone, because statements' journals are in memory.
async fn a_hook_writes_few_bytes_to_sqlite(office: &mut Office) {
    let log = || std::fs::metadata(office.database().folder().join("parom.db-wal")).unwrap().len();
    let mut desks = Vec::new();
    for _ in 0..16 {
        let desk = office.desk();
        desks.push((opened(office, &desk, &names(16)).await, desk));
    }
    // Rows of other hooks around those that are measured.
    for round in 0..8 {
        let batches: Vec<AcceptBatch> = desks
            .iter()
            .flat_map(|(all, desk)| all.iter().map(move |one| hook(desk, one, &format!("{round} {}", one.0))))
            .collect();
        for part in batches.chunks(64) {
            office.queue.accept(&part.iter().collect::<Vec<_>>(), false).await.unwrap();
        }
    }
    let mut written = Vec::new();
    for (count, most) in [(64, 20_000), (29, 30_000)] {
        let hooks: Vec<AcceptBatch> = (0..count)
            .map(|number| {
                let (all, desk) = &desks[number % desks.len()];
                hook(desk, &all[number / desks.len()], &format!("measured {count} {number}"))
            })
            .collect();
        let before = log();
        office.queue.accept(&hooks.iter().collect::<Vec<_>>(), false).await.unwrap();
        let each = (log() - before) / u64::try_from(count).unwrap();
        written.push((count, each, most));
    }
    println!("bytes a hook, by hooks in a commit: {written:?}");
    assert!(written.iter().all(|(_, each, most)| each <= most), "{written:?}");
}

once!(a_hook_writes_few_bytes_to_sqlite);
