//! API keys of the account: shown once when created, identified by their last four characters afterwards. A key may do
//! at most what its maker may do now; another member can take it over.

mod create;
mod revoke;
mod take;

use askama::Template;
use base::error::Result;
use base::i18n::Sentence;
use entity::api_key;

use crate::api::key::Scope;
use crate::api::key_maker;
use crate::api::key_ring;
use crate::panel::PanelContext;
use crate::panel::{self, Answer, AppData, Member, Nav, PageContext, Right};

pub use create::{create, form, made};
pub use revoke::{ask, revoke};
pub use take::take;

/// Scopes by increasing rights.
const SCOPES: [Scope; 3] = [Scope::Read, Scope::Write, Scope::Admin];

/// The scopes of keys that a member may make: none has a right that its maker lacks.
fn carried_by(member: &Member) -> impl Iterator<Item = Scope> {
    let most = key_maker::most(member.here.role);
    SCOPES.into_iter().filter(move |scope| *scope <= most)
}

struct KeyRow {
    id: String,
    name: String,
    scope: Sentence,
    /// Why it may do less than it was made for; empty if it may do all.
    less: String,
    /// The name of the maker; empty if unknown.
    maker: String,
    /// The reader may take it over.
    to_take: bool,
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
pub async fn list(app: AppData, member: Member) -> Answer {
    member.require(Right::ManageKeys)?;
    let page = member.page("keys-title", Nav::Keys);
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
    let less = may.filter(|_| is_less).map(|may| {
        let may = page.words.text_of("keys-scope-", may.name());
        page.words.text("keys-less").with("scope", may).to_string()
    });
    Ok(KeyRow {
        less: less.unwrap_or_default(),
        maker: key_maker::name(db, &key).await?.unwrap_or_default(),
        to_take: is_less && carried_by(member).any(|scope| scope.name() == key.scope),
        id: key.id.to_string(),
        scope: page.words.text_of("keys-scope-", &key.scope),
        tail: key.tail,
        badge: page.badge(tone, page.words.text(word)),
        made: page.time(&key.created_at),
        ends: key.expires_at.map(|end| page.time(&end)).unwrap_or_default(),
        alive,
        name: key.name,
    })
}
