//! The registration e-mail of a channel, to copy.

use actix_web::{HttpResponse, web};
use askama::Template;
use base::words::Language;
use serde::Deserialize;

use crate::admin::letter::{self, About, Letter};
use crate::admin::operator::Operator;
use crate::admin::page::{self, Page};
use crate::admin::refused::{Refused, Result};
use crate::panel::PanelContext;

#[derive(Template)]
#[template(path = "admin/letter.html")]
struct LetterPage {
    page: Page,
    letter: Letter,
    integration: String,
    /// Empty: a channel that is not yet registered.
    channel: String,
    languages: Vec<Language>,
    chosen: Language,
}

/// The query of the page.
#[derive(Deserialize)]
pub struct Query {
    integration: String,
    #[serde(default)]
    channel: String,
    #[serde(default)]
    letter: String,
}

/// The page.
pub async fn show(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    query: web::Query<Query>,
) -> Result<HttpResponse> {
    let integration = app.config.integration(&query.integration).ok_or(Refused::NotThere)?;
    let channel = match query.channel.as_str() {
        "" => letter::model(integration),
        id => Some(integration.channels.iter().find(|channel| channel.id == id).ok_or(Refused::NotThere)?),
    };
    let chosen = Language::of_code(&query.letter).unwrap_or(visitor.words.language());
    let letter = letter::write(
        About { config: &app.config, integration, channel, registered: !query.channel.is_empty() },
        chosen,
    )?;
    let page = Page::of(&app, &visitor, "/admin/channels", visitor.words.say("admin-letter")).await?;
    let shown = LetterPage {
        page: page.clone(),
        letter,
        integration: integration.name.clone(),
        channel: query.channel.clone(),
        languages: Language::ALL.into(),
        chosen,
    };
    Ok(page::html(&page, &shown))
}
