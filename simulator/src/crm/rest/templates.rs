//! Methods that change chat templates, and their approval. Those for WABA can be changed only before they are submitted.

use serde_json::{Map, Value, json};

use super::lists::{self, one};
use super::writes::{id_of, owns};
use super::{
    Answer, BATCH, Reply, Request, Wrong, all, bad, fields, hal, list as items, not_found, request_id, shows, typed,
};
use crate::crm::exchange::put;
use crate::crm::state::{Account, Template};
use crate::crm::strict::Object;

const CATEGORIES: [&str; 3] = ["UTILITY", "AUTHENTICATION", "MARKETING"];
const ATTACHMENTS: [&str; 4] = ["picture", "file", "document", "video"];
/// Longest `waba_header`, and longest `reject_reason`, in characters.
const HEADER: usize = 60;
const REASON: usize = 65_535;
/// The statuses of reviews that an integration may report; the others are set by amoCRM.
const OUTCOMES: [&str; 3] = ["approved", "paused", "rejected"];

fn unknown_template() -> Answer {
    not_found(lists::TEMPLATES.missing)
}

/// The integration's own template with this id, as text.
fn own_template<'a>(request: &Request<'_>, account: &'a Account, id: &str) -> Option<&'a Template> {
    let is_own = |one: &&Template| one.owner.as_ref() == Some(&request.grant.client_id);
    account.crm.templates.iter().filter(is_own).find(|one| one.id.to_string() == id)
}

/// One of these texts, if the field is present.
fn choice(given: &Object<'_>, key: &'static str, known: &[&str]) -> Result<(), Wrong> {
    match given.text(key).map_err(typed(key))? {
        Some(text) if !known.contains(&text) => Err(Wrong::no_choice(key)),
        _ => Ok(()),
    }
}

/// Validates a whole template: the previous fields with the item's changes.
fn laid_over(before: &Map<String, Value>, item: &Value) -> Result<Map<String, Value>, Wrong> {
    let asked = item.as_object().ok_or_else(|| typed("")("an item must be an object".to_owned()))?;
    let mut whole = before.clone();
    whole.extend(
        asked.iter().filter(|(key, _)| before.contains_key(*key)).map(|(key, value)| (key.clone(), value.clone())),
    );
    let whole = Value::Object(whole);
    let given = fields(&whole)?;
    for key in ["name", "content"] {
        given.text(key).map_err(typed(key))?.filter(|text| !text.is_empty()).ok_or_else(|| Wrong::blank(key))?;
    }
    for key in ["external_id", "waba_language", "waba_footer"] {
        given.text(key).map_err(typed(key))?;
    }
    given.boolean("is_editable").map_err(typed("is_editable"))?;
    choice(&given, "type", &["amocrm", "waba"])?;
    choice(&given, "waba_category", &CATEGORIES)?;
    choice(&given, "waba_header_type", &["text", "media"])?;
    let header = given.text("waba_header").map_err(typed("waba_header"))?;
    if header.is_some_and(|text| text.chars().count() > HEADER) {
        return Err(Wrong("TooLong", "waba_header", format!("waba_header must have at most {HEADER} characters")));
    }
    let attachment = given.object("attachment").map_err(typed("attachment"))?;
    if let Some(attachment) = &attachment {
        for key in ["id", "name"] {
            attachment.required_text(key).map_err(typed("attachment"))?;
        }
        choice(attachment, "type", &ATTACHMENTS).map_err(|_| Wrong::no_choice("attachment"))?;
    }
    if given.text("waba_header_type").map_err(typed("waba_header_type"))? == Some("media") && attachment.is_none() {
        return Err(Wrong::blank("attachment"));
    }
    let path = "buttons";
    for button in items(&given, path)? {
        let button = Object::whole(button).map_err(typed(path))?;
        button.required_text("text").map_err(typed(path))?;
        match button.required_text("type").map_err(typed(path))? {
            "inline" => {}
            "url" => {
                button.link("url").map_err(typed(path))?.ok_or_else(|| Wrong::blank(path))?;
            }
            _ => return Err(Wrong::no_choice(path)),
        }
    }
    match given.raw("waba_examples") {
        None => {}
        Some(Value::Array(list)) if list.is_empty() => {}
        Some(Value::Object(map)) if map.values().all(Value::is_string) => {}
        Some(_) => return Err(typed("waba_examples")("waba_examples must be an object of strings".to_owned())),
    }
    Ok(whole.as_object().cloned().unwrap_or_default())
}

fn show_templates(request: &Request<'_>, account: &Account, ids: &[i64], list: &[Value]) -> Answer {
    let shown = ids.iter().zip(list.iter().enumerate()).filter_map(|(id, (at, item))| {
        let mut shown = shows::template(request, account, account.template(*id)?, false);
        put(&mut shown, "request_id", request_id(item, at));
        Some(shown)
    });
    let shown: Vec<Value> = shown.collect();
    hal(&json!({"_total_items": shown.len(), "_embedded": {"chat_templates": shown}}))
}

/// `POST chats/templates`.
pub(super) fn create(request: &Request<'_>) -> Reply {
    let list = request.batch(BATCH, 422)?;
    let limit = request.core.read(|state| state.settings.template_limit);
    let owner = Some(request.grant.client_id.clone());
    request.change(|account, now| {
        let drafts = all(list, |item| laid_over(&Template::blank(), item))?;
        let owned = account.crm.templates.iter().filter(|one| one.owner == owner).count();
        if owned + drafts.len() > limit {
            return Err(Answer::problem(422, "Unprocessable Entity", "the limit of templates is exceeded"));
        }
        let ids: Vec<i64> = drafts.into_iter().map(|draft| account.keep_template(owner.clone(), draft, now)).collect();
        Ok(show_templates(request, account, &ids, list))
    })
}

fn changed(
    request: &Request<'_>,
    account: &Account,
    id: &str,
    item: &Value,
) -> Result<(i64, Map<String, Value>), Wrong> {
    let template = own_template(request, account, id);
    let template = template.ok_or_else(|| Wrong::unknown("id", format!("template with id = {id} not found")))?;
    if template.is_waba() && template.review_status().is_some() {
        let words = "a WABA template can be changed only in status draft".to_owned();
        return Err(Wrong("NotEditable", "id", words));
    }
    Ok((template.id, laid_over(&template.fields, item)?))
}

/// `PATCH chats/templates/{id}`; the answer is only the template.
pub(super) fn update_one(request: &Request<'_>, id: &[&str]) -> Reply {
    let item = request.object()?;
    request.change(|account, now| {
        own_template(request, account, &id.concat()).ok_or_else(unknown_template)?;
        let (id, draft) = changed(request, account, &id.concat(), item).map_err(Wrong::alone)?;
        account.change_template(id, draft, now);
        Ok(())
    })?;
    one(request, &lists::TEMPLATES, id)
}

/// `DELETE chats/templates/{id}`.
pub(super) fn delete_one(request: &Request<'_>, id: &[&str]) -> Reply {
    request.change(|account, _| {
        let known = own_template(request, account, &id.concat()).ok_or_else(unknown_template)?.id;
        account.crm.templates.retain(|one| one.id != known);
        Ok(Answer::empty(204))
    })
}

/// `DELETE chats/templates` with a list of ids.
pub(super) fn delete_many(request: &Request<'_>) -> Reply {
    let ids: Vec<String> = request.batch(BATCH, 422)?.iter().map(id_of).collect();
    request.change(|account, _| {
        if let Some(id) = ids.iter().find(|id| own_template(request, account, id).is_none()) {
            return Err(bad(&format!("template with id = {id} not found")));
        }
        account.crm.templates.retain(|one| !ids.contains(&one.id.to_string()));
        Ok(Answer::empty(204))
    })
}

/// `POST chats/templates/{id}/review`: a review for each WABA source of the integration.
pub(super) fn ask_review(request: &Request<'_>, id: &[&str]) -> Reply {
    request.object_or_nothing()?;
    request.change(|account, now| {
        let id = own_template(request, account, &id.concat()).ok_or_else(unknown_template)?.id;
        if !account.ask_review(id, now) {
            return Err(bad("only WABA templates are approved"));
        }
        let reviews = &account.template(id).ok_or_else(unknown_template)?.reviews;
        Ok(hal(&json!({"_total_items": reviews.len(), "_embedded": {"reviews": reviews}})))
    })
}

/// `POST chats/templates/{id}/review/{review_id}` with `status` and, for a refusal, `reject_reason`. A review of a
/// foreign template can be decided too: its source may be the integration's.
pub(super) fn decide_review(request: &Request<'_>, ids: &[&str]) -> Reply {
    let body = request.object()?;
    let read = || {
        let given = fields(body)?;
        let status = given.required_text("status").map_err(typed("status"))?;
        if !OUTCOMES.contains(&status) {
            return Err(Wrong::no_choice("status"));
        }
        let reason = given.text("reject_reason").map_err(typed("reject_reason"))?.unwrap_or_default();
        if reason.chars().count() > REASON {
            return Err(Wrong("TooLong", "reject_reason", format!("at most {REASON} characters")));
        }
        Ok((status, reason))
    };
    let (status, reason) = read().map_err(Wrong::alone)?;
    request.change(|account, now| {
        let own = account.sources.iter().filter(|source| owns(request, source));
        let sources: Vec<i64> = own.map(|source| source.id).collect();
        let is_asked = |id: i64, at: usize| ids.get(at).is_some_and(|asked| id.to_string() == *asked);
        let template = account.crm.templates.iter_mut().find(|one| is_asked(one.id, 0)).ok_or_else(unknown_template)?;
        let mut reviews = template.reviews.iter_mut();
        let review = reviews.find(|one| is_asked(one.id, 1) && sources.contains(&one.source_id));
        let review = review.ok_or_else(|| not_found("no review of a source of this integration has this id"))?;
        (review.status, review.reject_reason) = (status.to_owned(), reason.to_owned());
        template.updated_at = now;
        Ok(hal(&json!(review)))
    })
}
