//! The registration e-mail of a channel, to copy.

use actix_web::{HttpResponse, web};
use askama::Template;
use base::i18n::Language;
use serde::Deserialize;

use crate::admin::letter::{self, LetterSubject, RegistrationLetter};
use crate::admin::operator::Operator;
use crate::admin::page::{self, AdminPage};
use crate::admin::refused::{AdminRefusal, Result};
use crate::panel::PanelContext;

#[derive(Template)]
#[template(path = "admin/letter.html")]
struct LetterPage {
    page: AdminPage,
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
pub async fn show(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    query: web::Query<LetterPageQuery>,
) -> Result<HttpResponse> {
    let integration = app.integrations.named(&query.integration).ok_or(AdminRefusal::NotThere)?;
    let channel = match query.channel.as_str() {
        "" => letter::model(&integration),
        id => Some(integration.channels.iter().find(|channel| channel.id == id).ok_or(AdminRefusal::NotThere)?),
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
    let page = AdminPage::of(&app, &visitor, "/admin/channels", visitor.words.text("admin-letter")).await?;
    let shown = LetterPage {
        page: page.clone(),
        letter,
        integration: integration.name.clone(),
        channel: query.channel.clone(),
        languages: Language::COMPLETE.into(),
        chosen,
    };
    Ok(page::html(&page, &shown))
}
