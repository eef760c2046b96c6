//! What customers do in MAX.

use parom_tests::once;
use simulator::crm::HookMessage;
use simulator::max::{Act, Content, Max, Verb};

use super::{Bot, MaxWorld};
use crate::messengers::played::{arrives, brought, chatting, connected};
use crate::messengers::steps::out::leaves;
use crate::messengers::{at_crm, pairs};

async fn everything_that_can_be_sent_arrives(world: &mut MaxWorld) {
    let chat = chatting::<Bot>(world).await;
    let (who, bot) = (chat.ids.maria, chat.ids.bot.id);
    let card = Content::of("contact").with("name", "Pavel").with("phone", "79991112233");
    let place = Content::of("location").with("latitude", 55.75).with("longitude", 37.61);
    let two = vec![Content::of("image"), Content::of("image")];
    let odd = Content::of("raw").with("attachment", serde_json::json!({ "type": "hologram", "payload": {} }));
    for (text, contents, came) in [
        ("<b> & \"цитата\"", Vec::new(), &[("text", "<b> & \"цитата\"")][..]),
        ("Вот", vec![Content::of("image")], &[("picture", "Вот")]),
        ("Две", two, &[("picture", "Две"), ("picture", "")]),
        ("", vec![Content::of("video")], &[("video", "")]),
        ("", vec![Content::of("audio")], &[("audio", "")]),
        ("Смета", vec![Content::of("file")], &[("file", "Смета")]),
        ("", vec![Content::of("sticker")], &[("sticker", "")]),
        ("", vec![place], &[("location", "")]),
        ("", vec![card], &[("contact", "")]),
        ("", vec![odd], &[("text", "[Сообщение не поддерживается. Попросите прислать текстом или файлом]")]),
    ] {
        let said = format!("{text} {contents:?}");
        let act = Act::of(Verb::Send).who(who).line(bot).text(text);
        let sending = |max: &Max| drop(max.act(contents.into_iter().fold(act, Act::content)).unwrap());
        assert_eq!(brought::<Bot>(world, sending).await, pairs(came), "{said}");
    }
    for shown in at_crm(world).iter().filter(|one| ["picture", "video", "file", "sticker"].contains(&one.kind.as_str()))
    {
        assert!(!shown.media.is_empty(), "{shown:?}");
    }
}

async fn edits_quotes_forwards_and_deletions_arrive(world: &mut MaxWorld) {
    let chat = chatting::<Bot>(world).await;
    let (who, bot) = (chat.ids.maria, chat.ids.bot.id);
    let mid = world.messenger.customer(who, bot).writes("Красная").unwrap();
    arrives::<Bot>(world).await;
    world.messenger.customer(who, bot).edits(&mid, "Синяя").unwrap();
    arrives::<Bot>(world).await;
    let shown = at_crm(world).pop().unwrap();
    assert_eq!((shown.text.as_str(), shown.edited), ("Синяя", true));
    world.messenger.customer(who, bot).replies(&mid, "Эта").unwrap();
    arrives::<Bot>(world).await;
    let quote = at_crm(world).pop().unwrap();
    assert_eq!(quote.payload["reply_to"]["message"]["id"].as_str(), Some(shown.id.as_str()));
    let forward = Act::of(Verb::Send).who(who).line(bot).forward(&mid);
    let came = brought::<Bot>(world, |max| drop(max.act(forward).unwrap())).await;
    assert!(came.len() == 1 && came[0].1.starts_with("Переслано от") && came[0].1.ends_with("Синяя"), "{came:?}");
    world.messenger.customer(who, bot).removes(&mid).unwrap();
    arrives::<Bot>(world).await;
    assert_eq!(at_crm(world)[1].text, "Удалено клиентом");
}

/// The payload of the link by which a person came is stored at their conversation; Start alone is no message.
async fn the_origin_of_a_customer_is_recorded(world: &mut MaxWorld) {
    let chat = connected::<Bot>(world).await;
    world.messenger.customer(chat.ids.maria, chat.ids.bot.id).starts("ad_7").unwrap();
    arrives::<Bot>(world).await;
    assert!(at_crm(world).is_empty());
    let writes = |max: &Max| drop(max.customer(chat.ids.maria, chat.ids.bot.id).writes("Hi").unwrap());
    assert_eq!(brought::<Bot>(world, writes).await, pairs(&[("text", "Hi")]));
}

/// A comment below a channel's post arrives with the post, and is answered below it.
async fn comments_of_a_channel_arrive_and_are_answered(world: &mut MaxWorld) {
    let chat = chatting::<Bot>(world).await;
    let (who, bot) = (chat.ids.maria, chat.ids.bot.id);
    let channel = world.messenger.add_channel(bot, "Acme news");
    let post = world.messenger.act(Act::own("post").with("channel", channel).text("Новинки")).unwrap().message();
    arrives::<Bot>(world).await;
    assert_eq!(at_crm(world).len(), 1, "a post is no message");
    let comment = world.messenger.customer(who, bot).at("post", post.clone()).writes("Цена?").unwrap();
    arrives::<Bot>(world).await;
    let came = at_crm(world).pop().unwrap();
    assert_eq!(came.text, "Цена?");
    assert!(came.payload["message"]["post"]["id"].as_str().is_some(), "{:#}", came.payload);
    let answer = HookMessage::text("Сто").answering_comment(&came.id);
    world.sandbox.manager_sends(&chat.line.host, &came.chat_id, answer).await.unwrap();
    world.deliver_to_the_end().await;
    let sent = world.messenger.sent(bot).pop().unwrap();
    assert_eq!((sent.text.as_str(), sent.post), ("Сто", Some(post)));
    world.messenger.customer(who, bot).edits(&comment, "Какая цена?").unwrap();
    arrives::<Bot>(world).await;
    assert_eq!(at_crm(world).into_iter().rfind(|one| one.id == came.id).unwrap().text, "Какая цена?");
    world.messenger.customer(who, bot).removes(&comment).unwrap();
    arrives::<Bot>(world).await;
    assert_eq!(at_crm(world).into_iter().rfind(|one| one.id == came.id).unwrap().text, "Удалено клиентом");
    let sent = leaves(world, &chat, HookMessage::text("Лично")).await;
    assert_eq!(sent[0].text, "Лично");
}

once!(
    everything_that_can_be_sent_arrives,
    edits_quotes_forwards_and_deletions_arrive,
    the_origin_of_a_customer_is_recorded,
    comments_of_a_channel_arrive_and_are_answered,
);
