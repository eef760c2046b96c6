//! Writing down what became of letters.

use base::message::{Direction, LetterKind, Stream};
use base::store::{StatementsOfTask, statements_of};
use parom_tests::office::{Desk, LEASE, Office, again, settlement};
use parom_tests::{both, on_postgres};
use queue::accept_batch::NewLetter;
use queue::{Attempt, Claim, Settled, Settlement, TurnEffect};

pub(super) const FAILING: TurnEffect = TurnEffect::Failing { open_after: 20, open_millis: 30_000 };

/// The status letter that follows from a message that the messenger has taken.
fn follow_up(office: &Office, desk: &Desk, claim: &Claim) -> NewLetter {
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
        expires_at: office.clock.millis() + 1_000_000,
        day: claim.letter.day,
        late: false,
    }
}

/// As the delivery to a messenger or to amoCRM settles a letter that was taken.
pub(super) fn taken(office: &Office, desk: &Desk, claim: &Claim) -> Settlement {
    let mut done = settlement(claim, Settled::Delivered);
    done.turn = TurnEffect::Healthy;
    done.crm = Some((desk.channel_id, "amojo:main".to_owned()));
    match (claim.letter.kind, claim.direction) {
        (LetterKind::Status, _) => {}
        (_, Direction::ToCrm) => {
            done.learned.amocrm_message_id = Some(format!("crm of {}", claim.letter.payload));
        }
        (_, Direction::ToMessenger) => {
            done.learned.external_id = Some(format!("id of {}", claim.letter.payload));
            done.follow_ups.push(follow_up(office, desk, claim));
        }
    }
    done
}

async fn settles(office: &Office, settlements: &[Settlement]) -> StatementsOfTask {
    statements_of(async {
        assert!(office.queue.settle(settlements).await.unwrap().iter().all(|good| *good));
    })
    .await
}

/// On PostgreSQL one statement, and another one before it if a status may wait for the messenger's id; on SQLite one a
/// table.
async fn a_settlement_is_one_statement(office: &mut Office) {
    let desk = office.desk();
    let sqlite = office.store.is_sqlite();
    for measured in [false, true] {
        for number in 0..30 {
            let (chat, id) = (format!("chat {number}"), format!("{number} {measured}"));
            office.accepts(desk.to_crm(&chat, &id, &format!("to amoCRM {id}"))).await;
            office.accepts(desk.to_messenger(&chat, &id, &format!("to the messenger {id}"), 1)).await;
        }
        let to_crm = if sqlite { (7, 1) } else { (1, 0) };
        let to_messenger = if sqlite { (10, 1) } else { (2, 0) };
        for (target, wanted) in [(desk.channel_id, to_crm), (desk.source_id, to_messenger)] {
            for count in [1, 29] {
                let claims = office.claims(&desk, target, count).await;
                assert_eq!(claims.len(), usize::try_from(count).unwrap());
                let done: Vec<_> = claims.iter().map(|claim| taken(office, &desk, claim)).collect();
                let cost = settles(office, &done).await;
                // At first the lanes of the statuses are new.
                if measured {
                    assert_eq!((cost.statements.len(), cost.transactions), wanted, "{:#?}", cost.statements);
                }
            }
        }
        let statuses = office.claims(&desk, desk.channel_id, 100).await;
        assert_eq!(statuses.len(), 30, "one for each message that the messenger took");
        for claim in &statuses {
            settles(office, &[taken(office, &desk, claim)]).await;
        }
    }
}

/// After the last letter of a target nothing is left to wake for.
async fn a_target_without_letters_sleeps(office: &mut Office) {
    let desk = office.desk();
    for (chat, id) in [("chat", "1"), ("other chat", "2")] {
        office.accepts(desk.to_crm(chat, id, "Hello")).await;
    }
    let claims = office.claims(&desk, desk.channel_id, 10).await;
    let ready_at = async |office: &Office| office.turn(&desk, desk.channel_id).await.ready_at;
    let end = office.clock.millis() + LEASE;
    for (claim, wanted) in claims.iter().zip([Some(end), None]) {
        assert_eq!(ready_at(office).await, Some(end), "should this process die");
        settles(office, &[taken(office, &desk, claim)]).await;
        assert_eq!(ready_at(office).await, wanted);
    }
    office.accepts(desk.to_crm("chat", "3", "Hello")).await;
    assert_eq!(ready_at(office).await, Some(office.clock.millis()));
    let claim = office.claims_one(&desk).await;
    // One that comes meanwhile keeps it awake.
    office.accepts(desk.to_crm("other chat", "4", "Hello")).await;
    settles(office, &[taken(office, &desk, &claim)]).await;
    assert_eq!(ready_at(office).await, Some(office.clock.millis()));
}

/// A letter that comes while the last one of its lane is settled is delivered: the lane does not sleep over it.
async fn a_letter_that_comes_meanwhile_wakes_its_lane(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let claim = office.claims_one(&desk).await;
    office.accepts(desk.to_crm("chat", "2", "two")).await;
    assert!(office.queue.settle(&[taken(office, &desk, &claim)]).await.unwrap()[0]);
    assert_eq!(office.claims_one(&desk).await.letter.payload, "two");
}

/// A settlement takes no lock on the turn, so it may come between what a claim reads and what it writes: the letter is
/// not leased once more.
async fn a_letter_settled_while_its_lane_is_leased_anew_is_not_sent_again(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let claim = office.claims_one(&desk).await;
    office.advance(60_000);
    let other = office.another_instance();
    let done = taken(office, &desk, &claim);
    let (queue, tokio) = (office.queue.clone(), tokio::runtime::Handle::current());
    let claims = other
        .claim(&[desk.wish(desk.channel_id, 10)], 60_000, |found| {
            assert_eq!(found.len(), 1, "the lease has ended");
            let settled = tokio::task::block_in_place(|| tokio.block_on(queue.settle(std::slice::from_ref(&done))));
            assert_eq!(settled.unwrap(), [true]);
        })
        .await
        .unwrap();
    assert!(claims.is_empty(), "{claims:?}");
    assert!(office.letters(&desk).await.is_empty());
    assert_eq!(office.lanes(&desk).await[0].carried, 1);
}

/// Answers that no settlement wrote to the turn count once there is an error.
async fn calls_that_succeeded_count_when_one_fails(office: &mut Office) {
    let desk = office.desk();
    for number in 0..12 {
        office.accepts(desk.to_crm(&format!("chat {number}"), &format!("{number}"), "Hello")).await;
    }
    let claims = office.claims(&desk, desk.channel_id, 12).await;
    for claim in &claims[..10] {
        let done = Settlement {
            attempt: Some(Attempt { status: 200, verdict: "done", ..Attempt::default() }),
            ..taken(office, &desk, claim)
        };
        assert_eq!(office.queue.settle(&[done]).await.unwrap(), [true]);
    }
    assert_eq!(office.turn(&desk, desk.channel_id).await.calls, 0, "nobody asks");
    let failed = |claim: &Claim| Settlement { turn: FAILING, ..settlement(claim, again(0)) };
    assert_eq!(office.queue.settle(&[failed(&claims[10])]).await.unwrap(), [true]);
    let turn = office.turn(&desk, desk.channel_id).await;
    assert_eq!((turn.calls, turn.errors), (11, 1));
    assert_eq!(office.queue.settle(&[failed(&claims[11])]).await.unwrap(), [true]);
    let turn = office.turn(&desk, desk.channel_id).await;
    assert_eq!((turn.calls, turn.errors), (12, 2), "each once");
}

both!(
    a_settlement_is_one_statement,
    a_target_without_letters_sleeps,
    a_letter_that_comes_meanwhile_wakes_its_lane,
    calls_that_succeeded_count_when_one_fails,
);
on_postgres!(a_letter_settled_while_its_lane_is_leased_anew_is_not_sent_again);
