//! Messages in, statuses, timelines, idempotency.

use base::message::{Body, Content, Direction, LetterKind, Person, Role, State, Stream};
use entity::{dead_letter, message as rows};

use super::*;

#[actix_web::test]
async fn a_message_is_stored_once() {
    let api = TestApi::open().await;
    let first = api.post(&messages_path(OURS), &message("ext-1001", "Hello")).await;
    first.is(202);
    let id = first.body["id"].clone();
    assert_eq!(first.body, json!({"id": id, "external_id": "ext-1001", "status": "queued", "duplicate": false}));
    let again = api.post(&messages_path(OURS), &message("ext-1001", "Hello")).await;
    assert_eq!(again.is(200).body, json!({"id": id, "external_id": "ext-1001", "status": "queued", "duplicate": true}));
    let other = api.post(&messages_path(OURS), &message("ext-1001", "Hello there")).await;
    assert_eq!(other.is(409).body["type"], "/problems/message_conflict");
    let ledger = api.get(&format!("/api/v1/sources/{}/ledger", source_of(OURS))).await;
    assert_eq!(ledger.body["to_crm"], json!({"accepted": 1, "delivered": 0, "failed": 0, "waiting": 1}));
    assert_eq!(ledger.body["to_messenger"], json!({"accepted": 0, "delivered": 0, "failed": 0, "waiting": 0}));
    let ledger = api.get(&format!("/api/v1/sources/{}/ledger?to=2026-11-19", source_of(OURS))).await;
    assert_eq!((&ledger.body["to_crm"]["accepted"], &ledger.body["to_crm"]["waiting"]), (&json!(0), &json!(0)));
    assert_eq!((&ledger.body["from"], &ledger.body["to"]), (&Value::Null, &json!("2026-11-19")));
}

#[actix_web::test]
async fn where_is_my_message() {
    let api = TestApi::open().await;
    let sent = api.post(&messages_path(OURS), &message("ext-1001", "Hel\0lo")).await;
    let path = format!("/api/v1/messages/{}", sent.is(202).body["id"].as_str().unwrap());
    let shown = api.get(&path).await;
    let body = &shown.is(200).body;
    assert_eq!(body["conversation"], json!({"id": "chat-7"}));
    assert_eq!(body["sender"], json!({"role": "client", "id": "user-7", "name": "Anna"}));
    assert_eq!(body["content"], json!({"type": "text", "text": "Hel\u{fffd}lo"}));
    assert_eq!(
        (&body["direction"], &body["status"], &body["error"]),
        (&json!("to_crm"), &json!("queued"), &Value::Null)
    );
    assert_eq!((&body["external_id"], &body["sent_at"]), (&json!("ext-1001"), &json!("2026-11-20T09:29:00.123Z")));
    let accepted = json!({"at": "2026-11-20T09:30:00.123Z", "hop": "parom", "event": "accepted", "attempt": null, "answer": null, "reason": null});
    assert_eq!(body["timeline"], json!([accepted]));
    let vendor = api.make_key(None, Scope::Read).await;
    api.get_as(&vendor, &path).await.is(200);
    api.get_as(&vendor, &format!("{path}?tenant_id={OURS}")).await.is(200);
    api.get_as(&vendor, &format!("{path}?tenant_id={OTHERS}")).await.is(404);
    assert_eq!(api.get_as(&vendor, &format!("{path}?tenant_id=x")).await.is(422).pointer(), "/tenant_id");
    api.app.queue.hold(OURS, CHANNEL, "amojo:main", "unpaid").await.unwrap();
    let held = api.get(&path).await;
    assert_eq!((&held.body["status"], &held.body["reason"]), (&json!("held"), &json!("unpaid")));
}

#[actix_web::test]
async fn each_kind_of_bad_request_has_its_own_status() {
    let api = TestApi::open().await;
    let path = messages_path(OURS);
    let post = |kind: &str, body: Vec<u8>| {
        api.call(api.request(Method::POST, &path).insert_header(("content-type", kind)).set_payload(body))
    };
    post("text/plain", b"{}".to_vec()).await.is(415);
    post("application/json", b"{".to_vec()).await.is(400);
    post("application/json; charset=utf-8", b"{}".to_vec()).await.is(422);
    post("application/json", vec![b' '; 256 * 1024 + 1]).await.is(413);
    let zipped = api.request(Method::POST, &path).insert_header(("content-encoding", "gzip"));
    api.call(zipped.set_json(message("a", "b"))).await.is(415);
    assert_eq!(
        api.get(&format!("/api/v1/sources/{}/ledger?colour=1", source_of(OURS))).await.is(422).pointer(),
        "/colour"
    );
    let mut unknown = message("a", "b");
    unknown["colour"] = json!("red");
    assert_eq!(api.post(&path, &unknown).await.is(422).pointer(), "/colour");
    api.call(api.request(Method::PUT, &path)).await.is(405);
}

#[actix_web::test]
async fn an_idempotency_key_is_good_for_one_body() {
    let api = TestApi::open().await;
    let post = |key: &'static str, body: Value| {
        api.call(api.request(Method::POST, &messages_path(OURS)).insert_header(("Idempotency-Key", key)).set_json(body))
    };
    let first = post("k1", message("a", "b")).await;
    let again = post("k1", message("a", "b")).await;
    assert_eq!(again.is(202).body, first.is(202).body);
    assert_eq!(again.headers.get("idempotency-replayed").unwrap(), "true");
    assert!(first.headers.get("idempotency-replayed").is_none());
    assert_eq!(post("k1", message("a", "c")).await.is(422).pointer(), "/Idempotency-Key");
    let conflict = post("k2", message("a", "c")).await;
    assert_eq!(post("k2", message("a", "c")).await.is(409).body, conflict.is(409).body);
    // Under another key of the API it is another matter.
    let other = api.with_key(Some(OURS), Scope::Write).await;
    let request = other.request(Method::POST, &messages_path(OURS)).insert_header(("Idempotency-Key", "k1"));
    other.call(request.set_json(message("a", "b"))).await.is(200);
    api.advance(24 * 3600);
    post("k1", message("a", "b")).await.is(200);
    let rows = entity::idempotency::Entity::of_tenant(OURS).all(api.app.store.read()).await.unwrap();
    assert!(rows.iter().all(|row| !row.answer.contains("queued")));
}

#[actix_web::test]
async fn a_running_request_is_waited_for_and_then_taken_over() {
    let api = TestApi::open().await;
    let path = messages_path(OURS);
    let post = || {
        api.call(api.request(Method::POST, &path).insert_header(("Idempotency-Key", "k1")).set_json(message("a", "b")))
    };
    post().await.is(202);
    entity::idempotency::Entity::update_of(OURS)
        .col_expr(entity::idempotency::Column::Status, 0.into())
        .exec(api.app.store.write())
        .await
        .unwrap();
    let running = post().await;
    assert_eq!(running.is(409).body["type"], "/problems/idempotency_running");
    assert!(running.headers.contains_key("retry-after"));
    api.advance(121);
    post().await.is(200);
}

/// A manager's message in the state after its delivery.
async fn from_crm(api: &TestApi, conversation_id: Uuid) -> Uuid {
    let id = api.app.clock.uuid_v7();
    let sender = Person { id: "m".into(), role: Role::Manager, ..Person::default() };
    let body = Body::new(sender, Content::Text { text: "Good morning".into() });
    let row = rows::Model {
        tenant_id: OURS,
        id,
        source_id: source_of(OURS),
        conversation_id,
        direction: Direction::ToMessenger.number(),
        state: State::Sent.number(),
        reported: 0,
        external_id: String::new(),
        amocrm_message_id: id.to_string(),
        body: serde_json::to_string(&body).unwrap(),
        error: String::new(),
        sent_at: START,
        accepted_at: START,
        day: 0,
        position: 0,
        possible_duplicate: false,
        client_reaction: String::new(),
        manager_reaction: String::new(),
        reacted_at: 0,
    };
    rows::Entity::insert(row.into_active_model()).exec_without_returning(api.app.store.write()).await.unwrap();
    id
}

async fn first_conversation(api: &TestApi) -> Uuid {
    api.post(&messages_path(OURS), &message("ext-1", "Hello")).await.is(202);
    let list = api.get(&format!("/api/v1/sources/{}/conversations", source_of(OURS))).await;
    Uuid::try_parse(list.body["items"][0]["id"].as_str().unwrap()).unwrap()
}

#[actix_web::test]
async fn statuses_go_upwards() {
    let api = TestApi::open().await;
    let id = from_crm(&api, first_conversation(&api).await).await;
    let path = format!("{}/{id}/status", messages_path(OURS));
    let told = api.post(&path, &json!({"status": "read"})).await;
    assert_eq!(told.is(202).body, json!({"id": id, "status": "read", "ignored": false}));
    assert_eq!(api.post(&path, &json!({"status": "delivered"})).await.is(202).body["ignored"], true);
    let shown = api.get(&format!("/api/v1/messages/{id}")).await;
    assert_eq!((&shown.body["status"], &shown.body["receiver"]["id"]), (&json!("read"), &json!("user-7")));
    let unknown = format!("{}/{}/status", messages_path(OURS), Uuid::from_u128(5));
    api.post(&unknown, &json!({"status": "read"})).await.is(404);
    for theirs in ["wamid.1%2F2", &format!("ext:{}", Uuid::from_u128(5))] {
        let parked = api.post(&format!("{}/{theirs}/status", messages_path(OURS)), &json!({"status": "read"})).await;
        assert_eq!(parked.is(202).body, json!({"id": null, "status": "read", "ignored": false}));
    }
    let parked = entity::parked_status::Entity::of_tenant(OURS).all(api.app.store.read()).await.unwrap();
    assert!(parked.iter().any(|row| row.external_id == "wamid.1/2"));
    assert_eq!(
        api.post(&format!("{}/a%00b/status", messages_path(OURS)), &json!({"status": "read"})).await.is(422).pointer(),
        "/message_id"
    );
}

#[actix_web::test]
async fn a_customers_message_takes_no_status() {
    let api = TestApi::open().await;
    let sent = api.post(&messages_path(OURS), &message("a", "b")).await;
    let path = format!("{}/{}/status", messages_path(OURS), sent.body["id"].as_str().unwrap());
    assert_eq!(api.post(&path, &json!({"status": "read"})).await.is(409).body["type"], "/problems/not_from_crm");
}

#[actix_web::test]
async fn dead_letters_are_listed_and_end() {
    let api = TestApi::open().await;
    let conversation_id = first_conversation(&api).await;
    let message_id = from_crm(&api, conversation_id).await;
    let mut ids = Vec::new();
    for reason in ["rejected", "too_old", "rejected"] {
        let id = api.app.clock.uuid_v7();
        ids.push(id);
        let row = dead_letter::Model {
            tenant_id: OURS,
            id,
            lane_id: base::message::lane_id(conversation_id, Direction::ToMessenger, Stream::Messages),
            conversation_id,
            source_id: source_of(OURS),
            message_id,
            target: source_of(OURS),
            direction: Direction::ToMessenger.number(),
            stream: Stream::Messages.number(),
            kind: LetterKind::Message.number(),
            payload: String::new(),
            reason: reason.into(),
            detail: String::new(),
            attempts: 1,
            first_at: START,
            last_at: START + 5,
            day: 0,
        };
        dead_letter::Entity::insert(row.into_active_model())
            .exec_without_returning(api.app.store.write())
            .await
            .unwrap();
    }
    let listed = api.get("/api/v1/dead-letters?reason=rejected&limit=1").await;
    let item = &listed.is(200).body["items"][0];
    assert_eq!(
        (&item["id"], &item["kind"], &item["direction"]),
        (&json!(ids[2]), &json!("message"), &json!("to_messenger"))
    );
    let cursor = listed.body["next_cursor"].as_str().unwrap();
    let next = api.get(&format!("/api/v1/dead-letters?reason=rejected&limit=1&cursor={cursor}")).await;
    assert_eq!((&next.body["items"][0]["id"], &next.body["next_cursor"]), (&json!(ids[0]), &Value::Null));
    assert_eq!(api.get(&format!("/api/v1/dead-letters?cursor={cursor}")).await.is(422).pointer(), "/cursor");
    let vendor = api.make_key(None, Scope::Write).await;
    let of_all = api.get_as(&vendor, "/api/v1/dead-letters").await;
    assert_eq!(of_all.is(200).body["items"], api.get("/api/v1/dead-letters").await.body["items"]);
    let of_source = api.get_as(&vendor, &format!("/api/v1/dead-letters?source_id={}", source_of(OURS))).await;
    assert_eq!(of_source.is(200).body["items"].as_array().unwrap().len(), 3);
    let path = format!("/api/v1/dead-letters/{}", ids[0]);
    api.call(api.request(Method::DELETE, &path)).await.is(204);
    api.call(api.request(Method::DELETE, &path)).await.is(404);
    let retried = api.call(api.request(Method::POST, &format!("/api/v1/dead-letters/{}/retry", ids[2]))).await;
    assert_eq!(retried.is(202).body, json!({"id": ids[2], "status": "queued"}));
    assert_eq!(api.get("/api/v1/dead-letters").await.body["items"].as_array().unwrap().len(), 1);
}
