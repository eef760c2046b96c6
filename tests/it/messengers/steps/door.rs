//! The door: who may call, and what becomes of every body.

use std::time::Duration;

use entity::raw_hook;
use parom_tests::{Beside, Simulated, answer};
use reqwest::Method;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::messengers::at_crm;
use crate::messengers::played::{Chat, Played, arrives, chatting, posts};

const NOON: i64 = parom_tests::settings::START / 1000;

async fn stored<P: Played>(world: &Beside<P::Double>) -> usize {
    raw_hook::Entity::find().all(world.app().store.read()).await.unwrap().len()
}

async fn comes<P: Played>(world: &Beside<P::Double>, chat: &Chat<P>, body: Value) {
    let call = P::call(&world.messenger, &chat.ids, &chat.hook(), body, true);
    assert_eq!(posts(world, call).await, 200);
}

pub async fn only_the_messenger_is_let_in<P: Played>(world: &mut Beside<P::Double>) {
    let chat = chatting::<P>(world).await;
    let before = (stored::<P>(world).await, world.messages().await.len());
    let body = || P::text_body(&chat.ids, 900, NOON);
    let forged = posts(world, P::call(&world.messenger, &chat.ids, &chat.hook(), body(), false)).await;
    assert!([401, 403].contains(&forged.as_u16()), "{forged}");
    let bare = parom_tests::client().post(format!("{}{}", world.app().public_url(), chat.hook()));
    let bare = bare.body(body().to_string()).send().await.unwrap().status();
    assert!([401, 403].contains(&bare.as_u16()), "{bare}");
    assert_eq!((stored::<P>(world).await, world.messages().await.len()), before, "nothing is stored");
    let counted = answer(world.api.anonymous(Method::GET, "/metrics")).await.is(200);
    counted.says(&[&format!("parom_hooks_total{{door=\"{}\",status=\"{}\"}} 2", P::KIND, forged.as_u16())]);
    comes(world, &chat, body()).await;
    world.deliver_all().await;
    assert_eq!(at_crm(world).len(), 2);
}

/// Twice, in the wrong order, and a day late: each message is there once, with its own time.
pub async fn updates_come_twice_reordered_and_late<P: Played>(world: &mut Beside<P::Double>) {
    let chat = chatting::<P>(world).await;
    for (number, at) in [(902, NOON + 2), (901, NOON + 1), (902, NOON + 2), (903, NOON - 86_400), (901, NOON + 1)] {
        comes(world, &chat, P::text_body(&chat.ids, number, at)).await;
    }
    world.restart().await;
    comes(world, &chat, P::text_body(&chat.ids, 902, NOON + 2)).await;
    world.deliver_to_the_end().await;
    let came: Vec<_> = at_crm(world).split_off(1).into_iter().map(|one| one.msec_timestamp / 1000).collect();
    assert_eq!(came, [NOON + 2, NOON + 1, NOON - 86_400]);
}

/// Unreadable bodies are kept and answered with 200.
pub async fn unreadable_bodies_are_kept<P: Played>(world: &mut Beside<P::Double>) {
    let chat = chatting::<P>(world).await;
    let before = world.quarantined().await.len();
    let mut odd = P::text_body(&chat.ids, 905, NOON);
    hollow(&mut odd);
    comes(world, &chat, odd).await;
    assert!(world.quarantined().await.len() > before, "its bytes are kept");
    P::writes(&world.messenger, &chat.ids, "Next");
    arrives::<P>(world).await;
    assert_eq!(at_crm(world).last().unwrap().text, "Next");
}

/// Texts that no database takes as an id, in the place of each value: answered at once, and nothing after them waits.
pub async fn ids_that_cannot_be_stored_stop_nothing<P: Played>(world: &mut Beside<P::Double>) {
    world.allow_problems();
    let chat = chatting::<P>(world).await;
    let body = P::text_body(&chat.ids, 906, NOON);
    let mut places = Vec::new();
    leaves(&body, String::new(), &mut places);
    for odd in ["a\0b".to_owned(), "yz".repeat(4_000)] {
        for place in &places {
            let mut body = body.clone();
            *body.pointer_mut(place).unwrap() = json!(odd);
            let status = posts(world, P::call(&world.messenger, &chat.ids, &chat.hook(), body, true)).await;
            assert!(!status.is_server_error(), "{place}: {status}");
        }
    }
    world.deliver_to_the_end().await;
    P::writes(&world.messenger, &chat.ids, "Next");
    arrives::<P>(world).await;
    assert!(at_crm(world).iter().any(|one| one.text == "Next"));
}

/// JSON pointers of the values in a body.
fn leaves(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, inner)| leaves(inner, format!("{at}/{name}"), found)),
        Value::Array(all) => {
            all.iter().enumerate().for_each(|(place, inner)| leaves(inner, format!("{at}/{place}"), found))
        }
        _ => found.push(at),
    }
}

/// Replaces what a body says, and leaves what proves it.
fn hollow(body: &mut Value) {
    for name in ["object", "payload", "message"] {
        if body.get(name).is_some_and(Value::is_object) {
            body[name] = json!({ "type": "message", "value": 7, "odd": [1] });
        }
    }
    if let Some(entries) = body.get_mut("entry").and_then(Value::as_array_mut) {
        for entry in entries {
            entry["messaging"] = json!([{ "odd": 1 }]);
        }
    }
}

/// Every sample of the messenger's documents is stored, ignored with a reason, or kept as bytes, and what comes twice
/// makes no message.
pub async fn every_sample_is_taken<P: Played>(world: &mut Beside<P::Double>, least: usize) {
    // Samples quote messages of chats that other samples are not about.
    world.allow_problems();
    let chat = chatting::<P>(world).await;
    let folder = format!("{}/fixtures/{}", env!("CARGO_MANIFEST_DIR"), P::KIND);
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
    files.retain(|path| !path.file_name().unwrap().to_str().unwrap().starts_with("api_"));
    files.sort();
    assert!(files.len() >= least, "{files:?}");
    let mut counts = Vec::new();
    for _round in 0..2 {
        for path in &files {
            // Two presses of one button within three seconds are one.
            world.advance(Duration::from_secs(5));
            // Their files are nowhere.
            let text = std::fs::read_to_string(path).unwrap();
            let text = text.replace("https://", &format!("{}/gone/", world.messenger.address()));
            let body: Value = serde_json::from_str(&text).unwrap();
            let call = P::call(&world.messenger, &chat.ids, &chat.hook(), body, true);
            assert_eq!(posts(world, call).await, 200, "{path:?}");
        }
        world.deliver_to_the_end().await;
        counts.push(at_crm(world).into_iter().map(|one| one.msgid).collect::<Vec<_>>());
    }
    assert!(counts[0].len() > least / 5, "{counts:#?}");
    let twice: Vec<_> = counts[1].iter().filter(|one| !counts[0].contains(one)).collect();
    assert!(twice.is_empty(), "nothing comes twice: {twice:#?}");
    P::writes(&world.messenger, &chat.ids, "After all that");
    arrives::<P>(world).await;
    let came = at_crm(world);
    assert!(came.iter().any(|one| one.text == "After all that"), "{:#?}", came.last());
}
