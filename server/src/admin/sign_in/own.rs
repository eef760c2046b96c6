//! An operator's own sign-in: password, recovery codes and sessions.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use base::i18n::Sentence;
use base::store::VENDOR;
use entity::session;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use crate::admin::operator::{AdminVisitor, Operator};
use crate::admin::page::{self, AdminPage, see_other};
use crate::admin::prove;
use crate::admin::refused::Result;
use crate::identity::reauthentication;
use crate::identity::{EmptyForm, Form, credentials, password, recovery_codes, session as sessions};
use crate::panel::Notice;
use crate::panel::PanelContext;

pub const HERE: &str = "/admin/own";

#[derive(Template)]
#[template(path = "admin/own.html")]
struct Own {
    page: AdminPage,
    email: String,
    has_password: bool,
    /// Unused recovery codes.
    recovery_codes: usize,
    sessions: Vec<session::Model>,
    this: uuid::Uuid,
    /// The form asks for the current password or a code.
    asks_current: bool,
    wrong: Option<Sentence>,
    /// The field with the error.
    wrong_field: &'static str,
}

impl Own {
    /// What is wrong with this field.
    fn wrong_in(&self, field: &str) -> Option<&Sentence> {
        self.wrong.as_ref().filter(|_| self.wrong_field == field)
    }
}

/// The new password.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPasswordForm {
    /// The current password, or a code of the authenticator. Absent for the first change in the
    /// minutes after a one-time link.
    current: Option<SecretString>,
    password: SecretString,
}

/// The page.
pub async fn show(app: web::Data<PanelContext>, Operator(visitor): Operator) -> Result<HttpResponse> {
    answer(&app, &visitor, StatusCode::OK, ("password", None)).await
}

/// Sets the password; other sessions of this operator end, views of accounts too.
pub async fn set_password(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    form: Form<NewPasswordForm>,
) -> Result<HttpResponse> {
    let asked = Asked { field: "current", action: "operator.password_set" };
    if let Some(refused) = proved(&app, &visitor, form.current.as_ref(), asked).await? {
        return Ok(refused);
    }
    let about = [visitor.person.email.as_str(), visitor.person.name.as_str()];
    if let Err(weak) = password::fits(form.password.expose_secret(), &about) {
        let wrong = visitor.words.text(weak.words());
        let wrong = wrong.with("shortest", password::SHORTEST).with("longest", password::LONGEST);
        return answer(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, ("password", Some(wrong))).await;
    }
    let id = visitor.person.id;
    reauthentication::spend(&app.identity, &visitor.session).await?;
    let hash = password::hash(&app.identity, form.0.password).await?;
    let tx = app.store.write_tx().await?;
    let holds = credentials::hold_in(&app.identity, &tx, &visitor.person, &visitor.session).await?;
    if !holds || !credentials::set_password(&tx, &visitor.person, &hash, None).await? {
        tx.rollback().await?;
        let changed = visitor.words.text("me-changed-meanwhile");
        return see_other(&app, &visitor, HERE, Notice::failed(changed)).await;
    }
    sessions::end_everywhere(&tx, id, Some(visitor.session.id)).await?;
    visitor.note(&app, &tx, (VENDOR, "operator.password_set", &id.to_string()), json!({}), true).await?;
    tx.commit().await?;
    see_other(&app, &visitor, HERE, Notice::done(visitor.words.text("admin-password-set"))).await
}

/// Ends every other session of this operator, views of accounts too.
pub async fn end_others(
    app: web::Data<PanelContext>,
    Operator(visitor): Operator,
    _form: Form<EmptyForm>,
) -> Result<HttpResponse> {
    let id = visitor.person.id;
    let tx = app.store.write_tx().await?;
    let count = sessions::end_everywhere(&tx, id, Some(visitor.session.id)).await?;
    let object = id.to_string();
    visitor.note(&app, &tx, (VENDOR, "operator.sessions_ended", &object), json!({ "count": count }), true).await?;
    tx.commit().await?;
    let text = visitor.words.text("admin-sessions-ended").with("count", count);
    see_other(&app, &visitor, HERE, Notice::done(text)).await
}

/// What asks for the current password, or a code: the field of the form, and the action that is noted if it is wrong.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub field: &'static str,
    pub action: &'static str,
}

/// Re-authentication, where the session needs it; returns the page that says what is wrong.
pub(super) async fn proved(
    app: &PanelContext,
    visitor: &AdminVisitor,
    current: Option<&SecretString>,
    asked: Asked,
) -> Result<Option<HttpResponse>> {
    if !reauthentication::is_needed(&app.identity, &visitor.session, &visitor.person) {
        return Ok(None);
    }
    match prove::wrong(app, visitor, current.cloned().unwrap_or_default(), asked.action).await? {
        Some(wrong) => answer(app, visitor, wrong.status, (asked.field, Some(wrong.text))).await.map(Some),
        None => Ok(None),
    }
}

async fn answer(
    app: &PanelContext,
    visitor: &AdminVisitor,
    status: StatusCode,
    (wrong_field, wrong): (&'static str, Option<Sentence>),
) -> Result<HttpResponse> {
    let page = AdminPage::of(app, visitor, "", visitor.words.text("admin-own")).await?;
    let page = if wrong.is_some() { page.with_error() } else { page };
    let all = sessions::list_of_person(&app.identity, VENDOR, visitor.person.id).await?;
    let own = Own {
        page: page.clone(),
        email: visitor.person.email.clone(),
        has_password: visitor.person.password_hash.is_some(),
        recovery_codes: recovery_codes::left(&visitor.person),
        sessions: all.into_iter().filter(|session| session.kind == "admin" && session.is_admin).collect(),
        this: visitor.session.id,
        asks_current: reauthentication::is_needed(&app.identity, &visitor.session, &visitor.person),
        wrong,
        wrong_field,
    };
    Ok(page::html_as(status, &page, &own))
}
