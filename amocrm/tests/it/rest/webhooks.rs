//! Subscriptions to CRM hooks.

use amocrm::Error;
use serde_json::json;

use super::{rest, targets, token};
use crate::stub::{Stub, answer};

const ADDRESS: &str = "https://bridge.example.com/crm/secret";

#[tokio::test]
async fn listed() {
    let one = json!({"id": 839656, "destination": ADDRESS, "created_at": 1575539157, "updated_at": 1575539157,
        "account_id": 321, "created_by": 939801, "sort": 10, "disabled": "1", "settings": ["add_talk", "update_talk"]});
    let list = json!({"_total_items": 1, "_embedded": {"webhooks": [one, {"id": 1}]}}).to_string();
    let stub = Stub::new(vec![answer("200 OK", "", &list), answer("204 No Content", "", "")]).await;
    let rest = rest(&stub);
    let found = rest.webhooks(&token(), Some(ADDRESS)).await.unwrap();
    assert_eq!((found.len(), found[0].disabled, found[0].sort), (1, true, Some(10)));
    assert_eq!(found[0].settings, ["add_talk", "update_talk"]);
    assert_eq!(rest.webhooks(&token(), None).await.unwrap(), []);
    let address = "https%3A%2F%2Fbridge.example.com%2Fcrm%2Fsecret";
    assert_eq!(targets(&stub), [format!("GET webhooks?filter[destination]={address}"), "GET webhooks".into()]);
}

#[tokio::test]
async fn subscribed_and_ended() {
    let made = json!({"id": 1, "destination": ADDRESS, "settings": ["add_talk"], "disabled": false}).to_string();
    let stub = Stub::new(vec![
        answer("201 Created", "", &made),
        answer("200 OK", "", &made),
        answer("204 No Content", "", ""),
        answer("404 Not Found", "", r#"{"title":"Not Found","status":404}"#),
        answer("403 Forbidden", "", r#"{"title":"Forbidden","detail":"not in this plan"}"#),
    ])
    .await;
    let rest = rest(&stub);
    assert_eq!(rest.subscribe_webhook(&token(), ADDRESS, &["add_talk"]).await.unwrap().id, 1);
    assert_eq!(rest.subscribe_webhook(&token(), ADDRESS, &["add_talk"]).await.unwrap().id, 1);
    assert!(rest.unsubscribe_webhook(&token(), ADDRESS).await.unwrap());
    assert!(!rest.unsubscribe_webhook(&token(), ADDRESS).await.unwrap());
    let error = rest.subscribe_webhook(&token(), ADDRESS, &["add_talk"]).await.unwrap_err();
    assert!(error.to_string().contains("not in this plan"), "{error}");
    assert_eq!(targets(&stub)[1..4], ["POST webhooks", "DELETE webhooks", "DELETE webhooks"]);
    assert_eq!(stub.seen()[0].json(), json!({"destination": ADDRESS, "settings": ["add_talk"]}));
    assert_eq!(stub.seen()[2].json(), json!({"destination": ADDRESS}));
    assert!(matches!(rest.subscribe_webhook(&token(), ADDRESS, &[]).await, Err(Error::Invalid { .. })));
}
