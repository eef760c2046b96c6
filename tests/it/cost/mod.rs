//! The cost of a message in figures that do not depend on the speed of the machine: statements, transactions, rows read
//! and rewritten, bytes of the log.

use std::time::Duration;

use base::message::{Direction, LetterKind, Stream};
use base::store::{StatementsOfTask, statements_of};
use entity::dedupe;
use parom_tests::office::{Desk, KnownConversation, LEASE, Office, settlement};
use parom_tests::settings::PATIENCE;
use parom_tests::{World, both, on_postgres, once};
use queue::accept_batch::{AcceptBatch, Alias, ItemOutcome, NewLetter, NewMedia, Receipt, Side};
use queue::{Claim, Settled, Settlement, TurnEffect};
use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryResult, Statement};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::routes::has_rules;

mod memory;

async fn accept(office: &Office, batches: &[AcceptBatch]) -> (StatementsOfTask, Vec<Receipt>) {
    let batches: Vec<&AcceptBatch> = batches.iter().collect();
    let mut receipts = Vec::new();
    let cost = statements_of(async {
        receipts = office.queue.accept(&batches, false).await.unwrap();
    });
    (cost.await, receipts)
}

/// On PostgreSQL two statements for a lone message and for a batch: what is locked, and what is written. On SQLite one a
/// table, and the locked turns and lanes; the first letters of the lanes are looked for once more.
async fn an_accept_of_known_conversations_takes_few_statements(office: &mut Office) {
    let desk = office.desk();
    let conversations = office.opened(&desk, 64).await;
    for count in [1, 29, 64] {
        for (round, is_first) in [(1, count > 1), (2, false)] {
            let hooks: Vec<_> = conversations
                .iter()
                .take(count)
                .map(|one| desk.hook(one, &format!("{count}-{round}-{}", one.name)))
                .collect();
            let (cost, receipts) = accept(office, &hooks).await;
            assert!(receipts.iter().flatten().all(|one| matches!(one, ItemOutcome::New { .. })));
            let most = match (office.store.is_sqlite(), is_first || count == 1) {
                (true, true) => 12,
                (true, false) => 9,
                (false, true) => 4,
                (false, false) => 2,
            };
            assert!(cost.statements.len() <= most && cost.transactions == 1, "{count}: {:#?}", cost.statements);
        }
    }
}

/// A commit that stores letters also leases their idle lanes, and returns their contexts, without a further statement but
/// one for the contexts on SQLite.
async fn an_accept_leases_idle_lanes_in_its_own_commit(office: &mut Office) {
    let desk = office.desk();
    let conversations = office.quiet(&desk, 29, 29).await;
    let wishes = [desk.wish(desk.source_id, 29)];
    for count in [1, 29] {
        office.advance(1_000);
        let hooks: Vec<_> =
            conversations.iter().take(count).map(|one| desk.hook(one, &format!("{count}-{}", one.name))).collect();
        let call = office.queue.lease_call(&wishes, LEASE);
        let mut leased = Vec::new();
        let cost = statements_of(async {
            leased = office.queue.accept_leasing(&hooks.iter().collect::<Vec<_>>(), &call).await.unwrap().claims;
        });
        let cost = cost.await;
        let statements = if office.store.is_sqlite() { 10 } else { 2 };
        assert_eq!((cost.statements.len(), cost.transactions), (statements, 1), "{:#?}", cost.statements);
        assert_eq!(leased.len(), count);
        assert!(office.claims(&desk, desk.source_id, 100).await.is_empty(), "nothing is left to claim");
        for claim in &leased {
            assert!(office.settles(claim, Settled::Delivered).await, "the lease is valid");
        }
        assert!(office.letters(&desk).await.is_empty());
    }
}

/// Turns, due lanes, and what is written: on PostgreSQL one statement, on SQLite two.
async fn a_claim_takes_few_statements(office: &mut Office) {
    let desk = office.desk();
    for count in [1, 29] {
        for number in 0..count {
            office.accepts(desk.to_crm(&format!("chat-{number}"), &format!("{count}-{number}"), "Hello")).await;
        }
        let mut claims = Vec::new();
        let cost = statements_of(async { claims = office.claims(&desk, desk.channel_id, 100).await });
        let cost = cost.await;
        assert_eq!(claims.len(), count);
        let statements = if office.store.is_sqlite() { 4 } else { 3 };
        assert_eq!((cost.statements.len(), cost.transactions), (statements, 1), "{:#?}", cost.statements);
        for claim in &claims {
            assert!(office.settles(claim, Settled::Delivered).await);
        }
    }
}

/// The status of a delivered message, for amoCRM.
fn status(office: &Office, desk: &Desk, claim: &Claim) -> NewLetter {
    NewLetter {
        id: office.clock.uuid_v7(),
        message_id: claim.letter.message_id,
        source_id: desk.source_id,
        direction: Direction::ToCrm,
        stream: Stream::Receipts,
        target: desk.channel_id,
        pool: "amojo:main".to_owned(),
        kind: LetterKind::Status,
        payload: format!("status of {}", claim.letter.payload),
        order_hint: None,
        expires_at: office.clock.millis() + 86_400_000,
        day: claim.letter.day,
        late: false,
    }
}

/// A manager's message that the messenger accepted, as deliveries settle it.
fn delivered(office: &Office, desk: &Desk, claim: &Claim) -> Settlement {
    let mut done = settlement(claim, Settled::Delivered);
    done.turn = TurnEffect::Healthy;
    if claim.direction == Direction::ToMessenger {
        done.learned.external_id = Some(format!("sent {}", claim.letter.payload));
        done.follow_ups = vec![status(office, desk, claim)];
        done.crm = Some((desk.channel_id, "amojo:main".to_owned()));
    } else if claim.letter.kind == LetterKind::Message {
        done.learned.amocrm_message_id = Some(format!("amocrm {}", claim.letter.payload));
        done.learned.amocrm_chat_id = Some(format!("chat of {}", claim.letter.payload));
    }
    done
}

/// On PostgreSQL two statements for messages in both directions and for statuses: what is locked, and what is written.
async fn a_settlement_of_a_success_takes_two_statements(office: &mut Office) {
    let desk = office.desk();
    for count in [1, 12] {
        for number in 0..count {
            let (chat, id) = (format!("chat-{number}"), format!("{count}-{number}"));
            office.accepts(desk.to_crm(&chat, &id, &format!("to amoCRM {id}"))).await;
            office.accepts(desk.to_messenger(&chat, &id, &format!("to messenger {id}"), 1)).await;
        }
        for target in [desk.channel_id, desk.source_id, desk.channel_id] {
            let claims = office.claims(&desk, target, 100).await;
            assert_eq!(claims.len(), count);
            let settlements: Vec<_> = claims.iter().map(|claim| delivered(office, &desk, claim)).collect();
            let mut good = Vec::new();
            let cost = statements_of(async {
                good = office.queue.settle(&settlements).await.unwrap();
            });
            let cost = cost.await;
            assert_eq!(good, vec![true; count]);
            if !office.store.is_sqlite() {
                // The receipts' lanes are new.
                let most = if target == desk.source_id { 3 } else { 2 };
                assert!(cost.statements.len() <= most && cost.transactions == 1, "{:#?}", cost.statements);
            }
        }
        assert!(office.letters(&desk).await.is_empty(), "all are delivered, also the statuses");
    }
}

/// Of enquiries about which no rule says anything amoCRM is not asked, and the account's rules are read once.
async fn an_enquiry_that_no_rule_changes_costs_no_call(world: &mut World) {
    let line = world.line("support").await;
    let rules = json!([{"id": "orders", "when": {"lead": "open", "text_begins": ["order"]}}, {"id": "rest"}]);
    has_rules(world, &line, rules).await;
    for (name, reads) in [("anna", 1), ("boris", 0)] {
        world.customer(&line, name).writes("Good morning").await;
        world.deliver_all().await;
        world.advance(Duration::from_secs(4));
        let asked = world.sandbox.requests().len();
        let counted = world.app().store.counted();
        counted.watch();
        assert_eq!(world.works("routes").await, 1);
        let statements = counted.statements();
        assert_eq!(statements.iter().filter(|text| text.contains(r#""rules""#)).count(), reads, "{statements:#?}");
        assert_eq!(world.sandbox.requests().len(), asked, "{name}");
    }
}

both!(
    an_enquiry_that_no_rule_changes_costs_no_call,
    an_accept_of_known_conversations_takes_few_statements,
    an_accept_leases_idle_lanes_in_its_own_commit,
    a_claim_takes_few_statements,
    a_settlement_of_a_success_takes_two_statements,
    a_message_of_an_idle_system_leaves_after_its_commit,
);

fn file(desk: &Desk, name: &str, message_id: Uuid) -> NewMedia {
    NewMedia {
        id: Uuid::new_v5(&desk.source_id, name.as_bytes()),
        source_id: desk.source_id,
        message_id,
        direction: Direction::ToCrm,
        kind: 1,
        state: 0,
        origin: vec![1],
        file_name: name.to_owned(),
        failure: "",
        created_at: 1,
        day: 1,
    }
}

fn chat(desk: &Desk, id: &str) -> Alias {
    Alias { side: Side::Crm, origin: desk.channel_id, external_id: id.to_owned() }
}

/// First messages of customers, files, and amojo's ids of chats in one commit.
async fn an_accept_of_new_conversations_and_files_is_one_commit(office: &mut Office) {
    let desk = office.desk();
    let conversations = office.opened(&desk, 2).await;
    office.accepts(desk.hook(&conversations[1], "first")).await;
    let [first, again] = [7, 9].map(|heard_at| {
        let mut batch = desk.to_crm("new-1", &format!("1 at {heard_at}"), "Hello");
        batch.entries[0].heard_at = Some(heard_at);
        batch
    });
    let mut learns = desk.hook(&conversations[0], "learns");
    learns.entries[0].crm_chat = Some(chat(&desk, "theirs"));
    let mut with_file = desk.to_crm("new-2", "with a file", "Look");
    with_file.entries[0].media = vec![file(&desk, "photo.jpg", with_file.entries[0].id)];
    let (cost, receipts) = accept(office, &[first, learns, with_file, again]).await;
    assert!(receipts.iter().flatten().all(|one| matches!(one, ItemOutcome::New { .. })));
    assert!(cost.statements.len() <= 9 && cost.transactions == 1, "{:#?}", cost.statements);
}

async fn ask(db: &DatabaseConnection, text: &str) -> QueryResult {
    db.query_one_raw(Statement::from_string(db.get_database_backend(), text)).await.unwrap().unwrap()
}

/// These counts of PostgreSQL, once every connection has reported the statements that inserted `keys` keys.
async fn counts<const N: usize>(office: &Office, columns: [&str; N], keys: i64) -> [i64; N] {
    let text = format!(
        "SELECT {}, (SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'dedupe') AS keys",
        columns.join(", ")
    );
    let db = office.connect().await;
    let reported = async {
        loop {
            for connection in [&db, office.store.write(), office.store.write()] {
                let flushes =
                    (0..4).map(|_| ask(connection, "SELECT pg_stat_force_next_flush()::text, pg_sleep(0.02)::text"));
                futures_util::future::join_all(flushes).await;
            }
            let row = ask(&db, &text).await;
            if row.try_get::<i64>("", "keys").unwrap() >= keys {
                return std::array::from_fn(|column| row.try_get_by_index(column).unwrap());
            }
        }
    };
    let counts = tokio::time::timeout(PATIENCE, reported).await.expect("the statistics are reported");
    db.close().await.unwrap();
    counts
}

/// A plan that was made while the tables were empty reads what the keys name, also once there are more rows. A BEGIN is never
/// cancelled, so a connection that is given back needs no ROLLBACK.
async fn an_accept_planned_on_empty_tables_reads_no_other_rows(office: &mut Office) {
    const COLUMNS: [&str; 3] = [
        "(SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes WHERE relname IN ('dedupe', 'message'))",
        "(SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database())",
        "(SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'dedupe')",
    ];
    let (db, desk) = (office.connect().await, office.desk());
    for table in ["dedupe", "message"] {
        db.execute_unprepared(&format!("ALTER TABLE {table} SET (autovacuum_enabled = false)")).await.unwrap();
    }
    db.execute_unprepared("ANALYZE").await.unwrap();
    let [entries, undone, keys] = counts(office, COLUMNS, 0).await;
    let count = 40;
    for number in 0..count {
        // A known conversation would end the first attempt by an error.
        let message = desk.to_crm(&format!("chat {number}"), &number.to_string(), "Hello");
        office.queue.accept(&[&message], false).await.unwrap();
    }
    let [entries_after, undone_after, _] = counts(office, COLUMNS, keys + count).await;
    assert!(entries_after - entries <= 2 * count, "{} entries", entries_after - entries);
    assert_eq!(undone_after, undone);
}

/// Statements that are not a message's own. The background looks for work, for calls of installations and for changed
/// integrations; a key of the API and the source that its caller names are read again after 750 ms.
const LOOKS: [&str; 8] = [
    "FROM turn AS due",
    "AS ahead",
    "WITH RECURSIVE pools",
    "FROM \"install_call\"",
    "FROM \"integration\"",
    "FROM \"directory\"",
    "FROM \"api_key\"",
    "JOIN source ON source.tenant_id = directory.tenant_id",
];

async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let looked = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, looked).await.unwrap_or_else(|_| panic!("{what}"));
}

/// Carries a message with a server that delivers by itself; returns the statements that it waited for, in order, and counts
/// the commits.
async fn cost_of(world: &World, send: impl AsyncFnOnce(), mut arrived: impl FnMut() -> bool) -> StatementsOfTask {
    let app = world.app();
    let mut settled = app.changes.subscribe();
    app.store.counted().watch();
    send().await;
    until("it arrives", &mut arrived).await;
    let end = tokio::time::timeout(PATIENCE, async {
        loop {
            settled.recv().await.expect("the application runs");
            let statements = app.store.counted().statements();
            if statements.iter().any(|text| text.contains("INSERT INTO attempt")) {
                return statements;
            }
        }
    });
    let mut statements = end.await.expect("it is settled");
    statements.retain(|text| !LOOKS.iter().any(|look| text.contains(look)));
    StatementsOfTask { statements, transactions: app.store.counted().transactions() }
}

/// Between a message and its first byte, in a line that has carried messages both ways: the commit that stores and leases it,
/// and returns its context.
async fn a_message_of_an_idle_system_leaves_after_its_commit(world: &mut World) {
    let (line, _) = world.chatting().await;
    world.manager(&line).answers("anna", "first answer").await;
    world.deliver_all().await;
    let stop = CancellationToken::new();
    let worker = tokio::spawn(world.another_worker().run(stop.clone()));
    until("the worker starts", || world.app().writer.starts_at_once()).await;

    let answers = async || {
        world.manager(&line).answers("anna", "at once").await;
    };
    let to_messenger = cost_of(world, answers, || world.messenger.texts().contains(&"at once".to_owned())).await;
    let writes = async || {
        world.customer(&line, "anna").writes("thank you").await;
    };
    let to_crm = cost_of(world, writes, || world.texts_at_crm(&line).contains(&"thank you".to_owned())).await;
    stop.cancel();
    worker.await.unwrap();
    for (direction, cost) in [("to the messenger", to_messenger), ("to amoCRM", to_crm)] {
        let all = &cost.statements;
        let reads: Vec<_> = (0..all.len()).filter(|at| all[*at].contains("AS conversation_external_id")).collect();
        assert_eq!(reads.len(), 1, "its context is read once: {direction}: {all:#?}");
        let (before, commits) = (reads[0] + 1, cost.transactions);
        println!("{direction}: {before} statements before the first byte, {} in all, {commits} commits", all.len());
        let most = if world.app().store.is_sqlite() { 14 } else { 3 };
        assert!(before <= most, "{direction}: {all:#?}");
        assert_eq!(commits, 2, "{direction}: {all:#?}");
    }
}

/// A manager's message from its hook to the messenger's answer, in an idle system.
async fn carry(office: &Office, desk: &Desk, conversation: &KnownConversation, id: &str) {
    let hook = desk.hook(conversation, id);
    let call = office.queue.lease_call(&[desk.wish(desk.source_id, 1)], LEASE);
    let accepted = office.queue.accept_leasing(&[&hook], &call).await.unwrap();
    assert_eq!(accepted.claims.len(), 1, "it is leased by the commit that stores it");
    let mut done = settlement(&accepted.claims[0], Settled::Delivered);
    done.turn = TurnEffect::Healthy;
    done.learned.external_id = Some(format!("sent {}", accepted.claims[0].letter.id));
    done.crm = Some((Uuid::nil(), "amojo:main".to_owned()));
    assert_eq!(office.queue.settle(&[done]).await.unwrap(), [true]);
}

/// Rows of the queue's tables that were changed: all, and those in place.
async fn updates(office: &Office) -> [i64; 2] {
    const OF: &str = "FROM pg_stat_user_tables WHERE relname IN ('lane', 'turn', 'message')";
    let [all, in_place] = ["n_tup_upd", "n_tup_hot_upd"].map(|column| format!("(SELECT sum({column})::bigint {OF})"));
    let keys = dedupe::Entity::find().count(office.store.read()).await.unwrap();
    counts(office, [&all, &in_place], i64::try_from(keys).unwrap()).await
}

/// The end of what is flushed: records behind it are other databases', and are not shown.
async fn log_position(office: &Office) -> String {
    ask(office.store.write(), "SELECT pg_current_wal_flush_lsn()::text AS at").await.try_get("", "at").unwrap()
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
    ask(office.store.write(), &text).await.try_get("", "bytes").unwrap()
}

/// A manager's message changes few rows in other places than their own, and little is logged for it.
async fn a_managers_message_rewrites_few_rows(office: &mut Office) {
    /// Managers' messages that are measured.
    const MESSAGES: i64 = 60;
    office.store.write().execute_unprepared("CREATE EXTENSION pg_walinspect").await.unwrap();
    let desk = office.desk();
    let conversations = office.quiet(&desk, 20, 1).await;
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
        let [all, in_place] = [after[0] - before[0], after[1] - before[1]];
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

/// Bytes that SQLite writes for each hook of a commit: to its log alone, because statements' journals are in memory.
async fn a_hook_writes_few_bytes_to_sqlite(office: &mut Office) {
    let log = || std::fs::metadata(office.database().folder().join("parom.db-wal")).unwrap().len();
    let mut desks = Vec::new();
    for _ in 0..16 {
        let desk = office.desk();
        desks.push((office.opened(&desk, 16).await, desk));
    }
    // Rows of other hooks around those that are measured.
    for round in 0..8 {
        let batches: Vec<AcceptBatch> = desks
            .iter()
            .flat_map(|(all, desk)| all.iter().map(move |one| desk.hook(one, &format!("{round} {}", one.name))))
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
                desk.hook(&all[number / desks.len()], &format!("measured {count} {number}"))
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

on_postgres!(
    an_accept_of_new_conversations_and_files_is_one_commit,
    an_accept_planned_on_empty_tables_reads_no_other_rows,
    a_managers_message_rewrites_few_rows,
);
once!(a_hook_writes_few_bytes_to_sqlite);
