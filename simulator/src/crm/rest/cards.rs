//! Contacts and leads: www.amocrm.ru/developers/content/crm_platform/contacts-api, …/leads-api, …/custom-fields,
//! …/events-and-notes, …/tags-api. Nothing here is about one kind of cards, except what only leads can do.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Answer, BATCH, Reply, Request, Wrong, all, bad, fields, hal, list as items, not_found, request_id, typed};
use crate::crm::exchange::put;
use crate::crm::ids;
use crate::crm::state::{
    Account, CONTACTS, Card, Custom, Entity, FIRST_STEP, FieldValue, Fixed, Kind, LEADS, Note, With, is_step,
};
use crate::crm::strict::Object;

const CUSTOM: &str = "custom_fields_values";
/// Kinds of notes that integrations may write, with the required `params`.
const NOTES: [(&str, &[&str]); 4] = [
    ("common", &["text"]),
    ("service_message", &["service", "text"]),
    ("extended_service_message", &["service", "text"]),
    ("attachment", &["file_uuid"]),
];

pub(super) fn entity(name: &str) -> Option<&'static Entity> {
    const ALL: [&Entity; 2] = [&CONTACTS, &LEADS];
    ALL.into_iter().find(|entity| entity.name == name)
}

/// The kind of cards that a path names first, and the number of one.
fn named(parts: &[&str]) -> Result<(&'static Entity, Option<i64>), Answer> {
    let entity = parts.first().and_then(|name| entity(name)).ok_or_else(|| not_found("there are no such cards"))?;
    Ok((entity, parts.get(1).map(|id| id.parse().unwrap_or_default())))
}

/// Tags as in the API. The id of a tag is always the same for the same name.
fn show_tags<'a>(account: &Account, tags: impl Iterator<Item = &'a String>) -> Vec<Value> {
    let id = |name: &str| ids::number(account.id, 1_000 + ids::fold(name, ids::SLOTS - 1_000));
    tags.map(|name| json!({"id": id(name), "name": name, "color": null})).collect()
}

fn show_values(account: &Account, entity: &Entity, card: &Card) -> Value {
    let shown = |custom: Custom| {
        let of_field = card.values.iter().filter(|one| one.field == custom.code);
        let values: Vec<Value> = of_field
            .map(|one| match custom.enums().find(|(_, code)| *code == one.enum_code) {
                None => json!({"value": one.value}),
                Some((id, code)) => json!({"value": one.value, "enum_id": id, "enum_code": code}),
            })
            .collect();
        let body = json!({
            "field_id": custom.id,
            "field_name": custom.name(),
            "field_code": custom.code,
            "field_type": custom.kind,
            "values": values,
        });
        (!values.is_empty()).then_some(body)
    };
    let list: Vec<Value> = account.custom(entity).filter_map(shown).collect();
    if list.is_empty() { Value::Null } else { Value::Array(list) }
}

fn show(request: &Request<'_>, account: &Account, entity: &Entity, card: &Card) -> Value {
    let mut body = json!({
        "id": card.id,
        "group_id": account.group_of(card.number("responsible_user_id")),
        "updated_by": card.number("created_by"),
        (CUSTOM): show_values(account, entity, card),
        "account_id": account.id,
        "_links": request.link(&format!("{}/{}", entity.name, card.id)),
    });
    for name in entity.fields.iter().map(|(name, _)| name).chain(entity.shown) {
        put(&mut body, name, card.fields.get(*name).cloned().unwrap_or_default());
    }
    for (name, value) in entity.fixed {
        put(
            &mut body,
            name,
            match value {
                Fixed::Null => Value::Null,
                Fixed::False => json!(false),
            },
        );
    }
    if entity.name == CONTACTS.name {
        let is_theirs = |id: i64| account.crm.lead(id).is_some_and(|lead| lead.number("contact_id") == card.id);
        put(&mut body, "is_unsorted", account.crm.waiting().any(|one| is_theirs(one.lead_id)));
    }
    let mut embedded = json!({"tags": show_tags(account, card.tags.iter()), "companies": []});
    for (word, with) in entity.with.iter().filter(|(word, _)| request.with(word)) {
        let contact_id = card.number("contact_id");
        let value = match with {
            With::Field => {
                put(&mut body, word, card.fields.get(*word).cloned().unwrap_or_default());
                continue;
            }
            With::Nothing => json!([]),
            With::Leads => account.crm.leads_of(card.id).map(|lead| request.entity("leads", lead.id)).collect(),
            With::Contact if contact_id == 0 => json!([]),
            With::Contact => {
                let mut main = request.entity("contacts", contact_id);
                put(&mut main, "is_main", true);
                json!([main])
            }
            With::Source => {
                let source = account.sources.iter().find(|source| source.id == card.number("source_id"));
                json!(source.map(|source| json!({"id": source.id, "name": source.name})))
            }
        };
        put(&mut embedded, word, value);
    }
    put(&mut body, "_embedded", embedded);
    body
}

/// `GET {cards}?query=…&with=…&page=…&limit=…`; 204 if empty.
pub(super) fn list(request: &Request<'_>, parts: &[&str]) -> Reply {
    let (entity, _) = named(parts)?;
    // Filters by field require a paid plan, reported by `is_api_filter_enabled`; no account here has one.
    if !request.values("filter").is_empty() {
        return Err(bad("filters are not available in this account"));
    }
    let query = request.call.query("query").unwrap_or_default();
    request.paged(entity.name, entity.name, 250, |skip, take| {
        let found = request.account(|account| {
            let found = account.crm.all(entity).iter().filter(|card| query.is_empty() || card.matches(query));
            found.skip(skip).take(take).map(|card| show(request, account, entity, card)).collect()
        });
        found.unwrap_or_default()
    })
}

/// `GET {cards}/{id}`; 204 if it is unknown, was deleted or merged into another.
pub(super) fn one(request: &Request<'_>, parts: &[&str]) -> Reply {
    let (entity, id) = named(parts)?;
    let found = request.account(|account| {
        let card = account.crm.card(entity, id.unwrap_or_default())?;
        Some(show(request, account, entity, card))
    })?;
    Ok(found.map_or_else(|| Answer::empty(204), |body| hal(&body)))
}

/// What a request wants of a card. A given custom field replaces all its values; an empty list deletes it.
#[derive(Default)]
struct Draft {
    fields: Map<String, Value>,
    values: Vec<(&'static str, Vec<FieldValue>)>,
    tags: Option<Vec<String>>,
    tags_to_add: Vec<String>,
    tags_to_delete: Vec<String>,
}

/// Names of tags; those given by an id only are ignored.
fn tag_names(fields: &Object<'_>, key: &'static str) -> Result<Vec<String>, Wrong> {
    let name = |tag: &Value| tag.get("name").and_then(Value::as_str).map(str::to_owned);
    items(fields, key)?.iter().map(|tag| name(tag).ok_or_else(|| Wrong::no_choice(key))).collect()
}

fn read_value(custom: &Custom, value: &Value) -> Result<FieldValue, Wrong> {
    let value = Object::whole(value).map_err(typed(CUSTOM))?;
    let text = value.required_text("value").map_err(typed(CUSTOM))?;
    let code = value.text("enum_code").map_err(typed(CUSTOM))?;
    let id = value.whole_number("enum_id").map_err(typed(CUSTOM))?;
    let is_it = |known: &(i64, &str)| id.map_or_else(|| code.is_none_or(|code| known.1 == code), |id| known.0 == id);
    let enum_code = match custom.enums().find(is_it) {
        Some((_, code)) => code,
        None if custom.enums().next().is_none() && id.is_none() && code.is_none() => "",
        None => return Err(Wrong::no_choice(CUSTOM)),
    };
    Ok(FieldValue { field: custom.code, value: text.to_owned(), enum_code })
}

impl Draft {
    fn read(account: &Account, entity: &Entity, item: &Value) -> Result<Self, Wrong> {
        let given = fields(item)?;
        let mut draft = Self::default();
        for (name, kind) in entity.fields {
            let value = match kind {
                Kind::Text => given.text(name).map_err(typed(name))?.map(Value::from),
                _ => given.whole_number(name).map_err(typed(name))?.map(Value::from),
            };
            let Some(value) = value else { continue };
            let id = value.as_i64().unwrap_or_default();
            let is_there = match kind {
                Kind::User => account.user(id).is_some(),
                Kind::Pipeline => account.pipelines.iter().any(|pipeline| pipeline.id == id),
                Kind::Text | Kind::Number | Kind::Step => true,
            };
            if !is_there {
                return Err(Wrong::no_choice(name));
            }
            draft.fields.insert((*name).to_owned(), value);
        }
        for field in items(&given, CUSTOM)? {
            draft.values.push(read_custom(account, entity, field)?);
        }
        draft.tags_to_add = tag_names(&given, "tags_to_add")?;
        draft.tags_to_delete = tag_names(&given, "tags_to_delete")?;
        if let Some(embedded) = given.object("_embedded").map_err(typed("_embedded"))? {
            // These replace the existing ones.
            draft.tags = embedded.raw("tags").map(|_| tag_names(&embedded, "tags")).transpose()?;
        }
        Ok(draft)
    }

    /// The stage must belong to the pipeline, by default to this one.
    fn check_step(self, pipeline_id: i64) -> Result<Self, Wrong> {
        let number = |key: &str| self.fields.get(key).and_then(Value::as_i64);
        match number("status_id") {
            Some(id) if !is_step(number("pipeline_id").unwrap_or(pipeline_id), id) => {
                Err(Wrong::no_choice("status_id"))
            }
            _ => Ok(self),
        }
    }

    fn lay_over(self, card: &mut Card) {
        let pipeline_id =
            self.fields.get("pipeline_id").and_then(Value::as_i64).filter(|id| *id != card.number("pipeline_id"));
        if let Some(id) = pipeline_id {
            card.set("status_id", id + FIRST_STEP);
        }
        let has_halves = self.fields.contains_key("first_name") || self.fields.contains_key("last_name");
        let is_named = self.fields.contains_key("name");
        card.fields.extend(self.fields);
        if has_halves && !is_named {
            let name = format!("{} {}", card.text("first_name"), card.text("last_name"));
            card.set("name", name.trim());
        }
        for (field, values) in self.values {
            card.values.retain(|one| one.field != field);
            card.values.extend(values);
        }
        card.tags = self.tags.unwrap_or(std::mem::take(&mut card.tags));
        card.tags.retain(|tag| !self.tags_to_delete.contains(tag));
        for tag in self.tags_to_add {
            if !card.tags.contains(&tag) {
                card.tags.push(tag);
            }
        }
    }
}

fn read_custom(account: &Account, entity: &Entity, field: &Value) -> Result<(&'static str, Vec<FieldValue>), Wrong> {
    let field = Object::whole(field).map_err(typed(CUSTOM))?;
    let code = field.text("field_code").map_err(typed(CUSTOM))?;
    let id = field.whole_number("field_id").map_err(typed(CUSTOM))?;
    let is_it = |custom: &Custom| id.map_or_else(|| code == Some(custom.code), |id| custom.id == id);
    let custom = account.custom(entity).find(is_it).ok_or_else(|| Wrong::no_choice(CUSTOM))?;
    let values = items(&field, "values").map_err(|Wrong(code, _, detail)| Wrong(code, CUSTOM, detail))?;
    if custom.is_tracking() && values.len() > 1 {
        return Err(typed(CUSTOM)("values must be an array of one value".to_owned()));
    }
    let values = values.iter().map(|value| read_value(&custom, value));
    Ok((custom.code, values.collect::<Result<_, Wrong>>()?))
}

fn make(request: &Request<'_>, account: &mut Account, entity: &Entity, draft: Draft, now: i64) -> Card {
    let by = request.grant.user_id;
    let mut card = if entity.name == LEADS.name {
        let mut lead = account.new_lead(by, account.main_pipeline(), now);
        lead.set("responsible_user_id", by);
        lead
    } else {
        account.new_card(by, now)
    };
    draft.lay_over(&mut card);
    account.keep_card(entity, card.clone());
    card
}

/// `POST {cards}`.
pub(super) fn create(request: &Request<'_>, parts: &[&str]) -> Reply {
    let (entity, _) = named(parts)?;
    let items = request.batch(BATCH, 422)?;
    request.change(|account, now| {
        let drafts = all(items, |item| Draft::read(account, entity, item)?.check_step(account.main_pipeline()))?;
        let ids = items.iter().enumerate().map(|(at, item)| request_id(item, at));
        let made = drafts.into_iter().zip(ids).map(|(draft, request_id)| {
            let card = make(request, account, entity, draft, now);
            let mut shown = request.entity(entity.name, card.id);
            put(&mut shown, "request_id", request_id);
            shown
        });
        let made: Vec<Value> = made.collect();
        Ok(hal(&json!({"_links": request.link(entity.name), "_embedded": {(entity.name): made}})))
    })
}

/// `PATCH {cards}/{id}`.
pub(super) fn update_one(request: &Request<'_>, parts: &[&str]) -> Reply {
    let (entity, id) = named(parts)?;
    let (id, item) = (id.unwrap_or_default(), request.object()?);
    request.change(|account, now| {
        let card = account.crm.card(entity, id).ok_or_else(|| not_found("no card has this id"))?;
        let pipeline_id = card.number("pipeline_id");
        let draft = Draft::read(account, entity, item).and_then(|draft| draft.check_step(pipeline_id));
        let draft = draft.map_err(Wrong::alone)?;
        account.change_card(entity, id, now, |card| draft.lay_over(card));
        let mut shown = request.entity(entity.name, id);
        put(&mut shown, "updated_at", now);
        put(&mut shown, "name", account.crm.card(entity, id).map_or("", Card::name));
        Ok(hal(&shown))
    })
}

fn all_custom(request: &Request<'_>, entity: &Entity) -> Result<Vec<Value>, Answer> {
    request.account(|account| {
        let show = |custom: Custom| {
            let enums = custom.enums().zip(0..);
            let enums: Vec<Value> =
                enums.map(|((id, code), at)| json!({"id": id, "value": code, "sort": at * 10})).collect();
            let is_tracking = custom.is_tracking();
            let mut shown = json!({
                "id": custom.id,
                "name": custom.name(),
                "type": custom.kind,
                "account_id": account.id,
                "code": custom.code,
                "sort": 500 + custom.at * if is_tracking { 1 } else { 10 },
                "is_api_only": is_tracking,
                "enums": (!enums.is_empty()).then_some(enums),
                "group_id": is_tracking.then_some("statistic"),
                "required_statuses": [],
                "is_deletable": is_tracking,
                "is_predefined": !is_tracking,
                "entity_type": entity.name,
                "_links": request.link(&format!("{}/custom_fields/{}", entity.name, custom.id)),
            });
            if is_tracking {
                put(&mut shown, "tracking_callback", Value::Null);
            }
            shown
        };
        account.custom(entity).map(show).collect()
    })
}

/// `GET {cards}/custom_fields`.
pub(super) fn custom_fields(request: &Request<'_>, parts: &[&str]) -> Reply {
    let (entity, _) = named(parts)?;
    let path = format!("{}/custom_fields", entity.name);
    request.page_of(&path, "custom_fields", 250, all_custom(request, entity)?)
}

/// `GET {cards}/tags?query=…`: those in use; 204 if empty.
pub(super) fn tags(request: &Request<'_>, parts: &[&str]) -> Reply {
    let (entity, _) = named(parts)?;
    let query = request.call.query("query").unwrap_or_default().to_lowercase();
    let shown = request.account(|account| {
        let names: BTreeSet<&String> = account.crm.all(entity).iter().flat_map(|card| &card.tags).collect();
        show_tags(account, names.into_iter().filter(|name| name.to_lowercase().contains(&query)))
    })?;
    request.page_of(&format!("{}/tags", entity.name), "tags", 250, shown)
}

/// `GET {cards}/{id}/notes`; 204 if empty.
pub(super) fn notes(request: &Request<'_>, parts: &[&str]) -> Reply {
    let (entity, id) = named(parts)?;
    let shown = request.account(|account| {
        let is_asked = |note: &&Note| note.entity == entity.name && Some(note.entity_id) == id;
        let show = |note: &Note| {
            let mut shown = json!(note);
            for key in ["updated_by", "responsible_user_id"] {
                put(&mut shown, key, note.created_by);
            }
            put(&mut shown, "updated_at", note.created_at);
            put(&mut shown, "group_id", 0);
            put(&mut shown, "account_id", account.id);
            put(&mut shown, "_links", request.link(&format!("{}/{}/notes/{}", note.entity, note.entity_id, note.id)));
            shown
        };
        account.crm.notes.iter().filter(is_asked).map(show).collect()
    })?;
    request.page_of(&format!("{}/notes", parts.join("/")), "notes", 250, shown)
}

/// `POST {cards}/{id}/notes`.
pub(super) fn add_notes(request: &Request<'_>, parts: &[&str]) -> Reply {
    let (entity, id) = named(parts)?;
    let (entity_id, items) = (id.unwrap_or_default(), request.batch(BATCH, 422)?);
    request.change(|account, now| {
        if account.crm.card(entity, entity_id).is_none() {
            return Err(not_found("no card has this id"));
        }
        let drafts = all(items, |item| {
            let given = fields(item)?;
            let kind = given.required_text("note_type").map_err(typed("note_type"))?;
            let known = NOTES.iter().find(|(known, _)| *known == kind);
            let (_, wanted) = known.ok_or_else(|| Wrong::no_choice("note_type"))?;
            let params = given.required_object("params").map_err(typed("params"))?;
            for key in *wanted {
                params.required_text(key).map_err(typed("params"))?;
            }
            Ok((kind.to_owned(), item["params"].clone()))
        })?;
        let mut shown = Vec::new();
        for ((kind, params), (at, item)) in drafts.into_iter().zip(items.iter().enumerate()) {
            let id = account.next_number();
            let created_by = request.grant.user_id;
            let note = Note { id, entity: entity.name, entity_id, kind, params, created_by, created_at: now };
            account.crm.notes.push(note);
            let mut one = request.entity(&format!("{}/{entity_id}/notes", entity.name), id);
            put(&mut one, "entity_id", entity_id);
            put(&mut one, "request_id", request_id(item, at));
            shown.push(one);
        }
        Ok(hal(&json!({"_links": request.link(&format!("{}/notes", entity.name)), "_embedded": {"notes": shown}})))
    })
}
