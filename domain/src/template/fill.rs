//! A template as Parom itself sends it: for a Salesbot's step, or an account's routes.

use std::sync::Arc;

use base::message::{Button, Marker, Markup, Person, Template};
use base::worded::worded;
use connectors::kinds::has_own_server;
use connectors::template::TemplateCategory;
use entity::{conversation, source};

use super::registry::{Stage, rows_of_source};
use super::spec::{Spec, markers};
use super::view::{TemplateState, known};
use crate::marketing::is_stopped;
use crate::source::SourceContext;

/// A template with its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilledTemplate {
    pub template: Template,
    /// The text that messengers without templates get.
    pub text: String,
    /// For those that get it as text.
    pub markup: Option<Markup>,
    /// The messenger lets it pass at any time.
    pub passes_window: bool,
}

worded! {
    /// Why a template cannot be sent. Bots get the word; texts are `routing-unsendable-{word}`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Unsendable, word {
        /// The account has none of this name or id that Parom can see.
        Unknown = "template_unknown",
        /// The messenger has not approved it for this source, or withdrew that.
        NotApproved = "template_not_approved",
        /// A placeholder has no value.
        NoValue = "template_no_value",
        /// It is a marketing template, and the customer stopped those.
        MarketingStopped = "marketing_stopped",
    }
}

/// Fills in a template for a chat, by amoCRM's id or name. Values are given in the order of the placeholders; without one a
/// placeholder of the contact's name gets that of the customer.
pub async fn fill(
    app: &Arc<SourceContext>,
    source: &source::Model,
    chat: &conversation::Model,
    wanted: &str,
    values: &[String],
) -> anyhow::Result<Result<FilledTemplate, Unsendable>> {
    let customer: Person = serde_json::from_str(&chat.contact)?;
    let wanted = wanted.trim().to_lowercase();
    let is_it = |id: i64, name: &str| id.to_string() == wanted || name.trim().to_lowercase() == wanted;
    let rows = rows_of_source(app, source).await?;
    let mut rows: Vec<_> = rows.into_iter().filter(|row| is_it(row.crm_id, &row.title)).collect();
    rows.sort_by_key(|row| (Stage::of(row) == Stage::Approved, row.id));
    let (id, content, buttons, category) = match rows.pop() {
        Some(row) if Stage::of(&row) == Stage::Approved => {
            let spec = Spec::stored(&row);
            (row.crm_id, spec.content, Vec::new(), Some(TemplateCategory::of(&row.category)))
        }
        Some(_) => return Ok(Err(Unsendable::NotApproved)),
        None => {
            let listed = known(app, source.tenant_id).await;
            let listed = listed.map_err(|error| anyhow::anyhow!("templates could not be read: {}", error.name()))?;
            let listed = listed.map(|known| known.items).unwrap_or_default();
            let Some(plain) = listed.into_iter().find(|one| is_it(one.id, &one.name)) else {
                return Ok(Err(Unsendable::Unknown));
            };
            if plain.state != TemplateState::Plain {
                return Ok(Err(Unsendable::NotApproved));
            }
            let button = |button: super::ShownButton| {
                vec![Button { text: button.text, url: Some(button.url).filter(|url| !url.is_empty()) }]
            };
            (plain.id, plain.text, plain.buttons.into_iter().map(button).collect(), None)
        }
    };
    if category == Some(TemplateCategory::Marketing) && is_stopped(app.store.read(), chat).await? {
        return Ok(Err(Unsendable::MarketingStopped));
    }
    let names = markers(&content).unwrap_or_default().into_iter().enumerate();
    let params: Option<Vec<Marker>> = names
        .map(|(place, key)| {
            let is_name = matches!(key.trim_matches(['{', '}', ' ']), "name" | "contact.name");
            let own = customer.name.as_ref().filter(|_| is_name);
            let value = values.get(place).map(|value| value.trim()).filter(|value| !value.is_empty());
            Some(Marker { value: value.or(own.map(String::as_str))?.to_owned(), key })
        })
        .collect();
    let Some(params) = params else { return Ok(Err(Unsendable::NoValue)) };
    let text = params.iter().fold(content.clone(), |text, marker| text.replace(&marker.key, &marker.value));
    Ok(Ok(FilledTemplate {
        template: Template { id: id.to_string(), external_id: None, content, params },
        text,
        markup: (!buttons.is_empty()).then_some(Markup::Buttons(buttons)),
        passes_window: category.is_some() || has_own_server(&source.kind),
    }))
}
