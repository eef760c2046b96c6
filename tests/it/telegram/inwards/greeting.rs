//! The bot's greeting, and its request for the customer's number.

use base::config::Bot;
use parom_tests::settings::{BOT_ID, HOST};
use parom_tests::{TelegramLine, TelegramWorld, both};
use serde_json::{Value, json};
use simulator::telegram::{Act, Content, GroupKind, NewGroup, NewPerson};

use super::at_crm;

/// A source with these settings, in a channel that has a bot, and Maria, who has not opened it yet.
async fn source(world: &mut TelegramWorld, settings: Value) -> TelegramLine {
    world.setup_is(|config| {
        let bot = Bot { id: BOT_ID.into(), client_id: "acme-bot".into(), name: "Acme".into() };
        config.integrations[0].channels[0].bot = Some(bot);
    });
    world.restart().await;
    let mut line = world.telegram_source(Default::default(), settings).await;
    line.person = world.telegram().add_person(NewPerson::default());
    line
}

async fn starts(world: &mut TelegramWorld, line: &TelegramLine) {
    line.customer(world).starts("").unwrap();
    world.telegram_arrives().await;
}

async fn a_person_who_starts_is_greeted_once_and_amocrm_shows_it_above_their_first_message(world: &mut TelegramWorld) {
    let line = source(world, json!({ "greeting": "Hello, {name}! How can we help?" })).await;
    starts(world, &line).await;
    let greeting = "Hello, Maria Kovaleva! How can we help?";
    let texts = |world: &TelegramWorld| line.sent(world).into_iter().map(|one| one.text).collect::<Vec<_>>();
    assert_eq!(texts(world), [greeting]);
    assert!(line.sent(world)[0].json.get("reply_markup").is_none());
    assert!(at_crm(world).is_empty() && world.sandbox.chats(HOST).is_empty(), "the person has not written yet");

    world.advance(std::time::Duration::from_secs(60));
    starts(world, &line).await;
    line.customer(world).writes("A sofa").unwrap();
    world.telegram_arrives().await;
    line.customer(world).writes("Blue").unwrap();
    world.telegram_arrives().await;
    starts(world, &line).await;
    assert_eq!(texts(world), [greeting], "once a conversation");
    let mut came = at_crm(world);
    came.sort_by_key(|message| message.msec_timestamp);
    let came: Vec<_> = came.iter().map(|one| (one.sender_name.as_str(), one.text.as_str())).collect();
    assert_eq!(came, [("Acme", greeting), ("Maria Kovaleva", "A sofa"), ("Maria Kovaleva", "Blue")]);
    let chats = world.sandbox.chats(HOST);
    assert_eq!((chats.len(), chats[0].name.as_str()), (1, "Maria Kovaleva"));
    let list = world.api.get(&line.line.path("/conversations")).await.is(200);
    let messages = line.line.path(&format!("/conversations/{}/messages", list.text_at("/items/0/id")));
    let messages = world.api.get(&messages).await.is(200);
    let sent: Vec<&Value> =
        messages.json["items"].as_array().unwrap().iter().filter(|one| one["sender"]["role"] == "bot").collect();
    assert_eq!((sent.len(), &sent[0]["content"]["text"]), (2, &json!(greeting)), "{sent:?}");
}

/// The customer's own number becomes the contact's; another person's card is only a card.
async fn a_button_asks_for_the_number(world: &mut TelegramWorld) {
    let line = source(world, json!({ "ask_phone": true })).await;
    starts(world, &line).await;
    let asked = line.sent(world).pop().unwrap();
    assert_eq!(asked.text, "Поделитесь номером телефона, чтобы мы могли с вами связаться.");
    let keyboard = world.telegram().calls(line.bot).into_iter().rfind(|call| call.call == "sendMessage");
    let keyboard = keyboard.unwrap().body.get("reply_markup").cloned().unwrap();
    let keyboard: Value = match keyboard {
        Value::String(text) => serde_json::from_str(&text).unwrap(),
        value => value,
    };
    assert_eq!(keyboard["keyboard"][0][0], json!({ "text": "Поделиться номером", "request_contact": true }));
    assert_eq!(keyboard["one_time_keyboard"], true);

    let anothers = Content::of("contact").with("phone_number", "+77010002233").with("first_name", "Pavel");
    let anothers = anothers.with("user_id", 5_599_887_766_i64);
    line.customer(world).sends(anothers).unwrap();
    world.telegram_arrives().await;
    assert_eq!(world.sandbox.chats(HOST)[0].phone, "");
    line.customer(world).sends(Content::of("own_contact")).unwrap();
    world.telegram_arrives().await;
    let phone = world.sandbox.chats(HOST)[0].phone.clone();
    assert!(!phone.is_empty() && phone != "77010002233", "{phone}");
    let shown = world.api.get(&line.line.path("/conversations")).await.is(200);
    assert_eq!(shown.text_at("/items/0/contact/phone"), format!("+{phone}"));
}

async fn greetings_are_sent_only_if_configured_and_never_to_groups(world: &mut TelegramWorld) {
    let quiet = source(world, json!({})).await;
    starts(world, &quiet).await;
    assert!(quiet.sent(world).is_empty(), "off by default");
    let path = quiet.line.path("");
    world.api.patch(&path, &json!({ "settings": { "greeting": "Hello!", "groups": true } })).await.is(200);
    let shown = world.api.get(&path).await.is(200);
    assert_eq!(shown.text_at("/settings/greeting"), "Hello!");
    let long = json!({ "settings": { "greeting": "x".repeat(2001) } });
    assert_eq!(world.api.patch(&path, &long).await.is(422).wrong_fields(), ["/settings/greeting"]);

    let group = -4_012_345_678;
    let members = vec![quiet.person];
    world.telegram().add_group(NewGroup { id: Some(group), title: "Delivery".into(), kind: GroupKind::Basic, members });
    world.telegram().act(Act::own("add_bot").with("group", group).line(quiet.bot).with("by", quiet.person)).unwrap();
    world.telegram().member(quiet.person, group).writes("/start").unwrap();
    world.telegram_arrives().await;
    assert!(quiet.sent(world).is_empty(), "{:?}", quiet.sent(world));
    starts(world, &quiet).await;
    assert_eq!(quiet.sent(world).len(), 1, "the first Start since it is wanted");
}

both!(
    a_person_who_starts_is_greeted_once_and_amocrm_shows_it_above_their_first_message,
    a_button_asks_for_the_number,
    greetings_are_sent_only_if_configured_and_never_to_groups,
);
