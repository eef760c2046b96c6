//! Storing what a delivery brought.

use base::message::{Direction, LetterKind, Stream};
use base::store::statements_of;
use entity::{attempt, conversation, conversation_alias, dedupe, ledger_delta, message, parked_status};
use parom_tests::office::{Desk, LEASE, Office, settlement};
use parom_tests::{both, on_postgres};
use queue::accept_batch::NewLetter;
use queue::{Claim, Learned, LoggedWebhook, Settled, Settlement, TurnEffect};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};

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

/// On PostgreSQL one statement, which is its own transaction, for messages in both directions and for statuses.
async fn a_settlement_of_a_success_is_one_statement(office: &mut Office) {
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
                assert_eq!((cost.statements.len(), cost.transactions), (1, 0), "{:#?}", cost.statements);
            }
        }
        assert!(office.letters(&desk).await.is_empty(), "all are delivered, also the statuses");
    }
}

both!(a_settlement_of_a_success_is_one_statement);

/// All rows of a desk, without ids.
async fn rows(office: &Office, desk: &Desk) -> Vec<String> {
    let (db, mine) = (office.store.read(), desk.tenant_id);
    let mut all = Vec::new();
    for row in office.letters(desk).await {
        all.push(format!("letter {} {} {} {}", row.order_key, row.seq, row.payload, row.attempts));
    }
    for row in office.lanes(desk).await {
        let lease = (row.owner.is_some(), row.epoch, row.leased_until, row.starts);
        let places = (row.next_seq, row.last_key, row.max_key);
        all.push(format!("lane {} {:?} {lease:?} {places:?} {}", row.waiting, row.due_at, row.carried));
    }
    for target in [desk.channel_id, desk.source_id] {
        let turn = office.turn(desk, target).await;
        let calls = (turn.calls, turn.errors, turn.counted_from, turn.failures, turn.failing, turn.failing_since);
        all.push(format!("turn {:?} {} {calls:?} {} {}", turn.ready_at, turn.reason, turn.rate, turn.rate_at));
    }
    for row in message::Entity::of_tenant(mine).all(db).await.unwrap() {
        let ids = (row.external_id, row.amocrm_message_id);
        all.push(format!("message {} {} {} {} {ids:?}", row.body, row.state, row.reported, row.position));
    }
    for row in conversation::Entity::of_tenant(mine).all(db).await.unwrap() {
        all.push(format!("conversation {} {}", row.external_id, row.amocrm_chat_id));
        let aliases = conversation_alias::Entity::of_tenant(mine).all(db).await.unwrap().into_iter();
        for alias in aliases.filter(|alias| alias.conversation_id == row.id) {
            all.push(format!("alias {} {} of {}", alias.side, alias.external_id, row.external_id));
        }
    }
    for row in parked_status::Entity::of_tenant(mine).all(db).await.unwrap() {
        all.push(format!("parked {} {}", row.external_id, row.payload));
    }
    for row in dedupe::Entity::of_tenant(mine).all(db).await.unwrap() {
        all.push(format!("dedupe {} {}", row.external_id, row.event));
    }
    for row in attempt::Entity::of_tenant(mine).all(db).await.unwrap() {
        all.push(format!("attempt {} {} {} {}", row.number, row.verdict, row.at, row.event));
    }
    for row in ledger_delta::Entity::of_tenant(mine).all(db).await.unwrap() {
        all.push(format!("ledger {} {} {} {}", row.direction, row.accepted, row.delivered, row.failed));
    }
    all.sort();
    all
}

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
    let (queue, done) =
        (office.queue.clone(), [Settlement { follow_ups: Vec::new(), ..delivered(office, &desk, &claim) }]);
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

fn random_settlement(random: &mut StdRng, office: &Office, desk: &Desk, claim: &Claim) -> Settlement {
    let mut done = delivered(office, desk, claim);
    match random.random_range(0..24) {
        0 => done = settlement(claim, Settled::Retry { millis: 900, unknown: false, resent: false }),
        1 => done = settlement(claim, Settled::Buried { reason: "refused".to_owned(), detail: String::new() }),
        2 => done.settled = Settled::Superseded,
        3 => done.turn = TurnEffect::Unasked,
        4 => done.turn = TurnEffect::Failing { open_after: 3, open_millis: 2_000 },
        5 => done.learned = Learned { bound: true, ..done.learned },
        6 => done.learned = Learned { moved_to: Some(format!("moved {}", claim.letter.payload)), ..done.learned },
        _ => {}
    }
    if let (0, Some(attempt)) = (random.random_range(0..5), &mut done.attempt) {
        let failed = random.random_range(0..3) == 0;
        let (id, webhook_id) = (office.clock.uuid_v7(), office.clock.uuid_v7());
        attempt.webhook = Some(LoggedWebhook { id, webhook_id, event: "message.created", failed });
    }
    done.rest = random.random_range(0..3) * 400;
    done
}

/// One statement writes the same rows as a transaction, for any outcome.
async fn one_statement_settles_what_a_transaction_settles(office: &mut Office) {
    let desks = [office.desk(), office.desk()];
    let mut random = StdRng::seed_from_u64(2);
    let mut alone = 0;
    for round in 0..200 {
        office.advance(random.random_range(1..9_000));
        for number in 0..random.random_range(0..5) {
            office.advance(1);
            let (name, to_crm) = (random.random_range(0..4), random.random::<bool>());
            for desk in &desks {
                let (chat, id) = (format!("chat-{name}"), format!("{round}-{number}"));
                let batch = if to_crm { desk.to_crm(&chat, &id, &id) } else { desk.to_messenger(&chat, &id, &id, 0) };
                office.accepts(batch).await;
                if number == 3 {
                    park(office, office.store.write(), desk, &id).await;
                }
            }
        }
        let (seed, adaptive) = (random.random(), random.random::<bool>());
        for target in 0..2 {
            let mut written = Vec::new();
            for (desk, in_transaction) in desks.iter().zip([false, true]) {
                let mut wish = desk.wish([desk.channel_id, desk.source_id][target], 8);
                if adaptive {
                    wish.rate = queue::TargetRate::adaptive(900.0, 1.0, 999.0);
                }
                let mut claims = office.queue.claim(&[wish], LEASE, |_| {}).await.unwrap();
                claims.sort_by_key(|claim| claim.letter.payload.clone());
                let mut random = StdRng::seed_from_u64(seed);
                let settlements: Vec<_> =
                    claims.iter().map(|claim| random_settlement(&mut random, office, desk, claim)).collect();
                let mut good = Vec::new();
                let cost = statements_of(async {
                    good = if in_transaction {
                        office.queue.settle_in_transaction(&settlements).await.unwrap()
                    } else {
                        office.queue.settle(&settlements).await.unwrap()
                    };
                });
                alone += usize::from(cost.await.transactions == 0 && !settlements.is_empty());
                written.push((good, rows(office, desk).await));
            }
            assert_eq!(written[0], written[1], "round {round}");
        }
    }
    assert!(alone > 60, "some take one statement: {alone}");
}

/// A lease that was lost leaves nothing of the statement, and the others are settled.
async fn a_lost_lease_is_not_settled(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let lost = office.claims_one(&desk).await;
    office.advance(u64::try_from(LEASE).unwrap() + 1);
    let again = office.claims_one(&desk).await;
    office.accepts(desk.to_crm("other chat", "2", "two")).await;
    let other = office.claims_one(&desk).await;
    let settlements = [delivered(office, &desk, &lost), delivered(office, &desk, &other)];
    assert_eq!(office.queue.settle(&settlements).await.unwrap(), [false, true]);
    assert_eq!(office.letters(&desk).await.len(), 1, "the letter waits for its new holder");
    assert!(office.settles(&again, Settled::Delivered).await);
}

on_postgres!(
    one_statement_settles_what_a_transaction_settles,
    a_status_that_comes_while_its_id_is_learned_is_reported,
    a_turn_that_falls_asleep_while_a_settlement_waits_is_woken,
    a_lost_lease_is_not_settled,
);
