//! What the checks found, compared with the open alerts: new ones are raised, those that are over are closed.

use std::collections::BTreeMap;

use entity::alert as rows;
use sea_orm::DbErr;
use serde_json::Value;
use uuid::Uuid;

use super::page::Page;
use crate::alert::{self, Alarm};
use crate::usage::UsageContext;

/// The kinds that are found here; others are closed where they are raised.
const KINDS: [&str; 10] = [
    alert::LATE,
    alert::CRM_UNREACHABLE,
    alert::MESSENGER_UNREACHABLE,
    alert::SOURCE_BLOCKED,
    alert::LINE_NOT_SET,
    alert::LINE_FAILING,
    alert::LINE_TROUBLE,
    alert::BUSINESS_OFF,
    alert::PIPELINE_ARCHIVED,
    alert::TOKEN_EXPIRING,
];

/// Something that is wrong now.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub tenant_id: Uuid,
    pub kind: &'static str,
    /// Empty: the account.
    pub source_id: Option<Uuid>,
    pub detail: Value,
}

impl Finding {
    fn object(&self) -> String {
        self.source_id.map(|id| id.to_string()).unwrap_or_default()
    }

    async fn raise(&self, app: &UsageContext) -> Result<(), DbErr> {
        let object = self.object();
        let alarm = Alarm {
            tenant_id: self.tenant_id,
            kind: self.kind,
            object: &object,
            source_id: self.source_id,
            detail: self.detail.clone(),
        };
        alert::raise(app, app.store.write(), alarm).await.map(|_| ())
    }
}

/// Everything that is wrong in a page of accounts.
#[derive(Default)]
pub(super) struct Findings(BTreeMap<(Uuid, String), Finding>);

impl Findings {
    pub fn add(&mut self, finding: Finding) {
        self.0.insert((finding.tenant_id, alert::key(finding.kind, &finding.object())), finding);
    }

    /// Raises what is new and closes what is over. One alert that cannot be stored does not hold up the others.
    pub async fn settle(self, app: &UsageContext, page: &Page) -> anyhow::Result<()> {
        let mut done = Ok(());
        for (key, finding) in &self.0 {
            // Unchanged ones are not written again.
            let detail = finding.detail.to_string();
            if page.open.get(key).is_none_or(|open| open.detail != detail) {
                done = finding.raise(app).await.and(done);
            }
        }
        for (key, open) in &page.open {
            if KINDS.contains(&open.kind.as_str()) && !self.0.contains_key(key) {
                done = close(app, page, open).await.and(done);
            }
        }
        Ok(done?)
    }
}

/// Resolved if it was repaired; ended without a word if its source is gone or paused, or its account is not served:
/// that is no recovery.
pub(super) async fn close(app: &UsageContext, page: &Page, open: &rows::Model) -> Result<(), DbErr> {
    let object = open.key.split_once(':').map_or("", |(_, object)| object);
    let serves = page.served().any(|tenant| tenant.tenant_id == open.tenant_id);
    let source = |id| page.sources.iter().any(|source| source.id == id && source.is_served());
    let repaired = serves && open.source_id.is_none_or(source);
    if repaired {
        alert::resolve(app, app.store.write(), open.tenant_id, &open.kind, object).await?;
    } else {
        alert::end(app, app.store.write(), open.tenant_id, &open.kind, object).await?;
    }
    Ok(())
}
