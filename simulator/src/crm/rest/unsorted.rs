//! Incoming leads: www.amocrm.ru/developers/content/crm_platform/unsorted-api. Those of chats come with messages; programs
//! bring those of forms and calls, and sort any.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::cards;
use super::draft::Draft;
use super::place::Place;
use super::{Answer, BATCH, Reply, Request, Wrong, all, bad, fields, hal, not_found, request_id, shows, typed};
use crate::crm::exchange::put;
use crate::crm::state::{Account, COMPANIES, CONTACTS, Entity, LEADS, Unsorted};
use crate::crm::strict::Object;

fn unknown() -> Answer {
    not_found("no incoming lead has this uid")
}

/// The user who sorts: the one in the request, or the token's.
fn sorter(request: &Request<'_>, account: &Account, body: &Object<'_>) -> Result<i64, Answer> {
    let id = body.whole_number("user_id").map_err(|reason| bad(&reason))?;
    let id = id.filter(|id| *id != 0).unwrap_or(request.grant.user_id);
    account.user(id).map(|user| user.id).ok_or_else(|| Wrong::no_choice("user_id").alone())
}

/// `POST leads/unsorted/{uid}/accept` with `user_id` and `status_id`, both optional.
pub(super) fn accept(request: &Request<'_>, uid: &[&str]) -> Reply {
    let (uid, body) = (uid.concat(), request.object_or_nothing()?);
    request.change(|account, now| {
        let given = Object::whole(&body).map_err(|reason| bad(&reason))?;
        let user_id = sorter(request, account, &given)?;
        let pipeline_id = account.crm.waiting_with(&uid).ok_or_else(unknown)?.pipeline_id;
        let step = given.whole_number("status_id").map_err(|reason| bad(&reason))?;
        if step.is_some_and(|step| !account.is_step(pipeline_id, step)) {
            return Err(Wrong::no_choice("status_id").alone());
        }
        let one = account.accept(&uid, user_id, step, now).ok_or_else(unknown)?;
        Ok(hal(&shows::unsorted(request, account, &one)))
    })
}

/// `DELETE leads/unsorted/{uid}/decline`.
pub(super) fn decline(request: &Request<'_>, uid: &[&str]) -> Reply {
    let (uid, body) = (uid.concat(), request.object_or_nothing()?);
    request.change(|account, now| {
        let given = Object::whole(&body).map_err(|reason| bad(&reason))?;
        let user_id = sorter(request, account, &given)?;
        // Shown as it was: its lead is gone afterwards.
        let shown =
            account.crm.waiting_with(&uid).map(|one| shows::unsorted(request, account, one)).ok_or_else(unknown)?;
        account.decline(&uid, user_id, now).ok_or_else(unknown)?;
        Ok(hal(&shown))
    })
}

/// `POST leads/unsorted/{uid}/link` with the lead that takes the chat.
pub(super) fn link(request: &Request<'_>, uid: &[&str]) -> Reply {
    let (uid, body) = (uid.concat(), request.object()?);
    request.change(|account, now| {
        let given = Object::whole(body).map_err(|reason| bad(&reason))?;
        let user_id = sorter(request, account, &given)?;
        let link = given.required_object("link").map_err(|reason| bad(&reason))?;
        let lead_id = link.required_number("entity_id").map_err(|reason| bad(&reason))?;
        if link.required_text("entity_type").map_err(|reason| bad(&reason))? != LEADS.name {
            return Err(Wrong::no_choice("link.entity_type").alone());
        }
        if account.crm.waiting_with(&uid).ok_or_else(unknown)?.category != "chats" {
            return Err(bad("only incoming leads of chats can be linked"));
        }
        let one = account.link_unsorted(&uid, lead_id, user_id, now);
        let one = one.ok_or_else(|| Wrong::unknown("link.entity_id", "no lead has this id").alone())?;
        Ok(hal(&shows::unsorted(request, account, &one)))
    })
}

/// What comes with an incoming lead: the first of each kind.
fn enclosed(request: &Request<'_>, account: &Account, entity: &'static Entity, item: &Value) -> Result<Draft, Wrong> {
    let place = Place { entity, parent: String::new(), rest: &[] };
    let one = item["_embedded"][entity.name].get(0).cloned().unwrap_or_else(|| json!({}));
    Draft::read(request, account, &place, None, &one)
}

/// `POST leads/unsorted/forms` and `…/sip`.
pub(super) fn create(request: &Request<'_>, category: &[&str]) -> Reply {
    let list = request.batch(BATCH, 422)?;
    let (category, wanted): (&'static str, &[&'static str]) = match category {
        ["sip"] => ("sip", &["uniq", "duration", "service_code", "link", "phone", "called_at", "from"]),
        ["forms"] => ("forms", &["form_id", "form_name", "form_page", "form_sent_at"]),
        _ => return Err(not_found("only forms and sip come from programs")),
    };
    request.change(|account, now| {
        let drafts = all(list, |item| {
            let given = fields(item)?;
            given.required_text("source_uid").map_err(typed("source_uid"))?;
            given.required_text("source_name").map_err(typed("source_name"))?;
            let metadata = given.required_object("metadata").map_err(typed("metadata"))?;
            for key in wanted {
                metadata.raw(key).ok_or_else(|| Wrong("NotBlank", "metadata", format!("{key} is required")))?;
            }
            let pipeline_id = given.whole_number("pipeline_id").map_err(typed("pipeline_id"))?;
            let pipeline_id = pipeline_id.unwrap_or_else(|| account.main_pipeline());
            if !account.pipelines().iter().any(|pipeline| pipeline.id == pipeline_id) {
                return Err(Wrong::no_choice("pipeline_id"));
            }
            let mut cards = Vec::new();
            for entity in [&LEADS, &CONTACTS, &COMPANIES] {
                let is_there = item["_embedded"][entity.name].get(0).is_some() || entity.name == LEADS.name;
                cards.push(is_there.then(|| enclosed(request, account, entity, item)).transpose()?);
            }
            Ok((pipeline_id, cards))
        })?;
        let mut shown = Vec::new();
        for ((pipeline_id, cards), (at, item)) in drafts.into_iter().zip(list.iter().enumerate()) {
            let mut cards = cards.into_iter();
            let (mut draft, contact, company) =
                (cards.next().flatten(), cards.next().flatten(), cards.next().flatten());
            let mut lead = account.new_lead(request.grant.user_id, pipeline_id, now);
            if let Some(draft) = &mut draft {
                draft.lay_over(account, &LEADS, &mut lead);
            }
            let step = account.steps(pipeline_id).find(|step| step.number("type") == 1).map(|step| step.id);
            lead.set("pipeline_id", pipeline_id);
            lead.set("status_id", step.unwrap_or_else(|| account.first_step(pipeline_id)));
            let lead_id = lead.id;
            let created_at = item["created_at"].as_i64().unwrap_or(now);
            let text = |key: &str| item[key].as_str().unwrap_or_default().to_owned();
            let one = Unsorted {
                uid: Uuid::new_v4().simple().to_string(),
                category,
                lead_id,
                chat_id: String::new(),
                pipeline_id,
                source_name: text("source_name"),
                source_uid: text("source_uid"),
                service: String::new(),
                metadata: item["metadata"].clone(),
                created_at,
                sorted: None,
            };
            let uid = one.uid.clone();
            // The contact is there before its lead is told of.
            let mut ends = Vec::new();
            for (entity, one) in [(&CONTACTS, contact), (&COMPANIES, company)] {
                let place = Place { entity, parent: String::new(), rest: &[] };
                let id = one.map(|one| cards::kept(request, account, &place, &Value::Null, one, now));
                ends.extend(id.map(|id| (entity.name, id)));
            }
            lead.set("contact_id", ends.iter().find(|end| end.0 == CONTACTS.name).map_or(0, |end| end.1));
            account.wait(one, lead);
            for end in ends {
                account.crm.tie((LEADS.name, lead_id), end, Map::new());
            }
            let made = account.crm.waiting_with(&uid).ok_or_else(unknown)?;
            let mut one = shows::unsorted(request, account, made);
            put(&mut one, "request_id", request_id(item, at));
            shown.push(one);
        }
        Ok(hal(&json!({
            "_total_items": shown.len(),
            "_links": request.link(&format!("leads/unsorted/{category}")),
            "_embedded": {"unsorted": shown},
        })))
    })
}
