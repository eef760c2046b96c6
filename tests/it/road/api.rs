//! The developers' door: keys, errors that name the field, texts of every kind.

use parom_tests::messenger::Answer;
use parom_tests::{World, answer, once};
use reqwest::Method;
use serde_json::{Value, json};

async fn errors_name_the_field(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let wrong = |pointer: &str, value: Value| {
        let mut body = anna.body("one", "Hello");
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    let long = "x".repeat(256);
    for (pointer, value) in [
        ("/id", json!("")),
        ("/id", json!(long)),
        ("/conversation/id", json!("")),
        ("/conversation/id", json!(long)),
        ("/sender/id", json!("")),
        ("/content/text", json!("")),
        ("/content/type", json!("hologram")),
        ("/sender/role", json!("king")),
    ] {
        let reply = anna.posts(&wrong(pointer, value.clone())).await.is(422);
        assert_eq!(reply.wrong_fields(), [pointer], "{value}: {}", reply.text);
        assert_eq!(reply.header("content-type"), "application/problem+json");
    }
    // Several at once, all named.
    let mut body = wrong("/id", json!(""));
    body["content"]["text"] = json!("");
    assert_eq!(anna.posts(&body).await.is(422).wrong_fields(), ["/id", "/content/text"]);
    // Of another type, missing, unknown.
    for (pointer, value) in [("/content", json!(7)), ("/sender/name", json!(7)), ("/conversation", Value::Null)] {
        let reply = anna.posts(&wrong(pointer, value)).await.is(422);
        assert_eq!(reply.wrong_fields(), [pointer], "{}", reply.text);
    }
    let mut body = anna.body("one", "Hello");
    body["sender"]["nickname"] = json!("a");
    let reply = anna.posts(&body).await.is(422);
    assert!(reply.text.contains("nickname"), "{}", reply.text);
    let path = line.path("/messages");
    let raw =
        |kind: &str, body: &'static str| world.api.request(Method::POST, &path).header("Content-Type", kind).body(body);
    for broken in ["{\"id\":", "{\"unknown\":1,}", "{\"id\":5} x", "{\"unknown\":\"\u{1}\"}"] {
        answer(raw("application/json", broken)).await.is(400);
    }
    answer(raw("text/plain", "{}")).await.is(415);
    let large = json!({"id": "x", "content": {"text": "x".repeat(300_000)}});
    anna.posts(&large).await.is(413);
    assert!(world.messages().await.is_empty());
}

async fn keys_open_only_their_doors(world: &mut World) {
    let line = world.line("support").await;
    let other = world.line_at("other.amocrm.ru", "support").await;
    let anna = world.customer(&line, "anna");
    let body = anna.body("one", "Hello");
    let path = line.path("/messages");
    world.add_key(line.tenant_id, "prm_own-write", "write").await;
    world.add_key(line.tenant_id, "prm_own-read", "read").await;
    world.add_key(other.tenant_id, "prm_other-admin", "admin").await;
    let refused = answer(world.api.anonymous(Method::POST, &path).json(&body)).await.is(401);
    assert_eq!(refused.header("www-authenticate"), "Bearer");
    world.api.with_key("prm_nobody").post(&path, &body).await.is(401);
    let (own, read, other) = (
        world.api.with_key("prm_own-write"),
        world.api.with_key("prm_own-read"),
        world.api.with_key("prm_other-admin"),
    );
    let accepted = own.post(&path, &body).await.is(202).text_at("/id");
    read.post(&path, &body).await.is(403);
    read.get(&line.path("")).await.is(200);
    read.get(&format!("/api/v1/messages/{accepted}")).await.is(200);
    let tenant = format!("/api/v1/tenants/{}", line.tenant_id);
    other.get(&tenant).await.is(404);
    for tenants_key in [&own, &other] {
        tenants_key.patch(&tenant, &json!({"suspended": true})).await.is(403);
        let listed = tenants_key.get("/api/v1/tenants").await.is(200).json["items"].clone();
        assert_eq!(listed.as_array().map(Vec::len), Some(1), "its own account alone: {listed}");
    }
    other.post(&path, &body).await.is(404);
    other.get(&line.path("")).await.is(404);
    other.delete(&line.path("")).await.is(404);
    other.get(&line.path("/ledger")).await.is(404);
    other.get(&line.path("/conversations")).await.is(404);
    other.get(&format!("/api/v1/messages/{accepted}")).await.is(404);
    assert_eq!(own.get(&line.dead_letters()).await.is(200).json["items"], json!([]));
    other.get(&line.dead_letters()).await.is(404);
    world.deliver_all().await;
}

async fn texts_of_every_kind_arrive_as_they_are(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let long = "очень длинно ".repeat(1_000);
    let texts = [
        "👩‍👩‍👧‍👦 🏳️‍🌈",
        "e\u{301}\u{301}\u{301}",
        "\u{202e}reversed",
        "tab\tand\nline",
        "<script>alert(1)</script>",
        "'; DROP TABLE lane; --",
        long.trim(),
    ];
    for text in texts {
        anna.writes(text).await;
    }
    // What no database can hold becomes the sign for it.
    anna.writes("nul \0 nul").await;
    world.deliver_all().await;
    let there = world.texts_at_crm(&line);
    assert_eq!(there[..texts.len()], texts);
    assert_eq!(there[texts.len()], "nul \u{fffd} nul");
    let manager = world.manager(&line);
    for text in texts {
        manager.answers("anna", text).await;
    }
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), texts);
}

async fn ids_of_every_kind_are_kept_apart(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let ids = [
        "1",
        "01",
        "1 ",
        "-1",
        "9007199254740993",
        "9007199254740992",
        "Ä",
        "A\u{308}",
        "a/b?c#d%20",
        "x\u{0}y",
        "x\u{fffd}y",
    ];
    for (number, id) in ids.iter().enumerate() {
        let mut body = anna.body(id, &format!("{number}"));
        body["conversation"]["id"] = json!(id);
        let reply = anna.posts(&body).await;
        // An id that cannot be stored may be refused, but never be taken for another.
        assert!(
            reply.status == 202 || (reply.status == 422 && id.contains(['\0', '\u{fffd}'])),
            "{id:?}: {}",
            reply.text
        );
    }
    world.deliver_all().await;
    let arrived = world.texts_at_crm(&line).len();
    assert!(arrived >= ids.len() - 2);
    assert_eq!(world.sandbox.chats(&line.host).len(), arrived);
}

/// A messenger whose own ids are UUIDs needs no prefix, because Parom has no message with such an id.
async fn a_messengers_uuid_needs_no_prefix(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    for id in ["7f3c2b1a-0d4e-4f5a-9b8c-1a2b3c4d5e6f", "7F3C2B1A-0D4E-4F5A-9B8C-1A2B3C4D5E70"] {
        let ours = anna.posts(&anna.body(id, "Hello")).await.is(202).text_at("/id");
        let mut reply = anna.body(&format!("reply-{id}"), "about it");
        reply["reply_to"] = json!({"id": id});
        anna.posts(&reply).await.is(202);
        world.deliver_all().await;
        let quoting = world.sandbox.messages(&line.host).into_iter().find(|one| one.text == "about it").unwrap();
        assert!(quoting.payload.to_string().contains("reply_to"), "{quoting:?}");
        let path = line.path(&format!("/messages/{id}"));
        let edit = json!({"content": {"type": "text", "text": format!("Hello {id}")}});
        assert_eq!(world.api.patch(&path, &edit).await.is(202).text_at("/id"), ours);
        let reaction = json!({"message": {"id": id}, "sender": {"id": "user-anna"}, "emoji": "👍"});
        world.api.post(&line.path("/reactions"), &reaction).await.is(202);
        world.deliver_all().await;
        assert!(world.texts_at_crm(&line).contains(&format!("Hello {id}")));
        assert_eq!(world.api.delete(&path).await.is(202).text_at("/id"), ours);
        // One of a manager's message, reported by its answer.
        let theirs = id.replace("4d5e", "4d5f").replace("4D5E", "4D5F");
        world.messenger.answers_next([Answer::Status(200, json!({"id": theirs}))]);
        world.manager(&line).answers("anna", "Good morning").await;
        world.deliver_all().await;
        assert_eq!(anna.reports_status(&theirs, "read").await.is(202).json["ignored"], false);
        // An unknown one is taken for ours.
        anna.reports_status(&id.replace('7', "8"), "read").await.is(404);
        world.deliver_all().await;
    }
}

async fn pages_that_are_not_there(world: &mut World) {
    world.api.get("/api/v1/nothing").await.is(404);
    let reply = answer(world.api.anonymous(Method::GET, "/nothing")).await.is(404);
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    // A folder lists nothing (ASVS 13.4.3).
    for folder in ["/chat/static/", "/panel/static/", "/media/", "/hooks/", "/api/", "/.git/"] {
        answer(world.api.anonymous(Method::GET, folder)).await.is(404);
    }
    answer(world.api.anonymous(Method::GET, "/healthz")).await.is(200);
    answer(world.api.anonymous(Method::GET, "/readyz")).await.is(200);
    let metrics = answer(world.api.anonymous(Method::GET, "/metrics")).await.is(200);
    assert!(metrics.header("content-type").starts_with("text/plain"));
}

/// N11: a filter that its caller left empty, or misspelt, selects nothing, instead of everything.
async fn an_empty_parameter_is_refused(world: &mut World) {
    let line = world.line("support").await;
    for (path, wrong) in [
        (line.path("/ledger?from=&to=2026-11-20"), "/from"),
        (line.path("/ledger?to="), "/to"),
        (line.path("/conversations?limit="), "/limit"),
        ("/api/v1/tenants?cursor=".to_owned(), "/cursor"),
        ("/api/v1/tenants?cursor".to_owned(), "/cursor"),
        ("/api/v1/dead-letters?tenant_id=".to_owned(), "/tenant_id"),
        ("/api/v1/dead-letters?source_id=&limit=2".to_owned(), "/source_id"),
        (line.path("/ledger?since="), "/since"),
        (line.path("/ledger?from=2026-11-19&to=soon"), "/to"),
    ] {
        assert_eq!(world.api.get(&path).await.is(422).wrong_fields(), [wrong], "{path}");
    }
    let tenant = format!("/api/v1/tenants/{}", line.tenant_id);
    for path in [line.path(""), tenant.clone(), format!("{tenant}/pipelines"), format!("{tenant}/stray-sources")] {
        world.api.get(&path).await.is(200);
        assert_eq!(world.api.get(&format!("{path}?since=1")).await.is(422).wrong_fields(), ["/since"], "{path}");
    }
    // A vendor's key that names no account would act on all of them.
    let nobody = uuid::Uuid::from_u128(7);
    let retried = world.api.post(&format!("/api/v1/dead-letters/{nobody}/retry?tenant_id="), &json!({})).await;
    assert_eq!(retried.is(422).wrong_fields(), ["/tenant_id"]);
}

/// Promise 5 holds for a source that is gone too.
async fn a_deleted_source_keeps_its_ledger_and_chats(world: &mut World) {
    let line = world.chatting().await.0;
    let paths = ["/ledger", "/conversations", "/conversations/chat-anna/messages", "/webhook-attempts"];
    let paths = paths.map(|path| line.path(path));
    let mut before = Vec::new();
    for path in &paths {
        before.push(world.api.get(path).await.is(200).json);
    }
    world.add_key(line.tenant_id, "prm_own-read", "read").await;
    let other = world.line_at("other.amocrm.ru", "support").await;
    world.add_key(other.tenant_id, "prm_other-read", "read").await;
    world.api.delete(&line.path("")).await.is(204);
    world.api.get(&line.path("")).await.is(404);
    for (path, before) in paths.iter().zip(before) {
        assert_eq!(world.api.with_key("prm_own-read").get(path).await.is(200).json, before, "{path}");
        world.api.with_key("prm_other-read").get(path).await.is(404);
    }
}

/// What amoCRM answered to a message that it took is in the timeline like what it answers to one that it refuses.
async fn the_answer_to_a_delivered_message_is_kept(world: &mut World) {
    let line = world.line("support").await;
    let id = world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let shown = world.api.get(&format!("/api/v1/messages/{id}")).await.is(200);
    let timeline = shown.json["timeline"].as_array().unwrap();
    let answer = &timeline.iter().find(|event| event["event"] == "delivered").unwrap()["answer"];
    assert_eq!(answer["status"], 200, "{answer}");
    let said = answer["text"].as_str().unwrap();
    assert!(said.contains(&shown.text_at("/amocrm_message_id")) && !said.contains("Hello"), "{said}");
}

/// amoCRM takes no post without an address.
async fn a_post_is_known_by_its_address_or_its_lasting_picture(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let about = |id: &str, post: Value| {
        let mut body = anna.body(id, "Nice");
        body["post"] = post;
        body
    };
    assert_eq!(anna.posts(&about("one", json!({"id": "p1"}))).await.is(422).wrong_fields(), ["/post/url"]);
    let lasting = json!({"id": "p1", "permalink": "https://social.example/p1"});
    anna.posts(&about("two", lasting)).await.is(202);
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["Nice"]);
}

// Methods, parameters and secrets of the public API.

async fn the_head_is_answered_like_the_whole(world: &mut World) {
    let line = world.line("support").await;
    for (path, status) in [(line.path(""), 200), (line.path("/ledger"), 200), ("/api/v1/tenants/x".to_owned(), 404)] {
        let whole = world.api.get(&path).await.is(status);
        let head = answer(world.api.request(Method::HEAD, &path)).await.is(status);
        assert_eq!((head.text.as_str(), head.header("content-type")), ("", whole.header("content-type")), "{path}");
    }
    answer(world.api.anonymous(Method::HEAD, &line.path(""))).await.is(401);
    let chat = world.line_of("webchat", "Site", "site", json!({})).await;
    for path in [format!("/chat/{}", chat.source_id), format!("/chat/{}/embed.js", chat.source_id)] {
        assert_eq!(answer(world.api.anonymous(Method::HEAD, &path)).await.is(200).text, "", "{path}");
    }
    let refused = answer(world.api.request(Method::PUT, &line.path(""))).await.is(405);
    assert_eq!(refused.header("allow"), "DELETE, GET, HEAD, PATCH");
}

async fn a_new_secret_signs_beside_the_old_one(world: &mut World) {
    let line = world.chatting().await.0;
    let rotated = world.api.post(&line.path("/rotate-secret"), &json!({})).await.is(200);
    let new = rotated.text_at("/webhook_secret");
    assert!(new.starts_with("whsec_") && new != line.webhook_secret);
    // The messenger knows the old one alone, and takes it.
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    world.messenger.knows(&line.source_id.to_string(), &new);
    world.manager(&line).answers("anna", "And a good day").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["Good morning", "And a good day"]);
    world.api.with_key("prm_nobody").post(&line.path("/rotate-secret"), &json!({})).await.is(401);
}

once!(a_post_is_known_by_its_address_or_its_lasting_picture, a_deleted_source_keeps_its_ledger_and_chats);
once!(the_answer_to_a_delivered_message_is_kept, keys_open_only_their_doors);
once!(texts_of_every_kind_arrive_as_they_are, a_new_secret_signs_beside_the_old_one, a_messengers_uuid_needs_no_prefix);
once!(the_head_is_answered_like_the_whole, ids_of_every_kind_are_kept_apart, an_empty_parameter_is_refused);
once!(pages_that_are_not_there, errors_name_the_field);
