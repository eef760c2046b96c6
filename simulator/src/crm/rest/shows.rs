//! What REST shows of everything but cards.

use serde_json::{Map, Value, json};

use super::{Reply, Request, hal};
use crate::crm::exchange::{domain, put};
use crate::crm::state::{
    Account, COMPANIES, CONTACTS, CUSTOMERS, Direction, Entity, LEADS, Message, Sorted, Source, TASKS, Talk, Template,
    Unsorted, User, Webhook,
};
use crate::kit::extend;

/// What is the same in every account, by the word of `with` that asks for it; `account` is always there.
const ACCOUNT: &str = include_str!("account.json");

/// `GET account`; `with` adds optional fields.
pub(super) fn account(request: &Request<'_>) -> Reply {
    let body = request.account(|account| {
        let created_at = account.created_at.timestamp();
        let mut same: Value = serde_json::from_str(ACCOUNT).unwrap_or_default();
        let mut body = same["account"].take();
        let own = json!({
            "id": account.id, "name": account.name, "subdomain": account.subdomain(), "created_at": created_at,
            "updated_at": created_at, "current_user_id": request.grant.user_id, "customers_mode": account.customers_mode,
            "is_unsorted_on": !account.switches.no_unsorted, "_links": request.link("account"),
        });
        let optional = json!({
            "amojo_id": account.amojo_id, "drive_url": format!("https://drive-b.{}", domain(&account.host)), "version": 16,
            "is_api_filter_enabled": !account.switches.no_filters,
        });
        let asked = |all: &Value| -> Map<String, Value> {
            let all = all.as_object().into_iter().flatten().filter(|(word, _)| request.with(word));
            all.map(|(word, value)| (word.clone(), value.clone())).collect()
        };
        extend(&mut body, own);
        extend(&mut body, Value::Object(asked(&optional)));
        let embedded = asked(&same["embedded"]);
        if !embedded.is_empty() {
            put(&mut body, "_embedded", embedded);
        }
        body
    })?;
    Ok(hal(&body))
}

/// All rights of a user or a role: those that are given, and what else everybody has.
pub(super) fn rights(leads: char, contacts: char, given: Map<String, Value>) -> Map<String, Value> {
    let all = |view: char| json!({"view": view, "edit": "A", "add": "A", "delete": "A", "export": "A"});
    let usual = [
        ("leads", all(leads)),
        ("contacts", all(contacts)),
        ("companies", all('A')),
        ("tasks", json!({"edit": "A", "delete": "A"})),
        ("mail_access", json!(false)),
        ("catalog_access", json!(false)),
    ];
    usual.into_iter().map(|(key, value)| (key.to_owned(), value)).chain(given).collect()
}

pub(super) fn user(request: &Request<'_>, account: &Account, user: &User) -> Value {
    let rights = &user.rights;
    let stages = rights.stages.iter().map(|(pipeline_id, status_id, view)| {
        let rights = json!({"view": view, "edit": view, "delete": view});
        json!({"entity_type": "leads", "pipeline_id": pipeline_id, "status_id": status_id, "rights": rights})
    });
    let own = json!({
        "is_admin": user.is_admin, "is_free": false, "is_active": true, "status_rights": stages.collect::<Vec<_>>(),
        "group_id": rights.group_id, "role_id": user.role_id,
    });
    let own = own.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone()));
    let own = own.chain(rights.given.clone()).collect();
    let mut shown = json!({
        "id": user.id, "name": user.name, "email": user.email, "lang": account.language,
        "rights": self::rights(rights.leads, rights.contacts, own),
    });
    if request.with("amojo_id") {
        put(&mut shown, "amojo_id", user.amojo_id.clone());
    }
    shown
}

pub(super) fn talk(request: &Request<'_>, account: &Account, talk: &Talk) -> Value {
    let entity = |path: &str, id: Option<i64>| id.map(|id| request.entity(path, id)).into_iter().collect::<Vec<_>>();
    let mut shown = talk.facts();
    put(&mut shown, "missed_at", Value::Null);
    put(&mut shown, "account_id", account.id);
    put(&mut shown, "_links", request.link(&format!("talks/{}", talk.id)));
    let (contacts, leads) = (entity("contacts", talk.contact_id), entity("leads", talk.lead_id));
    put(&mut shown, "_embedded", json!({"contacts": contacts, "leads": leads, "customers": []}));
    shown
}

fn event(request: &Request<'_>, account: &Account, id: &str, kind: &str, own: Value) -> Value {
    let mut event = json!({
        "id": id, "type": kind, "created_by": 0, "value_after": [], "value_before": [], "account_id": account.id,
        "_links": request.link(&format!("events/{id}")),
    });
    extend(&mut event, own);
    event
}

/// Messages of chats, without their texts: www.amocrm.ru/developers/content/crm_platform/events-and-notes. `origin` and
/// `linked_talk_contact_id` are in recorded answers.
pub(super) fn chat_events(request: &Request<'_>, account: &Account) -> Vec<Value> {
    let told = |id: String, message: Value, is_outgoing: bool, (contact_id, at): (i64, i64)| {
        let kind = if is_outgoing { "outgoing_chat_message" } else { "incoming_chat_message" };
        let about = json!({"id": contact_id, "linked_talk_contact_id": contact_id});
        let own = json!({"entity_id": contact_id, "entity_type": "contact", "created_at": at,
            "value_after": [{"message": message}], "_embedded": {"entity": about}});
        event(request, account, &id, kind, own)
    };
    let own = account.messages.iter().map(|message| {
        let talk = account.crm.talks.iter().find(|talk| talk.chat_id == message.chat_id);
        let contact_id = account.crm.contact_of_chat(&message.chat_id).unwrap_or_default();
        let origin = talk.map_or("", |talk| talk.origin.as_str());
        let is_outgoing = message.direction != Direction::Incoming;
        let about = json!({"id": message.id, "origin": origin, "talk_id": talk.map(|talk| talk.id)});
        told(format!("own-{}", message.id), about, is_outgoing, (contact_id, message.msec_timestamp / 1000))
    });
    let others = account.crm.of_others.iter().enumerate().map(|(number, one)| {
        let about = json!({"id": "", "origin": one.origin});
        told(format!("other-{number}"), about, one.is_outgoing, (one.contact_id, one.at))
    });
    own.chain(others).collect()
}

/// A message of a talk, whosever channel it is: developers.kommo.com/reference/get-conversation-messages.
pub(super) fn talk_message(talk: &Talk, message: &Message) -> Value {
    let (way, author) = match message.direction {
        Direction::Incoming => ("incoming", "external"),
        Direction::Imported => ("outgoing", "bot"),
        Direction::Outgoing => ("outgoing", "internal"),
    };
    json!({
        "id": message.id, "type": way, "message_type": message.kind, "origin": talk.origin, "text": message.text,
        "created_at": message.msec_timestamp / 1000,
        "author": {"id": message.sender_id, "name": message.sender_name, "type": author},
    })
}

/// New cards, as their own creation shows them.
pub(super) fn card_events(request: &Request<'_>, account: &Account) -> Vec<Value> {
    let of_kind = |entity: &'static Entity| {
        account.crm.all(entity).iter().map(move |card| {
            let mut shown = request.entity(entity.name, card.id);
            put(&mut shown, "name", card.name());
            let own = json!({"entity_id": card.id, "entity_type": entity.one, "created_by": card.number("created_by"),
                "created_at": card.number("created_at"), "_embedded": {"entity": shown}});
            event(request, account, &format!("{}-{}", entity.one, card.id), &format!("{}_added", entity.one), own)
        })
    };
    [&LEADS, &CONTACTS, &COMPANIES, &CUSTOMERS, &TASKS].into_iter().flat_map(|entity| of_kind(entity)).collect()
}

/// An incoming lead of a chat: www.amocrm.ru/developers/content/crm_platform/unsorted-api.
pub(super) fn unsorted(request: &Request<'_>, account: &Account, one: &Unsorted) -> Value {
    let lead = account.crm.lead(one.lead_id);
    let contact = lead.and_then(|lead| account.crm.contact(lead.number("contact_id")));
    let person = account.person_in(&one.chat_id);
    let companies = account.crm.tied((LEADS.name, one.lead_id), COMPANIES.name);
    let entity = |path: &str, id: Option<i64>| id.map(|id| request.entity(path, id)).into_iter().collect::<Vec<_>>();
    let of_chat = || {
        json!({
            "from": person.map(|person| person.name.as_str()), "to": one.source_name, "received_at": one.created_at,
            "service": account.crm.talks.iter().find(|talk| talk.chat_id == one.chat_id).map(|talk| &talk.origin),
            "client": person.map(|person| json!({"name": person.name, "avatar": person.avatar})),
            "origin": {"chat_id": one.chat_id, "ref": null, "visitor_uid": null},
            "last_message_text": account.last_text(&one.chat_id), "source_name": one.source_name,
        })
    };
    let metadata = if one.category == "chats" { of_chat() } else { one.metadata.clone() };
    json!({
        "uid": one.uid, "source_uid": one.source_uid, "source_name": one.source_name, "category": one.category,
        "pipeline_id": one.pipeline_id, "created_at": one.created_at, "metadata": metadata, "account_id": account.id,
        "_links": request.link(&format!("leads/unsorted/{}", one.uid)),
        "_embedded": {
            "contacts": entity("contacts", contact.map(|contact| contact.id)),
            "companies": companies.iter().map(|(id, _)| request.entity("companies", *id)).collect::<Vec<_>>(),
            "leads": entity("leads", lead.map(|lead| lead.id)),
        },
    })
}

/// `GET leads/unsorted/summary`.
pub(super) fn summary(request: &Request<'_>) -> Reply {
    let body = request.account(|account| {
        let all = &account.crm.unsorted;
        let sorted =
            |how: Sorted| all.iter().filter_map(move |one| Some((one, one.sorted.filter(|(done, _)| *done == how)?.1)));
        let many = i64::try_from(sorted(Sorted::Accepted).count()).unwrap_or_default();
        let time = sorted(Sorted::Accepted).map(|(one, at)| at - one.created_at).sum::<i64>();
        let of = |category: &str| json!({"total": all.iter().filter(|one| one.category == category).count()});
        json!({
            "total": all.len(), "accepted": many, "declined": sorted(Sorted::Declined).count(),
            "average_sort_time": time.checked_div(many).unwrap_or_default(),
            "categories": {"sip": of("sip"), "mail": of("mail"), "forms": of("forms"), "chats": of("chats")},
            "_links": request.link("leads/unsorted/summary"),
        })
    })?;
    Ok(hal(&body))
}

pub(super) fn source(request: &Request<'_>, source: &Source) -> Value {
    let mut shown = json!(source);
    put(&mut shown, "_links", request.link(&format!("sources/{}", source.id)));
    shown.as_object_mut().map(|shown| shown.remove("client_id"));
    shown
}

pub(super) fn template(request: &Request<'_>, account: &Account, one: &Template, with_reviews: bool) -> Value {
    let mut shown = one.shown(account.id, with_reviews);
    shown.insert("_links".to_owned(), request.link(&format!("chats/templates/{}", one.id)));
    Value::Object(shown)
}

pub(super) fn webhook(request: &Request<'_>, account: &Account, webhook: &Webhook) -> Value {
    let mut shown = json!(webhook);
    put(&mut shown, "account_id", account.id);
    put(&mut shown, "_links", request.link("webhooks"));
    shown
}
