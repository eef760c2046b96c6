//! API keys of the account: shown once when created, identified by their last four characters afterwards. A key may do
//! at most what its maker may do now; another member can take it over.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::{LocalizedText, Sentence};
use base::message::is_visible;
use base::store::in_transaction;
use domain::api_key::Scope;
use domain::api_key::key_maker::{self, KeyMaker};
use domain::api_key::key_ring::{self, NAME_CHARS, NewKey};
use entity::api_key;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::choice::SelectOption;
use super::{
    Answer, AppData, ConfirmPage, EmptyForm, Form, Member, Nav, Notice, PageContext, PanelContext, Right, Tone, said,
};
use crate::panel;

/// Scopes by increasing rights.
const SCOPES: [Scope; 3] = [Scope::Read, Scope::Write, Scope::Admin];

/// The scopes of keys that a member may make: none has a right that its maker lacks.
fn carried_by(member: &Member) -> impl Iterator<Item = Scope> {
    let most = key_maker::most(member.here.role);
    SCOPES.into_iter().filter(move |scope| *scope <= most)
}

struct KeyRow {
    key: api_key::Model,
    /// Why it may do less than it was made for; empty if it may do all.
    less: String,
    /// The name of the maker; empty if unknown.
    maker: String,
    /// The reader may take it over.
    to_take: bool,
    badge: String,
    alive: bool,
}

#[derive(Template)]
#[template(path = "panel/keys/list.html")]
struct KeysPage {
    page: PageContext,
    rows: Vec<KeyRow>,
}

/// `GET /panel/keys`.
pub async fn list(app: AppData, member: Member) -> Answer {
    member.require(Right::ManageKeys)?;
    let page = member.page("nav-keys", Nav::Keys);
    let keys = key_ring::list(app.store.read(), member.tenant_id).await?;
    let now = app.clock.millis();
    let mut rows = Vec::with_capacity(keys.len());
    for key in keys {
        rows.push(row(&app, &member, &page, key, now).await?);
    }
    panel::html(&page, &KeysPage { rows, page: page.clone() })
}

async fn row(app: &PanelContext, member: &Member, page: &PageContext, key: api_key::Model, now: i64) -> Result<KeyRow> {
    let db = app.store.read();
    let ended = key.expires_at.is_some_and(|end| end <= now);
    let alive = key.revoked_at.is_none() && !ended;
    let may = key_maker::right(db, &key).await?.and_then(|right| right.scope);
    let is_less = alive && may.map(Scope::name) != Some(key.scope.as_str());
    let (tone, word) = match (key.revoked_at, ended, may) {
        (Some(_), ..) => ("off", "key-state-revoked"),
        (None, true, _) => ("off", "key-state-expired"),
        (None, false, None) => ("bad", "key-state-maker-gone"),
        (None, false, Some(_)) => ("ok", "key-state-active"),
    };
    let less = may.filter(|_| is_less).map(|may| page.words.text("keys-less").with("scope", may.name()).to_string());
    Ok(KeyRow {
        less: less.unwrap_or_default(),
        maker: key_maker::name(db, &key).await?.unwrap_or_default(),
        to_take: is_less && carried_by(member).any(|scope| scope.name() == key.scope),
        badge: page.badge(tone, page.words.text(word)),
        alive,
        key,
    })
}

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
    let mut page = page.with_error_if(error.is_some());
    // A refused form has the address of the list.
    page.is_below = true;
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let words = page.words;
    let error = said(error);
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
    let scope = Scope::parse(&form.scope).unwrap_or(Scope::Read);
    if !carried_by(&member).any(|carried| carried == scope) {
        return Err(Error::Forbidden(LocalizedText::new("said-role")));
    }
    let maker = KeyMaker::Member(member.person.id);
    let days = ENDS.contains(&form.days.as_str()).then(|| form.days.parse::<i64>().ok()).flatten();
    let expires_at = days.map(|days| app.clock.millis() + days * 86_400_000);
    let wish = NewKey { name, scope, expires_at, maker };
    let (key, _) = in_transaction(&app.store, async |tx| {
        let made = key_ring::add(tx, &app.clock, member.tenant_id, &wish).await?;
        let detail = json!({ "name": name, "scope": scope.name(), "expires_at": expires_at });
        member.audit(&app, tx, "key.created", &made.1.to_string(), detail).await?;
        Ok::<_, sea_orm::DbErr>(made)
    })
    .await?;
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

async fn find(app: &PanelContext, member: &Member, right: Right, id: &str) -> Result<api_key::Model> {
    member.require(right)?;
    let id = Uuid::try_parse(id).map_err(|_| Error::NotFound)?;
    key_ring::one(app.store.read(), member.tenant_id, id).await?.ok_or(Error::NotFound)
}

/// `GET /panel/keys/{id}/revoke`.
pub async fn ask(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let key = find(&app, &member, Right::ManageKeys, &id).await?;
    let page = member.page("keys-revoke", Nav::Keys);
    let confirm = ConfirmPage {
        sentence: page.words.text("keys-revoke-confirm").with("name", key.name.as_str()),
        action: format!("/panel/keys/{}/revoke", key.id),
        button: page.words.text("keys-revoke"),
        danger: true,
        back: "/panel/keys".to_owned(),
        page,
    };
    confirm.ask()
}

/// `POST /panel/keys/{id}/revoke`.
pub async fn revoke(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let key = find(&app, &member, Right::ManageKeys, &id).await?;
    let done = in_transaction(&app.store, async |tx| {
        let done = key_ring::revoke(tx, &app.clock, member.tenant_id, key.id).await?;
        if done {
            member.audit(&app, tx, "key.revoked", &key.id.to_string(), json!({ "name": key.name })).await?;
        }
        Ok::<_, sea_orm::DbErr>(done)
    })
    .await?;
    let words = member.words;
    let notice = if done {
        Notice::done(words.text("keys-revoked").with("name", key.name))
    } else {
        Notice::of(Tone::Warn, words.text("keys-revoked-before").with("name", key.name))
    };
    member.see_other(&app, "/panel/keys", notice).await
}

/// `POST /panel/keys/{id}/take`
pub async fn take(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let key = find(&app, &member, Right::ManageKeys, &id).await?;
    if !carried_by(&member).any(|scope| scope.name() == key.scope) {
        return Err(Error::Forbidden(LocalizedText::new("said-role")));
    }
    let maker = KeyMaker::Member(member.person.id);
    let done = in_transaction(&app.store, async |tx| {
        let done = key_ring::hand_over(tx, member.tenant_id, key.id, maker).await?;
        if done {
            member.audit(&app, tx, "key.taken_over", &key.id.to_string(), json!({ "name": key.name })).await?;
        }
        Ok::<_, sea_orm::DbErr>(done)
    })
    .await?;
    let words = member.words;
    let notice = if done {
        Notice::done(words.text("keys-taken").with("name", key.name))
    } else {
        Notice::of(Tone::Warn, words.text("keys-revoked-before").with("name", key.name))
    };
    member.see_other(&app, "/panel/keys", notice).await
}
