//! Pages of rows by key: the lines, and the last id of a page after which another may follow.

use base::store::Store;
use base::vault::Place;
use entity::{
    audit, chat_email, consent, conversation, dead_letter, erasure, import, ledger_delta, message, oauth_grant, source,
    tenant, tenant_channel,
};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};
use secrecy::ExposeSecret;
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

use super::{PAGE, shapes};
use crate::tenant::TenantContext;

type Page = (Vec<Value>, Option<Uuid>);

/// The account, its channels, who gave access and who agreed to what; one page.
pub(super) async fn account(store: &Store, tenant: &tenant::Model) -> Result<Vec<Value>, DbErr> {
    let id = tenant.tenant_id;
    let mut lines = vec![shapes::account(tenant)];
    let channels = tenant_channel::Entity::of_tenant(id).order_by_asc(tenant_channel::Column::ChannelId);
    lines.extend(channels.all(store.read()).await?.iter().map(shapes::channel));
    let grants = oauth_grant::Entity::of_tenant(id).order_by_asc(oauth_grant::Column::CrmUserId);
    lines.extend(grants.all(store.read()).await?.iter().map(shapes::grant));
    let consents = consent::Entity::of_tenant(id).order_by_asc(consent::Column::Id);
    lines.extend(consents.all(store.read()).await?.iter().map(shapes::consent));
    Ok(lines)
}

macro_rules! by_id {
    ($(#[$doc:meta] $name:ident, $table:ident, $shape:ident;)+) => {$(
        #[$doc]
        pub(super) async fn $name(store: &Store, tenant_id: Uuid, after: Uuid) -> Result<Page, DbErr> {
            let found = $table::Entity::of_tenant(tenant_id)
                .filter($table::Column::Id.gt(after))
                .order_by_asc($table::Column::Id)
                .limit(PAGE)
                .all(store.read())
                .await?;
            let last = found.last().map(|row| row.id);
            Ok((found.iter().map(shapes::$shape).collect(), last))
        }
    )+};
}

by_id! {
    /// Sources, including deleted ones, without credentials.
    sources, source, source;
    /// Customers.
    conversations, conversation, conversation;
    /// Messages.
    messages, message, message;
    /// Dead letters.
    dead_letters, dead_letter, dead_letter;
    /// Imports, without their lines, which are exported as messages.
    imports, import, import;
    /// The audit log.
    audit, audit, audit;
    /// Proofs of erasures.
    erasures, erasure, erasure;
}

/// Addresses at which visitors of chats get answers, by the id of the conversation. Ended ones, which have no address,
/// are omitted.
pub(super) async fn chat_emails(app: &TenantContext, tenant_id: Uuid, after: Uuid) -> anyhow::Result<Page> {
    let found = chat_email::Entity::of_tenant(tenant_id)
        .filter(chat_email::Column::ConversationId.gt(after))
        .filter(chat_email::Column::Address.ne(Vec::<u8>::new()))
        .order_by_asc(chat_email::Column::ConversationId)
        .limit(PAGE)
        .all(app.store.read())
        .await?;
    let lines = found.iter().map(|row| {
        let id = row.conversation_id.to_string();
        let address = app.vault.open_text(tenant_id, Place::ChatEmail, &id, &row.address)?;
        Ok(shapes::chat_email(row, address.expose_secret()))
    });
    let last = found.last().map(|row| row.conversation_id);
    Ok((lines.collect::<anyhow::Result<_>>()?, last))
}

/// Counts by source, direction and day, summed over instances; one page.
pub(super) async fn ledger(store: &Store, tenant_id: Uuid) -> Result<Vec<Value>, DbErr> {
    let mut sums: BTreeMap<(Uuid, i32, i16), (i64, i64, i64)> = BTreeMap::new();
    for row in ledger_delta::Entity::of_tenant(tenant_id).all(store.read()).await? {
        let sum = sums.entry((row.source_id, row.day, row.direction)).or_default();
        *sum = (sum.0 + row.accepted, sum.1 + row.delivered, sum.2 + row.failed);
    }
    Ok(sums.into_iter().map(|(key, sum)| shapes::ledger(key, sum)).collect())
}
