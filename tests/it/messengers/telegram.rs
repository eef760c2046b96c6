//! Telegram: what bots alone have – greetings, groups and topics, lent accounts, limits of chats, the panel's steps.

use std::time::Duration;

use entity::conversation;
use parom::source::{self, SourceState, SourceStatus, StateReason};
use parom_tests::settings::{CHANNEL_ID, HOST};
use parom_tests::{TelegramLine, TelegramWorld, World, both, once};
use serde_json::{Value, json};
use simulator::crm::{Attachment, Button, HookMessage, Part, Said};
use simulator::telegram::{Act, Content, Fault, GroupKind, HookFault, NewBot, NewGroup, NewPerson};

use super::{at_crm, texts_at_crm, with_bot};
use crate::contract::{failure, watched};

#[track_caller]
fn last(world: &World) -> simulator::crm::MessageView {
    at_crm(world).pop().expect("amoCRM got something")
}

/// What the bot sent last: its chat and its text.
#[track_caller]
fn last_sent(world: &World, line: &TelegramLine) -> (i64, String) {
    let message = line.sent(world).pop().expect("the bot sent something");
    (message.json["chat"]["id"].as_i64().expect("a chat"), message.text)
}

fn texts(world: &World, line: &TelegramLine) -> Vec<String> {
    line.sent(world).into_iter().map(|message| message.text).collect()
}

/// A source with these settings, and Maria, who has not opened it yet.
async fn source(world: &World, settings: Value) -> TelegramLine {
    let mut line = world.telegram_source(NewBot::default(), settings).await;
    line.person = world.telegram().add_person(NewPerson::default());
    line
}

async fn chatting(world: &mut World) -> TelegramLine {
    world.telegram_line(json!({})).await
}

async fn starts(world: &mut World, line: &TelegramLine) {
    line.customer(world).starts("").unwrap();
    world.telegram_arrives().await;
}

/// Somebody else who writes to the bot.
fn newcomer(world: &World, line: &TelegramLine, name: &str) -> i64 {
    let person = world.telegram().add_person(NewPerson { first_name: name.to_owned(), ..NewPerson::default() });
    world.telegram().customer(person, line.bot).starts("").unwrap();
    world.telegram().customer(person, line.bot).writes("Hi").unwrap();
    person
}

async fn state(world: &World, line: &TelegramLine) -> SourceState {
    let found = source::find(&world.app().sources, line.line.tenant_id, line.line.source_id).await.unwrap();
    source::state(&world.app().sources, &found).await.unwrap()
}

async fn an_edit_of_a_caption_keeps_its_file_and_the_album(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let photo = |caption: &str| Content::of("photo").saying(caption);
    let ids = line.customer(world).sends_album(vec![photo("Спереди"), photo("Сбоку")]).unwrap();
    world.telegram_arrives().await;
    line.customer(world).edits(ids[1], "Сзади").unwrap();
    world.telegram_arrives().await;
    let shown: Vec<_> = at_crm(world).into_iter().skip(1).map(|one| (one.kind, one.text, one.edited)).collect();
    let picture = |text: &str, edited| ("picture".to_owned(), text.to_owned(), edited);
    assert_eq!(shown, [picture("Спереди", false), picture("Сзади", true)]);
    assert!(!last(world).media.is_empty());
}

async fn presses_count_once_and_those_of_old_messages_too(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let button = |text: &str| Button { text: text.to_owned(), url: None };
    let long = "A label that is longer than the sixty-four bytes which callback data may have";
    line.manager_sends(world, HookMessage::text("?").buttons(&[vec![button("Да"), button(long)]])).await;
    world.deliver_all().await;
    let sent = line.sent(world).pop().unwrap();
    for title in ["Да", "Да", long] {
        line.customer(world).presses(&sent.id, title).unwrap();
    }
    world.telegram_arrives().await;
    world.advance(Duration::from_secs(4));
    line.customer(world).presses(&sent.id, "Да").unwrap();
    world.telegram_arrives().await;
    world.advance(Duration::from_secs(4));
    let data = sent.buttons[0][1].payload.clone().unwrap();
    let press = Act::own("press_old").who(line.person).line(line.bot).message(&sent.id).with("data", data);
    world.telegram().act(press).unwrap();
    world.telegram_arrives().await;
    assert_eq!(texts_at_crm(world).split_off(1), ["Да", long, "Да", long]);
}

async fn an_avatar_is_requested_once(world: &mut TelegramWorld) {
    let line = source(world, json!({})).await;
    world.telegram().set_avatar(line.person, true);
    line.customer(world).starts("").unwrap();
    for text in ["Раз", "Два"] {
        line.customer(world).writes(text).unwrap();
        world.telegram_arrives().await;
    }
    let sender = &last(world).payload["sender"];
    assert_eq!(sender["profile_link"], "https://t.me/maria_kov");
    assert!(sender["avatar"].as_str().is_some_and(|url| url.contains("/media/")), "{sender}");
    let asked = line.methods(world, 0).into_iter().filter(|method| method == "getUserProfilePhotos").count();
    assert_eq!(asked, 1);
}

async fn a_person_who_starts_is_greeted_once_and_amocrm_shows_it_above_their_first_message(world: &mut TelegramWorld) {
    with_bot(world).await;
    let settings = json!({ "greeting": "Hello, {name}! How can we help?", "groups": true });
    let line = source(world, settings).await;
    starts(world, &line).await;
    let greeting = "Hello, Maria Kovaleva! How can we help?";
    assert_eq!(texts(world, &line), [greeting]);
    assert!(line.sent(world)[0].json.get("reply_markup").is_none());
    assert!(at_crm(world).is_empty() && world.sandbox.chats(HOST).is_empty(), "the person has not written yet");
    world.advance(Duration::from_secs(60));
    starts(world, &line).await;
    for text in ["A sofa", "Blue"] {
        line.customer(world).writes(text).unwrap();
        world.telegram_arrives().await;
    }
    starts(world, &line).await;
    assert_eq!(texts(world, &line), [greeting], "once a conversation");
    let mut came = at_crm(world);
    came.sort_by_key(|message| message.msec_timestamp);
    let came: Vec<_> = came.iter().map(|one| (one.sender_name.as_str(), one.text.as_str())).collect();
    assert_eq!(came, [("Acme", greeting), ("Maria Kovaleva", "A sofa"), ("Maria Kovaleva", "Blue")]);
    assert_eq!(world.sandbox.chats(HOST)[0].name, "Maria Kovaleva");
    let list = world.api.get(&line.line.path("/conversations")).await.is(200);
    let messages = line.line.path(&format!("/conversations/{}/messages", list.text_at("/items/0/id")));
    let messages = world.api.get(&messages).await.is(200);
    let of_bot = |one: &&Value| one["sender"]["role"] == "bot";
    let sent: Vec<_> = messages.json["items"].as_array().unwrap().iter().filter(of_bot).collect();
    assert_eq!((sent.len(), &sent[0]["content"]["text"]), (2, &json!(greeting)), "{sent:?}");
    group_of(world, &line, GroupKind::Basic, vec![line.person]);
    world.telegram().member(line.person, GROUP).writes("/start").unwrap();
    world.telegram_arrives().await;
    assert_eq!(line.sent(world).len(), 1, "never to groups");
}

/// A group has its own hours, if any.
async fn outside_of_hours_a_person_is_answered_and_a_group_is_not(world: &mut TelegramWorld) {
    let hours = json!({"time_zone": "Europe/Moscow", "hours": ["mon-fri 09:00-18:00"], "text": "Closed"});
    let line = source(world, json!({ "groups": true, "working_hours": hours })).await;
    world.advance(Duration::from_secs(7 * 3600));
    group_of(world, &line, GroupKind::Basic, vec![line.person]);
    world.telegram().member(line.person, GROUP).writes("Hello, all").unwrap();
    world.telegram_arrives().await;
    assert_eq!(texts(world, &line), [""; 0]);
    starts(world, &line).await;
    line.customer(world).writes("Hello, shop").unwrap();
    world.telegram_arrives().await;
    assert_eq!(texts(world, &line), ["Closed"]);
}

/// The customer's own number becomes the contact's; another person's card is only a card.
async fn a_button_asks_for_the_number(world: &mut TelegramWorld) {
    with_bot(world).await;
    let line = source(world, json!({ "ask_phone": true })).await;
    starts(world, &line).await;
    let asked = line.sent(world).pop().unwrap();
    assert!(!asked.text.is_empty());
    let call = world.telegram().calls(line.bot).into_iter().rfind(|call| call.call == "sendMessage").unwrap();
    let keyboard = match &call.body["reply_markup"] {
        Value::String(text) => serde_json::from_str(text).unwrap(),
        value => value.clone(),
    };
    assert_eq!(keyboard["keyboard"][0][0]["request_contact"], true);
    assert_eq!(keyboard["one_time_keyboard"], true);
    let anothers = Content::of("contact").with("phone_number", "+77010002233").with("first_name", "Pavel");
    line.customer(world).sends(anothers.with("user_id", 5_599_887_766_i64)).unwrap();
    world.telegram_arrives().await;
    assert_eq!(world.sandbox.chats(HOST)[0].phone, "");
    line.customer(world).sends(Content::of("own_contact")).unwrap();
    world.telegram_arrives().await;
    let phone = world.sandbox.chats(HOST)[0].phone.clone();
    assert!(!phone.is_empty() && phone != "77010002233", "{phone}");
    let shown = world.api.get(&line.line.path("/conversations")).await.is(200);
    assert_eq!(shown.text_at("/items/0/contact/phone"), format!("+{phone}"));
}

/// People are known by Telegram's number of them alone.
async fn a_changed_username_moves_nothing(world: &mut TelegramWorld) {
    let line = source(world, json!({})).await;
    world.api.patch(&line.line.path(""), &json!({ "contact_rule": "create" })).await.is(200);
    starts(world, &line).await;
    for (name, text) in [(Some("maria_kov"), "One"), (Some("maria_new"), "Two"), (None, "Three")] {
        world.telegram().set_username(line.person, name);
        line.customer(world).writes(text).unwrap();
        world.telegram_arrives().await;
        assert_eq!(world.works("contacts").await, 0, "{text}");
    }
    // Another person takes the name.
    let other = newcomer(world, &line, "Boris");
    world.telegram().set_username(other, Some("maria_kov"));
    world.telegram().customer(other, line.bot).writes("Four").unwrap();
    world.telegram_arrives().await;
    let links = world.sandbox.contact_links(HOST);
    assert_eq!((links.len(), world.sandbox.contacts(HOST).len()), (2, 2), "{links:?}");
    let identity = line.line.path(&format!("/conversations/{}/identity", line.person));
    let shown = world.api.get(&identity).await.is(200);
    assert_eq!(shown.json["links"].as_array().unwrap().len(), 1, "{}", shown.text);
    assert_eq!(
        (&shown.json["links"][0]["why"], &shown.json["links"][0]["id_kind"]),
        (&json!("made"), &json!("messenger"))
    );
}

/// The number of every person of the world's Telegram who has no other.
const PHONE: &str = "+79990001122";

async fn writes_first(world: &World, line: &TelegramLine, phone: &str, text: &str) -> Said {
    let (source, message) = (Some(line.line.external_id.as_str()), HookMessage::text(text));
    let said = world.sandbox.manager_writes_first(HOST, CHANNEL_ID, source, phone, message).await.unwrap();
    assert_eq!(said.answer.status, Some(200));
    said
}

async fn a_person_who_shared_their_number_is_reached_in_their_own_chat(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let said = writes_first(world, &line, PHONE, "Hello").await;
    world.deliver_all().await;
    assert_eq!(failure(world, &said.message_id).0, 904, "a person who shared no number");
    line.customer(world).sends(Content::of("own_contact")).unwrap();
    world.telegram_arrives().await;
    let old = line.chat(world);
    let said = writes_first(world, &line, "8 (999) 000-11-22", "Your order is here").await;
    assert_ne!(said.chat_id, old, "amoCRM makes another chat");
    world.deliver_all().await;
    assert_eq!(last_sent(world, &line), (line.person, "Your order is here".to_owned()));
    assert_eq!(world.statuses_at_crm(&line.line, &said.message_id), [1]);
    // The dialogue goes on in the chat in which a manager wrote last; what follows there needs no search.
    line.customer(world).writes("On my way").unwrap();
    world.telegram_arrives().await;
    assert_eq!((last(world).text.as_str(), last(world).chat_id.as_str()), ("On my way", said.chat_id.as_str()));
    for (chat, text) in [(&said.chat_id, "Good"), (&old, "From the old chat")] {
        line.manager_sends_to(world, chat, HookMessage::text(text)).await;
        world.deliver_to_the_end().await;
    }
    assert_eq!(texts(world, &line), ["Your order is here", "Good", "From the old chat"]);
    line.customer(world).writes("Thanks").unwrap();
    world.telegram_arrives().await;
    assert_eq!(last(world).chat_id, old);
    let sales = NewBot { id: 7_100_000_001, username: "acme_sales_bot".to_owned(), ..NewBot::default() };
    let sales = world.telegram_source(sales, json!({})).await;
    let said = writes_first(world, &sales, PHONE, "Hello").await;
    world.deliver_all().await;
    let (code, words) = failure(world, &said.message_id);
    let name = world.api.get(&line.line.path("")).await.is(200).text_at("/name");
    assert!(code == 904 && words.contains(&name), "the bot that knows them is named: {words}");
    assert!(sales.sent(world).is_empty());
    line.customer(world).blocks().unwrap();
    world.telegram_arrives().await;
    let said = writes_first(world, &line, PHONE, "Hello").await;
    world.deliver_all().await;
    assert_eq!(failure(world, &said.message_id).0, 901);
}

async fn a_person_who_blocks_the_bot_is_noticed(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    line.customer(world).starts("shop_window").unwrap();
    line.customer(world).blocks().unwrap();
    world.telegram_arrives().await;
    let chats = world.api.get(&line.line.path("/conversations")).await.is(200);
    let chat = &chats.json["items"][0];
    assert_eq!(chat["visit"], "shop_window");
    assert!(chat["unreachable_since"].is_string());
    world.advance(Duration::from_secs(60));
    line.customer(world).unblocks().unwrap();
    world.telegram_arrives().await;
    let rows = conversation::Entity::of_tenant(line.line.tenant_id).all(world.app().store.read()).await.unwrap();
    assert_eq!((rows[0].shut_at, at_crm(world).len()), (0, 1), "nothing of it is sent to amoCRM");
}

const GROUP: i64 = -4_012_345_678;

fn group_of(world: &World, line: &TelegramLine, kind: GroupKind, members: Vec<i64>) {
    world.telegram().add_group(NewGroup { id: Some(GROUP), title: "Delivery 77".into(), kind, members });
    for name in ["add_bot", "promote"] {
        let act = Act::own(name).with("group", GROUP).line(line.bot).with("by", line.person);
        world.telegram().act(act).unwrap();
    }
}

/// A bot that is in a group with Maria and Pavel; gives Pavel.
async fn in_a_group(world: &mut World, kind: GroupKind) -> (TelegramLine, i64) {
    let line = source(world, json!({ "groups": true })).await;
    let pavel = NewPerson { id: 5_599_887_766, first_name: "Pavel".into(), last_name: None, ..NewPerson::default() };
    let pavel = world.telegram().add_person(pavel);
    group_of(world, &line, kind, vec![line.person, pavel]);
    world.telegram_arrives().await;
    assert!(at_crm(world).is_empty(), "that the bot was added is no message");
    (line, pavel)
}

/// The chat's name in amoCRM, and its contact's, are the title of the group and not the name of who wrote first.
async fn a_group_is_one_chat_of_several_people(world: &mut TelegramWorld) {
    let (line, pavel) = in_a_group(world, GroupKind::Basic).await;
    world.telegram().member(line.person, GROUP).writes("Где курьер?").unwrap();
    world.telegram_arrives().await;
    let contacts = |world: &World| -> Vec<String> {
        world.sandbox.contacts(HOST).into_iter().map(|contact| contact.name).collect()
    };
    let chats = world.sandbox.chats(HOST);
    assert_eq!((chats.len(), chats[0].name.as_str(), contacts(world)), (1, "Delivery 77", vec!["Delivery 77".into()]));
    let retitle = |title: &str| Act::own("retitle").with("group", GROUP).with("title", title).with("by", line.person);
    // amoCRM is away for a while.
    world.sandbox.faults().until_cleared(Part::Rest, simulator::crm::Fault::Status { code: 503, retry_after: None });
    for title in ["Delivery 78", "Delivery 79"] {
        world.telegram().act(retitle(title)).unwrap();
        world.telegram_arrives().await;
        world.works("contacts").await;
        assert_eq!((at_crm(world).len(), contacts(world)), (1, vec!["Delivery 77".into()]), "a title is no message");
    }
    world.sandbox.faults().clear();
    world.advance(Duration::from_secs(400));
    world.works("contacts").await;
    assert_eq!(contacts(world), ["Delivery 79"]);
    let shown = world.api.get(&line.line.path("/conversations")).await.is(200);
    assert_eq!(shown.text_at("/items/0/contact/name"), "Delivery 79");
    // People's own name for it stays.
    assert!(world.sandbox.rename_contact(HOST, world.sandbox.contacts(HOST)[0].id, "The couriers"));
    world.telegram().act(retitle("Delivery 80")).unwrap();
    world.telegram_arrives().await;
    world.works("contacts").await;
    assert_eq!(contacts(world), ["The couriers"]);
    assert_eq!(world.works("contacts").await, 0, "there is nothing left to do");
    world.telegram().member(pavel, GROUP).writes("Едет").unwrap();
    let signed = |act: Act| act.with("anonymous", true).with("signature", "логист");
    world.telegram().member(pavel, GROUP).sends_with(Content::text("Приехал"), signed).unwrap();
    world.telegram_arrives().await;
    let came: Vec<_> = at_crm(world).into_iter().map(|message| (message.sender_name, message.text)).collect();
    assert_eq!((came[0].0.as_str(), came[0].1.as_str()), ("Maria Kovaleva", "Где курьер?"));
    assert_eq!((came[1].0.as_str(), came[1].1.as_str()), ("Pavel", "Едет"));
    assert!(came[2].0.starts_with("Delivery 80"), "{came:?}");
    assert_eq!(world.sandbox.chats(HOST).len(), 1);
    let path = line.line.path("");
    world.api.patch(&path, &json!({ "settings": { "groups": false } })).await.is(200);
    world.telegram().member(pavel, GROUP).writes("Не нужно").unwrap();
    world.telegram_arrives().await;
    assert_eq!(at_crm(world).len(), 3, "groups stay outside unless they are wanted");
}

/// A group that moves goes on in its chat, also if an answer overtakes the news.
async fn a_group_that_moves_goes_on_in_its_chat(world: &mut TelegramWorld) {
    let (line, _) = in_a_group(world, GroupKind::Basic).await;
    world.telegram().member(line.person, GROUP).writes("До").unwrap();
    world.telegram_arrives().await;
    let chat = line.chat_of(world, &GROUP.to_string());
    world.telegram().hold_hooks(true);
    let moved = world.telegram().act(Act::own("upgrade_group").with("group", GROUP).with("by", line.person)).unwrap();
    let moved = moved.dialog.number();
    let said = line.manager_sends_to(world, &chat, HookMessage::text("At noon")).await;
    world.deliver_to_the_end().await;
    assert_eq!(last_sent(world, &line), (moved, "At noon".to_owned()));
    assert_eq!(world.statuses_at_crm(&line.line, &said.message_id), [1]);
    world.telegram().hold_hooks(false);
    world.telegram_arrives().await;
    world.telegram().member(line.person, moved).writes("После").unwrap();
    world.telegram_arrives().await;
    assert_eq!(texts_at_crm(world), ["До", "После"]);
    assert_eq!(world.sandbox.chats(HOST).len(), 1);
    line.manager_sends_to(world, &chat, HookMessage::text("Слышу")).await;
    world.deliver_to_the_end().await;
    assert_eq!(last_sent(world, &line), (moved, "Слышу".to_owned()));
}

/// Each topic is a chat; the group's contact learns a new title with the next message.
async fn each_topic_is_a_chat_with_its_groups_title(world: &mut TelegramWorld) {
    let (line, _) = in_a_group(world, GroupKind::Forum).await;
    let writes = |world: &World, topic, text: &str| {
        world.telegram().in_topic(line.person, GROUP, topic).writes(text).unwrap();
    };
    writes(world, 14, "Склад");
    writes(world, 15, "Цены");
    world.telegram_arrives().await;
    let retitle = Act::own("retitle").with("group", GROUP).with("title", "Delivery 78").with("by", line.person);
    world.telegram().act(retitle).unwrap();
    writes(world, 14, "Ещё склад");
    world.telegram_arrives().await;
    let came = at_crm(world);
    let chat = |text: &str| came.iter().find(|message| message.text == text).unwrap().chat_id.clone();
    assert_eq!(chat("Склад"), chat("Ещё склад"));
    assert_ne!(chat("Склад"), chat("Цены"));
    world.works("contacts").await;
    // amoCRM makes one contact of a group, whatever the number of its chats.
    let contacts: Vec<String> = world.sandbox.contacts(HOST).into_iter().map(|contact| contact.name).collect();
    assert_eq!(contacts, ["Delivery 78"]);
}

/// Oleg lends his account to the bot, and Maria has written to him.
async fn lent(world: &mut World, line: &TelegramLine) -> (i64, i64) {
    let (first_name, last_name) = ("Oleg".into(), Some("Petrov".into()));
    let oleg = NewPerson { id: 6_098_765_432, first_name, last_name, ..NewPerson::default() };
    let oleg = world.telegram().add_person(oleg);
    world.telegram().act(Act::own("connect").line(line.bot).with("owner", oleg).with("can_reply", true)).unwrap();
    let id = world.telegram().correspondent(line.person, oleg).writes("Сколько?").unwrap();
    world.telegram_arrives().await;
    (oleg, id)
}

/// What Oleg writes on the phone is shown, what the bot writes for him does not come back.
async fn a_lent_account_is_a_chat_of_its_own(world: &mut TelegramWorld) {
    with_bot(world).await;
    let line = chatting(world).await;
    let (oleg, id) = lent(world, &line).await;
    world.telegram().correspondent(oleg, line.person).writes("Сейчас посчитаю").unwrap();
    world.telegram_arrives().await;
    assert_eq!(texts_at_crm(world), ["Hello", "Сколько?", "Сейчас посчитаю"]);
    assert_eq!(world.sandbox.chats(HOST).len(), 2);
    let chat = line.chat_of(world, &format!("b{oleg}/{}", line.person));
    line.manager_sends_to(world, &chat, HookMessage::text("Счёт отправлен")).await;
    world.deliver_all().await;
    let call = world.telegram().calls(line.bot).pop().unwrap();
    assert!(call.status == 200 && call.body["business_connection_id"].is_string(), "{}", call.body);
    world.telegram_arrives().await;
    assert_eq!(at_crm(world).len(), 3, "an echo is no message");
    let maria = world.telegram().correspondent(line.person, oleg);
    maria.edits(id, "Сколько с доставкой?").unwrap();
    maria.removes(id).unwrap();
    world.telegram_arrives().await;
    assert_eq!(texts_at_crm(world)[1], "Удалено клиентом");
}

/// Before the news of it comes, and after: only the chats of that account stop.
async fn an_account_that_is_taken_back_stops_its_own_chats_alone(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let (oleg, _) = lent(world, &line).await;
    let chat = line.chat_of(world, &format!("b{oleg}/{}", line.person));
    world.telegram().hold_hooks(true);
    world.telegram().act(Act::own("disconnect").line(line.bot).with("owner", oleg)).unwrap();
    for text in ["early", "late"] {
        let said = line.manager_sends_to(world, &chat, HookMessage::text(text)).await;
        world.deliver_all().await;
        let (code, told) = failure(world, &said.message_id);
        assert!(code == 902 && told == "Бот отключён в Telegram Business. Подключите его снова.", "{text}: {told}");
        world.telegram().hold_hooks(false);
        world.telegram_arrives().await;
    }
    let seen = state(world, &line).await;
    assert_eq!((seen.status, seen.reason), (SourceStatus::NeedsAttention, Some(StateReason::BusinessOff)));
    assert_eq!(seen.detail, "Oleg Petrov");
    line.manager_sends(world, HookMessage::text("Hello, Maria")).await;
    world.deliver_all().await;
    assert_eq!(last_sent(world, &line), (line.person, "Hello, Maria".to_owned()));
}

/// It waits one second more than it is asked.
async fn only_the_chat_that_is_asked_to_wait_waits(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let pavel = newcomer(world, &line, "Pavel");
    world.telegram_arrives().await;
    let [maria, pavel] = [line.person, pavel].map(|person| line.chat_of(world, &person.to_string()));
    let wait = Fault::TooMany { retry_after: Some(34) };
    world.telegram().faults().next_to(&line.person.to_string(), "sendMessage", 1, wait);
    for (chat, text) in [(&maria, "to Maria"), (&pavel, "to Pavel")] {
        line.manager_sends_to(world, chat, HookMessage::text(text)).await;
    }
    world.deliver_all().await;
    assert_eq!(texts(world, &line), ["to Pavel"]);
    world.advance(Duration::from_secs(34));
    world.deliver_all().await;
    assert_eq!(texts(world, &line).len(), 1, "one second more than it was asked to wait");
    world.advance(Duration::from_secs(1));
    world.deliver_all().await;
    assert_eq!(texts(world, &line), ["to Pavel", "to Maria"]);
}

/// A text of three parts.
fn long() -> String {
    "Слово за словом 👨‍👩‍👧‍👦 идёт. ".repeat(340)
}

/// Parts that went out are not sent again: after a restart, after a failure, and when people repeat a dead letter.
async fn parts_sent_before_a_failure_are_not_sent_again(world: &mut TelegramWorld) {
    for fault in [Fault::ServerError { status: 500 }, Fault::refuse(400, Value::Null, "Bad Request: CHAT_RESTRICTED")] {
        let is_final = matches!(fault, Fault::Refuse { .. });
        let line = if is_final { another_chat(world).await } else { chatting(world).await };
        for text in ["one", "two"] {
            line.manager_sends(world, HookMessage::text(text)).await;
        }
        let said = line.manager_sends(world, HookMessage::text(&long())).await;
        world.deliver_all().await;
        assert_eq!(line.sent(world).len(), 3, "a burst of three");
        world.restart().await;
        world.telegram().faults().next_to(&line.person.to_string(), "sendMessage", 1, fault);
        world.deliver_to_the_end().await;
        if is_final {
            assert_eq!(world.statuses_at_crm(&line.line, &said.message_id), [-1]);
            let dead = world.api.get(&line.line.dead_letters()).await.is(200);
            let path = format!("/api/v1/dead-letters/{}/retry", dead.text_at("/items/0/id"));
            world.api.post(&path, &json!({})).await.is(202);
            world.deliver_to_the_end().await;
        }
        let parts = texts(world, &line).split_off(2);
        let signs = |text: &str| text.split_whitespace().map(str::len).sum::<usize>();
        assert_eq!((parts.len(), signs(&parts.join(" "))), (3, signs(&long())), "every part once");
        assert_eq!(world.statuses_at_crm(&line.line, &said.message_id).last(), Some(&1));
    }
}

/// A second bot, to which Maria has written.
async fn another_chat(world: &mut World) -> TelegramLine {
    let bot = NewBot { id: 7_100_000_001, username: "acme_sales_bot".to_owned(), ..NewBot::default() };
    let mut line = world.telegram_source(bot, json!({})).await;
    line.person = newcomer(world, &line, "Anna");
    world.telegram_arrives().await;
    line
}

async fn a_manager_signs_where_the_source_wants_it(world: &mut TelegramWorld) {
    let settings = json!({ "sign_with_manager_name": true, "delivered_on_accept": false });
    let line = world.telegram_line(settings).await;
    let said = line.manager_sends(world, HookMessage::text("Good morning")).await;
    line.manager_sends(world, HookMessage::attachment(Attachment::sample("picture"))).await;
    line.manager_sends(world, HookMessage::text("Beep").by_salesbot()).await;
    world.deliver_to_the_end().await;
    let sent = texts(world, &line);
    let (name, text) = sent[0].split_once('\n').expect("a line of its own");
    assert!(name.ends_with(':') && name.len() > 1 && text == "Good morning", "{sent:?}");
    assert_eq!(sent[1..], [name, "Beep"], "below a picture too; a bot has no name to sign with");
    assert!(world.statuses_at_crm(&line.line, &said.message_id).is_empty(), "Telegram reports no delivery");
}

async fn a_failing_webhook_is_reported_until_it_works(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    world.works("lines").await;
    world.telegram().faults().next_hooks(1, HookFault::LostAnswer);
    line.customer(world).writes("Слышно?").unwrap();
    world.telegram_arrives().await;
    watched(world).await;
    let seen = state(world, &line).await;
    assert_eq!((seen.status, seen.reason), (SourceStatus::NeedsAttention, Some(StateReason::LineFailing)));
    let said = world.telegram().webhook(line.bot).unwrap().last_error.expect("what Telegram says of it");
    assert!(seen.detail.contains(&said), "{} of {said}", seen.detail);
    world.telegram_arrives().await;
    watched(world).await;
    assert_eq!(state(world, &line).await.reason, None);
    assert_eq!(last(world).text, "Слышно?");
}

const ACCESS: &str = "/panel/sources/new/telegram/access";

/// A refused token is not kept, and the service that has the bot now is named before it is moved.
async fn a_bot_is_added_in_four_steps(world: &mut TelegramWorld) {
    world.owner(HOST).installs_in_a_browser().await.is(200);
    let tenant_id = world.active(HOST).await;
    let bot = world.telegram().add_bot(NewBot::default());
    let visitor = world.panel(tenant_id).await;
    visitor.does("/panel/sources/new", &[("kind", "telegram")]).await;
    for wrong in ["12345", "7999999999:AAE_abcdefghijklmnopqrstuvwxyz-1234", ""] {
        let refused = visitor.sends(ACCESS, &[("set.bot_token", wrong), ("do", "next")]).await.is(422);
        refused.never_says(&["Leave empty to keep it", "Saved, ends in"]);
    }
    world.telegram().hijack_webhook(bot.id, "https://old.example/hook");
    let checked = visitor.does(ACCESS, &[("set.bot_token", &bot.token), ("do", "next")]).await;
    checked.says(&["@acme_support_bot", "old.example"]);
    checked.never_says(&[&bot.token]);
    visitor.does(ACCESS, &[("do", "next"), ("set.delivered_on_accept", "1")]).await;
    let form = [("name", "Shop bot"), ("pipeline", ""), ("default", "1")];
    visitor.does("/panel/sources/new/telegram/routing", &form).await.says(&["@acme_support_bot"]);
    visitor.does("/panel/sources/new", &[("kind", "telegram")]).await;
    let taken = visitor.sends(ACCESS, &[("set.bot_token", &bot.token), ("do", "next")]).await.is(422);
    taken.says(&["@acme_support_bot is already connected in source"]);
}

// The search by a number is SQL.
both!(a_person_who_shared_their_number_is_reached_in_their_own_chat);
once!(a_person_who_starts_is_greeted_once_and_amocrm_shows_it_above_their_first_message, a_button_asks_for_the_number);
once!(an_account_that_is_taken_back_stops_its_own_chats_alone, an_edit_of_a_caption_keeps_its_file_and_the_album);
once!(presses_count_once_and_those_of_old_messages_too, parts_sent_before_a_failure_are_not_sent_again);
once!(a_failing_webhook_is_reported_until_it_works, each_topic_is_a_chat_with_its_groups_title);
once!(only_the_chat_that_is_asked_to_wait_waits, a_manager_signs_where_the_source_wants_it);
once!(a_person_who_blocks_the_bot_is_noticed, a_group_that_moves_goes_on_in_its_chat, a_bot_is_added_in_four_steps);
once!(outside_of_hours_a_person_is_answered_and_a_group_is_not, a_changed_username_moves_nothing);
once!(a_group_is_one_chat_of_several_people, a_lent_account_is_a_chat_of_its_own, an_avatar_is_requested_once);
