//! Managers type and react; groups and lent accounts are answered where they are.

use parom_tests::{TelegramWorld, both};
use serde_json::json;
use simulator::crm::{HookForm, HookMessage};
use simulator::telegram::{Act, Author, NewGroup, NewPerson};

use super::{chatting, last};

async fn typing_is_shown(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    world.sandbox.manager_types(&line.line.host, &line.chat(world), None, HookForm::Table).await.unwrap();
    world.deliver_all().await;
    assert_eq!(
        world.telegram().activities(line.bot).iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(),
        ["typing"]
    );
}

async fn a_reaction_is_set_and_taken_back(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let asked = line.customer(world).writes("Thanks!").unwrap();
    world.telegram_arrives().await;
    let theirs = world.sandbox.messages(&line.line.host).pop().unwrap();
    let of_bot = |world: &TelegramWorld| {
        let history = world.telegram().history(line.bot, line.person);
        let found = history.into_iter().find(|message| message.id == asked).unwrap();
        found.reactions.get(&Author::Line).cloned().unwrap_or_default()
    };
    for (emoji, there) in [(Some("❤️"), vec!["❤".to_owned()]), (None, Vec::new())] {
        world.sandbox.manager_reacts(&line.line.host, &theirs.id, emoji, HookForm::Table).await.unwrap();
        world.deliver_all().await;
        assert_eq!(of_bot(world), there);
    }
    let calls = line.calls(world);
    world.sandbox.manager_reacts(&line.line.host, &theirs.id, Some("🦖"), HookForm::Table).await.unwrap();
    world.deliver_all().await;
    assert!(line.methods(world, calls).is_empty(), "Telegram has no such reaction");
}

async fn a_group_is_answered_and_followed_where_it_goes(world: &mut TelegramWorld) {
    let line = world.telegram_line(json!({ "groups": true })).await;
    let group = NewGroup { title: "Project".to_owned(), members: vec![line.person], ..NewGroup::default() };
    let group = world.telegram().add_group(group);
    world.telegram().act(Act::own("add_bot").with("group", group).line(line.bot).with("by", line.person)).unwrap();
    world.telegram().member(line.person, group).writes("@acme_support_bot When?").unwrap();
    world.telegram_arrives().await;
    let chat = line.chat_of(world, &group.to_string());
    line.manager_sends_to(world, &chat, HookMessage::text("Tomorrow")).await;
    world.deliver_all().await;
    assert_eq!((super::chat(&last(world, &line)), last(world, &line).text.as_str()), (group, "Tomorrow"));

    // The answer overtakes the news that the group moved.
    world.telegram().hold_hooks(true);
    let upgrade = Act::own("upgrade_group").with("group", group).with("by", line.person);
    let moved = world.telegram().act(upgrade).unwrap().dialog.number();
    let said = line.manager_sends_to(world, &chat, HookMessage::text("At noon")).await;
    world.deliver_to_the_end().await;
    assert_eq!((super::chat(&last(world, &line)), last(world, &line).text.as_str()), (moved, "At noon"));
    assert_eq!(world.statuses_at_crm(&line.line, &said.message_id), [1]);
    world.telegram().hold_hooks(false);
    world.telegram_arrives().await;
    let chats = world.sandbox.chats(&line.line.host).len();
    world.telegram().member(line.person, moved).writes("@acme_support_bot Fine").unwrap();
    world.telegram_arrives().await;
    assert_eq!(world.sandbox.chats(&line.line.host).len(), chats, "it stays one chat at amoCRM");
}

async fn a_person_who_lends_their_account_is_answered_for(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let owner = world.telegram().add_person(NewPerson { id: 6_098_765_432, ..NewPerson::default() });
    world.telegram().act(Act::own("connect").line(line.bot).with("owner", owner).with("can_reply", true)).unwrap();
    world.telegram().correspondent(line.person, owner).writes("Is this Pavel?").unwrap();
    world.telegram_arrives().await;
    let chat = line.chat_of(world, &format!("b{owner}/{}", line.person));
    line.manager_sends_to(world, &chat, HookMessage::text("It is")).await;
    world.deliver_all().await;
    let call = world.telegram().calls(line.bot).pop().unwrap();
    assert_eq!(call.status, 200, "{}", call.body);
    assert!(call.body["business_connection_id"].is_string(), "{}", call.body);
}

both!(
    typing_is_shown,
    a_reaction_is_set_and_taken_back,
    a_group_is_answered_and_followed_where_it_goes,
    a_person_who_lends_their_account_is_answered_for,
);
