//! Dispatches calls by the first segment of the path, by the object, and by its edge.

use std::sync::Arc;

use serde_json::json;

use super::{
    call::Call,
    delete_template,
    error::{Answered, GraphError},
    files, messages,
    numbers::{self, Node},
    oauth, phone, registration, subscribe, sync, templates, tokens, uploads,
};
use crate::whatsapp::{
    core::Core,
    state::{Grant, Phone, State},
};

/// The name of a call for faults and the log.
pub(super) fn operation(state: &State, call: &Call) -> String {
    let word = match call.path.as_slice() {
        [_, edge] if edge == "messages" && call.values.contains_key("status") => "read",
        [_, edge] => edge.as_str(),
        [one] => numbers::node(state, one).map_or_else(|| one.as_str(), |node| node.word()),
        _ => "",
    };
    word.to_owned()
}

/// Executes a call.
pub(super) async fn run(core: &Arc<Core>, call: &Call) -> Answered {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    let verb = call.method.as_str();
    if let (["oauth", "access_token"], "GET" | "POST") = (path.as_slice(), verb) {
        return core.change(|state| oauth::access_token(state, call));
    }
    let grant = core.read(|state| tokens::check(state, call))?;
    match (path.as_slice(), verb) {
        (["debug_token"], "GET") => core.read(|state| tokens::debug(state, &grant, call)),
        (["me"], "GET") => Ok(json!({"id": "122100000000001", "name": "System user"})),
        ([id], _) => object(core, &grant, call, id).await,
        ([id, edge], _) => edge_of(core, &grant, call, (id, edge)).await,
        _ => Err(unknown(&call.path)),
    }
}

fn unknown(path: &[String]) -> GraphError {
    let path = path.join("/");
    GraphError::new(400, 2500, format!("Unknown path components: /{path}"))
}

fn verb(call: &Call) -> String {
    call.method.to_ascii_lowercase()
}

/// A call to an object itself.
async fn object(core: &Arc<Core>, grant: &Grant, call: &Call, id: &str) -> Answered {
    let node = core.read(|state| numbers::reached(state, grant, &verb(call), id))?;
    match (node, call.method.as_str()) {
        (Node::Phone, "GET") => with_phone(core, id, |state, phone| phone::get(state, call, phone)),
        (Node::Phone, "POST") => phone::post(core, grant, call, id).await,
        (Node::Waba, "GET") => core.read(|state| phone::waba(state, call, id)),
        (Node::App, "GET") => core.read(|state| {
            let app = state.apps.get(&grant.app).ok_or_else(|| GraphError::no_object("get", id))?;
            Ok(json!({"id": app.id, "name": app.name}))
        }),
        (Node::Template, "GET") => core.read(|state| templates::get(state, call, id)),
        (Node::Template, "POST") => core.change(|state| templates::edit(state, call, id)),
        (Node::Media, "GET") => core.change(|state| files::get(state, call, id)),
        (Node::Media, "DELETE") => core.change(|state| files::delete(state, id)),
        (Node::Upload, "POST") => core.change(|state| uploads::take(state, call, id)),
        (Node::Upload, "GET") => core.read(|state| uploads::progress(state, id)),
        _ => Err(GraphError::no_object(&verb(call), id)),
    }
}

fn with_phone(core: &Core, id: &str, act: impl FnOnce(&State, &Phone) -> Answered) -> Answered {
    core.read(|state| act(state, state.phones.get(id).ok_or_else(|| GraphError::no_object("get", id))?))
}

fn change_phone(core: &Core, id: &str, act: impl FnOnce(i64, &mut Phone) -> Answered) -> Answered {
    core.change(|state| {
        let now = state.now;
        act(now, state.phones.get_mut(id).ok_or_else(|| GraphError::no_object("post", id))?)
    })
}

/// A call to an edge of an object.
async fn edge_of(core: &Arc<Core>, grant: &Grant, call: &Call, (id, edge): (&str, &str)) -> Answered {
    let node = core.read(|state| numbers::reached(state, grant, &verb(call), id))?;
    match (node, edge, call.method.as_str()) {
        (Node::App, "subscriptions", "POST") => subscribe::set(core, grant, call, id).await,
        (Node::App, "subscriptions", "GET") => core.read(|state| subscribe::list(state, id)),
        (Node::App, "uploads", "POST") => core.change(|state| uploads::begin(state, grant, call)),
        (Node::Waba, ..) => edge_of_waba(core, grant, call, (id, edge)).await,
        (Node::Phone, ..) => edge_of_phone(core, grant, call, (id, edge)),
        _ => Err(unknown(&call.path)),
    }
}

async fn edge_of_waba(core: &Core, grant: &Grant, call: &Call, (id, edge): (&str, &str)) -> Answered {
    match (edge, call.method.as_str()) {
        ("subscribed_apps", "POST") => subscribe::subscribe(core, grant, call, id).await,
        ("subscribed_apps", "GET") => core.read(|state| subscribe::subscribed(state, id)),
        ("subscribed_apps", "DELETE") => core.change(|state| subscribe::unsubscribe(state, grant, id)),
        ("phone_numbers", "GET") => core.read(|state| phone::list(state, call, id)),
        ("phone_numbers", "POST") => core.change(|state| registration::create(state, call, id)),
        ("message_templates", "GET") => core.read(|state| templates::list(state, call, id)),
        ("message_templates", "POST") => core.change(|state| templates::create(state, grant, call, id)),
        ("message_templates", "DELETE") => core.change(|state| delete_template::delete(state, call, id)),
        _ => Err(unknown(&call.path)),
    }
}

fn edge_of_phone(core: &Arc<Core>, grant: &Grant, call: &Call, (id, edge): (&str, &str)) -> Answered {
    match (edge, call.method.as_str()) {
        ("messages", "POST") => messages::post(core, grant, call, id),
        ("media", "POST") => core.change(|state| files::upload(state, call, id)),
        ("register", "POST") => change_phone(core, id, |now, phone| registration::register(now, phone, call)),
        ("deregister", "POST") => change_phone(core, id, registration::deregister),
        ("request_code", "POST") => {
            let serial = core.change(State::next_serial);
            change_phone(core, id, |_, phone| registration::request_code(serial, phone, call))
        }
        ("verify_code", "POST") => change_phone(core, id, |_, phone| registration::verify_code(phone, call)),
        ("smb_app_data", "POST") => core.change(|state| sync::request(state, call, id)),
        ("whatsapp_business_profile", "GET") => with_phone(core, id, |_, phone| phone::profile(phone)),
        ("whatsapp_business_profile", "POST") => change_phone(core, id, |_, phone| phone::set_profile(phone, call)),
        _ => Err(unknown(&call.path)),
    }
}
