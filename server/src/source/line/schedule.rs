//! Regular tasks for each line: a time in its row is schedule and claim in one, so of several processes one runs the
//! task.

use std::sync::Arc;

use base::due;
use entity::source::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

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
    Working: Future<Output = ()>,
{
    let lines = source::Entity::find().filter(Column::DeletedAt.is_null());
    let due = due::found(&app.store, lines, errand.column(), BATCH).await.unwrap_or_else(|error| {
        tracing::warn!(%error, errand = errand.word(), "the due sources could not be read; it will be retried");
        Vec::new()
    });
    due::each(due, at_once, async |source| {
        let next = app.clock.millis() + after(&source);
        match due::claim(&app.store, &source, errand.column(), next).await {
            Ok(true) => {
                work(source).await;
                1
            }
            Ok(false) => 0,
            Err(error) => {
                tracing::warn!(source.id = %source.id, %error, errand = errand.word(), "a due source could not be claimed");
                0
            }
        }
    })
    .await
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
