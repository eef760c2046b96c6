//! Inserts large numbers of accounts, sources and conversations directly, without creating them one by one.

use anyhow::Context;
use base::clock::Clock;
use base::message::crm_id;
use base::millis::DAY;
use base::store::Store;
use base::vault::{Place, Vault};
use connectors::custom;
use entity::{
    conversation, conversation_alias, crm_copy, directory, oauth_grant, route_version, source, tenant, tenant_channel,
};
use queue::accept_batch::Side;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, DatabaseConnection, EntityTrait, IntoActiveModel};
use secrecy::SecretString;
use serde_json::json;
use uuid::Uuid;

/// The channel of the run.
pub const CHANNEL: &str = "344a5002-f8ca-454d-af3d-396180102ac7";
/// Its secret.
pub const SECRET: &str = "bench-channel-secret";
/// The signing secret of webhooks to the developer's messenger.
const WEBHOOK_SECRET: &str = "whsec_YmVuY2gtd2ViaG9vay1zZWNyZXQ=";

/// A conversation that requests can name.
#[derive(Clone, Debug)]
pub struct Line {
    pub scope_id: String,
    pub amojo_id: String,
    pub source_external_id: String,
    pub source_id: Uuid,
    /// Our id of it at amoCRM.
    pub client_id: String,
    /// Its id at the messenger.
    pub chat: String,
}

/// Accounts per pass.
const AT_ONCE: usize = 1_000;
/// Rows per statement, within both databases' limits on values.
const ROWS: usize = 400;

/// Rows of one pass, by table.
#[derive(Default)]
struct Rows {
    tenants: Vec<tenant::ActiveModel>,
    channels: Vec<tenant_channel::ActiveModel>,
    directory: Vec<directory::ActiveModel>,
    sources: Vec<source::ActiveModel>,
    conversations: Vec<conversation::ActiveModel>,
    aliases: Vec<conversation_alias::ActiveModel>,
    lines: Vec<Line>,
}

/// Creates this many accounts, each with one source and `conversations` conversations.
pub async fn accounts(
    store: &Store,
    vault: &Vault,
    count: usize,
    conversations: usize,
    webhook_url: &str,
) -> anyhow::Result<Vec<Line>> {
    let (db, clock) = (store.write(), Clock::system());
    let mut lines = Vec::new();
    let all: Vec<usize> = (0..count).collect();
    for some in all.chunks(AT_ONCE) {
        let mut rows = Rows::default();
        for number in some {
            rows.account(vault, &clock, *number, webhook_url)?;
            for chat in 0..conversations {
                rows.conversation(&clock, *number, chat)?;
            }
        }
        insert::<tenant::Entity, _>(db, rows.tenants).await?;
        insert::<tenant_channel::Entity, _>(db, rows.channels).await?;
        insert::<directory::Entity, _>(db, rows.directory).await?;
        insert::<source::Entity, _>(db, rows.sources).await?;
        insert::<conversation::Entity, _>(db, rows.conversations).await?;
        insert::<conversation_alias::Entity, _>(db, rows.aliases).await?;
        lines.append(&mut rows.lines);
    }
    Ok(lines)
}

/// Gives every account access to amoCRM, whose users and pipelines are known.
pub async fn access(store: &Store, vault: &Vault) -> anyhow::Result<()> {
    let (db, now) = (store.write(), Clock::system().millis());
    let tenants = tenant::Entity::find().all(db).await?;
    let token = SecretString::from("bench");
    let grants = tenants.iter().map(|tenant| oauth_grant::ActiveModel {
        tenant_id: Set(tenant.tenant_id),
        crm_user_id: Set(1),
        is_admin: Set(true),
        in_use: Set(true),
        version: Set(1),
        access_token: Set(vault.seal_text(tenant.tenant_id, Place::OauthAccess, "1", &token)),
        refresh_token: Set(vault.seal_text(tenant.tenant_id, Place::OauthRefresh, "1", &token)),
        previous_refresh_token: Set(None),
        expires_at: Set(now + DAY),
        refreshed_at: Set(now),
        intent_at: Set(None),
        dead: Set(false),
        lease_owner: Set(None),
        leased_until: Set(0),
        created_at: Set(now),
        user_name: Set("bench".to_owned()),
    });
    insert::<oauth_grant::Entity, _>(db, grants.collect()).await?;
    let lists = tenants.iter().flat_map(|tenant| {
        ["users", "pipelines"].map(|name| crm_copy::ActiveModel {
            tenant_id: Set(tenant.tenant_id),
            name: Set(name.to_owned()),
            body: Set("[]".to_owned()),
            read_at: Set(now),
            asked_at: Set(now),
        })
    });
    insert::<crm_copy::Entity, _>(db, lists.collect()).await?;
    Ok(())
}

/// Gives every account these many rules for new enquiries, of which the last one matches and does nothing.
pub async fn routes(store: &Store, rules: usize) -> anyhow::Result<()> {
    if rules == 0 {
        return Ok(());
    }
    let (db, now) = (store.write(), Clock::system().millis());
    let rule = |number: usize| {
        let when = match number % 4 {
            _ if number + 1 == rules => json!({}),
            0 => json!({"campaign": {"utm_source": format!("mail-{number}")}, "customer": "new"}),
            1 => json!({"text_contains": [format!("word {number}"), format!("another {number}")]}),
            2 => json!({"languages": ["es"], "times": ["mon-fri 09:00-15:00"], "contact": "known"}),
            _ => json!({"messengers": ["telegram"], "text_begins": [format!("order {number}")], "lead": "open"}),
        };
        json!({"id": format!("rule-{number}"), "name": format!("Rule {number}"), "when": when})
    };
    let rules = json!({"silence_hours": 24, "rules": (0..rules).map(rule).collect::<Vec<_>>()}).to_string();
    let tenants = tenant::Entity::find().all(db).await?;
    let versions = tenants.iter().map(|tenant| route_version::ActiveModel {
        tenant_id: Set(tenant.tenant_id),
        number: Set(1),
        rules: Set(rules.clone()),
        created_at: Set(now),
        author: Set("bench".to_owned()),
        is_draft: Set(false),
    });
    insert::<route_version::Entity, _>(db, versions.collect()).await?;
    let hours = tenant::ActiveModel { routes_hours: Set(Some(24)), ..Default::default() };
    tenant::Entity::update_many().set(hours).exec(db).await?;
    Ok(())
}

async fn insert<E, A>(db: &DatabaseConnection, rows: Vec<A>) -> anyhow::Result<()>
where
    E: EntityTrait,
    A: ActiveModelTrait<Entity = E>,
    E::Model: IntoActiveModel<A>,
{
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let some: Vec<A> = rows.by_ref().take(ROWS).collect();
        E::insert_many(some).exec_without_returning(db).await.context("rows of the stage")?;
    }
    Ok(())
}

impl Rows {
    fn account(&mut self, vault: &Vault, clock: &Clock, number: usize, webhook_url: &str) -> anyhow::Result<()> {
        let (tenant_id, source_id, now) = (clock.uuid_v7(), clock.uuid_v7(), clock.millis());
        let channel_id = Uuid::try_parse(CHANNEL)?;
        let amojo_id = Uuid::new_v4().to_string();
        let scope_id = format!("{CHANNEL}_{amojo_id}");
        self.tenants.push(tenant::ActiveModel {
            tenant_id: Set(tenant_id),
            integration: Set("main".into()),
            account_id: Set(30_000_000 + i64::try_from(number)?),
            host: Set(format!("shop{number}.amocrm.ru")),
            name: Set(format!("Shop {number}")),
            amojo_id: Set(amojo_id),
            status: Set("active".into()),
            suspended: Set(false),
            sources_limit: Set(None),
            api_domain: Set(None),
            created_at: Set(now),
            updated_at: Set(now),
            ..Default::default()
        });
        self.channels.push(tenant_channel::ActiveModel {
            tenant_id: Set(tenant_id),
            channel_id: Set(channel_id),
            scope_id: Set(scope_id.clone()),
            status: Set("connected".into()),
            detail: Set(String::new()),
            connected_at: Set(now),
            checked_at: Set(now),
            ..Default::default()
        });
        for (kind, key, id) in [("scope", scope_id, channel_id), ("source", source_id.to_string(), source_id)] {
            self.directory.push(directory::ActiveModel {
                kind: Set(kind.into()),
                key: Set(key),
                tenant_id: Set(tenant_id),
                id: Set(id),
                note: Set(String::new()),
                expires_at: Set(None),
            });
        }
        let secrets = serde_json::json!({ custom::SECRET: WEBHOOK_SECRET }).to_string();
        let secrets = vault.seal(tenant_id, Place::SourceSecrets, &source_id.to_string(), secrets.as_bytes());
        let name = format!("line-{number}");
        self.sources.push(source::ActiveModel {
            tenant_id: Set(tenant_id),
            id: Set(source_id),
            kind: Set("custom".into()),
            name: Set(name.clone()),
            external_id: Set(name),
            channel_id: Set(channel_id),
            amocrm_source_id: Set(1),
            pipeline_id: Set(1),
            is_default: Set(false),
            status: Set("working".into()),
            status_reason: Set(String::new()),
            paused: Set(false),
            contact_rule: Set("leave".into()),
            lead_origin: Set(true),
            logo: Set(String::new()),
            services: Set("[]".into()),
            settings: Set(format!(r#"{{"webhook_url":"{webhook_url}"}}"#)),
            secrets: Set(Some(secrets)),
            created_at: Set(now),
            updated_at: Set(now),
            deleted_at: Set(None),
            ..Default::default()
        });
        Ok(())
    }

    /// A conversation of the account created last.
    fn conversation(&mut self, clock: &Clock, number: usize, chat: usize) -> anyhow::Result<()> {
        let (tenant, source) = self.tenants.last().zip(self.sources.last()).context("an account comes first")?;
        let (tenant_id, source_id) = (*tenant.tenant_id.as_ref(), *source.id.as_ref());
        let amojo_id = tenant.amojo_id.as_ref().clone();
        let channel_id = *source.channel_id.as_ref();
        let external_id = format!("chat-{chat}");
        let conversation_id = clock.uuid_v7();
        let client_id = crm_id(source_id, "conversation", &external_id).to_string();
        self.conversations.push(conversation::ActiveModel {
            tenant_id: Set(tenant_id),
            id: Set(conversation_id),
            source_id: Set(source_id),
            external_id: Set(external_id.clone()),
            amocrm_chat_id: Set(String::new()),
            contact: Set(format!(r#"{{"id":"user-{chat}","name":"Customer {chat}"}}"#)),
            created_at: Set(clock.millis()),
            ..Default::default()
        });
        let ends =
            [(Side::Messenger, source_id, external_id.clone()), (Side::OursAtCrm, channel_id, client_id.clone())];
        for (side, origin, external_id) in ends {
            self.aliases.push(conversation_alias::ActiveModel {
                tenant_id: Set(tenant_id),
                side: Set(side.number()),
                origin: Set(origin),
                external_id: Set(external_id),
                conversation_id: Set(conversation_id),
            });
        }
        self.lines.push(Line {
            scope_id: format!("{CHANNEL}_{amojo_id}"),
            amojo_id,
            source_external_id: format!("line-{number}"),
            source_id,
            client_id,
            chat: external_id,
        });
        Ok(())
    }
}
