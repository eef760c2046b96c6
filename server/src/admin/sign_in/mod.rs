//! Operators' sign-in: a password or a one-time link, then always a code of their authenticator.

pub mod code;
pub mod enrol;
pub mod link;
pub mod own;
pub mod password;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use base::browser::FORGET_PAGES;
use base::store::VENDOR;
use base::words::Language;
use entity::person;
use serde_json::json;

use super::operator::Visitor;
use super::page::redirect;
use super::refused::{Result, SIGN_IN};
use crate::panel::PanelContext;
use crate::people::door::Door;
use crate::people::link::{Link, Purpose};
use crate::people::throttle::Origin;
use crate::people::{Empty, Form, again, credentials, device, refused, session as sessions};

/// How a session of the admin was opened.
const BY_PASSWORD: &str = "password";
const BY_LINK: &str = "link";
/// By the only kind of link that can connect an authenticator.
const BY_NEW_AUTHENTICATOR: &str = "new_authenticator";

/// After the first step: opens a session that gives access to the second step only.
async fn first_step(app: &PanelContext, person: &person::Model, via: &str) -> Result<HttpResponse> {
    let tx = app.store.write_tx().await?;
    // The check is valid only if nothing has changed since.
    if !credentials::hold(&tx, person).await? {
        tx.rollback().await?;
        return Ok(redirect(SIGN_IN));
    }
    let opened = sessions::open(&app.people, &tx, new(person, via, false)).await?;
    tx.commit().await?;
    let to = if person.totp_secret.is_some() { "/admin/code" } else { "/admin/enrol" };
    Ok(with_cookie(app, redirect(to), &opened.token))
}

/// After both steps: opens a new session under a new token and ends the one between the steps.
async fn second_step(app: &PanelContext, half_way: &Visitor, to: &str) -> Result<HttpResponse> {
    let via = half_way.session.via.clone();
    let tx = app.store.write_tx().await?;
    // Unless it was ended meanwhile: removing an authenticator ends all sessions.
    if sessions::living(&app.people, &tx, VENDOR, half_way.session.id).await?.is_none() {
        tx.rollback().await?;
        return Ok(redirect(SIGN_IN));
    }
    sessions::end(&tx, VENDOR, half_way.session.id).await?;
    let opened = sessions::open(&app.people, &tx, new(&half_way.person, &via, true)).await?;
    let object = half_way.person.id.to_string();
    half_way.note(app, &tx, (VENDOR, "operator.signed_in", &object), json!({ "via": via }), true).await?;
    tx.commit().await?;
    if via != BY_PASSWORD {
        again::by_link(&app.people, &opened.row).await?;
    }
    let mut answer = with_cookie(app, redirect(to), &opened.token);
    if let Some(device) = device::remember(&app.people, &half_way.origin, &half_way.person.email) {
        answer.headers_mut().append(header::SET_COOKIE, device);
    }
    Ok(answer)
}

fn new<'new>(person: &'new person::Model, via: &'new str, is_admin: bool) -> sessions::New<'new> {
    sessions::New {
        tenant_id: VENDOR,
        kind: sessions::Kind::Admin,
        person_id: Some(person.id),
        crm_user_id: None,
        is_admin,
        via,
        language: &person.language,
        reason: "",
    }
}

fn with_cookie(app: &PanelContext, mut answer: HttpResponse, token: &str) -> HttpResponse {
    answer.headers_mut().append(header::SET_COOKIE, Door::Admin.set(&app.people, token, false));
    answer
}

/// Records a refused sign-in. `login`: what was typed, or the person's id; empty: neither.
fn note_refusal(app: &PanelContext, login: &str, step: &'static str, origin: &Origin) {
    refused::sign_in(&app.people, "admin", login, step, origin);
}

/// Ends the session, whichever step it has reached.
pub async fn out(app: web::Data<PanelContext>, request: HttpRequest, _form: Form<Empty>) -> Result<HttpResponse> {
    let mut answer = redirect(SIGN_IN);
    if let Some(token) = Door::Admin.token(&app.people, &request)
        && let Some(session) = sessions::find(&app.people, &token, &[sessions::Kind::Admin]).await?
    {
        sessions::end(app.store.write(), session.tenant_id, session.id).await?;
    }
    answer.headers_mut().append(header::SET_COOKIE, Door::Admin.clear(&app.people, false));
    answer.headers_mut().insert(header::CLEAR_SITE_DATA, HeaderValue::from_static(FORGET_PAGES));
    Ok(answer)
}

/// A link for an operator.
fn link_to(person: &person::Model) -> Link {
    Link { person_id: person.id, purpose: Purpose::Operator, tenant_id: None, mailed: true }
}

/// The language of e-mails to a person.
fn language_of(person: &person::Model) -> Language {
    Language::of_code(&person.language).unwrap_or(Language::En)
}
