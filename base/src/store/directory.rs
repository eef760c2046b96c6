//! Maps ids that arrive without a tenant to their tenant and object.

use entity::directory;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// Kinds of ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdKind {
    /// `{integration}:{account_id}` → tenant.
    Account,
    /// Scope id of the Chats API → channel.
    Scope,
    /// Hex SHA-256 of an API key → key.
    ApiKey,
    /// Our source id → source.
    Source,
    /// `{kind}:{the messenger's id of the line}` → source: a bot delivers its messages to one place only.
    Line,
    /// `{kind}:{the messenger's account}:{source id}` → source: the lines of an account, found by the prefix.
    LineAccount,
    /// One-time state of an install in a browser.
    OauthState,
    /// Hex SHA-256 of the one-time state of a consent on a messenger's page → session.
    ConsentState,
    /// Lower-cased e-mail of a panel member → person.
    Person,
    /// Lower-cased e-mail of an operator of the vendor → person.
    Operator,
    /// `{person id}:{tenant id}` → tenant: the accounts of a person, found by the prefix.
    Membership,
    /// Hex SHA-256 of a session's token → session.
    Session,
    /// Hex SHA-256 of a one-time ticket from the widget to the panel → tenant.
    Ticket,
    /// Hex SHA-256 of a one-time sign-in link → person.
    SignInLink,
    /// `{person id}:{purpose}:{tenant id}` → the hash of the latest sign-in link of this kind.
    LatestLink,
    /// Hex SHA-256 of the token between the two steps of a sign-in → person.
    SecondStep,
    /// Lower-cased login of a customer of the vendor → customer.
    Customer,
    /// Hex SHA-256 of the token in the address of the CRM's hooks → tenant.
    CrmHooks,
    /// The hashed address that a genuine install call came from.
    InstallNetwork,
}

impl IdKind {
    /// The name it is stored under.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Scope => "scope",
            Self::ApiKey => "api_key",
            Self::Source => "source",
            Self::Line => "line",
            Self::LineAccount => "line_account",
            Self::OauthState => "oauth_state",
            Self::ConsentState => "consent_state",
            Self::Person => "person",
            Self::Operator => "operator",
            Self::Membership => "membership",
            Self::Session => "session",
            Self::Ticket => "ticket",
            Self::SignInLink => "sign_in_link",
            Self::LatestLink => "latest_link",
            Self::SecondStep => "second_step",
            Self::Customer => "customer",
            Self::CrmHooks => "crm_hooks",
            Self::InstallNetwork => "install_network",
        }
    }
}

/// The entry of an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryEntry {
    pub tenant_id: Uuid,
    pub id: Uuid,
    pub note: String,
    pub expires_at: Option<i64>,
}

/// Looks an id up; expired entries are not found.
pub async fn find(
    db: &impl ConnectionTrait,
    kind: IdKind,
    key: &str,
    now: i64,
) -> Result<Option<DirectoryEntry>, DbErr> {
    let row = directory::Entity::find_by_id((kind.name().to_owned(), key.to_owned())).one(db).await?;
    Ok(row.filter(|row| row.expires_at.is_none_or(|end| end > now)).map(entry))
}

/// Inserts an id. False if it exists already, for any tenant.
pub async fn enter(db: &impl ConnectionTrait, kind: IdKind, key: &str, entry: DirectoryEntry) -> Result<bool, DbErr> {
    let done = directory::Entity::insert(active(kind, key, entry))
        .on_conflict(OnConflict::columns([directory::Column::Kind, directory::Column::Key]).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(done > 0)
}

/// Inserts an id or replaces its entry.
pub async fn set(db: &impl ConnectionTrait, kind: IdKind, key: &str, entry: DirectoryEntry) -> Result<(), DbErr> {
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

/// All live entries of a kind with this key prefix, at most 1000, ordered by key.
pub async fn list(
    db: &impl ConnectionTrait,
    kind: IdKind,
    beginning: &str,
    now: i64,
) -> Result<Vec<(String, DirectoryEntry)>, DbErr> {
    let rows = directory::Entity::find()
        .filter(directory::Column::Kind.eq(kind.name()))
        .filter(directory::Column::Key.gte(beginning))
        .filter(directory::Column::Key.lt(format!("{beginning}\u{10ffff}")))
        .order_by_asc(directory::Column::Key)
        .limit(1000)
        .all(db)
        .await?;
    let living = rows.into_iter().filter(|row| row.expires_at.is_none_or(|end| end > now));
    Ok(living.map(|row| (row.key.clone(), entry(row))).collect())
}

/// Removes an id and returns its entry: of two callers only one gets it.
pub async fn take(
    db: &impl ConnectionTrait,
    kind: IdKind,
    key: &str,
    now: i64,
) -> Result<Option<DirectoryEntry>, DbErr> {
    // A missing key costs no write.
    let Some(found) = find(db, kind, key, now).await? else { return Ok(None) };
    let gone = directory::Entity::delete_many()
        .filter(directory::Column::Kind.eq(kind.name()))
        .filter(directory::Column::Key.eq(key))
        .exec(db)
        .await?;
    Ok((gone.rows_affected == 1).then_some(found))
}

fn active(kind: IdKind, key: &str, entry: DirectoryEntry) -> directory::ActiveModel {
    directory::ActiveModel {
        kind: Set(kind.name().to_owned()),
        key: Set(key.to_owned()),
        tenant_id: Set(entry.tenant_id),
        id: Set(entry.id),
        note: Set(entry.note),
        expires_at: Set(entry.expires_at),
    }
}

fn entry(row: directory::Model) -> DirectoryEntry {
    DirectoryEntry { tenant_id: row.tenant_id, id: row.id, note: row.note, expires_at: row.expires_at }
}
