//! The vendor's operators: list, add, remove, from the page and from the command line; and the e-mails to all of them about
//! a change of what the whole service depends on: an operator who did not agree to it sees it.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use base::error::Error;
use base::i18n::{Language, Sentence, Words};
use base::store::{VENDOR, in_transaction};
use chrono::DateTime;
use domain::audit::By;
use domain::identity::link::{self, Purpose, SignInLink};
use domain::identity::mail::{self, Email};
use domain::identity::{EmptyForm, Form, credentials, person as persons, session as sessions};
use entity::{person, session};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::operator::AdminVisitor;
use super::page::RemovalPage;
use super::sign_in::language_of;
use crate::panel::{Answer, AppData, Notice, PageContext, PanelContext, Tone, html, html_as, said};

const HERE: &str = "/admin/operators";

#[derive(Template)]
#[template(path = "admin/operators.html")]
struct Operators {
    page: PageContext,
    rows: Vec<OperatorRow>,
    this: Uuid,
    email: String,
    name: String,
    /// What is wrong with the address; empty: nothing.
    wrong: String,
    /// Otherwise the form is not there: who fills it in has proved before who they are.
    is_proved: bool,
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
pub async fn show(app: AppData, visitor: AdminVisitor) -> Answer {
    answer(&app, &visitor, StatusCode::OK, String::new(), String::new(), None).await
}

/// Adds an operator and shows the link for the first sign-in, once.
pub async fn add(app: AppData, visitor: AdminVisitor, form: Form<NewOperatorForm>) -> Answer {
    let NewOperatorForm { email, name } = form.0;
    let words = visitor.words;
    let wrong = match add_operator(&app, &email, &name, words.language(), &visitor.by()).await? {
        Ok((person, link)) => {
            notify(&app, &visitor, "operator.added", &person.email).await?;
            return new_link(&visitor, &person.email, link);
        }
        Err(NotAdded::NoEmail) => words.text("form-not-email"),
        Err(NotAdded::Already) => words.text("admin-operator-already").with("email", email.trim()),
    };
    answer(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, email, name, Some(wrong)).await
}

/// Shows another link for an operator, once.
pub async fn link(app: AppData, visitor: AdminVisitor, id: web::Path<Uuid>, _form: Form<EmptyForm>) -> Answer {
    let person = operator(&app, *id).await?.ok_or(Error::NotFound)?;
    let link = issue_link(&app, &person, false, &visitor.by()).await?;
    notify(&app, &visitor, "operator.link_made", &person.email).await?;
    new_link(&visitor, &person.email, link)
}

/// Asks for confirmation.
pub async fn ask_disable(app: AppData, visitor: AdminVisitor, id: web::Path<Uuid>) -> Answer {
    let person = operator(&app, *id).await?.ok_or(Error::NotFound)?;
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
pub async fn disable(app: AppData, visitor: AdminVisitor, id: web::Path<Uuid>, _form: Form<EmptyForm>) -> Answer {
    let words = visitor.words;
    let person = operator(&app, *id).await?.ok_or(Error::NotFound)?;
    if person.id == visitor.person.id {
        return visitor.see_other(&app, HERE, Notice::of(Tone::Warn, words.text("admin-operator-self"))).await;
    }
    disable_operator(&app, &person, &visitor.by()).await?;
    notify(&app, &visitor, "operator.disabled", &person.email).await?;
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
    let rows = list(app).await?;
    let longest = persons::LONGEST_NAME;
    let name = name.chars().take(longest).collect();
    let is_proved = visitor.here.is_proved;
    let operators =
        Operators { page: page.clone(), rows, this: visitor.person.id, email, name, wrong: said(wrong), is_proved };
    html_as(status, &page, &operators)
}

/// Why an operator was not added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAdded {
    /// It is not a valid e-mail.
    NoEmail,
    /// They are an operator already.
    Already,
}

/// An operator in lists.
#[derive(Clone, Debug)]
pub struct OperatorRow {
    pub person: person::Model,
    /// Last activity in the admin, if they are signed in.
    pub seen_at: Option<i64>,
}

/// Creates an operator and returns the address of their first sign-in link. An operator is a separate person from a
/// member of accounts with the same e-mail, so no credential that an account may know is valid in the admin. An
/// operator added again after leaving starts without password and authenticator.
pub async fn add_operator(
    app: &PanelContext,
    email: &str,
    name: &str,
    language: Language,
    by: &By,
) -> anyhow::Result<Result<(person::Model, String), NotAdded>> {
    let email = email.trim().to_lowercase();
    if !persons::is_email(&email) {
        return Ok(Err(NotAdded::NoEmail));
    }
    let tx = app.store.write_tx().await?;
    let name = name.replace('\0', "");
    let new = persons::NewPerson { email: &email, name: name.trim(), language, is_operator: true };
    let person = match persons::add(&app.identity, &tx, new).await? {
        Some(person) => person,
        None => match persons::operator_by_email(&app.identity, &tx, &email).await? {
            Some(known) if known.disabled_at.is_some() => {
                credentials::fall(&tx, known.id).await?;
                set_disabled(&tx, known.id, None).await?;
                known
            }
            _ => {
                tx.rollback().await?;
                return Ok(Err(NotAdded::Already));
            }
        },
    };
    let address = issue(app, &tx, &person, Purpose::NewAuthenticator).await?;
    by.did(app, &tx, "operator.added", (VENDOR, &person.id.to_string()), json!({ "email": email })).await?;
    tx.commit().await?;
    Ok(Ok((person, address)))
}

/// Issues another one-time link. `forget_authenticator`: theirs was lost. Removes the password and ends all sessions;
/// only this link (or a later one of its kind) can connect another authenticator.
pub async fn issue_link(
    app: &PanelContext,
    person: &person::Model,
    forget_authenticator: bool,
    by: &By,
) -> anyhow::Result<String> {
    in_transaction(&app.store, async |tx| {
        if forget_authenticator {
            credentials::forget(tx, person.id).await?;
        }
        // Without an authenticator any other kind of link is useless.
        let enrols = forget_authenticator || person.totp_secret.is_none();
        let purpose = if enrols { Purpose::NewAuthenticator } else { Purpose::Operator };
        let address = issue(app, tx, person, purpose).await?;
        let detail = json!({ "email": person.email, "forget_authenticator": forget_authenticator });
        by.did(app, tx, "operator.link_made", (VENDOR, &person.id.to_string()), detail).await?;
        Ok(address)
    })
    .await
}

/// Removes an operator's access to the admin; their sessions end at once, and password and authenticator are removed. A
/// member of accounts with the same e-mail is another person.
pub async fn disable_operator(app: &PanelContext, person: &person::Model, by: &By) -> anyhow::Result<()> {
    in_transaction(&app.store, async |tx| {
        set_disabled(tx, person.id, Some(app.clock.millis())).await?;
        credentials::fall(tx, person.id).await?;
        let detail = json!({ "email": person.email });
        Ok(by.did(app, tx, "operator.disabled", (VENDOR, &person.id.to_string()), detail).await?)
    })
    .await
}

/// An operator by id.
pub async fn operator(app: &PanelContext, id: Uuid) -> Result<Option<person::Model>, DbErr> {
    let found = persons::by_id(app.store.read(), id).await?;
    Ok(found.filter(|person| person.is_operator && person.disabled_at.is_none()))
}

/// All operators, oldest first.
pub async fn list(app: &PanelContext) -> Result<Vec<OperatorRow>, DbErr> {
    let db = app.store.read();
    let found = person::Entity::of_tenant(VENDOR)
        .filter(person::Column::IsOperator.eq(true))
        .filter(person::Column::DisabledAt.is_null())
        .order_by_asc(person::Column::Id)
        .all(db)
        .await?;
    let seen: Vec<(Option<Uuid>, Option<i64>)> = session::Entity::of_tenant(VENDOR)
        .filter(session::Column::Kind.eq(sessions::SessionKind::Admin.as_str()))
        // A session between the two steps does not count as signed in.
        .filter(session::Column::IsAdmin.eq(true))
        .filter(session::Column::ExpiresAt.gt(app.clock.millis()))
        .select_only()
        .column(session::Column::PersonId)
        .column_as(session::Column::SeenAt.max(), "seen_at")
        .group_by(session::Column::PersonId)
        .into_tuple()
        .all(db)
        .await?;
    let seen: BTreeMap<Option<Uuid>, Option<i64>> = seen.into_iter().collect();
    let row = |person: person::Model| OperatorRow { seen_at: seen.get(&Some(person.id)).copied().flatten(), person };
    Ok(found.into_iter().map(row).collect())
}

async fn issue(
    app: &PanelContext,
    db: &impl ConnectionTrait,
    person: &person::Model,
    purpose: Purpose,
) -> Result<String, DbErr> {
    let token =
        link::issue(&app.identity, db, SignInLink { person_id: person.id, purpose, tenant_id: None, mailed: false })
            .await?;
    Ok(link::address(&app.identity, purpose, &token))
}

async fn set_disabled(db: &impl ConnectionTrait, id: Uuid, at: Option<i64>) -> Result<(), DbErr> {
    person::Entity::update_of(VENDOR)
        .col_expr(person::Column::DisabledAt, Expr::value(at))
        .filter(person::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// Sends them in the background, to the acting operator too: another person may use their session. `object`: a name that
/// says what was changed.
pub(super) async fn notify(
    app: &PanelContext,
    visitor: &AdminVisitor,
    action: &'static str,
    object: &str,
) -> Result<(), DbErr> {
    if !mail::is_on(&app.identity) {
        return Ok(());
    }
    let at = DateTime::from_timestamp_millis(app.clock.millis()).unwrap_or_default();
    let address = visitor.address.map(|address| address.to_string()).unwrap_or_default();
    for operator in list(app).await? {
        let words = Words::new(language_of(&operator.person));
        let did = words.text_of("audit-did-", action.replace('.', "-")).to_string();
        let subject = words.text("admin-told-subject").with("did", did.as_str()).with("object", object);
        let text = words
            .text("admin-told-body")
            .with("did", did.as_str())
            .with("object", object)
            .with("name", visitor.name.as_str())
            .with("email", visitor.person.email.as_str())
            .with("time", at.format("%Y-%m-%d %H:%M UTC").to_string())
            .with("address", address.as_str())
            .with("server", app.public_url());
        let message =
            Email { to: operator.person.email, subject: subject.to_string(), text: text.to_string(), sender: None };
        mail::send_later(&app.identity, message);
    }
    Ok(())
}
