//! The account as the widget shows it.

use entity::tenant;
use sea_orm::DbErr;
use serde::Serialize;
use uuid::Uuid;

use super::consent::WidgetConsentOut;
use super::refusal::WidgetReader;
use crate::announcements;
use crate::tenant::{TenantStatus, plan};
use crate::usage;
use crate::widget_api::WidgetContext;

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
