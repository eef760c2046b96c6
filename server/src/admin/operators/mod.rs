//! The vendor's operators: list, add, remove.

pub mod actions;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use base::i18n::Sentence;
use serde::Deserialize;
use uuid::Uuid;

use super::operator::{AdminVisitor, Operator};
use super::page::{self, AdminPage, see_other};
use super::refused::{AdminRefusal, Result};
use super::told;
use crate::identity::{EmptyForm, Form, person as persons};
use crate::panel::PanelContext;
use crate::panel::{Notice, Tone};
use actions::{NotAdded, OperatorActor};

const HERE: &str = "/admin/operators";

#[derive(Template)]
#[template(path = "admin/operators.html")]
struct Operators {
    page: AdminPage,
    rows: Vec<actions::OperatorRow>,
    this: Uuid,
    email: String,
    name: String,
    wrong: Option<Sentence>,
}

#[derive(Template)]
#[template(path = "admin/new_link.html")]
struct NewLink {
    page: AdminPage,
    says: Sentence,
    link: String,
}

#[derive(Template)]
#[template(path = "admin/disable.html")]
struct Disable {
    page: AdminPage,
    id: Uuid,
    says: Sentence,
}

/// The operator to add.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOperatorForm {
    email: String,
    name: String,
}

/// The page.
pub async fn show(app: web::Data<PanelContext>, Operator(visitor): Operator) -> Result<HttpResponse> {
    answer(&app, &visitor, StatusCode::OK, String::new(), String::new(), None).await
}

/// Adds an operator and shows the link for the first sign-in, once.
pub async fn add(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    form: Form<NewOperatorForm>,
) -> Result<HttpResponse> {
    let NewOperatorForm { email, name } = form.0;
    let words = visitor.words;
    let by = OperatorActor { actor: visitor.actor(), address: visitor.address };
    let wrong = match actions::add(&app, &email, &name, words.language(), &by).await? {
        Ok((person, link)) => {
            told::tell(&app, &visitor, "operator.added", &person.email).await?;
            return new_link(&app, &visitor, &person.email, link).await;
        }
        Err(NotAdded::NoEmail) => words.text("form-not-email"),
        Err(NotAdded::Already) => words.text("admin-operator-already").with("email", email.trim()),
    };
    answer(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, email, name, Some(wrong)).await
}

/// Shows another link for an operator, once.
pub async fn link(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    id: web::Path<Uuid>,
    _form: Form<EmptyForm>,
) -> Result<HttpResponse> {
    let by = OperatorActor { actor: visitor.actor(), address: visitor.address };
    let person = actions::operator(&app, *id).await?.ok_or(AdminRefusal::NotThere)?;
    let link = actions::link(&app, &person, false, &by).await?;
    told::tell(&app, &visitor, "operator.link_made", &person.email).await?;
    new_link(&app, &visitor, &person.email, link).await
}

/// Asks for confirmation.
pub async fn ask_disable(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    id: web::Path<Uuid>,
) -> Result<HttpResponse> {
    let person = actions::operator(&app, *id).await?.ok_or(AdminRefusal::NotThere)?;
    let words = visitor.words;
    let title = words.text("admin-operator-disable-question").with("email", person.email.as_str());
    let page = AdminPage::of(&app, &visitor, HERE, title).await?;
    let says = words.text("admin-operator-disable-says");
    Ok(page::html(&page, &Disable { page: page.clone(), id: person.id, says }))
}

/// Removes an operator's access; not one's own, so that one operator always remains.
pub async fn disable(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    id: web::Path<Uuid>,
    _form: Form<EmptyForm>,
) -> Result<HttpResponse> {
    let words = visitor.words;
    let person = actions::operator(&app, *id).await?.ok_or(AdminRefusal::NotThere)?;
    if person.id == visitor.person.id {
        return see_other(&app, &visitor, HERE, Notice::of(Tone::Warn, words.text("admin-operator-self"))).await;
    }
    let by = OperatorActor { actor: visitor.actor(), address: visitor.address };
    actions::disable(&app, &person, &by).await?;
    told::tell(&app, &visitor, "operator.disabled", &person.email).await?;
    let text = words.text("admin-operator-disabled").with("email", person.email);
    see_other(&app, &visitor, HERE, Notice::done(text)).await
}

async fn new_link(app: &PanelContext, visitor: &AdminVisitor, email: &str, link: String) -> Result<HttpResponse> {
    let words = visitor.words;
    let page = AdminPage::of(app, visitor, HERE, words.text("admin-new-link")).await?;
    let minutes = crate::identity::link::Purpose::Operator.life() / 60_000;
    let says = words.text("admin-new-link-says").with("email", email).with("minutes", minutes);
    Ok(page::html(&page, &NewLink { page: page.clone(), says, link }))
}

async fn answer(
    app: &PanelContext,
    visitor: &AdminVisitor,
    status: StatusCode,
    email: String,
    name: String,
    wrong: Option<Sentence>,
) -> Result<HttpResponse> {
    let page = AdminPage::of(app, visitor, HERE, visitor.words.text("admin-operators")).await?;
    let page = if wrong.is_some() { page.with_error() } else { page };
    let rows = actions::list(app).await?;
    let longest = persons::LONGEST_NAME;
    let name = name.chars().take(longest).collect();
    let operators = Operators { page: page.clone(), rows, this: visitor.person.id, email, name, wrong };
    Ok(page::html_as(status, &page, &operators))
}
