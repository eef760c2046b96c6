//! A manager writes first, by phone: a template, because the customer has not written yet (whatsapp §9).

use parom_tests::settings::{CHANNEL_ID, HOST};
use parom_tests::{both, once};
use serde_json::json;
use simulator::crm::{HookMessage, Said};
use simulator::whatsapp::{NewPerson, Review};

use super::numbers::{answered_to, stranger, writes_in};
use super::templates::{decided, submitted};
use super::{Chat, MARIA, MARIAS_PHONE, WhatsAppWorld, arrives, chatting, connected, failure, last};

const CONTENT: &str = "Order {{lead.id}} is ready at Acme.";

async fn begins(world: &mut WhatsAppWorld, message: HookMessage) -> Said {
    begins_with(world, "8 (701) 000-11-22", message).await
}

async fn begins_with(world: &mut WhatsAppWorld, phone: &str, message: HookMessage) -> Said {
    let said = world.sandbox.manager_writes_first(HOST, CHANNEL_ID, Some("wa-1"), phone, message).await.unwrap();
    arrives(world).await;
    said
}

/// An approved template's id at amoCRM.
async fn approved(world: &mut WhatsAppWorld, chat: &Chat) -> i64 {
    let examples = json!({"{{lead.id}}": "1"});
    let id = submitted(world, &chat.line, "Ready", CONTENT, &json!({"waba_examples": examples})).await;
    let there = world.messenger.templates(&chat.number.waba).pop().unwrap();
    decided(world, &there, Review::Approve).await;
    id
}

async fn a_person_with_whatsapp_gets_the_template_and_answers_in_the_same_chat(world: &mut WhatsAppWorld) {
    let (line, number) = connected(world).await;
    let maria = world.messenger.add_person(NewPerson::default());
    let chat = Chat { line, number, maria };
    let id = approved(world, &chat).await;
    let free = begins(world, HookMessage::text("Hello, this is Acme")).await;
    assert_eq!(failure(world, &free).0, 905);
    assert!(chat.sent(world).is_empty(), "nothing was sent");
    let template = || HookMessage::text("").template(id, None, CONTENT, &[("{{lead.id}}", "1592")]);
    let nobody = begins_with(world, "8 (701) 000-99-99", template()).await;
    assert_eq!(failure(world, &nobody).0, 904, "a number without WhatsApp");
    let said = begins(world, template()).await;
    let sent = chat.last_sent(world);
    assert_eq!((sent.kind.as_str(), sent.error(), &sent.json["to"]), ("template", None, &json!("77010001122")));
    assert_eq!(world.statuses_at_crm(&chat.line, &said.message_id), [1]);
    chat.customer(world).writes("Thanks!").unwrap();
    arrives(world).await;
    let came = last(world);
    assert_eq!((came.text.as_str(), came.chat_id.as_str()), ("Thanks!", said.chat_id.as_str()), "in the same chat");
    let answer = HookMessage::text("See you");
    chat.line.manager_sends_to(world, &said.chat_id, answer).await;
    arrives(world).await;
    assert_eq!(chat.last_sent(world).text, "See you");
    assert_eq!(world.sandbox.chats(HOST).len(), 2, "and the one of nobody");
}

/// What a manager began beside an earlier chat is the same person's, and no new owner of the number gets into it.
async fn a_chat_begun_beside_another_one_stays_its_persons(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let first = last(world).chat_id;
    let id = approved(world, &chat).await;
    let template = HookMessage::text("").template(id, None, CONTENT, &[("{{lead.id}}", "1592")]);
    let beside = begins(world, template).await.chat_id;
    let timur = world.messenger.add_person(stranger(MARIAS_PHONE));
    let own = writes_in(world, &chat, timur, "I have a new number").await;
    assert!(![&first, &beside].contains(&&own), "a chat of their own");
    for former in [&first, &beside] {
        assert_eq!(answered_to(world, &chat, former).await, MARIA);
    }
    assert_eq!(answered_to(world, &chat, &own).await, MARIAS_PHONE);
}

both!(a_chat_begun_beside_another_one_stays_its_persons);
once!(a_person_with_whatsapp_gets_the_template_and_answers_in_the_same_chat);
