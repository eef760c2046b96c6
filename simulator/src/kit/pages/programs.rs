//! JSON for programs in any language: acts, uploads, faults.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use anyhow::Result;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use serde_json::{Map, Value, json};

use super::frame::is_own;
use crate::kit::act::{Act, Done};
use crate::kit::faults::Broken;
use crate::kit::model::Upload;
use crate::kit::perform;
use crate::kit::wire::{Core, Wire};

/// Largest upload in bytes.
const LARGEST: usize = 64 * 1024 * 1024;

fn wrong(error: &anyhow::Error) -> HttpResponse {
    HttpResponse::UnprocessableEntity().json(json!({"error": format!("{error:#}")}))
}

/// `POST /acts`: one act as JSON; 422 explains why it failed.
pub(super) async fn act<W: Wire>(core: web::Data<Arc<Core<W>>>, request: HttpRequest, body: Bytes) -> HttpResponse {
    if !is_own(&request) {
        return HttpResponse::Forbidden().finish();
    }
    match acted(&core, &body) {
        Ok(done) => HttpResponse::Ok().json(core.wire.done(&done)),
        Err(error) => wrong(&error),
    }
}

fn acted<W: Wire>(core: &Core<W>, body: &[u8]) -> Result<Done> {
    let given: Value = serde_json::from_slice(body)?;
    perform::perform(core, &Act::read(&given, W::ACTS, W::KINDS)?)
}

/// `POST /uploads?name=…&mime=…` with the bytes as its body; answers `{"upload": id}`.
pub(super) async fn upload<W: Wire>(
    core: web::Data<Arc<Core<W>>>,
    request: HttpRequest,
    mut payload: web::Payload,
) -> HttpResponse {
    if !is_own(&request) {
        return HttpResponse::Forbidden().finish();
    }
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let Ok(chunk) = chunk else { return HttpResponse::BadRequest().finish() };
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LARGEST {
            return HttpResponse::PayloadTooLarge().json(json!({"error": "the file has more than 64 MB"}));
        }
    }
    let text = |name: &str| {
        let mut pairs = url::form_urlencoded::parse(request.query_string().as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let upload = Upload { name: text("name"), mime: text("mime"), bytes: bytes.freeze() };
    let id = core.change(|state| {
        let id = format!("upload-{}", state.next_serial());
        state.uploads.insert(id.clone(), upload);
        id
    });
    HttpResponse::Ok().json(json!({"upload": id}))
}

/// `GET /faults`.
pub(super) async fn faults<W: Wire>(core: web::Data<Arc<Core<W>>>) -> HttpResponse {
    HttpResponse::Ok().json(json!({"broken": core.faults.describe()}))
}

/// Breaks what a body of `POST /faults` names.
pub(super) fn broken<W: Wire>(core: &Core<W>, body: &[u8]) -> Result<()> {
    let given: Map<String, Value> = serde_json::from_slice(body)?;
    match Broken::read(given, &W::FAULTS)? {
        Broken::Rule { call, to, count, fault } => core.faults.add(&call, to, count, fault),
        Broken::Hook { count, fault } => core.faults.add_hook(count, fault),
        Broken::Rates(on) => core.change(|state| state.has_rates = on),
        Broken::Hold(hold) => core.hold(hold),
        Broken::Own(what) => core.change(|state| core.wire.break_own(state, &what))?,
    }
    core.touch();
    Ok(())
}

/// `POST /faults`.
pub(super) async fn break_it<W: Wire>(
    core: web::Data<Arc<Core<W>>>,
    request: HttpRequest,
    body: Bytes,
) -> HttpResponse {
    if !is_own(&request) {
        return HttpResponse::Forbidden().finish();
    }
    match broken(&core, &body) {
        Ok(()) => faults(core).await,
        Err(error) => wrong(&error),
    }
}

/// Removes all faults. What was revoked stays revoked.
pub(super) fn mended<W: Wire>(core: &Core<W>) {
    core.faults.clear();
    core.change(|state| {
        state.has_rates = false;
        core.wire.mend(state);
    });
    core.hold(false);
}

/// `DELETE /faults`.
pub(super) async fn mend<W: Wire>(core: web::Data<Arc<Core<W>>>, request: HttpRequest) -> HttpResponse {
    if !is_own(&request) {
        return HttpResponse::Forbidden().finish();
    }
    mended(&core);
    faults(core).await
}
