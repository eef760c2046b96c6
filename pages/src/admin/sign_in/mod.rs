//! Operators' sign-in: a password or a one-time link, then always a code of their authenticator.

pub mod code;
pub mod enrol;
pub mod link;
pub mod own;
pub mod password;
pub mod recovery;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use base::browser::FORGET_PAGES;
use base::i18n::Language;
use base::store::VENDOR;
use domain::identity::link::{Purpose, SignInLink};
use domain::identity::realm::Realm;
use domain::identity::throttle::AttemptOrigin;
use domain::identity::{EmptyForm, Form, credentials, reauthentication, session as sessions, throttle};
use entity::person;
use serde_json::json;

use super::operator::{AdminVisitor, SIGN_IN};
use crate::panel::{Answer, AppData, PanelContext, to as redirect};

/// How a session of the admin was opened.
const BY_PASSWORD: &str = "password";
const BY_LINK: &str = "link";
/// By the only kind of link that can connect an authenticator.
const BY_NEW_AUTHENTICATOR: &str = "new_authenticator";

/// After the first step: opens a session that gives access to the second step only.
async fn first_step(app: &PanelContext, person: &person::Model, via: &str) -> Answer {
    let tx = app.store.write_tx().await?;
    // The check is valid only if nothing has changed since.
    if !credentials::hold(&tx, person).await? {
        tx.rollback().await?;
        return Ok(redirect(SIGN_IN));
    }
    let opened = sessions::open(&app.identity, &tx, new(person, via, false)).await?;
    tx.commit().await?;
    let to = if person.totp_secret.is_some() { "/admin/code" } else { "/admin/enrol" };
    Ok(with_cookie(app, redirect(to), &opened.token))
}

/// After both steps: opens a new session under a new token and ends the one between the steps.
/// `recovery_codes`: new ones, which the page at [`recovery::HERE`] shows once.
async fn second_step(
    app: &PanelContext,
    half_way: &AdminVisitor,
    to: &str,
    recovery_codes: Option<&[String]>,
) -> Answer {
    let via = half_way.session.via.clone();
    let tx = app.store.write_tx().await?;
    // Unless it was ended meanwhile: removing an authenticator ends all sessions.
    if sessions::living(&app.identity, &tx, VENDOR, half_way.session.id).await?.is_none() {
        tx.rollback().await?;
        return Ok(redirect(SIGN_IN));
    }
    sessions::end(&tx, VENDOR, half_way.session.id).await?;
    let opened = sessions::open(&app.identity, &tx, new(&half_way.person, &via, true)).await?;
    let object = half_way.person.id.to_string();
    half_way.audit(app, &tx, "operator.signed_in", &object, json!({ "via": via })).await?;
    tx.commit().await?;
    if via != BY_PASSWORD {
        reauthentication::by_link(&app.identity, &opened.row).await?;
    }
    if let Some(codes) = recovery_codes {
        recovery::keep(app, &opened.row, codes).await?;
    }
    let mut answer = with_cookie(app, redirect(to), &opened.token);
    if let Some(device) = throttle::remember_device(&app.identity, &half_way.here.origin, &half_way.person.email) {
        answer.headers_mut().append(header::SET_COOKIE, device);
    }
    Ok(answer)
}

fn new<'new>(person: &'new person::Model, via: &'new str, is_admin: bool) -> sessions::NewSession<'new> {
    sessions::NewSession {
        tenant_id: VENDOR,
        kind: sessions::SessionKind::Admin,
        person_id: Some(person.id),
        crm_user_id: None,
        is_admin,
        via,
        language: &person.language,
        reason: "",
    }
}

fn with_cookie(app: &PanelContext, mut answer: HttpResponse, token: &str) -> HttpResponse {
    answer.headers_mut().append(header::SET_COOKIE, Realm::Admin.set(&app.identity, token, false));
    answer
}

/// Records a refused sign-in. `login`: what was typed, or the person's id; empty: neither.
fn note_refusal(app: &PanelContext, login: &str, step: &'static str, origin: &AttemptOrigin) {
    throttle::sign_in_refused(&app.identity, "admin", login, step, origin);
}

/// Ends the session, whichever step it has reached, and the operator's views of accounts.
pub async fn out(app: AppData, request: HttpRequest, _form: Form<EmptyForm>) -> Answer {
    let mut answer = redirect(SIGN_IN);
    if let Some(token) = Realm::Admin.token(&app.identity, &request)
        && let Some(session) = sessions::find(&app.identity, &token, &[sessions::SessionKind::Admin]).await?
    {
        sessions::end(app.store.write(), session.tenant_id, session.id).await?;
        if let Some(person_id) = session.person_id {
            sessions::end_views(app.store.write(), person_id).await?;
        }
    }
    answer.headers_mut().append(header::SET_COOKIE, Realm::Admin.clear(&app.identity, false));
    answer.headers_mut().insert(header::CLEAR_SITE_DATA, HeaderValue::from_static(FORGET_PAGES));
    Ok(answer)
}

/// A link for an operator.
fn link_to(person: &person::Model) -> SignInLink {
    SignInLink { person_id: person.id, purpose: Purpose::Operator, tenant_id: None, mailed: true }
}

/// The language of e-mails to a person.
pub(super) fn language_of(person: &person::Model) -> Language {
    Language::of_code(&person.language).unwrap_or(Language::En).complete()
}
