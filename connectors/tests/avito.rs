//! The connector of Avito and the simulated Avito, over real HTTP: each is written from the documents alone.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests: a failed unwrap is the test's answer")]

#[path = "avito/world.rs"]
mod world;

use std::collections::BTreeMap;

use base::i18n::{Language, Words};
use base::message::{Content, Media, Role, State};
use base::verdict::Verdict;
use chrono::DateTime;
use connectors::incoming::InboundEvent;
use connectors::poll::OpenConversation;
use connectors::{Connector, ConsentPage, Denied, HookTarget, Settings, Watched};
use futures_util::StreamExt;
use serde_json::json;
use simulator::avito::{Act, Content as Written, Fault};
use uuid::Uuid;
use world::{PICTURE, START, World, hook, text, text_of};

#[tokio::test]
async fn a_talk_goes_both_ways() {
    let world = World::start().await;
    world.maria().writes("Ещё продаёте?").unwrap();
    let first = world.written().await;
    let link = format!("https://avito.ru/moskva/mebel_i_interer/{}", world.item);
    assert_eq!(text_of(&first), format!("[Объявление] Диван синий, 30 000 ₽\n{link}\n\nЕщё продаёте?"));
    assert_eq!(first.body.sender.name.as_deref(), Some("Мария"));
    let id = world.sent(text("Да, приезжайте")).await;
    assert_eq!(world.double.sent(world.seller)[0].id.as_str(), id);
    assert_eq!(world.received().await, [InboundEvent::Nothing("own_send")]);
    world.maria().writes("Еду").unwrap();
    assert_eq!(text_of(&world.written().await), "Еду");
    let chat = world.maria().chat().unwrap();
    let read: Vec<bool> = world.double.messages_in(&chat).iter().map(|one| one.is_read).collect();
    assert_eq!(read, [true, false, false], "the answer marked the question as read");
    let act = |name: &str| Act::own(name).with("chat", chat.as_str());
    let written = act("send_as_seller").content(Written::text("Жду вас"));
    let own = world.double.act(written).unwrap().message().to_string();
    let own_written = world.written().await;
    assert_eq!((own_written.external_id, own_written.body.sender.role), (own.clone(), Role::Manager));
    assert_eq!(own_written.body.receiver.unwrap().id, world.maria.to_string());
    world.double.act(act("take_back_as_seller").message(&own)).unwrap();
    assert_eq!(world.received().await, [InboundEvent::TookBack { pieces: vec![own] }]);
}

#[tokio::test]
async fn every_kind_comes_in() {
    let world = World::start().await;
    world.maria().writes("Здравствуйте").unwrap();
    world.received().await;
    world.maria().sends(Written::of("image")).unwrap();
    let Content::Picture(picture) = world.written().await.body.content else { panic!() };
    assert!(picture.media_url.contains("/files/images/1280x960/"), "{picture:?}");
    world.maria().sends(Written::of("voice")).unwrap();
    let Content::Voice(voice) = world.written().await.body.content else { panic!() };
    let mut file = world.avito.open_media(&world.settings(), &voice.reference.unwrap()).await.unwrap();
    let first = file.bytes.next().await.unwrap().unwrap();
    assert_eq!(&first[4..8], b"ftyp");
    let link = Written::of("link").with("url", "https://a.test/1").with("text", "тут");
    for (content, wanted) in [
        (link, "тут\nhttps://a.test/1"),
        (Written::of("call"), "[Пропущенный звонок]"),
        (Written::of("app_call"), "[Звонок]"),
        (Written::of("file"), "[Файл. Авито его не отдаёт: откройте в чате на Авито или попросите ссылку]"),
        (Written::of("video"), "[Видео. Авито его не отдаёт: откройте в чате на Авито или попросите ссылку]"),
    ] {
        world.maria().sends(content).unwrap();
        assert_eq!(text_of(&world.written().await), wanted);
    }
    world.maria().sends(Written::of("item").with("item", world.item)).unwrap();
    assert!(text_of(&world.written().await).starts_with("[Объявление] Диван синий, 30 000 ₽\nhttps://"));
    let place = Written::of("location").with("lat", 55.5).with("lon", 37.5).with("text", "Москва");
    world.maria().sends(place).unwrap();
    let place = world.written().await.body;
    assert_eq!(place.content, Content::Location { latitude: 55.5, longitude: 37.5 });
    assert_eq!(place.caption.as_deref(), Some("Москва"));
    let chat = world.maria().chat().unwrap();
    world.double.act(Act::own("system").with("chat", chat).with("flow_id", "f").text("скидка?")).unwrap();
    assert_eq!(world.received().await, [InboundEvent::Nothing("system")]);
    world.double.visitor(world.maria, world.seller).writes("Вы до скольки?").unwrap();
    assert_eq!(text_of(&world.written().await), "Вы до скольки?", "no advert in a chat about the profile");
}

#[tokio::test]
async fn pictures_and_links_go_out() {
    let world = World::start().await;
    world.maria().writes("Фото?").unwrap();
    let media = |mime: &str| Media {
        media_url: "https://parom.example/media/t/sofa".to_owned(),
        file_name: "sofa.jpg".to_owned(),
        file_size: u64::try_from(PICTURE.len()).unwrap(),
        mime_type: Some(mime.to_owned()),
        media_id: Some(Uuid::from_u128(7)),
        ..Media::default()
    };
    world.sent(Content::Picture(media("image/jpeg"))).await;
    world.sent(Content::Picture(media("image/webp"))).await;
    world.sent(text(&"я".repeat(1000))).await;
    let sent = world.double.sent(world.seller);
    assert_eq!(&sent[0].files[0].bytes[..], PICTURE);
    assert!(sent[1].text.ends_with("https://parom.example/media/t/sofa"), "{}", sent[1].text);
    assert!(matches!(world.send(text(&"я".repeat(1001))).await, Verdict::Bury(_)));
}

#[tokio::test]
async fn the_read_state_of_messages_is_requested() {
    let world = World::start().await;
    world.maria().writes("Цена?").unwrap();
    let chat = world.maria().chat().unwrap();
    let ids = vec![world.sent(text("30 000")).await, world.sent(text("торг")).await];
    let open = [OpenConversation { id: chat, messages: ids.clone() }];
    assert_eq!(world.avito.poll(&world.settings(), &open).await, Ok(Vec::new()));
    world.advance(60);
    world.maria().reads().unwrap();
    let events = world.avito.poll(&world.settings(), &open).await.unwrap();
    let read: Vec<(String, State, Option<i64>)> = events
        .into_iter()
        .map(|event| match event {
            InboundEvent::Status(status) => (status.message, status.state, status.at),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(read, ids.into_iter().map(|id| (id, State::Read, Some(START + 60_000))).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_lost_answer_is_found_in_the_webhook() {
    let world = World::start().await;
    world.maria().writes("Да?").unwrap();
    world.received().await;
    world.double.faults().next("postSendMessage", 1, Fault::ResetAfter);
    assert_eq!(world.send(text("да")).await, Verdict::Unknown);
    let [InboundEvent::Status(status)] = <[InboundEvent; 1]>::try_from(world.received().await).unwrap() else {
        panic!()
    };
    assert_eq!((status.letter_id, status.state), (Some(Uuid::from_u128(9)), State::Delivered));
    assert_eq!(status.message.as_str(), world.double.sent(world.seller)[0].id.as_str());
}

#[tokio::test]
async fn tokens_end_and_levels_are_lost() {
    let world = World::start().await;
    world.maria().writes("Да?").unwrap();
    world.advance(86_401);
    world.sent(text("новый токен")).await;
    world.double.revoke_tokens(world.seller, false);
    world.sent(text("ещё один")).await;
    world.double.faults().next("postSendMessage", 1, Fault::TooMany { retry_after: Some(7) });
    assert!(matches!(world.send(text("x")).await, Verdict::Retry { whole_target: true, .. }));
    world.double.set_level(world.seller, false);
    assert_eq!(world.send(text("x")).await, Verdict::Pause);
    let said = world.avito.check_access(&world.settings()).await.unwrap_err();
    let said = said.text().in_words(Words::new(Language::Ru), "amoCRM");
    assert!(said.contains("Подписка Авито"), "{said}");
    assert!(matches!(
        world.avito.watch(&world.settings(), &hook(), DateTime::UNIX_EPOCH).await,
        Err(Denied::Access(_))
    ));
    world.double.set_level(world.seller, true);
    world.sent(text("снова")).await;
    world.double.revoke_tokens(world.seller, true);
    assert_eq!(world.send(text("x")).await, Verdict::Pause, "the secret was replaced");
}

fn addresses(world: &World) -> Vec<String> {
    world.double.subscriptions(world.seller).into_iter().map(|one| one.url).collect()
}

#[tokio::test]
async fn the_webhook_is_watched_and_removed() {
    let world = World::start().await;
    let watched = || async { world.avito.watch(&world.settings(), &hook(), DateTime::UNIX_EPOCH).await.unwrap() };
    assert_eq!(addresses(&world), [format!("{}/s3cr3t", hook().url)]);
    assert_eq!(watched().await, Watched::Fine);
    world.double.drop_hooks(world.seller);
    assert_eq!(watched().await, Watched::Unset);
    world.avito.connect_webhook(&world.settings(), &hook()).await.unwrap();
    let renewed = HookTarget { secret: "n3w".into(), ..hook() };
    world.avito.connect_webhook(&world.settings(), &renewed).await.unwrap();
    assert_eq!(addresses(&world), [format!("{}/n3w", hook().url)], "the old secret is not accepted");
    world.avito.remove_webhook(&world.settings(), &renewed).await.unwrap();
    assert!(addresses(&world).is_empty());
}

#[tokio::test]
async fn the_past_is_brought_in() {
    let world = World::start().await;
    for number in 0..130 {
        world.maria().writes(&format!("вопрос {number}")).unwrap();
    }
    world.advance(3600);
    world.double.visitor(world.maria, world.seller).writes("Вы до скольки?").unwrap();
    let mut page = None;
    let mut texts = Vec::new();
    let mut pages = 0;
    loop {
        let since = DateTime::from_timestamp_millis(START - 86_400_000).unwrap();
        let found =
            world.avito.history(&world.settings(), since, page.as_deref(), Words::new(Language::Ru)).await.unwrap();
        texts.extend(found.messages.iter().map(|message| text_of(message).to_owned()));
        pages += 1;
        match found.next {
            Some(next) => page = Some(next),
            None => break,
        }
    }
    assert_eq!((texts.len(), pages), (131, 4), "the last page finds no further chat");
    assert_eq!((texts[0].as_str(), texts[1].as_str()), ("Вы до скольки?", "вопрос 30"));
    let oldest = texts.iter().find(|text| text.ends_with("вопрос 0")).unwrap();
    assert!(oldest.starts_with("[Объявление] Диван синий"), "{oldest}");
    assert_eq!(texts.iter().filter(|text| text.contains("[Объявление]")).count(), 1);
}

#[tokio::test]
async fn a_seller_lets_the_vendors_application_in() {
    let world = World::start().await;
    let page = world.avito.address("abc", "").unwrap();
    let pairs: BTreeMap<String, String> = page.query_pairs().into_owned().collect();
    let back = world.double.consent(&pairs["client_id"], &pairs["scope"], &pairs["state"], world.seller).unwrap();
    let code = back.rsplit_once("code=").unwrap().1.split('&').next().unwrap().to_owned();
    let now = DateTime::from_timestamp_millis(START).unwrap();
    let tokens = world.avito.exchange(&code, now).await.unwrap();
    assert!(matches!(world.avito.exchange(&code, now).await, Err(Denied::Access(_))), "a code is good once");
    let mut settings = Settings { public: json!({}), secrets: tokens.secrets };
    settings.public["facts"] = json!(tokens.facts);
    let identity = world.avito.identity(&settings).await.unwrap().unwrap();
    assert_eq!(identity.key, world.seller.to_string());
    settings.public["facts"]["bot"] = identity.facts;
    world.avito.check_access(&settings).await.unwrap();
    assert!(world.avito.renew(&settings, now).await.unwrap().is_none());
    world.advance(13 * 3600);
    let later = now + chrono::TimeDelta::hours(13);
    let renewed = world.avito.renew(&settings, later).await.unwrap().unwrap();
    settings.secrets.extend(renewed.secrets);
    world.advance(12 * 3600);
    world.avito.check_access(&settings).await.unwrap();
}
