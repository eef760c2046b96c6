//! `POST /widget/v1/session`: exchanges amoCRM's disposable token for a session of ours.
//!
//! amoCRM's page keeps one token for about 25 minutes and sends it with every call (crm-api §2.3), so exchanges are
//! repeated, also by several windows at once: the same token always gives the same session. The session's token is
//! derived, not random, and only its hash is stored.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use amocrm::disposable_token::{DisposableToken, verify};
use base::config::{CustomersMode, Integration};
use base::i18n::Language;
use base::json::Moment;
use base::rate_limit::Budget;
use base::store::{directory, in_transaction};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::identity::session::{self as sessions, SessionKind, living};
use domain::identity::ticket::{self, Asker, TicketTarget, TicketUser};
use domain::source;
use domain::tenant::users::{self, CrmRights, MaxAge};
use domain::tenant::{self as tenants, TenantStatus};
use entity::{oauth_grant, session, tenant};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde::Serialize;

use super::account::WidgetTenantOut;
use super::door::{self, Result, WidgetError, name_of, reader_of, seconds};
use crate::widget_api::{Answer, AppData, WidgetContext};

/// Exchanges of one disposable token: each page load of amoCRM repeats it.
const EXCHANGES: Budget = Budget { at_once: 120, each: 15_000 };
/// Checks for the new host of a renamed account.
const RENAMINGS: Budget = Budget { at_once: 1, each: 60_000 };

const HEADER: &str = "X-Auth-Token";

#[derive(Debug, Serialize)]
struct SessionOut {
    token: String,
    expires_at: Moment,
    tenant: WidgetTenantOut,
    user: UserOut,
    customers_mode: &'static str,
    /// Known names of the account's administrators.
    admins: Vec<String>,
    sources: SessionUsageOut,
    panel_url: String,
}

#[derive(Debug, Serialize)]
struct UserOut {
    /// A string, as all 64-bit ids are.
    id: String,
    is_admin: bool,
    /// Why a possible administrator is not treated as one; null if there is nothing to say.
    hint: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct SessionUsageOut {
    pub used: u64,
    pub limit: u32,
}

/// Exchanges a disposable token. The body is ignored.
pub(super) async fn exchange(app: AppData, request: HttpRequest) -> Answer {
    let app = app.into_inner();
    let token = request.headers().get(HEADER).and_then(|value| value.to_str().ok()).ok_or(WidgetError::BadToken)?;
    let token = verify(token, app.clock.now(), |client_id| tenants::token_rules(&app, client_id)).map_err(|why| {
        tracing::info!(%why, "a widget token was rejected");
        WidgetError::BadToken
    })?;
    let integration = app.integrations.by_client_id(&token.client_uuid).ok_or(WidgetError::BadToken)?;
    if let Some(origin) = request.headers().get(header::ORIGIN) {
        let shows = origin.to_str().is_ok_and(|origin| door::shows(&integration, origin, token.host.as_str()));
        if !shows {
            return Err(WidgetError::ForeignPage);
        }
    }
    let name = exchanged(&integration, &token);
    let paced = app.widget.exchanges.take(sessions::hash(&name.join("\n")), EXCHANGES, app.clock.millis()).await;
    paced.map_err(|wait| WidgetError::TooFast(seconds(wait)))?;
    let tenant_id = tenants::install::find(&app.tenants, &integration.name, token.account_id).await?;
    let tenant_id = tenant_id.ok_or(WidgetError::Provisioning)?;
    let tenant = tenants::load(app.store.read(), tenant_id).await?.ok_or(WidgetError::Provisioning)?;
    if TenantStatus::stored(&tenant) == TenantStatus::Provisioning {
        return Err(WidgetError::Provisioning);
    }
    let tenant = at_home(&app, tenant, &token).await?;
    let language = Language::of_request(&request);
    let rights = rights_of(&app, &tenant, token.user_id, token.is_admin).await;
    let (secret, row) = open(&app, &tenant, &token, rights == Rights::Administrator, language, &name).await?;
    let asked_by = Asker::of(&request, &app.identity);
    let out = shown(&app, &tenant, &row, secret, rights, asked_by, language).await?;
    Ok(HttpResponse::Ok().json(out))
}

/// The parts that identify a disposable token.
fn exchanged(integration: &Integration, token: &DisposableToken) -> [String; 4] {
    [integration.name.clone(), token.account_id.to_string(), token.user_id.to_string(), token.jti.clone()]
}

/// The account at its current host: a token from another allowed host means that the account was renamed.
async fn at_home(app: &Arc<WidgetContext>, tenant: tenant::Model, token: &DisposableToken) -> Result<tenant::Model> {
    let paced = async || app.widget.renamings.take(tenant.tenant_id, RENAMINGS, app.clock.millis()).await.is_ok();
    if tenant.host == token.host.as_str() || !paced().await {
        return Ok(tenant);
    }
    match tenants::token::find_host(&app.tenants, tenant.tenant_id, Some(&token.host)).await {
        Ok(true) => Ok(tenants::load(app.store.read(), tenant.tenant_id).await?.unwrap_or(tenant)),
        Ok(false) => Ok(tenant),
        Err(error) => {
            tracing::warn!(tenant.id = %tenant.tenant_id, remote.host = %token.host, %error, "the account may have been renamed; amoCRM does not report the new host yet");
            Ok(tenant)
        }
    }
}

/// The session of a disposable token: the one it opened before, else a new one under the same token.
async fn open(
    app: &WidgetContext,
    tenant: &tenant::Model,
    token: &DisposableToken,
    is_admin: bool,
    language: Language,
    name: &[String; 4],
) -> Result<(String, session::Model), DbErr> {
    let parts: Vec<&str> = name.iter().map(String::as_str).collect();
    let now = app.clock.millis();
    let derived = app.vault.derived("widget_session", &parts);
    let mut secrets = derived.iter().map(|secret| URL_SAFE_NO_PAD.encode(secret.as_slice()));
    let secret = secrets.next().unwrap_or_default();
    // It may have been opened before the key was replaced.
    for secret in std::iter::once(secret.clone()).chain(secrets) {
        let entry =
            directory::find(app.store.read(), directory::IdKind::Session, &sessions::hash(&secret), now).await?;
        let Some(entry) = entry else { continue };
        let Some(mut row) = living(&app.identity, app.store.read(), entry.tenant_id, entry.id).await? else { continue };
        if row.is_admin != is_admin {
            row.is_admin = is_admin;
            session::Entity::update_of(row.tenant_id)
                .col_expr(session::Column::IsAdmin, Expr::value(is_admin))
                .filter(session::Column::Id.eq(row.id))
                .exec(app.store.write())
                .await?;
        }
        return Ok((secret, row));
    }
    // Of two concurrent exchanges the later row remains; the token is the same.
    let row = session::Model {
        tenant_id: tenant.tenant_id,
        id: app.clock.uuid_v7(),
        kind: SessionKind::Widget.as_str().to_owned(),
        person_id: None,
        crm_user_id: Some(token.user_id),
        is_admin,
        via: "disposable_token".to_owned(),
        csrf: String::new(),
        language: language.code().to_owned(),
        notice: String::new(),
        data: None,
        reason: String::new(),
        created_at: now,
        seen_at: now,
        expires_at: now + SessionKind::Widget.life(),
    };
    let entry = directory::DirectoryEntry {
        tenant_id: row.tenant_id,
        id: row.id,
        note: row.kind.clone(),
        expires_at: Some(row.expires_at),
    };
    in_transaction(&app.store, async |tx| {
        session::Entity::insert(row.clone().into_active_model()).exec_without_returning(tx).await?;
        directory::set(tx, directory::IdKind::Session, &sessions::hash(&secret), entry).await
    })
    .await?;
    Ok((secret, row))
}

async fn shown(
    app: &Arc<WidgetContext>,
    tenant: &tenant::Model,
    row: &session::Model,
    secret: String,
    rights: Rights,
    asked_by: Option<Asker>,
    language: Language,
) -> Result<SessionOut> {
    let reader = reader_of(app, tenant, language);
    let id = row.crm_user_id.unwrap_or_default();
    let usage = source::usage(&app.sources, tenant.tenant_id).await?;
    let panel_url = if row.is_admin {
        let user = TicketUser { id, name: name_of(app, tenant.tenant_id, id).await?, is_admin: true };
        ticket::url_for(&app.identity, tenant.tenant_id, &user, &TicketTarget::Overview, asked_by).await?
    } else {
        // Other users enter by a ticket to one conversation; with this address they may sign in.
        format!("{}/panel", app.public_url())
    };
    let unknown = rights == Rights::Unknown;
    Ok(SessionOut {
        token: secret,
        expires_at: Moment(row.expires_at),
        tenant: WidgetTenantOut::of(app, tenant, &reader).await?,
        user: UserOut {
            id: id.to_string(),
            is_admin: row.is_admin,
            hint: unknown.then(|| reader.words.text("widget-rights-unknown").with("crm", reader.crm).to_string()),
        },
        customers_mode: match app.config.customers.mode {
            CustomersMode::Open => "open",
            CustomersMode::Password => "password",
            CustomersMode::Remote => "remote",
        },
        admins: administrators(app, tenant).await?,
        sources: SessionUsageOut { used: usage.used, limit: usage.limit },
        panel_url,
    })
}

/// The names of the administrators who gave access.
async fn administrators(app: &WidgetContext, tenant: &tenant::Model) -> Result<Vec<String>, DbErr> {
    let grants = oauth_grant::Entity::of_tenant(tenant.tenant_id)
        .filter(oauth_grant::Column::IsAdmin.eq(true))
        .filter(oauth_grant::Column::UserName.ne(""))
        .order_by_asc(oauth_grant::Column::CreatedAt);
    let mut names: Vec<String> = grants.all(app.store.read()).await?.into_iter().map(|grant| grant.user_name).collect();
    names.dedup();
    Ok(names)
}

/// A refusal by amoCRM is not cached: the next page load asks again.
const MAX_AGE: MaxAge = MaxAge { answer: 10 * 60_000, unknown: 0 };

/// Whether a user administers an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rights {
    Administrator,
    Other,
    /// amoCRM does not answer. Treated as [`Rights::Other`], and reported to the user.
    Unknown,
}

/// The rights of a user whose token has this claim. amoCRM does not document the claim (crm-api §2.1), so it may be
/// missing.
async fn rights_of(app: &Arc<WidgetContext>, tenant: &tenant::Model, user_id: i64, claim: Option<bool>) -> Rights {
    match claim {
        Some(true) => Rights::Administrator,
        Some(false) => Rights::Other,
        None => match users::rights_of(&app.tenants, tenant.tenant_id, user_id, MAX_AGE).await.rights {
            CrmRights::Administrator => Rights::Administrator,
            CrmRights::User | CrmRights::Gone => Rights::Other,
            CrmRights::Unknown => Rights::Unknown,
        },
    }
}
