//! The API for programs in any language: actions, chats, templates, faults.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::is_own;
use crate::old;
use crate::whatsapp::{
    act::{self, Act},
    core::Core,
    faults::{Fault, WebhookFault},
    view::{MessageView, TemplateView},
};

/// `POST /acts`: one action as JSON; 422 explains why it failed.
pub(super) async fn act(core: web::Data<Arc<Core>>, request: HttpRequest, body: Bytes) -> HttpResponse {
    old::perform(&request, &body, |asked: Act| act::perform(&core, asked))
}

#[derive(Deserialize)]
pub(super) struct Viewer {
    phone: String,
}

/// `GET /chats/{person}?phone=…`: the messages of a chat.
pub(super) async fn chat(core: web::Data<Arc<Core>>, person: web::Path<i64>, by: web::Query<Viewer>) -> HttpResponse {
    let messages: Vec<MessageView> = core.read(|state| {
        let all = state.chat(&by.phone, *person).map(|chat| chat.messages.as_slice()).unwrap_or_default();
        all.iter().map(|one| MessageView::of(state, &by.phone, *person, one)).collect()
    });
    HttpResponse::Ok().json(json!({"messages": messages}))
}

/// `GET /templates`: all of them.
pub(super) async fn templates(core: web::Data<Arc<Core>>) -> HttpResponse {
    let all: Vec<TemplateView> = core.read(|state| state.templates.values().map(TemplateView::of).collect());
    HttpResponse::Ok().json(json!({"templates": all}))
}

/// Faults that `POST /faults` can add.
#[derive(Deserialize)]
#[serde(untagged)]
enum Broken {
    /// `{"operation": "messages", "to": "77010001122", "count": 3, "fault": "error", "code": 131056}`.
    Call {
        operation: String,
        to: Option<String>,
        count: Option<usize>,
        #[serde(flatten)]
        fault: Fault,
    },
    /// `{"webhook": "doubled", "count": 1}`.
    Webhook { webhook: WebhookFault, count: Option<usize> },
    /// `{"revoke": "EAAG…"}`.
    Revoke { revoke: String },
    /// `{"lose_file": "1800000000000001"}`.
    Lose { lose_file: String },
    /// `{"rates": true}`.
    Rates { rates: bool },
    /// `{"hold_webhooks": true}`.
    Hold { hold_webhooks: bool },
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
        Broken::Call { operation, to, count, fault } => core.faults.add(&operation, to, count, fault),
        Broken::Webhook { webhook, count: Some(count) } => core.faults.next_webhooks(count, webhook),
        Broken::Webhook { webhook, count: None } => core.faults.webhooks_until_cleared(webhook),
        Broken::Revoke { revoke } => core.change(|state| {
            if let Some(token) = state.tokens.get_mut(&revoke) {
                token.is_revoked = true;
            }
        }),
        Broken::Lose { lose_file } => core.change(|state| {
            if let Some(media) = state.media.get_mut(&lose_file) {
                media.is_lost = true;
            }
        }),
        Broken::Rates { rates } => core.change(|state| state.rates.on = rates),
        Broken::Hold { hold_webhooks } => core.hold(hold_webhooks),
    }
    core.touch();
    faults(core).await
}

/// `DELETE /faults`: removes faults of calls and webhooks. A revoked token stays revoked, a lost file lost.
pub(super) async fn mend(core: web::Data<Arc<Core>>, request: HttpRequest) -> HttpResponse {
    if !is_own(&request) {
        return HttpResponse::Forbidden().finish();
    }
    core.faults.clear();
    core.hold(false);
    core.change(|state| state.rates.on = false);
    HttpResponse::Ok().json(json!({"broken": Value::Array(Vec::new())}))
}
