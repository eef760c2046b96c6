//! Export of all data of an account as newline-delimited JSON, for its owner: `{"type":"message","data":{…}}` per
//! line, ended by `{"type":"end"}`. Read page by page by key, each page in a short read of its own, so that a large
//! account blocks no one. Contains no secrets: tokens, credentials and keys are omitted.

use std::sync::Arc;

use actix_web::error::ErrorInternalServerError;
use base::error::{Error, Result};
use bytes::Bytes;
use entity::tenant;
use futures_util::Stream;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::tenant::TenantContext;

mod customer;
mod rows;
mod shapes;

pub use customer::CustomerExport;

/// Rows per page.
const PAGE: u64 = 500;

/// The parts of an export, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ExportPart {
    Account,
    Sources,
    Conversations,
    ChatEmails,
    Messages,
    DeadLetters,
    Ledger,
    Imports,
    Audit,
    Erasures,
    End,
}

impl ExportPart {
    const fn next(self) -> Option<Self> {
        match self {
            Self::Account => Some(Self::Sources),
            Self::Sources => Some(Self::Conversations),
            Self::Conversations => Some(Self::ChatEmails),
            Self::ChatEmails => Some(Self::Messages),
            Self::Messages => Some(Self::DeadLetters),
            Self::DeadLetters => Some(Self::Ledger),
            Self::Ledger => Some(Self::Imports),
            Self::Imports => Some(Self::Audit),
            Self::Audit => Some(Self::Erasures),
            Self::Erasures => Some(Self::End),
            Self::End => None,
        }
    }
}

/// An export in progress.
pub struct Export {
    app: Arc<TenantContext>,
    tenant: tenant::Model,
    part: Option<ExportPart>,
    /// Ids up to this one have been read.
    after: Uuid,
    lines: u64,
}

/// Lines that are read page by page.
pub trait ExportPages: Sized + 'static {
    /// The next lines; none at the end.
    fn page(&mut self) -> impl Future<Output = anyhow::Result<Option<Vec<u8>>>>;

    /// The body of a response. The cause of an interruption is logged.
    fn into_body(self) -> impl Stream<Item = actix_web::Result<Bytes>> {
        futures_util::stream::try_unfold(self, |mut export| async move {
            let page = export.page().await.map_err(|error| {
                tracing::error!(error = format!("{error:#}"), "an export was interrupted");
                ErrorInternalServerError("the export was interrupted")
            })?;
            Ok(page.map(|page| (Bytes::from(page), export)))
        })
    }
}

impl ExportPages for Export {
    async fn page(&mut self) -> anyhow::Result<Option<Vec<u8>>> {
        while let Some(part) = self.part {
            let lines = self.read(part).await?;
            if !lines.is_empty() {
                self.lines += u64::try_from(lines.len()).unwrap_or(0);
                return Ok(Some(text(&lines)));
            }
        }
        Ok(None)
    }
}

impl Export {
    /// Starts an export; reads only the account.
    pub async fn begin(app: &Arc<TenantContext>, tenant_id: Uuid) -> Result<Self> {
        let tenant = super::load(app.store.read(), tenant_id).await?.ok_or(Error::NotFound)?;
        Ok(Self { app: app.clone(), tenant, part: Some(ExportPart::Account), after: Uuid::nil(), lines: 0 })
    }

    /// A name for the file.
    pub fn file_name(&self) -> String {
        format!("parom-{}-{}.ndjson", self.tenant.account_id, self.app.clock.now().format("%Y-%m-%d"))
    }

    /// A page of a part; if empty, the part has ended and the next one follows.
    async fn read(&mut self, part: ExportPart) -> anyhow::Result<Vec<Value>> {
        let store = &self.app.store;
        let id = self.tenant.tenant_id;
        let (lines, last) = match part {
            ExportPart::Account => (rows::account(store, &self.tenant).await?, None),
            ExportPart::Sources => rows::sources(store, id, self.after).await?,
            ExportPart::Conversations => rows::conversations(store, id, self.after).await?,
            ExportPart::ChatEmails => rows::chat_emails(&self.app, id, self.after).await?,
            ExportPart::Messages => rows::messages(store, id, self.after).await?,
            ExportPart::DeadLetters => rows::dead_letters(store, id, self.after).await?,
            ExportPart::Ledger => (rows::ledger(store, id).await?, None),
            ExportPart::Imports => rows::imports(store, id, self.after).await?,
            ExportPart::Audit => rows::audit(store, id, self.after).await?,
            ExportPart::Erasures => rows::erasures(store, id, self.after).await?,
            ExportPart::End => (vec![json!({"type": "end", "data": {"lines": self.lines}})], None),
        };
        match last {
            Some(last) => self.after = last,
            None => {
                self.part = part.next();
                self.after = Uuid::nil();
            }
        }
        Ok(lines)
    }
}

fn text(lines: &[Value]) -> Vec<u8> {
    let mut text = Vec::new();
    for line in lines {
        text.extend_from_slice(line.to_string().as_bytes());
        text.push(b'\n');
    }
    text
}
