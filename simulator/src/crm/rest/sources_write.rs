//! Creates and changes sources. A batch is accepted or refused as a whole.

use serde_json::{Value, json};

use super::{
    Call,
    batch::{self, Wrong, blank, no_choice, request_id, typed},
    hal, invalid, problem,
};
use crate::crm::{
    exchange::Answer,
    state::{Account, Source},
    strict::Object,
};

/// Most sources in one call.
const BATCH: usize = 50;

pub(super) fn batch(call: &Call<'_>) -> Result<Vec<Value>, Answer> {
    batch::list(call, BATCH, 400)
}

/// Validates the fields common to creation and change, and applies them to a source.
fn lay_over(call: &Call<'_>, account: &Account, item: &Value, source: &mut Source) -> Result<(), Wrong> {
    let fields = Object::whole(item).map_err(typed(""))?;
    if let Some(name) = fields.text("name").map_err(typed("name"))? {
        if name.is_empty() {
            return Err(blank("name"));
        }
        name.clone_into(&mut source.name);
    }
    if let Some(id) = fields.whole_number("pipeline_id").map_err(typed("pipeline_id"))? {
        if !account.pipelines.iter().any(|pipeline| pipeline.id == id) {
            return Err(no_choice("pipeline_id"));
        }
        source.pipeline_id = id;
    }
    if let Some(default) = fields.boolean("default").map_err(typed("default"))? {
        source.default = default;
    }
    if let Some(code) = fields.text("origin_code").map_err(typed("origin_code"))? {
        let known = call
            .core
            .integration(&call.access.client_id)
            .is_some_and(|one| one.channels.iter().any(|channel| channel.code == code));
        if !known {
            return Err(no_choice("origin_code"));
        }
        source.origin_code = Some(code.to_owned());
    } else if item.get("origin_code").is_some_and(Value::is_null) {
        source.origin_code = None;
    }
    match fields.raw("services") {
        None => {}
        Some(services @ Value::Array(_)) => source.services = services.clone(),
        Some(_) => return Err(typed("services")("services must be an array".to_owned())),
    }
    Ok(())
}

fn new_source(call: &Call<'_>, account: &mut Account, limit: usize, item: &Value) -> Result<Source, Wrong> {
    let fields = Object::whole(item).map_err(typed(""))?;
    let external_id =
        fields.external_id("external_id", 36).map_err(typed("external_id"))?.ok_or_else(|| blank("external_id"))?;
    if fields.raw("name").is_none() {
        return Err(blank("name"));
    }
    let own = || account.sources.iter().filter(|source| call.owns(source));
    if own().any(|source| source.external_id == external_id) {
        let words = format!("source with external_id {external_id} already exists");
        return Err(("NotUnique", "external_id", words));
    }
    if own().count() >= limit {
        return Err(("LimitExceeded", "external_id", format!("at most {limit} sources")));
    }
    let mut source = Source {
        id: 0,
        client_id: call.access.client_id.clone(),
        name: String::new(),
        external_id: external_id.to_owned(),
        pipeline_id: account.main_pipeline(),
        default: false,
        origin_code: None,
        services: json!([]),
    };
    lay_over(call, account, item, &mut source)?;
    source.id = account.next_number();
    Ok(source)
}

/// Inserts or replaces a source; a new default removes the flag from the others.
fn put(account: &mut Account, source: Source) {
    if source.default {
        for other in &mut account.sources {
            other.default &= other.client_id != source.client_id;
        }
    }
    match account.sources.iter_mut().find(|one| one.id == source.id) {
        Some(place) => *place = source,
        None => account.sources.push(source),
    }
}

/// Applies `one` to every item on a copy of the account, which replaces it only if every item is valid.
fn whole_batch(
    call: &Call<'_>,
    items: &[Value],
    one: impl Fn(&mut Account, &Value) -> Result<Source, Wrong>,
) -> Answer {
    call.core.change(|state| {
        let Some(account) = state.accounts.get_mut(call.host) else {
            return problem(404, "Not Found", "the account is gone");
        };
        let before = account.sources.clone();
        let mut errors = Vec::new();
        let mut ids = Vec::new();
        for (at, item) in items.iter().enumerate() {
            match one(account, item) {
                Ok(source) => {
                    ids.push((source.id, request_id(item, at)));
                    put(account, source);
                }
                Err(wrong) => errors.push(batch::error(item, at, wrong)),
            }
        }
        if !errors.is_empty() {
            account.sources = before;
            return invalid(&errors);
        }
        let shown: Vec<Value> = ids
            .iter()
            .filter_map(|(id, request_id)| {
                let source = account.sources.iter().find(|one| one.id == *id)?;
                let mut shown = call.show(source);
                shown.as_object_mut()?.insert("request_id".to_owned(), json!(request_id));
                Some(shown)
            })
            .collect();
        hal(&json!({"_total_items": shown.len(), "_embedded": {"sources": shown}}))
    })
}

/// `POST sources`.
pub(super) fn create(call: &Call<'_>) -> Answer {
    match batch(call) {
        Err(answer) => answer,
        Ok(items) => {
            let limit = call.core.read(|state| state.source_limit);
            whole_batch(call, &items, |account, item| new_source(call, account, limit, item))
        }
    }
}

fn changed(call: &Call<'_>, account: &Account, id: &Value, item: &Value) -> Result<Source, Wrong> {
    let mut source = account
        .sources
        .iter()
        .find(|source| call.owns(source) && json!(source.id) == *id)
        .cloned()
        .ok_or_else(|| ("EntityNotFound", "id", format!("source with id = {id} not found")))?;
    let same = item.get("external_id").is_none_or(|external| external.as_str() == Some(&source.external_id));
    if !same {
        let words = "external_id can't be changed".to_owned();
        return Err(("NotSupportedChoice", "external_id", words));
    }
    lay_over(call, account, item, &mut source)?;
    Ok(source)
}

/// `PATCH sources`.
pub(super) fn update_many(call: &Call<'_>) -> Answer {
    match batch(call) {
        Err(answer) => answer,
        Ok(items) => whole_batch(call, &items, |account, item| {
            changed(call, account, item.get("id").unwrap_or(&Value::Null), item)
        }),
    }
}

pub(super) fn number(call: &Call<'_>, id: &str) -> Option<i64> {
    call.account(|account| {
        account.sources.iter().find(|source| call.owns(source) && source.id.to_string() == id).map(|source| source.id)
    })
    .flatten()
}

/// `PATCH sources/{id}`; the answer is only the source.
pub(super) fn update_one(call: &Call<'_>, id: &str) -> Answer {
    let item = match batch::object(call) {
        Ok(item) => item,
        Err(answer) => return answer,
    };
    let Some(number) = number(call, id) else {
        return problem(404, "Not Found", "no source has this id");
    };
    let answer = whole_batch(call, &[item], |account, item| changed(call, account, &json!(number), item));
    if answer.status != 200 {
        return answer;
    }
    super::sources::one(call, id)
}
