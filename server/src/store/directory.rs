//! Who is meant by an id that arrives without a tenant.

use entity::directory;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

/// What kind of id it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `{integration}:{account_id}` → tenant.
    Account,
    /// Scope id of the Chats API → channel.
    Scope,
    /// Hex SHA-256 of an API key → key.
    ApiKey,
    /// Our source id → source.
    Source,
    /// One-time state of an install in a browser.
    OauthState,
}

impl Kind {
    /// The word it is stored under.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Scope => "scope",
            Self::ApiKey => "api_key",
            Self::Source => "source",
            Self::OauthState => "oauth_state",
        }
    }
}

/// What the directory knows of an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub tenant_id: Uuid,
    pub id: Uuid,
    pub note: String,
    pub expires_at: Option<i64>,
}

/// Looks an id up; an expired entry is as good as none.
pub async fn find(db: &impl ConnectionTrait, kind: Kind, key: &str, now: i64) -> Result<Option<Entry>, DbErr> {
    let row = directory::Entity::find_by_id((kind.name().to_owned(), key.to_owned())).one(db).await?;
    Ok(row.filter(|row| row.expires_at.is_none_or(|end| end > now)).map(entry))
}

/// Enters an id. False: it stands there already, for whomever.
pub async fn enter(db: &impl ConnectionTrait, kind: Kind, key: &str, entry: Entry) -> Result<bool, DbErr> {
    let done = directory::Entity::insert(active(kind, key, entry))
        .on_conflict(OnConflict::columns([directory::Column::Kind, directory::Column::Key]).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(done > 0)
}

/// Enters an id or replaces what stood there.
pub async fn set(db: &impl ConnectionTrait, kind: Kind, key: &str, entry: Entry) -> Result<(), DbErr> {
    use directory::Column::{ExpiresAt, Id, Note, TenantId};
    directory::Entity::insert(active(kind, key, entry))
        .on_conflict(
            OnConflict::columns([directory::Column::Kind, directory::Column::Key])
                .update_columns([TenantId, Id, Note, ExpiresAt])
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Takes an id out and gives what stood there: of two callers only one gets it.
pub async fn take(db: &impl ConnectionTrait, kind: Kind, key: &str, now: i64) -> Result<Option<Entry>, DbErr> {
    let found = find(db, kind, key, now).await?;
    let gone = directory::Entity::delete_many()
        .filter(directory::Column::Kind.eq(kind.name()))
        .filter(directory::Column::Key.eq(key))
        .exec(db)
        .await?;
    Ok(found.filter(|_| gone.rows_affected == 1))
}

fn active(kind: Kind, key: &str, entry: Entry) -> directory::ActiveModel {
    directory::ActiveModel {
        kind: Set(kind.name().to_owned()),
        key: Set(key.to_owned()),
        tenant_id: Set(entry.tenant_id),
        id: Set(entry.id),
        note: Set(entry.note),
        expires_at: Set(entry.expires_at),
    }
}

fn entry(row: directory::Model) -> Entry {
    Entry { tenant_id: row.tenant_id, id: row.id, note: row.note, expires_at: row.expires_at }
}
