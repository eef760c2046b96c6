//! What every page shows of the open alerts: how many there are, and those about limits with their last figures.

use entity::alert::{self, Column};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QuerySelect, Select};
use serde_json::Value;
use uuid::Uuid;

use super::{LIMIT_NEAR, LIMIT_REACHED, key, of};

/// Alerts are counted up to this number, because larger numbers need not be exact.
const MOST: u64 = 1000;

/// The open alerts of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenAlerts {
    pub count: u64,
    /// The details of those about limits, as they are stored.
    pub limits: Vec<String>,
}

/// Counts the open alerts of an account and reads those about limits, in one statement.
pub async fn summary(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<OpenAlerts, DbErr> {
    let detail: SimpleExpr = Expr::case(is_about_a_limit(), Expr::col(Column::Detail)).finally("").into();
    let rows: Vec<String> =
        open(tenant_id).select_only().column_as(detail, "limit_detail").limit(MOST).into_tuple().all(db).await?;
    let count = u64::try_from(rows.len()).unwrap_or(MOST);
    Ok(OpenAlerts { count, limits: rows.into_iter().filter(|detail| !detail.is_empty()).collect() })
}

/// The details of the open alerts about limits.
pub async fn limit_details(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Vec<String>, DbErr> {
    let rows = open(tenant_id).filter(is_about_a_limit()).select_only().column(Column::Detail);
    rows.into_tuple().all(db).await
}

/// The same of alerts that were read already.
pub fn about_limits(open: &[alert::Model]) -> OpenAlerts {
    let is_about = |row: &&alert::Model| [LIMIT_NEAR, LIMIT_REACHED].contains(&row.kind.as_str());
    let limits = open.iter().filter(is_about).map(|row| row.detail.clone()).collect();
    OpenAlerts { count: u64::try_from(open.len()).unwrap_or(MOST), limits }
}

/// Replaces the arguments of an open alert's messages, without counting one more occurrence.
pub async fn describe(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    kind: &str,
    object: &str,
    detail: &Value,
) -> Result<(), DbErr> {
    of(tenant_id, &key(kind, object))
        .col_expr(Column::Detail, Expr::value(detail.to_string()))
        .filter(Column::ResolvedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

fn is_about_a_limit() -> SimpleExpr {
    Column::Kind.is_in([LIMIT_NEAR, LIMIT_REACHED])
}

fn open(tenant_id: Uuid) -> Select<alert::Entity> {
    alert::Entity::of_tenant(tenant_id).filter(Column::ResolvedAt.is_null())
}
