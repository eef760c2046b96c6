//! Lists that amoCRM keeps for an account, kept here as well, so that no page waits for amoCRM: a page shows what is
//! known with its age, and what is old is asked for in the background. Code that asks amoCRM for another reason keeps
//! the answer too: the daily comparison of sources, the choice of a pipeline, a change of a template.

use std::sync::Arc;
use std::time::Duration;

use base::error::Result;
use base::supervisor::detach;
use chrono::TimeDelta;
use entity::crm_copy::{self, Column};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::source::SourceContext;

/// Age from which a list is usually asked for again, and the pause between two questions.
const FRESH: TimeDelta = TimeDelta::minutes(1);
/// Age from which a page says how old a list is.
const OLD: TimeDelta = TimeDelta::minutes(10);
/// How long a page waits for a list that was never read. It waits once: afterwards it shows that there is none.
const PATIENCE: Duration = Duration::from_secs(2);

/// An item of such a list.
pub trait CrmItem: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The list's name in the database.
    const NAME: &'static str;
    /// Age from which it is asked for again.
    const FRESH: TimeDelta = FRESH;

    /// Asks amoCRM, and keeps the answer.
    fn ask(app: Arc<SourceContext>, tenant_id: Uuid) -> impl Future<Output = Result<()>> + Send;
}

/// A list as amoCRM gave it last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known<T> {
    pub items: Vec<T>,
    /// When amoCRM gave it, milliseconds since 1970.
    pub read_at: i64,
}

impl<T> Known<T> {
    /// The moment to show beside it, if it is old.
    pub fn as_of(&self, now: i64) -> Option<i64> {
        (now - self.read_at > OLD.num_milliseconds()).then_some(self.read_at)
    }
}

/// The list as known; `None` if amoCRM never gave it. An old one is asked for in the background.
pub async fn known<T: CrmItem>(app: &Arc<SourceContext>, tenant_id: Uuid) -> Result<Option<Known<T>>> {
    let row = row::<T>(app, tenant_id).await?;
    let Some(asking) = ask_if_old::<T>(app, tenant_id, row.as_ref()) else { return Ok(row.and_then(read)) };
    if row.is_some() {
        return Ok(row.and_then(read));
    }
    if let Ok(Err(panic)) = tokio::time::timeout(PATIENCE, asking).await {
        tracing::error!(error = %panic, list = T::NAME, "a list of amoCRM could not be read");
    }
    Ok(self::row::<T>(app, tenant_id).await?.and_then(read))
}

/// Asks for the list in the background if it is old or was never read: for pages that can do without it, and for those
/// that come before the one that shows it.
pub async fn refresh<T: CrmItem>(app: &Arc<SourceContext>, tenant_id: Uuid) -> Result<()> {
    let row = row::<T>(app, tenant_id).await?;
    // What it finds is logged; nobody waits for it.
    drop(ask_if_old::<T>(app, tenant_id, row.as_ref()));
    Ok(())
}

/// The list for what cannot go on with an old one: amoCRM is asked, and waited for, if it is older than this. What amoCRM did not
/// give is asked for again only after the usual pause.
pub async fn renewed<T: CrmItem>(
    app: &Arc<SourceContext>,
    tenant_id: Uuid,
    age: TimeDelta,
) -> Result<Option<Known<T>>> {
    let row = row::<T>(app, tenant_id).await?;
    let is_due = row.as_ref().is_none_or(|row| {
        let (last, pause) = if row.asked_at > row.read_at { (row.asked_at, T::FRESH) } else { (row.read_at, age) };
        app.clock.millis() - last >= pause.num_milliseconds()
    });
    if !is_due {
        return Ok(row.and_then(read));
    }
    if let Err(error) = T::ask(app.clone(), tenant_id).await {
        tracing::info!(tenant.id = %tenant_id, list = T::NAME, %error, "routes go on with the list of amoCRM that is known");
        claim::<T>(app, tenant_id, TimeDelta::zero()).await?;
    }
    stored(app, tenant_id).await
}

fn ask_if_old<T: CrmItem>(
    app: &Arc<SourceContext>,
    tenant_id: Uuid,
    row: Option<&crm_copy::Model>,
) -> Option<JoinHandle<()>> {
    let last = row.map_or(0, |row| row.read_at.max(row.asked_at));
    let is_fresh = app.clock.millis() - last < T::FRESH.num_milliseconds();
    (!is_fresh && !app.is_read_only()).then(|| detach("crm_copy", asked::<T>(app.clone(), tenant_id)))
}

/// The list as known, without asking: for parts of a page that renew every few seconds.
pub async fn stored<T: CrmItem>(app: &SourceContext, tenant_id: Uuid) -> Result<Option<Known<T>>> {
    Ok(row::<T>(app, tenant_id).await?.and_then(read))
}

/// Keeps what amoCRM gave. A failure is logged: the answer itself is still good.
pub async fn keep<T: CrmItem>(app: &SourceContext, tenant_id: Uuid, items: &[T]) {
    let now = app.clock.millis();
    let kept = async {
        let body = serde_json::to_string(items)?;
        let row = crm_copy::Model { tenant_id, name: T::NAME.to_owned(), body, read_at: now, asked_at: now };
        crm_copy::Entity::insert(row.into_active_model())
            .on_conflict(
                OnConflict::columns([Column::TenantId, Column::Name])
                    .update_columns([Column::Body, Column::ReadAt, Column::AskedAt])
                    .to_owned(),
            )
            .exec_without_returning(app.store.write())
            .await?;
        anyhow::Ok(())
    };
    if let Err(error) = kept.await {
        tracing::warn!(tenant.id = %tenant_id, list = T::NAME, error = format!("{error:#}"), "a list of amoCRM is not kept for pages");
    }
}

async fn row<T: CrmItem>(app: &SourceContext, tenant_id: Uuid) -> Result<Option<crm_copy::Model>, DbErr> {
    crm_copy::Entity::of_tenant(tenant_id).filter(Column::Name.eq(T::NAME)).one(app.store.read()).await
}

/// `None` for a list that was never read, or by a release that wrote it differently.
fn read<T: CrmItem>(row: crm_copy::Model) -> Option<Known<T>> {
    let items = serde_json::from_str(&row.body).ok()?;
    Some(Known { items, read_at: row.read_at })
}

/// Asks amoCRM, unless another request just did.
async fn asked<T: CrmItem>(app: Arc<SourceContext>, tenant_id: Uuid) {
    let asked = async {
        if claim::<T>(&app, tenant_id, T::FRESH).await? { T::ask(app.clone(), tenant_id).await } else { Ok(()) }
    };
    if let Err(error) = asked.await {
        tracing::info!(tenant.id = %tenant_id, list = T::NAME, %error, "pages go on with the list of amoCRM that is known");
    }
}

/// Stores that amoCRM is asked now; false if it was asked within the pause.
async fn claim<T: CrmItem>(app: &SourceContext, tenant_id: Uuid, pause: TimeDelta) -> Result<bool, DbErr> {
    use sea_orm::sea_query::ExprTrait as _;
    let now = app.clock.millis();
    let name = T::NAME.to_owned();
    let row = crm_copy::Model { tenant_id, name, body: String::new(), read_at: 0, asked_at: now };
    let claimed = crm_copy::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([Column::TenantId, Column::Name])
                .update_column(Column::AskedAt)
                .action_and_where(Expr::col((crm_copy::Entity, Column::AskedAt)).lte(now - pause.num_milliseconds()))
                .to_owned(),
        )
        .exec_without_returning(app.store.write())
        .await?;
    Ok(claimed > 0)
}
