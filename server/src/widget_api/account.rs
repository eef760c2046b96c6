//! The account in the widget: what it shows, the connection of its channels for customers of the vendor, and the
//! agreement to the vendor's data processing agreement.

use std::sync::Arc;

use actix_web::HttpResponse;
use base::error::{Error, FieldError};
use base::i18n::LocalizedText;
use base::json::Moment;
use base::store::in_transaction;
use domain::audit::{self, AuditEntry};
use domain::customer::{self, Asking, Credentials, VerificationOutcome};
use domain::source::By;
use domain::tenant::{self as tenants, TenantStatus, plan};
use domain::vendor_events::ChannelOut;
use domain::{announcements, usage};
use entity::tenant;
use pages::legal::Agreement;
use pages::legal::{self, ConsentGiver};
use sea_orm::DbErr;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::door::{Caller, Result, WidgetCall, WidgetError, WidgetReader};
use crate::widget_api::{Answer, AppData, WidgetContext};

/// Days for which customers' messages wait for an unpaid account.
const KEPT_UNPAID: i64 = 7;
/// Days for which the log of an uninstalled account is kept.
const KEPT_LEFT: i64 = 30;

#[derive(Debug, Serialize)]
pub(super) struct WidgetTenantOut {
    pub id: Uuid,
    pub status: &'static str,
    pub host: String,
    /// The meaning of the status and the next step; null if there is nothing to say.
    pub hint: Option<String>,
    /// What the window shows above the sources.
    pub notices: Vec<WidgetNoticeOut>,
    /// The agreement to which an administrator agrees by a tick; null if the vendor has none.
    pub consent: Option<WidgetConsentOut>,
}

/// The end of the subscription, a limit that is nearly used up, or an announcement of the vendor.
#[derive(Debug, Serialize)]
pub(super) struct WidgetNoticeOut {
    pub text: String,
    /// An https address; null if there is none.
    pub link: Option<String>,
}

impl WidgetTenantOut {
    pub async fn of(app: &WidgetContext, tenant: &tenant::Model, reader: &WidgetReader) -> Result<Self, DbErr> {
        let status = TenantStatus::shown(tenant);
        let days = if status == TenantStatus::Uninstalled { KEPT_LEFT } else { KEPT_UNPAID };
        let end = plan::end_date(&app.config, tenant, app.clock.millis(), reader.words);
        let hint = (status != TenantStatus::Active).then(|| {
            let sentence = reader.words.text(format!("tenant-state-{}-hint", status.as_str()));
            sentence.with("crm", reader.crm).with("days", days).with("date", end).to_string()
        });
        Ok(Self {
            id: tenant.tenant_id,
            status: status.as_str(),
            host: tenant.host.clone(),
            hint,
            notices: notices(app, tenant, reader).await?,
            consent: WidgetConsentOut::of(app, tenant, reader).await?,
        })
    }
}

async fn notices(
    app: &WidgetContext,
    tenant: &tenant::Model,
    reader: &WidgetReader,
) -> Result<Vec<WidgetNoticeOut>, DbErr> {
    let now = app.clock.millis();
    // Once it is over, the status is `plan_ended`.
    let end = plan::ending(&app.config, tenant, now, reader.words).filter(|(_, is_over)| !is_over);
    let end = end.map(|(text, _)| WidgetNoticeOut { text: text.to_string(), link: None });
    let limits = usage::open_limit_notices(&app.usage, tenant, reader.words).await?;
    let limits = limits.into_iter().map(|notice| WidgetNoticeOut { text: notice.text.to_string(), link: None });
    let announced = app.usage.announced.to(&app.store, tenant).await?;
    let announced = announced.into_iter().map(|row| WidgetNoticeOut {
        text: announcements::text(&row, reader.words.language()).to_owned(),
        link: Some(row.link).filter(|link| !link.is_empty()),
    });
    Ok(end.into_iter().chain(limits).chain(announced).collect())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConnectIn {
    /// As reported by amoCRM's page; compared with amoCRM's own answer.
    amojo_id: String,
    login: Option<String>,
    password: Option<SecretString>,
}

#[derive(Debug, Serialize)]
struct ConnectOut {
    tenant: WidgetTenantOut,
    channels: Vec<ChannelOut>,
}

/// Connects every channel. Stores no `Idempotency-Key`: repeating changes nothing, and a hash of a password would have
/// to be stored.
pub(super) async fn connect(mut call: WidgetCall) -> Answer {
    call.caller.needs_admin()?;
    let input = call.read::<ConnectIn>().await?;
    let WidgetCall { app, caller, .. } = call;
    let by = caller.by(&app).await?;
    if !input.amojo_id.trim().eq_ignore_ascii_case(&caller.tenant.amojo_id) {
        record(&app, &caller, &by, "account.connected", "wrong_account", false).await?;
        return Err(WidgetError::WrongAccount);
    }
    let given = input.login.zip(input.password).map(|(login, password)| Credentials { login, password });
    let asking = Asking {
        tenant_id: caller.tenant.tenant_id,
        account_id: caller.tenant.account_id,
        amojo_id: &caller.tenant.amojo_id,
        address: caller.address,
    };
    let customer_id = match customer::decide(&app.identity, asking, given).await? {
        VerificationOutcome::Yes(customer_id) => customer_id,
        VerificationOutcome::No => {
            record(&app, &caller, &by, "account.connected", "wrong_credentials", false).await?;
            return Err(WidgetError::WrongCredentials);
        }
        VerificationOutcome::Wait(seconds) => return Err(WidgetError::TooManyTries(seconds)),
        VerificationOutcome::Away(seconds) => return Err(WidgetError::Away(seconds)),
    };
    tenants::connect(&app.tenants, caller.tenant.tenant_id, customer_id).await?;
    record(&app, &caller, &by, "account.connected", "", true).await?;
    shown(&app, &caller).await
}

/// Disconnects every channel. Sources, chats and waiting letters stay; `connect` resumes.
pub(super) async fn disconnect(app: AppData, caller: Caller) -> Answer {
    let app = app.into_inner();
    caller.needs_admin()?;
    let by = caller.by(&app).await?;
    tenants::disconnect(&app.tenants, caller.tenant.tenant_id).await?;
    record(&app, &caller, &by, "account.disconnected", "", true).await?;
    shown(&app, &caller).await
}

async fn record(
    app: &WidgetContext,
    caller: &Caller,
    by: &By,
    action: &'static str,
    why: &str,
    done: bool,
) -> Result<()> {
    let entry = AuditEntry {
        tenant_id: caller.tenant.tenant_id,
        actor: &by.actor,
        action,
        object: &caller.tenant.host,
        detail: if why.is_empty() { json!({}) } else { json!({ "why": why }) },
        address: by.address,
        done,
    };
    Ok(audit::record(app, app.store.write(), entry).await?)
}

async fn shown(app: &Arc<WidgetContext>, caller: &Caller) -> Answer {
    let db = app.store.read();
    let tenant: tenant::Model = tenants::load(db, caller.tenant.tenant_id).await?.ok_or(Error::NotFound)?;
    let channels = ChannelOut::all(db, tenant.tenant_id).await?;
    let tenant = WidgetTenantOut::of(app, &tenant, &caller.reader).await?;
    Ok(HttpResponse::Ok().json(ConnectOut { tenant, channels }))
}

/// What an administrator is asked to agree to.
#[derive(Debug, Serialize)]
pub(super) struct WidgetConsentOut {
    /// `gdpr` or `152-fz`.
    document: &'static str,
    /// Names the text.
    version: String,
    /// The page with the text.
    url: String,
    /// When an administrator agreed last, to whatever version; null: never.
    given_at: Option<Moment>,
}

impl WidgetConsentOut {
    /// None if the vendor has no agreement.
    pub async fn of(app: &WidgetContext, tenant: &tenant::Model, reader: &WidgetReader) -> Result<Option<Self>, DbErr> {
        let Some(agreement) = agreement(app, tenant, reader) else { return Ok(None) };
        let last = legal::last_consent(app.store.read(), tenant.tenant_id).await?;
        Ok(Some(Self {
            document: agreement.document,
            version: agreement.version(),
            url: agreement.address(app),
            given_at: last.map(|row| Moment(row.created_at)),
        }))
    }
}

fn agreement(app: &WidgetContext, tenant: &tenant::Model, reader: &WidgetReader) -> Option<Agreement> {
    let integration = app.integrations.named(&tenant.integration);
    Agreement::of(app, integration.as_deref(), reader.words.language())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConsentIn {
    document: String,
    version: String,
}

/// Stores the consent to the text that the reader was shown. 404 without an agreement, 422 if its text has changed since.
pub(super) async fn consent(mut call: WidgetCall) -> Answer {
    call.caller.needs_admin()?;
    let input = call.read::<ConsentIn>().await?;
    let WidgetCall { app, caller, .. } = call;
    let agreement = agreement(&app, &caller.tenant, &caller.reader).ok_or(Error::NotFound)?;
    if input.document != agreement.document || input.version != agreement.version() {
        let changed = LocalizedText::new("said-agreement-changed");
        return Err(Error::Invalid(vec![FieldError::new("/version", changed)]).into());
    }
    let by = caller.by(&app).await?;
    let tenant_id = caller.tenant.tenant_id;
    in_transaction(&app.store, async |tx| {
        let name = by.actor.name().to_owned();
        let giver = ConsentGiver { user_id: caller.user_id, name, address: by.address };
        if legal::give_consent(&app, tx, tenant_id, &agreement, giver).await? {
            let detail = json!({ "document": input.document, "version": input.version });
            by.did(&app, tx, "account.consented", (tenant_id, &caller.tenant.host), detail).await?;
        }
        Ok::<_, DbErr>(())
    })
    .await?;
    Ok(HttpResponse::Ok().json(WidgetTenantOut::of(&app, &caller.tenant, &caller.reader).await?))
}
