//! `GET /chat/{source_id}/logo`: the picture in the chat's header, for every page.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use base::error::Error;
use entity::chat_logo;
use sea_orm::{ColumnTrait, QueryFilter};
use serde::Deserialize;

use super::access::{self, Result};
use crate::webchat::WebchatContext;

/// How long a picture at its own address is kept: a year.
const FOREVER: &str = "public, max-age=31536000, immutable";

#[derive(Deserialize)]
pub struct LogoQuery {
    /// The version that the page knows.
    #[serde(default)]
    v: String,
}

/// The route's handler.
pub async fn get(
    app: web::Data<WebchatContext>,
    source_id: web::Path<String>,
    query: web::Query<LogoQuery>,
) -> Result<HttpResponse> {
    let source = access::source_of(&app, &source_id).await?;
    if source.logo.is_empty() {
        return Err(Error::NotFound.into());
    }
    let found = chat_logo::Entity::of_tenant(source.tenant_id).filter(chat_logo::Column::SourceId.eq(source.id));
    let row = found.one(app.store.read()).await?.ok_or(Error::NotFound)?;
    let kept = if query.v == source.logo { FOREVER } else { "no-cache" };
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(row.mime_type)
        .insert_header((header::CACHE_CONTROL, kept))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header(("Cross-Origin-Resource-Policy", "cross-origin"));
    Ok(answer.body(row.picture))
}
