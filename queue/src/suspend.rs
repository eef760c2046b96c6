//! Suspends an endpoint that has failed for long, until a person resumes it.

use base::store::Executor;
use sea_orm::DbErr;
use uuid::Uuid;

use super::rows::Rows;
use super::{HELD, Queue};

impl Queue {
    /// Holds a target whose webhooks have all failed for at least `millis` milliseconds and `tries` attempts; its
    /// letters wait undamaged. True if this call set the hold.
    pub async fn suspend(
        &self,
        tx: impl Into<Executor<'_>>,
        (tenant_id, target): (Uuid, Uuid),
        (millis, tries): (i64, i32),
        reason: &str,
    ) -> Result<bool, DbErr> {
        let held = Rows::new()
            .uuid("tenant_id", [tenant_id])
            .uuid("target", [target])
            .long("millis", [millis])
            .int("tries", [tries])
            .text("reason", [format!("{HELD}{reason}")])
            .execute(
                tx,
                &self.store,
                "UPDATE turn SET ready_at = NULL, reason = rows.reason FROM rows \
                 WHERE turn.tenant_id = {account} AND turn.target = rows.target AND turn.reason NOT LIKE 'held:%' \
                 AND turn.failing_since <= {now} - rows.millis AND turn.failing >= rows.tries",
            )
            .await?;
        Ok(held > 0)
    }
}
