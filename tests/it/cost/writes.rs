//! What a message writes to PostgreSQL's log, read from the log itself (`pg_walinspect`): bytes without images of whole
//! pages, and rows changed in place (HOT) or with new entries in each index of the table.

use std::collections::BTreeMap;
use std::ops::Range;

use parom_tests::office::{Desk, LEASE, Office};
use parom_tests::{on_postgres, once};
use queue::Settled;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use uuid::Uuid;

use super::accepts::{hook, names, opened};
use super::claims::works;
use super::settlements::taken;

const MESSAGES: i64 = 100;

/// Records of this database's tables and their indexes since a position, by table and kind of record.
const RECORDS: &str = "SELECT table_name, record_type, count(*) AS records, sum(bytes)::bigint AS bytes FROM ( \
     SELECT coalesce(owner.relname, class.relname)::text AS table_name, record_type, record_length - fpi_length AS bytes \
     FROM (SELECT record_type, record_length, fpi_length, substring(block_ref FROM 'rel (\\d+/\\d+/\\d+)') AS file \
     FROM pg_get_wal_records_info('{from}'::pg_lsn, pg_current_wal_flush_lsn()) WHERE block_ref LIKE '%rel %') AS record \
     JOIN pg_class AS class ON split_part(record.file, '/', 3)::oid = pg_relation_filenode(class.oid) \
     LEFT JOIN pg_index ON pg_index.indexrelid = class.oid LEFT JOIN pg_class AS owner ON owner.oid = pg_index.indrelid \
     WHERE split_part(record.file, '/', 2)::oid = (SELECT oid FROM pg_database WHERE datname = current_database()) \
     ) AS known GROUP BY table_name, record_type";

/// Records and bytes by table and kind of record.
type Written = BTreeMap<(String, String), (i64, i64)>;

async fn position(db: &DatabaseConnection) -> String {
    let text = "SELECT pg_current_wal_insert_lsn()::text AS position";
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), text)).await.unwrap().unwrap();
    row.try_get("", "position").unwrap()
}

async fn written(db: &DatabaseConnection, from: &str) -> Written {
    let text = RECORDS.replace("{from}", from);
    let found = db.query_all_raw(Statement::from_string(db.get_database_backend(), text)).await.unwrap();
    let read = |row: sea_orm::QueryResult| {
        let key = (row.try_get("", "table_name").unwrap(), row.try_get("", "record_type").unwrap());
        (key, (row.try_get("", "records").unwrap(), row.try_get("", "bytes").unwrap()))
    };
    found.into_iter().map(read).collect()
}

/// Managers' messages, each accepted, leased and settled before the next one comes, a minute later.
async fn pass(office: &Office, desk: &Desk, conversations: &[(String, Uuid)], numbers: Range<i64>) {
    for (number, conversation) in numbers.zip(conversations.iter().cycle()) {
        let batch = hook(desk, conversation, &format!("message {number}"));
        office.queue.accept(&[&batch], false).await.unwrap();
        let (_, claims) = works(office, &[desk.wish(desk.source_id, 8)]).await;
        assert_eq!(claims.len(), 1);
        let mut done = taken(office, desk, &claims[0]);
        done.follow_ups.clear();
        assert_eq!(office.queue.settle(&[done]).await.unwrap(), [true]);
        // The end of the lease passes, and the turn finds nothing.
        office.advance(u64::try_from(LEASE).unwrap());
        assert!(works(office, &[desk.wish(desk.source_id, 8)]).await.1.is_empty());
    }
}

/// The figures of `docs/decisions/0028-one-statement-ends-a-letter.md`.
async fn a_message_writes_so_much(office: &mut Office) {
    let db = office.connect().await;
    db.execute_unprepared("CREATE EXTENSION pg_walinspect").await.expect("it comes with PostgreSQL 15");
    let desk = office.desk();
    let conversations = opened(office, &desk, &names(20)).await;
    for claim in office.claims(&desk, desk.channel_id, 100).await {
        assert!(office.settles(&claim, Settled::Delivered).await);
    }
    pass(office, &desk, &conversations, 0..40).await;
    let from = position(&db).await;
    pass(office, &desk, &conversations, 40..40 + MESSAGES).await;
    let written = written(&db, &from).await;
    let records = |table: &str, kind: &str| {
        let of = |((of, record), (records, _)): (&(String, String), &(i64, i64))| {
            (of == table && record.trim_end_matches("+INIT") == kind).then_some(*records)
        };
        written.iter().filter_map(of).sum::<i64>()
    };
    let bytes = written.values().map(|(_, bytes)| bytes).sum::<i64>() / MESSAGES;
    let moved: i64 = ["lane", "turn", "message"].iter().map(|table| records(table, "UPDATE")).sum();
    assert!(records("message", "INSERT") >= MESSAGES, "the log is read: {written:?}");
    assert!(bytes <= 5_700, "{bytes} bytes a message: {written:#?}");
    // Lane and turn become due, leased and empty.
    assert!(moved <= 6 * MESSAGES + 5, "{moved}: {written:#?}");
    db.close().await.unwrap();
}

on_postgres!(a_message_writes_so_much);

/// Hooks of many conversations, 64 in a commit as under load, into tables that hold some thousands already.
async fn a_hook_writes_so_much_to_the_file(office: &mut Office) {
    let desk = office.desk();
    let conversations = opened(office, &desk, &names(64)).await;
    let log = format!("{}-wal", office.store.file().unwrap().display());
    let mut sizes = Vec::new();
    for _ in 0..40 {
        let hooks: Vec<_> =
            conversations.iter().map(|one| hook(&desk, one, &format!("{:x}", rand::random::<u128>()))).collect();
        office.queue.accept(&hooks.iter().collect::<Vec<_>>(), false).await.unwrap();
        sizes.push(std::fs::metadata(&log).unwrap().len());
    }
    let last = sizes.len() - 1;
    let bytes = (sizes[last] - sizes[last - 10]) / (10 * 64);
    assert!(bytes <= 20_000, "{bytes} bytes a hook: {sizes:?}");
}

once!(a_hook_writes_so_much_to_the_file);
