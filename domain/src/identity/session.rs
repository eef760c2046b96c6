//! Sessions. Only the visitor's cookie has the token; the directory stores its hash, the tenant the session's row.

use base::error::{Error, Result};
use base::millis::{HOUR, MINUTE};
use base::store::{directory, in_transaction};
use base::vault::Place;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use entity::session;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::IdentityContext;

pub use base::vault::hash;

/// Session data is for small forms, not for files.
const LARGEST_DATA: usize = 32 * 1024;

base::worded! {
    /// The part of the product that a session gives access to.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum SessionKind, as_str {
        /// An account's panel; under the vendor's id until the person has chosen an account.
        Panel = "panel",
        /// The vendor's admin.
        Admin = "admin",
        /// The widget's calls.
        Widget = "widget",
        /// An operator's read-only view of an account's panel.
        ViewAs = "view_as",
    }
}

impl SessionKind {
    /// Milliseconds of inactivity after which it ends.
    pub const fn idle(self) -> i64 {
        match self {
            Self::Panel => 12 * HOUR,
            Self::Admin => 15 * MINUTE,
            Self::Widget => 25 * MINUTE,
            Self::ViewAs => 30 * MINUTE,
        }
    }

    /// Milliseconds after which it ends in any case.
    pub const fn life(self) -> i64 {
        match self {
            Self::Panel => 30 * 24 * HOUR,
            Self::Admin => 8 * HOUR,
            Self::Widget => 25 * MINUTE,
            Self::ViewAs => 30 * MINUTE,
        }
    }
}

/// How sessions of amoCRM users are opened.
pub const TICKET: &str = "ticket";
/// Time after which such a session ends, regardless of activity.
const TICKET_LIFE: TimeDelta = TimeDelta::hours(12);

/// A person who has just proved their identity.
#[derive(Clone, Copy, Debug)]
pub struct NewSession<'new> {
    /// The account entered, or [`base::store::VENDOR`].
    pub tenant_id: Uuid,
    pub kind: SessionKind,
    pub person_id: Option<Uuid>,
    pub crm_user_id: Option<i64>,
    /// The amoCRM user administers the account.
    pub is_admin: bool,
    /// `password`, `link`, `handed`, `ticket`, `consent`, `disposable_token`, `operator`, `new_authenticator`
    pub via: &'new str,
    pub language: &'new str,
    /// Why an operator is viewing.
    pub reason: &'new str,
}

/// A session with its token, which is not shown again.
#[derive(Debug)]
pub struct Issued {
    pub token: String,
    pub row: session::Model,
}

/// Opens a session under a new token.
pub async fn open(app: &IdentityContext, db: &impl ConnectionTrait, new: NewSession<'_>) -> Result<Issued, DbErr> {
    let now = app.clock.millis();
    let token = new_token();
    let row = session::Model {
        tenant_id: new.tenant_id,
        id: app.clock.uuid_v7(),
        kind: new.kind.as_str().to_owned(),
        person_id: new.person_id,
        crm_user_id: new.crm_user_id,
        is_admin: new.is_admin,
        via: new.via.to_owned(),
        csrf: new_token(),
        language: new.language.to_owned(),
        notice: String::new(),
        data: None,
        reason: new.reason.to_owned(),
        created_at: now,
        seen_at: now,
        expires_at: now.saturating_add(life(new.kind, new.via)),
    };
    session::Entity::insert(row.clone().into_active_model()).exec_without_returning(db).await?;
    let entry = directory::DirectoryEntry {
        tenant_id: row.tenant_id,
        id: row.id,
        note: row.kind.clone(),
        expires_at: Some(row.expires_at),
    };
    directory::set(db, directory::IdKind::Session, &hash(&token), entry).await?;
    Ok(Issued { token, row })
}

/// The live session of a token, if it is of one of these kinds. Records activity once a minute.
pub async fn find(app: &IdentityContext, token: &str, kinds: &[SessionKind]) -> Result<Option<session::Model>, DbErr> {
    let Some(mut row) = look(app, token, kinds).await? else { return Ok(None) };
    let now = app.clock.millis();
    if row.seen_at.saturating_add(MINUTE) <= now && !app.is_read_only() {
        row.seen_at = now;
        change(app.store.write(), &row, session::Column::SeenAt, Expr::value(now)).await?;
    }
    Ok(Some(row))
}

/// [`find`] without recording activity: for background requests of a page.
pub async fn look(app: &IdentityContext, token: &str, kinds: &[SessionKind]) -> Result<Option<session::Model>, DbErr> {
    if !is_token_shaped(token) {
        return Ok(None);
    }
    let now = app.clock.millis();
    let db = app.store.read();
    let Some(entry) = directory::find(db, directory::IdKind::Session, &hash(token), now).await? else {
        return Ok(None);
    };
    let found = living(app, db, entry.tenant_id, entry.id).await?;
    Ok(found.filter(|row| SessionKind::parse(&row.kind).is_some_and(|kind| kinds.contains(&kind))))
}

/// A session by its id, unless it has ended or expired.
pub async fn living(
    app: &IdentityContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    id: Uuid,
) -> Result<Option<session::Model>, DbErr> {
    let now = app.clock.millis();
    let row = session::Entity::find_by_id((tenant_id, id)).one(db).await?;
    Ok(row.filter(|row| lives(row, now)))
}

fn life(kind: SessionKind, via: &str) -> i64 {
    if via == TICKET { kind.life().min(TICKET_LIFE.num_milliseconds()) } else { kind.life() }
}

fn lives(row: &session::Model, now: i64) -> bool {
    let Some(kind) = SessionKind::parse(&row.kind) else { return false };
    let opened_long_ago = row.created_at.saturating_add(life(kind, &row.via)) <= now;
    row.expires_at > now && !opened_long_ago && row.seen_at.saturating_add(kind.idle()) > now
}

/// A person's sessions in one account, the newest first.
pub async fn list_of_person(
    app: &IdentityContext,
    tenant_id: Uuid,
    person_id: Uuid,
) -> Result<Vec<session::Model>, DbErr> {
    let now = app.clock.millis();
    let rows = session::Entity::of_tenant(tenant_id)
        .filter(session::Column::PersonId.eq(person_id))
        .filter(session::Column::ExpiresAt.gt(now))
        .order_by_desc(session::Column::SeenAt)
        .all(app.store.read())
        .await?;
    Ok(rows.into_iter().filter(|row| lives(row, now)).collect())
}

/// A notice that the next page shows once; empty removes it. Encrypted, because it may contain a link or a key.
pub async fn set_notice(
    app: &IdentityContext,
    db: &impl ConnectionTrait,
    row: &session::Model,
    notice: &str,
) -> Result<(), DbErr> {
    let seal = || STANDARD.encode(app.vault.seal(row.tenant_id, Place::Notice, &row.id.to_string(), notice.as_bytes()));
    let sealed = if notice.is_empty() { String::new() } else { seal() };
    change(db, row, session::Column::Notice, Expr::value(sealed)).await
}

/// The notice stored by [`set_notice`]; empty if there is none or it cannot be decrypted.
pub fn notice(app: &IdentityContext, row: &session::Model) -> String {
    let Ok(sealed) = STANDARD.decode(&row.notice) else { return String::new() };
    let opened = app.vault.open_sealed(row.tenant_id, Place::Notice, &row.id.to_string(), &sealed);
    opened.ok().and_then(|plain| String::from_utf8(plain.to_vec()).ok()).unwrap_or_default()
}

/// The language of the session's pages.
pub async fn set_language(db: &impl ConnectionTrait, row: &session::Model, code: &str) -> Result<(), DbErr> {
    change(db, row, session::Column::Language, Expr::value(code)).await
}

/// A value stored in the session.
pub fn data<T: DeserializeOwned>(app: &IdentityContext, row: &session::Model, name: &str) -> Option<T> {
    let value = all_data(app, row).remove(name)?;
    serde_json::from_value(value).ok()
}

/// Stores a value in the session, encrypted; `None` removes it.
pub async fn set_data<T: Serialize>(
    app: &IdentityContext,
    row: &session::Model,
    name: &str,
    value: Option<&T>,
) -> Result<()> {
    let value = value.map(serde_json::to_value).transpose().map_err(anyhow::Error::from)?;
    change_data(app, row, name, |_| (value, ())).await
}

/// Changes the value stored under a name; concurrent changes are applied one after the other.
pub async fn change_data<R>(
    app: &IdentityContext,
    row: &session::Model,
    name: &str,
    decide: impl FnOnce(Option<Value>) -> (Option<Value>, R),
) -> Result<R> {
    in_transaction(&app.store, async |tx| {
        // Read from the database under a lock: the request may have begun before another one's change.
        let locked = session::Entity::find_by_id((row.tenant_id, row.id)).lock_exclusive();
        locked.one(tx).await?.ok_or(Error::NotFound)?;
        let fresh = living(app, tx, row.tenant_id, row.id).await?.ok_or(Error::NotFound)?;
        let mut all = all_data(app, &fresh);
        let (value, given) = decide(all.remove(name));
        if let Some(value) = value {
            all.insert(name.to_owned(), value);
        }
        let text = Value::Object(all).to_string();
        if text.len() > LARGEST_DATA {
            return Err(Error::TooLarge(LARGEST_DATA));
        }
        let sealed = app.vault.seal(row.tenant_id, Place::Session, &row.id.to_string(), text.as_bytes());
        change(tx, row, session::Column::Data, Expr::value(sealed)).await?;
        Ok(given)
    })
    .await
}

fn all_data(app: &IdentityContext, row: &session::Model) -> Map<String, Value> {
    let Some(sealed) = &row.data else { return Map::new() };
    match app.vault.open_sealed(row.tenant_id, Place::Session, &row.id.to_string(), sealed) {
        Ok(plain) => serde_json::from_slice(&plain).unwrap_or_default(),
        Err(error) => {
            tracing::warn!(tenant.id = %row.tenant_id, session.id = %row.id, %error, "the encrypted data of a session cannot be decrypted");
            Map::new()
        }
    }
}

async fn change(
    db: &impl ConnectionTrait,
    row: &session::Model,
    column: session::Column,
    value: sea_orm::sea_query::SimpleExpr,
) -> Result<(), DbErr> {
    session::Entity::update_of(row.tenant_id)
        .col_expr(column, value)
        .filter(session::Column::Id.eq(row.id))
        .exec(db)
        .await?;
    Ok(())
}

// Ending sessions before they expire.

/// Ends one session.
pub async fn end(db: &impl ConnectionTrait, tenant_id: Uuid, id: Uuid) -> Result<(), DbErr> {
    session::Entity::delete_of(tenant_id).filter(session::Column::Id.eq(id)).exec(db).await?;
    Ok(())
}

/// Ends all of a person's sessions in one account (or the vendor's admin) except one.
pub async fn end_of_person(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    person_id: Uuid,
    except: Option<Uuid>,
) -> Result<u64, DbErr> {
    let mut gone = session::Entity::delete_of(tenant_id).filter(session::Column::PersonId.eq(person_id));
    if let Some(except) = except {
        gone = gone.filter(session::Column::Id.ne(except));
    }
    Ok(gone.exec(db).await?.rows_affected)
}

/// Ends an operator's views of accounts.
pub async fn end_views(db: &impl ConnectionTrait, person_id: Uuid) -> Result<(), DbErr> {
    session::Entity::delete_many()
        .filter(session::Column::PersonId.eq(person_id))
        .filter(session::Column::Kind.eq(SessionKind::ViewAs.as_str()))
        .exec(db)
        .await?;
    Ok(())
}

/// Ends a person's sessions from amoCRM in one account; `administrators`: only those opened as administrator.
pub async fn end_of_tickets(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    person_id: Uuid,
    administrators: bool,
) -> Result<u64, DbErr> {
    let mut gone = session::Entity::delete_of(tenant_id)
        .filter(session::Column::PersonId.eq(person_id))
        .filter(session::Column::Via.eq(TICKET));
    if administrators {
        gone = gone.filter(session::Column::IsAdmin.eq(true));
    }
    Ok(gone.exec(db).await?.rows_affected)
}

/// Ends all of a person's sessions in every account except one.
pub async fn end_everywhere(db: &impl ConnectionTrait, person_id: Uuid, except: Option<Uuid>) -> Result<u64, DbErr> {
    let mut gone = session::Entity::delete_many().filter(session::Column::PersonId.eq(person_id));
    if let Some(except) = except {
        gone = gone.filter(session::Column::Id.ne(except));
    }
    Ok(gone.exec(db).await?.rows_affected)
}

// Random bearer tokens. Only their hashes are stored.

/// 256 random bits as 43 characters that need no quoting in an address or cookie.
pub fn new_token() -> String {
    let random: [u8; 32] = rand::random();
    URL_SAFE_NO_PAD.encode(random)
}

/// Whether this has the format of our tokens; other values are not looked up.
pub fn is_token_shaped(token: &str) -> bool {
    token.len() == 43 && token.bytes().all(|one| one.is_ascii_alphanumeric() || matches!(one, b'-' | b'_'))
}
