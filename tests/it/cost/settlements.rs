//! Storing what a delivery brought.

use base::message::{Direction, LetterKind, Stream};
use base::store::statements_of;
use entity::parked_status;
use parom_tests::office::{Desk, LEASE, Office, settlement};
use parom_tests::{both, on_postgres};
use queue::accept_batch::NewLetter;
use queue::{Claim, Settled, Settlement, TurnEffect};
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

both!(a_settlement_of_a_success_takes_two_statements);

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
    a_status_that_comes_while_its_id_is_learned_is_reported,
    a_turn_that_falls_asleep_while_a_settlement_waits_is_woken,
    a_lost_lease_is_not_settled,
);
