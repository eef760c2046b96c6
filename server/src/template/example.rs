//! The file that a template was reviewed with, for messages that name no file of their own.

use std::sync::Arc;

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::message::Direction;
use connectors::Denied;
use entity::message_template::{self, Column};
use entity::source;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::sample;
use super::spec::Spec;
use crate::media::{FileOwner, Upload, Uploader, uploaded};
use crate::source::SourceContext;

/// Seconds after which a caller may ask again while amoCRM does not answer.
const RETRY_AFTER: u32 = 30;

/// The `media_id` of a template's file: fetched from amoCRM once, and again when it is no longer stored. 422 at `/file`
/// if amoCRM does not have it, 503 while amoCRM does not answer.
pub async fn example(app: &Arc<SourceContext>, source: &source::Model, row: &message_template::Model) -> Result<Uuid> {
    let spec = Spec::stored(row);
    let (Some(kind), Some(attachment)) = (spec.file_kind(), &spec.attachment) else {
        return Err(Error::field("/file", LocalizedText::new("said-template-file-gone")));
    };
    if let Some(known) = spec.example
        && is_stored(app, source, known).await?
    {
        return Ok(known);
    }
    let file = match sample::of(app, row.tenant_id, kind, attachment).await? {
        Ok(file) => file,
        Err(Denied::Away(detail)) => return Err(Error::Unavailable { detail, retry_after: RETRY_AFTER }),
        Err(denied) => return Err(Error::field("/file", denied.text().clone())),
    };
    let upload = Upload::begin(&app.files, source.tenant_id, source.id, Uploader::Account).await?;
    let received = upload.take(file.bytes).await?.finish(&file.name).await?;
    received.keep(&app.files).await?;
    let stored = Spec { example: Some(received.id()), ..spec };
    message_template::Entity::update_many()
        .col_expr(Column::Spec, Expr::value(serde_json::to_string(&stored).map_err(anyhow::Error::from)?))
        .filter(Column::TenantId.eq(row.tenant_id))
        .filter(Column::Id.eq(row.id))
        // A review that was requested meanwhile has another file.
        .filter(Column::Spec.eq(row.spec.as_str()))
        .exec(app.store.write())
        .await?;
    Ok(received.id())
}

async fn is_stored(app: &Arc<SourceContext>, source: &source::Model, media_id: Uuid) -> Result<bool> {
    let (tenant_id, source_id) = (source.tenant_id, source.id);
    let whose = FileOwner { tenant_id, source_id, direction: Direction::ToMessenger, message_id: Uuid::nil() };
    match uploaded(&app.files, &whose, media_id).await {
        Ok(_) => Ok(true),
        Err(Error::Invalid(_)) => Ok(false),
        Err(error) => Err(error),
    }
}
