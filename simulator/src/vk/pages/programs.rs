//! The API for programs in any language: actions, dialogues, faults.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;

use super::is_own;
use crate::old;
use crate::vk::{
    act::{self, Act},
    core::Core,
    faults::{EventFault, Fault},
    view::MessageView,
};

/// `POST /acts`: one action as JSON; 422 explains why it failed.
pub(super) async fn act(core: web::Data<Arc<Core>>, request: HttpRequest, body: Bytes) -> HttpResponse {
    old::perform(&request, &body, |asked: Act| act::perform(&core, asked))
}

#[derive(Deserialize)]
pub(super) struct Named {
    name: String,
    mime: String,
}

/// `POST /uploads?name=…&mime=…` with the bytes as its body; answers `{"upload": id}`.
pub(super) async fn upload(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    named: web::Query<Named>,
    body: Bytes,
) -> HttpResponse {
    if !is_own(&request) {
        return HttpResponse::Forbidden().finish();
    }
    let Named { name, mime } = named.into_inner();
    let id = core.change(|state| {
        let id = format!("upload-{}", state.next_serial());
        state.files.uploads.insert(id.clone(), (name, mime, body));
        id
    });
    HttpResponse::Ok().json(json!({"upload": id}))
}

/// `GET /dialogues/{community}/{peer}`.
pub(super) async fn dialogue(core: web::Data<Arc<Core>>, path: web::Path<(i64, i64)>) -> HttpResponse {
    let (community, peer) = path.into_inner();
    let messages: Vec<MessageView> = core.read(|state| {
        let all = state.dialogues.get(&(community, peer)).map(|one| one.messages.as_slice()).unwrap_or_default();
        all.iter().map(|one| MessageView::of(state, community, peer, one)).collect()
    });
    HttpResponse::Ok().json(json!({"messages": messages}))
}

/// Faults that `POST /faults` can add.
#[derive(Deserialize)]
#[serde(untagged)]
enum Broken {
    /// `{"method": "messages.send", "count": 3, "fault": "refuse", "code": 6}`.
    Call {
        method: String,
        count: Option<usize>,
        #[serde(flatten)]
        fault: Fault,
    },
    /// `{"event": "doubled", "count": 1}`.
    Event { event: EventFault, count: Option<usize> },
    /// `{"revoke": 223344556}`.
    Revoke { revoke: i64 },
    /// `{"rates": true}`.
    Rates { rates: bool },
}

/// `GET /faults`.
pub(super) async fn faults(core: web::Data<Arc<Core>>) -> HttpResponse {
    HttpResponse::Ok().json(json!({"broken": core.faults.describe()}))
}

/// `POST /faults`.
pub(super) async fn break_it(core: web::Data<Arc<Core>>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let broken = match old::asked(&request, &body) {
        Ok(broken) => broken,
        Err(answer) => return answer,
    };
    match broken {
        Broken::Call { method, count, fault } => core.faults.add(&method, None, count, fault),
        Broken::Event { event, count } => core.faults.next_events(count, event),
        Broken::Revoke { revoke } => core.change(|state| state.revoke(revoke)),
        Broken::Rates { rates } => core.change(|state| state.rates.on = rates),
    }
    faults(core).await
}

/// `DELETE /faults`: removes faults of calls and events. A revoked token stays revoked.
pub(super) async fn mend(core: web::Data<Arc<Core>>, request: HttpRequest) -> HttpResponse {
    if !is_own(&request) {
        return HttpResponse::Forbidden().finish();
    }
    core.faults.clear();
    core.change(|state| state.rates.on = false);
    faults(core).await
}
