//! The API for programs in any language: actions and faults.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;

use super::is_own;
use crate::kit;
use crate::max::act::{self, Act};
use crate::max::core::Core;
use crate::max::faults::{Fault, UpdateFault};

/// `POST /acts`: one action as JSON; 422 explains why it failed.
pub(super) async fn act(core: web::Data<Arc<Core>>, request: HttpRequest, body: Bytes) -> HttpResponse {
    kit::perform(&request, &body, |asked: Act| act::perform(&core, asked))
}

/// Faults that `POST /faults` can add.
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
    let broken = match kit::asked(&request, &body) {
        Ok(broken) => broken,
        Err(answer) => return answer,
    };
    match broken {
        Broken::Call { call, count, fault } => core.faults.add(&call, None, count, fault),
        Broken::Update { update, count } => core.faults.next_updates(count, update),
        Broken::Hijack { hijack, url } => core.change(|state| state.hijack(hijack, &url)),
        Broken::Revoke { revoke } => core.change(|state| state.revoke(revoke)),
        Broken::EndAddresses { end_addresses: true } => core.change(|state| state.end_addresses()),
        Broken::EndAddresses { end_addresses: false } => {}
        Broken::Processing { processing } => core.change(|state| state.processing = processing),
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
