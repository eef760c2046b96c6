//! Reporting sales: a lead that was won is sent to the services that brought its customer (docs/sales.md).
//!
//! ```text
//! amoCRM's hook "won" ─┬▶ a job of the lead, before the hook is answered ─▶ lead and chats are read ─▶ the sale is stored
//! looked for once a day┘                                                                               │
//!                            the account's webhook · Meta's Conversions API · Metrica ◀── each once ◀──┘
//! ```
//!
//! A lead is reported once: its event has the same id however often it is sent, and one that is opened and won again is not
//! sent again. [`request::of`] alone makes the requests: the job and the dry run call it.

mod facts;
pub mod request;
mod send;
pub mod target;

use std::collections::BTreeMap;
use std::sync::Arc;

use amocrm::rest::{Lead, Rest};
use base::error::{Error, Result};
use base::json::NumericId;
use base::millis::{DAY, HOUR};
use base::store::in_transaction;
use base::worded::worded;
use entity::{job, sale};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::audit::By;
use crate::job::{NewJob, NextRun, remember, schedule, schedule_new};
use crate::platform::PlatformContext;
use crate::tenant::TenantContext;
use crate::tenant::token::{CallError, TokenError, with_token};

pub use facts::{Sale, SaleChat};
pub use request::SaleRequest;
pub use send::{BACK_OFF, send};
pub use target::{TargetKind, TargetSettings, Targets};

/// The kind of job that sends a sale; its key is the lead.
pub const KIND: &str = "sales";
/// The kind of job that looks for sales whose hooks were missed.
pub const CHECKS: &str = "sale_checks";

worded! {
    /// What became of a sale at a target. Texts are `sale-state-{word}`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum SendingState, word {
        /// It is still to be sent, or was not taken yet.
        Waiting = "waiting",
        /// The target answered that it took it.
        Sent = "sent",
        /// The target refused it, or did not take it for days.
        Refused = "refused",
        /// There is nothing to send to this target.
        Skipped = "skipped",
    }
}

/// A sale on its way to a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sending {
    pub state: SendingState,
    /// The target's words, or why it was skipped; empty if there is nothing to say.
    pub reason: String,
    /// How often it was tried.
    pub tries: u32,
    /// When the state was last seen, milliseconds since 1970.
    pub at: i64,
}

/// Those of a sale, by target.
pub type Sendings = BTreeMap<TargetKind, Sending>;

/// A stored sale.
#[derive(Clone, Debug)]
pub struct StoredSale {
    pub sale: Sale,
    pub sendings: Sendings,
}

impl StoredSale {
    fn of(row: &sale::Model) -> serde_json::Result<Self> {
        Ok(Self { sale: serde_json::from_str(&row.facts)?, sendings: serde_json::from_str(&row.sendings)? })
    }
}

/// Schedules the job of a lead that was won, if the account sends its sales to any target.
pub async fn won(app: &PlatformContext, tenant_id: Uuid, lead_id: i64) -> Result<(), DbErr> {
    if target::on_since(app.store.read(), tenant_id).await?.is_none() {
        return Ok(());
    }
    let now = app.clock.millis();
    schedule(app.store.write(), now, NewJob::new(tenant_id, KIND, lead_id, now)).await
}

/// How far back the daily look goes at most.
const LOOKED_BACK: i64 = 3 * DAY;
/// A hook may be on its way when the look begins.
const OVERLAP: i64 = HOUR;
/// The pages that a look reads, of 250 leads each.
const PAGES: u32 = 4;

/// Looks for won leads whose hooks were missed, since the look before.
pub async fn check(app: Arc<TenantContext>, job: job::Model) -> anyhow::Result<NextRun> {
    let (tenant_id, now) = (job.tenant_id, app.clock.millis());
    let Some(on_since) = target::on_since(app.store.read(), tenant_id).await? else { return Ok(NextRun::Never) };
    let done_to = serde_json::from_str::<serde_json::Value>(&job.payload)?["done_to"].as_i64().unwrap_or_default();
    let since = on_since.max(done_to - OVERLAP).max(now - LOOKED_BACK);
    for number in 1..=PAGES {
        let page = won_since(&app, tenant_id, since, number).await?;
        for lead in &page.items {
            if sale::Entity::find_by_id((tenant_id, lead.id)).one(app.store.read()).await?.is_none() {
                schedule_new(app.store.write(), now, NewJob::new(tenant_id, KIND, lead.id, now)).await?;
            }
        }
        if !page.has_more {
            break;
        }
    }
    remember(app.store.write(), &job, &json!({ "done_to": now })).await?;
    Ok(NextRun::At(now + DAY))
}

async fn won_since(
    app: &Arc<TenantContext>,
    tenant_id: Uuid,
    since: i64,
    page: u32,
) -> Result<amocrm::rest::Page<Lead>, CallError> {
    let ask = |rest: Rest, token| async move { rest.won_leads(&token, since / 1_000, page).await };
    with_token(app, tenant_id, ask).await
}

/// The latest sales of an account, the newest first.
pub async fn list(db: &impl ConnectionTrait, tenant_id: Uuid, most: u64) -> Result<Vec<StoredSale>> {
    let rows = sale::Entity::of_tenant(tenant_id)
        .order_by_desc(sale::Column::CreatedAt)
        .order_by_desc(sale::Column::LeadId)
        .limit(most)
        .all(db)
        .await?;
    Ok(rows.iter().map(StoredSale::of).collect::<serde_json::Result<_>>().map_err(anyhow::Error::from)?)
}

/// Sends again what a target did not take.
pub async fn resend(app: &PlatformContext, tenant_id: Uuid, lead_id: i64, by: &By) -> Result<()> {
    let now = app.clock.millis();
    in_transaction(&app.store, async |tx| {
        let row = sale::Entity::find_by_id((tenant_id, lead_id)).one(tx).await?.ok_or(Error::NotFound)?;
        let mut stored = StoredSale::of(&row).map_err(anyhow::Error::from)?;
        let refused = stored.sendings.values_mut().filter(|one| one.state == SendingState::Refused);
        refused.for_each(|one| one.state = SendingState::Waiting);
        send::keep(tx, (tenant_id, lead_id), &stored.sendings).await?;
        schedule(tx, now, NewJob::new(tenant_id, KIND, lead_id, now)).await?;
        by.did(app, tx, "sale.resent", (tenant_id, &lead_id.to_string()), json!({})).await?;
        Ok(())
    })
    .await
}

/// How far back a dry run looks for won leads.
pub const PREVIEWED: i64 = 30 * DAY;
/// The sales that it shows.
const SHOWN: usize = 10;
/// Leads whose chats amoCRM is asked for at once.
const AT_ONCE: usize = 50;

/// What would be sent about one lead.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SalePreview {
    #[schema(value_type = String, example = "1042")]
    pub lead_id: NumericId,
    #[serde(skip)]
    pub sale: Sale,
    pub requests: Vec<SaleRequest>,
}

/// What would be sent about the leads that were won last and have a chat here: to every target that is set up, whether it is
/// on or not. Nothing is sent and nothing is stored.
pub async fn preview(app: &Arc<TenantContext>, tenant_id: Uuid) -> Result<Vec<SalePreview>, CallError> {
    let targets = Targets::read(app, tenant_id).await.map_err(TokenError::from)?;
    let since = app.clock.millis() - PREVIEWED;
    let mut leads = won_since(app, tenant_id, since, 1).await?.items;
    leads.sort_by_key(|lead| std::cmp::Reverse((lead.closed_at, lead.id)));
    let mut sales = Vec::new();
    for some in leads.chunks(AT_ONCE) {
        sales.extend(facts::of_leads(app, tenant_id, some).await?);
        if sales.len() >= SHOWN {
            break;
        }
    }
    let preview = |sale: Sale| {
        let requests = targets.kinds().map(|kind| request::of(app, &targets, kind, &sale)).collect();
        SalePreview { lead_id: NumericId(sale.lead_id), sale, requests }
    };
    Ok(sales.into_iter().take(SHOWN).map(preview).collect())
}
