//! `/{waba}/message_templates` and `/{template}`: create, list, read, edit, delete.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::codes::{no_object, template};
use super::numbers::pick;
use super::options::{DAY, Template, WhatsApp};
use super::template_rules as rules;
use crate::graph::{Answered, Params, Refusal, bad, ensure, success};
use crate::kit::extend;

/// The page size without `limit`.
const PAGE: usize = 25;
/// The fields without `fields`.
const USUAL: &str = "name,parameter_format,components,language,status,category,previous_category";
/// Maximum edits of an approved template: one a day, ten in 30 days.
const EDITS: usize = 10;
/// Milliseconds for which the name of a deleted approved template stays reserved.
const LOCKED: i64 = 30 * DAY;

#[derive(Clone, Debug)]
pub struct TemplateView {
    pub id: String,
    pub name: String,
    pub language: String,
    /// `MARKETING`, …
    pub category: String,
    /// `PENDING`, `APPROVED`, …
    pub status: String,
    /// `GREEN`, …
    pub quality: String,
    /// All fields that `GET` returns.
    pub json: Value,
}

impl TemplateView {
    pub(super) fn of(template: &Template) -> Self {
        let text = |name| template.text(name).to_owned();
        Self {
            id: text("id"),
            name: text("name"),
            language: text("language"),
            category: text("category"),
            status: text("status"),
            quality: template.fields["quality_score"]["score"].as_str().unwrap_or_default().to_owned(),
            json: template.fields.clone(),
        }
    }
}

/// `POST /{waba}/message_templates`: creates a `PENDING` template, which a test or a person reviews.
pub(super) fn create(state: &mut WhatsApp, params: &Params, waba: &str) -> Answered {
    let (name, language) = (params.needed("name")?, params.needed("language")?);
    let category = params.needed("category")?.to_ascii_uppercase();
    rules::head(&name, &language, &category)?;
    let components = params.object("components");
    ensure(!components.is_null(), || bad("The parameter components is required."))?;
    rules::components(state, &components, &category)?;
    free(state, waba, &name, &language)?;
    let id = state.next_number(990_000_000_000_000);
    let fields = json!({
        "id": id,
        "name": name,
        "language": language,
        "status": "PENDING",
        "category": category,
        "previous_category": null,
        "parameter_format": "POSITIONAL",
        "components": components,
        "quality_score": {"score": "UNKNOWN", "date": state.date()},
        "rejected_reason": "NONE",
        // Documented, but without a value here.
        "correct_category": null,
        "cta_url_link_tracking_opted_out": null,
        "degrees_of_freedom_spec": null,
        "library_template_name": null,
        "message_send_ttl_seconds": null,
        "sub_category": null,
    });
    let waba = waba.to_owned();
    state.own.templates.insert(id.clone(), Template { waba, fields, edits: Vec::new(), pauses: 0 });
    Ok(json!({"id": id, "status": "PENDING", "category": category}))
}

/// Whether another template is allowed and the name is free.
fn free(state: &WhatsApp, waba: &str, name: &str, language: &str) -> Result<(), Refusal> {
    let own = || state.own.templates.values().filter(|one| one.waba == waba);
    let known = state.own.wabas.get(waba).ok_or_else(|| no_object("post", waba))?;
    ensure(own().count() < known.template_limit, || {
        let words = "The account has reached the maximum number of message templates.";
        template(2_388_019, "Message template limit exceeded", words)
    })?;
    ensure(!own().any(|one| one.text("name") == name && one.text("language") == language), || {
        let words = "There is already content in this language for this template. You can create a new template and \
                     try again.";
        template(2_388_024, "Content in This Language Already Exists", words)
    })?;
    let until = known.locked_names.get(&[name.to_owned(), language.to_owned()]);
    ensure(until.is_none_or(|until| *until <= state.now), || {
        let words = "New content can't be added while the existing content is being deleted. Try again in 4 weeks or \
                     consider creating a new message template.";
        template(2_388_023, "Message Template Language is Being Deleted", words)
    })
}

/// `GET /{waba}/message_templates`.
pub(super) fn list(state: &WhatsApp, params: &Params, waba: &str) -> Answered {
    let is_asked = |one: &&Template| {
        // `name` also matches parts of names.
        let is_named = params.text("name").is_none_or(|name| one.text("name").contains(&name));
        one.waba == waba && is_named
    };
    let all: Vec<&Template> = state.own.templates.values().filter(is_asked).collect();
    let cursor = |at: usize| STANDARD.encode(format!("{at:06}"));
    let read = |text: String| String::from_utf8(STANDARD.decode(text).ok()?).ok()?.parse::<usize>().ok();
    let start = match params.text("after") {
        Some(after) => read(after).ok_or_else(|| bad("Invalid cursor."))? + 1,
        None => 0,
    };
    let limit = params.text("limit").and_then(|limit| limit.trim().parse().ok()).unwrap_or(PAGE).max(1);
    let page = all.iter().skip(start).take(limit);
    let page = page.map(|one| pick(&one.fields, params, USUAL, "WhatsAppMessageTemplate"));
    let data = page.collect::<Result<Vec<Value>, Refusal>>()?;
    let mut answer = json!({"data": data});
    if let Some(last) = data.len().checked_sub(1) {
        let end = start + last;
        answer["paging"] = json!({"cursors": {"before": cursor(start), "after": cursor(end)}});
        if end + 1 < all.len() {
            let (base, after) = (&state.base, cursor(end));
            let next = format!("{base}/v26.0/{waba}/message_templates?limit={limit}&after={after}");
            answer["paging"]["next"] = json!(next);
        }
    }
    if params.text("summary").is_some() {
        answer["summary"] = json!({
            "total_count": all.len(),
            "message_template_count": state.own.templates.values().filter(|one| one.waba == waba).count(),
            "message_template_limit": state.own.wabas.get(waba).map(|waba| waba.template_limit),
            "are_translations_complete": true,
        });
    }
    Ok(answer)
}

/// `GET /{template}`.
pub(super) fn get(state: &WhatsApp, params: &Params, id: &str) -> Answered {
    let template = state.own.templates.get(id).ok_or_else(|| no_object("get", id))?;
    pick(&template.fields, params, USUAL, "WhatsAppMessageTemplate")
}

/// `POST /{template}`: edits it, which starts another review.
pub(super) fn edit(state: &mut WhatsApp, params: &Params, id: &str) -> Answered {
    let now = state.now;
    let known = state.own.templates.get(id).cloned().ok_or_else(|| no_object("post", id))?;
    let refused = |words: &str| template(2_388_030, "Message template can't be edited", words);
    ensure(["APPROVED", "REJECTED", "PAUSED"].contains(&known.text("status")), || {
        refused("Only approved, rejected and paused templates can be edited.")
    })?;
    let is_approved = known.text("status") == "APPROVED";
    let recent = known.edits.iter().filter(|at| now - **at < 30 * DAY).count();
    let is_today = known.edits.iter().any(|at| now - *at < DAY);
    ensure(!is_approved || (!is_today && recent < EDITS), || {
        refused("An approved template can be edited once a day and ten times in 30 days.")
    })?;
    let category = params.text("category").unwrap_or_else(|| known.text("category").to_owned()).to_ascii_uppercase();
    ensure(!is_approved || category == known.text("category"), || {
        refused("The category of an approved template can't be changed.")
    })?;
    let given = Some(params.object("components")).filter(|given| !given.is_null());
    let components = given.unwrap_or_else(|| known.fields["components"].clone());
    rules::components(state, &components, &category)?;
    if let Some(template) = state.own.templates.get_mut(id) {
        let status = json!({"status": "PENDING", "rejected_reason": "NONE"});
        extend(&mut template.fields, json!({"components": components, "category": category}));
        extend(&mut template.fields, status);
        template.edits.extend(is_approved.then_some(now));
    }
    Ok(success())
}

/// `DELETE /{waba}/message_templates`: all languages of a name, or one template.
pub(super) fn delete(state: &mut WhatsApp, params: &Params, waba: &str) -> Answered {
    let (name, id) = (params.needed("name")?, params.text("hsm_id"));
    let is_meant = |(known, one): &(&String, &Template)| {
        one.waba == waba && one.text("name") == name && id.as_ref().is_none_or(|id| id == *known)
    };
    let gone: Vec<String> = state.own.templates.iter().filter(is_meant).map(|(id, _)| id.clone()).collect();
    ensure(!gone.is_empty(), || {
        let words = "The message template doesn't exist in this account.";
        template(2_593_002, "Message Template Not Found", words)
    })?;
    gone.iter().for_each(|id| state.drop_template(id));
    Ok(success())
}

impl WhatsApp {
    /// Deletes a template. The name of an approved one stays taken for a while.
    pub(super) fn drop_template(&mut self, id: &str) {
        let until = self.now + LOCKED;
        let Some(gone) = self.own.templates.remove(id).filter(|one| one.text("status") == "APPROVED") else { return };
        let name = ["name", "language"].map(|part| gone.text(part).to_owned());
        self.own.wabas.get_mut(&gone.waba).map(|waba| waba.locked_names.insert(name, until));
    }
}
