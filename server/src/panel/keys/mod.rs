//! API keys of the account: shown once when created, identified by their last four characters afterwards.

mod create;
mod revoke;

use actix_web::{HttpResponse, web};
use askama::Template;
use base::error::Result;
use base::i18n::Sentence;
use entity::api_key;

use crate::api::key::Scope;
use crate::api::key_ring;
use crate::panel::PanelContext;
use crate::panel::{self, Member, Nav, PageContext, Right};

pub use create::{create, form, made};
pub use revoke::{ask, revoke};

/// Scopes by increasing rights.
const SCOPES: [Scope; 3] = [Scope::Read, Scope::Write, Scope::Admin];

struct KeyRow {
    id: String,
    name: String,
    scope: Sentence,
    tail: String,
    badge: String,
    made: String,
    /// `<time>`; empty if it does not expire.
    ends: String,
    alive: bool,
}

#[derive(Template)]
#[template(path = "panel/keys/list.html")]
struct KeysPage {
    page: PageContext,
    rows: Vec<KeyRow>,
}

/// `GET /panel/keys`.
pub async fn list(app: web::Data<PanelContext>, member: Member) -> Result<HttpResponse> {
    member.require(Right::ManageKeys)?;
    let page = member.page("keys-title", Nav::Keys);
    let keys = key_ring::list(app.store.read(), member.tenant.tenant_id).await?;
    let now = app.clock.millis();
    let rows = keys.into_iter().map(|key| row(&page, key, now)).collect();
    panel::html(&page, &KeysPage { rows, page: page.clone() })
}

fn row(page: &PageContext, key: api_key::Model, now: i64) -> KeyRow {
    let ended = key.expires_at.is_some_and(|end| end <= now);
    let (tone, word) = match (key.revoked_at, ended) {
        (Some(_), _) => ("off", "key-state-revoked"),
        (None, true) => ("off", "key-state-expired"),
        (None, false) => ("ok", "key-state-active"),
    };
    KeyRow {
        id: key.id.to_string(),
        scope: page.words.text_of("keys-scope-", &key.scope),
        tail: key.tail,
        badge: page.badge(tone, page.words.text(word)),
        made: page.time(&key.created_at),
        ends: key.expires_at.map(|end| page.time(&end)).unwrap_or_default(),
        alive: key.revoked_at.is_none() && !ended,
        name: key.name,
    }
}
