//! amoCRM refuses the token calls of an integration without naming a token: the vendor has to look, once for all
//! accounts, and every account keeps its grant.

use base::store::VENDOR;
use entity::tenant;
use sea_orm::DbErr;
use serde_json::json;

use crate::alert::{self, Alarm};
use crate::tenant::TenantContext;

const ALARM: &str = "integration_refused";

/// Alerts the vendor with amoCRM's words.
pub(super) async fn raise(app: &TenantContext, tenant: &tenant::Model, status: u16, hint: &str) -> Result<(), DbErr> {
    let detail = json!({
        "integration": tenant.integration,
        "account_id": tenant.account_id.to_string(),
        "host": tenant.host,
        "status": status,
        "said": hint,
    });
    let alarm = Alarm { tenant_id: VENDOR, kind: ALARM, object: &tenant.integration, source_id: None, detail };
    alert::raise(app, app.store.write(), alarm).await?;
    Ok(())
}

/// A token call of the integration succeeded: ends the alert.
pub(super) async fn over(app: &TenantContext, integration: &str) -> Result<(), DbErr> {
    if alert::is_open(app.store.read(), VENDOR, ALARM, integration).await? {
        alert::resolve(app, app.store.write(), VENDOR, ALARM, integration).await?;
    }
    Ok(())
}
