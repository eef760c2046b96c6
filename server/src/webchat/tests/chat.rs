//! A server with one web chat and its own database.

use entity::fixture;
use std::sync::Arc;

use actix_web::test::TestRequest;
use base::clock::Clock;
use base::config::Config;
use base::fault::Faults;
use base::message::{Body, Content, Direction, Person, Role, State};
use base::store::{Store, directory};
use base::vault::Vault;
use entity::{message, source, tenant};
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde_json::json;
use uuid::Uuid;

use crate::app::App;
use crate::webchat::visitor::Visitor;
use crate::webchat::{access, history};

pub const TENANT: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
pub const SOURCE: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0002);

/// Delivers nothing automatically.
pub struct TestChat {
    pub app: Arc<App>,
    _dir: tempfile::TempDir,
}

impl TestChat {
    pub async fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().display();
        let config = Config::from_toml(&format!(
            "[database]\nurl = \"sqlite://{path}/parom.db\"\n[secrets]\nkey_file = \"{path}/parom.key\"\n"
        ))
        .unwrap();
        let store = Store::open(&config.database, Clock::system()).await.unwrap();
        base::store::migrate(&store).await.unwrap();
        let vault = Vault::open(&config.secrets, true).unwrap();
        let app = App::new(config, store, vault, Faults::default()).unwrap();
        let tenant = tenant::Model { amojo_id: Uuid::from_u128(3).to_string(), ..fixture::tenant(TENANT) };
        tenant.into_active_model().insert(app.store.write()).await.unwrap();
        let source = source::Model {
            kind: "webchat".into(),
            name: "Site".into(),
            external_id: "site".into(),
            channel_id: Uuid::from_u128(4),
            settings: json!({"title": "Acme <help>"}).to_string(),
            ..fixture::source(TENANT, SOURCE)
        };
        source.into_active_model().insert(app.store.write()).await.unwrap();
        let entry = directory::DirectoryEntry { tenant_id: TENANT, id: SOURCE, note: String::new(), expires_at: None };
        directory::enter(app.store.write(), directory::IdKind::Source, &SOURCE.to_string(), entry).await.unwrap();
        Self { app, _dir: dir }
    }

    /// A manager's message as the engine leaves it after delivery.
    pub async fn answer(&self, cookie: &str, position: i64, text: &str) -> Uuid {
        self.answer_in(self.conversation(cookie).await, position, text).await
    }

    pub async fn answer_in(&self, conversation_id: Uuid, position: i64, text: &str) -> Uuid {
        let id = self.app.clock.uuid_v7();
        let now = self.app.clock.millis();
        let sender = Person { id: "m".into(), role: Role::Manager, name: Some("Maria".into()), ..Person::default() };
        let body = Body::new(sender, Content::Text { text: text.into() });
        let row = message::Model {
            tenant_id: TENANT,
            id,
            source_id: SOURCE,
            conversation_id,
            direction: Direction::ToMessenger.number(),
            state: State::Sent.number(),
            reported: 0,
            external_id: String::new(),
            amocrm_message_id: id.to_string(),
            body: serde_json::to_string(&body).unwrap(),
            error: String::new(),
            sent_at: now,
            accepted_at: now,
            day: 0,
            position,
            possible_duplicate: false,
            client_reaction: String::new(),
            manager_reaction: String::new(),
            reacted_at: 0,
        };
        row.into_active_model().insert(self.app.store.write()).await.unwrap();
        id
    }

    pub async fn conversation(&self, cookie: &str) -> Uuid {
        let request = TestRequest::get().insert_header(("cookie", cookie)).to_http_request();
        let source = access::source_of(&self.app.webchat, &SOURCE.to_string()).await.unwrap();
        let visitor = Visitor::of(&request, SOURCE).unwrap();
        history::conversation_of(&self.app.webchat, &source, &visitor).await.unwrap().unwrap()
    }

    pub async fn say(&self, conversation_id: Uuid) {
        let _ = self.app.changes.send(conversation_id);
    }
}
