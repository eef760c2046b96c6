//! The first step by a one-time link. Opening the page does not use the link, because mail programs open links in
//! advance.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use askama::Template;
use base::i18n::{Language, Words};
use domain::identity::link::{self, Purpose};
use domain::identity::throttle::AttemptOrigin;
use domain::identity::{OpenForm, person as persons, throttle};
use serde::Deserialize;

use super::{BY_LINK, BY_NEW_AUTHENTICATOR, first_step};
use crate::admin::page::{SentencePage, bare};
use crate::panel::{Answer, AppData, PageContext, PanelContext, html, html_as};

#[derive(Template)]
#[template(path = "admin/link.html")]
struct AdminLinkPage {
    page: PageContext,
    token: String,
}

/// The token of the link.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkForm {
    token: String,
}

/// The query of the page.
#[derive(Deserialize)]
pub struct LinkQuery {
    #[serde(default)]
    token: String,
}

/// The page with its button.
pub async fn show(app: AppData, request: HttpRequest, query: web::Query<LinkQuery>) -> Answer {
    let words = Words::new(Language::of_operator(&request));
    let known = link::look(&app.identity, &query.token).await?;
    if !known.is_some_and(|link| link.purpose.is_of_operators()) {
        return used(&app, words);
    }
    let page = bare(&app, words, "admin-sign-in");
    html(&page, &AdminLinkPage { page: page.clone(), token: query.into_inner().token })
}

/// Consumes the link.
pub async fn enter(app: AppData, request: HttpRequest, OpenForm(form): OpenForm<LinkForm>) -> Answer {
    let taken = link::take(&app.identity, &form.token).await?.filter(|link| link.purpose.is_of_operators());
    let person = match taken {
        Some(link) => persons::by_id(app.store.read(), link.person_id).await?,
        None => None,
    };
    let via = if taken.is_some_and(|link| link.purpose == Purpose::NewAuthenticator) {
        BY_NEW_AUTHENTICATOR
    } else {
        BY_LINK
    };
    match person.filter(|person| person.is_operator && person.disabled_at.is_none()) {
        Some(person) => first_step(&app, &person, via).await,
        None => {
            throttle::token_refused(
                &app.identity,
                "operator.signed_in",
                "link",
                &form.token,
                &AttemptOrigin::of(&request, &app.identity),
            );
            used(&app, Words::new(Language::of_operator(&request)))
        }
    }
}

fn used(app: &PanelContext, words: Words) -> Answer {
    let page = bare(app, words, "admin-sign-in").with_error();
    let said = words.text("admin-link-used");
    html_as(StatusCode::UNPROCESSABLE_ENTITY, &page, &SentencePage { page: page.clone(), said })
}
