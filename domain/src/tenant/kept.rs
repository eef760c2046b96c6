//! How long an account keeps what is not a text, if the vendor chose fewer days for it than are configured for all. Ids and
//! messages without their texts have no days of their own: order and the recognition of repeats depend on them.

use base::config::{OwnDays, Retention};
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use entity::tenant::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::tenant::TenantContext;

/// Days to set: `None` keeps a number, `Some(None)` returns to the configured one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeptChange {
    pub hooks: Option<Option<u32>>,
    pub attempts: Option<Option<u32>>,
    pub undelivered: Option<Option<u32>>,
    pub audit: Option<Option<u32>>,
}

impl KeptChange {
    /// Pointer of the field, column, the days to set, and the most that are allowed.
    fn fields(self, most: &Retention) -> [(&'static str, Column, Option<Option<u32>>, u32); 4] {
        [
            ("/hooks_days", Column::HooksDays, self.hooks, most.hooks_days),
            ("/attempts_days", Column::AttemptsDays, self.attempts, most.attempts_days),
            ("/undelivered_days", Column::UndeliveredDays, self.undelivered, most.undelivered_days),
            ("/audit_days", Column::AuditDays, self.audit, most.audit_days),
        ]
    }

    /// 422 for more days than are configured, or for none.
    pub fn check(self, configured: &Retention) -> Result<()> {
        for (field, _, days, most) in self.fields(configured) {
            if days.flatten().is_some_and(|days| !(1..=most).contains(&days)) {
                return Err(Error::field(field, LocalizedText::new("said-kept-days").with("most", most)));
            }
        }
        Ok(())
    }
}

/// Sets the days of an account; returns them for the audit log, none if nothing was named. What is older is deleted in the
/// next round of retention.
pub async fn keep(app: &TenantContext, tenant_id: Uuid, change: KeptChange) -> Result<Option<Value>> {
    change.check(&app.config.retention)?;
    if change == KeptChange::default() {
        return Ok(None);
    }
    let mut update = tenant::Entity::update_many();
    let mut detail = serde_json::Map::new();
    for (field, column, days, _) in change.fields(&app.config.retention) {
        let Some(days) = days else { continue };
        update = update.col_expr(column, Expr::value(days.and_then(|days| i32::try_from(days).ok())));
        detail.insert(field.trim_start_matches('/').to_owned(), json!(days));
    }
    update.filter(Column::TenantId.eq(tenant_id)).exec(app.store.write()).await?;
    app.lookup.forget();
    Ok(Some(Value::Object(detail)))
}

/// What counts for an account: [`Retention::of_account`].
pub fn retention(configured: &Retention, tenant: &tenant::Model) -> Retention {
    configured.of_account(OwnDays {
        hooks: tenant.hooks_days,
        attempts: tenant.attempts_days,
        undelivered: tenant.undelivered_days,
        audit: tenant.audit_days,
        texts: tenant.texts_days,
    })
}
