//! The registration e-mail of a channel, to copy.

use actix_web::web;
use askama::Template;
use base::error::Error;
use base::i18n::Language;
use serde::Deserialize;

use crate::admin::letter::{self, LetterSubject, RegistrationLetter};
use crate::admin::operator::Operator;
use crate::panel::{Answer, AppData, PageContext, html};

#[derive(Template)]
#[template(path = "admin/letter.html")]
struct LetterPage {
    page: PageContext,
    letter: RegistrationLetter,
    integration: String,
    /// Empty: a channel that is not yet registered.
    channel: String,
    languages: Vec<Language>,
    chosen: Language,
}

/// The query of the page.
#[derive(Deserialize)]
pub struct LetterPageQuery {
    integration: String,
    #[serde(default)]
    channel: String,
    #[serde(default)]
    letter: String,
}

/// The page.
pub async fn show(app: AppData, Operator(visitor): Operator, query: web::Query<LetterPageQuery>) -> Answer {
    let integration = app.integrations.named(&query.integration).ok_or(Error::NotFound)?;
    let channel = match query.channel.as_str() {
        "" => letter::model(&integration),
        id => Some(integration.channels.iter().find(|channel| channel.id == id).ok_or(Error::NotFound)?),
    };
    let chosen = Language::of_code(&query.letter).unwrap_or(visitor.words.language()).complete();
    let letter = letter::write(
        LetterSubject {
            config: &app.config,
            integration: &integration,
            channel,
            registered: !query.channel.is_empty(),
        },
        chosen,
    )?;
    let page = visitor.page("admin-letter", "/admin/channels");
    let shown = LetterPage {
        page: page.clone(),
        letter,
        integration: integration.name.clone(),
        channel: query.channel.clone(),
        languages: Language::COMPLETE.into(),
        chosen,
    };
    html(&page, &shown)
}
