//! Creates and changes contacts. Nothing is required; the values of a given field are replaced as a whole.

use serde_json::{Value, json};

use super::{
    Call,
    batch::{self, BATCH, Wrong, no_choice, typed},
    contacts::{enum_id, field_id},
    hal, problem,
};
use crate::crm::{
    exchange::Answer,
    state::{
        Account,
        crm::{Contact, FIELDS, FieldKind, FieldValue},
    },
    strict::Object,
};

/// The requested contact. A given field replaces all its values; an empty list deletes it.
#[derive(Default)]
pub(super) struct Draft {
    name: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    responsible_user_id: Option<i64>,
    values: Vec<(&'static str, Vec<FieldValue>)>,
    tags: Option<Vec<String>>,
    tags_to_add: Vec<String>,
    tags_to_delete: Vec<String>,
}

fn items<'a>(fields: &Object<'a>, key: &'static str) -> Result<&'a [Value], Wrong> {
    match fields.raw(key) {
        None => Ok(&[]),
        Some(Value::Array(list)) => Ok(list),
        Some(_) => Err(typed(key)(format!("{key} must be an array"))),
    }
}

/// Names of tags; those given by an id only are ignored.
pub(super) fn tag_names(fields: &Object<'_>, key: &'static str) -> Result<Vec<String>, Wrong> {
    let name = |tag: &Value| tag.get("name").and_then(Value::as_str).map(str::to_owned).ok_or_else(|| no_choice(key));
    items(fields, key)?.iter().map(name).collect()
}

/// The tags of `_embedded`, which replace the existing ones.
pub(super) fn embedded_tags(fields: &Object<'_>) -> Result<Option<Vec<String>>, Wrong> {
    match fields.object("_embedded").map_err(typed("_embedded"))? {
        Some(embedded) if embedded.raw("tags").is_some() => tag_names(&embedded, "tags").map(Some),
        _ => Ok(None),
    }
}

/// The id of an existing user.
pub(super) fn user(account: &Account, fields: &Object<'_>, key: &'static str) -> Result<Option<i64>, Wrong> {
    let id = fields.whole_number(key).map_err(typed(key))?;
    match id {
        Some(id) if !account.users.iter().any(|user| user.id == id) => Err(no_choice(key)),
        other => Ok(other),
    }
}

fn kind_of(account: &Account, field: &Object<'_>) -> Result<&'static FieldKind, Wrong> {
    let path = "custom_fields_values";
    let code = field.text("field_code").map_err(typed(path))?;
    let id = field.whole_number("field_id").map_err(typed(path))?;
    let named = |kind: &&FieldKind| match (id, code) {
        (Some(id), _) => field_id(account, kind) == id,
        (None, code) => code == Some(kind.code),
    };
    FIELDS.iter().find(named).ok_or_else(|| no_choice(path))
}

fn value_of(account: &Account, kind: &'static FieldKind, value: &Value) -> Result<FieldValue, Wrong> {
    let path = "custom_fields_values";
    let value = Object::whole(value).map_err(typed(path))?;
    let text = value.required_text("value").map_err(typed(path))?;
    let code = value.text("enum_code").map_err(typed(path))?;
    let id = value.whole_number("enum_id").map_err(typed(path))?;
    let named = |one: &&&str| match (id, code) {
        (Some(id), _) => enum_id(account, kind, one) == id,
        (None, Some(code)) => **one == code,
        (None, None) => true,
    };
    let enum_code = match kind.enums.iter().find(named) {
        Some(one) => *one,
        None if kind.enums.is_empty() && id.is_none() && code.is_none() => "",
        None => return Err(no_choice(path)),
    };
    Ok(FieldValue { field: kind.code, value: text.to_owned(), enum_code })
}

impl Draft {
    pub(super) fn read(account: &Account, item: &Value) -> Result<Self, Wrong> {
        let fields = Object::whole(item).map_err(typed(""))?;
        let text = |key: &'static str| Ok::<_, Wrong>(fields.text(key).map_err(typed(key))?.map(str::to_owned));
        let mut values = Vec::new();
        for field in items(&fields, "custom_fields_values")? {
            let field = Object::whole(field).map_err(typed("custom_fields_values"))?;
            let kind = kind_of(account, &field)?;
            let list = items(&field, "values")?.iter().map(|value| value_of(account, kind, value));
            values.push((kind.code, list.collect::<Result<Vec<_>, Wrong>>()?));
        }
        Ok(Self {
            name: text("name")?,
            first_name: text("first_name")?,
            last_name: text("last_name")?,
            responsible_user_id: user(account, &fields, "responsible_user_id")?,
            values,
            tags: embedded_tags(&fields)?,
            tags_to_add: tag_names(&fields, "tags_to_add")?,
            tags_to_delete: tag_names(&fields, "tags_to_delete")?,
        })
    }

    pub(super) fn lay_over(self, contact: &mut Contact) {
        let halves = self.first_name.is_some() || self.last_name.is_some();
        contact.first_name = self.first_name.unwrap_or(std::mem::take(&mut contact.first_name));
        contact.last_name = self.last_name.unwrap_or(std::mem::take(&mut contact.last_name));
        if halves {
            contact.name = [contact.first_name.as_str(), contact.last_name.as_str()].join(" ").trim().to_owned();
        }
        if let Some(name) = self.name {
            contact.name = name;
        }
        contact.responsible_user_id = self.responsible_user_id.unwrap_or(contact.responsible_user_id);
        for (field, values) in self.values {
            contact.values.retain(|one| one.field != field);
            contact.values.extend(values);
        }
        if let Some(tags) = self.tags {
            contact.tags = tags;
        }
        contact.tags.retain(|tag| !self.tags_to_delete.contains(tag));
        for tag in self.tags_to_add {
            if !contact.tags.contains(&tag) {
                contact.tags.push(tag);
            }
        }
    }
}

/// `POST contacts`.
pub(super) fn create(call: &Call<'_>) -> Answer {
    batch::list(call, BATCH, 422).and_then(|items| create_all(call, &items)).unwrap_or_else(|answer| answer)
}

fn create_all(call: &Call<'_>, items: &[Value]) -> Result<Answer, Answer> {
    call.change(|account, now| {
        let drafts = batch::all(items, |item| Draft::read(account, item))?;
        let shown: Vec<Value> = drafts
            .into_iter()
            .zip(items.iter().enumerate())
            .map(|(draft, (at, item))| {
                let created_by = call.access.user_id;
                let mut contact = Contact { created_by, ..Contact::new(account, now) };
                draft.lay_over(&mut contact);
                let id = account.keep_contact(contact);
                json!({
                    "id": id,
                    "request_id": batch::request_id(item, at),
                    "_links": call.link(&format!("contacts/{id}")),
                })
            })
            .collect();
        Ok(hal(&json!({"_links": call.link("contacts"), "_embedded": {"contacts": shown}})))
    })
}

fn changed(call: &Call<'_>, account: &mut Account, id: i64, draft: Draft, now: i64) -> Value {
    account.change_contact(id, now, |contact| draft.lay_over(contact));
    let name = account.crm.contact(id).map(|contact| contact.name.clone()).unwrap_or_default();
    json!({"id": id, "name": name, "updated_at": now, "_links": call.link(&format!("contacts/{id}"))})
}

/// `PATCH contacts`: every item refers to its contact by `id`.
pub(super) fn update_many(call: &Call<'_>) -> Answer {
    batch::list(call, BATCH, 422).and_then(|items| update_all(call, &items)).unwrap_or_else(|answer| answer)
}

fn update_all(call: &Call<'_>, items: &[Value]) -> Result<Answer, Answer> {
    call.change(|account, now| {
        let drafts = batch::all(items, |item| {
            let id = Object::whole(item).and_then(|fields| fields.required_number("id")).map_err(typed("id"))?;
            if account.crm.contact(id).is_none() {
                return Err(("EntityNotFound", "id", "Entity not found".to_owned()));
            }
            Ok((id, Draft::read(account, item)?))
        })?;
        let shown: Vec<Value> = drafts
            .into_iter()
            .zip(items.iter().enumerate())
            .map(|((id, draft), (at, item))| {
                let mut shown = changed(call, account, id, draft, now);
                super::put(&mut shown, "request_id", json!(batch::request_id(item, at)));
                shown
            })
            .collect();
        Ok(hal(&json!({"_links": call.link("contacts"), "_embedded": {"contacts": shown}})))
    })
}

/// `PATCH contacts/{id}`.
pub(super) fn update_one(call: &Call<'_>, id: &str) -> Answer {
    batch::object(call).and_then(|item| update(call, id, &item)).unwrap_or_else(|answer| answer)
}

fn update(call: &Call<'_>, id: &str, item: &Value) -> Result<Answer, Answer> {
    call.change(|account, now| {
        let known = account.crm.contacts.iter().find(|one| one.id.to_string() == id).map(|one| one.id);
        let id = known.ok_or_else(|| problem(404, "Not Found", "no contact has this id"))?;
        let drafts = batch::all(std::slice::from_ref(item), |item| Draft::read(account, item))?;
        let shown = drafts.into_iter().next().map(|draft| changed(call, account, id, draft, now));
        Ok(hal(&shown.unwrap_or_default()))
    })
}
