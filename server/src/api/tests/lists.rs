//! Conversations, messages, sources, accounts: pages and what they show.

use super::*;

#[actix_web::test]
async fn conversations_and_their_messages() {
    let api = TestApi::open().await;
    for number in 0..5 {
        let mut body = message(&format!("m-{number}"), "Hello");
        body["conversation"]["id"] = json!(if number == 4 { "a/b %" } else { "chat-7" });
        body["sender"]["phone"] = json!("+79151112233");
        api.post(&messages_path(OURS), &body).await.is(202);
        api.advance(60);
    }
    let base = format!("/api/v1/sources/{}/conversations", source_of(OURS));
    let list = api.get(&base).await;
    let items = list.is(200).body["items"].as_array().unwrap().clone();
    assert_eq!(
        items.iter().map(|item| item["external_id"].clone()).collect::<Vec<_>>(),
        [json!("a/b %"), json!("chat-7")]
    );
    let contact = json!({"id": "user-7", "name": "Anna", "phone": "+79151112233", "amocrm_contact_id": null,
        "amocrm_contact_name": null, "why": null});
    assert_eq!(items[1]["contact"], contact);
    assert_eq!(
        (&items[1]["last_message_at"], &items[1]["amocrm_chat_id"]),
        (&json!("2026-11-20T09:33:00.123Z"), &Value::Null)
    );
    for id in [items[1]["id"].as_str().unwrap(), "chat-7", "ext:chat-7"] {
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = api.get(&format!("{base}/{id}/messages?limit=3{cursor}")).await;
            seen.extend(page.is(200).body["items"].as_array().unwrap().iter().map(|item| item["external_id"].clone()));
            assert!(page.body["items"][0].get("timeline").is_none());
            match page.body["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen, ["m-3", "m-2", "m-1", "m-0"]);
    }
    assert_eq!(
        api.get(&format!("{base}/a%2Fb%20%25/messages")).await.is(200).body["items"].as_array().unwrap().len(),
        1
    );
    for unknown in ["chat-8", "ext:", "a%00b", &Uuid::from_u128(5).to_string()] {
        api.get(&format!("{base}/{unknown}/messages")).await.is(404);
    }
}

#[actix_web::test]
async fn a_source_is_shown_without_its_secret() {
    let api = TestApi::open().await;
    let shown = api.get(&format!("/api/v1/sources/{}", source_of(OURS))).await;
    let body = &shown.is(200).body;
    assert_eq!((&body["amocrm_source_id"], &body["pipeline_id"]), (&json!("3108069"), &json!("20453")));
    assert_eq!(body["settings"], json!({"webhook_url": "https://messenger.example/parom"}));
    assert_eq!((&body["status"], &body["held"]), (&json!("working"), &json!({"count": 0, "oldest_at": null})));
    assert!(body.get("webhook_secret").is_none());
    let list = api.get(&format!("/api/v1/tenants/{OURS}/sources")).await;
    assert_eq!(&list.is(200).body["items"][0], body);
    assert_eq!(list.body["next_cursor"], Value::Null);
}
