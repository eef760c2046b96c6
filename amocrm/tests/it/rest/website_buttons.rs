//! The button on a website.

use amocrm::Error;
use amocrm::rest::NewWebsiteButton;
use serde_json::json;

use super::{rest, targets, token};
use crate::stub::{Stub, answer};

#[tokio::test]
async fn buttons() {
    let one = json!({"account_id": 1, "source_id": "5", "button_id": 6, "name": "Site", "creation_status": "created",
        "pipeline_id": 7, "script": "<script>"});
    let stub = Stub::new(vec![
        answer("200 OK", "", &json!({"_embedded": {"website_buttons": [one]}}).to_string()),
        answer("200 OK", "", r#"{"source_id":5,"creation_status":"creation_pending"}"#),
        answer("404 Not Found", "", ""),
        answer("202 Accepted", "", r#"{"source_id":5,"trusted_websites":["shop.example"]}"#),
        answer("200 OK", "", r#"{"source_id":5}"#),
        answer("202 Accepted", "", "{}"),
    ])
    .await;
    let rest = rest(&stub);
    let page = rest.website_buttons(&token(), 1).await.unwrap();
    assert_eq!((page.items[0].source_id, page.items[0].is_created, page.has_more), (5, true, false));
    assert!(!rest.website_button(&token(), 5).await.unwrap().unwrap().is_created);
    assert_eq!(rest.website_button(&token(), 5).await.unwrap(), None);
    let new = NewWebsiteButton { pipeline_id: 7, trusted_websites: vec!["shop.example".into()], is_used_in_app: false };
    assert_eq!(rest.create_website_button(&token(), &new).await.unwrap(), 5);
    rest.trust_websites(&token(), 5, &["other.example"]).await.unwrap();
    rest.add_online_chat(&token(), 5).await.unwrap();
    assert_eq!(
        targets(&stub),
        [
            "GET website_buttons?page=1&limit=250&with=scripts",
            "GET website_buttons/5?with=scripts",
            "GET website_buttons/5?with=scripts",
            "POST website_buttons",
            "PATCH website_buttons/5",
            "POST website_buttons/5/online_chat"
        ]
    );
    let seen = stub.seen();
    assert_eq!(
        seen[3].json(),
        json!({"pipeline_id": 7, "trusted_websites": ["shop.example"], "is_used_in_app": false})
    );
    assert_eq!(seen[4].json(), json!({"trusted_websites": {"add": ["other.example"]}}));
    assert!(seen[5].body.is_empty());
    for wrong in [NewWebsiteButton::default(), NewWebsiteButton { trusted_websites: vec![String::new(); 11], ..new }] {
        let error = rest.create_website_button(&token(), &wrong).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { call: "create_website_button", .. }), "{error}");
    }
}
