//! People whose ids change, and those who have two (whatsapp §12).

use entity::conversation_alias;
use parom_tests::both;
use parom_tests::settings::HOST;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use simulator::crm::HookMessage;
use simulator::whatsapp::{Act, NewPerson};

use super::super::at_crm;
use super::{Chat, MARIA, MARIAS_PHONE, Number, WhatsAppWorld, arrives, chatting, connected, last, posts};

/// A new number, and then another one with a new scoped id: the person stays one.
async fn a_changed_number_is_reported_and_written_to(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let number = "77019998877";
    chat.customer(world).does_own("change_number", |act| act.with("number", number)).unwrap();
    arrives(world).await;
    assert_eq!(last(world).text, "[Номер клиента сменился с +77010001122 на +77019998877]");
    assert!(last(world).silent, "it needs no answer");
    chat.manager_gets_through(world, HookMessage::text("Noted")).await;
    assert_eq!(chat.last_sent(world).json["to"], number);
    let moved = |act: Act| act.with("number", "77015554433").with("user_id", "KZ.5550001112223334445");
    chat.customer(world).does_own("change_number", moved).unwrap();
    arrives(world).await;
    chat.customer(world).writes("It is me").unwrap();
    arrives(world).await;
    assert_eq!((last(world).text.as_str(), world.sandbox.chats(HOST).len()), ("It is me", 1));
}

const TIMUR: &str = "KZ.999888777666555";

/// Another person with a number that Maria has or had.
pub fn stranger(wa_id: &str) -> NewPerson {
    let user_id = Some(TIMUR.to_owned());
    NewPerson { wa_id: wa_id.to_owned(), name: "Timur".to_owned(), user_id, ..NewPerson::default() }
}

/// To which phone, or else to which scoped id, the answer in a chat went.
pub async fn answered_to(world: &mut WhatsAppWorld, chat: &Chat, chat_id: &str) -> String {
    chat.line.manager_sends_to(world, chat_id, HookMessage::text("Your order is ready")).await;
    arrives(world).await;
    let sent = chat.last_sent(world);
    assert_eq!(sent.error(), None, "{}", sent.json);
    let to = sent.json["to"].as_str().or_else(|| sent.json["recipient"].as_str());
    to.unwrap().to_owned()
}

/// What this person writes arrives in this chat at amoCRM.
pub async fn writes_in(world: &mut WhatsAppWorld, chat: &Chat, person: i64, text: &str) -> String {
    world.messenger.customer(person, &chat.number.phone).writes(text).unwrap();
    arrives(world).await;
    assert_eq!(last(world).text, text);
    last(world).chat_id
}

/// The scoped id tells that it is another person, although nobody reported that the number has a new owner.
async fn a_number_under_another_scoped_id_is_another_chat(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let first = last(world).chat_id;
    let timur = world.messenger.add_person(stranger(MARIAS_PHONE));
    let second = writes_in(world, &chat, timur, "I have a new number").await;
    assert_ne!(first, second, "a chat of their own");
    assert_eq!(answered_to(world, &chat, &first).await, MARIA);
    assert_eq!(answered_to(world, &chat, &second).await, MARIAS_PHONE);
    // The number alone is the new owner's.
    let path = format!("/hooks/whatsapp/{}", chat.line.source_id);
    let alone = body(&chat.number, "By number", "wamid.N", Some(MARIAS_PHONE), None);
    assert_eq!(posts(world, &path, Some(&chat.number.app.secret), &alone).await, 200);
    world.deliver_all().await;
    assert_eq!((last(world).text.as_str(), last(world).chat_id), ("By number", second));
}

/// Nor is the new owner the former one's contact, whichever of both the messenger still gives the number when it is linked.
async fn is_another_contact(world: &mut WhatsAppWorld, is_known: bool) {
    let (line, number) = connected(world).await;
    world.api.patch(&line.path(""), &json!({"contact_rule": "link"})).await.is(200);
    let maria = world.messenger.add_person(NewPerson::default());
    let chat = Chat { line, number, maria };
    if is_known {
        world.sandbox.add_contact(HOST, "Maria Card", Some(MARIAS_PHONE), None);
    }
    let first = writes_in(world, &chat, chat.maria, "It is me").await;
    let contact_of = |world: &WhatsAppWorld, chat_id: &str| {
        world.sandbox.contact_links(HOST).iter().rfind(|link| link.chat_id == chat_id).map(|link| link.contact_id)
    };
    world.works("contacts").await;
    let card = contact_of(world, &first);
    assert!(card.is_some());
    let timur = world.messenger.add_person(stranger(MARIAS_PHONE));
    let second = writes_in(world, &chat, timur, "I have a new number").await;
    for text in ["", "Is anybody there?"] {
        if !text.is_empty() {
            assert_eq!(writes_in(world, &chat, timur, text).await, second);
        }
        world.works("contacts").await;
        assert_ne!(contact_of(world, &second), card);
        assert_eq!(contact_of(world, &first), card);
    }
    let identity = world.api.get(&chat.line.path(&format!("/conversations/{TIMUR}/identity"))).await.is(200);
    assert_eq!(identity.json["links"][0]["why"], "recycled", "{}", identity.text);
}

async fn a_number_under_another_scoped_id_is_another_contact(world: &mut WhatsAppWorld) {
    is_another_contact(world, true).await;
}

/// The usual case: no contact had the number, so amoCRM created one for its first owner.
async fn nor_is_it_the_contact_that_amocrm_made(world: &mut WhatsAppWorld) {
    is_another_contact(world, false).await;
}

/// In Brazil the same number has two spellings.
async fn the_other_spelling_of_a_number_leads_to_its_new_owner_too(world: &mut WhatsAppWorld) {
    let (line, number) = connected(world).await;
    let person = |wa_id: &str, user: &str| NewPerson { user_id: Some(user.to_owned()), ..stranger(wa_id) };
    let maria = world.messenger.add_person(person("5588991234567", "BR.1"));
    let chat = Chat { line, number, maria };
    let first = writes_in(world, &chat, maria, "Oi!").await;
    let other = world.messenger.add_person(person("558891234567", "BR.2"));
    let second = writes_in(world, &chat, other, "Tenho um número novo").await;
    assert_ne!(first, second, "a chat of their own");
    assert_eq!(answered_to(world, &chat, &first).await, "BR.1");
    assert_eq!(answered_to(world, &chat, &second).await, "558891234567");
}

/// Maria told of her new number, and of her new scoped id too: the old number is nobody's until somebody writes from it.
async fn a_number_that_was_given_up_is_no_longer_its_owners(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let first = last(world).chat_id;
    let number = "77019998877";
    chat.customer(world).does_own("change_number", |act| act.with("number", number)).unwrap();
    arrives(world).await;
    let of_number = conversation_alias::Column::ExternalId.eq(MARIAS_PHONE);
    let known = conversation_alias::Entity::find().filter(of_number).all(world.app().store.read()).await.unwrap();
    assert!(known.is_empty(), "{known:?}");
    let timur = world.messenger.add_person(stranger(MARIAS_PHONE));
    let second = writes_in(world, &chat, timur, "I have a new number").await;
    assert_ne!(first, second, "a chat of their own");
    assert_eq!(answered_to(world, &chat, &first).await, number);
    assert_eq!(answered_to(world, &chat, &second).await, MARIAS_PHONE);
    assert_eq!(writes_in(world, &chat, chat.maria, "It is me").await, first);
    // Her newer scoped id is the one that is hers after that number too has a new owner.
    let newer = "KZ.5550001112223334445";
    chat.customer(world)
        .does_own("change_number", |act| act.with("number", "77015554433").with("user_id", newer))
        .unwrap();
    arrives(world).await;
    assert_eq!(writes_in(world, &chat, chat.maria, "Once more").await, first);
    assert_eq!(answered_to(world, &chat, &first).await, "77015554433");
    let other = NewPerson { user_id: Some("KZ.1112223334445556667".to_owned()), ..stranger("77015554433") };
    let other = world.messenger.add_person(other);
    assert!(![&first, &second].contains(&&writes_in(world, &chat, other, "A third one").await));
    assert_eq!(answered_to(world, &chat, &first).await, newer);
}

/// The webhook of Maria's message with the ids that Meta gives.
fn body(number: &Number, text: &str, id: &str, from: Option<&str>, user: Option<&str>) -> String {
    let mut message = json!({"id": id, "timestamp": "1795168900", "type": "text", "text": {"body": text}});
    let mut contact = json!({"profile": {"name": "Maria K."}});
    if let Some(from) = from {
        message["from"] = json!(from);
        contact["wa_id"] = json!(from);
    }
    if let Some(user) = user {
        message["from_user_id"] = json!(user);
        contact["user_id"] = json!(user);
    }
    let metadata = json!({"display_phone_number": "77010009900", "phone_number_id": number.phone});
    let value = json!({"metadata": metadata, "contacts": [contact], "messages": [message]});
    let change = json!([{"field": "messages", "value": value}]);
    json!({"object": "whatsapp_business_account", "entry": [{"id": number.waba, "changes": change}]}).to_string()
}

/// Known by phone before Meta sent the other id, and by that one alone after the phone was hidden.
async fn phone_and_scoped_id_are_one_chat(world: &mut WhatsAppWorld) {
    let (line, number) = connected(world).await;
    let classic = NewPerson { user_id: None, ..NewPerson::default() };
    let before = world.messenger.add_person(classic);
    world.messenger.customer(before, &number.phone).writes("By phone").unwrap();
    arrives(world).await;
    let path = format!("/hooks/whatsapp/{}", line.source_id);
    let (phone, user) = (Some(MARIAS_PHONE), Some(MARIA));
    for (text, id, from, user) in [("By both", "wamid.B", phone, user), ("By the id alone", "wamid.C", None, user)] {
        assert_eq!(posts(world, &path, Some(&number.app.secret), &body(&number, text, id, from, user)).await, 200);
        world.deliver_all().await;
    }
    let texts: Vec<String> = at_crm(world).into_iter().map(|one| one.text).collect();
    assert_eq!(
        (texts, world.sandbox.chats(HOST).len()),
        (vec!["By phone".into(), "By both".into(), "By the id alone".into()], 1)
    );
    let chat = world.sandbox.chats(HOST).remove(0).id;
    line.manager_sends_to(world, &chat, HookMessage::text("Hello")).await;
    arrives(world).await;
    assert_eq!(world.messenger.sent(&number.phone)[0].json["to"], MARIAS_PHONE);
    // Both ids come with every message; nothing is written again for it.
    let aliases = || async { conversation_alias::Entity::find().all(world.app().store.read()).await.unwrap().len() };
    let known = aliases().await;
    for id in ["wamid.D", "wamid.E"] {
        assert_eq!(posts(world, &path, Some(&number.app.secret), &body(&number, "More", id, phone, user)).await, 200);
    }
    assert_eq!(aliases().await, known);
    world.deliver_all().await;
}

/// Who hides the phone behind a username is known and written to by the other id.
async fn a_person_who_hides_their_phone_can_be_written_to(world: &mut WhatsAppWorld) {
    let (line, number) = connected(world).await;
    let joao = NewPerson {
        wa_id: "5511900001111".to_owned(),
        name: "João".to_owned(),
        username: Some("joao.verde".to_owned()),
        user_id: Some("BR.9876543210987654321".to_owned()),
        ..NewPerson::default()
    };
    let joao = world.messenger.add_person(joao);
    world.messenger.customer(joao, &number.phone).writes("Oi!").unwrap();
    arrives(world).await;
    line.manager_sends(world, "BR.9876543210987654321", HookMessage::text("Olá")).await;
    arrives(world).await;
    let sent = world.messenger.sent_to(&number.phone, joao).pop().unwrap();
    assert_eq!(sent.error(), None, "{}", sent.json);
    assert!(sent.json["to"].is_null() && sent.json["recipient"] == "BR.9876543210987654321", "{}", sent.json);
}

/// Behind a username there is only the scoped id; the number that appears later is Meta's word for who it is.
async fn a_number_that_appears_later_links_the_chat(world: &mut WhatsAppWorld) {
    let (line, number) = connected(world).await;
    world.api.patch(&line.path(""), &json!({"contact_rule": "link"})).await.is(200);
    let card = world.sandbox.add_contact(HOST, "Maria Card", Some(MARIAS_PHONE), None);
    let path = format!("/hooks/whatsapp/{}", line.source_id);
    let identity = line.path(&format!("/conversations/{MARIA}/identity"));
    for (id, from, works) in [("wamid.A", None, 0), ("wamid.B", Some(MARIAS_PHONE), 1), ("wamid.C", None, 0)] {
        let hook = body(&number, "Hello", id, from, Some(MARIA));
        assert_eq!(posts(world, &path, Some(&number.app.secret), &hook).await, 200);
        world.deliver_all().await;
        assert_eq!(world.works("contacts").await, works, "{id}");
        let links = world.api.get(&identity).await.is(200).json["links"].clone();
        assert_eq!(links.as_array().unwrap().len(), usize::from(id != "wamid.A"), "{id}: {links}");
        if id != "wamid.A" {
            assert_eq!(links[0]["amocrm_contact_id"], card.to_string(), "{id}");
            let how = ["why", "id_kind", "id_value", "sureness"].map(|key| links[0][key].as_str().unwrap());
            assert_eq!(how, ["phone", "phone", "…22", "proved"], "{id}");
        }
    }
    assert_eq!((world.sandbox.chats(HOST).len(), world.sandbox.contact_links(HOST)[0].contact_id), (1, card));
}

both!(a_person_who_hides_their_phone_can_be_written_to, a_changed_number_is_reported_and_written_to);
both!(a_number_under_another_scoped_id_is_another_chat, a_number_that_was_given_up_is_no_longer_its_owners);
both!(the_other_spelling_of_a_number_leads_to_its_new_owner_too, nor_is_it_the_contact_that_amocrm_made);
both!(a_number_under_another_scoped_id_is_another_contact);
both!(phone_and_scoped_id_are_one_chat, a_number_that_appears_later_links_the_chat);
