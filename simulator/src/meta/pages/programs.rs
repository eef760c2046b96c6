//! The API for programs in any language: actions, chats, faults.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::is_own;
use crate::meta::{
    act::{self, Act},
    core::Core,
    faults::{Fault, HookFault},
    look::MessageView,
    state::State,
};
use crate::old;

/// `POST /acts`: one action as JSON; 422 explains why it failed.
pub(super) async fn act(core: web::Data<Arc<Core>>, request: HttpRequest, body: Bytes) -> HttpResponse {
    old::perform(&request, &body, |asked: Act| act::perform(&core, asked))
}

/// `GET /chats/{account}/{person}`: the messages of a chat.
pub(super) async fn chat(core: web::Data<Arc<Core>>, path: web::Path<(String, i64)>) -> HttpResponse {
    let messages: Vec<MessageView> = core.read(|state| {
        let chat = state.chats.get(&path.into_inner());
        chat.into_iter().flat_map(|chat| &chat.messages).map(|one| MessageView::of(state, one)).collect()
    });
    HttpResponse::Ok().json(json!({ "messages": messages }))
}

/// Faults that `POST /faults` can add.
#[derive(Deserialize)]
#[serde(untagged)]
enum Broken {
    /// `{"edge": "messages", "count": 3, "fault": "refuse", "status": 400, "code": 613, "message": "…"}`.
    Call {
        edge: String,
        count: Option<usize>,
        #[serde(flatten)]
        fault: Fault,
    },
    /// `{"hook": "doubled", "count": 1}`.
    Hook { hook: HookFault, count: Option<usize> },
    /// `{"revoke": "IGAA…"}`.
    Revoke { revoke: String },
    /// `{"expire_files": true}`.
    Expire { expire_files: bool },
    /// `{"hold_hooks": true}`.
    Hold { hold_hooks: bool },
}

/// `GET /faults`.
pub(super) async fn faults(core: web::Data<Arc<Core>>) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "broken": core.faults.describe() }))
}

/// `POST /faults`.
pub(super) async fn break_it(core: web::Data<Arc<Core>>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let broken = match old::asked(&request, &body) {
        Ok(broken) => broken,
        Err(answer) => return answer,
    };
    match broken {
        Broken::Call { edge, count, fault } => core.faults.add(&edge, None, count, fault),
        Broken::Hook { hook, count } => core.faults.add_delivery(count, hook),
        Broken::Revoke { revoke } => core.change(|state| state.revoke(&revoke)),
        Broken::Expire { expire_files: true } => core.change(State::expire_files),
        Broken::Expire { .. } => {}
        Broken::Hold { hold_hooks } => core.hold(hold_hooks),
    }
    core.touch();
    faults(core).await
}

/// `DELETE /faults`: removes faults of calls and events. A revoked token stays revoked.
pub(super) async fn mend(core: web::Data<Arc<Core>>, request: HttpRequest) -> HttpResponse {
    if !is_own(&request) {
        return HttpResponse::Forbidden().finish();
    }
    core.faults.clear();
    core.hold(false);
    core.touch();
    HttpResponse::Ok().json(json!({ "broken": Value::Array(Vec::new()) }))
}
