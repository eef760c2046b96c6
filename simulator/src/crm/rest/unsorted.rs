//! Incoming leads of chats: www.amocrm.ru/developers/content/crm_platform/unsorted-api. They cannot be created here.

use serde_json::{Value, json};

use super::{
    Call,
    batch::{self, typed},
    hal, invalid,
    page::{Page, values},
    problem,
};
use crate::crm::{
    exchange::Answer,
    state::{
        Account,
        crm::{Sorted, Unsorted},
    },
    strict::Object,
};

fn show(call: &Call<'_>, account: &Account, one: &Unsorted) -> Value {
    let lead = account.lead(one.lead_id);
    let contact = lead.and_then(|lead| account.crm.contact(lead.contact_id));
    let chat = account.chat(&one.chat_id);
    let person = chat.and_then(|chat| account.person(&chat.person_id));
    let entity = |what: &str, id: i64| json!([{"id": id, "_links": call.link(&format!("{what}/{id}"))}]);
    json!({
        "uid": one.uid,
        "source_uid": one.source_uid,
        "source_name": one.source_name,
        "category": "chats",
        "pipeline_id": one.pipeline_id,
        "created_at": one.created_at,
        "metadata": {
            "from": person.map(|person| person.name.as_str()),
            "to": one.source_name,
            "received_at": one.created_at,
            "service": account.crm.talks.iter().find(|talk| talk.chat_id == one.chat_id).map(|talk| &talk.origin),
            "client": person.map(|person| json!({"name": person.name, "avatar": person.avatar})),
            "origin": {"chat_id": one.chat_id, "ref": null, "visitor_uid": null},
            "last_message_text": account.last_text(&one.chat_id),
            "source_name": one.source_name,
        },
        "account_id": account.id,
        "_links": call.link(&format!("leads/unsorted/{}", one.uid)),
        "_embedded": {
            "contacts": contact.map_or_else(|| json!([]), |contact| entity("contacts", contact.id)),
            "companies": [],
            "leads": lead.map_or_else(|| json!([]), |lead| entity("leads", lead.id)),
        },
    })
}

/// `GET leads/unsorted` with the filters `uid`, `category` and `pipeline_id` and `order[created_at]`.
pub(super) fn list(call: &Call<'_>) -> Answer {
    let page = match Page::of(call, 250) {
        Ok(page) => page,
        Err(answer) => return answer,
    };
    let (uids, categories, pipelines) =
        (values(call, "filter[uid]"), values(call, "filter[category]"), values(call, "filter[pipeline_id]"));
    let wanted = |list: &[String], value: &str| list.is_empty() || list.iter().any(|one| one == value);
    let newest_first = call.request.query_value("order[created_at]").is_some_and(|order| order == "desc");
    let found = call.account(|account| {
        let mut all: Vec<&Unsorted> = account
            .crm
            .waiting()
            .filter(|one| wanted(&uids, &one.uid) && wanted(&pipelines, &one.pipeline_id.to_string()))
            .filter(|_| wanted(&categories, "chats"))
            .collect();
        if newest_first {
            all.reverse();
        }
        page.cut(all.into_iter()).map(|one| show(call, account, one)).collect()
    });
    page.answer(call, "leads/unsorted", "unsorted", found.unwrap_or_default())
}

/// `GET leads/unsorted/{uid}`.
pub(super) fn one(call: &Call<'_>, uid: &str) -> Answer {
    let found = call.account(|account| account.crm.waiting_with(uid).map(|one| show(call, account, one)));
    found.flatten().map_or_else(not_found, |body| hal(&body))
}

fn not_found() -> Answer {
    problem(404, "Not Found", "no incoming lead has this uid")
}

/// `GET leads/unsorted/summary`.
pub(super) fn summary(call: &Call<'_>) -> Answer {
    let body = call.account(|account| {
        let all = &account.crm.unsorted;
        let count = |how: Sorted| all.iter().filter(|one| one.sorted == how).count();
        let times: Vec<i64> =
            all.iter().filter(|one| one.sorted != Sorted::Waiting).map(|one| one.sorted_at - one.created_at).collect();
        let average = i64::try_from(times.len()).ok().and_then(|many| times.iter().sum::<i64>().checked_div(many));
        json!({
            "total": all.len(),
            "accepted": count(Sorted::Accepted) + count(Sorted::Linked),
            "declined": count(Sorted::Declined),
            "average_sort_time": average.unwrap_or_default(),
            "categories": {
                "sip": {"total": 0},
                "mail": {"total": 0},
                "forms": {"total": 0},
                "chats": {"total": all.len()},
            },
            "_links": call.link("leads/unsorted/summary"),
        })
    });
    hal(&body.unwrap_or_default())
}

/// The user who sorts: the one in the request, or the token's.
fn sorter(call: &Call<'_>, account: &Account, fields: &Object<'_>) -> Result<i64, Answer> {
    let id = fields.whole_number("user_id").map_err(|reason| problem(400, "Bad Request", &reason))?;
    let id = id.filter(|id| *id != 0).unwrap_or(call.access.user_id);
    match account.users.iter().any(|user| user.id == id) {
        true => Ok(id),
        false => Err(refused("user_id")),
    }
}

fn refused(path: &'static str) -> Answer {
    invalid(&[batch::error(&Value::Null, 0, batch::no_choice(path))])
}

/// The incoming lead after sorting, with the result.
fn sorted(call: &Call<'_>, account: &Account, one: &Unsorted) -> Answer {
    hal(&show(call, account, one))
}

/// `POST leads/unsorted/{uid}/accept` with `user_id` and `status_id`, both optional.
pub(super) fn accept(call: &Call<'_>, uid: &str) -> Answer {
    let act = |body: Value| {
        call.change(|account, now| {
            let pipeline_id = account.crm.waiting_with(uid).ok_or_else(not_found)?.pipeline_id;
            let fields = Object::whole(&body).map_err(|reason| problem(400, "Bad Request", &reason))?;
            let user_id = sorter(call, account, &fields)?;
            let step = fields.whole_number("status_id").map_err(|reason| problem(400, "Bad Request", &reason))?;
            if step.is_some_and(|step| !Account::is_step(pipeline_id, step)) {
                return Err(refused("status_id"));
            }
            let one = account.accept(uid, user_id, step, now).ok_or_else(not_found)?;
            Ok(sorted(call, account, &one))
        })
    };
    batch::object_or_nothing(call).and_then(act).unwrap_or_else(|answer| answer)
}

/// `DELETE leads/unsorted/{uid}/decline` with an optional `user_id`.
pub(super) fn decline(call: &Call<'_>, uid: &str) -> Answer {
    let act = |body: Value| {
        call.change(|account, now| {
            let fields = Object::whole(&body).map_err(|reason| problem(400, "Bad Request", &reason))?;
            let user_id = sorter(call, account, &fields)?;
            let one = account.decline(uid, user_id, now).ok_or_else(not_found)?;
            Ok(sorted(call, account, &one))
        })
    };
    batch::object_or_nothing(call).and_then(act).unwrap_or_else(|answer| answer)
}

/// `POST leads/unsorted/{uid}/link`: moves the chat to an existing lead.
pub(super) fn link(call: &Call<'_>, uid: &str) -> Answer {
    batch::object(call).and_then(|body| link_to(call, uid, &body)).unwrap_or_else(|answer| answer)
}

fn link_to(call: &Call<'_>, uid: &str, body: &Value) -> Result<Answer, Answer> {
    let wanted = || {
        let fields = Object::whole(body).map_err(typed(""))?;
        let link = fields.required_object("link").map_err(typed("link"))?;
        let entity_id = link.required_number("entity_id").map_err(typed("link.entity_id"))?;
        if link.required_text("entity_type").map_err(typed("link.entity_type"))? != "leads" {
            return Err(batch::no_choice("link.entity_type"));
        }
        let metadata = link.object("metadata").map_err(typed("link.metadata"))?;
        let contact_id = metadata.map_or(Ok(None), |fields| fields.whole_number("contact_id"));
        Ok((entity_id, contact_id.map_err(typed("link.metadata.contact_id"))?))
    };
    let (lead_id, contact_id) = wanted().map_err(|wrong| invalid(&[batch::error(body, 0, wrong)]))?;
    call.change(|account, now| {
        let fields = Object::whole(body).map_err(|reason| problem(400, "Bad Request", &reason))?;
        let user_id = sorter(call, account, &fields)?;
        if account.lead(lead_id).is_none() {
            return Err(refused("link.entity_id"));
        }
        if contact_id.is_some_and(|id| account.crm.contact(id).is_none()) {
            return Err(refused("link.metadata.contact_id"));
        }
        let one = account.link_incoming(uid, lead_id, contact_id, user_id, now).ok_or_else(not_found)?;
        Ok(sorted(call, account, &one))
    })
}
