//! Direct messages of both networks.

use std::time::Duration;

use parom_tests::settings::HOST;
use simulator::crm::{HookForm, HookMessage};
use simulator::meta::{Act, Author, Content, Given, Meta};

use super::{MetaWorld, Network, Of};
use crate::messengers::played::{arrives, brought, chatting, shown};
use crate::messengers::steps::out::{a_link_leaves, a_press_arrives, leaves, sends_a_list, sends_buttons};
use crate::messengers::steps::trouble::is_reported;
use crate::messengers::{at_crm, pairs};

pub async fn everything_that_can_be_sent_arrives<N: Network>(world: &mut MetaWorld) {
    let chat = chatting::<Of<N>>(world).await;
    let two = Content::of("image").file(Given::sample()).file(Given::sample());
    let with_text = Content::of("image").saying("Вот");
    for (content, came) in [
        (Content::text("Цена & <срок>?"), &[("text", "Цена & <срок>?")][..]),
        (with_text, &[("picture", "Вот")]),
        (two, &[("picture", ""), ("picture", "")]),
        (Content::of("video"), &[("video", "")]),
        (Content::of("file"), &[("file", "")]),
        (
            Content::of("unsupported"),
            &[("text", "[Сообщение не поддерживается. Попросите прислать текстом или файлом]")],
        ),
    ] {
        let said = format!("{content:?}");
        let sending = |meta: &Meta| drop(chat.ids.customer(meta).sends(content).unwrap());
        assert_eq!(brought::<Of<N>>(world, sending).await, pairs(came), "{said}");
    }
    for (content, kinds) in [
        (Content::of("audio"), ["audio", "voice"]),
        (Content::of("sticker").with("id", 369_239_263_222_822_i64), ["sticker", "picture"]),
    ] {
        let sending = |meta: &Meta| drop(chat.ids.customer(meta).sends(content).unwrap());
        let came = brought::<Of<N>>(world, sending).await;
        assert!(came.len() == 1 && kinds.contains(&came[0].0.as_str()), "{came:?}");
    }
    for shown in at_crm(world).iter().filter(|one| one.kind != "text") {
        assert!(!shown.media.is_empty(), "{shown:?}");
    }
}

pub async fn edits_and_quotes_arrive<N: Network>(world: &mut MetaWorld) {
    let chat = chatting::<Of<N>>(world).await;
    let mid = chat.ids.customer(&world.messenger).writes("Красная").unwrap();
    arrives::<Of<N>>(world).await;
    chat.ids.customer(&world.messenger).edits(&mid, "Синяя").unwrap();
    arrives::<Of<N>>(world).await;
    let shown = at_crm(world).pop().unwrap();
    assert_eq!((shown.text.as_str(), shown.edited), ("Синяя", true));
    chat.ids.customer(&world.messenger).replies(&mid, "Эта").unwrap();
    arrives::<Of<N>>(world).await;
    let quote = at_crm(world).pop().unwrap();
    assert_eq!(quote.payload["reply_to"]["message"]["id"].as_str(), Some(shown.id.as_str()));
}

/// What the business writes in its own inbox is the manager's.
pub async fn messages_from_the_inbox_are_from_a_manager<N: Network>(world: &mut MetaWorld) {
    let chat = chatting::<Of<N>>(world).await;
    chat.ids.customer(&world.messenger).hears("Перезвоню").unwrap();
    arrives::<Of<N>>(world).await;
    let came = at_crm(world);
    assert_eq!(came[1..].iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["Перезвоню"]);
    assert_ne!(came[0].sender_id, came[1].sender_id);
    assert_eq!(came[0].chat_id, came[1].chat_id);
}

pub async fn buttons_leave_and_presses_arrive<N: Network>(world: &mut MetaWorld) {
    let chat = chatting::<Of<N>>(world).await;
    let sent = sends_buttons(world, &chat).await;
    assert_eq!(sent.buttons, ["Yes", "No"]);
    let press = |meta: &Meta| drop(chat.ids.customer(meta).presses(&sent.id, "No").unwrap());
    a_press_arrives::<Of<N>>(world, press, ("No", None)).await;
    a_link_leaves(world, &chat).await;
}

pub async fn a_list_is_a_button_a_row<N: Network>(world: &mut MetaWorld) {
    let chat = chatting::<Of<N>>(world).await;
    let sent = sends_a_list(world, &chat).await;
    assert_eq!(sent.buttons, ["Delivery", "Assembly"]);
    let press = |meta: &Meta| drop(chat.ids.customer(meta).presses(&sent.id, "Assembly").unwrap());
    a_press_arrives::<Of<N>>(world, press, ("Assembly", Some("k8"))).await;
}

pub async fn reactions_go_both_ways<N: Network>(world: &mut MetaWorld) {
    let chat = chatting::<Of<N>>(world).await;
    let hello = at_crm(world).pop().unwrap();
    for (emoji, is_there) in [(Some("❤️"), true), (None, false)] {
        world.sandbox.manager_reacts(HOST, &hello.id, emoji, HookForm::Table).await.unwrap();
        world.deliver_all().await;
        let reactions = world.messenger.history(&chat.ids.account.id, chat.ids.anna).remove(0).reactions;
        assert_eq!(reactions.contains_key(&Author::Line), is_there, "{reactions:?}");
    }
    let said = chat.manager_sends(world, HookMessage::text("Готово")).await;
    world.deliver_all().await;
    arrives::<Of<N>>(world).await;
    let mid = chat.sent(world)[0].id.clone();
    for (emoji, there) in [("👍", vec!["👍".to_owned()]), ("", Vec::new())] {
        // Each change has its own time.
        world.advance(Duration::from_secs(5));
        chat.ids.customer(&world.messenger).reacts(&mid, emoji).unwrap();
        arrives::<Of<N>>(world).await;
        let messages = world.sandbox.messages(HOST);
        let shown = messages.into_iter().find(|one| one.id == said.message_id).unwrap();
        assert_eq!(shown.reactions.into_iter().map(|(_, emoji)| emoji).collect::<Vec<_>>(), there);
    }
}

pub async fn typing_is_shown_and_reading_is_reported<N: Network>(world: &mut MetaWorld) {
    let chat = chatting::<Of<N>>(world).await;
    let at = chat.line.chat(world, &chat.conversation);
    world.sandbox.manager_types(HOST, &at, None, HookForm::Table).await.unwrap();
    world.deliver_all().await;
    let activities = world.messenger.activities(&chat.ids.account.id);
    let names: Vec<&str> = activities.iter().map(|(_, name)| name.as_str()).collect();
    assert!(names.ends_with(&["mark_seen", "typing_on"]), "{names:?}");
    let said = chat.manager_sends(world, HookMessage::text("Готово")).await;
    world.deliver_all().await;
    arrives::<Of<N>>(world).await;
    world.advance(Duration::from_secs(5));
    // Instagram does not report this.
    chat.ids.customer(&world.messenger).receives().unwrap();
    arrives::<Of<N>>(world).await;
    assert_eq!(world.statuses_at_crm(&chat.line, &said.message_id), [1]);
    chat.ids.customer(&world.messenger).reads().unwrap();
    arrives::<Of<N>>(world).await;
    assert_eq!(world.statuses_at_crm(&chat.line, &said.message_id), [1, 2]);
}

/// For a day people and programs may answer, for a week people only, and then no answer is possible.
pub async fn the_window_closes_after_a_week<N: Network>(world: &mut MetaWorld) {
    let chat = chatting::<Of<N>>(world).await;
    world.advance(Duration::from_secs(25 * 3600));
    let sent = leaves(world, &chat, HookMessage::text("Good morning")).await;
    assert!(sent[0].json.contains("HUMAN_AGENT"), "{sent:?}");
    world.advance(Duration::from_secs(7 * 86_400));
    is_reported(world, &chat, (905, "когда клиент напишет")).await;
    chat.ids.customer(&world.messenger).writes("I am back").unwrap();
    arrives::<Of<N>>(world).await;
    let sent = leaves(world, &chat, HookMessage::text("Welcome back")).await;
    assert!(sent[0].text == "Welcome back" && !sent[0].json.contains("HUMAN_AGENT"), "{sent:?}");
}

pub async fn customers_who_cannot_be_reached_are_named<N: Network>(world: &mut MetaWorld) {
    let chat = chatting::<Of<N>>(world).await;
    chat.ids.customer(&world.messenger).blocks().unwrap();
    is_reported(world, &chat, (901, "Свяжитесь с ним другим способом")).await;
    chat.ids.customer(&world.messenger).unblocks().unwrap();
    world.messenger.act(Act::own("delete_profile").who(chat.ids.anna)).unwrap();
    let said = chat.manager_sends(world, HookMessage::text("Hello?")).await;
    world.deliver_to_the_end().await;
    let (code, words) = shown(world, &said.message_id);
    assert!([901, 904].contains(&code) && !words.is_empty(), "{code} {words}");
}

pub async fn a_chat_opened_by_a_link_is_known<N: Network>(world: &mut MetaWorld) {
    let chat = crate::messengers::played::connected::<Of<N>>(world).await;
    chat.ids.customer(&world.messenger).opens("ad_7").unwrap();
    arrives::<Of<N>>(world).await;
    let writes = |meta: &Meta| drop(chat.ids.customer(meta).writes("Hi").unwrap());
    assert_eq!(brought::<Of<N>>(world, writes).await, pairs(&[("text", "Hi")]));
}
