//! Calls, updates and files as MAX documents them.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use simulator::max::{Act, Content, Verb};

use super::{World, kinds};

#[tokio::test]
async fn a_dialog_begins_with_start_and_ends_with_stop() {
    let world = World::with(|_| {}).await;
    let hook = world.listens().await;
    assert!(world.maria().writes("too early").is_err());
    let path = format!("/messages?user_id={}", world.maria);
    world.maria().starts("lead_77-A").unwrap();
    world.ok(Method::POST, &path, json!({"text": "Hi"})).await;
    world.maria().stops().unwrap();
    let stopped = world.refused(Method::POST, &world.messages(), json!({"text": "Hi"})).await;
    assert_eq!((stopped.0, stopped.1.as_str()), (403, "chat.denied"));
    assert!(stopped.2.contains("error.dialog.suspended"));
    let nobody = world.refused(Method::POST, "/messages?user_id=7", json!({"text": "Hi"})).await;
    assert_eq!((nobody.0, nobody.1.as_str()), (404, "dialog.not.found"));
    world.stage.simulator.act(Act::own("remove_dialog").who(world.maria).line(world.bot.id)).unwrap();
    world.stage.simulator.deliver_all().await;
    assert_eq!(kinds(&hook), ["bot_started", "bot_stopped", "bot_stopped", "dialog_removed"]);
    assert_eq!(hook.bodies()[0]["payload"], "lead_77-A");
}

#[tokio::test]
async fn a_message_is_reported_as_the_schema_describes() {
    let world = World::started().await;
    let hook = world.listens().await;
    let first = world.maria().writes("Hi").unwrap();
    world.maria().replies(&first, "and").unwrap();
    world.maria().edits(&first, "Hello").unwrap();
    world.maria().removes(&first).unwrap();
    world.stage.simulator.deliver_all().await;
    let all = hook.bodies();
    let message = &all[0]["message"];
    assert_eq!(message["sender"]["user_id"], world.maria);
    let recipient = json!({"chat_id": world.dialog(), "chat_type": "dialog", "user_id": world.bot.id});
    assert_eq!(message["recipient"], recipient);
    let (mid, seq) = (message["body"]["mid"].as_str().unwrap(), message["body"]["seq"].as_i64().unwrap());
    assert_eq!(mid, format!("mid.{:016x}{seq:016x}", world.dialog()));
    assert_eq!(seq >> 16, message["timestamp"].as_i64().unwrap());
    let link = &all[1]["message"]["link"];
    assert_eq!((&link["type"], &link["message"]["mid"]), (&json!("reply"), &json!(first)));
    assert_eq!(kinds(&hook)[2..], ["message_edited", "message_removed"]);
    assert_eq!((&all[2]["message"]["body"]["text"], &all[3]["message_id"]), (&json!("Hello"), &json!(first)));
    assert_eq!(hook.calls()[0].headers["x-max-bot-api-secret"], "s3cr3t-of-ours");
}

#[tokio::test]
async fn attachments_have_the_shapes_of_the_schema() {
    let world = World::started().await;
    let hook = world.listens().await;
    for content in [
        Content::of("image"),
        Content::of("video"),
        Content::of("audio"),
        Content::of("file"),
        Content::of("sticker"),
        Content::of("location").with("latitude", 1.5).with("longitude", 2.5),
        Content::of("own_contact"),
        Content::of("share").with("url", "https://acme.test").with("title", "Acme"),
    ] {
        world.maria().sends(content).unwrap();
    }
    world.stage.simulator.deliver_all().await;
    let attachment = |update: &Value| update["message"]["body"]["attachments"][0].clone();
    let all: Vec<Value> = hook.bodies().iter().map(attachment).collect();
    let types: Vec<&str> = all.iter().map(|one| one["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["image", "video", "audio", "file", "sticker", "location", "contact", "share"]);
    let get = async |url: &Value| world.stage.http.get(url.as_str().unwrap()).send().await.unwrap().status();
    for one in &all[..4] {
        assert!(one["payload"]["token"].is_string());
        assert_eq!(get(&one["payload"]["url"]).await, 200, "{one}");
    }
    assert_eq!((&all[3]["filename"], &all[0]["payload"]["photo_id"].is_i64()), (&json!("offer.pdf"), &true));
    assert_eq!(all[6]["payload"]["hash"].as_str().unwrap().len(), 64);
    world.stage.simulator.end_addresses();
    assert_eq!(get(&all[0]["payload"]["url"]).await, 403);
    let mid = hook.bodies()[0]["message"]["body"]["mid"].as_str().unwrap().to_owned();
    let again = world.ok(Method::GET, &format!("/messages/{mid}"), json!(null)).await;
    assert_eq!(get(&again["body"]["attachments"][0]["payload"]["url"]).await, 200);
}

#[tokio::test]
async fn a_press_names_its_button_and_is_answered() {
    let world = World::started().await;
    let buttons = json!([[{"type": "callback", "text": "Yes", "payload": "b:1"}]]);
    let body = json!({"text": "?", "attachments": [{"type": "inline_keyboard", "payload": {"buttons": buttons}}]});
    let mid = world.sent(body).await;
    let hook = world.listens().await;
    assert!(world.maria().presses(&mid, "b:2").is_err());
    let press = world.maria().presses(&mid, "b:1").unwrap();
    world.stage.simulator.deliver_all().await;
    let callback = hook.bodies()[0]["callback"].clone();
    assert_eq!((&callback["payload"], &callback["callback_id"]), (&json!("b:1"), &json!(press)));
    let path = format!("/answers?callback_id={press}");
    assert_eq!(world.refused(Method::POST, &path, json!({})).await.0, 400);
    world.ok(Method::POST, &path, json!({"notification": "Thanks"})).await;
    assert_eq!(world.stage.simulator.notices(world.bot.id)[0].text, "Thanks");
}

#[tokio::test]
async fn groups_and_channels_have_updates_of_their_own() {
    let world = World::with(|_| {}).await;
    let (hook, max) = (world.listens().await, &world.stage.simulator);
    let (who, room) = (world.maria, max.add_group(world.bot.id, "Acme"));
    let own = |name: &str| Act::own(name).who(who).with("room", room);
    max.act(own("add_bot")).unwrap();
    max.act(Act::of(Verb::Send).who(who).to("group", room).text("Hi")).unwrap();
    max.act(own("rename").with("title", "Acme 2")).unwrap();
    max.act(own("remove_bot")).unwrap();
    let chat = world.ok(Method::GET, &format!("/chats/{room}"), json!(null)).await;
    assert_eq!((&chat["type"], &chat["title"]), (&json!("chat"), &json!("Acme 2")));
    let channel = max.add_channel(world.bot.id, "Acme news");
    let post = max.act(Act::own("post").with("channel", channel).text("Sale!")).unwrap().message();
    let comment = world.maria().at("post", post.clone()).writes("How much?").unwrap();
    world.maria().edits(&comment, "How much is it?").unwrap();
    let path = format!("/messages/{post}/comments");
    let reply = json!({"text": "100", "link": {"type": "reply", "mid": comment}});
    let answer = world.ok(Method::POST, &path, reply).await["message"].clone();
    assert_eq!(answer["recipient"]["post_id"], json!(post));
    let own = format!("{path}?comment_id={}", answer["body"]["mid"].as_str().unwrap());
    world.ok(Method::PUT, &own, json!({"text": "99"})).await;
    assert_eq!(world.ok(Method::GET, &path, json!(null)).await["messages"].as_array().unwrap().len(), 2);
    world.ok(Method::DELETE, &own, json!(null)).await;
    world.maria().removes(&comment).unwrap();
    assert_eq!(world.refused(Method::POST, "/messages/mid.0/comments", json!({"text": "x"})).await.0, 404);
    max.deliver_all().await;
    let in_group = ["bot_added", "message_created", "chat_title_changed", "bot_removed"];
    let in_channel = ["message_created", "comment_created", "comment_edited", "comment_removed"];
    assert_eq!(kinds(&hook), [in_group, in_channel].concat());
    let all = hook.bodies();
    assert_eq!(all[1]["message"]["recipient"], json!({"chat_id": room, "chat_type": "chat"}));
    assert!(all[4]["message"].get("sender").is_none(), "the channel itself");
    assert_eq!(all[5]["message"]["recipient"]["post_id"], json!(post));
    assert_eq!((&all[7]["post_id"], &all[7]["message_id"]), (&json!(post), &json!(comment)));
}

#[tokio::test]
async fn texts_links_and_keyboards_have_limits() {
    let world = World::started().await;
    let (path, max) = (world.messages(), &world.stage.simulator);
    let refused = async |body: Value| world.refused(Method::POST, &path, body).await.2;
    let long = refused(json!({"text": "x".repeat(4001)})).await;
    assert_eq!(long, "Field 'text' size (4001) must be at most 4000");
    assert_eq!(refused(json!({"text": ""})).await, "Key: errors.required, args: [text]");
    let asked = world.maria().writes("Hi").unwrap();
    let mid = world.sent(json!({"text": "Hello", "link": {"type": "reply", "mid": asked}})).await;
    assert_eq!(max.message(&mid).unwrap().reply_to, Some(asked.clone().into()));
    let forward = json!({"text": "x", "link": {"type": "forward", "mid": asked}});
    assert_eq!(refused(forward).await, "errors.forward.text.not-empty");
    let nothing = json!({"text": "x", "link": {"type": "reply", "mid": "mid.0"}});
    assert_eq!(refused(nothing).await, "Invalid message_id: mid.0");
    let key = json!({"type": "callback", "text": "A", "payload": "a"});
    let link = json!({"type": "link", "text": "A", "url": "https://acme.test"});
    let board =
        |rows: Value| json!({"text": "?", "attachments": [{"type": "inline_keyboard", "payload": {"buttons": rows}}]});
    for wrong in [
        json!([]),
        json!(vec![vec![key.clone()]; 31]),
        json!([vec![key.clone(); 8]]),
        json!([vec![link.clone(); 4]]),
        json!([[{"type": "callback", "text": "", "payload": "a"}]]),
        json!([[{"type": "callback", "text": "A", "payload": "a".repeat(1025)}]]),
        json!([[{"type": "link", "text": "A", "url": "tel:+7"}]]),
    ] {
        assert_eq!(world.refused(Method::POST, &path, board(wrong.clone())).await.0, 400, "{wrong}");
    }
    let keys = world.sent(board(json!([vec![key; 7], vec![link; 3]]))).await;
    assert_eq!(max.message(&keys).unwrap().buttons.iter().map(Vec::len).collect::<Vec<_>>(), [7, 3]);
    let edit = format!("/messages?message_id={mid}");
    assert_eq!(world.ok(Method::PUT, &edit, json!({"text": "Bye"})).await["success"], true);
    assert_eq!(max.message(&mid).unwrap().text, "Bye");
    world.stage.advance(7 * 86_400 + 1).await;
    assert_eq!(world.ok(Method::PUT, &edit, json!({"text": "late"})).await["success"], false);
    world.ok(Method::DELETE, &edit, json!(null)).await;
    assert!(max.message(&mid).unwrap().is_removed);
    let gone = world.refused(Method::PUT, &edit, json!({"text": "gone"})).await.2;
    assert_eq!(gone, format!("Invalid message_id: {mid}"));
}

async fn place(world: &World, kind: &str) -> (String, Option<String>) {
    let place = world.ok(Method::POST, &format!("/uploads?type={kind}"), json!(null)).await;
    (place["url"].as_str().unwrap().to_owned(), place["token"].as_str().map(str::to_owned))
}

async fn upload(world: &World, url: &str) -> (u16, String) {
    let part = Part::bytes(b"bytes".to_vec()).file_name("a.bin").mime_str("application/pdf").unwrap();
    let answer = world.stage.http.post(url).multipart(Form::new().part("data", part)).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn each_type_of_upload_returns_its_token_in_its_own_field() {
    let world = World::started().await;
    let mut tokens = Vec::new();
    for kind in ["image", "file"] {
        let (url, token) = place(&world, kind).await;
        assert_eq!(token, None);
        let answer: Value = serde_json::from_str(&upload(&world, &url).await.1).unwrap();
        let photo = answer["photos"].as_object().map(|photos| photos.values().next().unwrap()["token"].clone());
        tokens.push((kind, photo.unwrap_or(answer["token"].clone())));
        assert_eq!(upload(&world, &url).await.0, 404, "one place takes one file");
    }
    for kind in ["video", "audio"] {
        let (url, token) = place(&world, kind).await;
        assert_eq!(upload(&world, &url).await, (200, "<retval>1</retval>".to_owned()));
        tokens.push((kind, json!(token)));
    }
    for (kind, token) in tokens {
        let mid = world.sent(json!({"text": "", "attachments": [{"type": kind, "payload": {"token": token}}]})).await;
        let file = world.stage.simulator.message(&mid).unwrap().files.remove(0);
        assert_eq!((file.kind.as_str(), file.name.as_str(), &file.bytes[..]), (kind, "a.bin", &b"bytes"[..]));
    }
    assert_eq!(world.refused(Method::POST, "/uploads?type=photo", json!(null)).await.0, 400);
}

#[tokio::test]
async fn a_file_is_processed_before_it_can_be_sent_and_comes_in_parts() {
    let world = World::with(|options| options.processing = 3_000).await;
    world.maria().starts("").unwrap();
    let (url, token) = place(&world, "video").await;
    let body = json!({"text": "", "attachments": [{"type": "video", "payload": {"token": token}}]});
    let not_ready = "attachment.not.ready";
    assert_eq!(world.refused(Method::POST, &world.messages(), body.clone()).await.1, not_ready, "not uploaded");
    for (range, part, status) in [("bytes 0-2/5", "byt", 201), ("bytes 0-2/5", "byt", 416), ("bytes 3-4/5", "es", 200)]
    {
        let request = world.stage.http.post(&url).header("Content-Range", range).body(part);
        assert_eq!(request.send().await.unwrap().status().as_u16(), status, "{range}");
    }
    assert_eq!(world.refused(Method::POST, &world.messages(), body.clone()).await.1, not_ready, "not processed");
    world.stage.advance(3).await;
    let mid = world.sent(body).await;
    assert_eq!(&world.stage.simulator.message(&mid).unwrap().files[0].bytes[..], b"bytes");
    let video = world.ok(Method::GET, &format!("/videos/{}", token.unwrap()), json!(null)).await;
    assert!(video["urls"]["mp4_720"].is_string());
}

#[tokio::test]
async fn the_rules_of_an_address_hold() {
    let world = World::with(|options| options.local = false).await;
    for url in ["http://parom.example/hook", "https://parom.example:8443/hook", "nothing"] {
        let refused = world.refused(Method::POST, "/subscriptions", json!({"url": url})).await;
        assert_eq!((refused.0, refused.1.as_str()), (400, "proto.payload"), "{url}");
    }
    let wrong = json!({"url": "https://parom.example/hook", "secret": "no spaces"});
    assert_eq!(world.refused(Method::POST, "/subscriptions", wrong).await.0, 400);
    let good = json!({"url": "https://parom.example/hook", "update_types": ["bot_started"], "secret": "s3cr3t"});
    world.ok(Method::POST, "/subscriptions", good).await;
    let all = world.ok(Method::GET, "/subscriptions", json!(null)).await;
    assert_eq!(all["subscriptions"][0]["url"], "https://parom.example/hook");
    assert_eq!(all["subscriptions"][0]["update_types"], json!(["bot_started"]));
    let path = "/subscriptions?url=https%3A%2F%2Fparom.example%2Fhook";
    assert_eq!(world.ok(Method::DELETE, path, json!(null)).await["success"], true);
    assert_eq!(world.ok(Method::DELETE, path, json!(null)).await["success"], false);
    let me = world.ok(Method::GET, "/me", json!(null)).await;
    assert_eq!((me["user_id"].as_i64(), me["username"].as_str()), (Some(world.bot.id), Some("acme_support_bot")));
    world.stage.simulator.revoke_token(world.bot.id);
    let refused = world.refused(Method::GET, "/me", json!(null)).await;
    assert_eq!(refused, (401, "verify.token".to_owned(), "Invalid access_token".to_owned()));
}

#[tokio::test]
async fn a_failing_address_is_repeated_and_removed_after_eight_hours() {
    let world = World::with(|_| {}).await;
    let hook = world.listens().await;
    hook.always(500, "");
    world.maria().starts("").unwrap();
    let max = &world.stage.simulator;
    max.deliver_all().await;
    for (seconds, calls) in [(0, 1), (59, 1), (1, 2)] {
        world.stage.advance(seconds).await;
        assert_eq!(hook.calls().len(), calls, "the first repeat comes after a minute");
    }
    world.stage.advance(8 * 3600).await;
    assert!(max.subscriptions(world.bot.id).is_empty());
}
