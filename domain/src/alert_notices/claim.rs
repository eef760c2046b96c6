//! Only one of several instances writes the notices of an alert: it is claimed by one conditional update of its
//! `letter_at`.

use base::due;
use chrono::TimeDelta;
use entity::alert::{self, Column};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany,
};
use uuid::Uuid;

use crate::alert_notices::AlertNoticeContext;

/// Duration of a claim; what an instance that died did not write is written then.
const CLAIMED: TimeDelta = TimeDelta::minutes(10);
/// Interval between two notices of an account.
const PAUSE: TimeDelta = TimeDelta::minutes(10);
/// Time before the reminder of an alert that is still open.
const AGAIN: TimeDelta = TimeDelta::hours(4);
/// Notices about one alert, without the closing one.
const MOST: i32 = 2;

/// An alert whose notices this instance writes.
pub(super) struct Claimed {
    pub alert: alert::Model,
    until: i64,
}

fn row(alert: &alert::Model) -> UpdateMany<alert::Entity> {
    alert::Entity::update_many().filter(Column::TenantId.eq(alert.tenant_id)).filter(Column::Key.eq(alert.key.as_str()))
}

/// Claims what is due. Nothing if the account had a notice recently: the alerts wait and join later ones.
pub(super) async fn claim(
    app: &AlertNoticeContext,
    tenant_id: Uuid,
    due: Vec<alert::Model>,
) -> Result<Vec<Claimed>, DbErr> {
    let now = app.clock.millis();
    let last =
        last_letter(app, tenant_id).await?.map(|last| last + PAUSE.num_milliseconds()).filter(|free| *free > now);
    let mut claimed = Vec::new();
    for alert in due {
        let until = last.unwrap_or(now + CLAIMED.num_milliseconds());
        if !due::claim(&app.store, &alert, Column::LetterAt, until).await? || last.is_some() {
            continue;
        }
        let claim = Claimed { alert, until };
        if claim.is_wanted(now) { claimed.push(claim) } else { claim.next(app.store.write(), None).await? }
    }
    Ok(claimed)
}

async fn last_letter(app: &AlertNoticeContext, tenant_id: Uuid) -> Result<Option<i64>, DbErr> {
    let last = alert::Entity::of_tenant(tenant_id)
        .filter(Column::LetteredAt.is_not_null())
        .order_by_desc(Column::LetteredAt)
        .limit(1)
        .one(app.store.read())
        .await?;
    Ok(last.and_then(|alert| alert.lettered_at))
}

impl Claimed {
    fn is_wanted(&self, now: i64) -> bool {
        let unmuted = self.alert.muted_until.is_some_and(|until| until <= now);
        self.alert.resolved_at.is_some() || unmuted || self.alert.letters < MOST
    }

    /// Records that its notices are written.
    pub async fn notified(&self, db: &impl ConnectionTrait, now: i64) -> Result<(), DbErr> {
        row(&self.alert)
            .col_expr(Column::Letters, Expr::col(Column::Letters).add(1))
            .col_expr(Column::LetteredAt, Expr::value(Some(now)))
            .col_expr(Column::MutedUntil, Expr::value(Option::<i64>::None))
            .filter(Column::OpenedAt.eq(self.alert.opened_at))
            .exec(db)
            .await?;
        let open = self.alert.resolved_at.is_none();
        self.next(db, (open && self.alert.letters + 1 < MOST).then_some(now + AGAIN.num_milliseconds())).await?;
        if open {
            // Resolved since it was claimed: its readers get the closing notice too.
            row(&self.alert)
                .col_expr(Column::LetterAt, Expr::value(Some(now)))
                .filter(Column::OpenedAt.eq(self.alert.opened_at))
                .filter(Column::ResolvedAt.is_not_null())
                .filter(Column::LetterAt.is_null())
                .exec(db)
                .await?;
        }
        Ok(())
    }

    /// Records that it has no readers. While it is open it is looked at again: a person may switch a channel on.
    pub async fn unwanted(&self, db: &impl ConnectionTrait, now: i64) -> Result<(), DbErr> {
        self.next(db, self.alert.resolved_at.is_none().then_some(now + AGAIN.num_milliseconds())).await
    }

    /// Sets its next due time, unless a person or the cause itself changed it meanwhile.
    async fn next(&self, db: &impl ConnectionTrait, at: Option<i64>) -> Result<(), DbErr> {
        let at: SimpleExpr = Expr::value(at);
        row(&self.alert).col_expr(Column::LetterAt, at).filter(Column::LetterAt.eq(self.until)).exec(db).await?;
        Ok(())
    }
}
