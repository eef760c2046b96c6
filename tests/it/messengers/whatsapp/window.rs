//! The time in which a customer may be answered freely: 24 hours, 72 after an advertisement (whatsapp §11).

use simulator::crm::HookMessage;
use std::time::Duration;

use parom_tests::once;
use serde_json::json;
use simulator::whatsapp::{Act, Content, refusal};

use super::{MARIA, WhatsAppWorld, arrives, chatting, failure, second_number};

const HOUR: Duration = Duration::from_secs(3_600);

/// Any action of the customer opens the window, and it counts from the action: Meta repeats a webhook that it got no
/// answer for, hours later. Our own messages and their statuses open nothing.
async fn a_late_answer_is_refused_before_it_is_sent(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    world.advance(23 * HOUR);
    chat.manager_gets_through(world, HookMessage::text("In time")).await;
    world.advance(HOUR);
    let calls = world.messenger.calls_of("messages").len();
    let said = chat.manager_gets_through(world, HookMessage::text("Too late")).await;
    assert_eq!(failure(world, &said).0, 905);
    assert_eq!((world.messenger.calls_of("messages").len(), chat.texts(world)), (calls, vec!["In time".to_owned()]));
    chat.customer(world).writes("Yes?").unwrap();
    arrives(world).await;
    chat.manager_gets_through(world, HookMessage::text("At last")).await;
    world.advance(23 * HOUR);
    chat.customer(world).reads().unwrap();
    chat.customer(world).reacts(&chat.last_sent(world).id, "👍").unwrap();
    arrives(world).await;
    world.advance(23 * HOUR);
    chat.manager_gets_through(world, HookMessage::text("Still open")).await;
    assert_eq!(chat.texts(world), ["In time", "At last", "Still open"]);
    world.advance(30 * HOUR);
    world.messenger.hold_hooks(true);
    chat.customer(world).writes("Anybody there?").unwrap();
    world.advance(20 * HOUR);
    world.messenger.hold_hooks(false);
    arrives(world).await;
    assert_eq!(hours_left(world, &chat).await, 4);
}

fn from_an_ad(act: Act) -> Act {
    let ad = json!({"source_url": "https://fb.me/1", "source_type": "ad", "source_id": "12", "headline": "Bikes"});
    act.with("referral", ad)
}

/// The clock of the only conversation, in whole hours from now.
async fn hours_left(world: &WhatsAppWorld, chat: &super::Chat) -> i64 {
    let list = world.api.get(&chat.line.path("/conversations")).await.is(200);
    let until: chrono::DateTime<chrono::Utc> = list.text_at("/items/0/window/until").parse().unwrap();
    ((until - world.clock.now()).num_minutes() + 30).div_euclid(60)
}

/// Who comes from an advertisement may be answered for three days, of which later messages take nothing away.
async fn an_advertisement_opens_it_for_three_days(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    assert_eq!(hours_left(world, &chat).await, 24);
    world.advance(25 * HOUR);
    chat.customer(world).sends_with(Content::text("Price?"), from_an_ad).unwrap();
    arrives(world).await;
    assert_eq!(hours_left(world, &chat).await, 72);
    chat.customer(world).writes("And the colour?").unwrap();
    arrives(world).await;
    world.advance(71 * HOUR);
    chat.manager_gets_through(world, HookMessage::text("30 000")).await;
    assert_eq!((chat.texts(world), hours_left(world, &chat).await), (vec!["30 000".to_owned()], 1));
    world.advance(HOUR);
    let calls = world.messenger.calls_of("messages").len();
    let said = chat.manager_gets_through(world, HookMessage::text("Too late")).await;
    assert_eq!((failure(world, &said).0, world.messenger.calls_of("messages").len()), (905, calls));
}

/// A post opens a day, and so does an advertisement if Meta reports it: its refusal has the same code.
async fn meta_may_close_it_earlier(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let post = json!({"source_url": "https://fb.me/2", "source_type": "post", "source_id": "13", "headline": "News"});
    chat.customer(world).sends_with(Content::text("Is it true?"), |act| act.with("referral", post)).unwrap();
    arrives(world).await;
    assert_eq!(hours_left(world, &chat).await, 24);
    chat.customer(world).sends_with(Content::text("Price?"), from_an_ad).unwrap();
    arrives(world).await;
    world.advance(30 * HOUR);
    world.messenger.faults().next("messages", 1, refusal(131_047));
    let said = chat.manager_gets_through(world, HookMessage::text("30 000")).await;
    assert_eq!(failure(world, &said).0, 905);
    assert_eq!(hours_left(world, &chat).await, 0);
    let calls = world.messenger.calls_of("messages").len();
    let said = chat.manager_gets_through(world, HookMessage::text("31 000")).await;
    assert_eq!((failure(world, &said).0, world.messenger.calls_of("messages").len()), (905, calls));
    chat.customer(world).writes("Still there?").unwrap();
    arrives(world).await;
    chat.manager_gets_through(world, HookMessage::text("32 000")).await;
    assert_eq!(chat.texts(world), ["32 000"]);
}

/// The number to which a person wrote last is open, another one of the account is not.
async fn each_number_has_its_own_clock(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let second = second_number(&world.messenger, &chat.number);
    let sales = world.line_of("whatsapp", "Sales", "wa-2", second.settings()).await;
    world.messenger.customer(chat.maria, &second.phone).writes("And here?").unwrap();
    arrives(world).await;
    world.advance(23 * HOUR);
    chat.customer(world).writes("Support?").unwrap();
    arrives(world).await;
    world.advance(2 * HOUR);
    chat.manager_gets_through(world, HookMessage::text("From support")).await;
    let late = sales.manager_sends(world, MARIA, HookMessage::text("From sales")).await;
    arrives(world).await;
    assert_eq!((chat.texts(world), failure(world, &late).0), (vec!["From support".to_owned()], 905));
    assert!(world.messenger.sent(&second.phone).is_empty());
}

once!(a_late_answer_is_refused_before_it_is_sent, an_advertisement_opens_it_for_three_days, meta_may_close_it_earlier);
once!(each_number_has_its_own_clock);
