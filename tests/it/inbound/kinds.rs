//! Each kind of content on its way to amoCRM, with its file, its author and the parts around it.

use std::time::Duration;

use parom_tests::settings::BOT_ID;
use parom_tests::{Answer, Customer, FileHost, Page, World, once};
use reqwest::Method;
use serde_json::{Value, json};
use simulator::crm::{Direction, HookMessage};

use super::{around, last_at_crm, received_message, with_content};

/// A file of a kind by its name, its type and its first bytes.
pub const KINDS: [(&str, &str, &str, &[u8]); 6] = [
    ("picture", "receipt.png", "image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    ("video", "clip.mp4", "video/mp4", b"\0\0\0\x18ftypmp42\0\0\0\0"),
    ("file", "offer.pdf", "application/pdf", b"%PDF-1.7\n"),
    ("voice", "voice.ogg", "audio/ogg", b"OggS\0\x02\0\0\0\0\0\0"),
    ("audio", "song.mp3", "audio/mpeg", b"ID3\x04\0\0\0\0\0\0"),
    ("sticker", "s.webp", "image/webp", b"RIFF\x1a\0\0\0WEBPVP8L"),
];

/// A message with a file of this kind and everything that the kind may say of it.
fn with_file(customer: &Customer, kind: &str, file: Value) -> Value {
    let mut content = json!({"type": kind, "text": "See"});
    content.as_object_mut().unwrap().extend(file.as_object().unwrap().clone());
    match kind {
        "video" | "voice" | "audio" => content["duration"] = json!(7),
        "sticker" => content["sticker_id"] = json!("pack-1-42"),
        _ => {}
    }
    with_content(customer, &format!("with-{kind}"), content)
}

async fn every_kind_with_a_file_arrives(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let host = FileHost::start().await;
    for (kind, name, mime_type, bytes) in KINDS {
        let url = host.puts(&format!("/{name}?token=secret"), [Page::file(mime_type, bytes)]);
        anna.posts(&with_file(&anna, kind, json!({"media_url": url, "file_name": name}))).await.is(202);
        world.deliver_all().await;
        let there = last_at_crm(world, &line);
        assert_eq!((there.kind.as_str(), there.text.as_str()), (kind, "See"));
        let said = received_message(&there);
        assert!(there.media.starts_with(&format!("{}/media/", world.api.base())), "a link of ours: {said}");
        assert!(!there.payload.to_string().contains("secret"), "{}", there.payload);
        let timed = ["video", "voice", "audio"].contains(&kind);
        assert_eq!(said["media_duration"], if timed { json!(7) } else { Value::Null }, "{said}");
        if kind == "sticker" {
            assert_eq!(said["sticker_id"], "pack-1-42");
        } else {
            assert_eq!((&said["file_name"], &said["file_size"]), (&json!(name), &json!(bytes.len())), "{said}");
        }
        let copy = world.sandbox.downloads(&line.host, &there.id).await.unwrap();
        assert_eq!(copy.bytes, bytes, "{kind}: amoCRM gets the same file");
    }
    assert!(
        host.asked().iter().all(|asked| asked.head.to_lowercase().contains("user-agent: parom/")),
        "we say who asks"
    );
}

/// The link is shown as soon as the message is accepted, and asks for patience while the file is fetched.
async fn a_link_to_a_file_is_shown_before_it_was_fetched(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let host = FileHost::start().await;
    let (_, name, mime_type, bytes) = KINDS[0];
    let url = host.puts(&format!("/{name}"), [Page::file(mime_type, bytes)]);
    let accepted = anna.posts(&with_file(&anna, "picture", json!({"media_url": url}))).await.is(202);
    let path = format!("/api/v1/messages/{}", accepted.text_at("/id"));
    let link = world.api.get(&path).await.is(200).text_at("/content/media_url");
    assert!(link.starts_with(&format!("{}/media/", world.api.base())), "{link}");
    let early = parom_tests::client().get(&link).send().await.unwrap();
    assert_eq!((early.status().as_u16(), early.headers()["retry-after"].as_bytes()), (503, b"5".as_slice()));
    world.deliver_all().await;
    let lent = parom_tests::client().get(&link).send().await.unwrap();
    assert_eq!((lent.status().as_u16(), lent.bytes().await.unwrap().to_vec()), (200, bytes.to_vec()));
    let shown = world.api.get(&path).await.is(200).json["content"].clone();
    assert_eq!((&shown["mime_type"], &shown["file_size"]), (&json!(mime_type), &json!(bytes.len())), "{shown}");

    let gone = host.puts("/gone.png", [Page::status(404)]);
    let accepted = anna.posts(&with_file(&anna, "video", json!({"media_url": gone}))).await.is(202);
    world.deliver_to_the_end().await;
    let path = format!("/api/v1/messages/{}", accepted.text_at("/id"));
    assert_eq!(world.api.get(&path).await.is(200).json["content"]["media_url"], json!(null));
}

async fn a_file_that_is_gone_leaves_its_words(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let host = FileHost::start().await;
    let url = host.puts("/receipt.png", [Page::status(404)]);
    anna.posts(&with_file(&anna, "picture", json!({"media_url": url, "file_name": "receipt.png"}))).await.is(202);
    anna.writes("Did you see it?").await;
    world.deliver_to_the_end().await;
    let texts = world.texts_at_crm(&line);
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts[0].contains("receipt.png") && texts[0].ends_with("See"), "{texts:?}");
    assert_eq!(texts[1], "Did you see it?");
}

/// amoCRM downloads files a little later: the link is good by then, whole and in parts.
async fn an_upload_is_lent_to_amocrm_days_later(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let (_, name, _, bytes) = KINDS[0];
    let path = line.path(&format!("/media?file_name={name}"));
    let uploaded = parom_tests::answer(world.api.request(Method::POST, &path).body(bytes)).await.is(200);
    anna.posts(&with_file(&anna, "picture", json!({"media_id": uploaded.text_at("/media_id")}))).await.is(202);
    world.deliver_all().await;
    let there = last_at_crm(world, &line);
    assert_eq!((there.kind.as_str(), &received_message(&there)["file_name"]), ("picture", &json!(name)));
    world.advance(Duration::from_secs(2 * 86_400));
    assert_eq!(world.sandbox.downloads(&line.host, &there.id).await.unwrap().bytes, bytes);
}

/// If "the integration stores files itself" was agreed with amoCRM's support, the files stay.
async fn a_channel_that_stores_files_lends_them_for_ever(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let host = FileHost::start().await;
    let (_, name, mime_type, bytes) = KINDS[0];
    let url = host.puts(&format!("/{name}"), [Page::file(mime_type, bytes)]);
    anna.posts(&with_file(&anna, "picture", json!({"media_url": url}))).await.is(202);
    world.deliver_all().await;
    let there = last_at_crm(world, &line);
    world.advance(Duration::from_secs(400 * 86_400));
    parom::media::sweep(&world.app().files).await.unwrap();
    assert_eq!(world.sandbox.downloads(&line.host, &there.id).await.unwrap().bytes, bytes);
}

// Each kind of content that needs no file, and what is wrong with others.

async fn contents_without_files_arrive(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let place = with_content(&anna, "one", json!({"type": "location", "latitude": 55.7558, "longitude": 37.6173}));
    anna.posts(&place).await.is(202);
    world.deliver_all().await;
    let there = last_at_crm(world, &line);
    assert_eq!(
        (there.kind.as_str(), &received_message(&there)["location"]),
        ("location", &json!({"lon": 37.6173, "lat": 55.7558}))
    );
    let card = with_content(&anna, "two", json!({"type": "contact", "name": "Иван", "phone": "+79990003344"}));
    let sent = anna.posts(&card).await.is(202);
    world.deliver_all().await;
    let there = last_at_crm(world, &line);
    assert_eq!(there.kind, "contact");
    assert_eq!(received_message(&there)["contact"], json!({"name": "Иван", "phone": "+79990003344"}));
    let shown = world.api.get(&format!("/api/v1/messages/{}", sent.text_at("/id"))).await.is(200);
    assert_eq!(shown.json["content"], json!({"type": "contact", "name": "Иван", "phone": "+79990003344"}));
    assert_eq!(shown.json["status"], "delivered");
    let chosen = with_content(&anna, "three", json!({"type": "text", "text": "Delivery", "callback_data": "k7Qp2Zx1"}));
    anna.posts(&chosen).await.is(202);
    world.deliver_all().await;
    assert_eq!(received_message(&last_at_crm(world, &line))["callback_data"], "k7Qp2Zx1", "a row of a list");
    // The same id with other content is reported.
    assert_eq!(anna.posts(&card).await.is(200).json["duplicate"], true);
    anna.posts(&with_content(&anna, "two", json!({"type": "contact", "name": "Пётр", "phone": "+79990003344"})))
        .await
        .is(409);
    world.deliver_all().await;
    assert_eq!(world.sandbox.messages(&line.host).len(), 3);
}

// Managers and bots who wrote outside amoCRM.

fn outgoing(id: &str, sender: Value) -> Value {
    json!({
        "id": id, "conversation": {"id": "chat-anna"}, "sender": sender, "receiver": super::anna(),
        "content": {"type": "text", "text": "We are open 9-18."}, "silent": true,
    })
}

/// A user is named, a stranger is the bot, which is agreed with amoCRM's support and configured.
async fn managers_and_bots_write_outside_amocrm(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let user = world.sandbox.add_account(&line.host).users.into_iter().find(|user| user.amojo_id.is_some()).unwrap();
    let named = json!({"role": "manager", "id": "mgr-5", "name": "Oleg", "user_id": user.id.to_string()});
    let sent = anna.posts(&outgoing("one", named)).await.is(202);
    world.deliver_all().await;
    let there = last_at_crm(world, &line);
    assert_eq!(there.direction, Direction::Imported);
    assert_eq!(there.payload["sender"]["ref_id"], user.amojo_id.clone().unwrap().as_str());
    assert_eq!(there.payload["receiver"]["name"], "Anna");
    assert!(there.silent);
    let shown = world.api.get(&format!("/api/v1/messages/{}", sent.text_at("/id"))).await.is(200);
    assert_eq!(
        (&shown.json["sender"]["role"], &shown.json["receiver"]["id"]),
        (&json!("manager"), &json!("user-anna"))
    );

    for (id, sender) in [
        ("two", json!({"role": "manager", "id": "mgr-6", "name": "Nobody", "user_id": "999999999"})),
        ("three", json!({"role": "manager", "id": "mgr-7"})),
        ("four", json!({"role": "bot", "id": "any"})),
    ] {
        anna.posts(&outgoing(id, sender)).await.is(202);
        world.deliver_all().await;
        let sender = last_at_crm(world, &line).payload["sender"].clone();
        assert_eq!(sender["id"], BOT_ID, "{id}");
        assert_eq!(sender["ref_id"], BOT_ID, "{id}");
        assert_eq!(sender["name"], "Acme", "{id}");
    }
    // The customer of the conversation is still Anna.
    let conversations = world.api.get(&line.path("/conversations")).await.is(200);
    assert_eq!(conversations.json["items"][0]["contact"]["name"], "Anna");
    assert_eq!(world.sandbox.messages(&line.host).len(), 4);
}

async fn wrong_people_are_named(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let manager = json!({"role": "manager", "id": "mgr-5"});
    let mut without = outgoing("one", manager.clone());
    without.as_object_mut().unwrap().remove("receiver");
    assert_eq!(anna.posts(&without).await.is(422).wrong_fields(), ["/receiver"]);
    let mut named = anna.body("two", "Hello");
    named["receiver"] = super::anna();
    assert_eq!(anna.posts(&named).await.is(422).wrong_fields(), ["/receiver"]);
    // Without a bot there is no possible author: a dead letter with this reason.
    anna.posts(&outgoing("three", manager)).await.is(202);
    world.deliver_all().await;
    let dead = world.api.get(&line.dead_letters()).await.is(200);
    assert_eq!(dead.json["items"][0]["reason"], "no_bot", "{}", dead.text);
}

// Parts around a message: quotes, forwards, comments, shared posts.

/// By the customer's id, by ours and by the messenger's; what is unknown becomes text or is left out.
async fn an_answer_quotes_by_whichever_id(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.posts(&anna.body("one", "Is the blue one in stock?")).await.is(202);
    // Both wait: the quoted message is known to amoCRM by the time this one comes.
    anna.posts(&around(&anna, "two", "and the red one?", "reply_to", json!({"id": "one"}))).await.is(202);
    world.deliver_all().await;
    let first = world.sandbox.messages(&line.host)[0].clone();
    let quoted =
        |world: &World| last_at_crm(world, &line).payload.get("reply_to").map(|quote| quote["message"].clone());
    let reply = quoted(world).unwrap();
    assert!([json!({"id": first.id}), json!({"msgid": first.msgid})].contains(&reply), "{reply}");

    world.messenger.answers_next([Answer::Status(200, json!({"id": "theirs-1"}))]);
    let said = world.manager(&line).sends("anna", HookMessage::text("Yes, it is.")).await;
    world.deliver_all().await;
    let ours = world.messenger.received().last().unwrap().message_id();
    for id in [ours.as_str(), "theirs-1"] {
        anna.posts(&around(&anna, &format!("of-{id}"), "Great!", "reply_to", json!({"id": id}))).await.is(202);
        world.deliver_all().await;
        assert_eq!(quoted(world), Some(json!({"id": said.message_id})), "{id}");
    }

    anna.posts(&around(&anna, "unknown", "See above", "reply_to", json!({"id": "never-came"}))).await.is(202);
    world.deliver_all().await;
    assert_eq!(quoted(world), None);
    let words = json!({"text": "old text", "sender": {"name": "Maria"}, "sent_at": "2026-11-19T09:00:00Z"});
    anna.posts(&around(&anna, "words", "See above", "reply_to", words)).await.is(202);
    world.deliver_all().await;
    let reply = quoted(world).unwrap();
    assert_eq!((&reply["text"], &reply["sender"]), (&json!("old text"), &json!({"name": "Maria"})));
    assert_eq!(reply["msec_timestamp"], 1_795_078_800_000_i64);
    // A message of another chat may not be quoted, but forwarded.
    let boris = world.customer(&line, "boris");
    boris.posts(&around(&boris, "boris", "This one", "reply_to", json!({"id": "one"}))).await.is(202);
    world.deliver_all().await;
    assert_eq!(quoted(world), None);
}

async fn a_message_is_passed_on(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.posts(&anna.body("one", "Look")).await.is(202);
    world.deliver_all().await;
    let first = last_at_crm(world, &line);
    let boris = world.customer(&line, "boris");
    boris.posts(&around(&boris, "two", "From Anna", "forward", json!({"id": "one"}))).await.is(202);
    world.deliver_all().await;
    let forwards = last_at_crm(world, &line).payload["forwards"].clone();
    assert_eq!(forwards["messages"], json!([{"id": first.id}]));
    assert_eq!(forwards["conversation_id"], line.crm_conversation("chat-anna").as_str());
}

async fn comments_and_shared_posts_arrive(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let post = json!({"id": "post-900", "url": "https://social.example/p/900", "username": "acme", "caption": "New model",
        "permalink": "https://social.example/p/900.png"});
    anna.posts(&around(&anna, "one", "What does it cost?", "post", post)).await.is(202);
    world.deliver_all().await;
    let comment = json!({"id": "post-900", "url": "https://social.example/p/900", "username": "acme", "caption": "New model",
        "preview_permalink": "https://social.example/p/900.png"});
    assert_eq!(received_message(&last_at_crm(world, &line))["post"], comment);
    let shared = json!({"url": "https://social.example/p/1", "site_name": "Social"});
    let sent = anna.posts(&around(&anna, "two", "look", "shared_post", shared.clone())).await.is(202);
    world.deliver_all().await;
    let there = received_message(&last_at_crm(world, &line))["shared_post"].clone();
    assert_eq!(there, json!({"url": "https://social.example/p/1", "type": "post", "site_name": "Social"}));
    let shown = world.api.get(&format!("/api/v1/messages/{}", sent.text_at("/id"))).await.is(200);
    assert_eq!(shown.json["shared_post"], shared);
}

once!(a_link_to_a_file_is_shown_before_it_was_fetched, an_upload_is_lent_to_amocrm_days_later, a_message_is_passed_on);
once!(a_file_that_is_gone_leaves_its_words, an_answer_quotes_by_whichever_id, comments_and_shared_posts_arrive);
once!(every_kind_with_a_file_arrives, contents_without_files_arrive, wrong_people_are_named);
once!(a_channel_that_stores_files_lends_them_for_ever in |config| config.integrations[0].channels[0].stores_files = true);
once!(managers_and_bots_write_outside_amocrm in crate::contract::has_bot);
