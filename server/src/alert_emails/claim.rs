//! Only one of several instances sends: an alert is claimed by one conditional update of its `letter_at`.

use base::due;
use entity::alert::{self, Column};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany};
use uuid::Uuid;

use crate::alert_emails::AlertEmailContext;

/// Duration of a claim in milliseconds; e-mails of an instance that died, or that the mail server refused, are retried
/// then.
const CLAIMED: i64 = 10 * 60_000;
/// Milliseconds between two e-mails of an account.
const PAUSE: i64 = 10 * 60_000;
/// Milliseconds before the reminder of an alert that is still open.
const AGAIN: i64 = 4 * 3_600_000;
/// E-mails about one alert, without the closing one.
const MOST: i32 = 2;

/// An alert whose e-mail this instance sends.
pub(super) struct Claimed {
    pub alert: alert::Model,
    until: i64,
}

fn row(alert: &alert::Model) -> UpdateMany<alert::Entity> {
    alert::Entity::update_many().filter(Column::TenantId.eq(alert.tenant_id)).filter(Column::Key.eq(alert.key.as_str()))
}

/// Claims what is due. Nothing if the account had an e-mail recently: the alerts wait and join later ones.
pub(super) async fn claim(
    app: &AlertEmailContext,
    tenant_id: Uuid,
    due: Vec<alert::Model>,
) -> Result<Vec<Claimed>, DbErr> {
    let now = app.clock.millis();
    let last = last_letter(app, tenant_id).await?.map(|last| last + PAUSE).filter(|free| *free > now);
    let mut claimed = Vec::new();
    for alert in due {
        let until = last.unwrap_or(now + CLAIMED);
        if !due::claim(&app.store, &alert, Column::LetterAt, until).await? || last.is_some() {
            continue;
        }
        let claim = Claimed { alert, until };
        if claim.is_wanted(now) { claimed.push(claim) } else { claim.next(app, None).await? }
    }
    Ok(claimed)
}

async fn last_letter(app: &AlertEmailContext, tenant_id: Uuid) -> Result<Option<i64>, DbErr> {
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

    /// Records that its e-mail was sent.
    pub async fn mark_sent(&self, app: &AlertEmailContext) -> Result<(), DbErr> {
        let now = app.clock.millis();
        row(&self.alert)
            .col_expr(Column::Letters, Expr::col(Column::Letters).add(1))
            .col_expr(Column::LetteredAt, Expr::value(Some(now)))
            .col_expr(Column::MutedUntil, Expr::value(Option::<i64>::None))
            .filter(Column::OpenedAt.eq(self.alert.opened_at))
            .exec(app.store.write())
            .await?;
        let open = self.alert.resolved_at.is_none();
        self.next(app, (open && self.alert.letters + 1 < MOST).then_some(now + AGAIN)).await?;
        if open {
            // Resolved while the e-mail was being sent: its readers get the closing one too.
            row(&self.alert)
                .col_expr(Column::LetterAt, Expr::value(Some(now)))
                .filter(Column::OpenedAt.eq(self.alert.opened_at))
                .filter(Column::ResolvedAt.is_not_null())
                .filter(Column::LetterAt.is_null())
                .exec(app.store.write())
                .await?;
        }
        Ok(())
    }

    /// Records that it has no readers.
    pub async fn unwanted(&self, app: &AlertEmailContext) -> Result<(), DbErr> {
        self.next(app, None).await
    }

    /// Sets its next due time, unless a person or the cause itself changed it meanwhile.
    async fn next(&self, app: &AlertEmailContext, at: Option<i64>) -> Result<(), DbErr> {
        let at: SimpleExpr = Expr::value(at);
        row(&self.alert)
            .col_expr(Column::LetterAt, at)
            .filter(Column::LetterAt.eq(self.until))
            .exec(app.store.write())
            .await?;
        Ok(())
    }
}
