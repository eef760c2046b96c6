//! With any answer of amoCRM, a check does no harm and continues.

use std::time::Duration;

use parom_tests::{World, both};
use simulator::crm::{Fault, Part};

use super::{HOUR, SECOND, asked, chatting, looks, looks_by_hand, loses_text};

fn status(code: u16) -> Fault {
    Fault::Status { code, retry_after: None }
}

async fn temporary_failures_are_retried(world: &mut World) {
    let (line, _) = chatting(world).await;
    let faults = [status(500), status(503), Fault::Html200, Fault::Reset, Fault::HalfBody];
    for (number, fault) in faults.into_iter().enumerate() {
        loses_text(world, &line, &number.to_string()).await;
        world.advance(11 * SECOND);
        world.sandbox.faults().next(Part::History, 2, fault);
        looks_by_hand(world, &line).await;
        assert_eq!(world.messenger.texts().len(), number);
        for _ in 0..2 {
            world.advance(40 * SECOND);
            looks(world).await;
        }
        world.deliver_all().await;
        assert_eq!(world.messenger.texts().len(), number + 1, "{number}");
        assert_eq!(world.sandbox.faults().left(), 0);
    }
}

async fn a_chat_that_amocrm_does_not_show_stops_no_other(world: &mut World) {
    let (line, _) = chatting(world).await;
    for (number, code) in [204, 400, 403, 404].into_iter().enumerate() {
        loses_text(world, &line, &code.to_string()).await;
        world.advance(11 * SECOND);
        // Boris wrote last, so his chat comes first.
        world.customer(&line, "boris").writes("Hello").await;
        world.deliver_all().await;
        world.sandbox.faults().next(Part::History, 1, status(code));
        assert_eq!(looks_by_hand(world, &line).await, 2, "{code}");
        world.deliver_all().await;
        assert_eq!(world.messenger.texts().len(), number + 1, "{code}");
        world.advance(SECOND);
    }
    assert_eq!(world.messenger.texts(), ["204", "400", "403", "404"]);
}

async fn being_asked_to_slow_down_is_obeyed(world: &mut World) {
    let (line, _) = chatting(world).await;
    world.sandbox.faults().next(Part::History, 1, Fault::Status { code: 429, retry_after: Some(300) });
    looks_by_hand(world, &line).await;
    let before = asked(world);
    world.advance(Duration::from_secs(290));
    looks(world).await;
    assert_eq!(asked(world), before);
    world.advance(11 * SECOND);
    looks(world).await;
    assert_eq!(asked(world), before + 1);
}

async fn a_scope_is_left_alone_after_three_refusals(world: &mut World) {
    let (line, _) = chatting(world).await;
    for name in ["boris", "clara", "dora", "emil"] {
        world.customer(&line, name).writes("Hello").await;
    }
    world.deliver_all().await;
    world.sandbox.faults().until_cleared(Part::History, status(403));
    assert_eq!(looks_by_hand(world, &line).await, 3, "three refusals are enough");
    world.sandbox.faults().clear();
    world.advance(HOUR);
    assert_eq!(looks(world).await, 2, "the round goes on where it was");
}

async fn letters_that_wait_hold_looks_up(world: &mut World) {
    let (line, _) = chatting(world).await;
    world.sandbox.faults().next(Part::Message, 1, Fault::Status { code: 429, retry_after: Some(60) });
    world.customer(&line, "anna").writes("Again").await;
    world.deliver_all().await;
    assert_eq!(looks_by_hand(world, &line).await, 0);
    assert_eq!(asked(world), 0);
    world.advance(61 * SECOND);
    world.deliver_all().await;
    assert_eq!(looks(world).await, 1);
}

both!(
    temporary_failures_are_retried,
    a_chat_that_amocrm_does_not_show_stops_no_other,
    being_asked_to_slow_down_is_obeyed,
    a_scope_is_left_alone_after_three_refusals,
    letters_that_wait_hold_looks_up,
);
