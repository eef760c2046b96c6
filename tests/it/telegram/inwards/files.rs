//! Files from Telegram: fetched by their id, and nothing of the token leaves.

use entity::{attempt, media, message, raw_hook};
use parom_tests::{TelegramWorld, both};
use simulator::crm::HookMessage;
use simulator::telegram::{Content, Given};

use super::{chatting, last};

async fn a_file_is_kept_as_it_is(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let bytes = b"%PDF-1.7 the contract".to_vec();
    let file = Given::bytes("Договор №7.pdf", "application/pdf", bytes.clone());
    line.customer(world).sends(Content::of("document").saying("подписано").file(file)).unwrap();
    world.telegram_arrives().await;
    let came = last(world);
    assert_eq!((came.kind.as_str(), came.text.as_str()), ("file", "подписано"));
    let read = parom_tests::client().get(&came.media).send().await.unwrap();
    assert_eq!(read.bytes().await.unwrap().to_vec(), bytes);
}

async fn a_file_that_is_too_large_becomes_a_notice(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let file = Given::sample().named("film.mkv").with("size", 3_221_225_472_i64);
    line.customer(world).sends(Content::of("document").file(file)).unwrap();
    world.telegram_arrives().await;
    assert_eq!(last(world).text, "[Файл 3 ГБ: film.mkv, скачать нельзя. Попросите ссылку]");
}

async fn a_file_that_telegram_lost_becomes_a_notice(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    world.telegram().hold_hooks(true);
    let id = line.customer(world).sends(Content::of("photo").saying("Чек")).unwrap();
    let sent = world.telegram().history(line.bot, line.person).into_iter().find(|message| message.id == id).unwrap();
    world.telegram().lose_file(sent.files[0].id.as_str());
    world.telegram().hold_hooks(false);
    world.telegram_arrives().await;
    world.deliver_to_the_end().await;
    let came = last(world);
    assert!(came.kind == "text" && came.text.ends_with("Чек") && came.text.starts_with('['), "{}", came.text);
}

async fn an_avatar_is_requested_once(world: &mut TelegramWorld) {
    let line = world.telegram_source(Default::default(), serde_json::json!({})).await;
    let person = world.telegram().add_person(Default::default());
    world.telegram().set_avatar(person, true);
    world.telegram().customer(person, line.bot).starts("").unwrap();
    for text in ["Раз", "Два", "Три"] {
        world.telegram().customer(person, line.bot).writes(text).unwrap();
        world.telegram_arrives().await;
    }
    assert!(last(world).payload["sender"]["avatar"].as_str().is_some_and(|url| url.contains("/media/")));
    let asked = world.telegram().calls(line.bot).into_iter().filter(|call| call.call == "getUserProfilePhotos").count();
    assert_eq!(asked, 1);
}

async fn the_token_is_never_disclosed(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    world.telegram().set_avatar(line.person, true);
    for kind in ["photo", "voice"] {
        line.customer(world).sends(Content::of(kind)).unwrap();
    }
    world.telegram_arrives().await;
    line.manager_sends(world, HookMessage::text("Спасибо")).await;
    world.deliver_all().await;
    let secret = line.token.split(':').nth(1).unwrap();
    let hook = world.telegram().webhook(line.bot).unwrap();
    let (db, tenant) = (world.app().store.read(), line.line.tenant_id);
    let mut all = vec![format!("{:?}", world.sandbox.messages(parom_tests::settings::HOST))];
    all.push(format!("{:?}", message::Entity::of_tenant(tenant).all(db).await.unwrap()));
    all.push(format!("{:?}", attempt::Entity::of_tenant(tenant).all(db).await.unwrap()));
    all.push(format!("{:?}", media::Entity::of_tenant(tenant).all(db).await.unwrap()));
    all.push(format!("{:?}", raw_hook::Entity::of_tenant(tenant).all(db).await.unwrap()));
    all.push(world.api.get(&line.line.path("")).await.is(200).text);
    for text in all {
        assert!(!text.contains(secret), "the token is in {}", &text[..200.min(text.len())]);
        assert!(!text.contains(hook.secret.as_deref().unwrap()), "the webhook's secret too");
    }
}

both!(
    a_file_is_kept_as_it_is,
    a_file_that_is_too_large_becomes_a_notice,
    a_file_that_telegram_lost_becomes_a_notice,
    an_avatar_is_requested_once,
    the_token_is_never_disclosed,
);
