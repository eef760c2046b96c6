//! Processes the CRM's hooks about contacts: each is only a reason to query amoCRM, never the truth (crm-api §7.3).

use std::sync::Arc;

use entity::conversation::{self, Column};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{check, row};
use crate::tenant::TenantContext;

/// Chats checked for one hook; the others are checked when they are displayed.
const MOST: u64 = 20;

/// An event in a hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContactEvent {
    /// A contact was deleted, or merged into another.
    Gone(i64),
    /// A contact has this name.
    Named(i64, String),
    /// A chat, by amojo's id, is linked to this contact.
    Linked(String, i64),
}

/// Checks the chats whose stored data differs; returns how many. Chats that cannot be checked now are checked when they
/// are displayed.
pub async fn wake(app: &Arc<TenantContext>, tenant_id: Uuid, event: &ContactEvent) -> Result<usize, DbErr> {
    let select = conversation::Entity::of_tenant(tenant_id);
    let select = match event {
        ContactEvent::Gone(contact_id) => select.filter(Column::ContactId.eq(*contact_id)),
        ContactEvent::Named(contact_id, name) => {
            select.filter(Column::ContactId.eq(*contact_id)).filter(Column::ContactName.ne(name.as_str()))
        }
        ContactEvent::Linked(chat_id, contact_id) => select
            .filter(Column::AmocrmChatId.eq(chat_id.as_str()))
            .filter(Column::ContactId.ne(0))
            .filter(Column::ContactId.ne(*contact_id)),
    };
    let known = select.limit(MOST).all(app.store.read()).await?;
    let count = known.len();
    for known in known {
        // Even if this check fails, the next page asks amoCRM.
        row::doubt(app.store.write(), tenant_id, known.id).await?;
        check::at_once(app, known).await;
    }
    Ok(count)
}
