//! What a request wants of a card: fields by their kinds, custom fields by their types, tags and links.

use serde_json::{Map, Value, json};

use super::place::Place;
use super::{Request, Wrong, fields, links, list as items, shows, typed};
use crate::crm::state::{Account, CARDS, Card, Custom, Entity, Has, Kind, LEADS, Of, entity};
use crate::crm::strict::Object;

pub(super) const CUSTOM: &str = "custom_fields_values";

/// Kinds of notes that integrations may write, with the required `params`.
const NOTE_KINDS: &[(&str, &[&str])] = &[
    ("common", &["text"]),
    ("service_message", &["service", "text"]),
    ("extended_service_message", &["service", "text"]),
    ("attachment", &["file_uuid"]),
    ("call_in", &["uniq", "source", "phone"]),
    ("call_out", &["uniq", "source", "phone"]),
    ("sms_in", &["text", "phone"]),
    ("sms_out", &["text", "phone"]),
    ("message_cashier", &["status", "text"]),
    ("geolocation", &["text", "address"]),
    ("invoice_paid", &["text", "service"]),
    ("lead_auto_created", &["text"]),
];

/// A given custom field replaces all its values; an empty list deletes it.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) fields: Map<String, Value>,
    values: Vec<(String, Vec<Value>)>,
    tags: Option<Vec<String>>,
    tags_to_add: Vec<String>,
    tags_to_delete: Vec<String>,
    ties: Vec<(Of, Map<String, Value>)>,
    pub(super) parent: Option<String>,
}

/// Names of tags; one that is given by an id only must be there.
fn tag_names(account: &Account, entity: &Entity, given: &Object<'_>, key: &'static str) -> Result<Vec<String>, Wrong> {
    let name = |tag: &Value| {
        let known = || account.tags_of(entity).find(|(id, ..)| tag["id"] == *id).map(|(_, name, _)| name);
        tag.get("name").and_then(Value::as_str).map(str::to_owned).or_else(known)
    };
    items(given, key)?.iter().map(|tag| name(tag).ok_or_else(|| Wrong::no_choice(key))).collect()
}

/// A value of a custom field, as answers show it.
fn read_value(custom: Custom<'_>, value: &Value) -> Result<Value, Wrong> {
    let given = Object::whole(value).map_err(typed(CUSTOM))?;
    let code = given.text("enum_code").map_err(typed(CUSTOM))?;
    let id = given.whole_number("enum_id").map_err(typed(CUSTOM))?;
    let named = |one: &Value| json!({"value": one["value"], "enum_id": one["id"], "enum_code": one["code"]});
    match custom.kind() {
        "multitext" => {
            let text = given.required_text("value").map_err(typed(CUSTOM))?;
            let first = custom.enums().first().filter(|_| id.is_none() && code.is_none());
            let kind = custom.choice(id, code).or(first).ok_or_else(|| Wrong::no_choice(CUSTOM))?;
            Ok(json!({"value": text, "enum_id": kind["id"], "enum_code": kind["value"]}))
        }
        "select" | "multiselect" | "radiobutton" | "category" => {
            let text = given.text("value").map_err(typed(CUSTOM))?;
            let by_text =
                || custom.enums().iter().find(|one| id.is_none() && code.is_none() && one["value"].as_str() == text);
            custom.choice(id, code).or_else(by_text).map(named).ok_or_else(|| Wrong::no_choice(CUSTOM))
        }
        _ if id.is_some() || code.is_some() => Err(Wrong::no_choice(CUSTOM)),
        "numeric" | "monetary" => {
            let number = given.raw("value").filter(|value| value.is_number() || value.is_string());
            let number = number.ok_or_else(|| typed(CUSTOM)("value must be a number".to_owned()))?;
            Ok(json!({"value": number.as_str().map_or_else(|| number.to_string(), str::to_owned)}))
        }
        "checkbox" => {
            let flag = given.boolean("value").map_err(typed(CUSTOM))?;
            Ok(json!({"value": flag.ok_or_else(|| typed(CUSTOM)("value is required".to_owned()))?}))
        }
        "date" | "date_time" | "birthday" => {
            let time = given.raw("value").filter(|value| value.is_i64() || value.is_string());
            Ok(json!({"value": time.ok_or_else(|| typed(CUSTOM)("value must be a time".to_owned()))?}))
        }
        "text" | "textarea" | "url" | "streetaddress" | "tracking_data" => {
            Ok(json!({"value": given.required_text("value").map_err(typed(CUSTOM))?}))
        }
        // Of files, items, legal entities, lists in lists: whatever they say.
        _ => Ok(value.clone()),
    }
}

fn read_custom(account: &Account, parent: &str, field: &Value) -> Result<(String, Vec<Value>), Wrong> {
    let given = Object::whole(field).map_err(typed(CUSTOM))?;
    let code = given.text("field_code").map_err(typed(CUSTOM))?;
    let id = given.whole_number("field_id").map_err(typed(CUSTOM))?;
    let is_it = |one: &Custom<'_>| id.map_or_else(|| code == Some(one.0.text("code")), |id| one.0.id == id);
    let custom = account.custom(parent).find(is_it).ok_or_else(|| Wrong::no_choice(CUSTOM))?;
    let values = items(&given, "values").map_err(|Wrong(code, _, detail)| Wrong(code, CUSTOM, detail))?;
    if custom.is_tracking() && values.len() > 1 {
        return Err(typed(CUSTOM)("values must be an array of one value".to_owned()));
    }
    let values = values.iter().map(|value| read_value(custom, value));
    Ok((custom.key(), values.collect::<Result<_, Wrong>>()?))
}

/// A field of a kind, if it is given. Users and pipelines must be there.
fn read_field(account: &Account, given: &Object<'_>, name: &'static str, kind: Kind) -> Result<Option<Value>, Wrong> {
    let value = match kind {
        Kind::Text => given.text(name).map_err(typed(name))?.map(Value::from),
        Kind::Any => given.raw(name).cloned(),
        Kind::Flag => given
            .raw(name)
            .map(|value| match value {
                Value::Bool(_) => Ok(value.clone()),
                // PHP writes flags as numbers.
                Value::Number(number) if matches!(number.as_i64(), Some(0 | 1)) => {
                    Ok(json!(number.as_i64() == Some(1)))
                }
                _ => Err(typed(name)(format!("{name} must be a boolean"))),
            })
            .transpose()?,
        _ => given.whole_number(name).map_err(typed(name))?.map(Value::from),
    };
    let id = value.as_ref().and_then(Value::as_i64).unwrap_or_default();
    let is_there = match kind {
        _ if value.is_none() => true,
        // 0: no responsible user, as in the SDK's example that unassigns a lead.
        Kind::User => id == 0 || account.user(id).is_some(),
        Kind::Pipeline => account.pipelines().iter().any(|pipeline| pipeline.id == id),
        _ => true,
    };
    if is_there { Ok(value) } else { Err(Wrong::no_choice(name)) }
}

impl Draft {
    /// Reads an item about a card: a new one, or changes of `old`.
    pub(super) fn read(
        request: &Request<'_>,
        account: &Account,
        place: &Place<'_>,
        old: Option<&Card>,
        item: &Value,
    ) -> Result<Self, Wrong> {
        let (entity, given) = (place.entity, fields(item)?);
        let mut draft = Self::default();
        for (name, kind) in &entity.fields {
            if let Some(value) = read_field(account, &given, name, *kind)? {
                draft.fields.insert((*name).to_owned(), value);
            }
        }
        let is_missing = |name: &&&str| draft.fields.get(**name).is_none_or(|value| value == "");
        if let Some(name) = entity.required.iter().filter(|_| old.is_none()).find(is_missing) {
            return Err(Wrong::blank(name));
        }
        let parent = old.map_or_else(|| place.parent.clone(), |old| old.parent.clone());
        if entity.has(Has::CustomFields) {
            let owner = place.custom_fields(&parent);
            for field in items(&given, CUSTOM)? {
                draft.values.push(read_custom(account, &owner, field)?);
            }
        }
        draft.read_embedded(request, account, place, item, &given)?;
        match entity.name {
            "leads" => draft.check_step(account, old)?,
            "tasks" => draft.check_task(account)?,
            "notes" => draft.check_note(account, place, old, item)?,
            "custom_fields" => draft.complete_field(account, &parent),
            "roles" => draft.complete_rights(),
            _ => {}
        }
        Ok(draft)
    }

    fn read_embedded(
        &mut self,
        request: &Request<'_>,
        account: &Account,
        place: &Place<'_>,
        item: &Value,
        given: &Object<'_>,
    ) -> Result<(), Wrong> {
        let entity = place.entity;
        if entity.has(Has::Tags) {
            self.tags_to_add = tag_names(account, entity, given, "tags_to_add")?;
            self.tags_to_delete = tag_names(account, entity, given, "tags_to_delete")?;
        }
        let Some(embedded) = given.object("_embedded").map_err(typed("_embedded"))? else { return Ok(()) };
        // These replace the existing ones; null takes all away.
        if entity.has(Has::Tags) && item["_embedded"].get("tags").is_some() {
            self.tags = Some(tag_names(account, entity, &embedded, "tags")?);
        }
        for kind in &entity.links {
            for one in items(&embedded, kind)? {
                let id = fields(one)?.required_number("id").map_err(typed("_embedded"))?;
                let to = links::end(account, entity, kind, id)
                    .map_err(|Wrong(code, _, text)| Wrong(code, "_embedded", text))?;
                let mut metadata = one["metadata"].as_object().cloned().unwrap_or_default();
                if let Some(is_main) = one.get("is_main") {
                    metadata.insert("is_main".to_owned(), is_main.clone());
                }
                self.ties.push((to, metadata));
            }
        }
        if let Some(source) = embedded.object("source").map_err(typed("source"))? {
            let external_id = source.text("external_id").map_err(typed("source"))?;
            let own = account.sources.iter().filter(|one| one.client_id == request.grant.client_id);
            let found = external_id.and_then(|id| own.clone().find(|one| one.external_id == id));
            let found = found.ok_or_else(|| Wrong::no_choice("source"))?;
            self.fields.insert("source_id".to_owned(), json!(found.id));
            self.fields.insert("source_name".to_owned(), json!(found.name));
            self.fields.entry("pipeline_id".to_owned()).or_insert_with(|| json!(found.pipeline_id));
        }
        Ok(())
    }

    fn number(&self, key: &str) -> Option<i64> {
        self.fields.get(key).and_then(Value::as_i64)
    }

    /// The stage must belong to the pipeline, by default to the lead's or the main one.
    fn check_step(&self, account: &Account, old: Option<&Card>) -> Result<(), Wrong> {
        let pipeline_id = old.map_or_else(|| account.main_pipeline(), |old| old.number("pipeline_id"));
        match self.number("status_id") {
            Some(id) if !account.is_step(self.number("pipeline_id").unwrap_or(pipeline_id), id) => {
                Err(Wrong::no_choice("status_id"))
            }
            _ => Ok(()),
        }
    }

    /// A task is of a card that is there, or of none.
    fn check_task(&self, account: &Account) -> Result<(), Wrong> {
        let Some(id) = self.number("entity_id") else { return Ok(()) };
        let kind = self.fields.get("entity_type").and_then(Value::as_str).unwrap_or_default();
        let known = entity(kind).filter(|_| CARDS.contains(&kind)).ok_or_else(|| Wrong::no_choice("entity_type"))?;
        match account.crm.card(known, id) {
            Some(_) => Ok(()),
            None => Err(Wrong::unknown("entity_id", format!("{kind} with id = {id} not found"))),
        }
    }

    fn check_note(
        &mut self,
        account: &Account,
        place: &Place<'_>,
        old: Option<&Card>,
        item: &Value,
    ) -> Result<(), Wrong> {
        let given = fields(item)?;
        let kind = given.text("note_type").map_err(typed("note_type"))?;
        let kind = kind.or(old.map(|old| old.text("note_type"))).unwrap_or_default();
        let known = NOTE_KINDS.iter().find(|(known, _)| *known == kind);
        let (_, wanted) = known.ok_or_else(|| Wrong::no_choice("note_type"))?;
        if old.is_some() && given.raw("params").is_none() {
            return Ok(());
        }
        let params = given.required_object("params").map_err(typed("params"))?;
        for key in *wanted {
            params.required_text(key).map_err(typed("params"))?;
        }
        if old.is_none() {
            let (owner, id) = match place.parent.split_once('/') {
                Some((owner, id)) => (owner, id.parse().unwrap_or_default()),
                None => (place.parent.as_str(), given.required_number("entity_id").map_err(typed("entity_id"))?),
            };
            let of = entity(owner).ok_or_else(|| Wrong::no_choice("entity_id"))?;
            if account.crm.card(of, id).is_none() {
                return Err(Wrong::unknown("entity_id", format!("{owner} with id = {id} not found")));
            }
            self.parent = Some(format!("{owner}/{id}"));
        }
        Ok(())
    }

    /// A role has every right, those that were not given too.
    fn complete_rights(&mut self) {
        if let Some(Value::Object(given)) = self.fields.get_mut("rights") {
            *given = shows::rights('A', 'A', std::mem::take(given));
        }
    }

    /// A custom field knows whose it is, and its values have numbers.
    fn complete_field(&mut self, account: &Account, parent: &str) {
        self.fields
            .insert("entity_type".to_owned(), json!(parent.rsplit('/').find(|part| part.parse::<i64>().is_err())));
        let first = account.crm.all(&crate::crm::state::CUSTOM_FIELDS).len();
        let first = i64::try_from(first).unwrap_or_default() * 1_000 + 4_000_000;
        for list in ["enums", "nested"] {
            let all = self.fields.get_mut(list).and_then(Value::as_array_mut);
            for (one, at) in all.into_iter().flatten().zip(1_i64..) {
                if one["id"].is_null() {
                    one["id"] = json!(first + at);
                }
                if one.get("code").is_none() {
                    one["code"] = Value::Null;
                }
            }
        }
    }

    /// Lays the changes over a card.
    pub(super) fn lay_over(&mut self, account: &Account, entity: &Entity, card: &mut Card) {
        let pipeline_id = self.number("pipeline_id").filter(|id| *id != card.number("pipeline_id"));
        if let Some(id) = pipeline_id.filter(|_| entity.name == LEADS.name) {
            card.set("status_id", account.first_step(id));
        }
        let has_halves = self.fields.contains_key("first_name") || self.fields.contains_key("last_name");
        let is_named = self.fields.contains_key("name");
        card.fields.append(&mut self.fields);
        if has_halves && !is_named {
            let name = format!("{} {}", card.text("first_name"), card.text("last_name"));
            card.set("name", name.trim());
        }
        for (key, values) in self.values.drain(..) {
            card.values.retain(|(other, _)| *other != key);
            card.values.extend(values.into_iter().map(|value| (key.clone(), value)));
        }
        card.tags = self.tags.take().unwrap_or(std::mem::take(&mut card.tags));
        card.tags.retain(|tag| !self.tags_to_delete.contains(tag));
        for tag in self.tags_to_add.drain(..) {
            if !card.tags.contains(&tag) {
                card.tags.push(tag);
            }
        }
    }

    /// Links the card.
    pub(super) fn tie(self, account: &mut Account, card: Of) {
        for (to, metadata) in self.ties {
            account.crm.tie(card, to, metadata);
        }
    }
}
