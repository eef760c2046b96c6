//! Buttons that are numbered lines (whatsapp §7).

use parom_tests::once;
use simulator::crm::HookMessage;

use super::{WhatsAppWorld, arrives, chatting, last};
use crate::contract::out::button;

fn plain(count: usize) -> Vec<Vec<simulator::crm::Button>> {
    (1..=count).map(|number| vec![button(&format!("Option {number}"), None)]).collect()
}

/// A lone number below numbered lines is its button, until something else was said.
async fn a_typed_number_is_its_button(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let answers = async |world: &mut WhatsAppWorld, typed: &str| {
        chat.customer(world).writes(typed).unwrap();
        arrives(world).await;
        last(world).text
    };
    assert_eq!(answers(world, "2").await, "2", "nothing was asked");
    chat.manager_gets_through(world, HookMessage::text("Which?").buttons(&plain(11))).await;
    assert_eq!(answers(world, "11").await, "Option 11");
    assert_eq!(answers(world, "2.").await, "Option 2", "and another choice");
    for other in ["12", "2 pieces", "1592"] {
        assert_eq!(answers(world, other).await, other);
    }
    chat.manager_gets_through(world, HookMessage::text("How many?")).await;
    assert_eq!(answers(world, "2").await, "2", "the last question had no buttons");
    chat.manager_gets_through(world, HookMessage::text("Which?").buttons(&plain(3))).await;
    assert_eq!(answers(world, "2").await, "2", "these were to be pressed");
    chat.manager_gets_through(world, HookMessage::text("Which?").buttons(&plain(11))).await;
    world.advance(std::time::Duration::from_secs(25 * 3_600));
    assert_eq!(answers(world, "2").await, "2", "after the window it is no answer");
}

/// What was said last is read for a lone number, and for nothing else that customers write.
async fn only_a_lone_number_costs_a_read(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    chat.manager_gets_through(world, HookMessage::text("Which?").buttons(&plain(11))).await;
    for (typed, reads) in [("Hello", 0), ("2 pieces", 0), ("1592", 0), ("2", 1)] {
        chat.customer(world).writes(typed).unwrap();
        world.app().store.counted().watch();
        world.messenger.deliver_all().await;
        let statements = world.app().store.counted().statements();
        let last = |one: &&String| one.contains("ORDER BY \"message\".\"id\" DESC");
        assert_eq!(statements.iter().filter(last).count(), reads, "{typed}: {statements:#?}");
        world.deliver_all().await;
    }
    assert_eq!(last(world).text, "Option 2");
}

once!(a_typed_number_is_its_button, only_a_lone_number_costs_a_read);
