//! The end of a source: gone at amoCRM, kept here as a deleted row, so that hooks and waiting letters find out.

use std::sync::Arc;

use entity::source;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::{SourceStatus, live, mirror};
use crate::app::App;
use crate::error::{Error, Result};
use crate::tenant::token::{CallError, TokenError};

/// Deletes a source at amoCRM (one that is gone there already is fine) and here. Its credentials are wiped, its name
/// is free again; managers' waiting and later messages to it fail with 902. An account whose access is lost can delete
/// too: then amoCRM keeps its part until access is given again. A caller that goes away does not break it off.
pub async fn delete(app: &Arc<App>, source: &source::Model) -> Result<()> {
    let found = live(source.tenant_id).filter(source::Column::Id.eq(source.id)).one(app.store.read()).await?;
    let source = found.ok_or(Error::NotFound)?;
    let deleting = tokio::spawn(carry_out(app.clone(), source));
    deleting.await.map_err(|error| anyhow::anyhow!("deleting a source broke off: {error}"))?
}

async fn carry_out(app: Arc<App>, source: source::Model) -> Result<()> {
    match mirror::delete(&app, source.tenant_id, source.amocrm_source_id).await {
        Ok(()) => {}
        Err(CallError::Token(error @ (TokenError::NoGrant | TokenError::NeedsReauth))) => {
            tracing::warn!(tenant.id = %source.tenant_id, source.id = %source.id, %error, "a source was deleted here only");
        }
        Err(error) => return Err(mirror::as_error(error)),
    }
    let now = app.clock.millis();
    let row = source::ActiveModel {
        tenant_id: Set(source.tenant_id),
        id: Set(source.id),
        is_default: Set(false),
        status: Set(SourceStatus::Stopped.as_str().to_owned()),
        status_reason: Set("deleted".to_owned()),
        secrets: Set(None),
        updated_at: Set(now),
        deleted_at: Set(Some(now)),
        ..Default::default()
    };
    source::Entity::update(row).exec(app.store.write()).await?;
    app.lookup.forget();
    // What waits, held or not, is taken up and buried by the engine.
    app.queue.resume(source.tenant_id, source.id, 0).await?;
    app.writer.stored().notify_one();
    tracing::info!(tenant.id = %source.tenant_id, source.id = %source.id, connector = source.kind, "a source was deleted");
    Ok(())
}
