//! An operator's own sign-in: password, recovery codes and sessions.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use base::error::Result;
use base::i18n::Sentence;
use base::store::VENDOR;
use domain::identity::{EmptyForm, Form, password, second_step, session as sessions};
use entity::session;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use crate::admin::operator::{AdminVisitor, Operator, SIGN_IN};
use crate::panel::{Answer, AppData, NotProved, Notice, PageContext, PanelContext, html_as, to as redirect};

pub const HERE: &str = "/admin/own";

#[derive(Template)]
#[template(path = "admin/own.html")]
struct Own {
    page: PageContext,
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
pub async fn show(app: AppData, Operator(visitor): Operator) -> Answer {
    answer(&app, &visitor, StatusCode::OK, ("password", None)).await
}

/// Sets the password; other sessions of this operator end, views of accounts too.
pub async fn set_password(app: AppData, Operator(visitor): Operator, form: Form<NewPasswordForm>) -> Answer {
    let asked = Asked { field: "current", action: "operator.password_set" };
    if let Some(refused) = prove(&app, &visitor, form.current.as_ref(), asked).await? {
        return Ok(refused);
    }
    let about = [visitor.person.email.as_str(), visitor.person.name.as_str()];
    if let Err(weak) = password::fits(form.password.expose_secret(), &about) {
        let wrong = visitor.words.text(weak.words());
        let wrong = wrong.with("shortest", password::SHORTEST).with("longest", password::LONGEST);
        return answer(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, ("password", Some(wrong))).await;
    }
    let object = visitor.person.id.to_string();
    if !visitor.set_password(&app, form.0.password, None, "operator.password_set", &object).await? {
        let changed = visitor.words.text("me-changed-meanwhile");
        return visitor.see_other(&app, HERE, Notice::failed(changed)).await;
    }
    visitor.see_other(&app, HERE, Notice::done(visitor.words.text("admin-password-set"))).await
}

/// Ends every other session of this operator, views of accounts too.
pub async fn end_others(app: AppData, Operator(visitor): Operator, _form: Form<EmptyForm>) -> Answer {
    let id = visitor.person.id;
    let tx = app.store.write_tx().await?;
    let count = sessions::end_everywhere(&tx, id, Some(visitor.session.id)).await?;
    let object = id.to_string();
    visitor.audit(&app, &tx, "operator.sessions_ended", &object, json!({ "count": count })).await?;
    tx.commit().await?;
    let text = visitor.words.text("admin-sessions-ended").with("count", count);
    visitor.see_other(&app, HERE, Notice::done(text)).await
}

/// What asks for the current password, or a code: the field of the form, and the action that is noted if it is wrong.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub field: &'static str,
    pub action: &'static str,
}

/// Re-authentication, where the session needs it; returns the page that says what is wrong.
pub(super) async fn prove(
    app: &PanelContext,
    visitor: &AdminVisitor,
    current: Option<&SecretString>,
    asked: Asked,
) -> Result<Option<HttpResponse>> {
    Ok(match visitor.prove_if_asked(app, current, asked.action).await? {
        None => None,
        Some(NotProved::Refused(status, wrong)) => {
            Some(answer(app, visitor, status, (asked.field, Some(wrong))).await?)
        }
        Some(NotProved::Ended) => Some(redirect(SIGN_IN)),
    })
}

async fn answer(
    app: &PanelContext,
    visitor: &AdminVisitor,
    status: StatusCode,
    (wrong_field, wrong): (&'static str, Option<Sentence>),
) -> Answer {
    let page = visitor.page("admin-own", "").with_error_if(wrong.is_some());
    let all = sessions::list_of_person(&app.identity, VENDOR, visitor.person.id).await?;
    let own = Own {
        page: page.clone(),
        email: visitor.person.email.clone(),
        has_password: visitor.person.password_hash.is_some(),
        recovery_codes: second_step::recovery_codes_left(&visitor.person),
        sessions: all.into_iter().filter(|session| session.kind == "admin" && session.is_admin).collect(),
        this: visitor.session.id,
        asks_current: visitor.asks_current(app),
        wrong,
        wrong_field,
    };
    html_as(status, &page, &own)
}
