//! Rows of the audit log that a filter means, newest first.

use chrono::NaiveDate;
use entity::audit::{self, Column};
use entity::tenant;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::Query;
use crate::admin::like::{beginning, holding};
use crate::app::App;
use crate::store::VENDOR;

const DAY: i64 = 86_400_000;

/// What is looked for, read from what was typed.
pub struct Filter {
    tenant_id: Uuid,
    who: String,
    what: String,
    /// Milliseconds since 1970; `to` is not included.
    from: Option<i64>,
    to: Option<i64>,
}

impl Filter {
    /// None: there is no such account or day.
    pub async fn read(app: &App, query: &Query) -> Result<Option<Self>, DbErr> {
        let Some(tenant_id) = account(app, query.account.trim()).await? else { return Ok(None) };
        let (Ok(from), Ok(to)) = (day(&query.from), day(&query.to)) else { return Ok(None) };
        let plain = |text: &str| text.replace('\0', "").trim().to_owned();
        let (who, what) = (plain(&query.who), plain(&query.what));
        Ok(Some(Self { tenant_id, who, what, from, to: to.map(|to| to.saturating_add(DAY)) }))
    }

    /// At most `limit` rows behind `after`.
    pub async fn rows(&self, app: &App, after: Option<Uuid>, limit: u64) -> Result<Vec<audit::Model>, DbErr> {
        let mut select = audit::Entity::of_tenant(self.tenant_id);
        if let Some(after) = after {
            select = select.filter(Column::Id.lt(after));
        }
        if let Some(from) = self.from {
            select = select.filter(Column::At.gte(from));
        }
        if let Some(to) = self.to {
            select = select.filter(Column::At.lt(to));
        }
        if !self.who.is_empty() {
            select = select.filter(Expr::col(Column::ActorName).like(holding(&self.who)));
        }
        if !self.what.is_empty() {
            select = select.filter(Expr::col(Column::Action).like(beginning(&self.what)));
        }
        select.order_by_desc(Column::Id).limit(limit).all(app.store.read()).await
    }
}

async fn account(app: &App, text: &str) -> Result<Option<Uuid>, DbErr> {
    if text.is_empty() {
        return Ok(Some(VENDOR));
    }
    if let Ok(id) = Uuid::try_parse(text) {
        return Ok(Some(id));
    }
    let host = tenant::Column::Host.eq(text.replace('\0', "").to_lowercase());
    let found = tenant::Entity::find().filter(host).order_by_desc(tenant::Column::TenantId);
    Ok(found.one(app.store.read()).await?.map(|tenant| tenant.tenant_id))
}

fn day(text: &str) -> Result<Option<i64>, ()> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| ())?;
    day.and_hms_opt(0, 0, 0).map(|midnight| Some(midnight.and_utc().timestamp_millis())).ok_or(())
}
