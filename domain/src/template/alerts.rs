//! Alerts about templates that can no longer be sent, or that the messenger changed.

use entity::message_template;
use sea_orm::{ConnectionTrait, DbErr};
use serde_json::json;

use super::Stage;
use crate::alert::{self, Alarm};
use crate::source::SourceContext;

/// Kind of the alert about a template that the messenger rejected.
pub const REJECTED: &str = "template_rejected";
/// Kind of the alert about a template that the messenger paused or disabled.
pub const PAUSED: &str = "template_paused";
/// Kind of the alert about a template whose category or quality the messenger lowered.
pub const CHANGED: &str = "template_changed";
/// The rating below which messengers pause templates.
const WORST: &str = "RED";

/// Opens and closes the alerts for a row that changed.
pub(super) async fn follow(
    app: &SourceContext,
    db: &impl ConnectionTrait,
    before: &message_template::Model,
    row: &message_template::Model,
) -> Result<(), DbErr> {
    let stage = Stage::of(row);
    if stage != Stage::of(before) || row.reason != before.reason {
        set(app, db, row, REJECTED, stage == Stage::Rejected).await?;
        set(app, db, row, PAUSED, matches!(stage, Stage::Paused | Stage::Disabled)).await?;
    }
    let recategorised = row.category != before.category && !before.category.is_empty();
    let worst = row.quality == WORST;
    if recategorised || (worst && before.quality != WORST) {
        set(app, db, row, CHANGED, true).await?;
    } else if before.quality == WORST && !worst {
        set(app, db, row, CHANGED, false).await?;
    }
    Ok(())
}

async fn set(
    app: &SourceContext,
    db: &impl ConnectionTrait,
    row: &message_template::Model,
    kind: &'static str,
    open: bool,
) -> Result<(), DbErr> {
    // The alert about a rejection belongs to amoCRM's template, whichever of its sources was concerned.
    let object = if kind == REJECTED { row.crm_id.to_string() } else { row.id.to_string() };
    if open {
        let detail = json!({
            "template": row.title,
            "reason": row.reason,
            "category": row.category,
            "quality": row.quality,
        });
        let alarm = Alarm { tenant_id: row.tenant_id, kind, object: &object, source_id: None, detail };
        alert::raise(app, db, alarm).await?;
    } else {
        alert::resolve(app, db, row.tenant_id, kind, &object).await?;
    }
    Ok(())
}
