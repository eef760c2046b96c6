//! What a community's program calls: messages, files, comments, history; and refusals.

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use simulator::vk::{Act, Author, Fault, NewChat, NewCommunity, Verb};

use super::{World, events};

const PICTURE: &[u8] = include_bytes!("../../../assets/samples/picture.jpg");
const VOICE: &[u8] = include_bytes!("../../../assets/samples/voice.ogg");

/// An inline keyboard with these buttons in one row.
fn keyboard(actions: &[Value]) -> String {
    let buttons: Vec<Value> = actions.iter().map(|one| json!({"action": one, "color": "secondary"})).collect();
    json!({"inline": true, "buttons": [buttons]}).to_string()
}

async fn upload(world: &World, url: &Value, field: &'static str, name: &'static str, bytes: &'static [u8]) -> Value {
    let form = Form::new().part(field, Part::bytes(bytes).file_name(name).mime_str("image/jpeg").unwrap());
    world.stage.http.post(url.as_str().unwrap()).multipart(form).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn the_same_random_id_is_the_same_message() {
    let world = World::met().await;
    let send = async |random: &str, text: &str| {
        world.ok("messages.send", &[("random_id", random), ("message", text)]).await.as_i64().unwrap()
    };
    let first = send("77", "One").await;
    assert_eq!(send("77", "Two").await, first);
    assert_ne!(send("78", "Two").await, first);
    assert_ne!(send("0", "Three").await, send("0", "Three").await, "0 is no key");
    let texts: Vec<_> = world.sent().into_iter().map(|one| one.text).collect();
    assert_eq!(texts, ["One", "Two", "Three", "Three"]);
}

#[tokio::test]
async fn a_person_without_consent_gets_no_messages() {
    let world = World::start().await;
    let (vk, hi) = (world.vk(), [("random_id", "0"), ("message", "Hi")]);
    assert_eq!(world.refused("messages.send", &hi).await, 901);
    world.maria().starts("").unwrap();
    world.ok("messages.send", &hi).await;
    world.maria().stops().unwrap();
    let person = world.maria.to_string();
    let allowed = world.ok("messages.isMessagesFromGroupAllowed", &[("user_id", &person)]).await;
    assert_eq!((allowed, world.refused("messages.send", &hi).await), (json!({"is_allowed": 0}), 901));
    vk.act(Act::own("ban").who(world.maria).line(world.acme.id).with("banned", true)).unwrap();
    assert_eq!(world.refused("messages.send", &hi).await, 900);
    vk.delete_person(world.maria);
    assert_eq!(world.refused("messages.send", &hi).await, 18);
}

/// A method, its parameters and the code of its refusal.
type Refused<'a> = (&'a str, &'a [(&'a str, &'a str)], i64);

#[tokio::test]
async fn tokens_rights_and_versions_are_checked() {
    let world = World::met().await;
    let vk = world.vk();
    let (weak, long) = (vk.add_token(world.acme.id, &["photos"]), "x".repeat(9_001));
    let wide = keyboard(&vec![json!({"type": "text", "label": "Да"}); 6]);
    let wrong: &[Refused] = &[
        ("no.method", &[], 3),
        ("users.get", &[("v", "5.80")], 8),
        ("users.get", &[("access_token", "vk1.a.none")], 5),
        ("messages.send", &[("access_token", &weak)], 15),
        ("photos.createComment", &[], 27),
        ("messages.send", &[("random_id", "0"), ("peer_id", "5")], 936),
        ("messages.send", &[("random_id", "0"), ("peer_id", "2000000099")], 917),
        ("messages.send", &[("random_id", "x"), ("message", "Hi")], 100),
        ("messages.send", &[("random_id", "0"), ("message", "  ")], 100),
        ("messages.send", &[("random_id", "0"), ("message", &long)], 914),
        ("messages.send", &[("random_id", "0"), ("message", "?"), ("keyboard", &wide)], 911),
        ("messages.send", &[("random_id", "0"), ("message", "?"), ("keyboard", "{")], 100),
        ("messages.send", &[("random_id", "0"), ("attachment", "photo-1_1")], 100),
        ("messages.send", &[("random_id", "0"), ("lat", "91"), ("long", "0")], 100),
        ("messages.send", &[("random_id", "0"), ("forward", r#"{"message_ids": [1], "is_reply": 1}"#)], 921),
        ("messages.edit", &[("cmid", "1"), ("message", "not ours")], 15),
        ("messages.sendReaction", &[("cmid", "1"), ("reaction_id", "99")], 1009),
        ("docs.getMessagesUploadServer", &[("type", "video")], 100),
        ("docs.save", &[("file", "nothing")], 105),
        ("photos.saveMessagesPhoto", &[("photo", "[]"), ("hash", "x")], 129),
        ("wall.createComment", &[("owner_id", "-1"), ("post_id", "77"), ("message", "x")], 212),
        ("groups.getCallbackServers", &[("group_id", "1")], 15),
        ("groups.deleteCallbackServer", &[("server_id", "3")], 104),
        ("groups.addCallbackServer", &[("url", "http://a.test"), ("title", "Parom"), ("secret_key", "a-b")], 100),
        ("groups.addCallbackServer", &[("url", "http://a.test"), ("title", "a title too long")], 100),
    ];
    for (method, params, code) in wrong {
        assert_eq!(world.refused(method, params).await, *code, "{method} {params:?}");
    }
    let other = vk.add_community(NewCommunity::default()).id;
    for (asked, id) in [("", world.acme.id), (&*other.to_string(), other)] {
        let group = world.ok("groups.getById", &[("group_id", asked)]).await["groups"][0].take();
        assert_eq!((&group["id"], &group["screen_name"]), (&json!(id), &json!("acme")), "any is described to any key");
    }
    let rights = world.ok("groups.getTokenPermissions", &[]).await;
    let names = rights["permissions"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap());
    assert_eq!(names.collect::<Vec<_>>(), ["photos", "messages", "wall", "docs", "manage"]);
    let row = keyboard(&[json!({"type": "text", "label": "Да"})]);
    let asks = [("random_id", "0"), ("message", "Да?"), ("keyboard", &*row)];
    world.ok("messages.send", &asks).await;
    vk.set_features(world.acme.id, true, false);
    assert_eq!(world.refused("messages.send", &asks).await, 912);
    vk.set_features(world.acme.id, false, true);
    assert_eq!(world.refused("messages.send", &asks).await, 15);
    vk.revoke_tokens(world.acme.id);
    assert_eq!(world.refused("messages.send", &asks).await, 5);
}

#[tokio::test]
async fn buttons_send_texts_or_events() {
    let world = World::met().await;
    let hook = world.listens(&["message_new", "message_event"]).await;
    let rows = keyboard(&[
        json!({"type": "text", "label": "Да", "payload": "{\"a\":1}"}),
        json!({"type": "callback", "label": "Нет", "payload": "{\"a\":2}"}),
        json!({"type": "open_link", "label": "Сайт", "link": "https://acme.test"}),
    ]);
    world.ok("messages.send", &[("random_id", "9"), ("message", "Везём?"), ("keyboard", &rows)]).await;
    let press = |column: i64| world.act(Verb::Press).message(2).with("row", 0).with("column", column);
    let said = world.vk().act(press(0)).unwrap();
    let pressed = world.vk().act(press(1)).unwrap().id;
    assert!((said.id.number(), pressed.number()) == (3, 0) && world.vk().act(press(2)).is_err());
    world.vk().deliver_all().await;
    let events = events(&hook);
    let (text, event) = (&events[0]["object"]["message"], &events[1]["object"]);
    assert_eq!((&text["text"], &text["payload"]), (&json!("Да"), &json!("{\"a\":1}")));
    assert_eq!((&event["payload"], &event["conversation_message_id"]), (&json!({"a": 2}), &json!(2)));
    world.ok("messages.sendMessageEventAnswer", &[("event_id", pressed.as_str()), ("user_id", "5")]).await;
    assert_eq!(world.vk().notices(world.acme.id)[0].press, pressed);
}

#[tokio::test]
async fn messages_are_quoted_forwarded_edited_and_reacted_to() {
    let world = World::met().await;
    let send = async |forward: Value| {
        let params = [("random_id", "0"), ("message", "One"), ("forward", &*forward.to_string())];
        world.ok("messages.send", &params).await
    };
    let first = world.ok("messages.send", &[("random_id", "0"), ("message", "One")]).await.to_string();
    send(json!({"peer_id": world.maria, "message_ids": [first.parse::<i64>().unwrap()], "is_reply": 1})).await;
    send(json!({"conversation_message_ids": [1, 2]})).await;
    let (quoting, forwarding) = (&world.sent()[1], &world.sent()[2].json["fwd_messages"]);
    assert_eq!((&quoting.reply_to, &quoting.json["reply_message"]["text"]), (&Some(2.into()), &json!("One")));
    assert_eq!((&forwarding[0]["text"], &forwarding[1]["text"]), (&json!("Hello"), &json!("One")));

    let edit = [("message_id", first.as_str()), ("message", "One more")];
    world.ok("messages.edit", &edit).await;
    assert_eq!((world.sent()[0].text.as_str(), world.sent()[0].is_edited), ("One more", true));
    world.ok("messages.sendReaction", &[("cmid", "2"), ("reaction_id", "4")]).await;
    assert_eq!(world.sent()[0].reactions[&Author::Line], ["👍"]);
    world.ok("messages.deleteReaction", &[("cmid", "2")]).await;
    assert!(world.sent()[0].reactions.is_empty());
    let deleted = world.ok("messages.delete", &[("cmids", "3"), ("delete_for_all", "1")]).await;
    assert!(deleted[0]["response"] == 1 && world.sent()[1].is_removed);
    world.stage.advance(86_401).await;
    assert_eq!(world.refused("messages.edit", &edit).await, 909);
}

#[tokio::test]
async fn the_phone_shows_places_typing_and_comments() {
    let world = World::met().await;
    world.ok("messages.send", &[("random_id", "1"), ("lat", "43.25"), ("long", "76.95")]).await;
    world.ok("messages.setActivity", &[("type", "typing")]).await;
    let phone = format!("/phone/{}/{}", world.maria, world.acme.id);
    for kind in ["photo", "voice", "doc", "sticker", "location"] {
        assert_eq!(world.stage.form(&phone, &[("do", kind)]).await.0, 200, "{kind}");
    }
    let page = world.stage.form(&phone, &[("do", "comment"), ("post", "post77"), ("text", "Price?")]).await.1;
    for part in ["Acme is typing…", "offer.pdf", "📍 43.25, 76.95", "📍 55.7558", "Price?", "Forbid messages"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let photo = &world.vk().history(world.acme.id, world.maria)[2].json["attachments"][0]["photo"];
    let url = photo["sizes"][2]["url"].as_str().unwrap();
    let answer = world.stage.http.get(url).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.bytes().await.unwrap()[..]), (200, PICTURE));
    world.vk().lose_files();
    assert_eq!(world.stage.http.get(url).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn faults_break_calls_and_rates_are_counted() {
    let world = World::met().await;
    let faults = world.vk().faults();
    faults.next("users.get", 1, Fault::refuse(200, 6, ""));
    faults.next("users.get", 1, Fault::refuse(200, 9, "Flood control: later"));
    assert_eq!(world.refused("users.get", &[]).await, 6);
    assert_eq!(world.call("users.get", &[]).await["error"]["error_msg"], "Flood control: later");
    assert_eq!(world.ok("users.get", &[]).await, json!([]));
    faults.next("upload", 1, Fault::refuse(200, 0, "ERR_UPLOAD"));
    let server = world.ok("photos.getMessagesUploadServer", &[]).await;
    assert_eq!(upload(&world, &server["upload_url"], "photo", "a.jpg", PICTURE).await, json!({"error": "ERR_UPLOAD"}));
    world.vk().set_rates(true);
    for _ in 0..20 {
        world.ok("users.get", &[]).await;
    }
    assert_eq!(world.refused("users.get", &[]).await, 6);
    world.stage.advance(1).await;
    world.ok("users.get", &[]).await;
}

#[tokio::test]
async fn a_photo_is_uploaded_saved_and_attached() {
    let world = World::met().await;
    let server = world.ok("photos.getMessagesUploadServer", &[]).await;
    let uploaded = upload(&world, &server["upload_url"], "photo", "a.jpg", PICTURE).await;
    let save = [("photo", uploaded["photo"].as_str().unwrap()), ("hash", uploaded["hash"].as_str().unwrap())];
    let saved = world.ok("photos.saveMessagesPhoto", &save).await;
    let reference = format!("photo{}_{}", saved[0]["owner_id"], saved[0]["id"]);
    let with_key = format!("{reference}_{}", saved[0]["access_key"].as_str().unwrap());
    for attachment in [&reference, &with_key] {
        world.ok("messages.send", &[("random_id", "0"), ("attachment", attachment)]).await;
    }
    let sent = world.sent();
    assert_eq!((sent[0].files[0].kind.as_str(), &sent[0].files[0].bytes[..]), ("photo", PICTURE));
    assert_eq!(sent[1].json["attachments"][0]["photo"], saved[0]);
    let document = with_key.replace("photo", "doc");
    assert_eq!(world.refused("messages.send", &[("random_id", "0"), ("attachment", &document)]).await, 100);
    assert_eq!(world.refused("photos.saveMessagesPhoto", &save).await, 129, "once alone");
    assert_eq!(upload(&world, &server["upload_url"], "photo", "a.jpg", b"no picture").await["photo"], "[]");
}

#[tokio::test]
async fn documents_and_voices_have_their_own_servers() {
    let world = World::met().await;
    for (kind, name, bytes) in [("doc", "Договор.pdf", &b"%PDF-1.7"[..]), ("audio_message", "a.ogg", VOICE)] {
        let server = world.ok("docs.getMessagesUploadServer", &[("type", kind)]).await;
        let uploaded = upload(&world, &server["upload_url"], "file", name, bytes).await;
        let saved = world.ok("docs.save", &[("file", uploaded["file"].as_str().unwrap()), ("title", name)]).await;
        let attachment = format!("doc{}_{}", saved[kind]["owner_id"], saved[kind]["id"]);
        world.ok("messages.send", &[("random_id", "0"), ("attachment", &attachment)]).await;
        let file = world.sent().pop().unwrap().files.remove(0);
        assert_eq!((&saved["type"], file.kind.as_str(), file.name.as_str()), (&json!(kind), kind, name));
    }
    let url = world.ok("docs.getMessagesUploadServer", &[("type", "audio_message")]).await["upload_url"].take();
    let other = json!(url.as_str().unwrap().replace("audio_message", "doc"));
    for (url, bytes) in [(&url, &b"no voice"[..]), (&url, b""), (&other, VOICE)] {
        assert!(upload(&world, url, "file", "a.ogg", bytes).await["error"].is_string(), "one address, one kind");
    }
}

#[tokio::test]
async fn a_comment_on_a_post_is_answered_once() {
    let world = World::start().await;
    let asked = world.vk().act(world.act(Verb::Send).to("post", 77).text("Цена?")).unwrap().message();
    let owner = (-world.acme.id).to_string();
    let place = [("owner_id", owner.as_str()), ("post_id", "77"), ("message", "Сто")];
    let params = [&place[..], &[("reply_to_comment", asked.as_str()), ("guid", "letter-1")]].concat();
    let first = world.ok("wall.createComment", &params).await;
    assert_eq!((&first["parents_stack"], &world.ok("wall.createComment", &params).await), (&json!([asked]), &first));
    let comments = world.vk().comments(world.acme.id);
    let answer = &comments[1];
    assert_eq!((comments.len(), answer.reply_to.as_ref(), answer.author), (2, Some(&asked), Author::Line));
    assert_eq!((&answer.json["reply_to_user"], &answer.json["from_id"]), (&json!(world.maria), &json!(-world.acme.id)));
    let unknown = [&place[..], &[("reply_to_comment", "999")]].concat();
    assert_eq!(world.refused("wall.createComment", &unknown).await, 100);
}

#[tokio::test]
async fn history_is_read_page_by_page() {
    let world = World::met().await;
    for number in 1..=4 {
        let text = format!("Answer {number}");
        world.ok("messages.send", &[("random_id", "0"), ("message", &text)]).await;
    }
    let read = world.ok("messages.getHistory", &[("count", "2"), ("offset", "1"), ("rev", "1")]).await;
    let texts: Vec<_> = read["items"].as_array().unwrap().iter().map(|one| one["text"].clone()).collect();
    assert_eq!((texts, &read["count"]), (vec![json!("Answer 1"), json!("Answer 2")], &json!(5)));
    let id = world.sent()[0].json["id"].to_string();
    let by_id = world.ok("messages.getById", &[("message_ids", &id)]).await;
    let by_cmid = world.ok("messages.getByConversationMessageId", &[("conversation_message_ids", "2")]).await;
    assert_eq!((&by_id["items"][0]["text"], &by_id), (&json!("Answer 1"), &by_cmid));
    world.ok("messages.markAsRead", &[("start_message_id", &id)]).await;
    world.maria().reads().unwrap();
    let all = world.ok("messages.getConversations", &[("count", "200"), ("extended", "1")]).await;
    let shown = &all["items"][0]["conversation"];
    assert_eq!((&shown["peer"]["id"], &all["profiles"][0]["first_name"]), (&json!(world.maria), &json!("Maria")));
    assert_eq!((&shown["in_read_cmid"], &shown["out_read_cmid"]), (&json!(2), &json!(5)));
    assert_eq!(all["items"][0]["last_message"]["text"], "Answer 4");
    let same = world.ok("messages.getConversationsById", &[("peer_ids", &world.maria.to_string())]).await;
    assert_eq!(same["items"][0], *shown);
    let chat = NewChat { title: "Team".into(), community: world.acme.id, members: vec![world.maria] };
    let chat = world.vk().add_chat(chat);
    world.maria().at("chat", chat).writes("Hi").unwrap();
    let peers = chat.to_string();
    let sent = world.ok("messages.send", &[("peer_ids", &peers), ("random_id", "1"), ("message", "Hi")]).await;
    assert_eq!(sent, json!([{"peer_id": chat, "message_id": 0, "conversation_message_id": 2}]), "it has no id");
    let shown = world.ok("messages.getConversationsById", &[("peer_ids", &peers)]).await["items"][0].take();
    assert_eq!((&shown["peer"]["type"], &shown["chat_settings"]["title"]), (&json!("chat"), &json!("Team")));
}
