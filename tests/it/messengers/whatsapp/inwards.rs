//! Everything that a customer can do in WhatsApp, on its way into amoCRM.

use parom_tests::both;
use serde_json::json;
use simulator::crm::{Button, HookMessage, ListMessage, ListRow, Section};
use simulator::whatsapp::{Content, Given};

use super::super::at_crm;
use super::{WhatsAppWorld, arrives, chatting, last, received_message};

async fn every_file_is_what_it_was(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let contract = Given::sample().named("Договор №7.pdf");
    for (content, kind, text) in [
        (Content::of("image").saying("Вот"), "picture", "Вот"),
        (Content::of("video").saying("Вот"), "video", "Вот"),
        (Content::of("document").file(contract).saying("Вот"), "file", "Вот"),
        (Content::of("voice"), "voice", ""),
        (Content::of("audio"), "audio", ""),
        (Content::of("sticker"), "sticker", ""),
        (Content::of("sticker").with("animated", true), "sticker", ""),
    ] {
        let id = chat.customer(world).sends(content).unwrap();
        arrives(world).await;
        let came = last(world);
        assert_eq!((came.kind.as_str(), came.text.as_str()), (kind, text));
        assert!(came.media.contains("/media/"), "{kind}: a link of ours: {}", came.media);
        assert!(!came.media.contains(&chat.number.token), "{kind}");
        let is_named = !received_message(&came)["file_name"].as_str().unwrap_or_default().is_empty();
        assert!(is_named || kind == "sticker", "{kind}");
        let sent = world.messenger.message(id).unwrap();
        let there = world.sandbox.downloads(&chat.line.host, &came.id).await.unwrap();
        assert_eq!(there.bytes, sent.files[0].bytes, "{kind}: the same bytes");
    }
}

async fn places_and_contacts_are_native(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let place = |name: &str, address: &str| {
        let place = Content::of("location").with("latitude", 43.2389).with("longitude", 76.8897);
        place.with("name", name).with("address", address)
    };
    for (place, text) in [(place("", ""), ""), (place("Acme", "Abai 10"), "Acme, Abai 10")] {
        chat.customer(world).sends(place).unwrap();
        arrives(world).await;
        let came = last(world);
        assert_eq!((came.kind.as_str(), came.text.as_str()), ("location", text));
        assert_eq!(received_message(&came)["location"], json!({"lon": 76.8897, "lat": 43.2389}));
    }
    let card = |name: &str, phone: &str| json!({"name": {"formatted_name": name}, "phones": [{"phone": phone}]});
    let contacts = json!([card("Oleg", "+7 701 000 22 33"), card("Olga", "+7 701 000 44 55")]);
    chat.customer(world).sends(Content::of("contacts").with("contacts", contacts)).unwrap();
    arrives(world).await;
    let came: Vec<_> =
        at_crm(world).into_iter().rev().take(2).map(|one| received_message(&one)["contact"].clone()).collect();
    let contact = |name: &str, phone: &str| json!({"name": name, "phone": phone});
    assert_eq!(came, [contact("Olga", "+7 701 000 44 55"), contact("Oleg", "+7 701 000 22 33")], "one each");
}

async fn a_customer_is_shown_with_name_and_phone(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let there = world.sandbox.chats(&chat.line.host).remove(0);
    assert_eq!((there.name.as_str(), there.phone.as_str()), ("Maria K.", "77010001122"));
    assert_eq!(there.source.as_deref(), Some("wa-1"));
    let ad = json!({"source_url": "https://fb.me/1", "source_type": "ad", "source_id": "12", "headline": "Bikes"});
    chat.customer(world).sends_with(Content::text("Price?"), |act| act.with("referral", ad)).unwrap();
    arrives(world).await;
    assert_eq!(last(world).text, "[Из рекламы: Bikes] https://fb.me/1\nPrice?");
    assert_eq!(world.sandbox.chats(&chat.line.host).len(), 1);
}

async fn a_press_arrives_with_the_label_of_its_button(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let button = |text: &str| Button { text: text.to_owned(), url: None };
    let message = HookMessage::text("Today?").buttons(&[vec![button("Yes"), button("No")]]);
    chat.manager_gets_through(world, message).await;
    chat.customer(world).presses_number(&chat.last_sent(world).id, 1).unwrap();
    arrives(world).await;
    assert_eq!((last(world).kind.as_str(), last(world).text.as_str()), ("text", "No"));
}

async fn a_chosen_row_comes_back_with_its_data(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let row = |data: &str, title: &str| ListRow {
        callback_data: data.to_owned(),
        title: title.to_owned(),
        description: "1-2 days".to_owned(),
    };
    let rows = vec![row("k7", "Delivery"), row("k8", "Assembly")];
    let list = ListMessage {
        header: "Pick a service".to_owned(),
        body: "Choose one below".to_owned(),
        footer: "Acme".to_owned(),
        button: "Services".to_owned(),
        sections: vec![Section { title: "Available".to_owned(), rows }],
    };
    chat.manager_gets_through(world, HookMessage::text("").list(list)).await;
    let shown = chat.last_sent(world).json;
    let second = shown.pointer("/interactive/action/sections/0/rows/1/id").unwrap().as_str().unwrap().to_owned();
    chat.customer(world).presses(&chat.last_sent(world).id, &second).unwrap();
    arrives(world).await;
    let came = last(world);
    assert_eq!((came.text.as_str(), &received_message(&came)["callback_data"]), ("Assembly", &json!("k8")));
}

async fn answers_find_what_they_answer(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let said = chat.manager_gets_through(world, HookMessage::text("Red or blue?")).await;
    chat.customer(world).replies(&chat.last_sent(world).id, "Blue").unwrap();
    arrives(world).await;
    let came = last(world);
    assert_eq!(came.text, "Blue");
    assert_eq!(came.payload["reply_to"]["message"]["id"], json!(said.message_id), "{}", came.payload);
}

async fn a_forwarded_text_is_marked_as_forwarded(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    chat.customer(world).sends_with(Content::text("20% off"), |act| act.with("forwarded", true)).unwrap();
    arrives(world).await;
    assert_eq!(last(world).text, "Переслано\n20% off");
    let often = Content::text("To ten friends");
    chat.customer(world).sends_with(often, |act| act.with("forwarded_often", true)).unwrap();
    arrives(world).await;
    assert_eq!(last(world).text, "Переслано много раз\nTo ten friends");
}

async fn reactions_come_and_go(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let said = chat.manager_gets_through(world, HookMessage::text("Done")).await;
    let id = chat.last_sent(world).id;
    for (emoji, there) in [("👍", vec!["👍"]), ("🦖", vec!["🦖"]), ("", vec![])] {
        chat.customer(world).reacts(&id, emoji).unwrap();
        arrives(world).await;
        let messages = world.sandbox.messages(&chat.line.host);
        let reactions = &messages.iter().find(|one| one.id == said.message_id).unwrap().reactions;
        assert_eq!(reactions.iter().map(|(_, emoji)| emoji.as_str()).collect::<Vec<_>>(), there);
    }
}

async fn edits_and_deletions_change_what_amocrm_shows(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let text = chat.customer(world).writes("Красная").unwrap();
    arrives(world).await;
    let count = at_crm(world).len();
    chat.customer(world).edits(&text, "Синяя").unwrap();
    arrives(world).await;
    assert_eq!((last(world).text.as_str(), last(world).edited), ("Синяя", true));
    chat.customer(world).removes(&text).unwrap();
    arrives(world).await;
    assert_eq!((last(world).text.as_str(), at_crm(world).len()), ("Удалено клиентом", count));
    let picture = chat.customer(world).sends(Content::of("image").saying("Чек")).unwrap();
    arrives(world).await;
    chat.customer(world).edits(&picture, "Чек 2").unwrap();
    arrives(world).await;
    let came = last(world);
    assert_eq!((came.kind.as_str(), came.text.as_str(), came.media.is_empty()), ("picture", "Чек 2", false));
}

async fn content_without_a_kind_in_amocrm_becomes_text(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let item = json!({"product_retailer_id": "SKU-77", "quantity": 2, "item_price": 30, "currency": "USD"});
    let order = Content::of("order").saying("к пятнице").with("catalog_id", "1").with("items", json!([item]));
    let unsupported = Content::of("unsupported").with("what", "poll_creation");
    for (content, text) in [
        (order, "[Заказ] SKU-77 × 2 = 60 USD; итого 60 USD\nк пятнице"),
        (unsupported, "[Сообщение не поддерживается: poll_creation. Попросите прислать текстом или файлом]"),
    ] {
        chat.customer(world).sends(content).unwrap();
        arrives(world).await;
        assert_eq!((last(world).kind.as_str(), last(world).text.as_str()), ("text", text));
    }
    let before = at_crm(world).len();
    chat.customer(world).does_own("open", |act| act).unwrap();
    arrives(world).await;
    assert_eq!(at_crm(world).len(), before, "a chat that was only opened says nothing");
}

both!(
    every_file_is_what_it_was,
    places_and_contacts_are_native,
    a_customer_is_shown_with_name_and_phone,
    a_press_arrives_with_the_label_of_its_button,
    a_chosen_row_comes_back_with_its_data,
    answers_find_what_they_answer,
    a_forwarded_text_is_marked_as_forwarded,
    reactions_come_and_go,
    edits_and_deletions_change_what_amocrm_shows,
    content_without_a_kind_in_amocrm_becomes_text,
);
