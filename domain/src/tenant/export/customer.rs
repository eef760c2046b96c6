//! Export of one customer's data: the chats, their messages and undelivered ones, messages with the customer's number in
//! other chats, and lines that wait to be imported. The form of the lines is that of an account's export.

use std::collections::VecDeque;
use std::sync::Arc;

use base::error::Result;
use base::vault::Place;
use entity::{chat_email, conversation, dead_letter, message};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{ExportPages, PAGE, shapes, text};
use crate::tenant::TenantContext;
use crate::tenant::erase::{self, Who};

/// An export in progress.
pub struct CustomerExport {
    app: Arc<TenantContext>,
    tenant_id: Uuid,
    parts: VecDeque<CustomerPart>,
    lines: u64,
}

/// What is yet to be read.
enum CustomerPart {
    Conversation(Uuid),
    /// The address at which its visitor gets answers.
    Email(Uuid),
    /// Messages of a chat after this one.
    Messages {
        conversation_id: Uuid,
        after: Uuid,
    },
    DeadLetters(Uuid),
    /// Messages in chats of other customers.
    Others(Vec<Uuid>),
    Waiting(erase::ErasureScope),
    /// Conversations that are only possibly theirs.
    End(Vec<Uuid>),
}

impl CustomerExport {
    /// Finds the customer's data. 404 if there is none, 422 if the phone number is invalid or only ambiguous ones may be it.
    pub async fn begin(app: &Arc<TenantContext>, tenant_id: Uuid, who: &Who) -> Result<Self> {
        let found = erase::find(app, tenant_id, who).await?;
        if found.is_empty() {
            return Err(found.absent());
        }
        let mut parts = VecDeque::new();
        for id in &found.conversations {
            let conversation_id = *id;
            parts.push_back(CustomerPart::Conversation(*id));
            parts.push_back(CustomerPart::Email(*id));
            parts.push_back(CustomerPart::Messages { conversation_id, after: Uuid::nil() });
            parts.push_back(CustomerPart::DeadLetters(*id));
        }
        let size = usize::try_from(PAGE).unwrap_or(1);
        parts.extend(found.others.chunks(size).map(|ids| CustomerPart::Others(ids.to_vec())));
        let also_possible = found.also_possible.clone();
        parts.extend([CustomerPart::Waiting(found), CustomerPart::End(also_possible)]);
        Ok(Self { app: app.clone(), tenant_id, parts, lines: 0 })
    }

    /// A name for the file, without the customer's.
    pub fn file_name(&self) -> String {
        format!("parom-customer-{}.ndjson", self.app.clock.now().format("%Y-%m-%d"))
    }

    async fn read(&mut self, part: CustomerPart) -> anyhow::Result<Vec<Value>> {
        let (db, tenant_id) = (self.app.store.read(), self.tenant_id);
        let messages = || message::Entity::of_tenant(tenant_id).order_by_asc(message::Column::Id).limit(PAGE);
        Ok(match part {
            CustomerPart::Conversation(id) => {
                let found = conversation::Entity::of_tenant(tenant_id).filter(conversation::Column::Id.eq(id));
                found.one(db).await?.iter().map(shapes::conversation).collect()
            }
            CustomerPart::Email(id) => {
                let found = chat_email::Entity::of_tenant(tenant_id).filter(chat_email::Column::ConversationId.eq(id));
                let Some(row) = found.one(db).await?.filter(|row| !row.address.is_empty()) else {
                    return Ok(Vec::new());
                };
                let address = self.app.vault.open_text(tenant_id, Place::ChatEmail, &id.to_string(), &row.address)?;
                vec![shapes::chat_email(&row, address.expose_secret())]
            }
            CustomerPart::Messages { conversation_id, after } => {
                let page = messages()
                    .filter(message::Column::ConversationId.eq(conversation_id))
                    .filter(message::Column::Id.gt(after))
                    .all(db)
                    .await?;
                if let Some(last) = page.last() {
                    self.parts.push_front(CustomerPart::Messages { conversation_id, after: last.id });
                }
                page.iter().map(shapes::message).collect()
            }
            CustomerPart::DeadLetters(id) => {
                let found = dead_letter::Entity::of_tenant(tenant_id)
                    .filter(dead_letter::Column::ConversationId.eq(id))
                    .order_by_asc(dead_letter::Column::Id);
                found.all(db).await?.iter().map(shapes::dead_letter).collect()
            }
            CustomerPart::Others(ids) => {
                let found = messages().filter(message::Column::Id.is_in(ids));
                found.all(db).await?.iter().map(shapes::message).collect()
            }
            CustomerPart::Waiting(found) => erase::waiting(&self.app, tenant_id, &found)
                .await?
                .into_iter()
                .map(|data| json!({"type": "import_line", "data": data}))
                .collect(),
            CustomerPart::End(also_possible) => {
                vec![json!({"type": "end", "data": {"lines": self.lines, "also_possible": also_possible}})]
            }
        })
    }
}

impl ExportPages for CustomerExport {
    async fn page(&mut self) -> anyhow::Result<Option<Vec<u8>>> {
        while let Some(part) = self.parts.pop_front() {
            let lines = self.read(part).await?;
            if !lines.is_empty() {
                self.lines += u64::try_from(lines.len()).unwrap_or(0);
                return Ok(Some(text(&lines)));
            }
        }
        Ok(None)
    }
}
