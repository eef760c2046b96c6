//! The API for programs in any language: actions, chats, faults.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;

use super::is_own;
use crate::avito::{
    act::{self, Act},
    core::Core,
    faults::{Fault, PostFault},
    json,
};
use crate::old;

/// `POST /acts`: one action as JSON; 422 explains why it failed.
pub(super) async fn act(core: web::Data<Arc<Core>>, request: HttpRequest, body: Bytes) -> HttpResponse {
    old::perform(&request, &body, |asked: Act| {
        let (message, chat) = act::perform(&core, asked)?;
        Ok(json!({"message": message, "chat": chat}))
    })
}

/// `GET /chats/{chat}`: its messages, in order.
pub(super) async fn history(core: web::Data<Arc<Core>>, chat: web::Path<String>) -> HttpResponse {
    let found = core.read(|state| {
        let chat = state.chats.get(chat.as_str())?;
        Some(chat.messages.iter().map(|message| json::message(chat, message)).collect::<Vec<_>>())
    });
    found.map_or_else(
        || HttpResponse::NotFound().finish(),
        |messages| HttpResponse::Ok().json(json!({"messages": messages})),
    )
}

/// Faults that `POST /faults` can add.
#[derive(Deserialize)]
#[serde(untagged)]
enum Broken {
    /// `{"operation": "postSendMessage", "count": 3, "fault": "too_many", "retry_after": 5}`.
    Call {
        operation: String,
        count: Option<usize>,
        #[serde(flatten)]
        fault: Fault,
    },
    /// `{"post": "doubled", "count": 1}`.
    Post { post: PostFault, count: Option<usize> },
    /// `{"level": false, "seller": 94235311}`.
    Level { level: bool, seller: i64 },
    /// `{"revoke": 94235311}`; with `"for_good": true` new tokens are refused too.
    Revoke {
        revoke: i64,
        #[serde(default)]
        for_good: bool,
    },
    /// `{"drop_hooks": 94235311}`.
    DropHooks { drop_hooks: i64 },
    /// `{"hold_posts": true}`.
    Hold { hold_posts: bool },
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
        Broken::Call { operation, count, fault } => core.faults.add(&operation, None, count, fault),
        Broken::Post { post, count } => core.faults.add_delivery(count, post),
        Broken::Level { level, seller } => core.change(|state| state.set_level(seller, level)),
        Broken::Revoke { revoke, for_good } => core.change(|state| state.revoke(revoke, for_good)),
        Broken::DropHooks { drop_hooks } => core.change(|state| {
            if let Some(seller) = state.sellers.get_mut(&drop_hooks) {
                seller.hooks.clear();
            }
        }),
        Broken::Hold { hold_posts } => core.hold(hold_posts),
    }
    core.touch();
    faults(core).await
}

/// `DELETE /faults`: removes faults of API and webhook calls. A lost subscription level stays lost.
pub(super) async fn mend(core: web::Data<Arc<Core>>, request: HttpRequest) -> HttpResponse {
    if !is_own(&request) {
        return HttpResponse::Forbidden().finish();
    }
    core.faults.clear();
    core.hold(false);
    core.touch();
    faults(core).await
}
