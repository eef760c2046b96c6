//! A manager writes first, by phone: a template, because the customer has not written yet (whatsapp §9).

use parom_tests::once;
use parom_tests::settings::{CHANNEL_ID, HOST};
use serde_json::json;
use simulator::crm::{HookMessage, Said};
use simulator::whatsapp::{NewPerson, Review};

use super::templates::{decided, submitted};
use super::{Chat, WhatsAppWorld, arrives, connected, failure, last};

const CONTENT: &str = "Order {{lead.id}} is ready at Acme.";

async fn begins(world: &mut WhatsAppWorld, message: HookMessage) -> Said {
    let phone = "8 (701) 000-11-22";
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
    let (code, words) = failure(world, &free);
    assert!(code == 905 && words.starts_with("Клиент ещё не писал сюда."), "{code} {words}");
    assert!(chat.sent(world).is_empty(), "nothing was sent");

    let template = HookMessage::text("").template(id, None, CONTENT, &[("{{lead.id}}", "1592")]);
    let said = begins(world, template).await;
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
    assert_eq!(world.sandbox.chats(HOST).len(), 1);
}

async fn a_number_without_whatsapp_is_904(world: &mut WhatsAppWorld) {
    let (line, number) = connected(world).await;
    let chat = Chat { line, number, maria: 0 };
    let id = approved(world, &chat).await;
    let said = begins(world, HookMessage::text("").template(id, None, CONTENT, &[("{{lead.id}}", "1592")])).await;
    let words = "Номера нет в WhatsApp или он недоступен. Проверьте номер.".to_owned();
    assert_eq!(failure(world, &said), (904, words));
}

once!(a_person_with_whatsapp_gets_the_template_and_answers_in_the_same_chat, a_number_without_whatsapp_is_904);
