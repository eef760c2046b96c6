//! Maps ids that arrive without a tenant to their tenant and object.

use entity::directory;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

crate::worded! {
    /// Kinds of ids, with the names under which they are stored.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum IdKind, name {
        /// `{integration}:{account_id}` → tenant.
        Account = "account",
        /// Scope id of the Chats API → channel.
        Scope = "scope",
        /// Hex SHA-256 of an API key → key.
        ApiKey = "api_key",
        /// Our source id → source.
        Source = "source",
        /// `{kind}:{the messenger's id of the line}` → source: a bot delivers its messages to one place only.
        Line = "line",
        /// `{kind}:{the messenger's account}:{source id}` → source: the lines of an account, found by the prefix.
        LineAccount = "line_account",
        /// One-time state of an install in a browser.
        OauthState = "oauth_state",
        /// Hex SHA-256 of the one-time state of a consent on a messenger's page → session.
        ConsentState = "consent_state",
        /// Lower-cased e-mail of a panel member → person.
        Person = "person",
        /// Lower-cased e-mail of an operator of the vendor → person.
        Operator = "operator",
        /// `{person id}:{tenant id}` → tenant: the accounts of a person, found by the prefix.
        Membership = "membership",
        /// Hex SHA-256 of a session's token → session.
        Session = "session",
        /// Hex SHA-256 of a one-time ticket from the widget to the panel → tenant.
        Ticket = "ticket",
        /// Hex SHA-256 of a one-time sign-in link → person.
        SignInLink = "sign_in_link",
        /// `{person id}:{purpose}:{tenant id}` → the hash of the latest sign-in link of this kind.
        LatestLink = "latest_link",
        /// Hex SHA-256 of the token between the two steps of a sign-in → person.
        SecondStep = "second_step",
        /// Lower-cased login of a customer of the vendor → customer.
        Customer = "customer",
        /// Hex SHA-256 of the token in the address of the CRM's hooks → tenant.
        CrmHooks = "crm_hooks",
        /// The hashed address that a genuine install call came from.
        InstallNetwork = "install_network",
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
