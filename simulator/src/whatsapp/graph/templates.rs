//! `/{waba}/message_templates` and `/{template}`: create, list, read, edit.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

use super::{
    call::Call,
    error::{Answered, GraphError, ensure, success},
    fields, template_check,
};
use crate::whatsapp::state::{DAY, Grant, State, Template};

/// The page size without `limit`.
const PAGE: usize = 25;
const USUAL: [&str; 8] =
    ["name", "parameter_format", "components", "language", "status", "category", "previous_category", "id"];
/// Maximum edits of an approved template: one a day, ten in 30 days.
const EDITS: usize = 10;

/// `POST /{waba}/message_templates`: creates a `PENDING` template, which a test or a person reviews.
pub(super) fn create(state: &mut State, grant: &Grant, call: &Call, waba: &str) -> Answered {
    ensure(grant.may("whatsapp_business_management"), || GraphError::new(403, 200, "(#200) Permissions error"))?;
    let (name, language) = (call.needed("name")?, call.needed("language")?);
    let category = call.needed("category")?.to_ascii_uppercase();
    let format = call.text("parameter_format").unwrap_or_else(|| "POSITIONAL".to_owned()).to_ascii_uppercase();
    template_check::head(&name, &language, &category)?;
    let components = call.value("components");
    let components = components.ok_or_else(|| GraphError::parameter("The parameter components is required."))?;
    template_check::components(state, &components, &category, &format)?;
    free(state, waba, &name, &language)?;
    let id = state.next_id(990_000_000_000_000);
    let template = Template {
        id: id.clone(),
        waba: waba.to_owned(),
        name,
        language,
        category: category.clone(),
        previous_category: None,
        status: "PENDING".to_owned(),
        rejected_reason: "NONE".to_owned(),
        quality: "UNKNOWN".to_owned(),
        quality_at: state.seconds(),
        parameter_format: format,
        components,
        edits: Vec::new(),
        pauses: 0,
        send_status: "accepted".to_owned(),
    };
    state.templates.insert(id.clone(), template);
    Ok(json!({"id": id, "status": "PENDING", "category": category}))
}

/// Whether another template is allowed and the name is free.
fn free(state: &State, waba: &str, name: &str, language: &str) -> Result<(), GraphError> {
    let own = || state.templates.values().filter(|one| one.waba == waba);
    let known = state.wabas.get(waba).ok_or_else(|| GraphError::no_object("post", waba))?;
    ensure(own().count() < known.template_limit, || {
        GraphError::template(
            2_388_019,
            "Message template limit exceeded",
            "The account has reached the maximum number of message templates.",
        )
    })?;
    ensure(!own().any(|one| one.name == name && one.language == language), || {
        GraphError::template(
            2_388_024,
            "Content in This Language Already Exists",
            "There is already content in this language for this template. You can create a new template and try again.",
        )
    })?;
    let taken = known.locked_names.get(&(name.to_owned(), language.to_owned()));
    ensure(taken.is_none_or(|until| *until <= state.now), || {
        GraphError::template(
            2_388_023,
            "Message Template Language is Being Deleted",
            "New content can't be added while the existing content is being deleted. Try again in 4 weeks or consider \
             creating a new message template.",
        )
    })
}

/// `GET /{waba}/message_templates`.
pub(super) fn list(state: &State, call: &Call, waba: &str) -> Answered {
    let limit = call.int("limit").and_then(|limit| usize::try_from(limit).ok()).unwrap_or(PAGE).max(1);
    let wanted = |name: &str, value: &str| {
        let asked = call.text(name);
        let any: Option<Vec<String>> = asked.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let any = any.unwrap_or_else(|| asked.clone().into_iter().collect());
        any.is_empty() || any.iter().any(|one| one.eq_ignore_ascii_case(value))
    };
    let all: Vec<&Template> = state
        .templates
        .values()
        .filter(|one| {
            one.waba == waba
                && wanted("status", &one.status)
                && wanted("language", &one.language)
                && wanted("category", &one.category)
                // `name` also matches parts of names.
                && call.text("name").is_none_or(|name| one.name.contains(&name))
        })
        .collect();
    let cursor = |at: usize| STANDARD.encode(format!("{at:06}"));
    let read = |text: String| String::from_utf8(STANDARD.decode(text).ok()?).ok()?.parse::<usize>().ok();
    let start = match call.text("after") {
        Some(after) => read(after).ok_or_else(|| GraphError::parameter("Invalid cursor."))? + 1,
        None => 0,
    };
    let page: Vec<&&Template> = all.iter().skip(start).take(limit).collect();
    let mut data = Vec::new();
    for one in &page {
        data.push(fields::pick(&one.json(), &call.fields(), &USUAL, "WhatsAppMessageTemplate")?);
    }
    let mut answer = json!({"data": data});
    if let Some(last) = page.len().checked_sub(1) {
        let end = start + last;
        answer["paging"] = json!({"cursors": {"before": cursor(start), "after": cursor(end)}});
        if end + 1 < all.len() {
            let after = cursor(end);
            let next = format!("{}/v26.0/{waba}/message_templates?limit={limit}&after={after}", state.base);
            answer["paging"]["next"] = json!(next);
        }
    }
    if call.text("summary").is_some() {
        let own = state.templates.values().filter(|one| one.waba == waba).count();
        let limit = state.wabas.get(waba).map(|waba| waba.template_limit);
        answer["summary"] = json!({
            "total_count": all.len(),
            "message_template_count": own,
            "message_template_limit": limit,
            "are_translations_complete": true,
        });
    }
    Ok(answer)
}

/// `GET /{template}`.
pub(super) fn get(state: &State, call: &Call, id: &str) -> Answered {
    let template = state.templates.get(id).ok_or_else(|| GraphError::no_object("get", id))?;
    fields::pick(&template.json(), &call.fields(), &USUAL, "WhatsAppMessageTemplate")
}

/// `POST /{template}`: edits it, which starts another review.
pub(super) fn edit(state: &mut State, call: &Call, id: &str) -> Answered {
    let template = state.templates.get(id).cloned().ok_or_else(|| GraphError::no_object("post", id))?;
    let now = state.now;
    let refused = |words: &str| GraphError::template(2_388_030, "Message template can't be edited", words);
    ensure(["APPROVED", "REJECTED", "PAUSED"].contains(&template.status.as_str()), || {
        refused("Only approved, rejected and paused templates can be edited.")
    })?;
    let is_approved = template.status == "APPROVED";
    if is_approved {
        let recent = template.edits.iter().filter(|at| now - **at < 30 * DAY).count();
        let is_today = template.edits.iter().any(|at| now - *at < DAY);
        ensure(!is_today && recent < EDITS, || {
            refused("An approved template can be edited once a day and ten times in 30 days.")
        })?;
    }
    let category = call.text("category").unwrap_or_else(|| template.category.clone()).to_ascii_uppercase();
    ensure(!is_approved || category == template.category, || {
        refused("The category of an approved template can't be changed.")
    })?;
    let components = call.value("components").unwrap_or_else(|| template.components.clone());
    template_check::components(state, &components, &category, &template.parameter_format)?;
    if let Some(template) = state.templates.get_mut(id) {
        template.components = components;
        template.category = category;
        template.status = "PENDING".to_owned();
        template.rejected_reason = "NONE".to_owned();
        if is_approved {
            template.edits.push(now);
        }
    }
    success()
}
