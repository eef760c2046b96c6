//! An account's sales: the targets of won leads, what became of the last ones, and a dry run.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, get, put, web};
use base::error::Result;
use base::json::{Moment, NumericId, Query};
use domain::api_key::Scope;
use domain::sale::target::{self, NewTarget};
use domain::sale::{self, SalePreview, SendingState, StoredSale, TargetKind, TargetSettings, Targets};
use domain::source::call_error;
use domain::usage::UsageContext;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::request::{Call, NoParameters};

/// The sales that are listed.
const LISTED: u64 = 100;

/// Lists the sales.
///
/// The latest 100 leads that were won and have a chat here, the newest first, each with what became of it at every target.
#[utoipa::path(tag = "sales", params(("tenant_id", description = "Parom's id of the account")), responses(
    (status = 200, description = "The sales", body = SalesOut),
    (status = 404, description = "Unknown, or outside the key's account"),
))]
#[get("/v1/tenants/{tenant_id}/sales")]
pub async fn list_sales(call: Call, tenant_id: web::Path<Uuid>, _: Query<NoParameters>) -> Result<HttpResponse> {
    let tenant_id = call.tenant(*tenant_id).await?.tenant_id;
    let rows = sale::list(call.app.store.read(), tenant_id, LISTED).await?;
    Ok(HttpResponse::Ok().json(SalesOut { items: rows.into_iter().map(SaleOut::of).collect() }))
}

/// Retrieves the targets of sales.
///
/// Requires scope `write`. Where won leads are sent: the account's webhook for alerts, Meta's Conversions API, Yandex Metrica.
/// Tokens are never returned.
#[utoipa::path(tag = "sales", params(("tenant_id", description = "Parom's id of the account")), responses(
    (status = 200, description = "The targets", body = SaleTargetsOut),
    (status = 404, description = "Unknown, or outside the key's account"),
))]
#[get("/v1/tenants/{tenant_id}/sales/targets")]
pub async fn get_sale_targets(call: Call, tenant_id: web::Path<Uuid>, _: Query<NoParameters>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let tenant_id = call.tenant(*tenant_id).await?.tenant_id;
    shown(&call.app, tenant_id).await
}

/// Changes targets of sales.
///
/// Targets that are left out stay as they are, and so does a token that is left out. A target that is switched on gets the
/// leads that are won from now on.
#[utoipa::path(tag = "sales", params(("tenant_id", description = "Parom's id of the account")),
    request_body = SaleTargetsIn, responses(
    (status = 200, description = "The targets", body = SaleTargetsOut),
    (status = 404, description = "Unknown, or outside the key's account"),
    (status = 422, description = "A setting is missing or wrong; every mistake is named"),
))]
#[put("/v1/tenants/{tenant_id}/sales/targets")]
pub async fn replace_sale_targets(mut call: Call, tenant_id: web::Path<Uuid>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let tenant_id = call.tenant(*tenant_id).await?.tenant_id;
    let SaleTargetsIn { webhook, meta, metrica } = call.read().await?;
    let given = [(TargetKind::Webhook, webhook), (TargetKind::Meta, meta), (TargetKind::Metrica, metrica)];
    let new = |(kind, given): (TargetKind, Option<SaleTargetIn>)| Some((kind, given?.into()));
    let new: BTreeMap<TargetKind, NewTarget> = given.into_iter().filter_map(new).collect();
    call.once(async {
        target::save(&call.app, tenant_id, new, &call.by().await?).await?;
        shown(&call.app, tenant_id).await
    })
    .await
}

/// Previews sales.
///
/// Requires scope `write`. The exact requests about the leads that were won last in amoCRM and have a chat here, at most ten, for
/// every target that is set up, whether it is on or not. Nothing is sent.
#[utoipa::path(tag = "sales", params(("tenant_id", description = "Parom's id of the account")), responses(
    (status = 200, description = "What would be sent", body = SalesPreviewOut),
    (status = 404, description = "Unknown, or outside the key's account"),
    (status = 502, description = "amoCRM did not answer"),
))]
#[get("/v1/tenants/{tenant_id}/sales/preview")]
pub async fn preview_sales(call: Call, tenant_id: web::Path<Uuid>, _: Query<NoParameters>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let tenant_id = call.tenant(*tenant_id).await?.tenant_id;
    let items = sale::preview(&call.app.tenants, tenant_id).await.map_err(call_error)?;
    Ok(HttpResponse::Ok().json(SalesPreviewOut { items }))
}

async fn shown(app: &UsageContext, tenant_id: Uuid) -> Result<HttpResponse> {
    let targets = Targets::read(app, tenant_id).await?;
    let one = |kind| {
        let TargetSettings { on, dataset_id, counter_id, goal } = targets.settings(kind);
        let has_token = targets.get(kind).is_some_and(|target| target.token.is_some());
        SaleTargetOut { on, dataset_id, counter_id, goal, has_token }
    };
    let out = SaleTargetsOut {
        webhook: one(TargetKind::Webhook),
        webhook_url: targets.webhook_url().map(str::to_owned),
        meta: one(TargetKind::Meta),
        metrica: one(TargetKind::Metrica),
    };
    Ok(HttpResponse::Ok().json(out))
}

/// Targets to change.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaleTargetsIn {
    pub webhook: Option<SaleTargetIn>,
    pub meta: Option<SaleTargetIn>,
    pub metrica: Option<SaleTargetIn>,
}

/// A target with its token, which is in no log: there is no `Debug`.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SaleTargetIn {
    pub on: bool,
    /// Meta: the id of the data set.
    pub dataset_id: String,
    /// Metrica: the number of the counter.
    pub counter_id: String,
    /// Metrica: the id of the goal.
    pub goal: String,
    /// Meta, Metrica: the access token; left out, the one before stays.
    pub token: Option<String>,
}

impl From<SaleTargetIn> for NewTarget {
    fn from(given: SaleTargetIn) -> Self {
        let SaleTargetIn { on, dataset_id, counter_id, goal, token } = given;
        let token = token.map(SecretString::from);
        Self { settings: TargetSettings { on, dataset_id, counter_id, goal }, token }
    }
}

/// The targets of an account's sales.
#[derive(Debug, Serialize, ToSchema)]
pub struct SaleTargetsOut {
    pub webhook: SaleTargetOut,
    /// The account's webhook, which is set in the panel; null if there is none.
    #[schema(required)]
    pub webhook_url: Option<String>,
    pub meta: SaleTargetOut,
    pub metrica: SaleTargetOut,
}

/// A target.
#[derive(Debug, Serialize, ToSchema)]
pub struct SaleTargetOut {
    pub on: bool,
    /// Meta: the id of the data set; else empty.
    pub dataset_id: String,
    /// Metrica: the number of the counter; else empty.
    pub counter_id: String,
    /// Metrica: the id of the goal; else empty.
    pub goal: String,
    /// Whether a token is stored.
    pub has_token: bool,
}

/// The latest sales.
#[derive(Debug, Serialize, ToSchema)]
pub struct SalesOut {
    pub items: Vec<SaleOut>,
}

/// A lead that was won.
#[derive(Debug, Serialize, ToSchema)]
pub struct SaleOut {
    /// The id by which receivers recognise a repeat.
    pub event_id: Uuid,
    #[schema(value_type = String, example = "1042")]
    pub lead_id: NumericId,
    pub price: i64,
    /// Three letters (ISO 4217); empty if amoCRM names none.
    #[schema(example = "RUB")]
    pub currency: String,
    #[schema(value_type = String, format = DateTime)]
    pub won_at: Moment,
    pub conversation_ids: Vec<Uuid>,
    pub sendings: Vec<SaleSendingOut>,
}

/// What became of a sale at a target.
#[derive(Debug, Serialize, ToSchema)]
pub struct SaleSendingOut {
    pub target: TargetKind,
    pub state: SendingState,
    /// The target's words, or why it was skipped: `no_origin`, `too_old` or `switched_off`; empty if there is nothing to say.
    pub reason: String,
    /// How often it was tried.
    pub tries: u32,
    #[schema(value_type = String, format = DateTime)]
    pub at: Moment,
}

impl SaleOut {
    fn of(stored: StoredSale) -> Self {
        let StoredSale { sale, sendings } = stored;
        let sendings = sendings.into_iter().map(|(target, one)| SaleSendingOut {
            target,
            state: one.state,
            reason: one.reason,
            tries: one.tries,
            at: Moment(one.at),
        });
        Self {
            event_id: sale.event_id,
            lead_id: NumericId(sale.lead_id),
            price: sale.price,
            currency: sale.currency,
            won_at: Moment(sale.won_at),
            conversation_ids: sale.chats.iter().map(|chat| chat.conversation_id).collect(),
            sendings: sendings.collect(),
        }
    }
}

/// What would be sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct SalesPreviewOut {
    pub items: Vec<SalePreview>,
}
