//! The account as the widget shows it.

use entity::tenant;
use serde::Serialize;
use uuid::Uuid;

use super::refusal::WidgetReader;
use crate::tenant::{TenantStatus, plan};
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
}

impl WidgetTenantOut {
    pub fn of(app: &WidgetContext, tenant: &tenant::Model, reader: &WidgetReader) -> Self {
        let status = TenantStatus::shown(tenant);
        let days = if status == TenantStatus::Uninstalled { KEPT_LEFT } else { KEPT_UNPAID };
        let end = plan::end_date(&app.config, tenant, app.clock.millis(), reader.words);
        let hint = (status != TenantStatus::Active).then(|| {
            let sentence = reader.words.text(format!("tenant-state-{}-hint", status.as_str()));
            sentence.with("crm", reader.crm).with("days", days).with("date", end).to_string()
        });
        Self { id: tenant.tenant_id, status: status.as_str(), host: tenant.host.clone(), hint }
    }
}
