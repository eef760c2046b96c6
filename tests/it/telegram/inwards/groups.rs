//! Groups: one conversation each, and each message names who wrote it.

use parom_tests::settings::HOST;
use parom_tests::{TelegramLine, TelegramWorld, both};
use serde_json::json;
use simulator::crm::{Fault, HookMessage, Part};
use simulator::telegram::{Act, Content, GroupKind, NewGroup, NewPerson};

use super::at_crm;

const GROUP: i64 = -4_012_345_678;

/// A bot that is in a group with Maria and Pavel; gives Pavel.
async fn in_a_group(world: &mut TelegramWorld, kind: GroupKind, groups: bool) -> (TelegramLine, i64) {
    let mut line = world.telegram_source(Default::default(), json!({ "groups": groups })).await;
    line.person = world.telegram().add_person(NewPerson::default());
    let pavel = NewPerson { id: 5_599_887_766, first_name: "Pavel".into(), last_name: None, ..NewPerson::default() };
    let pavel = world.telegram().add_person(pavel);
    let members = vec![line.person, pavel];
    world.telegram().add_group(NewGroup { id: Some(GROUP), title: "Delivery 77".into(), kind, members });
    for name in ["add_bot", "promote"] {
        let act = Act::own(name).with("group", GROUP).line(line.bot).with("by", line.person);
        world.telegram().act(act).unwrap();
    }
    world.telegram_arrives().await;
    (line, pavel)
}

async fn a_group_is_one_chat_of_several_people(world: &mut TelegramWorld) {
    let (line, pavel) = in_a_group(world, GroupKind::Basic, true).await;
    assert!(at_crm(world).is_empty(), "that the bot was added is no message");
    world.telegram().member(line.person, GROUP).writes("Где курьер?").unwrap();
    world.telegram().member(pavel, GROUP).writes("Едет").unwrap();
    let signed = |act: Act| act.with("anonymous", true).with("signature", "логист");
    world.telegram().member(pavel, GROUP).sends_with(Content::text("Приехал"), signed).unwrap();
    world.telegram_arrives().await;
    let came: Vec<_> = at_crm(world).into_iter().map(|message| (message.sender_name, message.text)).collect();
    assert_eq!((came[0].0.as_str(), came[0].1.as_str()), ("Maria Kovaleva", "Где курьер?"));
    assert_eq!((came[1].0.as_str(), came[1].1.as_str()), ("Pavel", "Едет"));
    assert!(came[2].0.starts_with("Delivery 77"), "{came:?}");
    assert_eq!(world.sandbox.chats(HOST).len(), 1);
}

async fn groups_stay_outside_unless_they_are_wanted(world: &mut TelegramWorld) {
    let (line, _) = in_a_group(world, GroupKind::Basic, false).await;
    world.telegram().member(line.person, GROUP).writes("Где курьер?").unwrap();
    world.telegram_arrives().await;
    assert!(at_crm(world).is_empty());
    let hooks = world.telegram().hooks(line.bot);
    assert!(hooks.iter().all(|hook| hook.last_status.is_none_or(|status| status == 200)));
}

async fn a_group_that_moves_goes_on_in_its_chat(world: &mut TelegramWorld) {
    let (line, _) = in_a_group(world, GroupKind::Basic, true).await;
    world.telegram().member(line.person, GROUP).writes("До").unwrap();
    world.telegram_arrives().await;
    let moved = world.telegram().act(Act::own("upgrade_group").with("group", GROUP).with("by", line.person)).unwrap();
    let moved = moved.dialog.number();
    world.telegram_arrives().await;
    world.telegram().member(line.person, moved).writes("После").unwrap();
    world.telegram_arrives().await;
    let came = at_crm(world);
    assert_eq!(came.iter().map(|message| message.text.as_str()).collect::<Vec<_>>(), ["До", "После"]);
    assert_eq!(world.sandbox.chats(HOST).len(), 1);
    line.manager_sends_to(world, &line.chat_of(world, &GROUP.to_string()), HookMessage::text("Слышу")).await;
    world.deliver_all().await;
    let sent = line.sent(world).pop().unwrap();
    assert_eq!((&sent.json["chat"]["id"], sent.text.as_str()), (&json!(moved), "Слышу"));
}

async fn each_topic_is_a_chat(world: &mut TelegramWorld) {
    let (line, _) = in_a_group(world, GroupKind::Forum, true).await;
    for (topic, text) in [(14, "Склад"), (15, "Цены"), (14, "Ещё склад")] {
        world.telegram().in_topic(line.person, GROUP, topic).writes(text).unwrap();
    }
    world.telegram_arrives().await;
    let came = at_crm(world);
    let chat = |text: &str| came.iter().find(|message| message.text == text).unwrap().chat_id.clone();
    assert_eq!(chat("Склад"), chat("Ещё склад"));
    assert_ne!(chat("Склад"), chat("Цены"));
}

/// The chat's name in amoCRM, and its contact's, are the title of the group and not the name of who wrote first.
async fn a_groups_title_names_its_chat_and_its_contact(world: &mut TelegramWorld) {
    let (line, _) = in_a_group(world, GroupKind::Basic, true).await;
    world.telegram().member(line.person, GROUP).writes("Где курьер?").unwrap();
    world.telegram_arrives().await;
    let contacts = |world: &TelegramWorld| -> Vec<String> {
        world.sandbox.contacts(HOST).into_iter().map(|contact| contact.name).collect()
    };
    assert_eq!(
        (world.sandbox.chats(HOST)[0].name.as_str(), contacts(world)),
        ("Delivery 77", vec!["Delivery 77".into()])
    );
    assert_eq!(at_crm(world)[0].sender_name, "Maria Kovaleva");

    let retitle = |title: &str| Act::own("retitle").with("group", GROUP).with("title", title).with("by", line.person);
    world.telegram().act(retitle("Delivery 78")).unwrap();
    world.telegram_arrives().await;
    assert_eq!(at_crm(world).len(), 1, "a new title is no message");
    // amoCRM is away for a while.
    world.sandbox.faults().until_cleared(Part::Rest, Fault::Status { code: 503, retry_after: None });
    world.works("contacts").await;
    assert_eq!(contacts(world), ["Delivery 77"]);
    world.telegram().act(retitle("Delivery 79")).unwrap();
    world.telegram_arrives().await;
    world.sandbox.faults().clear();
    world.advance(std::time::Duration::from_secs(400));
    world.works("contacts").await;
    assert_eq!(contacts(world), ["Delivery 79"]);
    let shown = world.api.get(&line.line.path("/conversations")).await.is(200);
    assert_eq!(shown.text_at("/items/0/contact/name"), "Delivery 79");

    // People's own name for it stays.
    let contact = world.sandbox.contacts(HOST)[0].id;
    assert!(world.sandbox.rename_contact(HOST, contact, "The couriers"));
    world.telegram().act(retitle("Delivery 80")).unwrap();
    world.telegram_arrives().await;
    world.works("contacts").await;
    assert_eq!(contacts(world), ["The couriers"]);
    assert_eq!(world.works("contacts").await, 0, "there is nothing left to do");
}

/// A topic's chat learns its group's title with its next message.
async fn a_topics_chat_has_its_groups_title(world: &mut TelegramWorld) {
    let (line, _) = in_a_group(world, GroupKind::Forum, true).await;
    world.telegram().in_topic(line.person, GROUP, 14).writes("Склад").unwrap();
    world.telegram_arrives().await;
    world
        .telegram()
        .act(Act::own("retitle").with("group", GROUP).with("title", "Delivery 78").with("by", line.person))
        .unwrap();
    world.telegram().in_topic(line.person, GROUP, 14).writes("Ещё склад").unwrap();
    world.telegram_arrives().await;
    world.works("contacts").await;
    let contacts: Vec<String> = world.sandbox.contacts(HOST).into_iter().map(|contact| contact.name).collect();
    assert_eq!(contacts, ["Delivery 78"]);
}

both!(
    a_groups_title_names_its_chat_and_its_contact,
    a_topics_chat_has_its_groups_title,
    a_group_is_one_chat_of_several_people,
    groups_stay_outside_unless_they_are_wanted,
    a_group_that_moves_goes_on_in_its_chat,
    each_topic_is_a_chat,
);
