//! The contents of the database after a run.

use std::collections::{BTreeMap, BTreeSet};

use base::message::{LetterKind, State};
use entity::{dead_letter, ledger_delta, letter, message};
use sea_orm::{DatabaseConnection, EntityTrait};
use serde_json::Value;
use uuid::Uuid;

use super::{Fate, Stored, Sum};

/// Every message with its text and its fate.
pub async fn stored(db: &DatabaseConnection) -> Vec<Stored> {
    let waiting: BTreeSet<Uuid> = waiting(db).await.into_iter().map(|letter| letter.message_id).collect();
    let dead = dead_letter::Entity::find().all(db).await.expect("the table is read");
    let dead: BTreeMap<Uuid, String> = dead.into_iter().map(|one| (one.message_id, one.reason)).collect();
    let messages = message::Entity::find().all(db).await.expect("the table is read");
    messages.into_iter().map(|one| Stored { text: text_of(&one.body), fate: fate(&one, &waiting, &dead) }).collect()
}

fn fate(one: &message::Model, waiting: &BTreeSet<Uuid>, dead: &BTreeMap<Uuid, String>) -> Fate {
    if waiting.contains(&one.id) {
        return Fate::Waiting;
    }
    match dead.get(&one.id) {
        Some(reason) => Fate::Ended(reason.clone()),
        None if one.state == State::Failed.number() => Fate::Ended(one.error.clone()),
        None if one.state == State::Queued.number() => Fate::Waiting,
        None => Fate::Delivered,
    }
}

fn text_of(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    body.pointer("/content/text").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Letters that contain messages.
async fn waiting(db: &DatabaseConnection) -> Vec<letter::Model> {
    let letters = letter::Entity::find().all(db).await.expect("the table is read");
    letters.into_iter().filter(|letter| letter.kind == LetterKind::Message.number()).collect()
}

/// Accepted, delivered and failed by the ledger, and the number of waiting letters.
pub async fn ledger(db: &DatabaseConnection) -> Vec<Sum> {
    let mut sums: BTreeMap<(Uuid, i16), Sum> = BTreeMap::new();
    let name = |source: Uuid, direction: i16| format!("{source}, direction {direction}");
    for row in ledger_delta::Entity::find().all(db).await.expect("the table is read") {
        let sum = sums.entry((row.source_id, row.direction)).or_default();
        sum.name = name(row.source_id, row.direction);
        sum.accepted += row.accepted;
        sum.delivered += row.delivered;
        sum.failed += row.failed;
    }
    for letter in waiting(db).await {
        let sum = sums.entry((letter.source_id, letter.direction)).or_default();
        sum.name = name(letter.source_id, letter.direction);
        sum.waiting += 1;
    }
    sums.into_values().collect()
}
