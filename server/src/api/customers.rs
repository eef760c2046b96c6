//! One customer's data: exported and erased.

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, post, web};
use base::error::{Error, Problem, Result};
use base::i18n::LocalizedText;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::RequestBody;
use super::idempotency::once;
use super::key::{ApiKey, Scope};
use super::roster;
use super::sources::by;
use crate::tenant::{self, CustomerExport, ExportPages, Who};
use crate::usage::UsageContext;

/// The customer: either `phone` or `conversation_id`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerExportIn {
    /// Everything of the person with this phone number, however it is written. Without a country it takes the account's.
    #[serde(default)]
    #[schema(example = "+7 915 111-22-33")]
    phone: Option<String>,
    /// A conversation.
    #[serde(default)]
    conversation_id: Option<Uuid>,
}

/// Whom to erase: either `phone` or `conversation_id`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerErasureIn {
    /// Everything of the person with this phone number, however it is written. Without a country it takes the account's.
    #[serde(default)]
    #[schema(example = "+7 915 111-22-33")]
    phone: Option<String>,
    /// A conversation.
    #[serde(default)]
    conversation_id: Option<Uuid>,
    /// Only counts what would be erased.
    #[serde(default)]
    dry_run: bool,
}

/// What an erasure would erase.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerErasureCountOut {
    pub conversation_ids: Vec<Uuid>,
    /// In these conversations, in others (group chats), and in imports that have not come to them yet.
    pub messages: u64,
    /// Number of files among them.
    pub files: u64,
    /// Conversations with a number that may be this customer's or another person's, because it is written without its
    /// country. They are not erased; erase them by `conversation_id` if they are the customer's.
    pub also_possible: Vec<Uuid>,
}

/// The proof of an erasure; it contains none of the customer's data.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerErasureOut {
    pub id: Uuid,
    /// Erased rows by table.
    #[schema(example = json!({"conversation": 1, "message": 12}))]
    pub counts: BTreeMap<String, u64>,
    /// Conversations that were not erased, as in a dry run.
    pub also_possible: Vec<Uuid>,
}

fn who(phone: Option<String>, conversation_id: Option<Uuid>) -> Result<Who> {
    match (phone.filter(|phone| !phone.trim().is_empty()), conversation_id) {
        (Some(phone), None) => Ok(Who::Phone(phone)),
        (None, Some(id)) => Ok(Who::Conversation(id)),
        _ => Err(Error::field("/phone", LocalizedText::new("said-customer-named"))),
    }
}

/// Exports one customer's data as newline-delimited JSON.
///
/// Requires scope `admin`. `{"type": "conversation" | "message" | "dead_letter" | "import_line", "data": {…}}` per line, ended by
/// `{"type": "end", "data": {"lines": …, "also_possible": […]}}`: without that line the export was interrupted.
/// `also_possible` names conversations that are not in the export: their number is written without its country and may
/// be this customer's or another person's.
#[utoipa::path(tag = "customers", params(("tenant_id", description = "Parom's id of the account")),
    request_body = CustomerExportIn, responses(
    (status = 200, description = "The lines", body = String, content_type = "application/x-ndjson"),
    (status = 403, description = "The key's scope is below `admin`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such customer, or the account is unknown or outside the key's", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Not exactly one of `phone` and `conversation_id`, an invalid phone number, or one that only ambiguous numbers may match", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/tenants/{tenant_id}/customers/export")]
pub async fn export(
    app: web::Data<UsageContext>,
    key: ApiKey,
    request: HttpRequest,
    tenant_id: web::Path<Uuid>,
    body: RequestBody,
) -> Result<HttpResponse> {
    key.in_tenant(*tenant_id)?;
    key.needs(Scope::Admin)?;
    let tenant = roster::tenant(&app, *tenant_id).await?;
    let (asked, _) = body.read::<CustomerExportIn>().await?;
    let who = who(asked.phone, asked.conversation_id)?;
    let searching = app.searches.begin(tenant.tenant_id)?;
    let export = CustomerExport::begin(&app.tenants, tenant.tenant_id, &who).await?;
    drop(searching);
    let by = by(&app, &key, &request).await?;
    let about = (tenant.tenant_id, tenant.host.as_str());
    by.did(&app, app.store.write(), "data.exported", about, json!({ "customers": 1 })).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/x-ndjson")
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", export.file_name())))
        .streaming(Box::pin(export.into_body())))
}

/// Erases one customer's data.
///
/// Requires scope `admin`. Messages, profile, ids, files and stored requests are erased; counts stay, and so do amoCRM's
/// and the messenger's own copies. With `dry_run` it only counts. After an interruption it can be repeated.
#[utoipa::path(tag = "customers", params(
    ("tenant_id", description = "Parom's id of the account"),
    ("Idempotency-Key" = Option<String>, Header, description = "Makes the request idempotent: repeats within 24 hours get the same response"),
), request_body = CustomerErasureIn, responses(
    (status = 200, description = "Dry run: counted, nothing changed", body = CustomerErasureCountOut),
    (status = 201, description = "Erased: the proof", body = CustomerErasureOut),
    (status = 403, description = "The key's scope is below `admin`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such customer, or the account is unknown or outside the key's", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Not exactly one of `phone` and `conversation_id`, an invalid phone number, or one that only ambiguous numbers may match", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/tenants/{tenant_id}/customers/erase")]
pub async fn erase(
    app: web::Data<UsageContext>,
    key: ApiKey,
    request: HttpRequest,
    tenant_id: web::Path<Uuid>,
    body: RequestBody,
) -> Result<HttpResponse> {
    key.in_tenant(*tenant_id)?;
    key.needs(Scope::Admin)?;
    let tenant_id = roster::tenant(&app, *tenant_id).await?.tenant_id;
    let (asked, once_only) = body.read::<CustomerErasureIn>().await?;
    let who = who(asked.phone, asked.conversation_id)?;
    let _searching = app.searches.begin(tenant_id)?;
    if asked.dry_run {
        let found = tenant::erase::find(&app.tenants, tenant_id, &who).await?;
        if found.is_empty() && found.also_possible.is_empty() {
            return Err(Error::NotFound);
        }
        let (messages, files) = (found.messages, found.files);
        let (conversation_ids, also_possible) = (found.conversations, found.also_possible);
        let count = CustomerErasureCountOut { conversation_ids, messages, files, also_possible };
        return Ok(HttpResponse::Ok().json(count));
    }
    once(&app, &key, once_only, async {
        let erasure = tenant::erase(&app.tenants, tenant_id, &who, &format!("key:{}", key.id)).await?;
        let by = by(&app, &key, &request).await?;
        let id = erasure.id.to_string();
        by.did(&app, app.store.write(), "data.erased", (tenant_id, &id), json!(erasure.counts)).await?;
        Ok(HttpResponse::Created().json(CustomerErasureOut {
            id: erasure.id,
            counts: erasure.counts,
            also_possible: erasure.also_possible,
        }))
    })
    .await
}
