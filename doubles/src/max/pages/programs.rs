//! The API for programs in any language: acts and faults.

use std::{convert::Infallible, sync::Arc, time::Duration};

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use serde_json::json;

use super::is_own;
use crate::max::act::{self, Act};
use crate::max::core::Core;
use crate::max::faults::{Fault, UpdateFault};

/// Interval of comments by which closed pages are detected.
const HEARTBEAT: Duration = Duration::from_secs(15);

fn wrong(error: &impl std::fmt::Display) -> HttpResponse {
    HttpResponse::UnprocessableEntity().json(json!({"error": format!("{error:#}")}))
}

/// `POST /acts`: one act as JSON; 422 says why it failed.
pub(super) async fn act(core: web::Data<Arc<Core>>, request: HttpRequest, body: Bytes) -> HttpResponse {
    if !is_own(&request) {
        return HttpResponse::Forbidden().finish();
    }
    match serde_json::from_slice::<Act>(&body) {
        Err(error) => wrong(&error),
        Ok(asked) => match act::perform(&core, asked) {
            Ok(done) => HttpResponse::Ok().json(done),
            Err(error) => wrong(&error),
        },
    }
}

/// What `POST /faults` can break.
#[derive(Deserialize)]
#[serde(untagged)]
enum Broken {
    /// `{"call": "POST /messages", "count": 3, "fault": "too_many", "retry_after": 5}`.
    Call {
        call: String,
        count: Option<usize>,
        #[serde(flatten)]
        fault: Fault,
    },
    /// `{"update": "doubled", "count": 1}`.
    Update { update: UpdateFault, count: usize },
    /// `{"hijack": 70011, "url": "https://other.example/hook"}`.
    Hijack { hijack: i64, url: String },
    /// `{"revoke": 70011}`.
    Revoke { revoke: i64 },
    /// `{"end_addresses": true}`.
    EndAddresses { end_addresses: bool },
    /// `{"processing": 3000}`: milliseconds for which new files are processed.
    Processing { processing: i64 },
}

/// `GET /faults`.
pub(super) async fn faults(core: web::Data<Arc<Core>>) -> HttpResponse {
    HttpResponse::Ok().json(json!({"broken": core.faults.describe()}))
}

/// `POST /faults`.
pub(super) async fn break_it(core: web::Data<Arc<Core>>, request: HttpRequest, body: Bytes) -> HttpResponse {
    if !is_own(&request) {
        return HttpResponse::Forbidden().finish();
    }
    match serde_json::from_slice::<Broken>(&body) {
        Err(error) => return wrong(&error),
        Ok(Broken::Call { call, count, fault }) => core.faults.add(&call, count, fault),
        Ok(Broken::Update { update, count }) => core.faults.next_updates(count, update),
        Ok(Broken::Hijack { hijack, url }) => core.change(|state| state.hijack(hijack, &url)),
        Ok(Broken::Revoke { revoke }) => core.change(|state| state.revoke(revoke)),
        Ok(Broken::EndAddresses { end_addresses: true }) => core.change(|state| state.end_addresses()),
        Ok(Broken::EndAddresses { end_addresses: false }) => {}
        Ok(Broken::Processing { processing }) => core.change(|state| state.processing = processing),
    }
    faults(core).await
}

/// `DELETE /faults`. A revoked token stays revoked.
pub(super) async fn mend(core: web::Data<Arc<Core>>, request: HttpRequest) -> HttpResponse {
    if !is_own(&request) {
        return HttpResponse::Forbidden().finish();
    }
    core.faults.clear();
    core.change(|state| state.processing = 0);
    faults(core).await
}

/// `GET /events`: server-sent events that only say "something changed".
pub(super) async fn events(core: web::Data<Arc<Core>>) -> HttpResponse {
    let mut changes = core.subscribe();
    // What happened since the page was drawn.
    changes.mark_changed();
    let body = stream::unfold(changes, |mut changes| async move {
        let text = match tokio::time::timeout(HEARTBEAT, changes.changed()).await {
            Ok(Ok(())) => format!("event: change\ndata: {}\n\n", *changes.borrow_and_update()),
            // MAX has stopped.
            Ok(Err(_)) => return None,
            Err(_) => ": still here\n\n".to_owned(),
        };
        Some((Ok::<_, Infallible>(Bytes::from(text)), changes))
    });
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(body)
}
