//! Reading and deleting chat templates: www.amocrm.ru/developers/content/crm_platform/chat-templates-api. A token sees
//! only its own integration's templates.

use serde_json::{Map, Value, json};

use super::{
    Call, PROBLEM, batch, hal,
    page::{Page, values},
    problem,
};
use crate::crm::{
    exchange::Answer,
    state::{Account, crm::Template},
};

pub(super) fn not_found() -> Answer {
    problem(404, "Not Found", "no template of this integration has this id")
}

/// Whether the token's integration created it.
pub(super) fn is_own(call: &Call<'_>, template: &Template) -> bool {
    template.owner.as_ref() == Some(&call.access.client_id)
}

/// The integration's own template with this id.
pub(super) fn own<'a>(call: &Call<'_>, account: &'a Account, id: &str) -> Option<&'a Template> {
    account.crm.templates.iter().find(|one| is_own(call, one) && one.id.to_string() == id)
}

/// A template as in the API.
pub(super) fn show(call: &Call<'_>, account: &Account, template: &Template, with_reviews: bool) -> Map<String, Value> {
    let mut shown = template.shown(account.id, with_reviews);
    shown.insert("_links".to_owned(), call.link(&format!("chats/templates/{}", template.id)));
    shown
}

fn with_reviews(call: &Call<'_>) -> bool {
    call.with().iter().any(|word| word == "reviews")
}

/// `GET chats/templates`, at most 50 a page, filtered by `external_id`.
pub(super) fn list(call: &Call<'_>) -> Answer {
    let page = match Page::of(call, 50) {
        Ok(page) => page,
        Err(answer) => return answer,
    };
    let wanted = values(call, "filter[external_id]");
    let matches = |template: &&Template| {
        let external_id = template.fields.get("external_id").and_then(Value::as_str);
        wanted.is_empty() || external_id.is_some_and(|id| wanted.iter().any(|one| one == id))
    };
    let found = call.account(|account| {
        let own = account.crm.templates.iter().filter(|one| is_own(call, one)).filter(matches);
        page.cut(own).map(|one| Value::Object(show(call, account, one, with_reviews(call)))).collect()
    });
    page.answer(call, "chats/templates", "chat_templates", found.unwrap_or_default())
}

/// `GET chats/templates/{id}`.
pub(super) fn one(call: &Call<'_>, id: &str) -> Answer {
    let found = call.account(|account| {
        own(call, account, id).map(|one| Value::Object(show(call, account, one, with_reviews(call))))
    });
    found.flatten().map_or_else(not_found, |body| hal(&body))
}

fn remove(account: &mut Account, ids: &[i64]) {
    account.crm.templates.retain(|one| !ids.contains(&one.id));
}

/// `DELETE chats/templates/{id}`.
pub(super) fn delete_one(call: &Call<'_>, id: &str) -> Answer {
    let deleted = call.change(|account, _| {
        let id = own(call, account, id).ok_or_else(not_found)?.id;
        remove(account, &[id]);
        Ok(Answer::empty(204))
    });
    deleted.unwrap_or_else(|answer| answer)
}

/// `DELETE chats/templates` with a list of ids.
pub(super) fn delete_many(call: &Call<'_>) -> Answer {
    let act = |items: Vec<Value>| {
        call.change(|account, _| {
            let mut ids = Vec::new();
            for item in &items {
                let wanted = item.get("id").unwrap_or(&Value::Null).to_string();
                ids.push(own(call, account, &wanted).map(|one| one.id).ok_or_else(|| unknown(&wanted))?);
            }
            remove(account, &ids);
            Ok(Answer::empty(204))
        })
    };
    batch::list(call, batch::BATCH, 422).and_then(act).unwrap_or_else(|answer| answer)
}

fn unknown(id: &str) -> Answer {
    let detail = format!("template with id = {id} not found");
    let body = json!({
        "title": "Bad Request",
        "type": "https://httpstatus.es/400",
        "status": 400,
        "detail": detail,
    });
    Answer::json(400, PROBLEM, &body).noted(detail)
}
