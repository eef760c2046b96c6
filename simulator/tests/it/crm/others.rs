//! Requests of third-party clients, byte for byte, and production's answers. Differences from the documents are listed
//! in chats-api §7.1 and crm-api §11.1.

use serde_json::{Value, json};

use crate::crm::caller::{CHANNEL, CLIENT, CLIENT_SECRET, HOST, REDIRECT, World, kommo, read, text};

fn is_random_uuid(id: &str) -> bool {
    let form = id.len() == 36 && id.as_bytes()[14] == b'4' && matches!(id.as_bytes()[19], b'8' | b'9' | b'a' | b'b');
    form && uuid::Uuid::parse_str(id).is_ok()
}

/// S1: `league/oauth2-client`, which amoCRM's SDK for PHP uses, posts a form.
#[tokio::test]
async fn s1_tokens_are_given_for_forms_too() {
    let world = World::new().await;
    let url = format!("{}/accounts/{HOST}/oauth2/access_token", world.sandbox.url());
    let redirect: String = url::form_urlencoded::byte_serialize(REDIRECT.as_bytes()).collect();
    let who = format!("client_id={CLIENT}&client_secret={CLIENT_SECRET}&redirect_uri={redirect}");
    let post = async |body: String, kind: &str, slash: &str| {
        read(world.client.post(format!("{url}{slash}")).header("Content-Type", kind).body(body)).await
    };
    let form = "application/x-www-form-urlencoded";
    let code = world.sandbox.issue_code(HOST, "main");
    let body = format!("{who}&grant_type=authorization_code&code={code}");
    assert_eq!(post(body.clone(), "text/plain", "").await.0, 400);
    let (status, pair) = post(body, form, "").await;
    assert_eq!(status, 200, "{pair}");
    let refresh = pair["refresh_token"].as_str().unwrap();
    let body = format!("{who}&grant_type=refresh_token&refresh_token={refresh}");
    assert_eq!(post(body, &format!("{form}; charset=UTF-8"), "/").await.0, 200);
    let (status, refusal) = post(format!("{who}x&grant_type=refresh_token&refresh_token=x"), form, "").await;
    assert_eq!((status, refusal["status"].as_i64()), (400, Some(400)), "{refusal}");
    let calls: Vec<(String, bool)> =
        world.sandbox.token_calls().into_iter().map(|one| (one.grant_type, one.granted)).collect();
    let seen: Vec<(&str, bool)> = calls.iter().map(|(kind, granted)| (kind.as_str(), *granted)).collect();
    assert_eq!(seen, [("", false), ("authorization_code", true), ("refresh_token", true), ("refresh_token", false)]);
}

/// S2: a client in production refuses ids that are no random UUIDs before it sends anything.
#[tokio::test]
async fn s2_every_id_of_amojo_is_a_random_uuid() {
    let world = World::connected().await;
    let (host, _) = kommo(&world).await;
    for account in world.sandbox.accounts() {
        let users = account.users.iter().filter_map(|user| user.amojo_id.clone());
        for id in users.chain([account.amojo_id.clone()]) {
            assert!(is_random_uuid(&id), "{id}");
        }
    }
    assert_ne!(world.sandbox.accounts()[0].amojo_id, world.sandbox.accounts()[1].amojo_id, "{host}");
    let (_, body) = world.message(text("m-1", "Hello")).await;
    for key in ["conversation_id", "sender_id", "msgid"] {
        assert!(is_random_uuid(body["new_message"][key].as_str().unwrap()), "{body}");
    }
    let again = World::new().await;
    assert_eq!(again.scope, world.scope, "the same host is the same account in every run");
}

/// S3: the SDK's authorize URL ends with a slash, and so may every other address.
#[tokio::test]
async fn s3_a_slash_at_the_end_means_nothing() {
    let world = World::new().await;
    let token = world.access().await;
    let url = world.sandbox.url();
    for path in ["/oauth", "/oauth/"] {
        let address = format!("{url}{path}?state=1&mode=post_message&client_id={CLIENT}");
        let page = world.client.get(address).header("Host", "www.amocrm.ru").send().await.unwrap();
        assert_eq!(page.status(), 200, "{path}");
        assert!(page.text().await.unwrap().contains("action=\"/oauth\""), "{path}");
    }
    for path in ["/api/v4/account/", "/api/v4/users/?limit=1", "/api/v4/leads/pipelines/"] {
        assert_eq!(world.json("GET", path, &token, None).await.0, 200, "{path}");
    }
    assert_eq!(world.json("GET", "/api/v4//account", &token, None).await.0, 404, "one in the middle is a name");
}

/// S5: the SDK asks for a review with PHP's empty array.
#[tokio::test]
async fn s5_an_empty_array_is_an_object_without_fields() {
    let world = World::new().await;
    let token = world.access().await;
    let template = json!([{"name": "hello", "content": "Hi", "type": "waba", "external_id": "t-1",
        "waba_category": "UTILITY", "waba_language": "ru", "waba_examples": {}}]);
    let (status, made) = world.json("POST", "/api/v4/chats/templates", &token, Some(template)).await;
    assert_eq!(status, 200, "{made}");
    let id = made["_embedded"]["chat_templates"][0]["id"].clone();
    let path = format!("/api/v4/chats/templates/{id}/review");
    for body in [json!([]), json!({})] {
        assert_eq!(world.json("POST", &path, &token, Some(body)).await.0, 200);
    }
    assert_eq!(world.json("POST", &path, &token, Some(json!([1]))).await.0, 400);
}

/// S6: recorded: `user` with only a manager's id creates a person of whom only the id is returned.
#[tokio::test]
async fn s6_a_chat_is_made_for_an_id_alone() {
    let world = World::connected().await;
    let maria = world.sandbox.accounts()[0].users[1].amojo_id.clone().unwrap();
    let path = format!("{}/chats", world.scope);
    let create = async |user: Value| {
        world.signed("POST", &path, Some(json!({"conversation_id": "7316aaaf", "user": user}))).await
    };
    let (status, body) = create(json!({"ref_id": maria})).await;
    assert_eq!((status, body["user"].as_object().map(serde_json::Map::len)), (200, Some(1)), "{body}");
    assert_ne!(body["user"]["id"], json!(maria));
    let (_, again) = create(json!({"ref_id": body["user"]["id"]})).await;
    assert_eq!((&again["id"], &again["user"]["id"]), (&body["id"], &body["user"]["id"]));
    assert_eq!(create(json!({"ref_id": "3c7a9e84-5d16-4f0b-9a2e-1b8c4d6e7f90"})).await.0, 400, "an unknown id");
    assert_eq!(create(json!({"id": "user-1"})).await.0, 400, "an id of ours needs a name");
    assert_eq!(create(json!({"name": "Maria"})).await.0, 400);
    let (_, named) = create(json!({"id": "user-1", "name": "Maria", "profile": {"phone": "+7999"}})).await;
    assert_eq!((&named["user"]["client_id"], &named["user"]["name"]), (&json!("user-1"), &json!("Maria")));
    assert_eq!(named["user"]["phone"], "7999");
}

/// S7: what two clients show as their usual form.
#[tokio::test]
async fn s7_people_and_chats_are_known_by_amojos_ids_alone() {
    let world = World::connected().await;
    let (_, first) = world.message(text("m-1", "Hello")).await;
    let (chat, person) = (&first["new_message"]["conversation_id"], &first["new_message"]["sender_id"]);
    let mut second = text("m-2", "incoming chat message");
    second.as_object_mut().unwrap().remove("conversation_id");
    second["conversation_ref_id"] = chat.clone();
    second["sender"] = json!({"ref_id": person, "name": "amojowrapper"});
    let (status, body) = world.message(second).await;
    assert_eq!((status, &body["new_message"]["sender_id"]), (200, person), "{body}");
    let mut reply = text("m-3", "an answer");
    reply["sender"] = json!({"ref_id": world.sandbox.accounts()[0].users[1].amojo_id});
    reply["receiver"] = json!({"ref_id": person});
    let (status, body) = world.message(reply).await;
    assert_eq!((status, &body["new_message"]["receiver_id"]), (200, person), "{body}");
    let edit = |fields: Value| {
        let mut payload = json!({"timestamp": 1, "msec_timestamp": 1000, "msgid": "m-2", "silent": true,
            "sender": {"ref_id": person, "name": "amojowrapper"}, "message": {"type": "text", "text": "1"}});
        payload.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        json!({"event_type": "edit_message", "payload": payload})
    };
    let send = async |fields: Value| world.signed("POST", &world.scope, Some(edit(fields))).await.0;
    assert_eq!(send(json!({"conversation_ref_id": chat})).await, 200);
    assert_eq!(send(json!({"conversation_ref_id": "another"})).await, 400);
    assert_eq!(send(json!({})).await, 400, "neither");
    let names: Vec<String> = world.sandbox.messages(HOST).into_iter().map(|message| message.text).collect();
    assert_eq!(names, ["Hello", "1", "an answer"]);
    assert_eq!(world.sandbox.chats(HOST)[0].conversation_id.as_deref(), Some("conv-77"), "it keeps its name");
    assert_eq!(world.sandbox.chats(HOST)[0].person_client_id.as_deref(), Some("user-77"));
}

/// S8: the documents have one answer for the method.
#[tokio::test]
async fn s8_an_edit_is_answered_like_a_message() {
    let world = World::connected().await;
    let (_, first) = world.message(text("m-1", "Hello")).await;
    let edit = json!({"event_type": "edit_message", "payload": {"timestamp": 1, "msec_timestamp": 1000, "msgid": "m-1",
        "conversation_id": "conv-77", "message": {"type": "text", "text": "Hi"}}});
    let (status, body) = world.signed("POST", &world.scope, Some(edit)).await;
    assert_eq!((status, body), (200, first));
}

/// S12: the signature scheme of before autumn 2019 is for channels of that time; the error names it to its caller.
#[tokio::test]
async fn s12_the_oldest_signature_is_refused_by_its_name() {
    use hmac::{Hmac, KeyInit, Mac};
    let world = World::new().await;
    let body = json!({"account_id": &world.scope[37..], "title": "Acme", "hook_api_version": "v2"}).to_string();
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(crate::crm::caller::SECRET.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let url = format!("{}/v2/origin/custom/{CHANNEL}/connect", world.sandbox.url());
    let request = world.client.post(url).header("Content-Type", "application/json");
    let request = request.header("X-Signature", hex::encode(mac.finalize().into_bytes())).body(body);
    let (status, refusal) = read(request).await;
    assert_eq!(status, 403);
    assert!(refusal["error_description"].as_str().unwrap().contains("before autumn 2019"), "{refusal}");
}
