//! `POST /location/{scope_id}`: amoCRM's hooks. Each is sent once and must be answered within five seconds, so it is
//! stored under time pressure: in the database, else in the spool if that takes too long, and only then answered with
//! an error, which loses it.
//!
//! ```text
//! channel ─▶ body ─▶ signature ─▶ events.rs (one commit) ─▶ 200
//!   401       413       401     └─ not in time ─▶ spool.rs ─▶ 200
//! ```

pub mod account;
pub(super) mod events;
pub mod message;
pub mod salesbot;
pub mod spool;

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use amocrm::chats::sign;
use base::spool::{Arrival, Hook, HookNotKept};
use secrecy::ExposeSecret;

use super::IntakeContext;
use super::door::{self, later};

pub use spool::LostHooks;

/// Larger bodies are refused.
pub const BODY_BYTES: usize = 1024 * 1024;
/// The entrance's name.
pub(super) const KIND: &str = "amocrm";
/// Length of the channel id in front of a scope id.
const CHANNEL_ID: usize = 36;
/// Time limit for the database write.
const DATABASE: Duration = Duration::from_millis(1_500);
/// Time limit for the disk write, after the database's.
const DISK: Duration = Duration::from_millis(1_500);

/// Neither the database nor the disk stored a hook.
#[derive(Debug, thiserror::Error)]
#[error("a hook of amoCRM is lost: {0}")]
struct NotStored(HookNotKept);

/// The route's handler.
pub async fn hook(
    app: web::Data<IntakeContext>,
    scope_id: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    door::measure(KIND, async {
        match answer(&app, &scope_id, &request, payload).await {
            Ok(answer) | Err(answer) => answer,
        }
    })
    .await
}

/// The error is a refusal.
async fn answer(
    app: &Arc<IntakeContext>,
    scope_id: &str,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, HttpResponse> {
    // A caller that names no channel of ours is refused before its body is read.
    let channel = scope_id.get(..CHANNEL_ID).and_then(|channel_id| app.integrations.channel(channel_id));
    let Some((_, channel)) = channel else { return Err(not_genuine()) };
    let body = door::read(request, payload, BODY_BYTES).await.inspect_err(|refused| {
        if refused.status() == StatusCode::SERVICE_UNAVAILABLE {
            app.lost.note(scope_id, app.clock.millis());
        }
    })?;
    let signature = request.headers().get("X-Signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut secrets = [Some(&channel.secret), channel.previous_secret.as_ref()].into_iter().flatten();
    let genuine = secrets.any(|secret| sign::verify_hook(secret, &body, signature));
    if app.faults.errs("defect.log_a_secret") {
        tracing::info!(secret = channel.secret.expose_secret(), "a hook was verified");
    }
    if !genuine {
        return Err(not_genuine());
    }
    let (received_at, arrival) = (app.clock.millis(), app.spool.arrive());
    let hook = Hook { id: app.clock.uuid_v7(), received_at, scope_id: scope_id.to_owned(), body };
    let taken = door::finish("chats_hook", {
        let app = app.clone();
        async move { Ok(take(&app, hook, arrival).await) }
    });
    match taken.await {
        Ok(Ok(())) => Ok(HttpResponse::Ok().finish()),
        Ok(Err(NotStored(_))) | Err(_) => {
            app.lost.note(scope_id, received_at);
            Err(later(1))
        }
    }
}

fn not_genuine() -> HttpResponse {
    HttpResponse::Unauthorized().body("the signature does not match")
}

/// Stores a hook. While any waits in the spool of this process or of another one of this machine, later ones go to
/// the spool too, so that none overtakes another. When the spool accepts no more, a hook out of order is better than
/// a lost one.
async fn take(app: &Arc<IntakeContext>, hook: Hook, arrival: Arrival) -> Result<(), NotStored> {
    let first = !app.spool.is_before(&hook.scope_id).await;
    if first && store_in_time(app, &hook).await {
        return Ok(());
    }
    // One that goes to the disk at once may wait there for those that the database has not stored yet.
    let limit = if first { DISK } else { DATABASE + DISK };
    let kept = tokio::time::timeout(limit, app.spool.keep(&hook, arrival)).await.unwrap_or(Err(HookNotKept::Late));
    metrics::counter!("parom_spooled_total", "kept" => if kept.is_ok() { "yes" } else { "no" }).increment(1);
    spool::count(app);
    if kept.is_err() && !first && store_in_time(app, &hook).await {
        return Ok(());
    }
    kept.map_err(|why| {
        let lost = NotStored(why);
        tracing::error!(error = %lost, scope.id = hook.scope_id, "free the database or the disk at once");
        lost
    })
}

/// Stores it in the database; false if that did not succeed within the time limit.
async fn store_in_time(app: &Arc<IntakeContext>, hook: &Hook) -> bool {
    if !app.store.is_open() {
        return false;
    }
    let storing = async {
        app.faults.pass("hook.before_store").await;
        events::store(app, hook).await
    };
    match tokio::time::timeout(DATABASE, storing).await {
        Ok(Ok(())) => return true,
        Ok(Err(refused)) => tracing::error!(error = %refused, "the database did not store a hook from amoCRM"),
        Err(_) => tracing::error!("the database did not store a hook from amoCRM in time"),
    }
    false
}
