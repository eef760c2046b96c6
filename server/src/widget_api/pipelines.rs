//! `GET /widget/v1/pipelines`: the account's pipelines, to choose from for a source.

use domain::source;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use amocrm::rest::Pipeline;
use chrono::TimeDelta;
use serde::Serialize;
use uuid::Uuid;

use super::caller::Caller;
use super::refusal::Result;
use crate::widget_api::{Answer, AppData, WidgetContext};

/// Age at which a list is read again.
const FRESH: TimeDelta = TimeDelta::minutes(1);
/// Names in the list of sources may be this old, and are not waited for long.
const NAMES_FRESH: TimeDelta = TimeDelta::minutes(10);
const NAMES_PATIENCE: Duration = Duration::from_secs(2);

#[derive(Debug, Serialize)]
struct WidgetPipelineOut<'pipeline> {
    id: String,
    name: &'pipeline str,
    is_main: bool,
}

/// The account's pipelines, at most a minute old.
pub(super) async fn list(app: AppData, caller: Caller) -> Answer {
    let pipelines = read(&app.into_inner(), caller.tenant.tenant_id, FRESH.num_milliseconds()).await?;
    let items: Vec<_> = pipelines
        .iter()
        .map(|one| WidgetPipelineOut { id: one.id.to_string(), name: &one.name, is_main: one.is_main })
        .collect();
    Ok(HttpResponse::Ok().json(serde_json::json!({ "items": items })))
}

/// The pipelines known without a long wait: for display only.
pub(super) async fn names(app: &Arc<WidgetContext>, tenant_id: Uuid) -> Arc<Vec<Pipeline>> {
    match tokio::time::timeout(NAMES_PATIENCE, read(app, tenant_id, NAMES_FRESH.num_milliseconds())).await {
        Ok(Ok(pipelines)) => pipelines,
        _ => {
            // Caches the failure, so that not every poll repeats the request.
            let none = Arc::new(Vec::new());
            app.widget.pipelines.insert(tenant_id, (app.clock.millis(), none.clone())).await;
            none
        }
    }
}

async fn read(app: &Arc<WidgetContext>, tenant_id: Uuid, fresh: i64) -> Result<Arc<Vec<Pipeline>>> {
    let now = app.clock.millis();
    // An empty list is a cached failure: usable for names only.
    let known = app
        .widget
        .pipelines
        .get(&tenant_id)
        .await
        .filter(|(at, known)| at + fresh > now && (fresh == NAMES_FRESH.num_milliseconds() || !known.is_empty()));
    if let Some((_, pipelines)) = known {
        return Ok(pipelines);
    }
    let pipelines = Arc::new(source::pipelines(&app.sources, tenant_id).await?);
    app.widget.pipelines.insert(tenant_id, (now, pipelines.clone())).await;
    Ok(pipelines)
}
