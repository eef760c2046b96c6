//! The API over its own database: two accounts with a source each, keys of all kinds, no delivery.

use domain::api_key::Scope;
use domain::api_key::key_maker::KeyMaker;
use domain::api_key::key_ring::{self, NewKey};
use entity::fixture;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::ServiceConfig;
use base::clock::Clock;
use base::config::Config;
use base::fault::Faults;
use base::store::{Store, VENDOR, directory};
use base::vault::Vault;
use entity::{source, tenant, tenant_channel};
use sea_orm::{EntityTrait, IntoActiveModel};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::App;

mod keys;
mod lists;
mod messages;
mod tenants;

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
    _folder: tempfile::TempDir,
}

struct TestResponse {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl TestApi {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().display();
        let config = Config::from_toml(&format!(
            "[database]\nurl = \"sqlite://{path}/parom.db\"\n[secrets]\nkey_file = \"{path}/parom.key\"\n"
        ))
        .unwrap();
        let store = Store::open(&config.database, Clock::frozen(START)).await.unwrap();
        base::store::migrate(&store).await.unwrap();
        let vault = Vault::open(&config.secrets, true).unwrap();
        let app = App::new(config, store, vault, Faults::default()).unwrap();
        for (tenant_id, account_id) in [(OURS, 1), (OTHERS, 2)] {
            add_tenant(&app, tenant_id, account_id).await;
        }
        let mut api = Self { app, key: String::new(), _folder: folder };
        api.key = api.make_key(Some(OURS), Scope::Write).await;
        api
    }

    async fn make_key(&self, tenant_id: Option<Uuid>, scope: Scope) -> String {
        let wish = NewKey { name: "test", scope, expires_at: None, maker: KeyMaker::CommandLine };
        let (db, tenant_id) = (self.app.store.write(), tenant_id.unwrap_or(VENDOR));
        let (key, _) = key_ring::add(db, &self.app.clock, tenant_id, &wish).await.unwrap();
        key.expose_secret().to_owned()
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
