//! All data of the account as one file, streamed line by line.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};
use base::error::Result;
use serde_json::json;

use crate::panel::PanelContext;
use crate::panel::{Member, Right, nothing_kept};
use crate::tenant::Export;

/// `GET /panel/data/export`
pub(super) async fn download(app: web::Data<PanelContext>, member: Member) -> Result<HttpResponse> {
    member.require(Right::SeeData)?;
    let app = app.into_inner();
    let export = Export::begin(&app.tenants, member.tenant.tenant_id).await?;
    member.audit(&app, app.store.write(), "data.exported", "", json!({})).await?;
    let name = format!("attachment; filename=\"{}\"", export.file_name());
    let stream = Box::pin(export.into_stream());
    let stream = futures_util::StreamExt::map(stream, |page| {
        page.map_err(|error| {
            tracing::error!(error = format!("{error:#}"), "an export was interrupted");
            actix_web::error::ErrorInternalServerError("the export was interrupted")
        })
    });
    Ok(nothing_kept(StatusCode::OK)
        .content_type("application/x-ndjson")
        .insert_header((header::CONTENT_DISPOSITION, name))
        .streaming(stream))
}
