//! The connector against the simulated VK (`simulator`), over real HTTP in both directions.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests: a failed unwrap is the test's answer")]

mod stage;

use base::i18n::{Language, Words};
use base::message::{Button, Content, Markup, Person, Post, Quote, State};
use base::verdict::Verdict;
use chrono::{DateTime, Duration};
use connectors::incoming::InboundEvent;
use connectors::{Connector, Event, Message, MessageIds, Watched};
use simulator::vk::{Act, Author, Content as Said, Fault, NewPerson, ServerStatus, Verb};
use uuid::Uuid;

use stage::{OFFER, PICTURE, Stage, VOICE, file, message, now, text};

#[actix_web::test]
async fn the_callback_server_is_made_confirmed_watched_and_removed() {
    let stage = Stage::start().await;
    let said = stage.connector.check_access(&stage.settings).await.unwrap().unwrap().to_string();
    assert!(said.contains("Acme"), "{said}");
    let line = stage.connector.identity(&stage.settings).await.unwrap().unwrap();
    assert_eq!((line.key, line.name.as_str()), (stage.acme.to_string(), "@acme"));
    assert_eq!(stage.watch().await, Watched::Unset);
    stage.connector.connect_webhook(&stage.settings, &stage.hook).await.unwrap();
    stage.vk.deliver_all().await;
    assert_eq!(stage.vk.servers(stage.acme)[0].status, ServerStatus::Ok, "it was confirmed");
    assert_eq!(stage.watch().await, Watched::Fine);
    stage.connector.connect_webhook(&stage.settings, &stage.hook).await.unwrap();
    assert_eq!(stage.vk.servers(stage.acme).len(), 1, "once");
    stage.connector.remove_webhook(&stage.settings, &stage.hook).await.unwrap();
    assert!(stage.vk.servers(stage.acme).is_empty());
    stage.vk.revoke_tokens(stage.acme);
    assert!(stage.connector.check_access(&stage.settings).await.is_err());
}

#[actix_web::test]
async fn actions_of_a_customer_arrive() {
    let stage = Stage::connected().await;
    let (who, community, maria) = (stage.maria, stage.acme, stage.maria());
    stage.events().await;
    let asks = Act::of(Verb::Send).who(who).line(community).text("Сколько <стоит>?").with("ref", "ad_7");
    stage.vk.act(asks).unwrap();
    let events = stage.events().await;
    let [InboundEvent::Reach { reachable: true, .. }, InboundEvent::Began(began), InboundEvent::Wrote(written)] =
        events.as_slice()
    else {
        panic!("{events:#?}")
    };
    assert_eq!((began.mark.as_deref(), &written.body.content), (Some("ad_7"), &text("Сколько <стоит>?")));
    assert_eq!(stage.completed(written).await.sender.name.as_deref(), Some("Maria Kovaleva"));
    let first = written.external_id.clone();

    for (content, kind) in [
        (Said::of("photo").saying("Вот"), "picture"),
        (Said::of("voice"), "voice"),
        (Said::of("doc"), "file"),
        (Said::of("sticker").with("id", 9019), "sticker"),
        (Said::of("location").with("latitude", 55.75).with("longitude", 37.61), "location"),
        (Said::of("video").with("title", "Film"), "text"),
    ] {
        maria.sends(content).unwrap();
        let events = stage.events().await;
        let [InboundEvent::Wrote(written)] = events.as_slice() else { panic!("{events:#?}") };
        assert_eq!(written.body.content.kind(), kind);
        if let Some(media) = written.body.content.media() {
            assert!(media.media_url.starts_with(stage.vk.base_url()), "{kind}");
        }
    }
    maria.edits(1, "Сколько?").unwrap();
    maria.types().unwrap();
    maria.reacts(1, "🔥").unwrap();
    stage.admin_writes(who, "Перезвоню");
    maria.stops().unwrap();
    let events = stage.events().await;
    let [
        InboundEvent::Changed(changed),
        InboundEvent::Typing { .. },
        InboundEvent::Reacted(reacted),
        InboundEvent::Wrote(managers),
        InboundEvent::Reach { reachable: false, .. },
    ] = events.as_slice()
    else {
        panic!("{events:#?}")
    };
    assert_eq!((&changed.written.external_id, &reacted.message), (&first, &first));
    assert_eq!((reacted.emoji.as_deref(), managers.body.receiver.is_some()), (Some("🔥"), true));
}

#[actix_web::test]
async fn messages_of_a_manager_reach_the_customers_phone() {
    let stage = Stage::connected().await;
    stage.maria().writes("Здравствуйте").unwrap();
    let events = stage.events().await;
    let Some(InboundEvent::Wrote(first)) = events.last() else { panic!("{events:#?}") };
    let quote = Quote { external_id: Some(first.external_id.clone()), ..Quote::default() };
    let rows = vec![vec![
        Button { text: "Да".into(), url: None },
        Button { text: "Сайт".into(), url: Some("https://acme.test".into()) },
    ]];
    let markup = Some(Markup::Buttons(rows));
    let id = stage.says(1, Message { reply_to: Some(quote), markup, ..message(text("Привезти <сегодня>?")) }).await;
    assert_eq!(stage.says(1, message(text("Привезти <сегодня>?"))).await, id, "a repeat is the same message");
    stage.says(2, message(Content::Picture(file(1, "a.jpg", "image/jpeg")))).await;
    stage.says(3, message(Content::Voice(file(2, "a.ogg", "audio/ogg")))).await;
    stage.says(4, message(Content::File(file(3, "Смета.pdf", "application/pdf")))).await;
    stage.says(5, message(Content::Location { latitude: 43.25, longitude: 76.95 })).await;
    let sent = stage.vk.sent_to(stage.acme, stage.maria);
    assert_eq!((sent.len(), sent[0].text.as_str(), &sent[0].reply_to), (5, "Привезти <сегодня>?", &Some(1.into())));
    assert_eq!(sent[0].buttons[0][1].url.as_deref(), Some("https://acme.test"));
    let files: Vec<_> = sent[1..4].iter().map(|one| (one.files[0].kind.as_str(), &one.files[0].bytes[..])).collect();
    assert_eq!(files, [("photo", PICTURE), ("audio_message", VOICE), ("doc", OFFER)]);
    assert_eq!(sent[3].files[0].name, "Смета.pdf");
    assert_eq!(sent[4].json["geo"]["coordinates"]["latitude"], 43.25);

    let events = stage.events().await;
    assert!(events.iter().all(|event| *event == InboundEvent::Nothing("echo")), "our own: {events:#?}");
    stage.maria().presses(&sent[0].id, "Да").unwrap();
    stage.maria().reacts(&sent[0].id, "👍").unwrap();
    stage.maria().reads().unwrap();
    let events = stage.events().await;
    let [InboundEvent::Pressed(pressed), InboundEvent::Reacted(reacted), InboundEvent::StatusUpTo(read)] =
        events.as_slice()
    else {
        panic!("{events:#?}")
    };
    assert_eq!((pressed.message_id, &reacted.message), (Some(Uuid::from_u128(77)), &id));
    assert_eq!(
        (read.state, read.message.as_deref()),
        (State::Read, Some(format!("{}:{}", stage.maria, sent[4].json["id"]).as_str()))
    );

    let edited = Message { external_id: Some(id.clone()), ..message(text("Привезти завтра?")) };
    stage.send(6, Event::Edited(Box::new(edited))).await;
    let about = MessageIds { id: Uuid::nil(), external_id: Some(first.external_id.clone()) };
    stage.send(7, Event::Reaction { message: about, sender: Person::default(), emoji: Some("❤".into()) }).await;
    stage.send(8, Event::Typing { sender: Person::default(), until: DateTime::UNIX_EPOCH }).await;
    let dialogue = stage.vk.history(stage.acme, stage.maria);
    assert_eq!(dialogue[1].text, "Привезти завтра?");
    assert_eq!(dialogue[0].reactions[&Author::Line], ["❤"]);
    assert_eq!(stage.vk.activities(stage.acme), [(dialogue[0].dialog.clone(), "typing".to_owned())]);
}

#[actix_web::test]
async fn an_answer_that_was_lost_is_asked_for_again_without_a_second_message() {
    let stage = Stage::connected().await;
    stage.maria().writes("Здравствуйте").unwrap();
    stage.vk.faults().next("messages.send", 1, Fault::ResetAfter);
    let report = stage.send(1, Event::Created(Box::new(message(text("Сто"))))).await;
    assert_eq!(report.verdict, Verdict::Unknown);
    stage.says(1, message(text("Сто"))).await;
    assert_eq!(stage.vk.sent_to(stage.acme, stage.maria).len(), 1);
    stage.vk.set_features(stage.acme, true, false);
    let markup = Some(Markup::Buttons(vec![vec![Button { text: "Да".into(), url: None }]]));
    stage.says(2, Message { markup, ..message(text("Везём?")) }).await;
    assert_eq!(stage.vk.sent_to(stage.acme, stage.maria)[1].text, "Везём?\n\n• Да");
    stage.maria().stops().unwrap();
    let report = stage.send(3, Event::Created(Box::new(message(text("Ау"))))).await;
    assert!(matches!(report.verdict, Verdict::Bury(_)), "{report:?}");
}

#[actix_web::test]
async fn comments_arrive_and_are_answered_in_public() {
    let stage = Stage::connected().await;
    let comments = Act::of(Verb::Send).who(stage.maria).line(stage.acme);
    let asked = stage.vk.act(comments.clone().to("post", 77).text("Цена?")).unwrap().message();
    let events = stage.events().await;
    let [InboundEvent::Wrote(comment)] = events.as_slice() else { panic!("{events:#?}") };
    let post = comment.body.post.clone().unwrap();
    let quote = Quote { external_id: Some(comment.external_id.clone()), ..Quote::default() };
    let answer =
        Message {
            post: Some(Post { id: post.id, ..Post::default() }), reply_to: Some(quote), ..message(text("Сто"))
        };
    stage.says(1, answer.clone()).await;
    stage.says(1, answer).await;
    let shown = stage.vk.comments(stage.acme);
    assert_eq!((shown.len(), shown[1].text.as_str(), &shown[1].reply_to), (2, "Сто", &Some(asked)));
    assert_eq!(stage.events().await, [InboundEvent::Nothing("own_comment")]);

    stage.vk.act(comments.to("item", 5).text("Есть?")).unwrap();
    let events = stage.events().await;
    let [InboundEvent::Wrote(comment)] = events.as_slice() else { panic!("{events:#?}") };
    let answer = Message { post: comment.body.post.clone(), ..message(text("Да")) };
    let report = stage.send(2, Event::Created(Box::new(answer))).await;
    let Verdict::Bury(failure) = report.verdict else { panic!("{report:?}") };
    assert!(failure.text.contains("Answer in private"), "{}", failure.text);
}

#[actix_web::test]
async fn earlier_messages_are_read_page_by_page() {
    let stage = Stage::start().await;
    let other = stage.vk.add_person(NewPerson { first_name: "Pete".into(), ..NewPerson::default() });
    for number in 0..230 {
        stage.maria().writes(&format!("Message {number}")).unwrap();
    }
    stage.vk.customer(other, stage.acme).writes("Hi").unwrap();
    stage.admin_writes(other, "Добрый день");
    let since = now() - Duration::days(30);
    let (mut all, mut page, mut pages) = (Vec::new(), None, 0);
    loop {
        let words = Words::new(Language::En);
        let read = stage.connector.history(&stage.settings, since, page.as_deref(), words).await.unwrap();
        all.extend(read.messages);
        pages += 1;
        page = read.next;
        if page.is_none() {
            break;
        }
    }
    assert_eq!(all.len(), 232);
    assert!(pages <= 5, "{pages}");
    let mut ids: Vec<_> = all.iter().map(|one| one.external_id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 232, "each once");
    let managers = all.iter().find(|one| one.body.receiver.is_some()).unwrap();
    assert_eq!(
        (managers.conversation_id.as_str(), &managers.body.content),
        (other.to_string().as_str(), &text("Добрый день"))
    );
    let later =
        stage.connector.history(&stage.settings, since + Duration::days(60), None, Words::new(Language::En)).await;
    assert_eq!(later.unwrap(), Default::default());
}
