//! A message of several parts: what was taken stays taken, whatever happens between.

use parom_tests::office::{LEASE, again, settlement};
use parom_tests::{Office, both};
use queue::{Attempt, Claim, Settled, Settlement, TurnEffect};

fn onward(claim: &Claim, progress: &str) -> Settlement {
    settlement(claim, Settled::Partial { progress: progress.to_owned() })
}

async fn an_accepted_part_keeps_its_letter_at_the_head_and_resets_its_attempts(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "")).await;
    office.accepts(desk.to_crm("chat", "2", "the next message")).await;
    let claim = office.claims_one(&desk).await;
    assert!(office.settles(&claim, Settled::Retry { millis: 0, unknown: true, resent: true }).await);
    let claim = office.claims_one(&desk).await;
    assert_eq!((claim.letter.unknown, claim.letter.resends, claim.letter.attempts), (true, 1, 1));
    assert!(office.writer.settle(onward(&claim, "one part")).await);

    let next = office.claims_one(&desk).await;
    assert_eq!((next.letter.id, next.letter.payload.as_str()), (claim.letter.id, "one part"));
    assert_eq!((next.letter.unknown, next.letter.resends, next.letter.attempts), (false, 0, 0));
    assert_eq!(next.starts, 1);
    assert!(office.settles(&next, Settled::Delivered).await);
    assert_eq!(office.claims_one(&desk).await.letter.payload, "the next message");
}

async fn a_worker_that_lost_its_lease_advances_no_part(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "")).await;
    let late = office.claims_one(&desk).await;
    office.advance(u64::try_from(LEASE).unwrap());
    let next = office.claims_one(&desk).await;
    assert!(next.letter.unknown, "whether the part went out is not known");
    assert!(!office.writer.settle(onward(&late, "one part")).await);
    assert_eq!(office.letters(&desk).await[0].payload, "");
    assert!(office.writer.settle(onward(&next, "one part")).await);
    assert_eq!(office.letters(&desk).await[0].payload, "one part");
}

async fn a_lane_rests_as_long_as_its_messenger_wants(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "")).await;
    office.accepts(desk.to_crm("chat", "2", "")).await;
    let rested = |settlement| Settlement { rest: 3_000, ..settlement };
    for step in 0..2 {
        let claim = office.claims_one(&desk).await;
        let settled = if step == 0 { onward(&claim, "1") } else { settlement(&claim, Settled::Delivered) };
        assert!(office.writer.settle(rested(settled)).await);
        office.accepts(desk.to_crm("chat", &format!("more {step}"), "")).await;
        office.advance(2_999);
        assert!(office.claims(&desk, desk.channel_id, 10).await.is_empty(), "also when more comes");
        office.advance(1);
    }
    office.accepts(desk.to_crm("other chat", "3", "")).await;
    assert_eq!(office.claims(&desk, desk.channel_id, 10).await.len(), 2, "other chats do not rest with it");
}

async fn a_chat_that_is_asked_to_wait_counts_as_no_failure(office: &mut Office) {
    let desk = office.desk();
    let slowed = |claim: &Claim, millis| Settlement {
        attempt: Some(Attempt { verdict: "retry", status: 429, ..Attempt::default() }),
        turn: TurnEffect::Slowed,
        ..settlement(claim, again(millis))
    };
    office.accepts(desk.to_crm("chat", "1", "")).await;
    for _ in 0..12 {
        let claim = office.claims_one(&desk).await;
        assert!(office.writer.settle(slowed(&claim, 0)).await);
    }
    let turn = office.turn(&desk, desk.channel_id).await;
    assert_eq!((turn.failures, turn.reason.as_str()), (0, ""), "the other side answers");
    assert_eq!(office.letters(&desk).await[0].attempts, 0);
    let claim = office.claims_one(&desk).await;
    assert!(office.writer.settle(slowed(&claim, 35_000)).await);
    office.accepts(desk.to_crm("other chat", "2", "")).await;
    let other = office.claims_one(&desk).await;
    assert!(office.settles(&other, Settled::Delivered).await);
    office.advance(34_999);
    assert!(office.claims(&desk, desk.channel_id, 10).await.is_empty());
    office.advance(1);
    assert_eq!(office.claims_one(&desk).await.letter.id, claim.letter.id);
}

both!(
    an_accepted_part_keeps_its_letter_at_the_head_and_resets_its_attempts,
    a_worker_that_lost_its_lease_advances_no_part,
    a_lane_rests_as_long_as_its_messenger_wants,
    a_chat_that_is_asked_to_wait_counts_as_no_failure,
);
