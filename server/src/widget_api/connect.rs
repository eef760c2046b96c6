//! `POST /widget/v1/connect` and `disconnect`: connects an account's channels for customers of the vendor.

use domain::audit::{self, AuditEntry};
use domain::customer::{self, Asking, Credentials, VerificationOutcome};
use domain::source::By;
use domain::tenant as tenants;
use std::sync::Arc;

use actix_web::HttpResponse;
use base::error::Error;
use entity::{tenant, tenant_channel};
use sea_orm::QueryOrder;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::caller::Caller;
use super::refusal::{Result, WidgetError};
use super::tenant_out::WidgetTenantOut;
use crate::api::body::RequestBody;
use crate::widget_api::{Answer, AppData, WidgetContext};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConnectIn {
    /// As reported by amoCRM's page; compared with amoCRM's own answer.
    amojo_id: String,
    #[serde(default)]
    login: Option<String>,
    #[serde(default)]
    password: Option<SecretString>,
}

#[derive(Debug, Serialize)]
struct ConnectOut {
    tenant: WidgetTenantOut,
    channels: Vec<WidgetChannelOut>,
}

#[derive(Debug, Serialize)]
struct WidgetChannelOut {
    channel_id: Uuid,
    scope_id: String,
    status: String,
}

/// Connects every channel. Stores no `Idempotency-Key`: repeating changes nothing, and a hash of a password would have
/// to be stored.
pub(super) async fn connect(app: AppData, caller: Caller, body: RequestBody) -> Answer {
    let app = app.into_inner();
    caller.needs_admin()?;
    let (asked, _) = body.read::<ConnectIn>().await?;
    let by = caller.by(&app).await?;
    if !asked.amojo_id.trim().eq_ignore_ascii_case(&caller.tenant.amojo_id) {
        tell(&app, &caller, &by, "account.connected", "wrong_account", false).await?;
        return Err(WidgetError::WrongAccount);
    }
    let given = asked.login.zip(asked.password).map(|(login, password)| Credentials { login, password });
    let asking = Asking {
        tenant_id: caller.tenant.tenant_id,
        account_id: caller.tenant.account_id,
        amojo_id: &caller.tenant.amojo_id,
        address: caller.address,
    };
    let customer_id = match customer::decide(&app.identity, asking, given).await? {
        VerificationOutcome::Yes(customer_id) => customer_id,
        VerificationOutcome::No => {
            tell(&app, &caller, &by, "account.connected", "wrong_credentials", false).await?;
            return Err(WidgetError::WrongCredentials);
        }
        VerificationOutcome::Wait(seconds) => return Err(WidgetError::TooManyTries(seconds)),
        VerificationOutcome::Away(seconds) => return Err(WidgetError::Away(seconds)),
    };
    tenants::connect(&app.tenants, caller.tenant.tenant_id, customer_id).await?;
    tell(&app, &caller, &by, "account.connected", "", true).await?;
    shown(&app, &caller).await
}

/// Disconnects every channel. Sources, chats and waiting letters stay; `connect` resumes.
pub(super) async fn disconnect(app: AppData, caller: Caller) -> Answer {
    let app = app.into_inner();
    caller.needs_admin()?;
    let by = caller.by(&app).await?;
    tenants::disconnect(&app.tenants, caller.tenant.tenant_id).await?;
    tell(&app, &caller, &by, "account.disconnected", "", true).await?;
    shown(&app, &caller).await
}

async fn tell(
    app: &WidgetContext,
    caller: &Caller,
    by: &By,
    action: &'static str,
    why: &str,
    done: bool,
) -> Result<()> {
    let deed = AuditEntry {
        tenant_id: caller.tenant.tenant_id,
        actor: &by.actor,
        action,
        object: &caller.tenant.host,
        detail: if why.is_empty() { json!({}) } else { json!({ "why": why }) },
        address: by.address,
        done,
    };
    Ok(audit::record(app, app.store.write(), deed).await?)
}

async fn shown(app: &Arc<WidgetContext>, caller: &Caller) -> Answer {
    let db = app.store.read();
    let tenant: tenant::Model = tenants::load(db, caller.tenant.tenant_id).await?.ok_or(Error::NotFound)?;
    let channels = tenant_channel::Entity::of_tenant(tenant.tenant_id)
        .order_by_asc(tenant_channel::Column::ChannelId)
        .all(db)
        .await?;
    let channels = channels
        .into_iter()
        .map(|row| WidgetChannelOut { channel_id: row.channel_id, scope_id: row.scope_id, status: row.status })
        .collect();
    let tenant = WidgetTenantOut::of(app, &tenant, &caller.reader).await?;
    Ok(HttpResponse::Ok().json(ConnectOut { tenant, channels }))
}
