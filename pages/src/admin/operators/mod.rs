//! The vendor's operators: list, add, remove.

pub mod actions;

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use base::error::Error;
use base::i18n::Sentence;
use domain::identity::{EmptyForm, Form, person as persons};
use serde::Deserialize;
use uuid::Uuid;

use super::operator::{AdminVisitor, Operator};
use super::page::RemovalPage;
use super::told;
use crate::panel::{Answer, AppData, Notice, PageContext, PanelContext, Tone, html, html_as};
use actions::NotAdded;

const HERE: &str = "/admin/operators";

#[derive(Template)]
#[template(path = "admin/operators.html")]
struct Operators {
    page: PageContext,
    rows: Vec<actions::OperatorRow>,
    this: Uuid,
    email: String,
    name: String,
    wrong: Option<Sentence>,
}

#[derive(Template)]
#[template(path = "admin/new_link.html")]
struct NewLink {
    page: PageContext,
    says: Sentence,
    link: String,
}

/// The operator to add.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOperatorForm {
    email: String,
    name: String,
}

/// The page.
pub async fn show(app: AppData, Operator(visitor): Operator) -> Answer {
    answer(&app, &visitor, StatusCode::OK, String::new(), String::new(), None).await
}

/// Adds an operator and shows the link for the first sign-in, once.
pub async fn add(app: AppData, Operator(visitor): Operator, form: Form<NewOperatorForm>) -> Answer {
    let NewOperatorForm { email, name } = form.0;
    let words = visitor.words;
    let wrong = match actions::add(&app, &email, &name, words.language(), &visitor.by()).await? {
        Ok((person, link)) => {
            told::tell(&app, &visitor, "operator.added", &person.email).await?;
            return new_link(&visitor, &person.email, link);
        }
        Err(NotAdded::NoEmail) => words.text("form-not-email"),
        Err(NotAdded::Already) => words.text("admin-operator-already").with("email", email.trim()),
    };
    answer(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, email, name, Some(wrong)).await
}

/// Shows another link for an operator, once.
pub async fn link(app: AppData, Operator(visitor): Operator, id: web::Path<Uuid>, _form: Form<EmptyForm>) -> Answer {
    let person = actions::operator(&app, *id).await?.ok_or(Error::NotFound)?;
    let link = actions::link(&app, &person, false, &visitor.by()).await?;
    told::tell(&app, &visitor, "operator.link_made", &person.email).await?;
    new_link(&visitor, &person.email, link)
}

/// Asks for confirmation.
pub async fn ask_disable(app: AppData, Operator(visitor): Operator, id: web::Path<Uuid>) -> Answer {
    let person = actions::operator(&app, *id).await?.ok_or(Error::NotFound)?;
    let words = visitor.words;
    let title = words.text("admin-operator-disable-question").with("email", person.email.as_str());
    let page = visitor.page(title, HERE);
    let confirm = RemovalPage {
        says: words.text("admin-operator-disable-says"),
        button: words.text("admin-operator-disable"),
        action: format!("{HERE}/{}/disable", person.id),
        back: HERE,
        page: page.clone(),
    };
    html(&page, &confirm)
}

/// Removes an operator's access; not one's own, so that one operator always remains.
pub async fn disable(app: AppData, Operator(visitor): Operator, id: web::Path<Uuid>, _form: Form<EmptyForm>) -> Answer {
    let words = visitor.words;
    let person = actions::operator(&app, *id).await?.ok_or(Error::NotFound)?;
    if person.id == visitor.person.id {
        return visitor.see_other(&app, HERE, Notice::of(Tone::Warn, words.text("admin-operator-self"))).await;
    }
    actions::disable(&app, &person, &visitor.by()).await?;
    told::tell(&app, &visitor, "operator.disabled", &person.email).await?;
    let text = words.text("admin-operator-disabled").with("email", person.email);
    visitor.see_other(&app, HERE, Notice::done(text)).await
}

fn new_link(visitor: &AdminVisitor, email: &str, link: String) -> Answer {
    let words = visitor.words;
    let page = visitor.page("admin-new-link", HERE);
    let minutes = domain::identity::link::Purpose::Operator.life() / 60_000;
    let says = words.text("admin-new-link-says").with("email", email).with("minutes", minutes);
    html(&page, &NewLink { page: page.clone(), says, link })
}

async fn answer(
    app: &PanelContext,
    visitor: &AdminVisitor,
    status: StatusCode,
    email: String,
    name: String,
    wrong: Option<Sentence>,
) -> Answer {
    let page = visitor.page("admin-operators", HERE).with_error_if(wrong.is_some());
    let rows = actions::list(app).await?;
    let longest = persons::LONGEST_NAME;
    let name = name.chars().take(longest).collect();
    let operators = Operators { page: page.clone(), rows, this: visitor.person.id, email, name, wrong };
    html_as(status, &page, &operators)
}
