//! All data of the account, or of one customer, as one file that is streamed line by line.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use serde_json::json;

use super::customer::{CustomerForm, who};
use crate::panel::{Answer, AppData, Form, Member, Right, nothing_kept};
use crate::tenant::{CustomerExport, Export, ExportPages};

/// `GET /panel/data/export`
pub(super) async fn download(app: AppData, member: Member) -> Answer {
    member.require(Right::SeeData)?;
    let app = app.into_inner();
    let export = Export::begin(&app.tenants, member.tenant_id).await?;
    member.audit(&app, app.store.write(), "data.exported", "", json!({})).await?;
    let name = export.file_name();
    Ok(file(&name, export))
}

/// `POST /panel/data/customer/export`
pub(super) async fn of_customer(app: AppData, member: Member, form: Form<CustomerForm>) -> Answer {
    member.require(Right::SeeData)?;
    let app = app.into_inner();
    let export = CustomerExport::begin(&app.tenants, member.tenant_id, &who(&form.who)).await?;
    // Without the phone number, because the log must not keep data that is erased later.
    member.audit(&app, app.store.write(), "data.exported", "", json!({ "customers": 1 })).await?;
    let name = export.file_name();
    Ok(file(&name, export))
}

fn file(name: &str, export: impl ExportPages) -> HttpResponse {
    nothing_kept(StatusCode::OK)
        .content_type("application/x-ndjson")
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .streaming(Box::pin(export.into_body()))
}
