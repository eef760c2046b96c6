//! `/healthz`, `/readyz` and `/metrics`.

use domain::probe;
use std::time::Duration;

use actix_web::{HttpResponse, web};
use sea_orm::{ConnectionTrait, Statement};
use serde::Deserialize;

use crate::app::App;

/// Time limit of the readiness check.
const ANSWERS_WITHIN: Duration = Duration::from_secs(1);

/// 200. With a nonce it proves that the address leads to this service.
pub async fn health(app: web::Data<App>, query: web::Query<HealthQuery>) -> HttpResponse {
    let proof = query.nonce.as_deref().and_then(|nonce| probe::proof(&app.vault, nonce));
    HttpResponse::Ok().body(format!("{}\n", proof.as_deref().unwrap_or("ok")))
}

/// The query of `/healthz`.
#[derive(Deserialize)]
pub struct HealthQuery {
    nonce: Option<String>,
}

/// 200 while requests should come here: the process is not stopping, its background tasks run, and amoCRM's hooks can
/// be stored in the database or on disk. A proxy that skipped this process only because of the database would lose
/// hooks.
pub async fn ready(app: web::Data<App>) -> HttpResponse {
    if app.stop.is_cancelled() {
        return HttpResponse::ServiceUnavailable().body("stopping\n");
    }
    let failing = app.supervisor.failing();
    if !failing.is_empty() {
        let tasks: Vec<&str> = failing.iter().map(|one| one.task).collect();
        let given = format!("background tasks keep failing: {}; the log says why\n", tasks.join(", "));
        return HttpResponse::ServiceUnavailable().body(given);
    }
    if answers(&app).await {
        return match nodes_away(&app).await {
            0 => HttpResponse::Ok().body("ready\n"),
            away => HttpResponse::Ok().body(format!(
                "degraded: database nodes that do not answer: {away}; their accounts wait, the others are served\n"
            )),
        };
    }
    if app.spool.is_there() {
        return HttpResponse::Ok().body("degraded: the database does not answer, hooks of amoCRM wait on the disk\n");
    }
    HttpResponse::ServiceUnavailable().body("the database does not answer\n")
}

async fn answers(app: &App) -> bool {
    if !app.store.is_open() {
        return false;
    }
    let question = Statement::from_string(app.store.backend(), "SELECT 1");
    match tokio::time::timeout(ANSWERS_WITHIN, app.store.read().query_one_raw(question)).await {
        Ok(Ok(_)) => true,
        Ok(Err(error)) => {
            tracing::warn!(%error, "the database does not answer");
            false
        }
        Err(_) => {
            tracing::warn!("the database does not answer in time");
            false
        }
    }
}

/// The number of a distributed database's nodes that do not answer.
async fn nodes_away(app: &App) -> i64 {
    match tokio::time::timeout(ANSWERS_WITHIN, app.store.nodes_away()).await {
        Ok(Ok(away)) => away,
        Ok(Err(error)) => {
            tracing::warn!(%error, "the database's nodes could not be asked");
            1
        }
        // A node that is unreachable lets the coordinator wait.
        Err(_) => 1,
    }
}

pub async fn metrics(app: web::Data<App>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(app.metrics.render())
}
