//! An account's sources in the widget: the public API's shapes with additional fields for the window.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::caller::Caller;
use super::door::spoken;
use super::refusal::{Result, WidgetReader};
use super::source_out;
use super::strays::WidgetStrayOut;
use super::tenant_out::WidgetTenantOut;
use crate::api::body::RequestBody;
use crate::api::idempotency::{RequestFingerprint, once};
use crate::api::source_types::{SourceIn, SourcePatchIn, StepOut};
use crate::source::{self, By};
use crate::widget_api::{Answer, AppData, WidgetContext};

#[derive(Debug, Serialize)]
struct WidgetListOut {
    items: Vec<Value>,
    used: u64,
    limit: u32,
    tenant: WidgetTenantOut,
    strays: Vec<WidgetStrayOut>,
    /// Always null: an account has at most a hundred sources.
    next_cursor: Option<String>,
}

/// One step of a test.
#[derive(Debug, Serialize)]
struct WidgetStepOut {
    title: String,
    #[serde(flatten)]
    step: StepOut,
}

/// All sources at once, for all users of the account.
pub(super) async fn list(app: AppData, caller: Caller) -> Answer {
    let app = app.into_inner();
    let tenant_id = caller.tenant.tenant_id;
    let sources = source::all(&app.sources, tenant_id).await?;
    let items = source_out::items(&app, &caller, &sources).await?;
    let usage = source::usage(&app.sources, tenant_id).await?;
    let strays = source::strays(&app.sources, tenant_id).await?;
    Ok(HttpResponse::Ok().json(WidgetListOut {
        items,
        used: usage.used,
        limit: usage.limit,
        tenant: WidgetTenantOut::of(&app, &caller.tenant, &caller.reader).await?,
        strays: strays.into_iter().map(|row| WidgetStrayOut::of(row, &caller.reader)).collect(),
        next_cursor: None,
    }))
}

/// Creates a source here and in amoCRM: 201 means that it works.
pub(super) async fn create(app: AppData, caller: Caller, body: RequestBody) -> Answer {
    let app = app.into_inner();
    caller.needs_admin()?;
    let (wanted, asked) = body.read::<SourceIn>().await?;
    let work = async |by: By| {
        let made = source::create(&app.sources, caller.tenant.tenant_id, wanted.into(), &by).await?;
        let item = source_out::made(&app, &caller, &made).await?;
        Ok(HttpResponse::Created().json(item))
    };
    changed(&app, &caller, asked, work).await
}

/// Changes, pauses or resumes a source. With `If-Match`, 412 if it has changed since.
pub(super) async fn patch(
    app: AppData,
    caller: Caller,
    request: HttpRequest,
    source_id: web::Path<Uuid>,
    body: RequestBody,
) -> Answer {
    let app = app.into_inner();
    caller.needs_admin()?;
    source::find(&app.sources, caller.tenant.tenant_id, *source_id).await?;
    let expected = if_match(&request);
    let (change, asked) = body.read::<SourcePatchIn>().await?;
    let work = async |by: By| {
        let changed =
            source::change(&app.sources, caller.tenant.tenant_id, *source_id, change.into(), expected, &by).await?;
        source_out::answer(&app, &caller, &changed).await
    };
    changed(&app, &caller, asked, work).await
}

/// Deletes a source here and in amoCRM. Messages stay.
pub(super) async fn delete(app: AppData, caller: Caller, source_id: web::Path<Uuid>, body: RequestBody) -> Answer {
    let app = app.into_inner();
    caller.needs_admin()?;
    let asked = body.ignore()?;
    let work = async |by: By| {
        source::delete(&app.sources, caller.tenant.tenant_id, *source_id, &by).await?;
        Ok(HttpResponse::NoContent().finish())
    };
    changed(&app, &caller, asked, work).await
}

/// Recreates a source in amoCRM that a user deleted there.
pub(super) async fn restore(app: AppData, caller: Caller, source_id: web::Path<Uuid>, body: RequestBody) -> Answer {
    let app = app.into_inner();
    caller.needs_admin()?;
    let asked = body.ignore()?;
    let work = async |by: By| {
        let restored = source::restore(&app.sources, caller.tenant.tenant_id, *source_id, &by).await?;
        source_out::answer(&app, &caller, &restored).await
    };
    changed(&app, &caller, asked, work).await
}

/// Tests a source live, step by step. A failed step is reported, not an error.
pub(super) async fn test(app: AppData, caller: Caller, source_id: web::Path<Uuid>) -> Answer {
    let app: Arc<WidgetContext> = app.into_inner();
    caller.needs_admin()?;
    let by = caller.by(&app).await?;
    let steps = source::test(&app.sources, caller.tenant.tenant_id, *source_id, &by).await?;
    let WidgetReader { words, crm, .. } = caller.reader;
    let shown = |step: source::ProbeStep| WidgetStepOut {
        title: words.text_of("source-test-", step.name).with("crm", crm).to_string(),
        step: StepOut::of(step, |text| text.in_words(words, crm)),
    };
    let steps: Vec<WidgetStepOut> = steps.into_iter().map(shown).collect();
    Ok(HttpResponse::Ok().json(json!({ "steps": steps })))
}

/// A change by the caller, in their language; a repeat with the same `Idempotency-Key` gets the stored answer.
pub(super) async fn changed(
    app: &Arc<WidgetContext>,
    caller: &Caller,
    asked: RequestFingerprint,
    work: impl AsyncFnOnce(By) -> Result<HttpResponse>,
) -> Answer {
    let work = async { work(caller.by(app).await?).await };
    Ok(once(&app.usage, &caller.key(), asked, spoken(caller.reader, work)).await?)
}

/// The revision in `If-Match`; an invalid one matches no source.
fn if_match(request: &HttpRequest) -> Option<i64> {
    let text = request.headers().get(header::IF_MATCH)?.to_str().unwrap_or_default();
    let bare = text.trim().trim_start_matches("W/").trim_matches('"');
    (bare != "*").then(|| bare.parse().unwrap_or(-1))
}
