//! Messages made from approved templates: their values, links and languages.

use parom_tests::both;
use serde_json::{Value, json};
use simulator::whatsapp::Review;

use super::super::{Chat, WhatsAppWorld, arrives, chatting, failure, last};
use super::{DAY, at_crm, at_meta, decided, message, requested, steps};

/// An approved template, after the window has closed.
async fn approved(world: &mut WhatsAppWorld, chat: &Chat, more: Value) -> i64 {
    let id = requested(world, chat, more).await;
    let there = at_meta(world, chat);
    decided(world, &there, Review::Approve).await;
    assert_eq!(at_crm(world, id).0, "approved");
    id
}

/// The components of what was sent last, by type.
#[track_caller]
fn sent(world: &WhatsAppWorld, chat: &Chat, kind: &str) -> Value {
    let sent = chat.last_sent(world);
    assert_eq!((sent.kind.as_str(), sent.error()), ("template", None), "{}", sent.json);
    let components = sent.json["template"]["components"].as_array().cloned().unwrap_or_default();
    components.into_iter().find(|one| one["type"] == kind).unwrap_or_default()
}

async fn links_and_headlines_have_values(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let buttons = json!([
        {"type": "url", "text": "Track", "url": "https://shop.example/o/{{lead.id}}"},
        {"type": "inline", "text": "Thanks"},
    ]);
    let id = approved(world, &chat, json!({"waba_header": "Order {{lead.id}}", "buttons": buttons})).await;
    let there = at_meta(world, &chat);
    let made = |kind: &str| {
        let all = there.json["components"].as_array().unwrap();
        all.iter().find(|one| one["type"] == kind).cloned().unwrap()
    };
    let header = made("HEADER");
    assert_eq!((&header["text"], &header["example"]["header_text"]), (&json!("Order {{1}}"), &json!(["1592"])));
    let link = &made("BUTTONS")["buttons"][1];
    assert_eq!(
        (&link["url"], &link["example"]),
        (&json!("https://shop.example/o/{{1}}"), &json!(["https://shop.example/o/1592"]))
    );
    world.advance(DAY);
    chat.manager_gets_through(world, message(id)).await;
    assert_eq!(sent(world, &chat, "header")["parameters"][0]["text"], "7");
    let button = sent(world, &chat, "button");
    assert_eq!(
        (&button["sub_type"], &button["index"], &button["parameters"][0]["text"]),
        (&json!("url"), &json!("1"), &json!("7"))
    );
    chat.customer(world).presses_number(&chat.last_sent(world).id, 0).unwrap();
    arrives(world).await;
    assert_eq!((last(world).kind.as_str(), last(world).text.as_str()), ("text", "Thanks"), "a quick reply");
}

/// One text in two languages are two templates, each sent as itself.
async fn each_language_is_a_template_of_its_own(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let russian = approved(world, &chat, json!({"external_id": "order_ready"})).await;
    let english = approved(world, &chat, json!({"external_id": "order_ready", "waba_language": "en"})).await;
    let made = world.messenger.templates(&chat.number.waba).into_iter();
    let mut made: Vec<String> = made.map(|one| format!("{} {}", one.name, one.language)).collect();
    made.sort();
    assert_eq!(made, ["order_ready en", "order_ready ru"]);
    world.advance(DAY);
    for (id, language) in [(english, "en"), (russian, "ru")] {
        chat.manager_gets_through(world, message(id)).await;
        assert_eq!(chat.last_sent(world).json["template"]["language"]["code"], language);
    }
}

async fn a_template_under_review_is_refused_with_a_reason(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let id = approved(world, &chat, json!({})).await;
    let there = at_meta(world, &chat);
    // The webhook about it is late: Meta's own refusal shows it.
    world.messenger.hold_hooks(true);
    world.messenger.review(&there.id, Review::Pause).unwrap();
    world.advance(DAY);
    let said = chat.manager_sends(world, message(id)).await;
    world.deliver_all().await;
    assert_eq!(failure(world, &said).0, 905);
    world.messenger.hold_hooks(false);
    arrives(world).await;
    steps(world).await;
    assert_eq!(at_crm(world, id).0, "paused");
    world.messenger.review(&there.id, Review::Unpause).unwrap();
    arrives(world).await;
    steps(world).await;
    assert_eq!(at_crm(world, id).0, "approved");
}

both!(a_template_under_review_is_refused_with_a_reason, each_language_is_a_template_of_its_own);
both!(links_and_headlines_have_values);
