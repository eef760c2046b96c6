//! The 24 hours in which a customer may be answered freely (whatsapp §11).

use std::time::Duration;

use doubles::whatsapp::{Content, Dressing};
use parom_tests::both;
use sandbox::HookMessage;
use serde_json::json;

use super::{WhatsAppWorld, arrives, chatting, failure};

const HOUR: Duration = Duration::from_secs(3_600);

async fn a_late_answer_is_refused_before_it_is_sent(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    world.advance(23 * HOUR);
    chat.manager_gets_through(world, HookMessage::text("In time")).await;
    world.advance(HOUR);
    let calls = world.messenger.calls_of("messages").len();
    let said = chat.manager_gets_through(world, HookMessage::text("Too late")).await;
    let words = "С последнего сообщения клиента прошло больше 24 часов. Отправьте одобренный шаблон.".to_owned();
    assert_eq!(failure(world, &said), (905, words));
    assert_eq!((world.messenger.calls_of("messages").len(), chat.texts(world)), (calls, vec!["In time".to_owned()]));
    chat.customer(world).writes("Yes?").unwrap();
    arrives(world).await;
    chat.manager_gets_through(world, HookMessage::text("At last")).await;
    assert_eq!(chat.texts(world), ["In time", "At last"]);
}

/// A press and a reaction are the customer's doing too; our own messages and their statuses open nothing.
async fn whatever_the_customer_does_opens_it(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    chat.manager_gets_through(world, HookMessage::text("Good morning")).await;
    world.advance(23 * HOUR);
    chat.customer(world).reads().unwrap();
    chat.customer(world).reacts(&chat.last_sent(world).id, "👍").unwrap();
    arrives(world).await;
    world.advance(23 * HOUR);
    chat.manager_gets_through(world, HookMessage::text("Still open")).await;
    assert_eq!(chat.texts(world), ["Good morning", "Still open"]);
}

/// Who comes from an advertisement may be answered a day; Meta's three days are not counted on.
async fn an_advertisement_opens_it_too(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    world.advance(25 * HOUR);
    let ad = json!({"source_url": "https://fb.me/1", "source_type": "ad", "source_id": "12", "headline": "Bikes"});
    let with = Dressing { referral: Some(ad), ..Dressing::default() };
    chat.customer(world).sends_with(Content::text("Price?"), with).unwrap();
    arrives(world).await;
    chat.manager_gets_through(world, HookMessage::text("30 000")).await;
    assert_eq!(chat.texts(world), ["30 000"]);
}

both!(a_late_answer_is_refused_before_it_is_sent, whatever_the_customer_does_opens_it, an_advertisement_opens_it_too);
