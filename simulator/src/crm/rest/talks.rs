//! Talks: www.amocrm.ru/developers/content/crm_platform/talks-api. The list is documented only for Kommo.

use serde_json::{Value, json};

use super::{
    Call, batch, hal,
    page::{Page, values},
    problem,
};
use crate::crm::{
    exchange::Answer,
    state::{Account, crm::Talk},
    strict::Object,
};

fn show(call: &Call<'_>, account: &Account, talk: &Talk) -> Value {
    let entity = |what: &str, id: Option<i64>| {
        let shown = id.map(|id| json!({"id": id, "_links": call.link(&format!("{what}/{id}"))}));
        shown.into_iter().collect::<Vec<_>>()
    };
    let mut shown = talk.facts();
    shown["missed_at"] = Value::Null;
    shown["account_id"] = json!(account.id);
    shown["_links"] = call.link(&format!("talks/{}", talk.id));
    shown["_embedded"] = json!({
        "contacts": entity("contacts", talk.contact_id),
        "leads": entity("leads", talk.lead_id),
        "customers": [],
    });
    shown
}

/// `GET talks`, on Kommo only; not available elsewhere.
pub(super) fn list(call: &Call<'_>) -> Answer {
    if call.host.ends_with(".amocrm.ru") {
        return problem(404, "Not Found", "the list of talks is documented for Kommo only");
    }
    let page = match Page::of(call, 250) {
        Ok(page) => page,
        Err(answer) => return answer,
    };
    let (ids, entities) = (values(call, "filter[id]"), values(call, "filter[entity_id]"));
    let wanted = |list: &[String], id: Option<i64>| {
        list.is_empty() || id.is_some_and(|id| list.iter().any(|one| *one == id.to_string()))
    };
    let found = call.account(|account| {
        let matches = |talk: &&Talk| wanted(&ids, Some(talk.id)) && wanted(&entities, talk.lead_id);
        page.cut(account.crm.talks.iter().filter(matches)).map(|talk| show(call, account, talk)).collect()
    });
    page.answer(call, "talks", "talks", found.unwrap_or_default())
}

fn not_found() -> Answer {
    problem(404, "Not Found", "no talk has this id")
}

/// `GET talks/{id}`.
pub(super) fn one(call: &Call<'_>, id: &str) -> Answer {
    let found = call.account(|account| {
        let talk = account.crm.talks.iter().find(|talk| talk.id.to_string() == id)?;
        Some(show(call, account, talk))
    });
    found.flatten().map_or_else(not_found, |body| hal(&body))
}

/// `POST talks/{id}/close` with an optional `force_close`: 202, or 422 if it is closed. No account here has the bot
/// that asks for a rating first.
pub(super) fn close(call: &Call<'_>, id: &str) -> Answer {
    let act = |body: Value| {
        let typed = Object::whole(&body).and_then(|fields| fields.boolean("force_close"));
        typed.map_err(|reason| problem(400, "Bad Request", &reason))?;
        call.change(|account, now| {
            let talk = account.crm.talks.iter().find(|talk| talk.id.to_string() == id).ok_or_else(not_found)?;
            match account.close_talk(talk.id, now) {
                true => Ok(Answer::empty(202)),
                false => Err(problem(422, "Unprocessable Entity", "the talk is closed already")),
            }
        })
    };
    batch::object_or_nothing(call).and_then(act).unwrap_or_else(|answer| answer)
}
