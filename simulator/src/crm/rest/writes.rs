//! Methods that change what is no card: talks, sources, webhooks, links of chats.

use serde_json::{Value, json};

use super::lists::{self, one};
use super::{
    Answer, BATCH, Reply, Request, Wrong, all, bad, fields, hal, list as items, not_found, request_id, shows, typed,
};
use crate::crm::exchange::put;
use crate::crm::state::{Account, Source, Webhook, go_on, is_known_event};
use crate::crm::strict::Object;

/// Most sources in one call.
const SOURCES: usize = 50;
/// Most subscriptions of an account.
const WEBHOOKS: usize = 100;

/// `POST talks/{id}/close` with an optional `force_close`: 202, or 422 if it is closed. No account here has the bot that
/// asks for a rating first.
pub(super) fn close_talk(request: &Request<'_>, id: &[&str]) -> Reply {
    let body = request.object_or_nothing()?;
    Object::whole(&body).and_then(|given| given.boolean("force_close")).map_err(|reason| bad(&reason))?;
    request.change(|account, now| {
        let talk = account.crm.talks.iter().find(|talk| talk.id.to_string() == id.concat());
        let talk_id = talk.map(|talk| talk.id).ok_or_else(|| not_found("no talk has this id"))?;
        match account.close_talk(talk_id, now) {
            true => Ok(Answer::empty(202)),
            false => Err(Answer::problem(422, "Unprocessable Entity", "the talk is closed already")),
        }
    })
}

/// Only chats of the integration's own channels can be linked, and no browser may do it.
fn without_cookies(request: &Request<'_>) -> Result<(), Answer> {
    match request.call.header("cookie") {
        None | Some("") => Ok(()),
        Some(_) => Err(bad("this method must be called without cookies")),
    }
}

fn owns_chat(request: &Request<'_>, account: &Account, chat_id: &str) -> bool {
    account.chat(chat_id).is_some_and(|chat| chat.client_id == request.grant.client_id)
}

/// `GET contacts/chats?contact_id=…` or `?chat_id=…`, each a value or a list; 204 if empty. A chat of an incoming lead
/// is listed with that lead's contact.
pub(super) fn chats(request: &Request<'_>) -> Reply {
    without_cookies(request)?;
    let (contacts, chats) = (request.values("contact_id"), request.values("chat_id"));
    if contacts.is_empty() == chats.is_empty() {
        return Err(bad("one of contact_id and chat_id is needed"));
    }
    if contacts.iter().any(|id| id.parse::<i64>().is_err()) {
        return Err(bad("contact_id must be an integer"));
    }
    let found: Vec<Value> = request.account(|account| {
        let own = account.crm.links.iter().filter(|link| owns_chat(request, account, &link.chat_id));
        own.filter(|link| {
            contacts.contains(&link.contact_id.to_string().as_str()) || chats.contains(&link.chat_id.as_str())
        })
        .map(|link| json!(link))
        .collect()
    })?;
    if found.is_empty() {
        return Ok(Answer::empty(204));
    }
    Ok(hal(&json!({"_total_items": found.len(), "_embedded": {"chats": found}})))
}

/// `POST contacts/chats`: links chats to contacts, replacing their earlier links.
pub(super) fn link_chats(request: &Request<'_>) -> Reply {
    without_cookies(request)?;
    let items = request.batch(BATCH, 422)?;
    request.change(|account, _| {
        let wanted = all(items, |item| {
            let given = fields(item)?;
            let contact_id = given.required_number("contact_id").map_err(typed("contact_id"))?;
            let chat_id = given.required_text("chat_id").map_err(typed("chat_id"))?;
            if account.crm.contact(contact_id).is_none() {
                return Err(Wrong::unknown("contact_id", format!("contact with id = {contact_id} not found")));
            }
            if !owns_chat(request, account, chat_id) {
                return Err(Wrong::unknown("chat_id", format!("chat with id = {chat_id} not found")));
            }
            Ok((contact_id, chat_id.to_owned()))
        })?;
        let mut shown = Vec::new();
        for ((contact_id, chat_id), (at, item)) in wanted.into_iter().zip(items.iter().enumerate()) {
            let (id, request_id) = (account.link_chat(&chat_id, contact_id), request_id(item, at));
            shown.push(json!({"chat_id": chat_id, "contact_id": contact_id, "id": id, "request_id": request_id}));
        }
        Ok(hal(&json!({"_total_items": shown.len(), "_embedded": {"chats": shown}})))
    })
}

pub(super) fn owns(request: &Request<'_>, source: &Source) -> bool {
    source.client_id == request.grant.client_id
}

/// The integration's own source with this id, as text.
fn own_source<'a>(request: &Request<'_>, account: &'a Account, id: &str) -> Option<&'a Source> {
    account.sources.iter().find(|source| owns(request, source) && source.id.to_string() == id)
}

fn unknown_source(id: &str) -> String {
    format!("source with id = {id} not found")
}

/// Validates the fields common to creation and change, and applies them to a source.
fn lay_over(request: &Request<'_>, account: &Account, item: &Value, source: &mut Source) -> Result<(), Wrong> {
    let given = fields(item)?;
    if let Some(name) = given.text("name").map_err(typed("name"))? {
        if name.is_empty() {
            return Err(Wrong::blank("name"));
        }
        name.clone_into(&mut source.name);
    }
    if let Some(id) = given.whole_number("pipeline_id").map_err(typed("pipeline_id"))? {
        if !account.pipelines().iter().any(|pipeline| pipeline.id == id) {
            return Err(Wrong::no_choice("pipeline_id"));
        }
        source.pipeline_id = id;
    }
    source.default = given.boolean("default").map_err(typed("default"))?.unwrap_or(source.default);
    if let Some(code) = given.text("origin_code").map_err(typed("origin_code"))? {
        let integration = request.core.integration(&request.grant.client_id);
        if !integration.is_some_and(|one| one.channels.iter().any(|channel| channel.code == code)) {
            return Err(Wrong::no_choice("origin_code"));
        }
        source.origin_code = Some(code.to_owned());
    } else if item.get("origin_code").is_some_and(Value::is_null) {
        source.origin_code = None;
    }
    if given.raw("services").is_some() {
        source.services = items(&given, "services")?.into();
    }
    Ok(())
}

fn new_source(request: &Request<'_>, account: &mut Account, limit: usize, item: &Value) -> Result<Source, Wrong> {
    let given = fields(item)?;
    let external_id = given.external_id("external_id", 36).map_err(typed("external_id"))?;
    let external_id = external_id.ok_or_else(|| Wrong::blank("external_id"))?;
    if given.raw("name").is_none() {
        return Err(Wrong::blank("name"));
    }
    let own = || account.sources.iter().filter(|source| owns(request, source));
    if own().any(|source| source.external_id == external_id) {
        let words = format!("source with external_id {external_id} already exists");
        return Err(Wrong("NotUnique", "external_id", words));
    }
    if own().count() >= limit {
        return Err(Wrong("LimitExceeded", "external_id", format!("at most {limit} sources")));
    }
    let mut source = Source {
        id: 0,
        client_id: request.grant.client_id.clone(),
        name: String::new(),
        external_id: external_id.to_owned(),
        pipeline_id: account.main_pipeline(),
        default: false,
        origin_code: None,
        services: json!([]),
    };
    lay_over(request, account, item, &mut source)?;
    source.id = account.next_number();
    Ok(source)
}

/// Inserts or replaces a source; a new default removes the flag from the others.
fn put_source(account: &mut Account, source: Source) {
    if source.default {
        for other in &mut account.sources {
            other.default &= other.client_id != source.client_id;
        }
    }
    match account.sources.iter_mut().find(|one| one.id == source.id) {
        Some(place) => *place = source,
        None => account.sources.push(source),
    }
}

/// Applies `one` to every item; if any is invalid, the sources stay as they were.
fn write_sources(
    request: &Request<'_>,
    list: &[Value],
    one: impl Fn(&mut Account, &Value) -> Result<Source, Wrong>,
) -> Reply {
    request.change(|account, _| {
        let before = account.sources.clone();
        let ids = all(list, |item| {
            let source = one(account, item)?;
            let id = source.id;
            put_source(account, source);
            Ok(id)
        });
        let ids = ids.inspect_err(|_| account.sources = before)?;
        let shown = ids.iter().zip(list.iter().enumerate()).filter_map(|(id, (at, item))| {
            let mut shown = shows::source(request, account.sources.iter().find(|one| one.id == *id)?);
            put(&mut shown, "request_id", request_id(item, at));
            Some(shown)
        });
        let shown: Vec<Value> = shown.collect();
        Ok(hal(&json!({"_total_items": shown.len(), "_embedded": {"sources": shown}})))
    })
}

/// `POST sources`.
pub(super) fn create_sources(request: &Request<'_>) -> Reply {
    let limit = request.core.read(|state| state.settings.source_limit);
    write_sources(request, request.batch(SOURCES, 400)?, |account, item| new_source(request, account, limit, item))
}

fn changed_source(request: &Request<'_>, account: &Account, id: &str, item: &Value) -> Result<Source, Wrong> {
    let source = own_source(request, account, id).cloned();
    let mut source = source.ok_or_else(|| Wrong::unknown("id", unknown_source(id)))?;
    if item.get("external_id").is_some_and(|external| external.as_str() != Some(&source.external_id)) {
        return Err(Wrong("NotSupportedChoice", "external_id", "external_id can't be changed".to_owned()));
    }
    lay_over(request, account, item, &mut source)?;
    Ok(source)
}

pub(super) fn id_of(item: &Value) -> String {
    item.get("id").unwrap_or(&Value::Null).to_string()
}

/// `PATCH sources` with an `id` in every item.
pub(super) fn update_sources(request: &Request<'_>) -> Reply {
    let list = request.batch(SOURCES, 400)?;
    write_sources(request, list, |account, item| changed_source(request, account, &id_of(item), item))
}

/// `PATCH sources/{id}`; the answer is only the source.
pub(super) fn update_source(request: &Request<'_>, id: &[&str]) -> Reply {
    let item = request.object()?.clone();
    if request.account(|account| own_source(request, account, &id.concat()).is_none())? {
        return Err(not_found("no source has this id"));
    }
    write_sources(request, &[item], |account, item| changed_source(request, account, &id.concat(), item))?;
    one(request, &lists::SOURCES, id)
}

/// `DELETE sources/{id}`.
pub(super) fn delete_source(request: &Request<'_>, id: &[&str]) -> Reply {
    request.change(|account, _| {
        let known = own_source(request, account, &id.concat()).map(|source| source.id);
        let known = known.ok_or_else(|| not_found("no source has this id"))?;
        account.sources.retain(|source| source.id != known);
        Ok(Answer::empty(204))
    })
}

/// `DELETE sources` with a list of ids.
pub(super) fn delete_sources(request: &Request<'_>) -> Reply {
    let list = request.batch(SOURCES, 400)?;
    request.change(|account, _| {
        let unknown = list.iter().enumerate().filter(|(_, item)| own_source(request, account, &id_of(item)).is_none());
        let errors: Vec<Value> = unknown
            .map(|(at, item)| {
                // An object, not a list: so it is documented for this call.
                let error = json!({"code": "EntityNotFound", "path": "id", "detail": unknown_source(&id_of(item))});
                json!({"request_id": request_id(item, at), "errors": error})
            })
            .collect();
        if !errors.is_empty() {
            let more = json!({"errors": errors});
            let refusal = Answer::problem_with(400, "Bad Request", "Invalid request items", &more);
            return Err(refusal.noted("source not found"));
        }
        let ids: Vec<String> = list.iter().map(id_of).collect();
        account.sources.retain(|source| !ids.contains(&source.id.to_string()));
        Ok(Answer::empty(204))
    })
}

fn destination(given: &Object<'_>) -> Result<String, Wrong> {
    let path = "destination";
    let text = given.link(path).map_err(typed(path))?.ok_or_else(|| Wrong::blank(path))?;
    // Internationalised domains are refused, also in Punycode.
    let host = url::Url::parse(text).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    if !text.is_ascii() || host.split('.').any(|label| label.starts_with("xn--")) {
        return Err(Wrong("InvalidUrl", path, "This value is not a valid URL.".to_owned()));
    }
    Ok(text.to_owned())
}

/// `POST webhooks`: subscribes, or replaces the settings of an existing subscription. 201 on amocrm.ru, 200 on Kommo.
pub(super) fn subscribe(request: &Request<'_>) -> Reply {
    let body = request.object()?;
    let is_russian = request.host.ends_with(".amocrm.ru");
    let read = || {
        let given = fields(body)?;
        let settings = items(&given, "settings")?;
        if settings.is_empty() {
            return Err(Wrong::blank("settings"));
        }
        let code = |one: &Value| one.as_str().filter(|code| is_known_event(code, is_russian)).map(str::to_owned);
        let settings = settings.iter().map(code).collect::<Option<Vec<String>>>();
        let sort = given.whole_number("sort").map_err(typed("sort"))?;
        Ok((destination(&given)?, settings.ok_or_else(|| Wrong::no_choice("settings"))?, sort))
    };
    let (destination, settings, sort) = read().map_err(Wrong::alone)?;
    request.change(|account, now| {
        if account.switches.no_webhooks {
            return Err(Answer::problem(403, "Forbidden", "the account's plan has no webhooks"));
        }
        if !account.crm.webhooks.iter().any(|one| one.destination == destination) {
            if account.crm.webhooks.len() >= WEBHOOKS {
                return Err(bad("an account may have at most 100 webhooks"));
            }
            let (id, created_by) = (account.next_number(), request.grant.user_id);
            let destination = destination.clone();
            account.crm.webhooks.push(Webhook { id, destination, created_by, created_at: now, ..Webhook::default() });
        }
        let found = account.crm.webhooks.iter_mut().find(|one| one.destination == destination);
        let webhook = found.ok_or_else(|| not_found("the subscription is gone"))?;
        webhook.settings = settings;
        webhook.sort = sort.unwrap_or(webhook.sort);
        (webhook.updated_at, webhook.disabled) = (now, false);
        webhook.invalid.clear();
        let webhook = webhook.clone();
        let shown = shows::webhook(request, account, &webhook);
        Ok(hal(&shown).with_status(if is_russian { 201 } else { 200 }))
    })
}

/// `DELETE webhooks` with the destination.
pub(super) fn unsubscribe(request: &Request<'_>) -> Reply {
    let wanted = fields(request.object()?).and_then(|given| destination(&given)).map_err(Wrong::alone)?;
    request.change(|account, _| {
        let before = account.crm.webhooks.len();
        account.crm.webhooks.retain(|one| one.destination != wanted);
        match account.crm.webhooks.len() < before {
            true => Ok(Answer::empty(204)),
            false => Err(not_found("there is no subscription with this destination")),
        }
    })
}

/// `POST salesbot/{bot_id}/continue/{continue_id}`: 202, or 404 if the bot does not wait there (any more).
pub(super) fn continue_bot(request: &Request<'_>, parts: &[&str]) -> Reply {
    let number = |place: usize| parts.get(place).and_then(|part| part.parse().ok()).unwrap_or_default();
    let told =
        request.call.json.get("data").filter(|data| data.is_object()).ok_or_else(|| bad("data must be an object"))?;
    let is_waiting = request.change(|account, _| Ok(go_on(account, number(0), number(1), told)))?;
    if is_waiting { Ok(Answer::empty(202)) } else { Err(not_found("no widget waits for a result there")) }
}
