//! How operators come in: a password or a one-time link, then always a code of their authenticator.

pub mod code;
pub mod enrol;
pub mod link;
pub mod own;
pub mod password;

use std::net::IpAddr;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use entity::person;
use serde_json::json;

use super::operator::Visitor;
use super::page::redirect;
use super::refused::{Result, SIGN_IN};
use crate::app::App;
use crate::audit::{self, Actor, Deed};
use crate::people::door::Door;
use crate::people::link::{Link, Purpose};
use crate::people::{Empty, Form, session as sessions};
use crate::store::VENDOR;
use crate::words::Language;

/// The first step is done: a session that opens the second step alone.
async fn first_step(app: &App, person: &person::Model, via: &str) -> Result<HttpResponse> {
    let opened = sessions::open(app, app.store.write(), new(person, via, false)).await?;
    let to = if person.totp_secret.is_some() { "/admin/code" } else { "/admin/enrol" };
    Ok(with_cookie(app, redirect(to), &opened.token))
}

/// Both steps are done: a new session under a new token; the one between the steps ends.
async fn second_step(app: &App, half_way: &Visitor, to: &str) -> Result<HttpResponse> {
    let via = half_way.session.via.clone();
    let tx = app.store.write_tx().await?;
    sessions::end(&tx, VENDOR, half_way.session.id).await?;
    let opened = sessions::open(app, &tx, new(&half_way.person, &via, true)).await?;
    let object = half_way.person.id.to_string();
    half_way.note(app, &tx, (VENDOR, "operator.signed_in", &object), json!({ "via": via }), true).await?;
    tx.commit().await?;
    Ok(with_cookie(app, redirect(to), &opened.token))
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

fn with_cookie(app: &App, mut answer: HttpResponse, token: &str) -> HttpResponse {
    answer.headers_mut().append(header::SET_COOKIE, Door::Admin.set(app, token, false));
    answer
}

/// Notes that somebody was not let in. `login`: what they typed, or the id of who they are.
async fn note_refusal(app: &App, login: &str, step: &str, address: Option<IpAddr>) -> Result<()> {
    let object: String = login.chars().filter(|sign| !sign.is_control()).take(254).collect();
    let deed = Deed {
        tenant_id: VENDOR,
        actor: &Actor::Parom,
        action: "operator.signed_in",
        object: &object,
        detail: json!({ "step": step }),
        address,
        done: false,
    };
    audit::record(app, app.store.write(), deed).await?;
    Ok(())
}

/// Ends the session, whatever step it has reached.
pub async fn out(app: web::Data<App>, request: HttpRequest, _form: Form<Empty>) -> Result<HttpResponse> {
    let mut answer = redirect(SIGN_IN);
    if let Some(token) = Door::Admin.token(&app, &request)
        && let Some(session) = sessions::find(&app, &token, &[sessions::Kind::Admin]).await?
    {
        sessions::end(app.store.write(), session.tenant_id, session.id).await?;
    }
    answer.headers_mut().append(header::SET_COOKIE, Door::Admin.clear(&app, false));
    Ok(answer)
}

/// A link for an operator.
fn link_to(person: &person::Model) -> Link {
    Link { person_id: person.id, purpose: Purpose::Operator, tenant_id: None, mailed: true }
}

/// The language of letters to somebody.
fn language_of(person: &person::Model) -> Language {
    Language::of_code(&person.language).unwrap_or(Language::En)
}
