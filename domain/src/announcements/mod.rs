//! Announcements: what the vendor says to some or all accounts, for a time, in the panel and in the widget.
//!
//! ```text
//! admin ─▶ add · change · remove ─▶ announcement ─▶ Announced::to(account) ─▶ strip in the panel, notice in the widget
//! ```

mod audience;
mod draft;
mod shown;

use base::i18n::Language;
use base::store::VENDOR;
use entity::announcement::{self, ActiveModel, Column, Model};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

pub use audience::Audience;
pub use draft::{Draft, Flaw, LONGEST_TEXT};
pub use shown::Announced;

/// When one is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Running,
    Planned,
    Ended,
}

impl Phase {
    pub const ALL: [Self; 3] = [Self::Running, Self::Planned, Self::Ended];

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

    /// The end of the keys of texts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Planned => "planned",
            Self::Ended => "ended",
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
    announcement::Entity::of_tenant(VENDOR).filter(Column::Id.eq(id)).one(db).await
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
    let done = announcement::Entity::update_many()
        .set(changed)
        .filter(Column::TenantId.eq(VENDOR))
        .filter(Column::Id.eq(row.id))
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Removes one; false if it is gone already.
pub async fn remove(db: &impl ConnectionTrait, id: Uuid) -> Result<bool, DbErr> {
    let gone = announcement::Entity::delete_many()
        .filter(Column::TenantId.eq(VENDOR))
        .filter(Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(gone.rows_affected > 0)
}
