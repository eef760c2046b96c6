//! Announcements: what the vendor says to some or all accounts, for a time, in the panel and in the widget.
//!
//! ```text
//! admin ─▶ add · change · remove ─▶ announcement ─▶ Announced::to(account) ─▶ strip in the panel, notice in the widget
//! ```

use std::sync::{Arc, Mutex, PoisonError};

use base::i18n::Language;
use base::store::{Store, VENDOR};
use entity::announcement::{self, ActiveModel, Column, Model};
use entity::tenant;
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use url::Url;
use uuid::Uuid;

base::worded! {
    /// When one is shown; the word is the end of the keys of texts.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Phase, as_str {
        Running = "running",
        Planned = "planned",
        Ended = "ended",
    }
}

impl Phase {
    /// The phase at a moment, in milliseconds since 1970.
    pub fn of(row: &Model, now: i64) -> Self {
        if now >= row.ends_at {
            Self::Ended
        } else if now < row.starts_at {
            Self::Planned
        } else {
            Self::Running
        }
    }
}

/// The text for a reader of this language: Russian, or English for all others.
pub fn text(row: &Model, language: Language) -> &str {
    match language {
        Language::Ru => &row.text_ru,
        Language::En | Language::Es | Language::Pt => &row.text_en,
    }
}

/// The newest ones, at most `most`, running, planned and ended.
pub async fn list(db: &impl ConnectionTrait, most: u64) -> Result<Vec<Model>, DbErr> {
    announcement::Entity::of_tenant(VENDOR).order_by_desc(Column::Id).limit(most).all(db).await
}

/// One of them.
pub async fn one(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Model>, DbErr> {
    announcement::Entity::find_by_id((VENDOR, id)).one(db).await
}

/// Stores a new one.
pub async fn add(db: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    announcement::Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(())
}

/// Replaces one; false if it is gone.
pub async fn change(db: &impl ConnectionTrait, row: Model) -> Result<bool, DbErr> {
    let changed = ActiveModel {
        text_ru: Set(row.text_ru),
        text_en: Set(row.text_en),
        link: Set(row.link),
        audience: Set(row.audience),
        names: Set(row.names),
        starts_at: Set(row.starts_at),
        ends_at: Set(row.ends_at),
        ..Default::default()
    };
    let done = announcement::Entity::update_of(VENDOR).set(changed).filter(Column::Id.eq(row.id)).exec(db).await?;
    Ok(done.rows_affected > 0)
}

/// Removes one; false if it is gone already.
pub async fn remove(db: &impl ConnectionTrait, id: Uuid) -> Result<bool, DbErr> {
    let gone = announcement::Entity::delete_of(VENDOR).filter(Column::Id.eq(id)).exec(db).await?;
    Ok(gone.rows_affected > 0)
}

// What an operator wrote, checked before it becomes an announcement.

/// Longest text, in characters.
pub const LONGEST_TEXT: usize = 500;
/// Longest link, in bytes.
const LONGEST_LINK: usize = 1000;

/// An announcement that was not yet stored.
#[derive(Clone, Debug)]
pub struct Draft {
    pub text_ru: String,
    pub text_en: String,
    /// Empty if there is none.
    pub link: String,
    pub audience: Audience,
    /// Milliseconds since 1970.
    pub starts_at: i64,
    pub ends_at: i64,
}

base::worded! {
    /// Why a draft is refused: the field, which is also the end of the key of the text.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Flaw, as_str {
        /// One of the two texts is missing or too long.
        Text = "text",
        /// It is no https address.
        Link = "link",
        /// A time cannot be read, or the end is not after the start.
        Times = "times",
        /// No such account, plan or integration.
        Audience = "audience",
    }
}

impl Draft {
    /// The row, with the id of a new announcement or of the changed one.
    pub fn into_row(self, id: Uuid, created_at: i64) -> Result<Model, Flaw> {
        let said = |text: &str| -> Result<String, Flaw> {
            let text: Vec<&str> = text.split_whitespace().collect();
            let text = text.join(" ").replace('\0', "");
            let fits = (1..=LONGEST_TEXT).contains(&text.chars().count());
            if fits { Ok(text) } else { Err(Flaw::Text) }
        };
        let (text_ru, text_en) = (said(&self.text_ru)?, said(&self.text_en)?);
        let link = link(&self.link)?;
        if self.ends_at <= self.starts_at {
            return Err(Flaw::Times);
        }
        let (audience, names) = (self.audience.as_str().to_owned(), self.audience.names());
        let (starts_at, ends_at) = (self.starts_at, self.ends_at);
        Ok(Model { tenant_id: VENDOR, id, text_ru, text_en, link, audience, names, starts_at, ends_at, created_at })
    }
}

fn link(typed: &str) -> Result<String, Flaw> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(String::new());
    }
    let url = Url::parse(typed).map_err(|_| Flaw::Link)?;
    let safe = url.scheme() == "https" && url.has_host() && url.username().is_empty() && url.password().is_none();
    if safe && url.as_str().len() <= LONGEST_LINK { Ok(url.into()) } else { Err(Flaw::Link) }
}

// Who an announcement is for.

/// The accounts to which an announcement is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    All,
    Accounts(Vec<Uuid>),
    /// All accounts with this plan, by its name.
    Plan(String),
    /// All accounts of this integration, by its name.
    Integration(String),
}

impl Audience {
    /// The words of all kinds, in the order of the form.
    pub const KINDS: [&'static str; 4] = ["all", "accounts", "plan", "integration"];

    /// The audience of a row; no account if the row cannot be read.
    pub fn stored(row: &announcement::Model) -> Self {
        let names: Vec<String> = serde_json::from_str(&row.names).unwrap_or_default();
        let first = || names.first().cloned().unwrap_or_default();
        match row.audience.as_str() {
            "all" => Self::All,
            "plan" => Self::Plan(first()),
            "integration" => Self::Integration(first()),
            _ => Self::Accounts(names.iter().filter_map(|id| Uuid::try_parse(id).ok()).collect()),
        }
    }

    /// As stored in `audience`, and as the form sends it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Accounts(_) => "accounts",
            Self::Plan(_) => "plan",
            Self::Integration(_) => "integration",
        }
    }

    /// As stored in `names`.
    pub fn names(&self) -> String {
        let names: Vec<String> = match self {
            Self::All => Vec::new(),
            Self::Accounts(ids) => ids.iter().map(Uuid::to_string).collect(),
            Self::Plan(name) | Self::Integration(name) => vec![name.clone()],
        };
        serde_json::Value::from(names).to_string()
    }

    /// Whether this account is one of them.
    pub fn includes(&self, tenant: &tenant::Model) -> bool {
        match self {
            Self::All => true,
            Self::Accounts(ids) => ids.contains(&tenant.tenant_id),
            Self::Plan(name) => tenant.plan.as_deref() == Some(name),
            Self::Integration(name) => tenant.integration == *name,
        }
    }
}

// What is shown to an account, from a list that each process keeps for a second.

/// For how long the list is kept, in milliseconds: other processes change it too.
const KEPT: i64 = 1000;

/// The announcements that may be shown now, as last read: every page and every call of the widget asks for them.
#[derive(Debug, Default)]
pub struct Announced(Mutex<Option<Kept>>);

#[derive(Clone, Debug)]
struct Kept {
    at: i64,
    rows: Arc<[Model]>,
}

impl Announced {
    /// What is shown to this account now, the earliest first. A change by another process is seen within a second.
    pub async fn to(&self, store: &Store, tenant: &tenant::Model) -> Result<Vec<Model>, DbErr> {
        let now = store.clock().millis();
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let rows = match kept.filter(|kept| (kept.at..kept.at + KEPT).contains(&now)) {
            Some(kept) => kept.rows,
            None => {
                let rows: Arc<[Model]> = read(store, now).await?.into();
                *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Kept { at: now, rows: rows.clone() });
                rows
            }
        };
        let shown = |row: &&Model| row.starts_at <= now && row.ends_at > now && Audience::stored(row).includes(tenant);
        Ok(rows.iter().filter(shown).cloned().collect())
    }

    /// Reads the list again with the next call: it was changed here.
    pub fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Those that are shown at some moment until the list is read again.
async fn read(store: &Store, now: i64) -> Result<Vec<Model>, DbErr> {
    announcement::Entity::of_tenant(VENDOR)
        .filter(Column::EndsAt.gt(now))
        .filter(Column::StartsAt.lt(now + KEPT))
        .order_by_asc(Column::StartsAt)
        .order_by_asc(Column::Id)
        .all(store.read())
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str, link: &str, ends_at: i64) -> Result<Model, Flaw> {
        let (text_ru, text_en, link) = ("Работы".to_owned(), text.to_owned(), link.to_owned());
        Draft { text_ru, text_en, link, audience: Audience::All, starts_at: 10, ends_at }.into_row(Uuid::nil(), 5)
    }

    #[test]
    fn a_draft_is_one_line_with_a_safe_link_and_an_end() {
        let row = draft(" Works\n tonight ", " https://status.example/a b ", 11).unwrap();
        assert_eq!((row.text_en.as_str(), row.link.as_str()), ("Works tonight", "https://status.example/a%20b"));
        assert_eq!(draft(" ", "", 11), Err(Flaw::Text));
        assert_eq!(draft(&"x".repeat(LONGEST_TEXT + 1), "", 11), Err(Flaw::Text));
        for wrong in ["http://a.example", "javascript:alert(1)", "status", "https://olga:pass@a.example"] {
            assert_eq!(draft("Works", wrong, 11), Err(Flaw::Link), "{wrong}");
        }
        assert_eq!(draft("Works", "", 10), Err(Flaw::Times));
    }
}
