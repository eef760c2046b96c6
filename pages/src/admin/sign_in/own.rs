//! An operator's own sign-in: password, sessions, authenticator and recovery codes. The first sign-in connects an
//! authenticator; the admin requires one. Recovery codes are shown once after that, used in place of one of its codes, and
//! replaced on request.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::Sentence;
use base::store::{VENDOR, in_transaction};
use domain::identity::second_step::{self, Enrolment, FirstCodeResult};
use domain::identity::{EmptyForm, Form, credentials, password, person as persons, session as sessions};
use entity::session;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::{BY_NEW_AUTHENTICATOR, CodeForm, count_try, note_refusal};
use crate::admin::operator::{AdminVisitor, HalfWay, SIGN_IN};
use crate::admin::page::SentencePage;
use crate::panel::{
    Answer, AppData, NotProved, Notice, PageContext, PanelContext, Wrong, html, html_as, said, to as redirect,
};

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
    wrong: Wrong,
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
pub async fn show(app: AppData, visitor: AdminVisitor) -> Answer {
    own_page(&app, &visitor, StatusCode::OK, None).await
}

/// Sets the password; other sessions of this operator end, views of accounts too.
pub async fn set_password(app: AppData, visitor: AdminVisitor, form: Form<NewPasswordForm>) -> Answer {
    let asked = Asked { field: "current", action: "operator.password_set" };
    if let Some(refused) = prove(&app, &visitor, form.current.as_ref(), asked).await? {
        return Ok(refused);
    }
    let about = [visitor.person.email.as_str(), visitor.person.name.as_str()];
    if let Err(weak) = password::fits(form.password.expose_secret(), &about) {
        let wrong = visitor.words.text(weak.words());
        let wrong = wrong.with("shortest", password::SHORTEST).with("longest", password::LONGEST);
        return own_page(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, Some(("password", wrong))).await;
    }
    let object = visitor.person.id.to_string();
    if !visitor.set_password(&app, form.0.password, None, "operator.password_set", &object).await? {
        let changed = visitor.words.text("me-changed-meanwhile");
        return visitor.see_other(&app, HERE, Notice::failed(changed)).await;
    }
    visitor.see_other(&app, HERE, Notice::done(visitor.words.text("admin-password-set"))).await
}

/// Ends every other session of this operator, views of accounts too.
pub async fn end_others(app: AppData, visitor: AdminVisitor, _form: Form<EmptyForm>) -> Answer {
    let id = visitor.person.id;
    let count = in_transaction(&app.store, async |tx| {
        let count = sessions::end_everywhere(tx, id, Some(visitor.session.id)).await?;
        visitor.audit(&app, tx, "operator.sessions_ended", &id.to_string(), json!({ "count": count })).await?;
        Ok::<_, Error>(count)
    })
    .await?;
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
            Some(own_page(app, visitor, status, Some((asked.field, wrong))).await?)
        }
        Some(NotProved::Ended) => Some(redirect(SIGN_IN)),
    })
}

async fn own_page(
    app: &PanelContext,
    visitor: &AdminVisitor,
    status: StatusCode,
    wrong: Option<(&'static str, Sentence)>,
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
        wrong: Wrong::new(wrong),
    };
    html_as(status, &page, &own)
}

/// The session key of the encrypted secret until its first code.
const PENDING_SECRET: &str = "totp";

#[derive(Template)]
#[template(path = "admin/enrol.html")]
struct AdminEnrolPage {
    page: PageContext,
    /// An `<svg>` generated here.
    picture: String,
    secret: String,
    uri: String,
    wrong: String,
}

/// The page; redirects to the code if there is an authenticator.
pub async fn show_enrolment(app: AppData, HalfWay(visitor): HalfWay) -> Answer {
    if visitor.person.totp_secret.is_some() {
        return Ok(redirect("/admin/code"));
    }
    if !may_enrol(&visitor) {
        return by_link_alone(&visitor);
    }
    let enrolment = match visitor.data::<String>(&app, PENDING_SECRET) {
        Some(secret) => second_step::enrolment(&visitor.person, &secret)?,
        None => {
            let fresh = second_step::begin_enrolment(&visitor.person)?;
            visitor.set_data(&app, PENDING_SECRET, Some(&fresh.secret)).await?;
            fresh
        }
    };
    enrolment_page(&visitor, StatusCode::OK, enrolment, None)
}

/// Checks the first code, which proves that the authenticator has the secret.
pub async fn enrol(app: AppData, HalfWay(visitor): HalfWay, Form(form): Form<CodeForm>) -> Answer {
    if !may_enrol(&visitor) {
        return by_link_alone(&visitor);
    }
    let secret = visitor.data::<String>(&app, PENDING_SECRET);
    let Some(secret) = secret.filter(|_| visitor.person.totp_secret.is_none()) else {
        return Ok(redirect("/admin/enrol"));
    };
    let wrong = if let Err(wait) = count_try(&app, &visitor).await? {
        visitor.words.text("admin-too-many-tries").with("seconds", wait)
    } else {
        match connect(&app, &visitor, (&secret, &form.code)).await? {
            (FirstCodeResult::Done, codes) => {
                return super::second_step(&app, &visitor, RECOVERY_CODES, codes.as_deref()).await;
            }
            (FirstCodeResult::Changed, _) => return Ok(redirect("/admin/enrol")),
            (FirstCodeResult::Wrong, _) => {}
        }
        note_refusal(&app, &visitor.person.id.to_string(), "enrol", &visitor.here.origin);
        visitor.words.text("admin-code-wrong")
    };
    let enrolment = second_step::enrolment(&visitor.person, &secret)?;
    enrolment_page(&visitor, StatusCode::UNPROCESSABLE_ENTITY, enrolment, Some(wrong))
}

/// Stores the authenticator if the code is right, and makes recovery codes.
async fn connect(
    app: &PanelContext,
    visitor: &AdminVisitor,
    proof: (&str, &str),
) -> Result<(FirstCodeResult, Option<Vec<String>>)> {
    let tx = app.store.write_tx().await?;
    let result = second_step::confirm_enrolment(&app.identity, &tx, &visitor.person, proof, None).await?;
    if result != FirstCodeResult::Done {
        tx.rollback().await?;
        return Ok((result, None));
    }
    let object = visitor.person.id.to_string();
    visitor.audit(app, &tx, "operator.enrolled", &object, json!({})).await?;
    let codes = match persons::by_id(&tx, visitor.person.id).await? {
        Some(connected) => second_step::renew_recovery_codes(&tx, &connected).await?,
        None => None,
    };
    tx.commit().await?;
    Ok((result, codes))
}

/// Only a link made for this purpose can connect an authenticator; a password or an e-mailed link cannot.
fn may_enrol(visitor: &AdminVisitor) -> bool {
    visitor.session.via == BY_NEW_AUTHENTICATOR
}

fn by_link_alone(visitor: &AdminVisitor) -> Answer {
    let page = visitor.page_between_steps("admin-enrol");
    let said = visitor.words.text("admin-enrol-by-link");
    html_as(StatusCode::FORBIDDEN, &page, &SentencePage { page: page.clone(), said })
}

fn enrolment_page(visitor: &AdminVisitor, status: StatusCode, enrolment: Enrolment, wrong: Option<Sentence>) -> Answer {
    let page = visitor.page_between_steps("admin-enrol").with_error_if(wrong.is_some());
    let Enrolment { secret, uri, picture } = enrolment;
    html_as(status, &page, &AdminEnrolPage { page: page.clone(), picture, secret, uri, wrong: said(wrong) })
}

/// Where they are shown.
pub const RECOVERY_CODES: &str = "/admin/own/recovery-codes";
/// The session key that stores them, encrypted, until they are shown.
const FRESH_CODES: &str = "recovery_codes";

#[derive(Template)]
#[template(path = "admin/recovery_codes.html")]
struct RecoveryCodesPage {
    page: PageContext,
    codes: Vec<String>,
}

/// The current password, or a code of the authenticator. Absent in the first minutes after a one-time link.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoveryForm {
    current: Option<SecretString>,
}

/// Stores new codes until the session shows them.
pub(super) async fn keep_codes(app: &PanelContext, row: &session::Model, codes: &[String]) -> Result<()> {
    sessions::set_data(&app.identity, row, FRESH_CODES, Some(&codes)).await
}

/// Shows new codes once.
pub async fn show_recovery_codes(app: AppData, visitor: AdminVisitor) -> Answer {
    let Some(codes) = visitor.data::<Vec<String>>(&app, FRESH_CODES) else {
        return Ok(redirect(HERE));
    };
    visitor.set_data::<Vec<String>>(&app, FRESH_CODES, None).await?;
    let page = visitor.page("admin-recovery-title", "");
    html(&page, &RecoveryCodesPage { page: page.clone(), codes })
}

/// Makes new codes; the earlier ones are no longer valid.
pub async fn renew_recovery_codes(app: AppData, visitor: AdminVisitor, form: Form<RecoveryForm>) -> Answer {
    let asked = Asked { field: "recovery-current", action: "operator.recovery_codes_made" };
    if let Some(refused) = prove(&app, &visitor, form.current.as_ref(), asked).await? {
        return Ok(refused);
    }
    let tx = app.store.write_tx().await?;
    let holds = credentials::hold_in(&app.identity, &tx, &visitor.person, &visitor.session).await?;
    let codes = if holds { second_step::renew_recovery_codes(&tx, &visitor.person).await? } else { None };
    let Some(codes) = codes else {
        tx.rollback().await?;
        let changed = visitor.words.text("me-changed-meanwhile");
        return visitor.see_other(&app, HERE, Notice::failed(changed)).await;
    };
    let object = visitor.person.id.to_string();
    visitor.audit(&app, &tx, "operator.recovery_codes_made", &object, json!({ "count": codes.len() })).await?;
    tx.commit().await?;
    keep_codes(&app, &visitor.session, &codes).await?;
    Ok(redirect(RECOVERY_CODES))
}

/// Uses up a code between the two steps of a sign-in; false if it is none.
pub(super) async fn take_code(app: &PanelContext, visitor: &AdminVisitor, typed: &str) -> Result<bool> {
    let tx = app.store.write_tx().await?;
    let Some(left) = second_step::take_recovery_code(&tx, &visitor.person, typed).await? else {
        tx.rollback().await?;
        return Ok(false);
    };
    let object = visitor.person.id.to_string();
    visitor.audit(app, &tx, "operator.recovery_code_used", &object, json!({ "left": left })).await?;
    tx.commit().await?;
    Ok(true)
}
