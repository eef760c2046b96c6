//! Erases one customer: messages, identity, and every id that leads to them. Rows without content remain, so that
//! counts add up, hashes of the messages' ids, so that repeats stay repeats, and a proof. amoCRM's own copy is not
//! affected.
//!
//! ```text
//! find ─▶ conversations by id or phone ─▶ letters out of the queue ─▶ messages, profile, ids, raw bytes ─▶ proof
//! ```

use std::collections::BTreeMap;

use base::error::Result;
use base::phone::Phone;
use entity::{conversation, erasure};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use serde_json::Value;
use uuid::Uuid;

use crate::tenant::TenantContext;
use crate::unregister::LeftLine;

mod lines;
mod seek;
mod wipe;

pub use seek::{ErasureScope, find};

/// Whom to erase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Everything of the person with this phone number, however it is written.
    Phone(String),
    /// A conversation by our id.
    Conversation(Uuid),
}

/// The proof of an erasure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    pub id: Uuid,
    /// Erased rows by table.
    pub counts: BTreeMap<String, u64>,
    /// Of a whole account: the lines whose webhooks are still at their messengers.
    pub lines: Vec<LeftLine>,
    /// Conversations that were not erased, see [`ErasureScope::also_possible`].
    pub also_possible: Vec<Uuid>,
}

/// Erases a customer. 404 if there is none, 422 if the phone number is invalid or only ambiguous ones may be it. `by`: who requested it, for the
/// proof. After an interruption it can simply be repeated.
///
/// Another process that serves the account may remember the conversation for ten more minutes; a message arriving
/// during that time becomes a dead letter instead of opening the conversation again.
pub async fn erase(app: &TenantContext, tenant_id: Uuid, who: &Who, by: &str) -> Result<Erasure> {
    let found = seek::find(app, tenant_id, who).await?;
    if found.is_empty() {
        return Err(found.absent());
    }
    let mut counts = BTreeMap::new();
    for id in &found.conversations {
        let row = conversation::Entity::of_tenant(tenant_id).filter(conversation::Column::Id.eq(*id));
        if let Some(row) = row.one(app.store.read()).await? {
            wipe::conversation(app, &row, &mut counts).await?;
        }
    }
    wipe::others(app, tenant_id, &found.others, &mut counts).await?;
    let waiting = lines::wipe(app, tenant_id, &found.lines).await?;
    if waiting > 0 {
        *counts.entry("import_line".to_owned()).or_default() += waiting;
    }
    app.lookup.forget();
    let proof = prove(app, app.store.write(), tenant_id, &what(who), (counts, Vec::new()), by).await?;
    tracing::info!(tenant.id = %tenant_id, erasure.id = %proof.id, "a customer was erased");
    Ok(Erasure { also_possible: found.also_possible, ..proof })
}

/// The lines of imports in an erasure's scope, in the format of the public API.
pub(super) async fn waiting(
    app: &TenantContext,
    tenant_id: Uuid,
    scope: &ErasureScope,
) -> std::result::Result<Vec<Value>, DbErr> {
    lines::texts(app, tenant_id, &scope.lines).await
}

/// The request, in a form that identifies no one.
fn what(who: &Who) -> String {
    match who {
        Who::Conversation(id) => format!("conversation {id}"),
        Who::Phone(phone) => {
            let phone = Phone::parse(phone, None);
            format!("phone …{}", phone.as_ref().map(Phone::hint).unwrap_or_default())
        }
    }
}

/// Stores the proof.
pub(super) async fn prove(
    app: &TenantContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    what: &str,
    (counts, lines): (BTreeMap<String, u64>, Vec<LeftLine>),
    by: &str,
) -> Result<Erasure> {
    let id = app.clock.uuid_v7();
    let row = erasure::ActiveModel {
        tenant_id: Set(tenant_id),
        id: Set(id),
        what: Set(what.to_owned()),
        counts: Set(serde_json::to_string(&counts).map_err(anyhow::Error::from)?),
        by: Set(by.to_owned()),
        created_at: Set(app.clock.millis()),
        lines: Set(LeftLine::to_store(&lines)),
    };
    erasure::Entity::insert(row).exec_without_returning(db).await?;
    Ok(Erasure { id, counts, lines, also_possible: Vec::new() })
}
