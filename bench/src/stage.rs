//! A server with accounts, sources and conversations, put straight into its database.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::PathBuf;

use anyhow::Context;
use entity::{conversation, conversation_alias, directory, source, tenant, tenant_channel};
use parom::api::key::Scope;
use parom::clock::Clock;
use parom::config::Config;
use parom::connector::custom;
use parom::delivery::queue::parcel::Side;
use parom::message::crm_id;
use parom::server::{self, Options, Running};
use parom::source::settings;
use sea_orm::{ActiveValue::Set, EntityTrait};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

/// The channel of the run.
pub const CHANNEL: &str = "344a5002-f8ca-454d-af3d-396180102ac7";
/// Its secret.
pub const SECRET: &str = "bench-channel-secret";
/// What signs webhooks to the developer's messenger.
pub const WEBHOOK_SECRET: &str = "whsec_YmVuY2gtd2ViaG9vay1zZWNyZXQ=";

/// A conversation that hooks can name.
#[derive(Clone, Debug)]
pub struct Line {
    pub scope_id: String,
    pub amojo_id: String,
    pub source_external_id: String,
    pub tenant_id: Uuid,
    pub source_id: Uuid,
    pub conversation_id: Uuid,
    /// Our id of it at amoCRM.
    pub client_id: String,
    /// Its id at the messenger.
    pub chat: String,
}

/// How large it is.
pub struct Plan {
    pub tenants: usize,
    /// Of each tenant.
    pub conversations: usize,
    /// Where amojo and the messengers are; none: nothing is delivered.
    pub fakes: Option<String>,
}

/// What a run needs.
pub struct Stage {
    pub running: Running,
    pub lines: Vec<Line>,
    /// A key of the public API for all accounts.
    pub key: String,
    pub folder: PathBuf,
}

impl Stage {
    /// `127.0.0.1:PORT`
    pub fn address(&self) -> String {
        self.running.url().trim_start_matches("http://").to_owned()
    }

    /// Stops the server and removes what it kept in files.
    pub async fn end(self) -> anyhow::Result<()> {
        self.running.stop().await;
        Ok(std::fs::remove_dir_all(self.folder)?)
    }
}

/// Starts a server on a fresh SQLite file or the given PostgreSQL database.
pub async fn build(database: Option<&str>, plan: &Plan) -> anyhow::Result<Stage> {
    let folder = std::env::temp_dir().join(format!("parom-bench-{}", Uuid::new_v4().simple()));
    std::fs::create_dir_all(&folder)?;
    let url = database.map_or_else(|| format!("sqlite://{}/bench.db", folder.display()), str::to_owned);
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let fakes = plan.fakes.as_deref().unwrap_or("https://amojo.amocrm.ru");
    let config = Config::from_toml(&format!(
        r#"
[server]
public_url = "http://{address}"
[database]
url = "{url}"
max_connections = 24
[network]
allow_private = ["127.0.0.1/32"]
[rates]
chats_start = 100000
chats_floor = 100000
chats_ceiling = 100000
rest_per_account = 100000
[secrets]
key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
[[integration]]
name = "main"
platform = "amocrm"
client_id = "11111111-2222-3333-4444-555555555555"
client_secret = "bench"
amojo_url = "{fakes}"
[[integration.channel]]
id = "{CHANNEL}"
code = "amo.ext.1"
secret = "{SECRET}"
title = "Parom"
"#
    ))?;
    let options = Options { deliver: plan.fakes.is_some(), ..Options::default() };
    let running = server::start_on(listener, config, options).await?;
    let webhook_url =
        plan.fakes.as_ref().map_or("https://messenger.example/parom".to_owned(), |url| format!("{url}/webhook"));
    let lines = fill(&running, plan, &webhook_url).await?;
    let clock = Clock::system();
    let key = parom::cli::key::create(&running.app.store, &clock, "bench", None, Scope::Write, None).await?;
    Ok(Stage { running, lines, key: key.expose_secret().to_owned(), folder })
}

async fn fill(running: &Running, plan: &Plan, webhook_url: &str) -> anyhow::Result<Vec<Line>> {
    let db = running.app.store.write();
    let clock = Clock::system();
    let channel_id = Uuid::try_parse(CHANNEL)?;
    let now = clock.millis();
    let mut lines = Vec::new();
    for number in 0..plan.tenants {
        let (tenant_id, amojo_id, source_id) = (clock.uuid_v7(), Uuid::new_v4().to_string(), clock.uuid_v7());
        let scope_id = format!("{CHANNEL}_{amojo_id}");
        let source_external_id = format!("line-{number}");
        tenant::Entity::insert(tenant::ActiveModel {
            tenant_id: Set(tenant_id),
            integration: Set("main".into()),
            account_id: Set(30_000_000 + i64::try_from(number)?),
            host: Set(format!("shop{number}.amocrm.ru")),
            name: Set(format!("Shop {number}")),
            amojo_id: Set(amojo_id.clone()),
            status: Set("active".into()),
            suspended: Set(false),
            sources_limit: Set(None),
            api_domain: Set(None),
            created_at: Set(now),
            updated_at: Set(now),
            ..Default::default()
        })
        .exec_without_returning(db)
        .await?;
        tenant_channel::Entity::insert(tenant_channel::ActiveModel {
            tenant_id: Set(tenant_id),
            channel_id: Set(channel_id),
            scope_id: Set(scope_id.clone()),
            status: Set("connected".into()),
            detail: Set(String::new()),
            connected_at: Set(now),
            checked_at: Set(now),
            ..Default::default()
        })
        .exec_without_returning(db)
        .await?;
        for (kind, key, id) in [("scope", scope_id.clone(), channel_id), ("source", source_id.to_string(), source_id)] {
            directory::Entity::insert(directory::ActiveModel {
                kind: Set(kind.into()),
                key: Set(key),
                tenant_id: Set(tenant_id),
                id: Set(id),
                note: Set(String::new()),
                expires_at: Set(None),
            })
            .exec_without_returning(db)
            .await?;
        }
        let secrets = BTreeMap::from([(custom::SECRET.to_owned(), SecretString::from(WEBHOOK_SECRET))]);
        let mut row = source_row(tenant_id, source_id, channel_id, &source_external_id, now);
        row.settings = Set(format!(r#"{{"webhook_url":"{webhook_url}"}}"#));
        row.secrets = Set(settings::seal(&running.app, tenant_id, source_id, &secrets)?);
        source::Entity::insert(row).exec_without_returning(db).await?;
        let mut rows = Vec::new();
        let mut aliases = Vec::new();
        for chat in 0..plan.conversations {
            let external_id = format!("chat-{chat}");
            let conversation_id = clock.uuid_v7();
            let client_id = crm_id(source_id, "conversation", &external_id).to_string();
            rows.push(conversation::ActiveModel {
                tenant_id: Set(tenant_id),
                id: Set(conversation_id),
                source_id: Set(source_id),
                external_id: Set(external_id.clone()),
                amocrm_chat_id: Set(String::new()),
                contact: Set(format!(r#"{{"id":"user-{chat}","name":"Customer {chat}"}}"#)),
                created_at: Set(now),
                ..Default::default()
            });
            for (side, origin, external_id) in
                [(Side::Messenger, source_id, external_id), (Side::OursAtCrm, channel_id, client_id.clone())]
            {
                aliases.push(conversation_alias::ActiveModel {
                    tenant_id: Set(tenant_id),
                    side: Set(side.number()),
                    origin: Set(origin),
                    external_id: Set(external_id),
                    conversation_id: Set(conversation_id),
                });
            }
            lines.push(Line {
                scope_id: scope_id.clone(),
                amojo_id: amojo_id.clone(),
                source_external_id: source_external_id.clone(),
                tenant_id,
                source_id,
                conversation_id,
                client_id,
                chat: format!("chat-{chat}"),
            });
        }
        conversation::Entity::insert_many(rows).exec_without_returning(db).await.context("conversations")?;
        conversation_alias::Entity::insert_many(aliases).exec_without_returning(db).await.context("aliases")?;
    }
    Ok(lines)
}

fn source_row(tenant_id: Uuid, id: Uuid, channel_id: Uuid, external_id: &str, now: i64) -> source::ActiveModel {
    source::ActiveModel {
        tenant_id: Set(tenant_id),
        id: Set(id),
        kind: Set("custom".into()),
        name: Set(external_id.to_owned()),
        external_id: Set(external_id.to_owned()),
        channel_id: Set(channel_id),
        amocrm_source_id: Set(1),
        pipeline_id: Set(1),
        is_default: Set(false),
        status: Set("working".into()),
        status_reason: Set(String::new()),
        paused: Set(false),
        contact_rule: Set("leave".into()),
        services: Set("[]".into()),
        created_at: Set(now),
        updated_at: Set(now),
        deleted_at: Set(None),
        ..Default::default()
    }
}
