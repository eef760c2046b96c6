//! The API over its own database: two accounts with a source each, keys of all kinds, no delivery.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::ServiceConfig;
use base::clock::Clock;
use base::store::{VENDOR, directory};
use domain::api_key::Scope;
use domain::api_key::key_maker::KeyMaker;
use domain::api_key::key_ring::{self, NewKey};
use entity::{fixture, source, tenant, tenant_channel};
use sea_orm::{EntityTrait, IntoActiveModel};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::App;

mod messages;

const START: i64 = 1_795_167_000_123;
const OURS: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
const OTHERS: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0002);
const CHANNEL: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0003);

/// The first tenant's source; the second's is one higher.
const fn source_of(tenant_id: Uuid) -> Uuid {
    Uuid::from_u128(tenant_id.as_u128() + 0x10)
}

struct TestApi {
    app: Arc<App>,
    /// Scope write in the first tenant.
    key: String,
    _folder: Arc<tempfile::TempDir>,
}

struct TestResponse {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl TestApi {
    async fn open() -> Self {
        let (app, folder) = App::empty(Clock::frozen(START)).await;
        for (tenant_id, account_id) in [(OURS, 1), (OTHERS, 2)] {
            add_tenant(&app, tenant_id, account_id).await;
        }
        let mut api = Self { app, key: String::new(), _folder: Arc::new(folder) };
        api.key = api.make_key(Some(OURS), Scope::Write).await;
        api
    }

    async fn make_key(&self, tenant_id: Option<Uuid>, scope: Scope) -> String {
        let wish = NewKey { name: "test", scope, expires_at: None, maker: KeyMaker::CommandLine };
        let (db, tenant_id) = (self.app.store.write(), tenant_id.unwrap_or(VENDOR));
        let (key, _) = key_ring::add(db, &self.app.clock, tenant_id, &wish).await.unwrap();
        key.expose_secret().to_owned()
    }

    /// The same API as the holder of another key sees it.
    async fn with_key(&self, tenant_id: Option<Uuid>, scope: Scope) -> Self {
        let key = self.make_key(tenant_id, scope).await;
        Self { key, app: self.app.clone(), _folder: self._folder.clone() }
    }

    async fn call(&self, request: TestRequest) -> TestResponse {
        let shared = |web: &mut ServiceConfig| self.app.share(web);
        let service = init_service(actix_web::App::new().configure(shared).configure(super::routes)).await;
        let answer = call_service(&service, request.to_request()).await;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let bytes = read_body(answer).await;
        TestResponse { status, headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    fn request(&self, method: Method, path: &str) -> TestRequest {
        let bearer = ("Authorization", format!("Bearer {}", self.key));
        TestRequest::with_uri(path).method(method).insert_header(bearer)
    }

    async fn get(&self, path: &str) -> TestResponse {
        self.call(self.request(Method::GET, path)).await
    }

    async fn post(&self, path: &str, body: &Value) -> TestResponse {
        self.call(self.request(Method::POST, path).set_json(body)).await
    }

    async fn get_as(&self, key: &str, path: &str) -> TestResponse {
        self.call(TestRequest::with_uri(path).insert_header(("Authorization", format!("Bearer {key}")))).await
    }

    fn advance(&self, seconds: u64) {
        self.app.clock.advance(Duration::from_secs(seconds));
    }
}

impl TestResponse {
    fn pointer(&self) -> &str {
        self.body["errors"][0]["pointer"].as_str().unwrap_or("none")
    }

    fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}", self.body);
        if status >= 400 {
            let kind = self.headers.get("content-type").unwrap();
            assert_eq!(kind, "application/problem+json");
            assert_eq!(self.body["status"], status);
        }
        self
    }
}

async fn add_tenant(app: &App, tenant_id: Uuid, account_id: i64) {
    let db = app.store.write();
    let tenant = tenant::Model {
        account_id,
        host: format!("shop{account_id}.amocrm.ru"),
        name: "Shop".into(),
        amojo_id: "amojo".into(),
        created_at: START,
        updated_at: START,
        ..fixture::tenant(tenant_id)
    };
    tenant::Entity::insert(tenant.into_active_model()).exec_without_returning(db).await.unwrap();
    let entry = directory::DirectoryEntry { tenant_id, id: tenant_id, note: String::new(), expires_at: None };
    directory::enter(db, directory::IdKind::Account, &format!("main:{account_id}"), entry).await.unwrap();
    let channel =
        tenant_channel::Model { connected_at: START, checked_at: START, ..fixture::channel(tenant_id, CHANNEL) };
    tenant_channel::Entity::insert(channel.into_active_model()).exec_without_returning(db).await.unwrap();
    let source = source::Model {
        channel_id: CHANNEL,
        amocrm_source_id: 3_108_069,
        pipeline_id: 20_453,
        settings: json!({"webhook_url": "https://messenger.example/parom"}).to_string(),
        created_at: START,
        updated_at: START,
        ..fixture::source(tenant_id, source_of(tenant_id))
    };
    source::Entity::insert(source.into_active_model()).exec_without_returning(db).await.unwrap();
    let id = source_of(tenant_id);
    let entry = directory::DirectoryEntry { tenant_id, id, note: String::new(), expires_at: None };
    directory::enter(db, directory::IdKind::Source, &id.to_string(), entry).await.unwrap();
}

fn messages_path(tenant_id: Uuid) -> String {
    format!("/api/v1/sources/{}/messages", source_of(tenant_id))
}

fn message(id: &str, text: &str) -> Value {
    json!({
        "id": id, "conversation": {"id": "chat-7"}, "sender": {"role": "client", "id": "user-7", "name": "Anna"},
        "sent_at": "2026-11-20T09:29:00.123Z", "content": {"type": "text", "text": text},
    })
}

#[actix_web::test]
async fn a_read_key_cannot_write_and_a_write_key_can_read() {
    let api = TestApi::open().await;
    let reading = api.with_key(Some(OURS), Scope::Read).await;
    reading.get(&format!("/api/v1/sources/{}", source_of(OURS))).await.is(200);
    reading.post(&messages_path(OURS), &message("a", "b")).await.is(403);
    reading.call(reading.request(Method::DELETE, &format!("/api/v1/sources/{}", source_of(OURS)))).await.is(403);
    let vendor = api.with_key(None, Scope::Write).await;
    vendor.get("/api/v1/tenants").await.is(200);
    vendor.post(&messages_path(OURS), &message("a", "b")).await.is(202);
    let patch = vendor.request(Method::PATCH, &format!("/api/v1/tenants/{OURS}")).set_json(json!({"suspended": true}));
    vendor.call(patch).await.is(403);
}

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

#[actix_web::test]
async fn limits_are_set_and_taken_back() {
    let api = TestApi::open().await;
    let vendor = api.with_key(None, Scope::Admin).await;
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
