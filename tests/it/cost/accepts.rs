//! Storing what arrives.

use base::message::State;
use base::store::{StatementsOfTask, statements_of};
use entity::{conversation, conversation_alias, dedupe, lane, ledger_delta, letter, media, message, raw_hook, turn};
use parom_tests::office::{Desk, Office};
use parom_tests::{both, on_postgres};
use queue::accept_batch::{AcceptBatch, Conversation, ItemOutcome, RawHook, Receipt, StateChange};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sea_orm::{ConnectionTrait, EntityTrait};
use uuid::Uuid;

use super::openings::{chat, file, opening};

/// Opens conversations with a customer's message each; returns their ids by name.
pub async fn opened(office: &Office, desk: &Desk, names: &[String]) -> Vec<(String, Uuid)> {
    let mut found = Vec::new();
    for name in names {
        office.accepts(desk.to_crm(name, &format!("first-{name}"), "Hello")).await;
        let all = conversation::Entity::find().all(office.store.read()).await.unwrap();
        let one = all.iter().find(|one| (one.tenant_id, one.external_id.as_str()) == (desk.tenant_id, name));
        found.push((name.clone(), one.unwrap().id));
    }
    found
}

pub fn names(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("chat-{number}")).collect()
}

/// A manager's message in a conversation that is known, as amoCRM's hook brings it.
pub fn hook(desk: &Desk, conversation: &(String, Uuid), id: &str) -> AcceptBatch {
    let mut batch = desk.to_messenger(&conversation.0, id, "text", 1);
    batch.entries[0].conversation = Conversation::Known(conversation.1);
    batch.raw = Some(RawHook {
        id: batch.entries[0].letters[0].id,
        kind: "chats",
        target: String::new(),
        received_at: 1,
        headers: "{}".to_owned(),
        body: vec![b'{'; 900].into(),
        quarantine: String::new(),
    });
    batch
}

pub async fn accept(office: &Office, batches: &[AcceptBatch]) -> (StatementsOfTask, Vec<Receipt>) {
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
    let conversations = opened(office, &desk, &names(64)).await;
    for count in [1, 29, 64] {
        for (round, is_first) in [(1, count > 1), (2, false)] {
            let hooks: Vec<_> = conversations
                .iter()
                .take(count)
                .map(|one| hook(&desk, one, &format!("{count}-{round}-{}", one.0)))
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

both!(an_accept_of_known_conversations_takes_few_statements);

/// All rows of a desk, without ids.
pub async fn rows(office: &Office, desk: &Desk) -> Vec<String> {
    let db = office.store.read();
    let mine = desk.tenant_id;
    let mut all = Vec::new();
    for row in letter::Entity::find().all(db).await.unwrap().into_iter().filter(|row| row.tenant_id == mine) {
        all.push(format!("letter {} {} {}", row.order_key, row.seq, row.payload));
    }
    for row in lane::Entity::find().all(db).await.unwrap().into_iter().filter(|row| row.tenant_id == mine) {
        let due = row.due_at;
        all.push(format!("lane {} {} {} {} {due:?}", row.next_seq, row.last_key, row.max_key, row.waiting));
    }
    for row in turn::Entity::find().all(db).await.unwrap().into_iter().filter(|row| row.tenant_id == mine) {
        all.push(format!("turn {} {:?} {}", row.pool, row.ready_at, row.reason));
    }
    for row in message::Entity::find().all(db).await.unwrap().into_iter().filter(|row| row.tenant_id == mine) {
        all.push(format!("message {} {} {} {}", row.body, row.state, row.amocrm_message_id, row.error));
    }
    for row in dedupe::Entity::find().all(db).await.unwrap().into_iter().filter(|row| row.tenant_id == mine) {
        all.push(format!("dedupe {} {} {}", row.external_id, row.event, row.day));
    }
    for row in ledger_delta::Entity::find().all(db).await.unwrap().into_iter().filter(|row| row.tenant_id == mine) {
        all.push(format!("ledger {} {} {} {}", row.direction, row.accepted, row.delivered, row.failed));
    }
    let raw = raw_hook::Entity::find().all(db).await.unwrap();
    all.push(format!("raw {}", raw.iter().filter(|row| row.tenant_id == mine).count()));
    for row in conversation::Entity::find().all(db).await.unwrap().into_iter().filter(|row| row.tenant_id == mine) {
        let id = row.id;
        all.push(format!("conversation {} {} {}", row.external_id, row.amocrm_chat_id, row.heard_at));
        let aliases = conversation_alias::Entity::find().all(db).await.unwrap().into_iter();
        for alias in aliases.filter(|alias| (alias.tenant_id, alias.conversation_id) == (mine, id)) {
            all.push(format!("alias {} {} of {}", alias.side, alias.external_id, row.external_id));
        }
    }
    for row in media::Entity::find().all(db).await.unwrap().into_iter().filter(|row| row.tenant_id == mine) {
        all.push(format!("file {} {} {} {:?}", row.file_name, row.state, row.day, row.next_try_at));
    }
    all.sort();
    all
}

/// A batch of hooks: several of one conversation, hints out of order, repeats of earlier ids and within the batch,
/// states.
fn random_batch(random: &mut StdRng, desk: &Desk, conversations: &[(String, Uuid)], sent: &[Uuid]) -> Vec<AcceptBatch> {
    let mut batch = Vec::new();
    for _ in 0..random.random_range(1..8) {
        let conversation = &conversations[random.random_range(0..conversations.len())];
        let id = format!("id-{}", random.random_range(0..400));
        let mut one = hook(desk, conversation, &id);
        let entry = &mut one.entries[0];
        let hint = random.random_range(0..40_i64);
        entry.letters[0].order_hint = (hint > 8).then_some(hint);
        entry.letters[0].payload = format!("{id} {hint}");
        entry.heard_at = (hint % 3 == 0).then_some(hint);
        if hint % 7 == 0 {
            entry.media = vec![file(desk, &format!("file-{}", hint % 5), entry.id)];
        }
        if hint % 11 == 0 {
            entry.crm_chat = Some(chat(desk, &format!("chat of {}", conversation.0)));
        }
        if random.random_range(0..5) == 0 && !sent.is_empty() {
            let state = if hint % 2 == 0 { State::Delivered } else { State::Failed };
            entry.change =
                Some(StateChange { message_id: sent[random.random_range(0..sent.len())], state, failure: None });
            entry.message = None;
        }
        batch.push(one);
        if random.random_range(0..4) == 0 {
            batch.push(opening(desk, random.random_range(0..60), hint));
        }
    }
    batch
}

/// A repeat, which inserts the keys first, stores the same rows as a first attempt, which locks the lanes with them.
async fn a_first_attempt_stores_what_a_repeat_stores(office: &mut Office) {
    for seed in 0..6 {
        let (first, second) = (office.desk(), office.desk());
        let mut stored = Vec::new();
        for (desk, repeat) in [(&first, false), (&second, true)] {
            let conversations = opened(office, desk, &names(4)).await;
            let (mut random, mut sent) = (StdRng::seed_from_u64(seed), Vec::new());
            let mut receipts = Vec::new();
            for _ in 0..40 {
                let batch = random_batch(&mut random, desk, &conversations, &sent);
                let batches: Vec<&AcceptBatch> = batch.iter().collect();
                let outcome = office.queue.accept(&batches, repeat).await.unwrap();
                for (one, outcome) in batch.iter().zip(outcome.iter().flatten()) {
                    receipts.push(matches!(outcome, ItemOutcome::New { .. }));
                    if receipts.last() == Some(&true) && one.entries[0].message.is_some() {
                        sent.push(one.entries[0].id);
                    }
                }
            }
            let claims = office.claims(desk, desk.source_id, 10).await;
            stored.push((receipts, claims.len(), rows(office, desk).await));
        }
        assert_eq!(stored[0], stored[1], "seed {seed}");
    }
}

/// A key that another commit holds back makes the statement wait; once it is stored, the message is a duplicate.
async fn a_key_that_is_stored_meanwhile_is_a_duplicate(office: &mut Office) {
    let desk = office.desk();
    let conversations = opened(office, &desk, &names(2)).await;
    let [twice, other] = [hook(&desk, &conversations[0], "twice"), hook(&desk, &conversations[1], "other")];
    let again = hook(&desk, &conversations[0], "twice");
    let held = office.store.write_tx().await.unwrap();
    held.execute_unprepared(&format!(
        "INSERT INTO dedupe (tenant_id, origin, external_id, event, message_id, fingerprint, day) \
         VALUES ('{}', '{}', 'twice', 1, '{}', 0, 1)",
        desk.tenant_id, desk.channel_id, twice.entries[0].id
    ))
    .await
    .unwrap();
    let queue = office.queue.clone();
    let waiting = tokio::spawn(async move { queue.accept(&[&other, &again], false).await.unwrap() });
    office.until_waiting(1).await;
    held.commit().await.unwrap();
    let receipts = waiting.await.unwrap();
    assert!(matches!(receipts[0][0], ItemOutcome::New { .. }), "{receipts:?}");
    assert_eq!(receipts[1][0], ItemOutcome::Duplicate { message_id: twice.entries[0].id, same: true });
    assert_eq!(office.letters(&desk).await.iter().filter(|one| one.direction == 2).count(), 1);
}

on_postgres!(a_first_attempt_stores_what_a_repeat_stores, a_key_that_is_stored_meanwhile_is_a_duplicate);
