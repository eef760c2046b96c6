//! Creates an API key and shows it once on its own page.

use actix_web::http::StatusCode;
use askama::Template;
use base::error::Error;
use base::i18n::{LocalizedText, Sentence};
use base::message::is_visible;
use base::store::finish_tx;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::carried_by;
use crate::api::key::Scope;
use crate::api::key_maker::KeyMaker;
use crate::api::key_ring::{self, NAME_CHARS, NewKey};
use crate::panel::choice::SelectOption;
use crate::panel::{self, Answer, AppData, Form, Member, Nav, Notice, PageContext, Right, Tone};

/// Days until a key expires; empty means never.
const ENDS: [&str; 4] = ["30", "90", "365", ""];
/// The session key that stores a new API key until its page has been shown.
const FRESH: &str = "fresh-key";

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyForm {
    name: String,
    scope: String,
    days: String,
}

#[derive(Serialize, Deserialize)]
struct IssuedKey {
    name: String,
    key: String,
}

#[derive(Template)]
#[template(path = "panel/keys/new.html")]
struct NewKeyPage {
    page: PageContext,
    called: String,
    error: String,
    errors: Vec<(String, String)>,
    scopes: Vec<SelectOption>,
    ends: Vec<SelectOption>,
}

#[derive(Template)]
#[template(path = "panel/keys/made.html")]
struct KeyCreatedPage {
    page: PageContext,
    said: Sentence,
    key: String,
    /// The address of this server.
    base: String,
    /// The account: a key of an account may list its sources, but not accounts.
    tenant_id: Uuid,
}

/// `GET /panel/keys/new`.
pub async fn form(member: Member) -> Answer {
    member.require(Right::ManageKeys)?;
    let fields = KeyForm { scope: "write".to_owned(), days: "365".to_owned(), ..KeyForm::default() };
    show(&member, &fields, None)
}

fn show(member: &Member, fields: &KeyForm, error: Option<Sentence>) -> Answer {
    let page = member.page("keys-create", Nav::Keys);
    let page = if error.is_some() { page.with_error() } else { page };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let words = page.words;
    let error = error.map(|error| error.to_string()).unwrap_or_default();
    let scopes = carried_by(member)
        .map(|scope| SelectOption::new(scope.name(), words.text_of("keys-scope-", scope.name()), &fields.scope));
    let ends = ENDS.map(|days| {
        let label = match days.parse::<i64>() {
            Ok(days) => words.text("keys-ends-in").with("days", days),
            Err(_) => words.text("keys-ends-never"),
        };
        SelectOption::new(days, label, &fields.days)
    });
    let form = NewKeyPage {
        called: fields.name.clone(),
        errors: (!error.is_empty()).then(|| ("name".to_owned(), error.clone())).into_iter().collect(),
        error,
        scopes: scopes.collect(),
        ends: ends.into(),
        page: page.clone(),
    };
    panel::html_as(status, &page, &form)
}

/// `POST /panel/keys`.
pub async fn create(app: AppData, member: Member, form: Form<KeyForm>) -> Answer {
    member.require(Right::ManageKeys)?;
    let name = form.name.trim();
    let words = member.words;
    let label = words.text("keys-name").to_string();
    let length = name.chars().count();
    let wrong = if !is_visible(name) || name.contains(char::is_control) {
        Some(words.text("form-empty").with("field", label))
    } else if length > NAME_CHARS {
        Some(words.text("form-too-long").with("field", label).with("length", length).with("limit", NAME_CHARS))
    } else {
        None
    };
    if wrong.is_some() {
        return show(&member, &form, wrong);
    }
    let scope = Scope::from_name(&form.scope).unwrap_or(Scope::Read);
    if !carried_by(&member).any(|carried| carried == scope) {
        return Err(Error::Forbidden(LocalizedText::new("said-role")));
    }
    let maker = KeyMaker::Member(member.person.id);
    let days = ENDS.contains(&form.days.as_str()).then(|| form.days.parse::<i64>().ok()).flatten();
    let expires_at = days.map(|days| app.clock.millis() + days * 86_400_000);
    let wish = NewKey { name, scope, expires_at, maker };
    let tx = app.store.write_tx().await?;
    let made = async {
        let made = key_ring::add(&tx, &app.clock, member.tenant_id, &wish).await?;
        let detail = json!({ "name": name, "scope": scope.name(), "expires_at": expires_at });
        member.audit(&app, &tx, "key.created", &made.1.to_string(), detail).await?;
        Ok::<_, sea_orm::DbErr>(made)
    };
    let made = made.await;
    let (key, _) = finish_tx(tx, made).await?;
    let fresh = IssuedKey { name: name.to_owned(), key: key.expose_secret().to_owned() };
    member.set_data(&app, FRESH, Some(&fresh)).await?;
    let notice = Notice::done(words.text("keys-created").with("name", name));
    member.see_other(&app, "/panel/keys/made", notice).await
}

/// `GET /panel/keys/made`: shows the new key, once.
pub async fn made(app: AppData, member: Member) -> Answer {
    member.require(Right::ManageKeys)?;
    let Some(fresh) = member.data::<IssuedKey>(&app, FRESH) else {
        let notice = Notice::of(Tone::Warn, member.words.text("keys-shown-before"));
        return member.see_other(&app, "/panel/keys", notice).await;
    };
    member.set_data::<IssuedKey>(&app, FRESH, None).await?;
    let page = member.page("keys-made-title", Nav::Keys);
    let said = page.words.text("keys-created").with("name", fresh.name);
    let (base, tenant_id) = (app.public_url().to_owned(), member.tenant_id);
    panel::html(&page, &KeyCreatedPage { said, key: fresh.key, base, tenant_id, page: page.clone() })
}
