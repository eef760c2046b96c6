//! The statements: many rows each, by their keys. A key has all columns of its index, constants too: otherwise SQLite
//! would scan all entries of a constant kind instead of searching for each row. Columns are named: PostgreSQL refuses a
//! prepared `*` once a later version has added a column.

use std::collections::HashMap;
use std::sync::Arc;

use base::store::directory::IdKind;
use base::store::{ResultRow, Row, Store};
use entity::{source, tenant, tenant_channel};
use queue::accept_batch::Alias;
use queue::{Rows, columns_of};
use sea_orm::{DbErr, FromQueryResult};
use uuid::Uuid;

use super::{ConnectedScope, KnownConversation};

/// Prefix of a channel's columns beside its tenant's.
const CHANNEL: &str = "channel_";

type Found<K, V> = Result<HashMap<K, V>, DbErr>;

pub async fn tenants(store: Store, keys: Vec<Uuid>) -> Found<Uuid, Arc<tenant::Model>> {
    let columns = columns_of::<tenant::Entity>("");
    let text = format!("SELECT {columns} FROM rows JOIN tenant ON tenant.tenant_id = {{account}}");
    let rows = Rows::new().uuid("tenant_id", keys).fetch(store.by_keys(), &store, &text).await?;
    let tenants = rows.into_iter().map(|row| tenant::Model::from_query_result(&row.of_driver()?, ""));
    tenants.map(|tenant| tenant.map(|tenant| (tenant.tenant_id, Arc::new(tenant)))).collect()
}

pub async fn scopes(store: Store, keys: Vec<String>) -> Found<String, Arc<ConnectedScope>> {
    if store.one_account_a_commit() {
        return scopes_by_account(&store, keys).await;
    }
    let text = format!(
        "SELECT directory.key AS scope_id, {}, {} FROM rows \
         JOIN directory ON directory.kind = rows.kind AND directory.key = rows.key \
         JOIN tenant ON tenant.tenant_id = directory.tenant_id JOIN tenant_channel \
         ON tenant_channel.tenant_id = directory.tenant_id AND tenant_channel.channel_id = directory.id",
        columns_of::<tenant::Entity>(""),
        columns_of::<tenant_channel::Entity>(CHANNEL)
    );
    entries(IdKind::Scope, keys).fetch(store.by_keys(), &store, &text).await?.into_iter().map(scope).collect()
}

/// [`scopes`] on a database that is distributed by account: it finds rows by a known account only.
async fn scopes_by_account(store: &Store, keys: Vec<String>) -> Found<String, Arc<ConnectedScope>> {
    let listed = listed(store, IdKind::Scope, keys).await?;
    let text = format!(
        "SELECT rows.key AS scope_id, {}, {} FROM rows JOIN tenant ON tenant.tenant_id = {{account}} \
         JOIN tenant_channel ON tenant_channel.tenant_id = {{account}} AND tenant_channel.channel_id = rows.id",
        columns_of::<tenant::Entity>(""),
        columns_of::<tenant_channel::Entity>(CHANNEL)
    );
    of_listed(listed).fetch(store.by_keys(), store, &text).await?.into_iter().map(scope).collect()
}

fn scope(row: ResultRow) -> Result<(String, Arc<ConnectedScope>), DbErr> {
    let row = row.of_driver()?;
    let tenant = Arc::new(tenant::Model::from_query_result(&row, "")?);
    let channel = tenant_channel::Model::from_query_result(&row, CHANNEL)?;
    Ok((row.try_get("", "scope_id")?, Arc::new(ConnectedScope { tenant, channel })))
}

/// An entry of the directory: its key, account and id.
type Listed = (String, Uuid, Uuid);

async fn listed(store: &Store, kind: IdKind, keys: Vec<String>) -> Result<Vec<Listed>, DbErr> {
    let text = "SELECT directory.key, directory.tenant_id, directory.id FROM rows \
         JOIN directory ON directory.kind = rows.kind AND directory.key = rows.key";
    let found = entries(kind, keys).fetch(store.by_keys(), store, text).await?;
    found.iter().map(|row| Ok((row.get("key")?, row.get("tenant_id")?, row.get("id")?))).collect()
}

fn of_listed(listed: Vec<Listed>) -> Rows {
    Rows::new()
        .uuid("tenant_id", listed.iter().map(|one| one.1))
        .uuid("id", listed.iter().map(|one| one.2))
        .text("key", listed.into_iter().map(|one| one.0))
}

pub async fn sources(store: Store, keys: Vec<Uuid>) -> Found<Uuid, Arc<source::Model>> {
    let found = if store.one_account_a_commit() {
        let listed = listed(&store, IdKind::Source, keys.iter().map(Uuid::to_string).collect()).await?;
        let text = format!(
            "SELECT {} FROM rows JOIN source ON source.tenant_id = {{account}} AND source.id = rows.id",
            columns_of::<source::Entity>("")
        );
        of_listed(listed).fetch(store.by_keys(), &store, &text).await?
    } else {
        joined_sources(&store, keys).await?
    };
    let sources = found.into_iter().map(|row| source::Model::from_query_result(&row.of_driver()?, ""));
    sources.map(|source| source.map(|source| (source.id, Arc::new(source)))).collect()
}

async fn joined_sources(store: &Store, keys: Vec<Uuid>) -> Result<Vec<ResultRow>, DbErr> {
    let text = format!(
        "SELECT {} FROM rows JOIN directory ON directory.kind = rows.kind AND directory.key = rows.key \
         JOIN source ON source.tenant_id = directory.tenant_id AND source.id = directory.id",
        columns_of::<source::Entity>("")
    );
    let keys = keys.iter().map(Uuid::to_string).collect();
    entries(IdKind::Source, keys).fetch(store.by_keys(), store, &text).await
}

/// Keys of the directory.
fn entries(kind: IdKind, keys: Vec<String>) -> Rows {
    Rows::new().text("kind", keys.iter().map(|_| kind.name())).text("key", keys)
}

pub async fn conversations(store: Store, keys: Vec<(Uuid, Alias)>) -> Found<(Uuid, Alias), Arc<KnownConversation>> {
    let text = "SELECT rows.place, conversation.id, conversation.source_id, conversation.external_id, \
         conversation.moved_to, conversation.amocrm_chat_id, conversation.blocked_at FROM rows \
         JOIN conversation_alias AS alias ON alias.tenant_id = {account} \
         AND alias.side = rows.side AND alias.origin = rows.origin AND alias.external_id = rows.external_id \
         JOIN conversation ON conversation.tenant_id = {account} AND conversation.id = alias.conversation_id";
    let rows = Rows::new()
        .uuid("tenant_id", keys.iter().map(|(tenant_id, _)| *tenant_id))
        .short("side", keys.iter().map(|(_, alias)| alias.side.number()))
        .uuid("origin", keys.iter().map(|(_, alias)| alias.origin))
        .text("external_id", keys.iter().map(|(_, alias)| alias.external_id.as_str()))
        .long("place", (0..).take(keys.len()))
        .fetch(store.by_keys(), &store, text)
        .await?;
    let mut found = HashMap::with_capacity(rows.len());
    for row in rows {
        let place = usize::try_from(row.get::<i64>("place")?).unwrap_or(usize::MAX);
        let known = KnownConversation {
            conversation_id: row.get("id")?,
            source_id: row.get("source_id")?,
            external_id: row.get("external_id")?,
            moved_to: row.get("moved_to")?,
            amocrm_chat_id: row.get("amocrm_chat_id")?,
            is_blocked: row.get::<i64>("blocked_at")? > 0,
        };
        if let Some(key) = keys.get(place) {
            found.insert(key.clone(), Arc::new(known));
        }
    }
    Ok(found)
}
