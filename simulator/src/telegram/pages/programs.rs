//! The API for programs in any language: actions, chats, faults.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::is_own;
use crate::old;
use crate::telegram::{
    act::{self, Act},
    core::Core,
    faults::{Fault, UpdateFault},
    view::MessageView,
};

/// `POST /acts`: one action as JSON; 422 explains why it failed.
pub(super) async fn act(core: web::Data<Arc<Core>>, request: HttpRequest, body: Bytes) -> HttpResponse {
    old::perform(&request, &body, |asked: Act| act::perform(&core, asked))
}

#[derive(Deserialize)]
pub(super) struct Viewer {
    bot: i64,
}

/// `GET /chats/{chat}?bot=…`: the messages of a chat as the bot knows them.
pub(super) async fn history(core: web::Data<Arc<Core>>, chat: web::Path<i64>, by: web::Query<Viewer>) -> HttpResponse {
    let messages: Vec<MessageView> = core.read(|state| {
        let mut all = Vec::new();
        for place in state.places(by.bot, *chat) {
            let messages = state.chats.get(&place).map(|chat| chat.messages.as_slice()).unwrap_or_default();
            all.extend(messages.iter().map(|message| MessageView::of(state, by.bot, &place, message)));
        }
        all
    });
    HttpResponse::Ok().json(json!({"messages": messages}))
}

/// Faults that `POST /faults` can add.
#[derive(Deserialize)]
#[serde(untagged)]
enum Broken {
    /// `{"method": "sendMessage", "chat": 5, "count": 3, "fault": "too_many", "retry_after": 5}`.
    Call {
        method: String,
        chat: Option<i64>,
        count: Option<usize>,
        #[serde(flatten)]
        fault: Fault,
    },
    /// `{"update": "doubled", "count": 1}`.
    Update { update: UpdateFault, count: Option<usize> },
    /// `{"hijack": 7012345678, "url": "https://other.example/hook"}`.
    Hijack { hijack: i64, url: String },
    /// `{"revoke": 7012345678}`.
    Revoke { revoke: i64 },
    /// `{"lose_file": "AgAC…"}`.
    Lose { lose_file: String },
    /// `{"swell_file": "AgAC…"}`.
    Swell { swell_file: String },
    /// `{"rates": true}`.
    Rates { rates: bool },
    /// `{"hold_updates": true}`.
    Hold { hold_updates: bool },
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
        Broken::Call { method, chat, count, fault } => {
            core.faults.add(&method, chat.map(|chat| chat.to_string()), count, fault)
        }
        Broken::Update { update, count: Some(count) } => core.faults.next_updates(count, update),
        Broken::Update { update, count: None } => core.faults.updates_until_cleared(update),
        Broken::Hijack { hijack, url } => core.change(|state| state.hijack(hijack, &url)),
        Broken::Revoke { revoke } => core.change(|state| state.revoke(revoke)),
        Broken::Lose { lose_file } => core.change(|state| state.spoil(&lose_file, |file| file.is_lost = true)),
        Broken::Swell { swell_file } => core.change(|state| state.spoil(&swell_file, |file| file.is_swollen = true)),
        Broken::Rates { rates } => core.change(|state| state.rates.on = rates),
        Broken::Hold { hold_updates } => core.hold(hold_updates),
    }
    core.touch();
    faults(core).await
}

/// `DELETE /faults`: removes faults of calls and updates. Revoked tokens and lost files stay so.
pub(super) async fn mend(core: web::Data<Arc<Core>>, request: HttpRequest) -> HttpResponse {
    if !is_own(&request) {
        return HttpResponse::Forbidden().finish();
    }
    core.faults.clear();
    core.hold(false);
    core.change(|state| state.rates.on = false);
    HttpResponse::Ok().json(json!({"broken": Value::Array(Vec::new())}))
}
