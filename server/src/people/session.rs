//! Who is signed in. The token is in the visitor's cookie alone; the directory knows its hash, the row is the tenant's.

use entity::session;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::token;
use crate::app::App;
use crate::error::{Error, Result};
use crate::shed::is_read_only;
use crate::store::directory;
use crate::store::ended;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// A sealed form is no store of files.
const LARGEST_DATA: usize = 32 * 1024;

/// What a session opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An account's panel; under the vendor's id while the person has not chosen an account.
    Panel,
    /// The vendor's admin.
    Admin,
    /// The widget's calls.
    Widget,
    /// An operator's read-only look into an account's panel.
    ViewAs,
}

impl Kind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Panel => "panel",
            Self::Admin => "admin",
            Self::Widget => "widget",
            Self::ViewAs => "view_as",
        }
    }

    /// Milliseconds without a request after which it ends.
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

    fn of(word: &str) -> Option<Self> {
        [Self::Panel, Self::Admin, Self::Widget, Self::ViewAs].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// Somebody who has just proved who they are.
#[derive(Clone, Copy, Debug)]
pub struct New<'new> {
    /// The account that it opens, or [`crate::store::VENDOR`].
    pub tenant_id: Uuid,
    pub kind: Kind,
    pub person_id: Option<Uuid>,
    pub crm_user_id: Option<i64>,
    /// The amoCRM user administers the account.
    pub is_admin: bool,
    /// `password`, `link`, `ticket`, `consent`, `disposable_token`, `operator`
    pub via: &'new str,
    pub language: &'new str,
    /// Why an operator looks.
    pub reason: &'new str,
}

/// A session with the token that nobody will see again.
#[derive(Debug)]
pub struct Opened {
    pub token: String,
    pub row: session::Model,
}

/// Opens a session under a new token.
pub async fn open(app: &App, db: &impl ConnectionTrait, new: New<'_>) -> Result<Opened, DbErr> {
    let now = app.clock.millis();
    let token = token::new();
    let row = session::Model {
        tenant_id: new.tenant_id,
        id: app.clock.uuid_v7(),
        kind: new.kind.as_str().to_owned(),
        person_id: new.person_id,
        crm_user_id: new.crm_user_id,
        is_admin: new.is_admin,
        via: new.via.to_owned(),
        csrf: token::new(),
        language: new.language.to_owned(),
        notice: String::new(),
        data: None,
        reason: new.reason.to_owned(),
        created_at: now,
        seen_at: now,
        expires_at: now.saturating_add(new.kind.life()),
    };
    session::Entity::insert(row.clone().into_active_model()).exec_without_returning(db).await?;
    let entry = directory::Entry {
        tenant_id: row.tenant_id,
        id: row.id,
        note: row.kind.clone(),
        expires_at: Some(row.expires_at),
    };
    directory::set(db, directory::Kind::Session, &token::hash(&token), entry).await?;
    Ok(Opened { token, row })
}

/// The living session of a token, if it is of one of these kinds. Notes once a minute that it is in use.
pub async fn find(app: &App, token: &str, kinds: &[Kind]) -> Result<Option<session::Model>, DbErr> {
    if !token::looks_right(token) {
        return Ok(None);
    }
    let now = app.clock.millis();
    let db = app.store.read();
    let Some(entry) = directory::find(db, directory::Kind::Session, &token::hash(token), now).await? else {
        return Ok(None);
    };
    let Some(mut row) = living(app, db, entry.tenant_id, entry.id).await? else { return Ok(None) };
    if !Kind::of(&row.kind).is_some_and(|kind| kinds.contains(&kind)) {
        return Ok(None);
    }
    if row.seen_at.saturating_add(MINUTE) <= now && !is_read_only(app) {
        row.seen_at = now;
        change(app.store.write(), &row, session::Column::SeenAt, Expr::value(now)).await?;
    }
    Ok(Some(row))
}

/// A session by its id, unless it has ended or run out.
pub async fn living(
    app: &App,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    id: Uuid,
) -> Result<Option<session::Model>, DbErr> {
    let now = app.clock.millis();
    let row = session::Entity::of_tenant(tenant_id).filter(session::Column::Id.eq(id)).one(db).await?;
    Ok(row.filter(|row| {
        let idle = Kind::of(&row.kind).map_or(0, Kind::idle);
        row.expires_at > now && row.seen_at.saturating_add(idle) > now
    }))
}

/// Ends one session.
pub async fn end(db: &impl ConnectionTrait, tenant_id: Uuid, id: Uuid) -> Result<(), DbErr> {
    session::Entity::delete_many()
        .filter(session::Column::TenantId.eq(tenant_id))
        .filter(session::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// Ends all of a person's sessions in one account (or the vendor's admin), but for one.
pub async fn end_of_person(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    person_id: Uuid,
    except: Option<Uuid>,
) -> Result<u64, DbErr> {
    let mut gone = session::Entity::delete_many()
        .filter(session::Column::TenantId.eq(tenant_id))
        .filter(session::Column::PersonId.eq(person_id));
    if let Some(except) = except {
        gone = gone.filter(session::Column::Id.ne(except));
    }
    Ok(gone.exec(db).await?.rows_affected)
}

/// Ends all of a person's sessions in every account, but for one.
pub async fn end_everywhere(db: &impl ConnectionTrait, person_id: Uuid, except: Uuid) -> Result<u64, DbErr> {
    let gone = session::Entity::delete_many()
        .filter(session::Column::PersonId.eq(person_id))
        .filter(session::Column::Id.ne(except));
    Ok(gone.exec(db).await?.rows_affected)
}

/// A person's sessions in one account, the newest first.
pub async fn list_of_person(app: &App, tenant_id: Uuid, person_id: Uuid) -> Result<Vec<session::Model>, DbErr> {
    let now = app.clock.millis();
    let rows = session::Entity::of_tenant(tenant_id)
        .filter(session::Column::PersonId.eq(person_id))
        .filter(session::Column::ExpiresAt.gt(now))
        .order_by_desc(session::Column::SeenAt)
        .all(app.store.read())
        .await?;
    let lives = |row: &session::Model| row.seen_at.saturating_add(Kind::of(&row.kind).map_or(0, Kind::idle)) > now;
    Ok(rows.into_iter().filter(lives).collect())
}

/// What the next page says once; empty: nothing.
pub async fn set_notice(db: &impl ConnectionTrait, row: &session::Model, notice: &str) -> Result<(), DbErr> {
    change(db, row, session::Column::Notice, Expr::value(notice)).await
}

/// The language of the session's pages.
pub async fn set_language(db: &impl ConnectionTrait, row: &session::Model, code: &str) -> Result<(), DbErr> {
    change(db, row, session::Column::Language, Expr::value(code)).await
}

/// What was kept in the session under a name.
pub fn data<T: DeserializeOwned>(app: &App, row: &session::Model, name: &str) -> Option<T> {
    let value = all_data(app, row).remove(name)?;
    serde_json::from_value(value).ok()
}

/// Keeps something in the session under a name, sealed; `None` forgets it.
pub async fn set_data<T: Serialize>(app: &App, row: &session::Model, name: &str, value: Option<&T>) -> Result<()> {
    // From the database: the request may have begun before another one's change.
    let tx = app.store.write_tx().await?;
    let done = async {
        let fresh = living(app, &tx, row.tenant_id, row.id).await?.ok_or(Error::NotFound)?;
        let mut all = all_data(app, &fresh);
        match value {
            Some(value) => {
                all.insert(name.to_owned(), serde_json::to_value(value).map_err(anyhow::Error::from)?);
            }
            None => {
                all.remove(name);
            }
        }
        let text = Value::Object(all).to_string();
        if text.len() > LARGEST_DATA {
            return Err(Error::TooLarge(LARGEST_DATA));
        }
        let sealed = app.vault.seal(row.tenant_id, "session", &row.id.to_string(), text.as_bytes());
        Ok(change(&tx, row, session::Column::Data, Expr::value(sealed)).await?)
    };
    let done = done.await;
    ended(tx, done).await
}

fn all_data(app: &App, row: &session::Model) -> Map<String, Value> {
    let Some(sealed) = &row.data else { return Map::new() };
    match app.vault.open_sealed(row.tenant_id, "session", &row.id.to_string(), sealed) {
        Ok(plain) => serde_json::from_slice(&plain).unwrap_or_default(),
        Err(error) => {
            tracing::warn!(tenant.id = %row.tenant_id, session.id = %row.id, %error, "what a session kept cannot be opened");
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
    session::Entity::update_many()
        .col_expr(column, value)
        .filter(session::Column::TenantId.eq(row.tenant_id))
        .filter(session::Column::Id.eq(row.id))
        .exec(db)
        .await?;
    Ok(())
}
