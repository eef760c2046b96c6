//! What a hook of the CRM tells of contacts: only a reason to look, never the truth (crm-api §7.3).

use std::sync::Arc;

use entity::conversation::{self, Column};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{look, row};
use crate::app::App;

/// Chats that are looked at for one hook; the others are when somebody looks.
const MOST: u64 = 20;

/// Something that a hook tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A contact was deleted, or joined with another.
    Gone(i64),
    /// A contact has this name.
    Named(i64, String),
    /// A chat, by amojo's id, hangs on this contact.
    Hangs(String, i64),
}

/// Looks at the chats that are known otherwise; gives how many. What cannot be looked at now is when somebody looks.
pub async fn wake(app: &Arc<App>, tenant_id: Uuid, heard: &Heard) -> Result<usize, DbErr> {
    let select = conversation::Entity::of_tenant(tenant_id);
    let select = match heard {
        Heard::Gone(contact_id) => select.filter(Column::ContactId.eq(*contact_id)),
        Heard::Named(contact_id, name) => {
            select.filter(Column::ContactId.eq(*contact_id)).filter(Column::ContactName.ne(name.as_str()))
        }
        Heard::Hangs(chat_id, contact_id) => select
            .filter(Column::AmocrmChatId.eq(chat_id.as_str()))
            .filter(Column::ContactId.ne(0))
            .filter(Column::ContactId.ne(*contact_id)),
    };
    let known = select.limit(MOST).all(app.store.read()).await?;
    let count = known.len();
    for known in known {
        // Whatever becomes of this look, the next page asks.
        row::doubt(app.store.write(), tenant_id, known.id).await?;
        look::at_once(app, known).await;
    }
    Ok(count)
}
