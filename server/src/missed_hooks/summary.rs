//! Results of an account's comparisons, for pages.

use entity::history_look;
use sea_orm::DbErr;
use uuid::Uuid;

use super::report;
use crate::intake::IntakeContext;

/// Over all channels of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// A round is running, or about to begin.
    pub is_looking: bool,
    /// When the last round ended, in milliseconds since 1970; none if there was none yet.
    pub ended_at: Option<i64>,
    /// Of the last round: chats compared, messages sent on, messages held for a person.
    pub chats: i64,
    pub sent: i64,
    pub held: i64,
    /// Messages found since the account was installed.
    pub found: i64,
    /// Those of them that still wait for a person.
    pub waiting: u64,
}

/// Reads the results.
pub async fn of_tenant(app: &IntakeContext, tenant_id: Uuid) -> Result<Sum, DbErr> {
    let now = app.clock.millis();
    let rows = history_look::Entity::of_tenant(tenant_id).all(app.store.read()).await?;
    let mut sum = Sum { waiting: report::held(app, tenant_id).await?, ..Sum::default() };
    for row in rows {
        sum.is_looking |= row.began_at.is_some() || row.next_at <= now;
        sum.ended_at = sum.ended_at.max(row.ended_at);
        sum.chats += row.last_chats;
        sum.sent += row.last_sent;
        sum.held += row.last_held;
        sum.found += row.found;
    }
    Ok(sum)
}
