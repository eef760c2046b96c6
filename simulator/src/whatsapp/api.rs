//! The calls by node and edge, `[/vN.0]/{id}[/{edge}]`; and pages beside the Graph.

use serde_json::json;

use super::codes::no_object;
use super::options::{Options, WhatsApp};
use super::templates;
use super::tokens::{self, Grant};
use super::{coexistence, media, numbers, review, send, signup, subscriptions};
use crate::graph::{Answered, Params, Refusal, bad, ensure, no_edge, parts};
use crate::kit::{Answer, Call, Core, Id};

/// The kind of object that an id refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Node {
    App,
    Waba,
    Phone,
    Template,
    Media,
    Upload,
}

/// The object of an id, without an access check.
fn node(state: &WhatsApp, id: &str) -> Option<Node> {
    let (own, key) = (&state.own, Id::from(id));
    let has = [
        (own.apps.contains_key(id) || id == "app", Node::App),
        (own.wabas.contains_key(id), Node::Waba),
        (own.phones.contains_key(&key), Node::Phone),
        (own.templates.contains_key(id), Node::Template),
        (state.files.contains_key(&key), Node::Media),
        (own.sessions.contains_key(id), Node::Upload),
    ];
    has.into_iter().find(|(is, _)| *is).map(|(_, node)| node)
}

/// The object of an id for this token; without access, the same error as for an object that does not exist.
fn reached(state: &WhatsApp, grant: &Grant, method: &str, id: &str) -> Result<Node, Refusal> {
    let own = &state.own;
    let is_reached = |node: &Node| match node {
        Node::App => id == "app" || id == grant.app,
        Node::Waba => grant.reaches(id),
        Node::Phone => grant.reaches_phone(state, id),
        Node::Template => own.templates.get(id).is_some_and(|one| grant.reaches(&one.waba)),
        Node::Media => state.files.get(&Id::from(id)).is_some_and(|one| grant.reaches_phone(state, media::owner(one))),
        Node::Upload => own.sessions.get(id).is_some_and(|session| session.app == grant.app),
    };
    node(state, id).filter(is_reached).ok_or_else(|| no_object(method, id))
}

/// The name of a call for faults and the log: the last word of its path, or what the id at its end is.
pub(super) fn operation(state: &WhatsApp, call: &Call, params: &Params) -> String {
    let word = match parts(call).as_slice() {
        ["whatsapp_business", "attachments"] => "media_download",
        [_, "messages"] if params.has("status") => "read",
        [_, edge] => edge,
        [one] => match node(state, one) {
            Some(Node::App) => "app",
            Some(Node::Waba) => "waba",
            Some(Node::Phone) => "phone",
            Some(Node::Template) => "template",
            Some(Node::Media) => "media_url",
            Some(Node::Upload) => "upload",
            None => one,
        },
        _ => "unknown",
    };
    word.to_owned()
}

pub(super) async fn call(core: &Core<Options>, call: &Call) -> Answered {
    ensure(!call.is_too_large, || Refusal::new(413, 1, None, "Request Entity Too Large"))?;
    let (params, parts, method) = (Params::of(call), parts(call), call.method.as_str());
    // The bytes of an upload are no JSON.
    let is_upload = parts.first().is_some_and(|id| id.starts_with("upload:"));
    ensure(!call.is_garbled || is_upload, || bad("Body is not a valid JSON object."))?;
    if parts == ["oauth", "access_token"] && ["GET", "POST"].contains(&method) {
        return core.change(|state| tokens::access_token(state, &params));
    }
    let grant = core.read(|state| tokens::check(state, &params))?;
    let (id, edge) = match parts.as_slice() {
        ["debug_token"] => return core.read(|state| tokens::debug(state, &grant, &params)),
        ["me"] => return Ok(json!({"id": "122100000000001", "name": "System user"})),
        [id] => (*id, ""),
        [id, edge] => (*id, *edge),
        _ => return Err(no_edge(&parts.join("/"))),
    };
    let node = core.read(|state| reached(state, &grant, method, id))?;
    let asked = Asked { call, params: &params, grant: &grant, id, edge };
    match (node, edge, method) {
        (Node::Waba, "subscribed_apps", "POST") => subscriptions::subscribe(core, &grant, &params, id).await,
        (Node::Phone, "", "POST") => subscriptions::of_phone(core, &grant, &params, id).await,
        (Node::Phone, "messages", "POST") => send::post(core, call, &params, id).await,
        (Node::Phone, ..) => core.change(|state| asked.of_phone(state)),
        (Node::Waba, ..) => core.change(|state| asked.of_waba(state)),
        _ => core.change(|state| asked.of_other(state, node)),
    }
}

/// A call that is executed at once.
struct Asked<'a> {
    call: &'a Call,
    params: &'a Params<'a>,
    grant: &'a Grant,
    id: &'a str,
    /// Empty for the object itself.
    edge: &'a str,
}

impl Asked<'_> {
    fn unknown(&self) -> Refusal {
        match self.edge {
            "" => no_object(&self.call.method, self.id),
            edge => no_edge(&format!("{}/{edge}", self.id)),
        }
    }

    fn of_other(&self, state: &mut WhatsApp, node: Node) -> Answered {
        let Self { params, grant, id, .. } = self;
        match (node, self.edge, self.call.method.as_str()) {
            (Node::App, "", "GET") => {
                let name = state.own.apps.get(&grant.app).map(|app| app.name.as_str());
                Ok(json!({"id": grant.app, "name": name}))
            }
            (Node::App, "uploads", "POST") => media::begin(state, grant, params),
            (Node::Template, "", "GET") => templates::get(state, params, id),
            (Node::Template, "", "POST") => templates::edit(state, params, id),
            (Node::Media, "", "GET") => media::get(state, params, id),
            (Node::Media, "", "DELETE") => media::delete(state, id),
            (Node::Upload, "", "POST") => media::take(state, self.call, id),
            _ => Err(self.unknown()),
        }
    }

    fn of_waba(&self, state: &mut WhatsApp) -> Answered {
        let Self { params, grant, id, .. } = self;
        match (self.edge, self.call.method.as_str()) {
            ("", "GET") => numbers::waba(state, params, id),
            ("subscribed_apps", "GET") => subscriptions::subscribed(state, id),
            ("subscribed_apps", "DELETE") => subscriptions::unsubscribe(state, grant, id),
            ("phone_numbers", "GET") => numbers::list(state, &grant.app, params, id),
            ("message_templates", "GET") => templates::list(state, params, id),
            ("message_templates", "POST") => templates::create(state, params, id),
            ("message_templates", "DELETE") => templates::delete(state, params, id),
            _ => Err(self.unknown()),
        }
    }

    fn of_phone(&self, state: &mut WhatsApp) -> Answered {
        let (params, id) = (self.params, Id::from(self.id));
        match (self.edge, self.call.method.as_str()) {
            ("", "GET") => numbers::get(state, &self.grant.app, params, &id),
            ("media", "POST") => media::upload(state, self.call, params, self.id),
            ("smb_app_data", "POST") => coexistence::request(state, params, &id),
            ("register", "POST") => {
                let phone = state.own.phones.get_mut(&id).ok_or_else(|| self.unknown())?;
                numbers::register(phone, params)
            }
            _ => Err(self.unknown()),
        }
    }
}

/// Whether a call is not for the Graph.
pub(super) fn is_beside(call: &Call) -> bool {
    matches!(call.segments().as_slice(), ["reviews"] | [_, "dialog", "oauth"])
}

pub(super) fn beside(state: &mut WhatsApp, call: &Call) -> Answer {
    match (call.method.as_str(), call.segments().as_slice()) {
        ("GET", ["reviews"]) => review::show(state, call),
        ("POST", ["reviews"]) => review::press(state, call),
        ("GET", [_, "dialog", "oauth"]) => signup::ask(state, call),
        ("POST", [_, "dialog", "oauth"]) => signup::answer(state, call),
        _ => Answer::empty(405),
    }
}
