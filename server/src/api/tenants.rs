//! Accounts and their pipelines, and the key that asks. Only vendor keys may change accounts; a tenant key can read its
//! own.

use actix_web::{HttpResponse, get, patch, web};
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::json::{Moment, Query, given};
use domain::api_key::{self, Scope, key_maker, key_ring};
use domain::cursor::ListOut;
use domain::source::limit_of;
use domain::tenant::plan::PlanChange;
use domain::tenant::{self as tenants, KeptChange, MOST_SOURCES};
use domain::vendor_events::TenantOut;
use entity::tenant;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::request::{Call, NoParameters, PageQuery};
use super::roster;

/// Lists accounts, newest first.
///
/// A vendor key gets all accounts, a tenant key its own.
#[utoipa::path(tag = "account", params(PageQuery), responses(
    (status = 200, description = "A page of accounts", body = ListOut<TenantOut>),
    (status = 422, description = "Invalid limit or cursor"),
))]
#[get("/v1/tenants")]
pub async fn list_accounts(call: Call, query: Query<PageQuery>) -> Result<HttpResponse> {
    let page = query.page(&["tenants"])?;
    let ids = match call.key.tenant {
        Some(own) => Vec::from_iter(page.after.is_none().then_some(own)),
        None => roster::tenants(call.app.store.read(), page.after, page.rows()).await?,
    };
    let (ids, next_cursor) = page.cut(ids, |id| *id);
    let mut items = Vec::with_capacity(ids.len());
    for id in ids {
        // If an installation was interrupted, the account exists in the directory only.
        if let Some(tenant) = tenant::Entity::of_tenant(id).one(call.app.store.read()).await? {
            items.push(TenantOut::of(call.app.store.read(), tenant).await?);
        }
    }
    Ok(HttpResponse::Ok().json(ListOut { items, next_cursor }))
}

/// Retrieves an account.
///
/// A tenant key can read its own account, a vendor key any account.
#[utoipa::path(tag = "account", params(("tenant_id", description = "Parom's id of the account")), responses(
    (status = 200, description = "The account", body = TenantOut),
    (status = 404, description = "Unknown, or outside the key's account"),
))]
#[get("/v1/tenants/{tenant_id}")]
pub async fn get_account(call: Call, tenant_id: web::Path<Uuid>, _: Query<NoParameters>) -> Result<HttpResponse> {
    let tenant = call.tenant(*tenant_id).await?;
    Ok(HttpResponse::Ok().json(TenantOut::of(call.app.store.read(), tenant).await?))
}

/// Changes an account.
///
/// Suspends or resumes it, sets its limits, how long texts are kept, its plan, or until when it is served. Requires a
/// vendor key with scope `admin`. A suspended account still receives and stores messages; nothing is delivered until it
/// is resumed. The same happens after the end of its subscription; a suspension and a subscription that has ended do
/// not lift each other.
#[utoipa::path(tag = "account", params(
    ("tenant_id", description = "Parom's id of the account"),
), request_body = TenantPatchIn, responses(
    (status = 200, description = "The updated account", body = TenantOut),
    (status = 403, description = "The key is a tenant key, or its scope is below `admin`"),
    (status = 404, description = "No such account"),
    (status = 422, description = "Validation failed"),
))]
#[patch("/v1/tenants/{tenant_id}")]
pub async fn update_account(mut call: Call, tenant_id: web::Path<Uuid>) -> Result<HttpResponse> {
    call.key.vendor()?;
    call.key.needs(Scope::Admin)?;
    let host = call.tenant(*tenant_id).await?.host;
    let change = call.read::<TenantPatchIn>().await?;
    if change.sources_limit.flatten().is_some_and(|limit| !(0..=MOST_SOURCES).contains(&limit)) {
        return Err(Error::field(
            "/sources_limit",
            LocalizedText::new("said-sources-limit").with("most", MOST_SOURCES),
        ));
    }
    if let Some(days) = change.texts_days {
        tenants::check_texts_days(&call.app.tenants, "/texts_days", days)?;
    }
    let kept = change.kept();
    kept.check(&call.app.config.retention)?;
    let plan = change.plan();
    plan.check(&call.app.config)?;
    call.once(async {
        let by = call.by().await?;
        let account = (*tenant_id, host.as_str());
        if let Some(suspended) = change.suspended {
            tenants::suspend(&call.app.tenants, *tenant_id, suspended).await?;
            let action = if suspended { "account.suspended" } else { "account.resumed" };
            by.did(&call.app, call.app.store.write(), action, account, json!({})).await?;
        }
        if let Some(limit) = change.sources_limit {
            tenants::limit_sources(&call.app.tenants, *tenant_id, limit).await?;
            let detail = json!({ "sources_limit": limit });
            by.did(&call.app, call.app.store.write(), "account.limited", account, detail).await?;
        }
        if let Some(off) = change.time_window_disabled {
            tenants::switch_window(&call.app.tenants, *tenant_id, off).await?;
            let action = if off { "account.window_off" } else { "account.window_on" };
            by.did(&call.app, call.app.store.write(), action, account, json!({})).await?;
        }
        if let Some(days) = change.texts_days {
            tenants::keep_texts(&call.app.tenants, *tenant_id, days).await?;
            by.did(&call.app, call.app.store.write(), "data.term_changed", account, json!({ "days": days })).await?;
        }
        if let Some(detail) = tenants::keep(&call.app.tenants, *tenant_id, kept).await? {
            by.did(&call.app, call.app.store.write(), "data.term_changed", account, detail).await?;
        }
        if let Some(detail) = tenants::plan::change(&call.app.tenants, *tenant_id, plan).await? {
            by.did(&call.app, call.app.store.write(), "account.plan_changed", account, detail).await?;
        }
        let tenant = call.tenant(*tenant_id).await?;
        Ok(HttpResponse::Ok().json(TenantOut::of(call.app.store.read(), tenant).await?))
    })
    .await
}

/// Changes a vendor can make to an account; omitted fields keep their values.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantPatchIn {
    /// `true` stops delivery, `false` resumes it. No message is lost in between.
    pub suspended: Option<bool>,
    /// The maximum number of sources; null for the configured default.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 100)]
    pub sources_limit: Option<Option<i32>>,
    /// `true` has amoCRM's time window switched off for this account, `false` on. amoCRM learns of it within a minute.
    pub time_window_disabled: Option<bool>,
    /// For how many days texts of messages are kept; null for the configured number. With 0 texts are erased as soon as
    /// their message is delivered, and files a day later.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>, maximum = 90)]
    pub texts_days: Option<Option<u32>>,
    /// For how many days raw hooks are kept: 1 to the configured number; null for the configured number.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>, minimum = 1)]
    pub hooks_days: Option<Option<u32>>,
    /// The same of delivery attempts.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>, minimum = 1)]
    pub attempts_days: Option<Option<u32>>,
    /// The same of undelivered messages, which can be sent again until then.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>, minimum = 1)]
    pub undelivered_days: Option<Option<u32>>,
    /// The same of the account's audit log.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>, minimum = 1)]
    pub audit_days: Option<Option<u32>>,
    /// A plan of the vendor's configuration; null for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "start")]
    pub plan: Option<Option<String>>,
    /// The end of the trial; null for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub trial_until: Option<Option<Moment>>,
    /// The end of what is paid; null if it is not known. After it and the configured days of grace nothing is delivered; a
    /// later time releases what waits, in order, before the response is sent.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub paid_until: Option<Option<Moment>>,
}

impl TenantPatchIn {
    pub(super) fn kept(&self) -> KeptChange {
        let Self { hooks_days, attempts_days, undelivered_days, audit_days, .. } = *self;
        KeptChange { hooks: hooks_days, attempts: attempts_days, undelivered: undelivered_days, audit: audit_days }
    }

    pub(super) fn plan(&self) -> PlanChange {
        let millis = |at: Option<Option<Moment>>| at.map(|at| at.map(|at| at.0));
        PlanChange {
            plan: self.plan.clone(),
            trial_until: millis(self.trial_until),
            paid_until: millis(self.paid_until),
        }
    }
}

/// The key, its account and its limits.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeOut {
    pub key: MeKeyOut,
    /// The key's account; null for a vendor key.
    #[schema(required)]
    pub tenant: Option<TenantOut>,
    pub limits: MeLimitsOut,
}

/// The key of the request.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeKeyOut {
    pub id: Uuid,
    #[schema(example = "Billing")]
    pub name: String,
    /// What the key may do now: `read`, `write` or `admin`; at most what its maker may.
    #[schema(example = "write")]
    pub scope: &'static str,
    /// Null for a vendor key.
    #[schema(required)]
    pub tenant_id: Option<Uuid>,
    /// The name or e-mail of the member who made it, `parom key create`, or null if that is unknown.
    #[schema(required, example = "Anna")]
    pub created_by: Option<String>,
    /// Null if it does not expire.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Moment>,
}

/// Limits of the key and of its account.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeLimitsOut {
    /// Requests a second; null: no limit.
    #[schema(required, example = 300)]
    pub requests_per_second: Option<u32>,
    /// Requests at once.
    #[schema(example = 500)]
    pub requests_burst: u32,
    /// Sources of the account; null for a vendor key.
    #[schema(required, example = 50)]
    pub sources: Option<u32>,
}

/// Describes the key of the request.
///
/// Any key may ask: what it may do, who made it, its account, and its limits.
#[utoipa::path(tag = "account", responses(
    (status = 200, description = "The key", body = MeOut),
    (status = 422, description = "Unknown parameters"),
))]
#[get("/v1/me")]
pub async fn get_own_key(call: Call, _: Query<NoParameters>) -> Result<HttpResponse> {
    let row = key_ring::one(call.app.store.read(), call.key.home(), call.key.id).await?.ok_or(Error::Unauthorized)?;
    let tenant = match call.key.tenant {
        Some(own) => Some(call.tenant(own).await?),
        None => None,
    };
    let requests = api_key::requests_a_second(&call.app, &call.key).await?;
    let limits = MeLimitsOut {
        requests_per_second: (requests > 0).then_some(requests),
        requests_burst: call.app.config.limits.requests_burst_per_key,
        sources: tenant.as_ref().map(|tenant| limit_of(&call.app.sources, tenant)),
    };
    let created_by = key_maker::name(call.app.store.read(), &row).await?;
    let key = MeKeyOut {
        id: call.key.id,
        name: row.name,
        scope: call.key.scope.name(),
        tenant_id: call.key.tenant,
        created_by,
        expires_at: row.expires_at.map(Moment),
    };
    let tenant = match tenant {
        Some(tenant) => Some(TenantOut::of(call.app.store.read(), tenant).await?),
        None => None,
    };
    Ok(HttpResponse::Ok().json(MeOut { key, tenant, limits }))
}

/// A sales pipeline of the account.
#[derive(Debug, Serialize, ToSchema)]
pub struct PipelineOut {
    #[schema(example = "20453")]
    pub id: String,
    pub name: String,
    /// Whether it is amoCRM's main pipeline.
    pub is_main: bool,
}

/// All pipelines of an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct PipelinesOut {
    pub items: Vec<PipelineOut>,
}

/// Lists the account's pipelines.
///
/// Read from amoCRM at the time of the request; archived pipelines are omitted.
#[utoipa::path(tag = "account", params(("tenant_id", description = "Parom's id of the account")), responses(
    (status = 200, description = "All pipelines", body = PipelinesOut),
    (status = 404, description = "Unknown, or outside the key's account"),
    (status = 409, description = "The account is not active, or amoCRM rejected the request"),
    (status = 503, description = "amoCRM cannot be reached"),
))]
#[get("/v1/tenants/{tenant_id}/pipelines")]
pub async fn list_pipelines(call: Call, tenant_id: web::Path<Uuid>, _: Query<NoParameters>) -> Result<HttpResponse> {
    let tenant = call.tenant(*tenant_id).await?;
    let items = domain::source::pipelines(&call.app.sources, tenant.tenant_id)
        .await?
        .into_iter()
        .map(|pipeline| PipelineOut { id: pipeline.id.to_string(), name: pipeline.name, is_main: pipeline.is_main })
        .collect();
    Ok(HttpResponse::Ok().json(PipelinesOut { items }))
}
