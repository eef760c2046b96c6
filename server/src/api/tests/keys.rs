//! Who may do what.

use super::*;

#[actix_web::test]
async fn without_a_valid_key_nothing_is_revealed() {
    let api = TestApi::open().await;
    let path = format!("/api/v1/tenants/{OURS}");
    api.call(TestRequest::with_uri(&path)).await.is(401);
    for key in ["prm_unknown", "unknown", ""] {
        api.get_as(key, &path).await.is(401);
    }
    api.call(TestRequest::post().uri(&messages_path(OURS)).set_payload("not json")).await.is(401);
    api.get(&path).await.is(200);
    let rows = key_ring::list(api.app.store.read(), OURS).await.unwrap();
    assert!(key_ring::revoke(api.app.store.write(), &api.app.clock, OURS, rows[0].id).await.unwrap());
    api.get(&path).await.is(401);
}

#[actix_web::test]
async fn a_tenants_key_sees_its_own_tenant_only() {
    let api = TestApi::open().await;
    let other = source_of(OTHERS);
    for path in [
        format!("/api/v1/tenants/{OTHERS}"),
        format!("/api/v1/tenants/{OTHERS}/sources"),
        format!("/api/v1/sources/{other}"),
        format!("/api/v1/sources/{other}/ledger"),
        format!("/api/v1/sources/{other}/conversations"),
        format!("/api/v1/sources/{other}/conversations/chat-7/messages"),
        format!("/api/v1/dead-letters?tenant_id={OTHERS}"),
        format!("/api/v1/dead-letters?source_id={other}"),
        "/api/v1/sources/nonsense".to_owned(),
        format!("/api/v1/sources/{}", Uuid::from_u128(99)),
    ] {
        api.get(&path).await.is(404);
    }
    api.post(&messages_path(OTHERS), &message("a", "b")).await.is(404);
    let listed = api.get("/api/v1/tenants").await.is(200).body["items"].clone();
    assert!(listed.as_array().unwrap().iter().all(|one| one["id"] == OURS.to_string()), "{listed}");
    let key = api.make_key(Some(OTHERS), Scope::Admin).await;
    let sent = api.post(&messages_path(OURS), &message("a", "b")).await;
    let path = format!("/api/v1/messages/{}", sent.body["id"].as_str().unwrap());
    api.get_as(&key, &path).await.is(404);
    api.get(&path).await.is(200);
}

#[actix_web::test]
async fn a_read_key_cannot_write_and_a_write_key_can_read() {
    let api = TestApi::open().await;
    let reader = api.make_key(Some(OURS), Scope::Read).await;
    let reading = TestApi { key: reader, app: api.app.clone(), _folder: tempfile::tempdir().unwrap() };
    reading.get(&format!("/api/v1/sources/{}", source_of(OURS))).await.is(200);
    reading.post(&messages_path(OURS), &message("a", "b")).await.is(403);
    reading.call(reading.request(Method::DELETE, &format!("/api/v1/sources/{}", source_of(OURS)))).await.is(403);
    let vendor = TestApi {
        key: api.make_key(None, Scope::Write).await,
        app: api.app.clone(),
        _folder: tempfile::tempdir().unwrap(),
    };
    vendor.get("/api/v1/tenants").await.is(200);
    vendor.post(&messages_path(OURS), &message("a", "b")).await.is(202);
    let patch = vendor.request(Method::PATCH, &format!("/api/v1/tenants/{OURS}")).set_json(json!({"suspended": true}));
    vendor.call(patch).await.is(403);
}
