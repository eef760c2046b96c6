//! What PostgreSQL counts of an accept: the pages that it reads, however many accounts there are, and transactions.

use parom_tests::office::{Desk, Office};
use parom_tests::on_postgres;
use parom_tests::settings::PATIENCE;
use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult, Statement};
use uuid::Uuid;

use super::accepts::hook;
use super::leases::quiet;

/// Tables with rows of each account.
const TABLES: [&str; 7] = ["conversation", "dedupe", "lane", "turn", "message", "raw_hook", "ledger_delta"];
/// Accounts of whom one message each is measured.
const MEASURED: i64 = 10;

async fn ask(db: &DatabaseConnection, text: &str) -> Vec<QueryResult> {
    db.query_all_raw(Statement::from_string(db.get_database_backend(), text)).await.unwrap()
}

/// Pages of all tables and indexes that were looked at, entries that were read from the indexes of messages and of their keys,
/// keys that were inserted, and transactions that were rolled back.
struct LookedAt {
    pages: i64,
    entries: i64,
    keys: i64,
    undone: i64,
}

/// What was looked at until at least `keys` keys were inserted: by then the statements that inserted them have been reported.
async fn looked_at(office: &Office, db: &DatabaseConnection, keys: i64) -> LookedAt {
    let known = async {
        loop {
            for connection in [db, office.store.write(), office.store.write()] {
                let flushes =
                    (0..4).map(|_| ask(connection, "SELECT pg_stat_force_next_flush()::text, pg_sleep(0.02)::text"));
                futures_util::future::join_all(flushes).await;
            }
            let found = ask(
                db,
                "SELECT (SELECT sum(coalesce(heap_blks_hit, 0) + coalesce(heap_blks_read, 0) + coalesce(idx_blks_hit, 0) \
                 + coalesce(idx_blks_read, 0))::bigint FROM pg_statio_user_tables) AS pages, \
                 (SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes WHERE relname IN ('dedupe', 'message')) AS entries, \
                 (SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'dedupe') AS keys, \
                 (SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database()) AS undone",
            );
            let row = found.await.remove(0);
            let number = |name| row.try_get::<i64>("", name).unwrap();
            if number("keys") >= keys {
                let [pages, entries, keys, undone] = ["pages", "entries", "keys", "undone"].map(number);
                return LookedAt { pages, entries, keys, undone };
            }
        }
    };
    tokio::time::timeout(PATIENCE, known).await.expect("the statistics are reported")
}

/// The account of this number.
fn account(desk: &Desk, number: i64) -> Desk {
    let mut other = desk.clone();
    other.tenant_id =
        Uuid::from_u128(u128::from_be_bytes(*desk.tenant_id.as_bytes()) ^ (u128::try_from(number).unwrap() << 64));
    other
}

/// Copies the rows of an account.
async fn copied(db: &DatabaseConnection, desk: &Desk, numbers: std::ops::RangeInclusive<i64>) {
    db.execute_unprepared("CREATE TEMPORARY TABLE account (id uuid)").await.unwrap();
    let ids: Vec<String> = numbers.map(|number| format!("('{}')", account(desk, number).tenant_id)).collect();
    for some in ids.chunks(10_000) {
        db.execute_unprepared(&format!("INSERT INTO account VALUES {}", some.join(", "))).await.unwrap();
    }
    for table in TABLES {
        let text = format!(
            "INSERT INTO {table} SELECT copy.* FROM {table} AS one, account, \
             LATERAL jsonb_populate_record(one, jsonb_build_object('tenant_id', account.id)) AS copy \
             WHERE one.tenant_id = '{}'",
            desk.tenant_id
        );
        db.execute_unprepared(&text).await.unwrap();
    }
    db.execute_unprepared("DROP TABLE account; ANALYZE").await.unwrap();
}

/// The rows of a hook by statements that contain nothing else.
async fn bare(db: &DatabaseConnection, desk: &Desk, conversation: Uuid, number: i64) {
    let Desk { tenant_id, source_id, channel_id, .. } = desk;
    let id = Uuid::from_u128(u128::try_from(number).unwrap() << 96 | 7);
    let text = format!(
        "INSERT INTO dedupe (tenant_id, origin, external_id, event, message_id, fingerprint, day) \
         VALUES ('{tenant_id}', '{channel_id}', 'bare {number}', 1, '{id}', 0, 1); \
         INSERT INTO message (tenant_id, id, source_id, conversation_id, direction, state, reported, external_id, \
         amocrm_message_id, body, error, sent_at, accepted_at, day, position, possible_duplicate) \
         VALUES ('{tenant_id}', '{id}', '{source_id}', '{conversation}', 2, 1, 0, '', '', 'text', '', 1, 1, 1, 0, false); \
         INSERT INTO raw_hook (tenant_id, id, kind, target, received_at, headers, body, quarantine) \
         VALUES ('{tenant_id}', '{id}', 'chats', '', 1, '', '', ''); \
         INSERT INTO letter (tenant_id, lane_id, order_key, seq, id, message_id, source_id, direction, kind, payload, attempts, \
         unknown, resends, late, accepted_at, expires_at, day) SELECT tenant_id, lane_id, 1, 1000, '{id}', '{id}', source_id, 2, 1, \
         'text', 0, false, 0, false, 1, 1, 1 FROM lane WHERE tenant_id = '{tenant_id}' AND lane_id = \
         (SELECT lane_id FROM lane WHERE tenant_id = '{tenant_id}' AND target = '{source_id}' AND direction = 2 LIMIT 1); \
         UPDATE lane SET next_seq = next_seq + 1 WHERE tenant_id = '{tenant_id}' AND direction = 2; \
         UPDATE turn SET tokens = tokens - 1 WHERE tenant_id = '{tenant_id}' AND target = '{source_id}'; \
         UPDATE ledger_delta SET accepted = accepted + 1 WHERE tenant_id = '{tenant_id}' AND direction = 2"
    );
    db.execute_unprepared(&text).await.unwrap();
}

/// What an accept looks at grows with the depth of the indexes, as it does for its bare rows, and with nothing else.
async fn an_accept_looks_at_few_pages_however_many_accounts_there_are(office: &mut Office) {
    let db = office.connect().await;
    for table in TABLES.iter().chain(&["letter"]) {
        db.execute_unprepared(&format!("ALTER TABLE {table} SET (autovacuum_enabled = false)")).await.unwrap();
    }
    let desk = office.desk();
    let conversations = quiet(office, &desk, 1, 1).await;
    let mut measured = Vec::new();
    for (from, until) in [(1, 10), (11, 100_000)] {
        copied(&db, &desk, from..=until).await;
        let accounts: Vec<Desk> = (1..=MEASURED).map(|number| account(&desk, until / MEASURED * number)).collect();
        // The connections have planned and read the catalog.
        for other in &accounts {
            let first = hook(other, &conversations[0], &format!("first of {until}"));
            office.queue.accept(&[&first], false).await.unwrap();
        }
        let before = looked_at(office, &db, 0).await;
        for other in &accounts {
            let second = hook(other, &conversations[0], &format!("second of {until}"));
            office.queue.accept(&[&second], false).await.unwrap();
        }
        let between = looked_at(office, &db, before.keys + MEASURED).await;
        for (number, other) in (until..).zip(&accounts) {
            bare(&db, other, conversations[0].1, number).await;
        }
        let after = looked_at(office, &db, between.keys + MEASURED).await;
        measured.push((between.pages - before.pages, after.pages - between.pages));
    }
    println!("pages of {MEASURED} accepts, and of their bare rows, with 10 accounts and with 100,000: {measured:?}");
    let [(few, few_bare), (many, many_bare)] = measured[..] else { panic!("two measurements") };
    assert!(many * few_bare * 10 <= few * many_bare * 13, "{measured:?}");
    // The check at the end reads all lanes.
    db.execute_unprepared("TRUNCATE lane, turn, letter").await.unwrap();
}

/// A plan that was made while the tables were empty reads what the keys name, also once there are more rows.
async fn an_accept_planned_on_empty_tables_reads_no_other_rows(office: &mut Office) {
    let db = office.connect().await;
    for table in ["dedupe", "message"] {
        db.execute_unprepared(&format!("ALTER TABLE {table} SET (autovacuum_enabled = false)")).await.unwrap();
    }
    let desk = office.desk();
    db.execute_unprepared("ANALYZE").await.unwrap();
    let before = looked_at(office, &db, 0).await;
    let count = 40;
    for number in 0..count {
        let message = desk.to_crm("one", &number.to_string(), "Hello");
        office.queue.accept(&[&message], false).await.unwrap();
    }
    let after = looked_at(office, &db, before.keys + count).await;
    assert!(after.entries - before.entries <= 2 * count, "{} entries", after.entries - before.entries);
}

/// A BEGIN is never cancelled, so a connection that is given back needs no ROLLBACK.
async fn a_connection_is_given_back_as_it_is(office: &mut Office) {
    let (db, desk) = (office.connect().await, office.desk());
    let before = looked_at(office, &db, 0).await;
    let count = 40;
    for number in 0..count {
        // A known conversation would end the first attempt by an error.
        let message = desk.to_crm(&format!("chat {number}"), &number.to_string(), "Hello");
        office.queue.accept(&[&message], false).await.unwrap();
    }
    let after = looked_at(office, &db, before.keys + count).await;
    assert_eq!(after.undone, before.undone);
}

on_postgres!(a_connection_is_given_back_as_it_is);
on_postgres!(an_accept_planned_on_empty_tables_reads_no_other_rows);
on_postgres!(an_accept_looks_at_few_pages_however_many_accounts_there_are);
