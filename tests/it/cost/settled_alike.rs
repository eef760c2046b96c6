//! Plain settlements leave the same rows as settlements in a transaction.

use base::clock::Clock;
use base::message::{LetterKind, State};
use base::store::statements_of;
use entity::{attempt, dead_letter, dedupe, lane, ledger_delta, letter, message, parked_status, turn};
use parom_tests::office::{Desk, Office, again, settlement};
use parom_tests::settings::START;
use parom_tests::{Place, both};
use queue::{Claim, Settled, Settlement, TurnEffect};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sea_orm::{ActiveValue::Set, EntityTrait};

use super::settlements::{FAILING, taken};

/// All rows of a desk, without ids and without what depends on the order of commits.
async fn rows(office: &Office, desk: &Desk) -> Vec<String> {
    let db = office.store.read();
    let mine = desk.tenant_id;
    let mut all = Vec::new();
    for row in letter::Entity::of_tenant(mine).all(db).await.unwrap() {
        all.push(format!("letter {} {} {} {} {}", row.payload, row.order_key, row.seq, row.attempts, row.unknown));
    }
    let mut waiting = Vec::new();
    for row in lane::Entity::of_tenant(mine).all(db).await.unwrap() {
        waiting.extend(row.due_at.map(|_| row.target));
        let lane::Model { next_seq, last_key, max_key, waiting, due_at, epoch, starts, carried, .. } = row;
        let leased = (row.owner.is_some(), row.leased_until);
        all.push(format!(
            "lane {next_seq} {last_key} {max_key} {waiting} {due_at:?} {leased:?} {epoch} {starts} {carried}"
        ));
    }
    for row in turn::Entity::of_tenant(mine).all(db).await.unwrap() {
        // When it wakes matters while a lane of it has letters.
        let (target, at) = (row.target, row.ready_at);
        let row = turn::Model { ready_at: at.filter(|_| waiting.contains(&target)), ..row };
        let of = (row.ready_at, row.reason, row.failures, row.failing, row.calls, row.errors, row.tokens, row.rate);
        all.push(format!("turn {} {of:?}", row.pool));
    }
    for row in message::Entity::of_tenant(mine).all(db).await.unwrap() {
        let ids = (row.external_id, row.amocrm_message_id, row.position);
        all.push(format!("message {} {} {} {ids:?} {}", row.body, row.state, row.reported, row.error));
    }
    for row in attempt::Entity::of_tenant(mine).all(db).await.unwrap() {
        all.push(format!("attempt {} {} {} {}", row.number, row.kind, row.verdict, row.status));
    }
    for row in dedupe::Entity::of_tenant(mine).all(db).await.unwrap() {
        all.push(format!("dedupe {} {}", row.external_id, row.event));
    }
    for row in ledger_delta::Entity::of_tenant(mine).all(db).await.unwrap() {
        all.push(format!("ledger {} {} {} {}", row.direction, row.accepted, row.delivered, row.failed));
    }
    for row in dead_letter::Entity::of_tenant(mine).all(db).await.unwrap() {
        all.push(format!("dead {} {}", row.payload, row.reason));
    }
    for row in parked_status::Entity::of_tenant(mine).all(db).await.unwrap() {
        all.push(format!("parked {} {}", row.external_id, row.payload));
    }
    all.sort();
    all
}

/// Any outcome of an attempt, mostly that the letter was taken.
fn any(office: &Office, desk: &Desk, random: &mut StdRng, claim: &Claim) -> Settlement {
    let mut done = match random.random_range(0..12) {
        0 => Settlement { turn: FAILING, ..settlement(claim, again(0)) },
        1 => Settlement { turn: TurnEffect::None, ..settlement(claim, Settled::Superseded) },
        2 => Settlement { attempt: None, ..settlement(claim, Settled::GivenBack) },
        3 => settlement(claim, Settled::Buried { reason: "rejected".to_owned(), detail: String::new() }),
        4 => Settlement { rest: 1_000, ..taken(office, desk, claim) },
        _ => taken(office, desk, claim),
    };
    if claim.letter.kind == LetterKind::Status && done.settled == Settled::Delivered {
        done.state = Some(State::Delivered);
    }
    // No two attempts are alike: by them a settlement that is repeated is recognised.
    if let Some(attempt) = &mut done.attempt {
        attempt.at = random.random_range(1..1_000_000_000);
    }
    // An earlier lease of the lane.
    if random.random_range(0..10) == 0 {
        done.claim.epoch -= 1;
    }
    done
}

async fn park(office: &Office, desk: &Desk, text: &str) {
    let row = parked_status::ActiveModel {
        tenant_id: Set(desk.tenant_id),
        source_id: Set(desk.source_id),
        external_id: Set(format!("id of {text}")),
        id: Set(office.clock.uuid_v7()),
        payload: Set(format!("parked for {text}")),
        expires_at: Set(office.clock.millis() + 1_000_000),
    };
    parked_status::Entity::insert(row).exec_without_returning(office.store.write()).await.unwrap();
}

/// Messages come, are leased, and are settled in any batches. `in_transaction`: settles each batch in one transaction.
/// Returns the results, and how many batches needed no transaction.
async fn lives(office: &Office, desk: &Desk, seed: u64, in_transaction: bool) -> (Vec<bool>, usize) {
    let (mut random, mut number) = (StdRng::seed_from_u64(seed), 0);
    let (mut held, mut results, mut alone): (Vec<Claim>, Vec<bool>, usize) = (Vec::new(), Vec::new(), 0);
    for _ in 0..40 {
        for _ in 0..random.random_range(0..4) {
            number += 1;
            let (chat, text) = (format!("chat {}", random.random_range(0..5)), format!("text {number:03}"));
            if random.random_range(0..2) == 0 {
                office.accepts(desk.to_crm(&chat, &text, &text)).await;
            } else {
                office.accepts(desk.to_messenger(&chat, &text, &text, random.random_range(1..60))).await;
                if random.random_range(0..6) == 0 {
                    park(office, desk, &text).await;
                }
            }
        }
        for target in [desk.channel_id, desk.source_id] {
            let mut claims = office.claims(desk, target, 20).await;
            claims.sort_by(|one, other| one.letter.payload.cmp(&other.letter.payload));
            held.extend(claims);
        }
        let some: Vec<Claim> = held.extract_if(.., |_| random.random_range(0..3) > 0).collect();
        let mut batch: Vec<_> = some.iter().map(|claim| any(office, desk, &mut random, claim)).collect();
        // Of one batch the plain ones are written first.
        batch.sort_by_key(|one| one.turn == FAILING);
        let cost = statements_of(async {
            results.extend(if in_transaction {
                office.queue.settle_retried(&batch).await.unwrap()
            } else {
                office.queue.settle(&batch).await.unwrap()
            });
        });
        alone += usize::from(cost.await.transactions == 0 && !batch.is_empty());
        office.advance(random.random_range(0..3) * 400);
    }
    // Ends both targets with calls that are counted.
    office.accepts(desk.to_crm("the last", "last", "last")).await;
    office.accepts(desk.to_messenger("the last", "last", "last", 99)).await;
    for target in [desk.channel_id, desk.source_id] {
        for claim in office.claims(desk, target, 20).await {
            let failed = Settlement { turn: FAILING, ..settlement(&claim, again(0)) };
            office.queue.settle_retried(&[failed]).await.unwrap();
        }
    }
    (results, alone)
}

/// Plain settlements leave the same rows as a transaction, for any history.
async fn plain_settlements_store_what_a_transaction_stores(office: &mut Office) {
    let other = Office::on(office.database().engine(), Clock::frozen(START)).await.unwrap();
    let mut alone = 0;
    for seed in 0..8 {
        let (first, second) = (office.desk(), other.desk());
        let (results, without) = lives(office, &first, seed, false).await;
        alone += without;
        let (expected, _) = lives(&other, &second, seed, true).await;
        assert_eq!(results, expected, "seed {seed}");
        assert_eq!(rows(office, &first).await, rows(&other, &second).await, "seed {seed}");
    }
    assert!(office.store.is_sqlite() || alone > 8, "some take no transaction: {alone}");
    other.close().await;
}

both!(plain_settlements_store_what_a_transaction_stores);
