//! Messages, and what they hold.

use base::message::Role;

use super::*;

#[tokio::test]
async fn texts_come_as_people_wrote_them_with_who_they_are() {
    let message = written("text").await;
    assert_eq!((message.external_id.as_str(), message.conversation_id.as_str()), ("712345678:9001", "712345678"));
    assert_eq!(message.sent_at, Some(1_795_168_800_000));
    let sender = &message.body.sender;
    assert_eq!((sender.id.as_str(), sender.profile_url.as_deref()), ("712345678", Some("https://vk.com/id712345678")));
    assert_eq!(text("text").await, "Сколько <стоит> & когда, Мария?");
}

#[tokio::test]
async fn an_event_waits_for_no_name_and_a_name_is_asked_for_once() {
    let stage = Stage::start().await;
    let sender = async || {
        let events = stage.read(&body("text")).await.unwrap();
        let [InboundEvent::Wrote(written)] = events.as_slice() else { panic!("{events:?}") };
        written.body.sender.clone()
    };
    assert_eq!(sender().await.name, None);
    assert!(stage.fake.methods().is_empty());
    stage.fake.answers("users.get", crate::vk::fake::ScriptedAnswer::Refused(10, "Internal server error"));
    for name in [None, Some("Maria Kovaleva"), Some("Maria Kovaleva")] {
        assert_eq!(stage.described(712_345_678).await.and_then(|person| person.name).as_deref(), name);
    }
    assert_eq!(stage.fake.methods(), ["users.get", "users.get"]);
    let known = sender().await;
    assert_eq!(known.name.as_deref(), Some("Maria Kovaleva"));
    assert_eq!(known.avatar_url.as_deref(), Some("https://sun.vk.test/maria.jpg"));
}

#[tokio::test]
async fn a_vk_that_does_not_answer_is_not_asked_for_each_message() {
    let stage = Stage::start().await;
    stage.fake.answers("users.get", crate::vk::fake::ScriptedAnswer::Reset);
    for id in [712_345_678, 712_345_679, 2_000_000_004] {
        assert_eq!(stage.described(id).await, None);
    }
    assert_eq!(stage.fake.methods(), ["users.get"]);
}

#[tokio::test]
async fn files_are_what_they_are() {
    let photo = media("photo", "picture").await;
    assert_eq!(
        (photo.media_url.as_str(), photo.text.as_deref()),
        ("https://sun9-1.userapi.test/w.jpg", Some("Вот такой"))
    );
    let doc = media("doc", "file").await;
    assert_eq!((doc.file_name.as_str(), doc.file_size), ("Смета.xlsx", 9000));
    assert_eq!(media("doc_gif", "picture").await.file_name, "cat.gif");
    let voice = media("audio_message", "voice").await;
    assert_eq!((voice.media_url.as_str(), voice.duration), ("https://psv4.userapi.test/a.ogg", Some(7)));
    let sticker = media("sticker", "sticker").await;
    assert_eq!(
        (sticker.media_url.as_str(), sticker.sticker_id.as_deref()),
        ("https://vk.test/sticker/512", Some("9019"))
    );
    assert_eq!(media("graffiti", "picture").await.media_url, "https://vk.test/graffiti.png");
}

#[tokio::test]
async fn files_of_one_message_stay_together() {
    let all = all("album").await;
    let ids: Vec<_> = all.iter().map(|one| one.external_id.as_str()).collect();
    assert_eq!(ids, ["712345678:9001", "712345678:9001/2", "712345678:9001/3"]);
    let files: Vec<_> = all.iter().map(|one| one.body.content.media().unwrap()).collect();
    assert!(files.iter().all(|file| file.group_id.as_deref() == Some("712345678:9001")));
    assert_eq!((files[0].text.as_deref(), files[1].text.as_deref()), (Some("Всё"), None));
    assert_eq!(files[2].file_name, "Договор №7.pdf", "the ending is added");
}

#[tokio::test]
async fn content_without_a_kind_in_amocrm_becomes_text() {
    for (name, wanted) in [
        ("video", "[Video] Так стучит https://vk.com/video712345678_456239017"),
        ("audio", "[Music] Би-2 – Молитва"),
        ("wall", "Это\n[Post] Скидки & подарки https://vk.com/wall-223344556_77"),
        ("market", "Есть в наличии?\n[Product] Диван синий 59 000 ₽ https://vk.com/product-223344556_7"),
        ("link", "Видела тут\nДиван \"Акме\" https://acme.test/sofa?a=1"),
        ("poll", "[Poll] Когда удобно? 1) Утром 2) Вечером"),
        ("unknown_attachment", "[The message is not supported. Ask to send it as text or as a file]"),
    ] {
        assert_eq!(text(name).await, wanted, "{name}");
    }
    let place = written("geo").await.body;
    assert_eq!(place.content, Content::Location { latitude: 55.7558, longitude: 37.6173 });
    assert_eq!(place.caption.as_deref(), Some("Я здесь"));
}

#[tokio::test]
async fn answers_and_forwards_name_what_they_are_about() {
    let quote = written("reply").await.body.reply_to.unwrap();
    assert_eq!(quote.external_id.as_deref(), Some("712345678:9000"));
    assert_eq!(quote.content, Some(Content::Text { text: "Привезти сегодня?".into() }));
    let forward = media("forward", "picture").await;
    let lines: Vec<_> = forward.text.as_deref().unwrap().lines().collect();
    assert!(lines[0].starts_with("Forwarded from VK "), "{lines:?}");
    assert_eq!(lines[1], "> Первое");
    assert_eq!(lines[3..], [">> Внутри", "Смотрите"]);
}

#[tokio::test]
async fn links_and_the_start_button_report_where_people_came_from() {
    let events = read("referral").await;
    let [InboundEvent::Began(began), InboundEvent::Wrote(_)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((began.conversation_id.as_str(), began.mark.as_deref()), ("712345678", Some("ad_7 (site)")));
    let InboundEvent::Began(began) = one("start").await else { panic!("no conversation began") };
    assert_eq!((began.mark, began.customer.id.as_str()), (None, "712345678"));
}

#[tokio::test]
async fn group_chats_are_conversations_of_their_own() {
    let stage = Stage::start().await;
    let titled = json!({ "items": [{ "chat_settings": { "title": "Team" } }] });
    stage.fake.answers("messages.getConversationsById", crate::vk::fake::ScriptedAnswer::Done(titled));
    let events = stage.read(&body("chat_text")).await.unwrap();
    let [InboundEvent::Wrote(written)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((written.external_id.as_str(), written.conversation_id.as_str()), ("2000000004:c17", "2000000004"));
    assert_eq!(written.room.as_ref().unwrap().id, "2000000004");
    assert_eq!(written.body.sender.id, "712345678");
    assert_eq!(stage.described(2_000_000_004).await.unwrap().name.as_deref(), Some("Team"));
    assert_eq!(one("chat_invite").await, InboundEvent::Nothing("service"));
}

#[tokio::test]
async fn messages_of_others_for_the_community_are_from_a_manager() {
    let message = written("message_reply_admin").await;
    let (sender, receiver) = (&message.body.sender, message.body.receiver.as_ref().unwrap());
    assert_eq!((sender.role, sender.id.as_str(), receiver.id.as_str()), (Role::Manager, "42", "712345678"));
    assert_eq!(message.external_id, "712345678:9002");
    // Another program's, as long as it is not known to be ours.
    let foreign = written("message_reply_own").await;
    assert_eq!((foreign.body.sender.role, foreign.external_id.as_str()), (Role::Manager, "712345678:9003"));
    let stage = Stage::start().await;
    stage.seen.sends(223_344_556, 1_804_289_383).await;
    assert_eq!(stage.read(&body("message_reply_own")).await.unwrap(), [InboundEvent::Nothing("echo")]);
    let admins = body("message_reply_own").replace("\"random_id\"", "\"admin_author_id\": 42, \"random_id\"");
    assert!(matches!(stage.read(&admins).await.unwrap()[..], [InboundEvent::Wrote(_)]), "a person wrote it");
}

#[tokio::test]
async fn edits_are_known_by_their_content() {
    let InboundEvent::Changed(changed) = one("message_edit").await else { panic!("no edit") };
    assert_eq!(changed.written.external_id, "712345678:9001");
    let InboundEvent::Changed(again) = one("message_edit").await else { panic!("no edit") };
    assert_eq!(again.key, changed.key);
    let stage = Stage::start().await;
    let other = body("message_edit").replace("доставка", "сборка");
    let [InboundEvent::Changed(other)] = &stage.read(&other).await.unwrap()[..] else { panic!("no edit") };
    assert_ne!(other.key, changed.key);
}
