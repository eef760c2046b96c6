//! A person, independent of their accounts. Operators are separate: a panel member and an operator may have the same
//! e-mail, and look-ups of one never find the other.

use base::i18n::Language;
use base::store::{VENDOR, directory};
use entity::person;
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use crate::identity::IdentityContext;

/// The longest e-mail that SMTP carries.
const LONGEST_EMAIL: usize = 254;
/// The longest name that is stored, in characters.
pub const LONGEST_NAME: usize = 100;

/// A new person. The e-mail is empty for people who come only through amoCRM.
#[derive(Clone, Copy, Debug)]
pub struct NewPerson<'new> {
    pub email: &'new str,
    pub name: &'new str,
    pub language: Language,
    pub is_operator: bool,
}

/// Adds a person; `None` if a person of the same kind already has this e-mail.
pub async fn add(
    app: &IdentityContext,
    db: &impl ConnectionTrait,
    new: NewPerson<'_>,
) -> Result<Option<person::Model>, DbErr> {
    let row = person::Model {
        tenant_id: VENDOR,
        id: app.clock.uuid_v7(),
        email: new.email.to_lowercase(),
        name: new.name.chars().take(LONGEST_NAME).collect(),
        password_hash: None,
        totp_secret: None,
        totp_step: None,
        is_operator: new.is_operator,
        language: new.language.code().to_owned(),
        created_at: app.clock.millis(),
        disabled_at: None,
        proved_at: None,
        set_in: None,
        revision: 0,
        link_only: false,
        wrong_codes: 0,
        warned_at: 0,
        recovery_codes: String::new(),
    };
    if !row.email.is_empty() && !enter(db, &row).await? {
        return Ok(None);
    }
    person::Entity::insert(row.clone().into_active_model()).exec_without_returning(db).await?;
    Ok(Some(row))
}

async fn enter(db: &impl ConnectionTrait, row: &person::Model) -> Result<bool, DbErr> {
    let entry = directory::DirectoryEntry { tenant_id: VENDOR, id: row.id, note: String::new(), expires_at: None };
    let kind = if row.is_operator { directory::IdKind::Operator } else { directory::IdKind::Person };
    directory::enter(db, kind, &row.email, entry).await
}

/// The panel's person with this e-mail; disabled persons included, operators never.
pub async fn by_email(
    app: &IdentityContext,
    db: &impl ConnectionTrait,
    email: &str,
) -> Result<Option<person::Model>, DbErr> {
    by_email_of(app, db, directory::IdKind::Person, email).await
}

/// The operator with this e-mail, including former ones.
pub async fn operator_by_email(
    app: &IdentityContext,
    db: &impl ConnectionTrait,
    email: &str,
) -> Result<Option<person::Model>, DbErr> {
    by_email_of(app, db, directory::IdKind::Operator, email).await
}

async fn by_email_of(
    app: &IdentityContext,
    db: &impl ConnectionTrait,
    kind: directory::IdKind,
    email: &str,
) -> Result<Option<person::Model>, DbErr> {
    let key = email.trim().to_lowercase();
    if key.is_empty() || key.len() > LONGEST_EMAIL {
        return Ok(None);
    }
    let entry = directory::find(db, kind, &key, app.clock.millis()).await?;
    // A row is read for unknown logins too, so that the answer takes equal time.
    by_id(db, entry.map_or(Uuid::nil(), |entry| entry.id)).await
}

/// A person by id; disabled ones included.
pub async fn by_id(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<person::Model>, DbErr> {
    person::Entity::find_by_id((VENDOR, id)).one(db).await
}

/// Several persons by id.
pub async fn by_ids(db: &impl ConnectionTrait, ids: Vec<Uuid>) -> Result<Vec<person::Model>, DbErr> {
    person::Entity::of_tenant(VENDOR).filter(person::Column::Id.is_in(ids)).all(db).await
}

/// The language of e-mails to a person.
pub async fn set_language(db: &impl ConnectionTrait, id: Uuid, language: Language) -> Result<(), DbErr> {
    change(db, id, person::Column::Language, Expr::value(language.code())).await
}

/// Renames a person after amoCRM did.
pub async fn set_name(db: &impl ConnectionTrait, id: Uuid, name: &str) -> Result<(), DbErr> {
    change(db, id, person::Column::Name, Expr::value(name)).await
}

/// Disables sign-in of this person. The caller ends their sessions.
pub async fn disable(app: &IdentityContext, db: &impl ConnectionTrait, id: Uuid) -> Result<(), DbErr> {
    change(db, id, person::Column::DisabledAt, Expr::value(Some(app.clock.millis()))).await
}

/// Whether this is a valid e-mail address; not whether it is read.
pub fn is_email(text: &str) -> bool {
    let (name, host) = text.rsplit_once('@').unwrap_or_default();
    let plain = |part: &str| part.chars().all(|sign| !sign.is_whitespace() && !sign.is_control() && sign != '@');
    let fits = text.len() <= LONGEST_EMAIL && !name.is_empty() && plain(name) && plain(host);
    fits && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
}

async fn change(db: &impl ConnectionTrait, id: Uuid, column: person::Column, value: SimpleExpr) -> Result<(), DbErr> {
    person::Entity::update_of(VENDOR).col_expr(column, value).filter(person::Column::Id.eq(id)).exec(db).await?;
    Ok(())
}
