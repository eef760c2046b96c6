//! All methods as a table, and the way to one of them.

use super::lists::{self, list, one};
use super::{Answer, Reply, Request, cards, not_found, shows, templates, writes};

/// A method: its verb, its path – `{}` is anything, `{#}` a number, `{cards}` a kind of cards –, and what answers it, given
/// those parts of the path.
type Route = (&'static str, &'static str, fn(&Request<'_>, &[&str]) -> Reply);

const ROUTES: &[Route] = &[
    ("GET", "account", |request, _| shows::account(request)),
    ("GET", "users", |request, _| list(request, &lists::USERS)),
    ("GET", "users/{}", |request, id| one(request, &lists::USERS, id)),
    ("GET", "leads/pipelines", |request, _| list(request, &lists::PIPELINES)),
    ("GET", "leads/pipelines/{}/statuses", lists::statuses),
    ("GET", "leads/unsorted", |request, _| list(request, &lists::UNSORTED)),
    ("GET", "leads/unsorted/summary", |request, _| shows::summary(request)),
    ("POST", "leads/unsorted/{}/accept", writes::accept),
    ("GET", "contacts/chats", |request, _| writes::chats(request)),
    ("POST", "contacts/chats", |request, _| writes::link_chats(request)),
    ("GET", "{cards}", cards::list),
    ("GET", "{cards}/{#}", cards::one),
    ("POST", "{cards}", cards::create),
    ("PATCH", "{cards}/{#}", cards::update_one),
    ("GET", "{cards}/custom_fields", cards::custom_fields),
    ("GET", "{cards}/tags", cards::tags),
    ("GET", "{cards}/{#}/notes", cards::notes),
    ("POST", "{cards}/{#}/notes", cards::add_notes),
    ("GET", "talks/{}", |request, id| one(request, &lists::TALKS, id)),
    ("POST", "talks/{}/close", writes::close_talk),
    ("GET", "events", |request, _| list(request, &lists::EVENTS)),
    ("GET", "sources", |request, _| list(request, &lists::SOURCES)),
    ("GET", "sources/{}", |request, id| one(request, &lists::SOURCES, id)),
    ("POST", "sources", |request, _| writes::create_sources(request)),
    ("PATCH", "sources/{}", writes::update_source),
    ("DELETE", "sources", |request, _| writes::delete_sources(request)),
    ("DELETE", "sources/{}", writes::delete_source),
    ("GET", "chats/templates", |request, _| list(request, &lists::TEMPLATES)),
    ("GET", "chats/templates/{}", |request, id| one(request, &lists::TEMPLATES, id)),
    ("POST", "chats/templates", |request, _| templates::create(request)),
    ("PATCH", "chats/templates/{}", templates::update_one),
    ("DELETE", "chats/templates", |request, _| templates::delete_many(request)),
    ("DELETE", "chats/templates/{}", templates::delete_one),
    ("POST", "chats/templates/{}/review", templates::ask_review),
    ("POST", "chats/templates/{}/review/{}", templates::decide_review),
    ("GET", "widgets/{}", shows::widget),
    ("GET", "webhooks", |request, _| list(request, &lists::WEBHOOKS)),
    ("POST", "webhooks", |request, _| writes::subscribe(request)),
    ("DELETE", "webhooks", |request, _| writes::unsubscribe(request)),
];

/// Whether this path is for administrators only.
fn needs_admin(rest: &[&str]) -> bool {
    matches!(rest, ["users" | "sources" | "webhooks", ..] | ["contacts", "chats"] | ["chats", "templates", ..])
}

/// Whether amoCRM has further methods at this path, which are not there here.
fn has_more(method: &str, rest: &[&str]) -> bool {
    match rest {
        ["leads", "pipelines", ..] | [_, "custom_fields" | "tags" | "notes", ..] | [_, _, "notes"] => true,
        ["users"] | ["leads", "unsorted", "sip" | "forms"] => method == "POST",
        ["widgets", _] => matches!(method, "POST" | "DELETE"),
        _ => false,
    }
}

/// The variable parts of a path; `None` if it is another one.
fn parts<'a>(path: &str, rest: &[&'a str]) -> Option<Vec<&'a str>> {
    let mut parts = Vec::new();
    let mut given = rest.iter();
    for wanted in path.split('/') {
        let part = *given.next()?;
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        match wanted {
            "{}" => parts.push(part),
            "{#}" if is_number => parts.push(part),
            "{cards}" if cards::entity(part).is_some() => parts.push(part),
            literal if literal == part => {}
            _ => return None,
        }
    }
    given.next().is_none().then_some(parts)
}

pub(super) fn dispatch(request: &Request<'_>, rest: &[&str]) -> Reply {
    if !request.is_admin && needs_admin(rest) {
        return Err(Answer::problem(403, "Forbidden", "only administrators may call this"));
    }
    if matches!(rest, ["users" | "sources", ..]) && request.core.read(|state| state.settings.external) {
        return Err(Answer::problem(403, "Forbidden", "external integrations may not call this"));
    }
    let method = request.call.method.as_str();
    let mut here = ROUTES.iter().filter_map(|(verb, path, act)| Some((*verb, act, parts(path, rest)?))).peekable();
    let is_known = here.peek().is_some();
    match here.find(|(verb, ..)| *verb == method) {
        // The first row of a path is the most special one.
        Some((_, act, parts)) => act(request, &parts),
        None if is_known && !has_more(method, rest) => {
            Err(Answer::problem(405, "Method Not Allowed", "this method is not allowed here"))
        }
        _ => Err(not_found("the sandbox has no such method")),
    }
}
