//! All methods as a table, and the way to one of them. What every kind of cards has is not in it: [`cards`] has that.

use super::lists::{self, list, one};
use super::{Answer, Reply, Request, bots, cards, extra, not_found, shows, templates, unsorted, widgets, writes};
use crate::crm::state::CARDS;

/// A method: its verb, its path – `{}` is anything, `{#}` a number, `{cards}` a kind of cards –, and what answers it, given
/// those parts of the path.
type Route = (&'static str, &'static str, fn(&Request<'_>, &[&str]) -> Reply);

const ROUTES: &[Route] = &[
    ("GET", "account", |request, _| shows::account(request)),
    ("GET", "users", |request, _| list(request, &lists::USERS)),
    ("GET", "users/{}", |request, id| one(request, &lists::USERS, id)),
    ("POST", "users", |request, _| extra::add_users(request)),
    ("POST", "users/deactivate", |request, _| extra::deactivate_users(request)),
    ("POST", "leads/complex", |request, _| extra::complex(request)),
    ("GET", "leads/unsorted", |request, _| list(request, &lists::UNSORTED)),
    ("GET", "leads/unsorted/summary", |request, _| shows::summary(request)),
    ("GET", "leads/unsorted/{}", |request, uid| one(request, &lists::UNSORTED, uid)),
    ("POST", "leads/unsorted/{}", unsorted::create),
    ("POST", "leads/unsorted/{}/accept", unsorted::accept),
    ("DELETE", "leads/unsorted/{}/decline", unsorted::decline),
    ("POST", "leads/unsorted/{}/link", unsorted::link),
    ("GET", "contacts/chats", |request, _| writes::chats(request)),
    ("POST", "contacts/chats", |request, _| writes::link_chats(request)),
    ("GET", "{cards}/tags", extra::tags),
    ("POST", "{cards}/tags", extra::add_tags),
    ("GET", "{cards}/{#}/files", extra::files),
    ("PUT", "{cards}/{#}/files", extra::files),
    ("DELETE", "{cards}/{#}/files", extra::files),
    ("PATCH", "customers/mode", |request, _| extra::customers_mode(request)),
    ("POST", "customers/{#}/bonus_points", extra::bonus_points),
    ("POST", "calls", |request, _| extra::calls(request)),
    ("POST", "short_links", |request, _| extra::short_links(request)),
    ("GET", "website_buttons", extra::buttons),
    ("GET", "website_buttons/{#}", extra::buttons),
    ("POST", "website_buttons", |request, _| extra::add_button(request)),
    ("PATCH", "website_buttons/{#}", extra::change_button),
    ("POST", "website_buttons/{#}/online_chat", extra::change_button),
    ("GET", "talks", |request, _| list(request, &lists::TALKS)),
    ("GET", "talks/{}", |request, id| one(request, &lists::TALKS, id)),
    ("GET", "talks/{}/messages", lists::talk_messages),
    ("POST", "talks/{}/close", writes::close_talk),
    ("GET", "events", |request, _| list(request, &lists::EVENTS)),
    ("GET", "events/{}", |request, id| one(request, &lists::EVENTS, id)),
    ("GET", "currencies", |request, _| list(request, &lists::CURRENCIES)),
    ("GET", "sources", |request, _| list(request, &lists::SOURCES)),
    ("GET", "sources/{}", |request, id| one(request, &lists::SOURCES, id)),
    ("POST", "sources", |request, _| writes::create_sources(request)),
    ("PATCH", "sources", |request, _| writes::update_sources(request)),
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
    ("GET", "widgets", |request, _| widgets::list(request)),
    ("GET", "widgets/{}", widgets::one),
    ("POST", "widgets/{}", widgets::install),
    ("DELETE", "widgets/{}", widgets::switch_off),
    ("GET", "bots", |request, _| list(request, &bots::BOTS)),
    ("GET", "bots/{}", |request, id| one(request, &bots::BOTS, id)),
    ("POST", "bots/run", |request, _| bots::run_many(request)),
    ("POST", "bots/{#}/run", bots::run),
    ("POST", "bots/{#}/stop", bots::stop),
    ("POST", "salesbot/{#}/continue/{#}", writes::continue_bot),
    ("GET", "webhooks", |request, _| list(request, &lists::WEBHOOKS)),
    ("POST", "webhooks", |request, _| writes::subscribe(request)),
    ("DELETE", "webhooks", |request, _| writes::unsubscribe(request)),
];

/// Whether this method is for administrators only.
fn needs_admin(method: &str, rest: &[&str]) -> bool {
    match rest {
        ["users" | "sources" | "webhooks" | "salesbot", ..] | ["contacts", "chats"] | ["chats", "templates", ..] => {
            true
        }
        ["widgets", ..] => method != "GET",
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
            "{cards}" if CARDS.contains(&part) => parts.push(part),
            literal if literal == part => {}
            _ => return None,
        }
    }
    given.next().is_none().then_some(parts)
}

pub(super) fn dispatch(request: &Request<'_>, rest: &[&str]) -> Reply {
    let method = request.call.method.as_str();
    if !request.is_admin && needs_admin(method, rest) {
        return Err(Answer::problem(403, "Forbidden", "only administrators may call this"));
    }
    if matches!(rest, ["users" | "sources", ..]) && request.core.read(|state| state.settings.external) {
        return Err(Answer::problem(403, "Forbidden", "external integrations may not call this"));
    }
    let mut here = ROUTES.iter().filter_map(|(verb, path, act)| Some((*verb, act, parts(path, rest)?))).peekable();
    let is_known = here.peek().is_some();
    // The first row of a path is the most special one.
    if let Some((_, act, parts)) = here.find(|(verb, ..)| *verb == method) {
        return act(request, &parts);
    }
    match cards::answer(request, rest) {
        Some(reply) => reply,
        None if is_known => Err(Answer::problem(405, "Method Not Allowed", "this method is not allowed here")),
        None => Err(not_found("the sandbox has no such method")),
    }
}
