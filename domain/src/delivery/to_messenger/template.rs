//! Whether a manager's message is sent as a template that its messenger reviewed.

use base::i18n::Words;
use base::message::Body;
use connectors::kinds::has_own_server;
use connectors::template::RegisteredTemplate;
use sea_orm::DbErr;

use super::MessengerTarget;
use crate::template::{self, Stage};

/// How a message is sent.
pub(super) enum TemplateUse {
    /// It was not made from a template.
    None,
    /// As a template, at any time; with its registration where the messenger has one.
    Sendable(Option<RegisteredTemplate>),
    /// As text, because the messenger does not allow the template now; with the reason.
    AsText(String),
}

/// Decides how a message is sent. A custom messenger gets every template except those that it rejected.
pub(super) async fn of(line: &MessengerTarget<'_>, body: &Body) -> Result<TemplateUse, DbErr> {
    let Some(template) = &body.template else { return Ok(TemplateUse::None) };
    if !line.connector.reviews_templates() {
        return Ok(TemplateUse::Sendable(None));
    }
    let row = match template.id.parse() {
        Ok(crm_id) => template::of_source(&line.app.sources, line.source, crm_id).await?,
        Err(_) => None,
    };
    // One that was created again in amoCRM has another id there.
    let row = match (row, template.external_id.as_deref()) {
        (None, Some(external_id)) => {
            template::named(&line.app.sources, line.source, external_id, &template.content).await?
        }
        (row, _) => row,
    };
    let Some(row) = row else {
        return Ok(match has_own_server(&line.source.kind) {
            true => TemplateUse::Sendable(None),
            false => TemplateUse::AsText(line.words.text("failure-template-unknown").to_string()),
        });
    };
    Ok(match template::usable(&row) {
        Some(usable) => TemplateUse::Sendable(Some(usable)),
        None => TemplateUse::AsText(fallback_text(line.words, Stage::of(&row), &row.title)),
    })
}

/// Why it cannot be sent as a template.
fn fallback_text(words: Words, stage: Stage, title: &str) -> String {
    words.text_of("failure-template-", stage.word()).with("template", title).to_string()
}
