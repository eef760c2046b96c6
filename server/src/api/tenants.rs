//! Accounts. Only vendor keys may change them; a tenant key can read its own.

use actix_web::{HttpRequest, HttpResponse, get, patch, web};
use base::error::{Error, Problem, Result};
use base::i18n::LocalizedText;
use entity::{tenant, tenant_channel};
use sea_orm::QueryOrder;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::NoParameters;
use super::body::RequestBody;
use super::cursor::{ListOut, PageRequest};
use super::idempotency::once;
use super::key::{ApiKey, Scope};
use super::roster;
use super::sources::by;
use super::tenant_patch::TenantPatchIn;
use crate::tenant::{self as tenants, MOST_SOURCES, TenantStatus};
use crate::usage::UsageContext;
use base::json::{Moment, Query};

/// An amoCRM account that installed an integration.
#[derive(Debug, Serialize, ToSchema)]
pub struct TenantOut {
    pub id: Uuid,
    /// Name of the integration in the vendor's configuration.
    #[schema(example = "main")]
    pub integration: String,
    /// amoCRM's id of the account.
    #[schema(example = "12345678")]
    pub account_id: String,
    #[schema(example = "shop.amocrm.ru")]
    pub host: String,
    pub name: String,
    /// The account's id in the Chats API.
    pub amojo_id: String,
    /// `provisioning`, `awaiting_credentials`, `active`, `needs_reauth`, `unpaid`, `blocked`, `suspended`,
    /// `plan_ended`, `disconnected` or `uninstalled`.
    #[schema(example = "active")]
    pub status: &'static str,
    /// Whether the vendor stopped delivery; incoming messages are still stored.
    pub suspended: bool,
    /// The vendor's limit for this account; null if the configured default applies.
    #[schema(required)]
    pub sources_limit: Option<i32>,
    /// Whether the vendor had amoCRM's time window switched off for this account.
    pub time_window_disabled: bool,
    /// For how many days texts of messages are kept; 0: each is erased as soon as its message is delivered; null if the
    /// configured number applies.
    #[schema(required)]
    pub texts_days: Option<i32>,
    /// Days for which raw hooks are kept, fewer than configured for all; null if the configured number applies.
    #[schema(required)]
    pub hooks_days: Option<i32>,
    /// The same of delivery attempts.
    #[schema(required)]
    pub attempts_days: Option<i32>,
    /// The same of undelivered messages, which can be sent again until then.
    #[schema(required)]
    pub undelivered_days: Option<i32>,
    /// The same of the account's audit log.
    #[schema(required)]
    pub audit_days: Option<i32>,
    /// Name of its plan in the vendor's configuration; null if it has none.
    #[schema(required, example = "start")]
    pub plan: Option<String>,
    /// When its trial ends; null if it has no trial.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub trial_until: Option<Moment>,
    /// Until when the service is paid; null if that is not known. It replaces the trial's end.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub paid_until: Option<Moment>,
    pub channels: Vec<ChannelOut>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Moment,
}

/// A Chats API channel connected for an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChannelOut {
    pub channel_id: Uuid,
    /// Empty until the channel is first connected.
    pub scope_id: String,
    /// `connected`, `not_allowed`, `misconfigured` or `disconnected`.
    #[schema(example = "connected")]
    pub status: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TenantsQuery {
    /// Maximum number of items per page.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50)]
    limit: Option<String>,
    /// `next_cursor` from the previous page.
    cursor: Option<String>,
}

/// Lists accounts, newest first.
///
/// A vendor key gets all accounts, a tenant key its own.
#[utoipa::path(tag = "tenants", params(TenantsQuery), responses(
    (status = 200, description = "A page of accounts", body = ListOut<TenantOut>),
    (status = 422, description = "Invalid limit or cursor", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/tenants")]
pub async fn list(app: web::Data<UsageContext>, key: ApiKey, query: Query<TenantsQuery>) -> Result<HttpResponse> {
    let page = PageRequest::read(query.limit.as_deref(), query.cursor.as_deref(), &["tenants"])?;
    let ids = match key.tenant {
        Some(own) => Vec::from_iter(page.after.is_none().then_some(own)),
        None => roster::tenants(app.store.read(), page.after, page.rows()).await?,
    };
    let (ids, next_cursor) = page.cut(ids, |id| *id);
    let mut items = Vec::with_capacity(ids.len());
    for id in ids {
        // If an installation was interrupted, the account exists in the directory only.
        if let Some(tenant) = tenant::Entity::of_tenant(id).one(app.store.read()).await? {
            items.push(shown(&app, tenant).await?);
        }
    }
    Ok(HttpResponse::Ok().json(ListOut { items, next_cursor }))
}

/// Retrieves an account.
///
/// A tenant key can read its own account, a vendor key any account.
#[utoipa::path(tag = "tenants", params(("tenant_id", description = "Parom's id of the account")), responses(
    (status = 200, description = "The account", body = TenantOut),
    (status = 404, description = "Unknown, or outside the key's account", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/tenants/{tenant_id}")]
pub async fn get(
    app: web::Data<UsageContext>,
    key: ApiKey,
    tenant_id: web::Path<Uuid>,
    _: Query<NoParameters>,
) -> Result<HttpResponse> {
    key.in_tenant(*tenant_id)?;
    let tenant = roster::tenant(&app, *tenant_id).await?;
    Ok(HttpResponse::Ok().json(shown(&app, tenant).await?))
}

/// Suspends or resumes an account, sets its limits, how long texts are kept, its plan, or until when it is served.
///
/// Requires a vendor key with scope `admin`. A suspended account still receives and stores messages; nothing is
/// delivered until it is resumed. The same happens after the end of its subscription; a suspension and a subscription
/// that has ended do not lift each other.
#[utoipa::path(tag = "tenants", params(
    ("tenant_id", description = "Parom's id of the account"),
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), request_body = TenantPatchIn, responses(
    (status = 200, description = "The updated account", body = TenantOut),
    (status = 403, description = "The key is a tenant key, or its scope is below `admin`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such account", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Validation failed", body = Problem, content_type = "application/problem+json"),
))]
#[patch("/v1/tenants/{tenant_id}")]
pub async fn patch(
    app: web::Data<UsageContext>,
    key: ApiKey,
    request: HttpRequest,
    tenant_id: web::Path<Uuid>,
    body: RequestBody,
) -> Result<HttpResponse> {
    key.vendor()?;
    key.needs(Scope::Admin)?;
    let host = roster::tenant(&app, *tenant_id).await?.host;
    let (change, asked) = body.read::<TenantPatchIn>().await?;
    if change.sources_limit.flatten().is_some_and(|limit| !(0..=MOST_SOURCES).contains(&limit)) {
        return Err(Error::field(
            "/sources_limit",
            LocalizedText::new("said-sources-limit").with("most", MOST_SOURCES),
        ));
    }
    if let Some(days) = change.texts_days {
        tenants::check_texts_days(&app.tenants, "/texts_days", days)?;
    }
    let kept = change.kept();
    kept.check(&app.config.retention)?;
    let plan = change.plan();
    plan.check(&app.config)?;
    once(&app, &key, asked, async {
        let by = by(&app, &key, &request).await?;
        let account = (*tenant_id, host.as_str());
        if let Some(suspended) = change.suspended {
            tenants::suspend(&app.tenants, *tenant_id, suspended).await?;
            let action = if suspended { "account.suspended" } else { "account.resumed" };
            by.did(&app, app.store.write(), action, account, json!({})).await?;
        }
        if let Some(limit) = change.sources_limit {
            tenants::limit_sources(&app.tenants, *tenant_id, limit).await?;
            let detail = json!({ "sources_limit": limit });
            by.did(&app, app.store.write(), "account.limited", account, detail).await?;
        }
        if let Some(off) = change.time_window_disabled {
            tenants::switch_window(&app.tenants, *tenant_id, off).await?;
            let action = if off { "account.window_off" } else { "account.window_on" };
            by.did(&app, app.store.write(), action, account, json!({})).await?;
        }
        if let Some(days) = change.texts_days {
            tenants::keep_texts(&app.tenants, *tenant_id, days).await?;
            by.did(&app, app.store.write(), "data.term_changed", account, json!({ "days": days })).await?;
        }
        if let Some(detail) = tenants::keep(&app.tenants, *tenant_id, kept).await? {
            by.did(&app, app.store.write(), "data.term_changed", account, detail).await?;
        }
        if let Some(detail) = tenants::plan::change(&app.tenants, *tenant_id, plan).await? {
            by.did(&app, app.store.write(), "account.plan_changed", account, detail).await?;
        }
        let tenant = roster::tenant(&app, *tenant_id).await?;
        Ok(HttpResponse::Ok().json(shown(&app, tenant).await?))
    })
    .await
}

async fn channels(app: &UsageContext, tenant_id: Uuid) -> Result<Vec<tenant_channel::Model>> {
    let channels = tenant_channel::Entity::of_tenant(tenant_id).order_by_asc(tenant_channel::Column::ChannelId);
    Ok(channels.all(app.store.read()).await?)
}

/// An account as GET shows it.
pub(super) async fn shown(app: &UsageContext, tenant: tenant::Model) -> Result<TenantOut> {
    let channels = channels(app, tenant.tenant_id).await?;
    Ok(TenantOut {
        id: tenant.tenant_id,
        account_id: tenant.account_id.to_string(),
        status: TenantStatus::shown(&tenant).as_str(),
        suspended: tenant.suspended,
        sources_limit: tenant.sources_limit,
        time_window_disabled: tenant.window_off,
        texts_days: tenant.texts_days,
        hooks_days: tenant.hooks_days,
        attempts_days: tenant.attempts_days,
        undelivered_days: tenant.undelivered_days,
        audit_days: tenant.audit_days,
        trial_until: tenant.trial_until.map(Moment),
        paid_until: tenant.paid_until.map(Moment),
        plan: tenant.plan,
        created_at: Moment(tenant.created_at),
        integration: tenant.integration,
        host: tenant.host,
        name: tenant.name,
        amojo_id: tenant.amojo_id,
        channels: channels
            .into_iter()
            .map(|channel| ChannelOut {
                channel_id: channel.channel_id,
                scope_id: channel.scope_id,
                status: channel.status,
            })
            .collect(),
    })
}
