//! Routing of calls.

use super::{
    Call, account, contact_chats, contacts, contacts_write, fields, leads, leads_write, notes, pipelines, problem,
    reviews, sources, sources_delete, sources_write, tags, talks, templates, templates_write, unsorted, webhooks,
    widgets,
};
use crate::crm::exchange::Answer;

/// Whether this path is for administrators only.
fn needs_admin(rest: &[&str]) -> bool {
    matches!(
        rest,
        ["users" | "sources" | "widgets" | "webhooks", ..] | ["contacts", "chats"] | ["chats", "templates", ..]
    )
}

pub(super) fn dispatch(call: &Call<'_>, rest: &[&str]) -> Answer {
    if !call.is_admin && needs_admin(rest) {
        return problem(403, "Forbidden", "only administrators may call this");
    }
    let found = match rest {
        ["contacts", ..] => contacts_api(call, rest),
        ["leads", "unsorted", ..] => unsorted_api(call, rest),
        ["leads", ..] => leads_api(call, rest),
        ["chats", "templates", ..] => templates_api(call, rest),
        ["sources", ..] => sources_api(call, rest),
        _ => others(call, rest),
    };
    found.unwrap_or_else(|| problem(404, "Not Found", "the sandbox has no such method"))
}

fn wrong_verb() -> Option<Answer> {
    Some(problem(405, "Method Not Allowed", "this method is not allowed here"))
}

/// Whether a path segment is the number of a card, not a name.
fn is_id(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// Routes common to leads and contacts.
fn cards_api(call: &Call<'_>, entity: &'static str, rest: &[&str]) -> Option<Answer> {
    match (call.request.method.as_str(), rest) {
        ("GET", ["custom_fields"]) => Some(fields::list(call, entity)),
        ("GET", ["custom_fields", id]) => Some(fields::one(call, entity, id)),
        ("GET", ["tags"]) => Some(tags::list(call, entity)),
        ("GET", ["notes"]) => Some(notes::list(call, entity, None)),
        ("POST", ["notes"]) => Some(notes::create(call, entity, None)),
        ("GET", [id, "notes"]) if is_id(id) => Some(notes::list(call, entity, Some(id))),
        ("POST", [id, "notes"]) if is_id(id) => Some(notes::create(call, entity, Some(id))),
        _ => None,
    }
}

fn contacts_api(call: &Call<'_>, rest: &[&str]) -> Option<Answer> {
    match (call.request.method.as_str(), rest) {
        ("GET", [_, "chats"]) => Some(contact_chats::list(call)),
        ("POST", [_, "chats"]) => Some(contact_chats::link(call)),
        ("GET", [_]) => Some(contacts::list(call)),
        ("GET", [_, id]) if is_id(id) => Some(contacts::one(call, id)),
        ("POST", [_]) => Some(contacts_write::create(call)),
        ("PATCH", [_]) => Some(contacts_write::update_many(call)),
        ("PATCH", [_, id]) if is_id(id) => Some(contacts_write::update_one(call, id)),
        // amoCRM cannot delete contacts.
        (_, [_] | [_, "chats"]) => wrong_verb(),
        (_, [_, id]) if is_id(id) => wrong_verb(),
        (_, [_, rest @ ..]) => cards_api(call, "contacts", rest),
        _ => None,
    }
}

fn leads_api(call: &Call<'_>, rest: &[&str]) -> Option<Answer> {
    match (call.request.method.as_str(), rest) {
        ("GET", [_, "pipelines"]) => Some(pipelines::list(call)),
        ("GET", [_, "pipelines", id]) => Some(pipelines::one(call, id)),
        ("GET", [_, "pipelines", id, "statuses"]) => Some(pipelines::steps(call, id)),
        ("GET", [_, "pipelines", id, "statuses", status_id]) => Some(pipelines::step(call, id, status_id)),
        ("POST", [_, "complex"]) => Some(leads_write::create_complex(call)),
        ("GET", [_]) => Some(leads::list(call)),
        ("GET", [_, id]) if is_id(id) => Some(leads::one(call, id)),
        ("POST", [_]) => Some(leads_write::create(call)),
        ("PATCH", [_]) => Some(leads_write::update_many(call)),
        ("PATCH", [_, id]) if is_id(id) => Some(leads_write::update_one(call, id)),
        // amoCRM cannot delete leads; it can change pipelines, which the sandbox does not support.
        (_, [_] | [_, "complex"]) => wrong_verb(),
        (_, [_, id]) if is_id(id) => wrong_verb(),
        (_, [_, rest @ ..]) => cards_api(call, "leads", rest),
        _ => None,
    }
}

fn unsorted_api(call: &Call<'_>, rest: &[&str]) -> Option<Answer> {
    match (call.request.method.as_str(), rest) {
        ("GET", [_, _]) => Some(unsorted::list(call)),
        ("GET", [_, _, "summary"]) => Some(unsorted::summary(call)),
        ("GET", [_, _, uid]) => Some(unsorted::one(call, uid)),
        ("POST", [_, _, uid, "accept"]) => Some(unsorted::accept(call, uid)),
        ("DELETE", [_, _, uid, "decline"]) => Some(unsorted::decline(call, uid)),
        ("POST", [_, _, uid, "link"]) => Some(unsorted::link(call, uid)),
        // Incoming leads of calls and forms can be created, those of chats cannot.
        ("POST", [_, _, "sip" | "forms"]) => None,
        (_, [_, _] | [_, _, _] | [_, _, _, "accept" | "decline" | "link"]) => wrong_verb(),
        _ => None,
    }
}

fn templates_api(call: &Call<'_>, rest: &[&str]) -> Option<Answer> {
    match (call.request.method.as_str(), rest) {
        ("GET", [_, _]) => Some(templates::list(call)),
        ("GET", [_, _, id]) => Some(templates::one(call, id)),
        ("POST", [_, _]) => Some(templates_write::create(call)),
        ("PATCH", [_, _]) => Some(templates_write::update_many(call)),
        ("PATCH", [_, _, id]) => Some(templates_write::update_one(call, id)),
        ("DELETE", [_, _]) => Some(templates::delete_many(call)),
        ("DELETE", [_, _, id]) => Some(templates::delete_one(call, id)),
        ("POST", [_, _, id, "review"]) => Some(reviews::ask(call, id)),
        ("POST", [_, _, id, "review", review_id]) => Some(reviews::decide(call, id, review_id)),
        (_, [_, _] | [_, _, _] | [_, _, _, "review", ..]) => wrong_verb(),
        _ => None,
    }
}

fn sources_api(call: &Call<'_>, rest: &[&str]) -> Option<Answer> {
    match (call.request.method.as_str(), rest) {
        ("GET", [_]) => Some(sources::list(call)),
        ("GET", [_, id]) => Some(sources::one(call, id)),
        ("POST", [_]) => Some(sources_write::create(call)),
        ("PATCH", [_]) => Some(sources_write::update_many(call)),
        ("PATCH", [_, id]) => Some(sources_write::update_one(call, id)),
        ("DELETE", [_]) => Some(sources_delete::delete_many(call)),
        ("DELETE", [_, id]) => Some(sources_delete::delete_one(call, id)),
        _ => wrong_verb(),
    }
}

fn others(call: &Call<'_>, rest: &[&str]) -> Option<Answer> {
    match (call.request.method.as_str(), rest) {
        ("GET", ["account"]) => Some(account::account(call)),
        ("GET", ["users"]) => Some(account::users(call)),
        ("GET", ["users", id]) => Some(account::user(call, id)),
        ("GET", ["widgets"]) => Some(widgets::list(call)),
        ("GET", ["widgets", code]) => Some(widgets::one(call, code)),
        ("POST", ["widgets", code]) => Some(widgets::install(call, code)),
        ("DELETE", ["widgets", code]) => Some(widgets::disable(call, code)),
        ("GET", ["talks"]) => Some(talks::list(call)),
        ("GET", ["talks", id]) => Some(talks::one(call, id)),
        ("POST", ["talks", id, "close"]) => Some(talks::close(call, id)),
        ("GET", ["webhooks"]) => Some(webhooks::list(call)),
        ("POST", ["webhooks"]) => Some(webhooks::subscribe(call)),
        ("DELETE", ["webhooks"]) => Some(webhooks::unsubscribe(call)),
        // Users can be added, which the sandbox does not support.
        ("POST", ["users"]) => None,
        (
            _,
            ["account" | "webhooks" | "users" | "widgets" | "talks"]
            | ["users" | "widgets" | "talks", _]
            | ["talks", _, "close"],
        ) => wrong_verb(),
        _ => None,
    }
}
