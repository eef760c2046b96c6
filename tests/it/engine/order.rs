//! Rule 4: by arrival, except that amoCRM's hooks are placed by their time while unsent; the head keeps its back-off.

use parom_tests::office::{Desk, again, texts};
use parom_tests::{Office, both};
use queue::Settled;
use sea_orm::ConnectionTrait;

/// Delivers what is due of a target, one after the other, and returns the texts.
async fn carry(office: &Office, desk: &Desk, target: uuid::Uuid) -> Vec<String> {
    let mut carried = Vec::new();
    loop {
        let claims = office.claims(desk, target, 10).await;
        if claims.is_empty() {
            return carried;
        }
        for claim in claims {
            carried.push(claim.letter.payload.clone());
            assert!(office.settles(&claim, Settled::Delivered).await);
        }
    }
}

async fn messages_from_the_api_are_sent_in_the_order_of_arrival(office: &mut Office) {
    let desk = office.desk();
    for number in 0..5 {
        let text = format!("{number}");
        office.accepts(desk.to_crm("chat", &text, &text)).await;
        // Even when the clock is set back between two of them: arrival is counted, not timed.
        office.advance(if number == 2 { 0 } else { 1 });
    }
    assert_eq!(carry(office, &desk, desk.channel_id).await, ["0", "1", "2", "3", "4"]);
}

async fn hooks_in_the_wrong_order_are_reordered_while_unsent(office: &mut Office) {
    let desk = office.desk();
    let base = office.clock.millis();
    for (id, at) in [("third", 300), ("first", 100), ("second", 200), ("also second", 200)] {
        office.accepts(desk.to_messenger("chat", id, id, base + at)).await;
    }
    assert_eq!(carry(office, &desk, desk.source_id).await, ["first", "second", "also second", "third"]);
}

async fn a_hook_that_comes_after_a_later_one_left_goes_next(office: &mut Office) {
    let desk = office.desk();
    let base = office.clock.millis();
    office.accepts(desk.to_messenger("chat", "late", "late", base + 900)).await;
    let claims = office.claims(&desk, desk.source_id, 10).await;
    // On its way already: what belongs before it can only follow, in the order of writing.
    office.accepts(desk.to_messenger("chat", "early", "early", base + 100)).await;
    office.accepts(desk.to_messenger("chat", "earlier", "earlier", base + 50)).await;
    office.accepts(desk.to_messenger("chat", "latest", "latest", base + 1000)).await;
    assert!(office.settles(&claims[0], Settled::Delivered).await);
    assert_eq!(carry(office, &desk, desk.source_id).await, ["earlier", "early", "latest"]);
}

/// Seeds 7087 and 7253 of the simulation.
async fn hooks_that_come_after_a_later_one_was_delivered_are_reordered(office: &mut Office) {
    let desk = office.desk();
    let base = office.clock.millis();
    office.accepts(desk.to_messenger("chat", "late", "late", base + 900)).await;
    assert_eq!(carry(office, &desk, desk.source_id).await, ["late"]);
    for (id, at) in [("third", 300), ("first", 100), ("second", 200)] {
        office.accepts(desk.to_messenger("chat", id, id, base + at)).await;
    }
    assert_eq!(carry(office, &desk, desk.source_id).await, ["first", "second", "third"]);
}

/// Its outcome is unknown: the next process asks about it before anything else is sent.
async fn a_head_whose_process_died_stays_the_head(office: &mut Office) {
    let desk = office.desk();
    let base = office.clock.millis();
    office.accepts(desk.to_messenger("chat", "late", "late", base + 900)).await;
    assert_eq!(texts(&office.claims(&desk, desk.source_id, 10).await), ["late"]);
    for (id, at) in [("second", 200), ("first", 100), ("latest", 1_000)] {
        office.accepts(desk.to_messenger("chat", id, id, base + at)).await;
    }
    office.advance(61_000);
    let claim = office.claims(&desk, desk.source_id, 10).await.remove(0);
    assert_eq!((claim.letter.payload.as_str(), claim.letter.unknown), ("late", true));
    assert!(office.settles(&claim, again(1_000)).await);
    office.advance(1_000);
    assert_eq!(carry(office, &desk, desk.source_id).await, ["late", "first", "second", "latest"]);
}

/// Erasing may take the head away: what is before its place is not forgotten.
async fn letters_before_the_place_of_a_head_that_is_gone_are_delivered(office: &mut Office) {
    let desk = office.desk();
    let base = office.clock.millis();
    office.accepts(desk.to_messenger("chat", "late", "late", base + 900)).await;
    let claim = office.claims(&desk, desk.source_id, 10).await.remove(0);
    office.accepts(desk.to_messenger("chat", "early", "early", base + 100)).await;
    let text = format!("DELETE FROM letter WHERE seq = {}", claim.letter.seq);
    office.store.write().execute_unprepared(&text).await.unwrap();
    office.advance(61_000);
    assert_eq!(carry(office, &desk, desk.source_id).await, ["early"]);
}

async fn the_head_keeps_its_back_off_and_no_letter_overtakes_it(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    office.accepts(desk.to_crm("chat", "2", "two")).await;
    let claim = office.claims_one(&desk).await;
    assert_eq!(claim.letter.payload, "one");
    assert!(office.settles(&claim, again(10_000)).await);
    office.advance(9_999);
    assert!(office.claims(&desk, desk.channel_id, 10).await.is_empty());
    // Another conversation of the same target is not held up.
    office.accepts(desk.to_crm("another chat", "3", "three")).await;
    let other = office.claims(&desk, desk.channel_id, 10).await;
    assert_eq!(texts(&other), ["three"]);
    assert!(office.settles(&other[0], Settled::Delivered).await);
    office.advance(1);
    let claim = office.claims_one(&desk).await;
    assert_eq!((claim.letter.payload.as_str(), claim.letter.attempts, claim.letter.unknown), ("one", 1, false));
    assert!(office.settles(&claim, Settled::Delivered).await);
    assert_eq!(carry(office, &desk, desk.channel_id).await, ["two"]);
}

async fn accepting_never_shortens_a_back_off(office: &mut Office) {
    let desk = office.desk();
    let base = office.clock.millis();
    office.accepts(desk.to_messenger("chat", "1", "one", base)).await;
    let claims = office.claims(&desk, desk.source_id, 10).await;
    assert!(office.settles(&claims[0], again(60_000)).await);
    let due = office.lanes(&desk).await[0].due_at;
    for (id, at) in [("2", base + 5), ("0", base - 5)] {
        office.accepts(desk.to_messenger("chat", id, id, at)).await;
        assert_eq!(office.lanes(&desk).await[0].due_at, due, "the lane's back-off was moved");
        assert!(office.claims(&desk, desk.source_id, 10).await.is_empty());
    }
    office.advance(60_000);
    // The hook with an earlier time waits behind the head that was tried already, but before what is unsent.
    assert_eq!(carry(office, &desk, desk.source_id).await, ["one", "0", "2"]);
}

async fn a_buried_head_lets_the_lane_go_on(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "bad")).await;
    office.accepts(desk.to_crm("chat", "2", "good")).await;
    let claim = office.claims_one(&desk).await;
    let buried = Settled::Buried { reason: "rejected".to_owned(), detail: "refused".to_owned() };
    assert!(office.settles(&claim, buried).await);
    assert_eq!(carry(office, &desk, desk.channel_id).await, ["good"]);
}

both!(
    messages_from_the_api_are_sent_in_the_order_of_arrival,
    hooks_in_the_wrong_order_are_reordered_while_unsent,
    a_hook_that_comes_after_a_later_one_left_goes_next,
    hooks_that_come_after_a_later_one_was_delivered_are_reordered,
    a_head_whose_process_died_stays_the_head,
    letters_before_the_place_of_a_head_that_is_gone_are_delivered,
    the_head_keeps_its_back_off_and_no_letter_overtakes_it,
    accepting_never_shortens_a_back_off,
    a_buried_head_lets_the_lane_go_on,
);
