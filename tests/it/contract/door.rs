//! Who may call, and what becomes of every body.

use std::time::Duration;

use entity::{attempt, media, message, raw_hook};
use parom_tests::settings::{HOST, START};
use parom_tests::{Engine, answer};
use reqwest::Method;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use simulator::crm::HookMessage;
use simulator::kit::HookFault;

use super::stage::{HookCall, Stage, plays};
use crate::connections::Raw;

const NOON: i64 = START / 1000;

async fn stored(stage: &Stage) -> (usize, usize) {
    let hooks = raw_hook::Entity::find().all(stage.world.app().store.read()).await.unwrap();
    (hooks.len(), stage.world.messages().await.len())
}

/// Without the proof nothing is stored.
async fn only_the_messenger_is_let_in(stage: &mut Stage) {
    stage.chats().await;
    let before = stored(stage).await;
    let (hook, kind) = (stage.hook(), stage.messenger.kind());
    let body = || stage.messenger.text_body(900, NOON);
    let forged = stage.posts(stage.messenger.call(&hook, body(), false)).await;
    assert!([401, 403].contains(&forged.as_u16()), "{forged}");
    let bare = stage.posts(HookCall::plain(&hook, &body())).await;
    assert!([401, 403].contains(&bare.as_u16()), "{bare}");
    assert_eq!(stored(stage).await, before);
    let counted = answer(stage.world.api.anonymous(Method::GET, "/metrics")).await.is(200);
    counted.says(&[&format!("parom_hooks_total{{door=\"{kind}\",status=\"{}\"}} 2", forged.as_u16())]);
    let call = stage.messenger.call(&hook, body(), true);
    let limit = stage.world.app().connectors.get(kind).unwrap().call_limit();
    let large = HookCall { body: " ".repeat(limit + 1), ..call };
    assert_eq!(stage.posts(large).await, 413);
    stage.comes(body()).await;
    stage.world.deliver_all().await;
    assert_eq!(stage.at_crm().len(), 2);
}

/// A secret in the address or a header is asked for before the body comes.
async fn without_the_secret_no_body_is_read(stage: &mut Stage) {
    stage.chats().await;
    let call = stage.messenger.call(&stage.hook(), Value::Null, false);
    let length = ("Content-Length", "1048576");
    let headers: Vec<_> = call.headers.iter().map(|(name, value)| (*name, value.as_str())).chain([length]).collect();
    let mut caller = Raw::to(stage.world.app().public_url(), 1).await;
    let heard = caller.posts(&call.path, &headers).await.hears().await;
    assert!(heard.starts_with("HTTP/1.1 401 "), "{heard}");
}

/// Twice, in the wrong order, and a day late: each message is there once, with its own time.
async fn updates_come_twice_reordered_and_late(stage: &mut Stage) {
    stage.chats().await;
    for (number, at) in [(902, NOON + 2), (901, NOON + 1), (902, NOON + 2), (903, NOON - 86_400), (901, NOON + 1)] {
        stage.comes(stage.messenger.text_body(number, at)).await;
    }
    stage.world.restart().await;
    stage.comes(stage.messenger.text_body(902, NOON + 2)).await;
    stage.world.deliver_to_the_end().await;
    let came: Vec<_> = stage.at_crm().split_off(1).into_iter().map(|one| one.msec_timestamp / 1000).collect();
    assert_eq!(came, [NOON + 2, NOON + 1, NOON - 86_400]);
}

/// The same by the messenger's own faults: a call comes twice, or its answer is lost.
async fn calls_that_are_repeated_arrive_once(stage: &mut Stage) {
    stage.chats().await;
    for (fault, text) in [(HookFault::Doubled, "one"), (HookFault::LostAnswer, "two")] {
        stage.simulation().faults().next_hooks(1, fault);
        stage.writes(text).await;
        stage.writes(&format!("after {text}")).await;
        stage.world.advance(Duration::from_secs(120));
        stage.arrives().await;
    }
    let mut texts = stage.texts_at_crm().split_off(1);
    texts.sort();
    assert_eq!(texts, ["after one", "after two", "one", "two"]);
}

/// What the database does not take is not answered with success, and the messenger brings it again.
async fn a_call_is_answered_when_it_is_stored(stage: &mut Stage) {
    stage.chats().await;
    for (number, fault) in ["accept.before_commit=error:1", "accept.after_commit=error:1"].into_iter().enumerate() {
        stage.world.faults.add(fault).unwrap();
        let text = format!("message {number}");
        stage.writes(&text).await;
        stage.world.advance(Duration::from_secs(120));
        stage.arrives().await;
        assert_eq!((stage.at_crm().len(), stage.last().text), (number + 2, text));
    }
}

/// Unreadable bodies are kept and answered with 200.
async fn unreadable_bodies_are_kept(stage: &mut Stage) {
    stage.chats().await;
    let before = stage.world.quarantined().await.len();
    let mut odd = stage.messenger.text_body(905, NOON);
    hollow(&mut odd);
    stage.comes(odd).await;
    assert!(stage.world.quarantined().await.len() > before, "its bytes are kept");
    stage.writes("Next").await;
    assert_eq!(stage.last().text, "Next");
}

/// Replaces what a body says, and leaves what proves it.
fn hollow(body: &mut Value) {
    for name in ["object", "payload", "message"] {
        if body.get(name).is_some_and(Value::is_object) {
            body[name] = json!({ "type": "message", "value": 7, "odd": [1] });
        }
    }
    for entry in body.get_mut("entry").and_then(Value::as_array_mut).into_iter().flatten() {
        for name in ["messaging", "changes"] {
            if let Some(events) = entry.get_mut(name) {
                *events = json!([{ "odd": 1 }]);
            }
        }
    }
}

/// Texts that no database takes as an id, in the place of each value: answered at once, and nothing after them waits.
async fn ids_that_cannot_be_stored_stop_nothing(stage: &mut Stage) {
    stage.world.allow_problems();
    stage.chats().await;
    let body = stage.messenger.text_body(906, NOON);
    let mut places = Vec::new();
    leaves(&body, String::new(), &mut places);
    for odd in ["a\0b".to_owned(), "yz".repeat(4_000)] {
        for place in &places {
            let mut body = body.clone();
            *body.pointer_mut(place).unwrap() = json!(odd);
            let status = stage.posts(stage.messenger.call(&stage.hook(), body, true)).await;
            assert!(!status.is_server_error(), "{place}: {status}");
        }
    }
    stage.world.deliver_to_the_end().await;
    stage.writes("Next").await;
    assert!(stage.texts_at_crm().contains(&"Next".to_owned()));
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

/// What an id may hold depends on the database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_that_cannot_be_stored_stop_nothing_on_postgres() {
    plays(Engine::Postgres, super::avito, |stage| Box::pin(ids_that_cannot_be_stored_stop_nothing(stage))).await;
}

/// Every sample of the messenger's documents is stored, ignored with a reason, or kept as bytes, and what comes twice
/// makes no message.
async fn every_sample_is_taken(stage: &mut Stage) {
    // Samples quote messages of chats that other samples are not about.
    stage.world.allow_problems();
    stage.chats().await;
    let folder = format!("{}/fixtures/{}", env!("CARGO_MANIFEST_DIR"), stage.messenger.kind());
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
    files.retain(|path| !path.file_name().unwrap().to_str().unwrap().starts_with("api_"));
    files.sort();
    let least = stage.messenger.samples();
    assert!(files.len() >= least, "{files:?}");
    let mut rounds = Vec::new();
    for _round in 0..2 {
        for path in &files {
            // Two presses of one button within three seconds are one.
            stage.world.advance(Duration::from_secs(5));
            // Their files are nowhere.
            let text = std::fs::read_to_string(path).unwrap();
            let text = text.replace("https://", &format!("{}/gone/", stage.simulation().address()));
            stage.comes(serde_json::from_str(&text).unwrap()).await;
        }
        stage.world.deliver_to_the_end().await;
        rounds.push(stage.at_crm().into_iter().map(|one| one.msgid).collect::<Vec<_>>());
    }
    assert!(rounds[0].len() > least / 5, "{rounds:#?}");
    let twice: Vec<_> = rounds[1].iter().filter(|one| !rounds[0].contains(one)).collect();
    assert!(twice.is_empty(), "nothing comes twice: {twice:#?}");
    stage.writes("After all that").await;
    assert!(stage.texts_at_crm().contains(&"After all that".to_owned()));
}

/// Neither credentials nor the secret of the webhook are in what people see or the database holds in plain text.
async fn secrets_are_never_disclosed(stage: &mut Stage) {
    stage.chats().await;
    for (act, _) in stage.messenger.brings().into_iter().take(4) {
        stage.does(act).await;
    }
    stage.says(HookMessage::text("Спасибо")).await;
    let (db, tenant) = (stage.world.app().store.read(), stage.line().tenant_id);
    let shown = [
        format!("{:?}", stage.world.sandbox.messages(HOST)),
        format!("{:?}", message::Entity::of_tenant(tenant).all(db).await.unwrap()),
        format!("{:?}", attempt::Entity::of_tenant(tenant).all(db).await.unwrap()),
        format!("{:?}", media::Entity::of_tenant(tenant).all(db).await.unwrap()),
        format!("{:?}", raw_hook::Entity::of_tenant(tenant).all(db).await.unwrap()),
        stage.world.api.get(&stage.line().path("")).await.is(200).text,
    ];
    let source = stage.world.app().lookup.source(stage.line().source_id).await.unwrap().unwrap();
    let secrets = parom::settings::open(stage.world.app(), &source).unwrap().secrets;
    assert!(!secrets.is_empty());
    for (name, secret) in &secrets {
        let secret = secrecy::ExposeSecret::expose_secret(secret);
        if let Some(text) = shown.iter().find(|text| text.contains(secret)) {
            panic!("{name} is in {}", text.chars().take(200).collect::<String>());
        }
    }
}

contract! {
    only_the_messenger_is_let_in: In [] all;
    without_the_secret_no_body_is_read: In [] [avito max telegram];
    updates_come_twice_reordered_and_late: In [] all;
    calls_that_are_repeated_arrive_once: In [] all;
    a_call_is_answered_when_it_is_stored: In [] all;
    unreadable_bodies_are_kept: In [] all;
    ids_that_cannot_be_stored_stop_nothing: In [] all;
    every_sample_is_taken: In [] all;
    secrets_are_never_disclosed: Both [] all;
}
