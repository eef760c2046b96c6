//! The vendor's view of accounts.

use entity::turn;
use sea_orm::{ColumnTrait, QueryFilter};

use super::*;

async fn reason(api: &TestApi, target: Uuid) -> String {
    let turn = turn::Entity::of_tenant(OURS).filter(turn::Column::Target.eq(target)).one(api.app.store.read()).await;
    turn.unwrap().map(|turn| turn.reason).unwrap_or_default()
}

#[actix_web::test]
async fn the_vendor_lists_accounts_newest_first() {
    let api = TestApi::open().await;
    let vendor = api.make_key(None, Scope::Read).await;
    let first = api.get_as(&vendor, "/api/v1/tenants?limit=1").await;
    assert_eq!(first.is(200).body["items"][0]["id"], json!(OTHERS));
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let second = api.get_as(&vendor, &format!("/api/v1/tenants?limit=1&cursor={cursor}")).await;
    let item = &second.is(200).body["items"][0];
    assert_eq!((&item["id"], &item["account_id"], &item["status"]), (&json!(OURS), &json!("1"), &json!("active")));
    let channel = json!({"channel_id": CHANNEL, "scope_id": format!("{CHANNEL}_amojo"), "status": "connected"});
    assert_eq!(item["channels"], json!([channel]));
    assert_eq!((&item["created_at"], &second.body["next_cursor"]), (&json!("2026-11-20T09:30:00.123Z"), &Value::Null));
    assert_eq!(&api.get(&format!("/api/v1/tenants/{OURS}")).await.is(200).body, item);
}

#[actix_web::test]
async fn a_suspended_account_takes_everything_in() {
    let api = TestApi::open().await;
    let vendor = TestApi {
        key: api.make_key(None, Scope::Admin).await,
        app: api.app.clone(),
        _folder: tempfile::tempdir().unwrap(),
    };
    let patch =
        |body: Value| vendor.call(vendor.request(Method::PATCH, &format!("/api/v1/tenants/{OURS}")).set_json(body));
    assert_eq!(patch(json!({"suspended": true})).await.is(200).body["status"], "suspended");
    assert_eq!(
        (reason(&api, CHANNEL).await, reason(&api, source_of(OURS)).await),
        ("held:suspended".into(), "held:suspended".into())
    );
    let sent = api.post(&messages_path(OURS), &message("a", "b")).await;
    let shown = api.get(&format!("/api/v1/messages/{}", sent.is(202).body["id"].as_str().unwrap())).await;
    assert_eq!((&shown.body["status"], &shown.body["reason"]), (&json!("held"), &json!("suspended")));
    assert_eq!(patch(json!({"suspended": true})).await.is(200).body["status"], "suspended");
    assert_eq!(patch(json!({"suspended": false})).await.is(200).body["status"], "active");
    assert!(!reason(&api, CHANNEL).await.starts_with("held:"));
    assert!(!reason(&api, source_of(OURS)).await.starts_with("held:"));
}

#[actix_web::test]
async fn limits_are_set_and_taken_back() {
    let api = TestApi::open().await;
    let vendor = TestApi {
        key: api.make_key(None, Scope::Admin).await,
        app: api.app.clone(),
        _folder: tempfile::tempdir().unwrap(),
    };
    let patch =
        |body: Value| vendor.call(vendor.request(Method::PATCH, &format!("/api/v1/tenants/{OURS}")).set_json(body));
    assert_eq!(patch(json!({"sources_limit": 10})).await.is(200).body["sources_limit"], 10);
    assert_eq!(patch(json!({})).await.is(200).body["sources_limit"], 10);
    assert_eq!(patch(json!({"sources_limit": null})).await.is(200).body["sources_limit"], Value::Null);
    assert_eq!(patch(json!({"sources_limit": -1})).await.is(422).pointer(), "/sources_limit");
    assert_eq!(patch(json!({"name": "x"})).await.is(422).pointer(), "/name");
    let own = api.make_key(Some(OURS), Scope::Admin).await;
    let request = TestRequest::patch()
        .uri(&format!("/api/v1/tenants/{OURS}"))
        .insert_header(("Authorization", format!("Bearer {own}")));
    api.call(request.set_json(json!({"suspended": true}))).await.is(403);
    vendor
        .call(vendor.request(Method::PATCH, &format!("/api/v1/tenants/{}", Uuid::from_u128(9))).set_json(json!({})))
        .await
        .is(404);
}
