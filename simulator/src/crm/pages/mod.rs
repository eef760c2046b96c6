//! Pages for people – accounts, consent, the manager's window, leads, sources, integrations and their widgets –, and what
//! their scripts and other programs call: acts, files, faults.

mod bots;
mod bubble;
mod cards;
mod frame;
mod installed;
mod trouble;
mod widget;
mod window;

use std::sync::Arc;

use actix_web::HttpResponse;
use serde_json::json;
use uuid::Uuid;

use super::act::{self, Act};
use super::breakage::{self, Breakage};
use super::core::Core;
use super::exchange::{segments, wrong};
use super::hook_message::{Attachment, KINDS};
use super::media;
use crate::kit::{self, Answer, Call};
use frame::{Frame, Visit};

/// Any request that is no part of the protocol.
pub(crate) async fn page(core: &Arc<Core>, call: &Call) -> HttpResponse {
    let segments = segments(call);
    if let ("GET", ["accounts", _, "events"]) = (call.method.as_str(), segments.as_slice()) {
        return kit::events(core.shared.subscribe());
    }
    // Cross-site requests are refused.
    if !matches!(call.method.as_str(), "GET" | "HEAD") && !call.is_own() {
        return Answer::empty(403).respond();
    }
    answer(core, call, &segments).await.respond()
}

async fn answer(core: &Arc<Core>, call: &Call, segments: &[&str]) -> Answer {
    let frame = Frame::of(call);
    match (call.method.as_str(), segments) {
        ("GET", [""]) => installed::accounts(core, &frame),
        ("POST", ["accounts"]) => installed::add_account(core, &frame, call),
        // amoCRM documents the address with and without a slash at its end; its SDK uses the first.
        ("GET", ["oauth"]) => installed::consent(core, &frame, call),
        ("POST", ["oauth"]) => installed::decide(core, &frame, call),
        ("GET" | "HEAD", ["attachments", id, _]) => media::attachment(core, id),
        ("GET", ["faults"]) => faults(core),
        ("POST", ["faults"]) => break_it(core, call),
        ("DELETE", ["faults"]) => {
            breakage::mend(core);
            faults(core)
        }
        ("GET", ["healthz"]) => Answer::empty(200),
        ("GET", ["static", file]) => frame::asset(file),
        (_, ["accounts", host, rest @ ..]) => of_account(&Visit { core, call, frame, host }, rest).await,
        _ => frame.nothing_here(),
    }
}

async fn of_account(visit: &Visit<'_>, rest: &[&str]) -> Answer {
    let Visit { core, call, host, .. } = visit;
    match (call.method.as_str(), rest) {
        ("GET", []) => window::show(visit),
        ("GET", ["snapshot"]) => window::snapshot(visit),
        ("POST", ["chats", chat, "answer"]) => window::answer(visit, chat).await,
        ("POST", ["acts"]) => acts(visit).await,
        ("POST", ["files"]) => upload(visit),
        ("GET" | "HEAD", ["messages", id, "media"]) => match media::fetch(core, host, id).await {
            Ok(fetched) => media::served(&fetched.content_type, fetched.bytes),
            Err(error) => Answer::new(404, "text/plain; charset=utf-8", error.to_string()),
        },
        ("POST", ["user"]) => visit.sign_in(),
        ("GET", ["break"]) => trouble::show(visit),
        ("POST", ["break"]) => trouble::press(visit),
        ("GET", ["leads"]) => cards::leads(visit),
        ("GET", ["leads", id]) => cards::lead(visit, id),
        ("GET", ["pipelines"]) => installed::pipelines(visit),
        ("POST", ["pipelines", id, "add"]) => installed::add_source(visit, id),
        ("POST", ["sources", id, "delete"]) => installed::delete_source(visit, id),
        ("GET", ["bots"]) => bots::show(visit),
        ("POST", ["bots"]) => bots::run(visit).await,
        ("GET", ["marketplace"]) => installed::marketplace(visit),
        ("POST", [what @ ("install" | "revoke")]) => installed::install(visit, what).await,
        ("POST", ["token"]) => installed::token(visit),
        ("POST", ["archive"]) => installed::upload(visit),
        ("GET", ["settings", "widgets", code]) => widget::settings(visit, code),
        ("GET", ["settings", code]) => widget::own(visit, code),
        ("POST", ["widgets", code, action]) => widget::press(visit, code, action),
        ("GET", ["widgets", code, file @ ..]) => widget::file(visit, code, &file.join("/")),
        ("GET", ["ajax", "v2", "integrations", client_id, "disposable_token"]) => widget::token(visit, client_id),
        _ => visit.frame.nothing_here(),
    }
}

/// `POST /accounts/{host}/acts`: an [`Act`]; answers with what was sent, or why it could not be.
async fn acts(visit: &Visit<'_>) -> Answer {
    let act: Act = match serde_json::from_slice(&visit.call.body) {
        Ok(act) => act,
        Err(error) => return Answer::json(400, &json!({"error": error.to_string()})),
    };
    match act::perform(visit.core, visit.host, act).await {
        Ok(done) => Answer::json(200, &json!(done)),
        Err(error) => wrong(409, &error),
    }
}

/// `POST /accounts/{host}/files?name=&kind=`: the bytes of a file, for an act.
fn upload(visit: &Visit<'_>) -> Answer {
    let content_type = visit.call.header("content-type").unwrap_or("application/octet-stream");
    let asked = visit.call.query("kind");
    let kind = KINDS.into_iter().find(|kind| Some(*kind) == asked).unwrap_or_else(|| Attachment::kind_of(content_type));
    let name = visit.call.query("name").unwrap_or_default();
    let id = Uuid::new_v4().simple().to_string();
    let file = Attachment::new(kind, name, content_type, visit.call.body.clone());
    visit.core.change(|state| state.files.uploads.insert(id.clone(), file));
    Answer::json(200, &json!({"file": id, "kind": kind, "name": name}))
}

/// `GET /faults`: the current faults.
fn faults(core: &Core) -> Answer {
    Answer::json(200, &json!({"faults": core.read(|state| breakage::now(core, state))}))
}

/// `POST /faults` with `{"fault": "unpaid@acme.amocrm.ru"}`; answers with the resulting faults.
fn break_it(core: &Core, call: &Call) -> Answer {
    let fault = call.json.get("fault").and_then(|fault| fault.as_str()).unwrap_or_default();
    match fault.parse::<Breakage>().and_then(|breakage| breakage.apply(core)) {
        Ok(()) => faults(core),
        Err(error) => wrong(400, &error),
    }
}
