//! The public API: repeats by their key, statuses, what was given up, and lists a page at a time.

use std::time::Duration;

use parom_tests::{Answer, Api, Line, Reply, World, answer, once};
use reqwest::Method;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

/// Posts Anna's message with an Idempotency-Key.
async fn repeats(world: &World, api: &Api, line: &Line, key: &str, text: &str) -> Reply {
    let request = api.request(Method::POST, &line.path("/messages")).header("Idempotency-Key", key);
    answer(request.json(&world.customer(line, "anna").body("a", text))).await
}

async fn an_idempotency_key_is_good_for_one_body(world: &mut World) {
    let line = world.line("support").await;
    for key in ["prm_the-first-0123456789", "prm_the-second-0123456789"] {
        world.add_key(line.tenant_id, key, "write").await;
    }
    let (own, other) =
        (world.api.with_key("prm_the-first-0123456789"), world.api.with_key("prm_the-second-0123456789"));
    let first = repeats(world, &own, &line, "k1", "b").await.is(202);
    let again = repeats(world, &own, &line, "k1", "b").await.is(202);
    assert_eq!((&again.json, again.header("idempotency-replayed")), (&first.json, "true"));
    assert_eq!(first.header("idempotency-replayed"), "");
    let changed = repeats(world, &own, &line, "k1", "c").await.is(422);
    assert_eq!(changed.wrong_fields(), ["/Idempotency-Key"]);
    let conflict = repeats(world, &own, &line, "k2", "c").await.is(409);
    assert_eq!(repeats(world, &own, &line, "k2", "c").await.is(409).json, conflict.json);
    // Under another key of the API it is another matter.
    repeats(world, &other, &line, "k1", "b").await.is(200);
    let rows = entity::idempotency::Entity::find().all(world.app().store.read()).await.unwrap();
    assert!(rows.iter().all(|row| !row.answer.contains("queued")), "answers are sealed");
    world.advance(Duration::from_secs(24 * 3600));
    repeats(world, &own, &line, "k1", "b").await.is(200);
    world.deliver_all().await;
}

async fn a_running_request_is_waited_for_and_then_taken_over(world: &mut World) {
    let line = world.line("support").await;
    world.add_key(line.tenant_id, "prm_the-first-0123456789", "write").await;
    let own = world.api.with_key("prm_the-first-0123456789");
    repeats(world, &own, &line, "k1", "b").await.is(202);
    let running = entity::idempotency::Entity::update_many().col_expr(entity::idempotency::Column::Status, 0.into());
    let running = running.filter(entity::idempotency::Column::TenantId.eq(line.tenant_id));
    running.exec(world.app().store.write()).await.unwrap();
    let refused = repeats(world, &own, &line, "k1", "b").await.is(409);
    assert_eq!(refused.json["type"], "/problems/idempotency_running");
    assert!(!refused.header("retry-after").is_empty());
    world.advance(Duration::from_secs(121));
    repeats(world, &own, &line, "k1", "b").await.is(200);
    world.deliver_all().await;
}

async fn statuses_go_upwards(world: &mut World) {
    let line = world.chatting().await.0;
    let anna = world.customer(&line, "anna");
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    let id = world.messages().await.pop().expect("the answer").id.to_string();
    let told = anna.reports_status(&id, "read").await.is(202).json;
    assert_eq!(told, json!({"id": id, "status": "read", "ignored": false}));
    assert_eq!(anna.reports_status(&id, "delivered").await.is(202).json["ignored"], true);
    let shown = world.api.get(&format!("/api/v1/messages/{id}")).await.is(200).json;
    assert_eq!(shown["status"], "read");
    anna.reports_status(&Uuid::from_u128(5).to_string(), "read").await.is(404);
    for theirs in ["wamid.1%2F2".to_owned(), format!("ext:{}", Uuid::from_u128(5))] {
        let parked = anna.reports_status(&theirs, "read").await.is(202).json;
        assert_eq!(parked, json!({"id": null, "status": "read", "ignored": false}), "{theirs}");
    }
    assert_eq!(anna.reports_status("a%00b", "read").await.is(422).wrong_fields(), ["/message_id"]);
    let own = anna.writes("Thanks").await;
    assert_eq!(anna.reports_status(&own, "read").await.is(409).json["type"], "/problems/not_from_crm");
    world.deliver_all().await;
}

async fn what_was_given_up_is_listed_removed_and_sent_again(world: &mut World) {
    let line = world.chatting().await.0;
    for text in ["One", "Two", "Three"] {
        world.messenger.answers_next([Answer::status(422)]);
        world.manager(&line).answers("anna", text).await;
        world.deliver_all().await;
    }
    let list = async |query: &str| world.api.get(&format!("{}{query}", line.dead_letters())).await;
    let all = list("").await.is(200).json["items"].as_array().expect("letters").clone();
    assert_eq!(all.len(), 3);
    let first = list("&reason=rejected&limit=1").await.is(200);
    let item = &first.json["items"][0];
    assert_eq!(
        (&item["id"], &item["kind"], &item["direction"]),
        (&all[0]["id"], &json!("message"), &json!("to_messenger"))
    );
    let cursor = first.text_at("/next_cursor");
    let next = list(&format!("&reason=rejected&limit=1&cursor={cursor}")).await.is(200);
    assert_eq!(next.json["items"][0]["id"], all[1]["id"]);
    assert_eq!(list(&format!("&cursor={cursor}")).await.is(422).wrong_fields(), ["/cursor"]);
    let path = |place: usize| format!("/api/v1/dead-letters/{}", all[place]["id"].as_str().expect("an id"));
    world.api.delete(&path(2)).await.is(204);
    world.api.delete(&path(2)).await.is(404);
    let retried = world.api.post(&format!("{}/retry", path(0)), &json!({})).await.is(202).json;
    assert_eq!(retried, json!({"id": all[0]["id"], "status": "queued"}));
    assert_eq!(list("").await.is(200).json["items"].as_array().map(Vec::len), Some(1));
    world.deliver_all().await;
}

async fn conversations_and_their_messages_come_a_page_at_a_time(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    for number in 0..5 {
        let mut body = anna.body(&format!("m-{number}"), "Hello");
        body["conversation"]["id"] = json!(if number == 4 { "a/b %" } else { "chat-anna" });
        body["sender"]["phone"] = json!("+79151112233");
        anna.posts(&body).await.is(202);
        world.advance(Duration::from_secs(60));
    }
    let base = line.path("/conversations");
    let list = world.api.get(&base).await.is(200).json["items"].clone();
    assert_eq!((&list[0]["external_id"], &list[1]["external_id"]), (&json!("a/b %"), &json!("chat-anna")));
    assert_eq!(list[1]["contact"]["phone"], "+79151112233");
    for id in [list[1]["id"].as_str().expect("an id"), "chat-anna", "ext:chat-anna"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = world.api.get(&format!("{base}/{id}/messages?limit=2{cursor}")).await.is(200).json;
            let items = page["items"].as_array().expect("messages");
            assert!(!items.is_empty() && items[0].get("timeline").is_none(), "{page}");
            seen.extend(items.iter().map(|item| item["external_id"].clone()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, ["m-3", "m-2", "m-1", "m-0"]);
    }
    let odd = world.api.get(&format!("{base}/a%2Fb%20%25/messages")).await.is(200).json;
    assert_eq!(odd["items"].as_array().map(Vec::len), Some(1));
    for unknown in ["chat-8", "ext:", "a%00b", &Uuid::from_u128(5).to_string()] {
        world.api.get(&format!("{base}/{unknown}/messages")).await.is(404);
    }
    world.deliver_all().await;
}

async fn a_source_is_shown_without_its_secret(world: &mut World) {
    let line = world.line("support").await;
    let shown = world.api.get(&line.path("")).await.is(200).json;
    assert_eq!((&shown["status"], &shown["held"]), (&json!("working"), &json!({"count": 0, "oldest_at": null})));
    assert!(shown.get("webhook_secret").is_none(), "{shown}");
    let listed = world.api.get(&format!("/api/v1/tenants/{}/sources", line.tenant_id)).await.is(200).json;
    assert_eq!((&listed["items"][0], &listed["next_cursor"]), (&shown, &Value::Null));
}

async fn limits_are_set_and_taken_back(world: &mut World) {
    let line = world.line("support").await;
    let path = format!("/api/v1/tenants/{}", line.tenant_id);
    for (change, limit) in [
        (json!({"sources_limit": 10}), json!(10)),
        (json!({}), json!(10)),
        (json!({"sources_limit": null}), Value::Null),
    ] {
        assert_eq!(world.api.patch(&path, &change).await.is(200).json["sources_limit"], limit, "{change}");
    }
    for (wrong, field) in [(json!({"sources_limit": -1}), "/sources_limit"), (json!({"name": "x"}), "/name")] {
        assert_eq!(world.api.patch(&path, &wrong).await.is(422).wrong_fields(), [field]);
    }
    world.api.patch(&format!("/api/v1/tenants/{}", Uuid::from_u128(9)), &json!({})).await.is(404);
}

async fn every_answer_names_its_request_and_every_problem_its_page(world: &mut World) {
    let line = world.line("support").await;
    let visitor = world.visitor();
    for path in ["/healthz", "/nothing", "/panel", "/panel/sign-in", "/admin", "/chat/x", "/api/docs", "/api/nothing"] {
        assert_eq!(visitor.opens(path).await.header("x-request-id").len(), 32, "{path}");
    }
    let refused = world.api.post(&line.path("/messages"), &json!({"id": 1})).await.is(422);
    assert_eq!(refused.json["request_id"], refused.header("x-request-id"));
    let own = world.api.request(Method::POST, &line.path("/messages")).header("X-Request-Id", "0193-a");
    let named = answer(own.json(&json!({"id": 1}))).await.is(422);
    assert_eq!((&named.json["request_id"], named.header("x-request-id")), (&json!("0193-a"), "0193-a"));
    visitor.opens(&format!("{}?lang=en", refused.text_at("/type"))).await.is(200).says(&["Correct them and send"]);
}

once!(
    every_answer_names_its_request_and_every_problem_its_page,
    an_idempotency_key_is_good_for_one_body,
    a_running_request_is_waited_for_and_then_taken_over,
    statuses_go_upwards,
    what_was_given_up_is_listed_removed_and_sent_again,
    conversations_and_their_messages_come_a_page_at_a_time,
    a_source_is_shown_without_its_secret,
    limits_are_set_and_taken_back,
);
