//! The files API of the `drive-…` hosts: www.amocrm.ru/developers/content/files/files-api. One host serves many
//! accounts; the access token identifies the account. Errors are plain JSON.

mod files;
mod upload;

use serde_json::{Value, json};

use crate::crm::{
    core::Core,
    exchange::{Answer, Incoming},
    hosts::Target,
    state::Access,
};

pub(crate) const JSON: &str = "application/json";

/// A request with a valid token.
struct DriveCall<'a> {
    core: &'a Core,
    request: &'a Incoming,
    base: &'a str,
    access: Access,
}

fn problem(status: u16, title: &str, detail: &str) -> Answer {
    let body =
        json!({"title": title, "type": format!("https://httpstatus.es/{status}"), "status": status, "detail": detail});
    Answer::json(status, JSON, &body).noted(detail)
}

fn ok(value: &Value) -> Answer {
    Answer::json(200, JSON, value)
}

/// Answers a request to a `drive-…` host. Uploading parts and downloading need no token: the addresses are secrets.
pub(crate) fn answer(core: &Core, request: &Incoming, target: &Target<'_>) -> Answer {
    match (request.method.as_str(), target.rest.as_slice()) {
        ("POST", ["v1.0", "sessions", "upload", key]) => return upload::part(core, request, &target.base, key),
        ("GET" | "HEAD", ["download", _, uuid, _]) => return files::download(core, uuid),
        _ => {}
    }
    let token = request.header("authorization").strip_prefix("Bearer ").unwrap_or_default();
    let now = core.now();
    let Some(access) = core.change(|state| state.grants.use_access(token, now)) else {
        return problem(401, "Unauthorized", "the access token is not valid");
    };
    let call = DriveCall { core, request, base: &target.base, access };
    match (request.method.as_str(), target.rest.as_slice()) {
        ("POST", ["v1.0", "sessions"]) => upload::open(&call),
        ("GET", ["v1.0", "files"]) => files::list(&call),
        ("GET", ["v1.0", "files", uuid]) => files::one(&call, uuid),
        ("DELETE", ["v1.0", "files"]) => files::delete(&call),
        _ => problem(404, "Not Found", "no such method"),
    }
}
