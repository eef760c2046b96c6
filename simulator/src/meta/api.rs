//! The calls by method, node and edge: `[/vN.0]/{node}[/{edge}]`. The token determines which Graph server is meant.

use serde_json::{Map, Value, json};

use super::options::{Meta, Options, Platform};
use super::tokens::{self, Caller};
use super::{acts, apps, datasets, json, send};
use crate::graph::{Answered, Params, Refusal, bad, ensure, no_edge, no_object, parts};
use crate::kit::{Answer, Author, Call, Core, Dialog, Id, Message};

/// Maximum number of messages whose content is returned.
const SHOWN: usize = 20;

/// The file of a call that is not for Graph.
pub(super) fn file_of(call: &Call) -> Option<&str> {
    match call.segments().as_slice() {
        ["cdn", id] if call.method == "GET" => Some(id),
        _ => None,
    }
}

/// A file, while its address is valid.
pub(super) fn file(state: &Meta, id: &str, query: &str) -> Answer {
    let Some(file) = state.files.get(&Id::from(id)) else { return Answer::empty(404) };
    let is_over = file.more.get("expires_at").and_then(Value::as_i64).is_none_or(|at| state.now >= at);
    if is_over || !query.contains(&format!("signature=AbSig{id}")) {
        return Answer::new(403, "text/plain", "URL signature expired");
    }
    Answer::new(200, &file.mime, file.bytes.clone().unwrap_or_default())
        .with("x-content-type-options", "nosniff")
        .with("content-disposition", format!("inline; filename=\"{}\"", file.name.replace('"', "")))
}

pub(super) async fn call(core: &Core<Options>, call: &Call) -> Answered {
    ensure(!call.is_too_large, send::too_large)?;
    ensure(!call.is_garbled, || bad("The parameters can't be read"))?;
    let (params, parts) = (Params::of(call), parts(call));
    match (call.method.as_str(), parts.as_slice()) {
        ("GET", ["refresh_access_token"]) => core.change(|state| tokens::refresh(state, &params)),
        ("POST", [dataset, "events"]) => core.change(|state| datasets::events(state, dataset, &params)),
        (method, [app, "subscriptions"]) => apps::subscriptions(core, method, app, &params).await,
        (_, [node, edge @ ..]) if params.token.contains('|') => {
            core.read(|state| apps::reads(state, node, edge, &params))
        }
        ("POST", [node, "messages"]) if !params.has("sender_action") => send::send(core, node, &params).await,
        (method, parts) => core.change(|state| {
            let caller = Caller::of(state, &params)?;
            of_account(state, &caller, method, parts, &params)
        }),
    }
}

fn of_account(state: &mut Meta, caller: &Caller, method: &str, parts: &[&str], params: &Params) -> Answered {
    match (method, parts) {
        ("GET", [node]) => read(state, caller, node, params),
        ("POST", [node, "messages"]) => action(state, caller, node, params),
        (method, [node, "subscribed_apps"]) => apps::subscribed(state, caller, method, node, params),
        ("GET", [node, "conversations"]) => conversations(state, caller, node, params),
        (method, [node, "messenger_profile"]) => profile(state, caller, method, node, params),
        ("GET", ["me", "permissions"]) => {
            Err(bad("Tried accessing nonexisting field (permissions) on node type (Page)"))
        }
        ("POST", [node, edge @ ("replies" | "comments")]) => answer(state, caller, node, edge, params),
        _ => Err(no_edge("")),
    }
}

/// `GET /{node}`: the requested fields of an account, a person, a post or a comment, and its id; everything if `fields`
/// is absent.
fn read(state: &Meta, caller: &Caller, node: &str, params: &Params) -> Answered {
    let all = described(state, caller, node)?;
    let fields = params.list("fields");
    if fields.is_empty() {
        return Ok(all);
    }
    let is_asked = |name: &str| fields.iter().any(|one| one.split(['{', '}']).next() == Some(name));
    let chosen = all.as_object().into_iter().flatten();
    let chosen = chosen.filter(|(name, value)| (*name == "id" || is_asked(name)) && !value.is_null());
    Ok(Value::Object(chosen.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>()))
}

fn described(state: &Meta, caller: &Caller, node: &str) -> Answered {
    let (account, id) = (&caller.account, Id::from(node));
    if node == "app" {
        let app = state.own.apps.get(&caller.app).ok_or_else(|| no_object(node))?;
        return Ok(json!({ "id": app.id, "name": app.name, "link": "https://www.facebook.com/games/" }));
    }
    if caller.is(state, node) {
        return Ok(json::account(state, account));
    }
    if let Some((dialog, message)) = caller.in_post(state, &id) {
        let is_post = message.post.is_none();
        return Ok(if is_post { json::post(state, dialog, message) } else { json::comment(state, dialog, message) });
    }
    let person = state.person_at(account, node);
    let person = person.ok_or_else(|| no_object(node))?;
    // Meta requires their consent.
    ensure(state.heard_at(account, person).is_some(), || {
        Refusal::new(403, 230, None, "(#230) User consent is required to access user profile")
    })?;
    Ok(json::profile(state, account, person))
}

/// A comment on a post of the caller's account.
fn comment<'a>(state: &'a mut Meta, caller: &Caller, node: &str) -> Result<&'a mut Message, Refusal> {
    let id = Id::from(node);
    let is_own = caller.in_post(state, &id).is_some_and(|(_, one)| one.post.is_some());
    state.message_mut(&id).filter(|_| is_own).ok_or_else(|| no_object(node))
}

/// `POST /{comment}/replies` (Instagram) or `/{comment}/comments` (Facebook): answers publicly
/// (`comment-moderation`, `graph-api/reference/comment`).
fn answer(state: &mut Meta, caller: &Caller, node: &str, edge: &str, params: &Params) -> Answered {
    let (id, is_instagram) = (Id::from(node), caller.platform == Platform::Instagram);
    let is_post = caller.in_post(state, &id).is_some_and(|(_, one)| one.post.is_none());
    let (post, reply_to) = if is_post && edge == "comments" {
        (id, None)
    } else {
        ensure(edge == if is_instagram { "replies" } else { "comments" }, || no_edge(edge))?;
        let found = comment(state, caller, node)?;
        // On Instagram, answers have only one level.
        let top = found.reply_to.clone().filter(|_| is_instagram);
        (found.post.clone().unwrap_or_default(), Some(top.unwrap_or(id)))
    };
    let text = params.text("message").unwrap_or_default();
    ensure(!text.trim().is_empty(), || bad("The parameter message is required."))?;
    let id = state.next_id(&post);
    let said = Message { id: id.clone(), author: Author::Line, text, reply_to, ..Message::default() };
    state.add(&post, Message { post: Some(post.clone()), ..said });
    acts::sent(state, &post, &id);
    Ok(json!({ "id": id.as_str() }))
}

/// What a Messenger profile has (`messenger-platform/reference/messenger-profile-api`).
const PROFILE: [&str; 7] = [
    "account_linking_url",
    "commands",
    "get_started",
    "greeting",
    "ice_breakers",
    "persistent_menu",
    "whitelisted_domains",
];

/// `GET`, `POST` and `DELETE /{account}/messenger_profile`.
fn profile(state: &mut Meta, caller: &Caller, method: &str, node: &str, params: &Params) -> Answered {
    caller.own(state, node)?;
    let profile = &mut state.own.accounts.get_mut(&caller.account).ok_or_else(|| no_object(node))?.profile;
    let fields = params.list("fields");
    let given = PROFILE.into_iter().filter(|name| params.has(name)).collect::<Vec<_>>();
    match method {
        "GET" => {
            let found: Map<String, Value> = profile
                .iter()
                .filter(|(name, _)| fields.contains(name))
                .map(|(name, one)| (name.clone(), one.clone()))
                .collect();
            return Ok(json!({ "data": if found.is_empty() { vec![] } else { vec![found] } }));
        }
        "POST" => {
            ensure(!given.is_empty(), || bad(&format!("Requires one of the params: {}", PROFILE.join(","))))?;
            let is_started = profile.contains_key("get_started") || given.contains(&"get_started");
            let words = "You must set a Get Started button if you also wish to use persistent menu";
            ensure(is_started || !given.contains(&"persistent_menu"), || bad(words))?;
            let value = |name: &str| params.values.get(name).map(|value| (name.to_owned(), parsed(value)));
            profile.extend(given.into_iter().filter_map(value));
        }
        _ => fields.iter().for_each(|name| drop(profile.remove(name))),
    }
    Ok(json!({ "result": "success" }))
}

/// A parameter of a form is JSON as text.
fn parsed(value: &Value) -> Value {
    value.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_else(|| value.clone())
}

/// `sender_action`: typing, seen, reactions (`sender-actions`).
fn action(state: &mut Meta, caller: &Caller, node: &str, params: &Params) -> Answered {
    caller.own(state, node)?;
    let person = send::person(state, caller, &params.object("recipient"))?;
    ensure(params.object("message").is_null(), || bad("Cannot send both message and state at the same time."))?;
    let name = params.text("sender_action").unwrap_or_default();
    let dialog = state.chat(&caller.account, person);
    match name.as_str() {
        "typing_on" | "typing_off" | "mark_seen" => state.show(&dialog, &name),
        "react" | "unreact" => react(state, caller, &params.object("payload"), name == "react")?,
        _ => return Err(bad("Param sender_action must be one of {mark_seen, typing_on, typing_off, react, unreact}")),
    }
    Ok(json!({ "recipient_id": state.scoped(&caller.account, person) }))
}

fn react(state: &mut Meta, caller: &Caller, payload: &Value, is_put: bool) -> Result<(), Refusal> {
    let mid = payload["message_id"].as_str().unwrap_or_default();
    let dialog = state.dialog_with(&Id::from(mid)).filter(|dialog| dialog.line == caller.account);
    ensure(dialog.is_some(), || no_object(mid))?;
    let reaction = payload["reaction"].as_str().filter(|_| is_put);
    ensure(!is_put || reaction.is_some(), || bad("Param payload[reaction] must be non-empty."))?;
    // Instagram documents only the reaction `love`, which is a heart.
    let emoji = reaction.map(|one| if one == "love" { "❤️" } else { one });
    let fits = caller.platform == Platform::Facebook || emoji.is_none_or(|emoji| emoji.starts_with('❤'));
    ensure(fits, || bad("Param payload[reaction] must be one of {love}"))?;
    if let Some(message) = state.message_mut(&Id::from(mid)) {
        message.reactions.remove(&Author::Line);
        message.reactions.extend(emoji.map(|emoji| (Author::Line, vec![emoji.to_owned()])));
    }
    Ok(())
}

/// `GET /{account}/conversations`: the most recent first, with their messages if requested (`conversations-api`).
fn conversations(state: &Meta, caller: &Caller, node: &str, params: &Params) -> Answered {
    caller.own(state, node)?;
    let (account, wanted) = (&caller.account, params.text("user_id"));
    let has_messages = params.list("fields").iter().any(|one| one.starts_with("messages"));
    let is_asked = |person: i64| wanted.as_ref().is_none_or(|id| *id == state.scoped(account, person));
    let of_account = state.dialogs.values().filter(|dialog| dialog.line == *account);
    let mut all: Vec<(i64, i64, &Dialog)> = of_account
        .filter_map(|dialog| Some((dialog.messages.last()?.at, dialog.person?, dialog)))
        .filter(|(_, person, _)| is_asked(*person))
        .collect();
    all.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
    let one = |(at, person, dialog): (i64, i64, &Dialog)| {
        let faces = [Author::Line, Author::Person(person)].map(|author| json::face(state, account, author));
        let mut one = json!({
            "id": dialog.id.as_str(), "updated_time": json::time(at), "participants": { "data": faces },
        });
        if has_messages {
            one["messages"] = page(state, dialog);
        }
        one
    };
    Ok(json!({ "data": all.into_iter().map(one).collect::<Vec<_>>() }))
}

fn page(state: &Meta, dialog: &Dialog) -> Value {
    let newest = dialog.messages.iter().rev().filter(|one| !one.is_removed).take(SHOWN);
    json!({ "data": newest.map(|one| json::earlier(state, dialog, one)).collect::<Vec<_>>() })
}
