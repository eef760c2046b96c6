//! The methods that every kind of cards has: listed, one, added, changed, deleted, linked. Nothing here is about one kind,
//! except what [`kept`] adds to new ones.

use serde_json::{Map, Value, json};

use super::draft::{CUSTOM, Draft};
use super::filters::{self, Filter};
use super::place::{Place, id_of, is_number, shown_id};
use super::{Answer, BATCH, Reply, Request, Wrong, all, bad, hal, links, not_found, request_id};
use crate::crm::exchange::put;
use crate::crm::state::{
    Account, CATALOGS, CUSTOM_FIELDS, Card, Custom, Entity, Has, LEADS, LOSS_REASONS, NOTES, PIPELINES, STATUSES,
    TASKS, With, entity as kind_named,
};

fn show_values(account: &Account, parent: &str, card: &Card) -> Value {
    let shown = |custom: Custom<'_>| {
        let of_field = card.values.iter().filter(|(key, _)| *key == custom.key());
        let value = |value: &Value| {
            let kind = custom.choice(None, value["enum_code"].as_str()).filter(|_| value["enum_id"].is_null());
            let mut value = value.clone();
            if let Some(kind) = kind {
                put(&mut value, "enum_id", kind["id"].clone());
            }
            value
        };
        let values: Vec<Value> = of_field.map(|(_, one)| value(one)).collect();
        let body = json!({
            "field_id": custom.0.id,
            "field_name": custom.0.name(),
            "field_code": custom.0.fields.get("code"),
            "field_type": custom.kind(),
            "values": values,
        });
        (!values.is_empty()).then_some(body)
    };
    let list: Vec<Value> = account.custom(parent).filter_map(shown).collect();
    if list.is_empty() { Value::Null } else { Value::Array(list) }
}

/// The nearest open task of a card.
fn closest_task(account: &Account, entity: &Entity, card: &Card) -> Value {
    let is_its = |task: &&Card| task.number("entity_id") == card.id && task.text("entity_type") == entity.name;
    let open = account.crm.all(&TASKS).iter().filter(is_its).filter(|task| !task.flag("is_completed"));
    json!(open.map(|task| task.number("complete_till")).min())
}

/// A linked card in `_embedded`.
fn linked(request: &Request<'_>, kind: &str, id: i64, metadata: &Map<String, Value>) -> Value {
    let catalog_id = metadata.get("catalog_id").and_then(Value::as_i64).unwrap_or_default();
    let path = if kind == "catalog_elements" { format!("catalogs/{catalog_id}/elements") } else { kind.to_owned() };
    let mut shown = request.entity(&path, id);
    if let Some(is_main) = metadata.get("main_contact") {
        put(&mut shown, "is_main", is_main.clone());
    } else if !metadata.is_empty() {
        put(&mut shown, "metadata", json!(metadata));
        metadata.iter().for_each(|(key, value)| put(&mut shown, key, value.clone()));
    }
    shown
}

fn all_linked(request: &Request<'_>, account: &Account, entity: &'static Entity, card: &Card, kind: &str) -> Value {
    let all = account.crm.tied((links::linked_name(entity), card.id), kind);
    all.into_iter().map(|(id, metadata)| linked(request, kind, id, &metadata)).collect()
}

/// A card as answers show it.
pub(super) fn show(request: &Request<'_>, account: &Account, place: &Place<'_>, card: &Card) -> Value {
    let entity = place.entity;
    let mut body = entity.blank.clone();
    for (key, value) in body.as_object_mut().into_iter().flatten() {
        match key.as_str() {
            "group_id" if value.is_number() => *value = json!(account.group_of(card.number("responsible_user_id"))),
            "closest_task_at" => *value = closest_task(account, entity, card),
            "is_archive" => *value = json!(account.switches.archived.contains(&card.id)),
            "is_unsorted" => {
                let is_theirs = |id: i64| account.crm.lead(id).is_some_and(|lead| lead.number("contact_id") == card.id);
                *value = json!(account.crm.waiting().any(|one| is_theirs(one.lead_id)));
            }
            key => *value = card.fields.get(key).cloned().unwrap_or(value.take()),
        }
    }
    if entity.name == "tasks"
        && let Some(text) = body["result"].get("text").cloned()
    {
        put(&mut body, "result", json!({"text": text}));
    }
    put(&mut body, "id", id_of(entity, card));
    put(&mut body, "account_id", account.id);
    if !entity.parent.is_empty() {
        put(&mut body, entity.parent, card.parent_id());
    }
    let place = Place { entity, parent: card.parent.clone(), rest: &[] };
    put(&mut body, "_links", request.link(&format!("{}/{}", place.path(), shown_id(entity, card))));
    if entity.has(Has::CustomFields) {
        put(&mut body, CUSTOM, show_values(account, &place.custom_fields(&card.parent), card));
    }
    let mut embedded = json!({});
    if entity.has(Has::Tags) {
        let tags = account.tags_of(entity).filter(|(_, name, _)| card.tags.contains(name));
        let tags: Vec<Value> = tags.map(|(id, name, color)| json!({"id": id, "name": name, "color": color})).collect();
        put(&mut embedded, "tags", tags);
        if entity.name != "companies" {
            put(&mut embedded, "companies", all_linked(request, account, entity, card, "companies"));
        }
    }
    for (word, with) in &entity.with {
        let value = match with {
            With::Statuses => {
                let steps = Place { entity: &STATUSES, parent: format!("leads/pipelines/{}", card.id), rest: &[] };
                account.steps(card.id).map(|step| show(request, account, &steps, step)).collect()
            }
            _ if !request.with(word) => continue,
            With::Field => {
                put(&mut body, word, card.fields.get(*word).cloned().unwrap_or_default());
                continue;
            }
            With::Linked => all_linked(request, account, entity, card, word),
            With::Source => {
                let source = account.sources.iter().find(|source| source.id == card.number("source_id"));
                json!(source.map(|source| json!({"id": source.id, "name": source.name})))
            }
            With::LossReason => {
                let all = account.crm.all(&LOSS_REASONS);
                let found = all.iter().filter(|one| one.id == card.number("loss_reason_id"));
                let reasons = Place { entity: &LOSS_REASONS, parent: "leads".to_owned(), rest: &[] };
                found.map(|one| show(request, account, &reasons, one)).collect()
            }
            With::Users => {
                let of_role = account.users.iter().filter(|user| user.role_id == Some(card.id));
                of_role.map(|user| request.entity("users", user.id)).collect()
            }
        };
        put(&mut embedded, word, value);
    }
    if embedded.as_object().is_some_and(|embedded| !embedded.is_empty()) {
        put(&mut body, "_embedded", embedded);
    }
    body
}

/// A field of a card as filters and orders see it.
fn facet(account: &Account, place: &Place<'_>, card: &Card, usual: &Value, key: &str) -> Option<Value> {
    match key {
        "id" => Some(id_of(place.entity, card)),
        "closest_task_at" => Some(closest_task(account, place.entity, card)),
        _ if key == place.entity.parent => Some(json!(card.parent_id())),
        CUSTOM => {
            let of_field = |one: Custom<'_>| (one.0.id.to_string(), json!(card.values(&one.key())));
            Some(Value::Object(account.custom(&place.custom_fields(&card.parent)).map(of_field).collect()))
        }
        _ => card.fields.get(key).or_else(|| usual.get(key)).cloned(),
    }
}

/// `GET {collection}?query=…&filter[…]…&order[…]=…&with=…&page=…&limit=…`; 204 if empty. Some accounts have no filters.
fn list(request: &Request<'_>, place: &Place<'_>) -> Reply {
    let entity = place.entity;
    if entity.has(Has::NoPages) {
        let own = |account: &Account| -> Vec<Value> {
            let all = account.crm.all(entity).iter().filter(|card| place.shows(card));
            all.map(|card| show(request, account, place, card)).collect()
        };
        return Ok(told_all(request, place, &request.account(own)?));
    }
    let query = request.call.query("query").unwrap_or_default();
    // The SDK asks for catalogs of a type so, without `filter`.
    let kind = request.call.query("type").filter(|_| entity.name == CATALOGS.name);
    let usual = &entity.blank;
    request.paged(&place.path(), entity.name, 250, |skip, take| {
        let found = request.account(|account| {
            let ids = request.values("id").join(",");
            let filter = if account.switches.no_filters { Filter::none() } else { Filter::of(request.call) };
            let is_asked = |card: &&Card| {
                place.shows(card)
                    && (query.is_empty() || card.matches(query))
                    && kind.is_none_or(|kind| card.text("type") == kind)
                    && (ids.is_empty() || ids.split(',').any(|id| id == card.id.to_string()))
                    && filter.fits(&|key| facet(account, place, card, usual, key))
            };
            let is_there = |card: &&Card| {
                entity.name != CUSTOM_FIELDS.name
                    || !account.switches.removed_fields.iter().any(|removed| removed == card.text("code"))
            };
            let mut found: Vec<&Card> = account.crm.all(entity).iter().filter(is_there).filter(is_asked).collect();
            filters::sort(request.call, &mut found, |card, key| facet(account, place, card, usual, key));
            found.into_iter().skip(skip).take(take).map(|card| show(request, account, place, card)).collect()
        });
        found.unwrap_or_default()
    })
}

/// `GET {collection}/{id}`: unknown, deleted or merged into another is 204 for cards and 404 for the rest.
fn one(request: &Request<'_>, place: &Place<'_>, id: &str) -> Reply {
    let found = request.account(|account| Some(show(request, account, place, place.card(account, id)?)))?;
    match found {
        Some(body) => Ok(hal(&body)),
        None if place.entity.has(Has::NotFound) => Err(not_found("nothing has this id")),
        None => Ok(Answer::empty(204)),
    }
}

/// A new card as it is stored: with the fields that are not for requests to say.
pub(super) fn kept(
    request: &Request<'_>,
    account: &mut Account,
    place: &Place<'_>,
    item: &Value,
    mut draft: Draft,
    now: i64,
) -> i64 {
    let (by, entity) = (request.grant.user_id, place.entity);
    let mut card = match entity.name {
        "leads" => account.new_lead(by, account.main_pipeline(), now),
        _ => account.new_card(by, now),
    };
    card.parent = draft.parent.take().unwrap_or_else(|| place.parent.clone());
    card.set("responsible_user_id", by);
    draft.lay_over(account, entity, &mut card);
    let id = card.id;
    match entity.name {
        "pipelines" => return new_pipeline(account, &card, item),
        "statuses" => account.add_step(
            card.parent_id(),
            id,
            &card.fields.iter().map(|(key, value)| (key.as_str(), value.clone())).collect::<Vec<_>>(),
        ),
        "notes" => {
            let of = card.parent.split('/').next().and_then(kind_named);
            if let Some(of) = of {
                account.tell_note(of, &card);
            }
            account.keep_card(entity, card);
        }
        _ => {
            account.keep_card(entity, card);
        }
    }
    draft.tie(account, (links::linked_name(entity), id));
    id
}

/// A pipeline with the stages that the request names beside those that every pipeline has.
fn new_pipeline(account: &mut Account, card: &Card, item: &Value) -> i64 {
    account.add_pipeline(card.id, card.name(), card.number("sort"), card.flag("is_main"));
    let own = item["_embedded"]["statuses"].as_array().map(Vec::as_slice).unwrap_or_default();
    let first = account.first_step(card.id);
    // The numbers of its own stages.
    account.next_number();
    account.next_number();
    for (step, at) in own.iter().zip(1_i64..) {
        let id = step["id"].as_i64().filter(|id| matches!(id, 142 | 143)).unwrap_or_else(|| account.next_number());
        account.crm.all_mut(&STATUSES).retain(|one| one.parent_id() != card.id || (one.id != id && one.id != first));
        let sort = step["sort"].as_i64().unwrap_or(10 + at * 10);
        let color = step["color"].as_str().unwrap_or("#99ccff");
        account.add_step(
            card.id,
            id,
            &[("name", step["name"].clone()), ("sort", json!(sort)), ("color", json!(color))],
        );
    }
    card.id
}

/// What an answer says of a card that was added or changed.
fn told(request: &Request<'_>, account: &Account, place: &Place<'_>, id: i64, is_new: bool) -> Value {
    let Some(card) = account.crm.all(place.entity).iter().find(|card| card.id == id && place.shows(card)) else {
        return Value::Null;
    };
    if place.entity.has(Has::WholeAnswers) {
        return show(request, account, place, card);
    }
    let own = Place { entity: place.entity, parent: card.parent.clone(), rest: &[] };
    let mut shown = request.entity(&own.path(), id);
    if !is_new {
        put(&mut shown, "updated_at", card.number("updated_at"));
        put(&mut shown, "name", card.name());
    }
    if !place.entity.parent.is_empty() {
        put(&mut shown, place.entity.parent, card.parent_id());
    }
    shown
}

fn told_all(request: &Request<'_>, place: &Place<'_>, shown: &[Value]) -> Answer {
    hal(&json!({
        "_total_items": shown.len(),
        "_links": request.link(&place.path()),
        "_embedded": {(place.entity.name): shown},
    }))
}

/// `POST {collection}`.
fn create(request: &Request<'_>, place: &Place<'_>) -> Reply {
    let is_alone = place.entity.has(Has::Alone);
    let items = if is_alone { std::slice::from_ref(request.object()?) } else { request.batch(BATCH, 422)? };
    request.change(|account, now| {
        let drafts = all(items, |item| Draft::read(request, account, place, None, item))?;
        let made = drafts.into_iter().zip(items.iter().enumerate()).map(|(draft, (at, item))| {
            let id = kept(request, account, place, item, draft, now);
            let mut shown = told(request, account, place, id, true);
            put(&mut shown, "request_id", request_id(item, at));
            shown
        });
        let made: Vec<Value> = made.collect();
        Ok(made.first().filter(|_| is_alone).map_or_else(|| told_all(request, place, &made), hal))
    })
}

fn lay_over(request: &Request<'_>, account: &mut Account, place: &Place<'_>, id: i64, mut draft: Draft, now: i64) {
    let entity = place.entity;
    if entity.name == PIPELINES.name && draft.fields.get("is_main") == Some(&json!(true)) {
        account.crm.all_mut(&PIPELINES).iter_mut().for_each(|other| other.set("is_main", false));
    }
    let found = account.crm.all(entity).iter().find(|card| card.id == id && place.shows(card));
    let Some(mut card) = found.cloned() else { return };
    draft.lay_over(account, entity, &mut card);
    card.set("updated_by", request.grant.user_id);
    if entity.name == STATUSES.name {
        // The ids of some stages are in every pipeline.
        let all = account.crm.all_mut(entity).iter_mut();
        all.filter(|one| one.id == id && place.shows(one)).for_each(|one| *one = card.clone());
    } else {
        account.change_card(entity, id, now, |old| *old = card);
    }
    draft.tie(account, (links::linked_name(entity), id));
}

/// `PATCH {collection}/{id}`.
fn update_one(request: &Request<'_>, place: &Place<'_>, id: &str) -> Reply {
    let item = request.object()?;
    request.change(|account, now| {
        let card = place.card(account, id).ok_or_else(|| not_found("no card has this id"))?;
        let id = card.id;
        let draft = Draft::read(request, account, place, Some(card), item).map_err(Wrong::alone)?;
        lay_over(request, account, place, id, draft, now);
        Ok(hal(&told(request, account, place, id, false)))
    })
}

/// `PATCH {collection}` with an `id` in every item.
fn update_many(request: &Request<'_>, place: &Place<'_>) -> Reply {
    let items = request.batch(BATCH, 422)?;
    request.change(|account, now| {
        let drafts = all(items, |item| {
            let id = item["id"].as_i64().ok_or_else(|| Wrong::blank("id"))?;
            let card = place.card(account, &id.to_string());
            let card =
                card.ok_or_else(|| Wrong::unknown("id", format!("{} with id = {id} not found", place.entity.name)))?;
            Ok((id, Draft::read(request, account, place, Some(card), item)?))
        })?;
        let changed = drafts.into_iter().zip(items.iter().enumerate()).map(|((id, draft), (at, item))| {
            lay_over(request, account, place, id, draft, now);
            let mut shown = told(request, account, place, id, false);
            put(&mut shown, "request_id", request_id(item, at));
            shown
        });
        let changed: Vec<Value> = changed.collect();
        Ok(told_all(request, place, &changed))
    })
}

/// `DELETE {collection}/{id}`: with what belongs to it.
fn delete(request: &Request<'_>, place: &Place<'_>, id: &str) -> Reply {
    request.change(|account, _| {
        let card = place.card(account, id).ok_or_else(|| not_found("no card has this id"))?.clone();
        let is_used = |lead: &Card| match place.entity.name {
            "pipelines" => lead.number("pipeline_id") == card.id,
            "statuses" => lead.number("status_id") == card.id && lead.number("pipeline_id") == card.parent_id(),
            _ => false,
        };
        if account.crm.all(&LEADS).iter().any(is_used) {
            return Err(bad("leads are there"));
        }
        if card.flag("is_main")
            || card.flag("is_predefined")
            || (place.entity.name == STATUSES.name && !card.flag("is_editable"))
        {
            return Err(bad("it can't be deleted"));
        }
        let below = format!("{}/{}", place.path(), card.id);
        account.crm.all_mut(place.entity).retain(|one| one.id != card.id || one.parent != card.parent);
        account.crm.all_mut(&STATUSES).retain(|one| one.parent != below);
        account.crm.untie_all((links::linked_name(place.entity), card.id));
        Ok(Answer::empty(204))
    })
}

/// Notes can be pinned, which nothing shows.
fn pin(request: &Request<'_>, place: &Place<'_>, id: &str) -> Reply {
    let is_there = request.account(|account| place.card(account, id).is_some())?;
    if is_there { Ok(Answer::empty(204)) } else { Err(not_found("no note has this id")) }
}

/// Who gets news of a card: its responsible user.
fn subscriptions(request: &Request<'_>, place: &Place<'_>, id: &str) -> Reply {
    let path = format!("{}/{id}/subscriptions", place.path());
    let rows = request.account(|account| {
        let card = place.card(account, id)?;
        Some(vec![json!({"subscriber_id": card.number("responsible_user_id"), "type": "user"})])
    })?;
    request.page_of(&path, "subscriptions", 250, rows.unwrap_or_default())
}

/// Answers a method of a collection; `None` if there is no such method.
pub(super) fn answer(request: &Request<'_>, rest: &[&str]) -> Option<Reply> {
    let place = Place::of(rest)?;
    let method = request.call.method.as_str();
    let is_linked = !place.entity.links.is_empty();
    let id = |text: &str| text.parse::<i64>().ok();
    let allowed = |verbs: &str| {
        let is_there = verbs.split(' ').any(|verb| verb == method);
        (!is_there).then(|| Err(Answer::problem(405, "Method Not Allowed", "this method is not allowed here")))
    };
    let is_id = |text: &str| is_number(text) || place.entity.has(Has::TextId);
    let [of_all, of_one] = place.entity.verbs;
    let reply = match (method, place.rest) {
        (_, []) => allowed(of_all).unwrap_or_else(|| match method {
            "GET" => list(request, &place),
            "POST" => create(request, &place),
            _ => update_many(request, &place),
        }),
        (_, [id]) if is_id(id) => allowed(of_one).unwrap_or_else(|| match method {
            "GET" => one(request, &place, id),
            "PATCH" => update_one(request, &place, id),
            _ => delete(request, &place, id),
        }),
        ("POST", ["link"]) if is_linked => links::change(request, &place, None, true),
        ("POST", ["unlink"]) if is_linked => links::change(request, &place, None, false),
        ("GET", ["links"]) if is_linked => links::list(request, &place, None),
        ("POST", [one, "link"]) if is_linked => links::change(request, &place, id(one), true),
        ("POST", [one, "unlink"]) if is_linked => links::change(request, &place, id(one), false),
        ("GET", [one, "links"]) if is_linked => links::list(request, &place, id(one)),
        ("POST", [id, "pin" | "unpin"]) if place.entity.name == NOTES.name => pin(request, &place, id),
        ("GET", [id, "subscriptions"]) if is_linked => subscriptions(request, &place, id),
        _ => return None,
    };
    Some(reply)
}
