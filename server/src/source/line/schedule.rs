//! Regular tasks for each line: a time in its row is schedule and claim in one, so of several processes one runs the
//! task.

use std::sync::Arc;

use entity::source::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::task::JoinSet;

use crate::source::SourceContext;

/// Maximum lines per search.
const BATCH: u64 = 40;

/// A regular task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// Where the messenger delivers (`watch.rs`).
    Watch,
    /// New credentials for those that end soon (`renew.rs`).
    Renew,
    /// Asking for events that the messenger does not report by itself (`intake::messenger::poll`).
    Poll,
}

impl Errand {
    /// When a source is due for it next.
    const fn column(self) -> Column {
        match self {
            Self::Watch => Column::LookAt,
            Self::Renew => Column::RenewAt,
            Self::Poll => Column::PollAt,
        }
    }

    const fn at(self, source: &source::Model) -> Option<i64> {
        match self {
            Self::Watch => source.look_at,
            Self::Renew => source.renew_at,
            Self::Poll => source.poll_at,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Watch => "connection check",
            Self::Renew => "renewal of credentials",
            Self::Poll => "poll",
        }
    }
}

/// Runs `work` for one batch of due sources, at most `at_once` at a time; returns for how many. `after`: milliseconds
/// until a source is due again.
pub async fn due_now<Working>(
    app: &SourceContext,
    errand: Errand,
    at_once: usize,
    after: impl Fn(&source::Model) -> i64,
    work: impl Fn(source::Model) -> Working,
) -> usize
where
    Working: Future<Output = ()> + Send + 'static,
{
    let due = match due(app, errand).await {
        Ok(due) => due,
        Err(error) => {
            tracing::warn!(%error, errand = errand.word(), "the due sources could not be read; it will be retried");
            return 0;
        }
    };
    let (mut running, mut done) = (JoinSet::new(), 0);
    for source in due {
        if running.len() >= at_once {
            running.join_next().await;
        }
        match claim(app, errand, &source, app.clock.millis() + after(&source)).await {
            Ok(true) => {
                done += 1;
                running.spawn(work(source));
            }
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(source.id = %source.id, %error, errand = errand.word(), "a due source could not be claimed");
            }
        }
    }
    while running.join_next().await.is_some() {}
    done
}

/// Makes a source due after this many milliseconds, whatever was planned.
pub(super) async fn again_in(
    app: &Arc<SourceContext>,
    errand: Errand,
    source: &source::Model,
    millis: i64,
) -> Result<(), DbErr> {
    source::Entity::update_many()
        .col_expr(errand.column(), Expr::value(Some(app.clock.millis() + millis)))
        .filter(Column::TenantId.eq(source.tenant_id))
        .filter(Column::Id.eq(source.id))
        .exec(app.store.write())
        .await?;
    Ok(())
}

async fn due(app: &SourceContext, errand: Errand) -> Result<Vec<source::Model>, DbErr> {
    source::Entity::find()
        .filter(errand.column().lte(app.clock.millis()))
        .filter(Column::DeletedAt.is_null())
        .order_by_asc(errand.column())
        .limit(BATCH)
        .all(app.store.read())
        .await
}

/// True if this process is to do it.
async fn claim(app: &SourceContext, errand: Errand, seen: &source::Model, next: i64) -> Result<bool, DbErr> {
    let done = source::Entity::update_many()
        .col_expr(errand.column(), Expr::value(Some(next)))
        .filter(Column::TenantId.eq(seen.tenant_id))
        .filter(Column::Id.eq(seen.id))
        .filter(errand.column().eq(errand.at(seen)))
        .exec(app.store.write())
        .await?;
    Ok(done.rows_affected == 1)
}
