//! Whose account a token is.

use super::*;
use crate::{Connector, Denied};

/// What Meta answers to tokens that are no account's, and what a gateway or a server in Meta's place may answer.
fn no_account() -> [Value; 5] {
    [
        json!({ "error": { "code": 2500, "message": "An active access token must be used to query information" } }),
        json!({ "error": { "code": 100, "message": "Unsupported get request." } }),
        json!({ "error": { "code": 803, "error_subcode": 33, "message": "Some of the aliases do not exist" } }),
        json!({ "id": "me", "name": "Anyone" }),
        json!({ "success": true }),
    ]
}

/// N1: the settings prove nothing, nor does an answer about the account in them.
#[tokio::test]
async fn n1_only_metas_own_word_about_the_token_proves_an_account() {
    let fake = Fake::start([]).await;
    let (instagram, facebook) = fake.connectors(false);
    for (meta, kind) in [(&instagram, "instagram"), (&facebook, "facebook")] {
        for me in no_account() {
            let id = super::settings(kind).public[meta.platform.account].clone();
            let before = fake.calls().len();
            fake.reads([me.clone(), json!({ "id": id, "user_id": id, "username": "acme" })]);
            let refused = meta.identity(&settings(kind)).await.unwrap_err();
            assert_eq!(refused, Denied::Foreign(LocalizedText::new("said-meta-no-account")), "{kind} {me}");
            let asked: Vec<String> = fake.calls()[before..].iter().map(|call| call.path.clone()).collect();
            assert_eq!(asked, ["me"], "nobody else is asked");
            // The other answer is still to be used up.
            assert!(meta.graph.get(&"t".into(), "used", &[]).await.is_ok());
        }
    }
}

/// A server in Meta's place that the operator trusts need not know accounts; an account that it does report counts.
#[tokio::test]
async fn settings_are_believed_where_the_operator_trusts_them() {
    let fake = Fake::start([]).await;
    let (mut instagram, mut facebook) = fake.connectors(false);
    (instagram.trusts_settings, facebook.trusts_settings) = (true, true);
    for me in no_account() {
        fake.reads([me.clone()]);
        assert_eq!(instagram.identity(&settings("instagram")).await.unwrap().unwrap().key, "17841400000000001", "{me}");
    }
    fake.reads([json!({ "id": "1784140000000009" })]);
    assert!(matches!(instagram.identity(&settings("instagram")).await, Err(Denied::Foreign(_))), "it names another");
    let unknown = || json!({ "error": { "code": 100, "message": "Unsupported get request." } });
    for app in [json!({ "id": "app" }), unknown(), json!({ "error": { "code": 190, "message": "no" } })] {
        fake.reads([json!({ "id": "104000000000001", "name": "Acme" }), app.clone()]);
        assert!(facebook.check_access(&settings("facebook")).await.is_ok(), "{app}");
    }
}
