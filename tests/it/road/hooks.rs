//! amoCRM's endpoint: which hooks are accepted, which are quarantined, what is answered.

use std::time::Duration;

use base::config::Config;
use entity::raw_hook;
use futures_util::future::join_all;
use parom_tests::office::all_at_once;
use parom_tests::settings::{CHANNEL_ID, CHANNEL_SECRET};
use parom_tests::{World, answer, both, once};
use reqwest::Method;
use sea_orm::EntityTrait;
use serde_json::json;
use simulator::crm::HookMessage;

use crate::connections::{Raw, ended_in_time};

async fn post(world: &World, scope_id: &str, body: &[u8], signature: Option<&str>) -> u16 {
    world.sandbox.post_hook(scope_id, body.to_vec(), signature).await.status.expect("the server answers")
}

async fn only_the_right_signature_over_the_raw_bytes_is_believed(world: &mut World) {
    let (line, manager) = world.chatting().await;
    let hook = manager.prepares("anna", HookMessage::text("Good morning"));
    let right = hook.signature.as_str();
    let other_bytes: serde_json::Value = serde_json::from_slice(&hook.body).unwrap();
    let pretty = serde_json::to_vec_pretty(&other_bytes).unwrap();
    let mut changed = hook.body.clone();
    *changed.last_mut().unwrap() = b' ';
    let forged = "0".repeat(40);
    let refused: [(&str, &[u8], Option<&str>); 9] = [
        ("none", &hook.body, None),
        ("empty", &hook.body, Some("")),
        ("forged", &hook.body, Some(&forged)),
        ("truncated", &hook.body, Some(&right[..39])),
        ("longer", &hook.body, Some(&format!("{right}0"))),
        ("no hex", &hook.body, Some(&right.replace(|c: char| c.is_ascii_digit(), "g"))),
        ("serialised again", &pretty, Some(right)),
        ("changed", &changed, Some(right)),
        ("cut", &hook.body[..hook.body.len() - 1], Some(right)),
    ];
    for (name, body, signature) in refused {
        assert_eq!(post(world, &line.scope_id, body, signature).await, 401, "{name}");
    }
    for scope in ["x", CHANNEL_ID.get(..35).unwrap(), "00000000-0000-4000-8000-000000000000_1"] {
        assert_eq!(post(world, scope, &hook.body, Some(right)).await, 401, "channel {scope:?} is none of ours");
    }
    world.deliver_all().await;
    assert!(world.messenger.received().is_empty());
    assert_eq!(world.quarantined().await, Vec::<String>::new());
    // Upper-case hex is the same number; a line feed around the body came with a proxy.
    assert_eq!(post(world, &line.scope_id, &hook.body, Some(&right.to_uppercase())).await, 200);
    let padded = [b"\n", hook.body.as_slice(), b"\n"].concat();
    assert_eq!(post(world, &line.scope_id, &padded, Some(right)).await, 200);
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["Good morning"], "and it is one hook");
}

async fn a_hook_that_comes_three_times_at_once_is_one_message(world: &mut World) {
    let (line, manager) = world.chatting().await;
    let hook = manager.prepares("anna", HookMessage::text("Good morning"));
    let posts = (0..3).map(|_| {
        let (sandbox, hook) = (world.sandbox.clone(), hook.clone());
        async move { sandbox.post_hook(&hook.scope_id, hook.body, Some(&hook.signature)).await.status }
    });
    assert_eq!(all_at_once(posts).await, [Some(200); 3]);
    world.deliver_all().await;
    assert_eq!(post(world, &line.scope_id, &hook.body, Some(&hook.signature)).await, 200, "also a replay");
    world.deliver_all().await;
    assert_eq!(world.messenger.received().len(), 1);
}

async fn hooks_that_cannot_be_interpreted_are_kept_and_answered_with_200(world: &mut World) {
    let (line, _) = world.chatting().await;
    let account = world.sandbox.add_account(&line.host).amojo_id;
    let elsewhere = format!("{CHANNEL_ID}_00000000-0000-4000-8000-000000000000");
    let v1 =
        json!({"receiver": "r", "sender": "s", "conversation_id": "c", "type": "text", "text": "old", "timestamp": 1});
    let strange = json!({"account_id": account, "time": 1, "something": {"new": true}});
    let foreign = json!({"account_id": "00000000-0000-4000-8000-000000000000", "time": 1, "message": {
        "receiver": {"id": "r"}, "sender": {"id": "s"}, "conversation": {"id": "c"}, "timestamp": 1, "msec_timestamp": 1000,
        "message": {"id": "m", "type": "text", "text": "foreign"}}});
    let cases: [(&str, &str, Vec<u8>); 7] = [
        ("unreadable", &line.scope_id, b"{".to_vec()),
        ("unreadable", &line.scope_id, b"\xff\xfe not text".to_vec()),
        ("unreadable", &line.scope_id, br#"{"account_id":"a","message":{"text":"\ud800"}}"#.to_vec()),
        ("version_1", &line.scope_id, v1.to_string().into_bytes()),
        ("foreign_account", &line.scope_id, foreign.to_string().into_bytes()),
        ("unknown_event", &line.scope_id, strange.to_string().into_bytes()),
        ("unknown_scope", &elsewhere, strange.to_string().into_bytes()),
    ];
    let mut wanted = Vec::new();
    for (word, scope, body) in cases {
        let signature = world.sandbox.sign_hook(scope, &body);
        assert_eq!(post(world, scope, &body, Some(&signature)).await, 200, "{word}");
        wanted.push(word);
        assert_eq!(world.quarantined().await, wanted, "each is stored with its reason");
    }
    let hooks = raw_hook::Entity::find().all(world.app().store.write()).await.unwrap();
    for hook in hooks.iter().filter(|hook| !hook.quarantine.is_empty()) {
        let is_of_no_account = ["foreign_account", "unknown_scope"].contains(&hook.quarantine.as_str());
        assert_eq!(hook.body.is_empty(), is_of_no_account, "{}", hook.quarantine);
    }
    assert!(world.messages().await.iter().all(|message| message.direction == 1), "no message was made of them");
}

async fn a_hook_captured_long_ago_cannot_be_replayed(world: &mut World) {
    let (line, manager) = world.chatting().await;
    let hook = manager.prepares("anna", HookMessage::text("Good morning"));
    assert_eq!(post(world, &line.scope_id, &hook.body, Some(&hook.signature)).await, 200);
    world.deliver_all().await;
    world.advance(Duration::from_secs(44 * 86_400));
    assert_eq!(post(world, &line.scope_id, &hook.body, Some(&hook.signature)).await, 200, "its id is still known");
    world.advance(Duration::from_secs(2 * 86_400));
    parom::retention::round(&world.app().delivery).await.unwrap();
    assert_eq!(post(world, &line.scope_id, &hook.body, Some(&hook.signature)).await, 200);
    assert_eq!(world.quarantined().await, ["stale"]);
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["Good morning"], "once");
}

async fn how_late_amocrm_calls_is_measured(world: &mut World) {
    let (line, manager) = world.chatting().await;
    for late in [0, 90] {
        let hook = manager.prepares("anna", HookMessage::text("Good morning"));
        world.advance(Duration::from_secs(late));
        assert_eq!(post(world, &line.scope_id, &hook.body, Some(&hook.signature)).await, 200);
    }
    // `time` has no fractions.
    let page = answer(world.api.anonymous(Method::GET, "/metrics")).await.is(200).text;
    for series in [
        "bucket{remote=\"amojo:main\",le=\"2\"} 1",
        "bucket{remote=\"amojo:main\",le=\"60\"} 1",
        "bucket{remote=\"amojo:main\",le=\"120\"} 2",
    ] {
        assert!(page.contains(&format!("parom_hook_lag_seconds_{series}\n")), "{series}\n{page}");
    }
    world.deliver_all().await;
}

const OLD: &str = "the-old-secret-of-the-channel";

fn with_the_old_secret(config: &mut Config) {
    config.integrations[0].channels[0].previous_secret = Some(OLD.to_owned().into());
}

/// The secret is changed at amoCRM's support and in the configuration, not in one moment.
async fn a_channels_old_secret_is_believed_while_it_is_changed(world: &mut World) {
    let (line, manager) = world.chatting().await;
    for (number, (secret, status)) in [(OLD, 200), (CHANNEL_SECRET, 200), ("older still", 401)].into_iter().enumerate()
    {
        let hook = manager.prepares("anna", HookMessage::text(&format!("text {number}")));
        let signature = amocrm::chats::sign::hook_signature(&secret.to_owned().into(), &hook.body);
        assert_eq!(post(world, &line.scope_id, &hook.body, Some(&signature)).await, status, "{secret}");
    }
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["text 0", "text 1"]);
}

async fn bodies_too_large_and_compressed_are_refused(world: &mut World) {
    let (line, _) = world.chatting().await;
    let path = format!("/location/{}", line.scope_id);
    let large = vec![b' '; 1024 * 1024 + 1];
    let signature = world.sandbox.sign_hook(&line.scope_id, &large);
    let post = |body: Vec<u8>, signature: &str| {
        world.api.anonymous(Method::POST, &path).header("X-Signature", signature).body(body)
    };
    answer(post(large.clone(), &signature)).await.is(413);
    let most = large[1..].to_vec();
    let signature = world.sandbox.sign_hook(&line.scope_id, &most);
    answer(post(most, &signature)).await.is(200);
    for encoding in ["gzip", "br", "identity"] {
        answer(post(b"{}".to_vec(), "").header("Content-Encoding", encoding)).await.is(415);
    }
    assert_eq!(world.quarantined().await, ["unreadable"]);
}

async fn a_hook_that_cannot_be_stored_is_answered_with_503_and_leaves_no_rows(world: &mut World) {
    let (line, manager) = world.chatting().await;
    let hook = manager.prepares("anna", HookMessage::text("Good morning"));
    world.faults.add("accept.before_commit=error").unwrap();
    // The disk does not accept it either (engine::spool tests what happens when it does).
    std::fs::remove_dir_all(world.database().folder().join("spool")).unwrap();
    assert_eq!(post(world, &line.scope_id, &hook.body, Some(&hook.signature)).await, 503);
    let anna = world.customer(&line, "anna");
    let refused = anna.posts(&anna.body("one", "Hello again")).await.is(503);
    assert!(!refused.header("retry-after").is_empty(), "{}", refused.text);
    world.faults.clear();
    assert_eq!(world.messages().await.len(), 1);
    assert_eq!(post(world, &line.scope_id, &hook.body, Some(&hook.signature)).await, 200);
    anna.posts(&anna.body("one", "Hello again")).await.is(202);
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["Good morning"]);
}

// Callers that speak HTTP badly on purpose: slowly, and with lengths that contradict each other.

async fn says(world: &World, bytes: &str) -> Raw {
    let mut caller = Raw::open(world).await;
    caller.says(bytes).await;
    caller
}

async fn slow_callers_delay_no_other_caller(world: &mut World) {
    let line = world.chatting().await.0;
    let body = format!("POST /location/{} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{{", line.scope_id);
    let head = "POST /location/1 HTTP/1.1\r\nHost: x\r\nX-Slow";
    let bodies = join_all((0..60).map(|_| says(world, &body))).await;
    let mut heads = join_all((0..60).map(|_| says(world, head))).await;
    world.manager(&line).answers("anna", "served beside them").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["served beside them"]);
    // Bodies are waited for by the world's clock, heads by the machine's.
    for heard in ended_in_time(world, bodies).await {
        assert!(heard.starts_with("HTTP/1.1 408 "), "{heard:?}");
    }
    for heard in join_all(heads.iter_mut().map(Raw::hears_to_the_end)).await {
        assert!(heard.is_empty() || heard.starts_with("HTTP/1.1 408 "), "{heard:?}");
    }
}

async fn lengths_that_contradict_each_other_are_refused(world: &mut World) {
    let hidden = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    for lengths in [
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: -1",
        "Content-Length: five",
        "Content-Length: +5",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Transfer-Encoding: gzip, identity",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: xchunked",
    ] {
        let request = format!("POST /location/1 HTTP/1.1\r\nHost: x\r\n{lengths}\r\n\r\n0\r\n\r\n{hidden}");
        let heard = says(world, &request).await.hears_to_the_end().await;
        assert!(heard.starts_with("HTTP/1.1 400 ") || heard.is_empty(), "{lengths:?}: {heard:?}");
        assert!(!heard.contains("HTTP/1.1 200"), "{lengths:?} hid a request: {heard:?}");
    }
    let line = world.chatting().await.0;
    world.manager(&line).sends("anna", HookMessage::text("all is well")).await;
    world.deliver_all().await;
}

both!(a_hook_that_cannot_be_stored_is_answered_with_503_and_leaves_no_rows);
both!(a_hook_that_comes_three_times_at_once_is_one_message);
once!(hooks_that_cannot_be_interpreted_are_kept_and_answered_with_200, lengths_that_contradict_each_other_are_refused);
once!(how_late_amocrm_calls_is_measured);
once!(only_the_right_signature_over_the_raw_bytes_is_believed, a_hook_captured_long_ago_cannot_be_replayed);
once!(bodies_too_large_and_compressed_are_refused, slow_callers_delay_no_other_caller);
once!(a_channels_old_secret_is_believed_while_it_is_changed in super::with_the_old_secret);
