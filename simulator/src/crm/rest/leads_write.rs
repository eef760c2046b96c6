//! Creates and changes leads, alone or (`complex`) together with their contact.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    Call,
    batch::{self, BATCH, Wrong, no_choice, typed},
    contacts_write::{Draft as ContactDraft, embedded_tags, user},
    hal, problem,
    tracking::{self, TrackingChange},
};
use crate::crm::{
    exchange::Answer,
    state::{
        Account, Lead,
        crm::{Card, Contact, FIRST_STEP},
    },
    strict::Object,
};

/// Most leads in one call of `leads/complex`.
const COMPLEX: usize = 50;

/// The requested lead.
struct Draft {
    name: Option<String>,
    price: Option<i64>,
    status_id: Option<i64>,
    pipeline_id: Option<i64>,
    responsible_user_id: Option<i64>,
    source_id: Option<i64>,
    /// Ids of `_embedded.contacts`; the main one first.
    contact_id: Option<i64>,
    /// The contact in `_embedded.contacts` of `complex`.
    contact: Option<ContactDraft>,
    tags: Option<Vec<String>>,
    tracking: Vec<TrackingChange>,
}

/// The source in `_embedded.source`: by `external_id`, of the integration's own.
fn source<'a>(
    call: &Call<'_>,
    account: &'a Account,
    embedded: &Object<'_>,
) -> Result<Option<&'a crate::crm::state::Source>, Wrong> {
    let Some(source) = embedded.object("source").map_err(typed("_embedded.source"))? else {
        return Ok(None);
    };
    if source.text("type").map_err(typed("_embedded.source.type"))?.is_none_or(|kind| kind != "widget") {
        return Err(no_choice("_embedded.source.type"));
    }
    let external_id = source.required_text("external_id").map_err(typed("_embedded.source.external_id"))?;
    let found = account.sources.iter().find(|one| call.owns(one) && one.external_id == external_id);
    found.map(Some).ok_or_else(|| no_choice("_embedded.source.external_id"))
}

fn contact(
    account: &Account,
    embedded: &Object<'_>,
    complex: bool,
) -> Result<(Option<i64>, Option<ContactDraft>), Wrong> {
    let path = "_embedded.contacts";
    let list = match embedded.raw("contacts") {
        None => return Ok((None, None)),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(typed(path)(format!("{path} must be an array"))),
    };
    if complex && list.len() > 1 {
        return Err((("LimitExceeded"), path, "at most one contact".to_owned()));
    }
    let is_main = |one: &&Value| one.get("is_main").and_then(Value::as_bool) == Some(true);
    let Some(main) = list.iter().find(is_main).or_else(|| list.first()) else {
        return Ok((None, None));
    };
    match Object::whole(main).and_then(|one| one.whole_number("id")).map_err(typed(path))? {
        Some(id) if account.crm.contact(id).is_some() => Ok((Some(id), None)),
        Some(_) => Err(no_choice(path)),
        None if complex => Ok((None, Some(ContactDraft::read(account, main)?))),
        None => Err(typed(path)(format!("{path}.id is required"))),
    }
}

impl Draft {
    fn read(call: &Call<'_>, account: &Account, item: &Value, complex: bool) -> Result<Self, Wrong> {
        let fields = Object::whole(item).map_err(typed(""))?;
        let number = |key: &'static str| fields.whole_number(key).map_err(typed(key));
        let embedded = fields.object("_embedded").map_err(typed("_embedded"))?;
        let source = embedded.as_ref().map_or(Ok(None), |embedded| source(call, account, embedded))?;
        let (contact_id, contact) =
            embedded.as_ref().map_or(Ok((None, None)), |embedded| contact(account, embedded, complex))?;
        let pipeline_id = number("pipeline_id")?;
        if pipeline_id.is_some_and(|id| !account.pipelines.iter().any(|pipeline| pipeline.id == id)) {
            return Err(no_choice("pipeline_id"));
        }
        Ok(Self {
            name: fields.text("name").map_err(typed("name"))?.map(str::to_owned),
            price: number("price")?,
            status_id: number("status_id")?,
            // Default: the source's pipeline.
            pipeline_id: pipeline_id.or_else(|| source.map(|source| source.pipeline_id)),
            responsible_user_id: user(account, &fields, "responsible_user_id")?,
            source_id: source.map(|source| source.id),
            contact_id,
            contact,
            tags: embedded_tags(&fields)?,
            tracking: tracking::read(account, &fields)?,
        })
    }

    /// The stage must belong to the lead's pipeline.
    fn check_step(&self, pipeline_id: i64) -> Result<(), Wrong> {
        match self.status_id {
            Some(id) if !Account::is_step(self.pipeline_id.unwrap_or(pipeline_id), id) => Err(no_choice("status_id")),
            _ => Ok(()),
        }
    }

    fn lay_over(self, lead: &mut Lead, card: &mut Card) {
        if let Some(id) = self.pipeline_id.filter(|id| *id != lead.pipeline_id) {
            lead.pipeline_id = id;
            card.status_id = Account::step(id, FIRST_STEP);
        }
        lead.contact_id = self.contact_id.unwrap_or(lead.contact_id);
        card.status_id = self.status_id.unwrap_or(card.status_id);
        card.name = self.name.unwrap_or(std::mem::take(&mut card.name));
        card.price = self.price.unwrap_or(card.price);
        card.responsible_user_id = self.responsible_user_id.unwrap_or(card.responsible_user_id);
        card.source_id = self.source_id.or(card.source_id);
        card.tags = self.tags.unwrap_or(std::mem::take(&mut card.tags));
        for change in self.tracking {
            change.apply(card);
        }
    }
}

/// Creates the lead and, if given, its contact. Returns both ids.
fn make(call: &Call<'_>, account: &mut Account, mut draft: Draft, now: i64) -> (i64, Option<i64>) {
    if let Some(described) = draft.contact.take() {
        let mut contact = Contact { created_by: call.access.user_id, ..Contact::new(account, now) };
        described.lay_over(&mut contact);
        draft.contact_id = Some(account.keep_contact(contact));
    }
    let contact_id = draft.contact_id;
    let pipeline_id = draft.pipeline_id.unwrap_or_else(|| account.main_pipeline());
    let source = account.sources.iter().find(|source| Some(source.id) == draft.source_id);
    let source_name = source.map(|source| source.name.clone()).unwrap_or_default();
    let id = account.next_number();
    let mut lead =
        Lead { id, contact_id: 0, chat_id: String::new(), pipeline_id, source_name, created_at: call.core.now() };
    let mut card = Card {
        name: format!("Lead #{id}"),
        price: 0,
        status_id: Account::step(pipeline_id, FIRST_STEP),
        responsible_user_id: call.access.user_id,
        created_by: call.access.user_id,
        updated_at: now,
        closed_at: None,
        source_id: None,
        tags: Vec::new(),
        tracking: BTreeMap::new(),
    };
    draft.lay_over(&mut lead, &mut card);
    account.keep_lead(lead, card);
    (id, contact_id)
}

/// `POST leads`.
pub(super) fn create(call: &Call<'_>) -> Answer {
    let made = batch::list(call, BATCH, 422).and_then(|items| create_all(call, &items, false));
    let body = |shown: Vec<Value>| hal(&json!({"_links": call.link("leads"), "_embedded": {"leads": shown}}));
    made.map_or_else(|answer| answer, body)
}

/// `POST leads/complex`: the answer is a plain list.
pub(super) fn create_complex(call: &Call<'_>) -> Answer {
    let made = batch::list(call, COMPLEX, 422).and_then(|items| create_all(call, &items, true));
    made.map_or_else(|answer| answer, |shown| hal(&Value::Array(shown)))
}

fn create_all(call: &Call<'_>, items: &[Value], complex: bool) -> Result<Vec<Value>, Answer> {
    call.change(|account, now| {
        let drafts = batch::all(items, |item| {
            let draft = Draft::read(call, account, item, complex)?;
            draft.check_step(account.main_pipeline())?;
            Ok(draft)
        })?;
        let shown = drafts.into_iter().zip(items.iter().enumerate()).map(|(draft, (at, item))| {
            let (id, contact_id) = make(call, account, draft, now);
            let request_id = batch::request_id(item, at);
            match complex {
                true => json!({
                    "id": id,
                    "contact_id": contact_id,
                    "company_id": null,
                    "request_id": [request_id],
                    "merged": false,
                }),
                false => json!({"id": id, "request_id": request_id, "_links": call.link(&format!("leads/{id}"))}),
            }
        });
        Ok(shown.collect())
    })
}

fn read_change(call: &Call<'_>, account: &Account, lead_id: i64, item: &Value) -> Result<Draft, Wrong> {
    let lead = account.lead(lead_id).ok_or_else(|| ("EntityNotFound", "id", "Entity not found".to_owned()))?;
    let draft = Draft::read(call, account, item, false)?;
    draft.check_step(lead.pipeline_id)?;
    Ok(draft)
}

/// `PATCH leads`: every item refers to its lead by `id`.
pub(super) fn update_many(call: &Call<'_>) -> Answer {
    batch::list(call, BATCH, 422).and_then(|items| update_all(call, &items)).unwrap_or_else(|answer| answer)
}

fn update_all(call: &Call<'_>, items: &[Value]) -> Result<Answer, Answer> {
    call.change(|account, now| {
        let drafts = batch::all(items, |item| {
            let id = Object::whole(item).and_then(|fields| fields.required_number("id")).map_err(typed("id"))?;
            Ok((id, read_change(call, account, id, item)?))
        })?;
        let mut shown = Vec::new();
        for (id, draft) in drafts {
            account.change_lead(id, now, |lead, card| draft.lay_over(lead, card));
            shown.push(json!({"id": id, "updated_at": now, "_links": call.link(&format!("leads/{id}"))}));
        }
        Ok(hal(&json!({"_links": call.link("leads"), "_embedded": {"leads": shown}})))
    })
}

/// `PATCH leads/{id}`.
pub(super) fn update_one(call: &Call<'_>, id: &str) -> Answer {
    batch::object(call).and_then(|item| update(call, id, &item)).unwrap_or_else(|answer| answer)
}

fn update(call: &Call<'_>, id: &str, item: &Value) -> Result<Answer, Answer> {
    call.change(|account, now| {
        let known = account.leads.iter().find(|lead| lead.id.to_string() == id).map(|lead| lead.id);
        let id = known.ok_or_else(|| problem(404, "Not Found", "no lead has this id"))?;
        for draft in batch::all(std::slice::from_ref(item), |item| read_change(call, account, id, item))? {
            account.change_lead(id, now, |lead, card| draft.lay_over(lead, card));
        }
        Ok(hal(&json!({"id": id, "updated_at": now, "_links": call.link(&format!("leads/{id}"))})))
    })
}
