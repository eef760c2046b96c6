//! The caller: a user of an amoCRM account, identified by a session token. Handlers read data only through it.

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use base::browser::client_address;
use base::i18n::{Language, Zone};
use entity::{oauth_grant, tenant};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use sea_orm::{ColumnTrait, DbErr, QueryFilter};
use std::net::IpAddr;
use uuid::Uuid;

use super::memory::REQUESTS;
use super::refusal::{Result, WidgetError, WidgetReader};
use crate::api::key::{ApiKey, Scope};
use crate::audit::Actor;
use crate::identity::session::{self, SessionKind};
use crate::source::By;
use crate::tenant as tenants;
use crate::tenant::rights;
use crate::widget_api::{AppData, WidgetContext};

/// A user with a live session.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub tenant: tenant::Model,
    /// amoCRM's id.
    pub user_id: i64,
    /// Is an administrator of the account.
    pub is_admin: bool,
    pub reader: WidgetReader,
    pub address: Option<IpAddr>,
}

impl Caller {
    /// 403 unless the caller administers the account.
    pub fn needs_admin(&self) -> Result<()> {
        if self.is_admin { Ok(()) } else { Err(WidgetError::NotAdmin) }
    }

    /// The actor for the audit log.
    pub async fn by(&self, app: &WidgetContext) -> Result<By, DbErr> {
        let name = name_of(app, self.tenant.tenant_id, self.user_id).await?;
        Ok(By { actor: Actor::CrmUser { id: self.user_id, name }, address: self.address })
    }

    /// The owner of `Idempotency-Key`s: the user, because a session may end between two attempts.
    pub fn key(&self) -> ApiKey {
        let id = Uuid::new_v5(&self.tenant.tenant_id, format!("crm_user:{}", self.user_id).as_bytes());
        ApiKey { id, tenant: Some(self.tenant.tenant_id), scope: Scope::Write }
    }
}

/// The stored name of an amoCRM user; empty if unknown.
pub(super) async fn name_of(app: &WidgetContext, tenant_id: Uuid, user_id: i64) -> Result<String, DbErr> {
    if let Some(name) = rights::known_name(&app.tenants, tenant_id, user_id).await {
        return Ok(name);
    }
    let grant = oauth_grant::Entity::of_tenant(tenant_id)
        .filter(oauth_grant::Column::CrmUserId.eq(user_id))
        .one(app.store.read())
        .await?;
    Ok(grant.map(|grant| grant.user_name).unwrap_or_default())
}

/// The language and platform name for a member of an account.
pub(super) fn reader_of(app: &WidgetContext, tenant: &tenant::Model, language: Language) -> WidgetReader {
    let crm = app.integrations.named(&tenant.integration).map_or("amoCRM", |integration| integration.platform.brand());
    let words = tenants::words_in(&app.integrations, tenant, language);
    WidgetReader { words, crm, zone: Zone::named(&tenant.time_zone), now: app.clock.millis() }
}

impl FromRequest for Caller {
    type Error = WidgetError;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move {
            let app = request.app_data::<AppData>().cloned();
            let app = app.ok_or_else(|| anyhow::anyhow!("the application is not among the app data"))?;
            let token = bearer(&request).ok_or(WidgetError::SessionEnded)?;
            let session =
                session::find(&app.identity, token, &[SessionKind::Widget]).await?.ok_or(WidgetError::SessionEnded)?;
            let user_id = session.crm_user_id.ok_or(WidgetError::SessionEnded)?;
            let tenant = tenants::load(app.store.read(), session.tenant_id).await?.ok_or(WidgetError::SessionEnded)?;
            let reader = reader_of(&app, &tenant, Language::of_request(&request));
            request.extensions_mut().insert(reader);
            let paced = app.widget.requests.take((tenant.tenant_id, user_id), REQUESTS, reader.now).await;
            paced.map_err(|wait| WidgetError::TooFast(seconds(wait)))?;
            let address = client_address(&request, &app.config.server.trusted_proxies);
            Ok(Self { tenant, user_id, is_admin: session.is_admin, reader, address })
        }
        .boxed_local()
    }
}

/// Whole seconds of a wait in milliseconds, at least one.
pub(super) fn seconds(millis: i64) -> u32 {
    u32::try_from((millis + 999) / 1000).unwrap_or(60).max(1)
}

fn bearer(request: &HttpRequest) -> Option<&str> {
    let (scheme, token) = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
