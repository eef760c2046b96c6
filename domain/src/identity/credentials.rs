//! Where a person's password and authenticator are valid, and when they are removed.
//!
//! A link that is not sent by e-mail may be opened by the person who created it. Credentials set in its session are
//! valid only in the account of that link, until a link sent by e-mail proves that the person reads the address:
//!
//! ```text
//! nothing ──(set in a handed session of A)──▶ valid in A ──(B is joined)──▶ nothing
//!                                                 │
//!                         (an e-mailed link is used: all are removed, all sessions end)
//!                                                 ▼
//!                                 what is set from now on is valid everywhere
//! ```
//!
//! Each change increments `revision`. After credentials were checked, the transaction that opens the session compares
//! the number with the row, so a check from before a change opens nothing after it.

use base::store::VENDOR;
use entity::person::{self, Column};
use entity::session as session_row;
use sea_orm::sea_query::{Expr, ExprTrait as _, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::session;
use crate::identity::IdentityContext;

/// Whether a person's password and authenticator are valid in an account.
pub fn count_in(person: &person::Model, tenant_id: Uuid) -> bool {
    person.proved_at.is_some() || person.set_in == Some(tenant_id)
}

/// Whether a code is required to enter an account; `None`: any.
pub fn second_step(person: &person::Model, tenant_id: Option<Uuid>) -> bool {
    let counts = tenant_id.map_or(person.proved_at.is_some(), |tenant_id| count_in(person, tenant_id));
    person.totp_secret.is_some() && counts
}

/// Whether the person can sign in by anything but links.
pub fn any(person: &person::Model) -> bool {
    person.password_hash.is_some() || person.totp_secret.is_some()
}

/// A link sent by e-mail was used. The first one removes all credentials set before, and all sessions. True if it was
/// the first.
pub async fn prove(app: &IdentityContext, db: &impl ConnectionTrait, person: &person::Model) -> Result<bool, DbErr> {
    let now = Expr::value(Some(app.clock.millis()));
    let first = Column::ProvedAt.is_null();
    let done = cleared(person.id).col_expr(Column::ProvedAt, now).filter(first).exec(db).await?;
    if done.rows_affected == 0 {
        return Ok(false);
    }
    session::end_everywhere(db, person.id, None).await?;
    Ok(true)
}

/// Removes password, authenticator and all sessions of a person.
pub async fn fall(db: &impl ConnectionTrait, person_id: Uuid) -> Result<(), DbErr> {
    cleared(person_id).exec(db).await?;
    session::end_everywhere(db, person_id, None).await?;
    Ok(())
}

/// The authenticator was lost: password and sessions are removed too, and another one can be connected only in the
/// session of a fresh link.
pub async fn forget(db: &impl ConnectionTrait, person_id: Uuid) -> Result<(), DbErr> {
    cleared(person_id).col_expr(Column::LinkOnly, Expr::value(true)).exec(db).await?;
    session::end_everywhere(db, person_id, None).await?;
    Ok(())
}

/// Sets the password if the person is unchanged since they were read. `set_in`: the only account where it is valid.
/// False if they changed; nothing is set then.
pub async fn set_password(
    db: &impl ConnectionTrait,
    person: &person::Model,
    hash: &str,
    set_in: Option<Uuid>,
) -> Result<bool, DbErr> {
    let set = [(Column::PasswordHash, Expr::value(Some(hash.to_owned()))), (Column::SetIn, Expr::value(set_in))];
    change(db, person, set).await
}

/// Sets or removes the authenticator if the person is unchanged since they were read: the encrypted secret and the time
/// step of the code that proved it. False if they changed; nothing is set then.
pub async fn set_authenticator(
    db: &impl ConnectionTrait,
    person: &person::Model,
    secret: Option<(Vec<u8>, i64)>,
    set_in: Option<Uuid>,
) -> Result<bool, DbErr> {
    let (sealed, step) = secret.unzip();
    let set = [
        (Column::TotpSecret, Expr::value(sealed)),
        (Column::TotpStep, Expr::value(step)),
        (Column::SetIn, Expr::value(set_in)),
        (Column::LinkOnly, Expr::value(false)),
        (Column::WrongCodes, Expr::value(0)),
        (Column::RecoveryCodes, Expr::value("")),
    ];
    change(db, person, set).await
}

/// Replaces the hashes of recovery codes if the person is unchanged since they were read.
pub async fn set_recovery_codes(
    db: &impl ConnectionTrait,
    person: &person::Model,
    hashes: &str,
) -> Result<bool, DbErr> {
    change(db, person, [(Column::RecoveryCodes, Expr::value(hashes))]).await
}

/// Whether the person is unchanged since they were read; locks them until the transaction ends.
pub async fn hold(db: &impl ConnectionTrait, person: &person::Model) -> Result<bool, DbErr> {
    let done = person::Entity::update_of(VENDOR)
        .col_expr(Column::Revision, Expr::value(person.revision))
        .filter(Column::Id.eq(person.id))
        .filter(Column::Revision.eq(person.revision))
        .filter(Column::DisabledAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// [`hold`] for a person identified by a session, which must not have ended either: a request may have found its
/// session before all of them ended, and read the person only afterwards.
pub async fn hold_in(
    app: &IdentityContext,
    db: &impl ConnectionTrait,
    person: &person::Model,
    session: &session_row::Model,
) -> Result<bool, DbErr> {
    if !hold(db, person).await? {
        return Ok(false);
    }
    Ok(session::living(app, db, session.tenant_id, session.id).await?.is_some())
}

async fn change(
    db: &impl ConnectionTrait,
    person: &person::Model,
    set: impl IntoIterator<Item = (Column, SimpleExpr)>,
) -> Result<bool, DbErr> {
    let mut update = person::Entity::update_many();
    for (column, value) in set {
        update = update.col_expr(column, value);
    }
    let done = update
        .col_expr(Column::Revision, Expr::value(person.revision.saturating_add(1)))
        .filter(Column::TenantId.eq(VENDOR))
        .filter(Column::Id.eq(person.id))
        .filter(Column::Revision.eq(person.revision))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

fn cleared(person_id: Uuid) -> sea_orm::UpdateMany<person::Entity> {
    person::Entity::update_of(VENDOR)
        .col_expr(Column::PasswordHash, Expr::value(Option::<String>::None))
        .col_expr(Column::TotpSecret, Expr::value(Option::<Vec<u8>>::None))
        .col_expr(Column::TotpStep, Expr::value(Option::<i64>::None))
        .col_expr(Column::SetIn, Expr::value(Option::<Uuid>::None))
        .col_expr(Column::WrongCodes, Expr::value(0))
        .col_expr(Column::RecoveryCodes, Expr::value(""))
        .col_expr(Column::Revision, Expr::col(Column::Revision).add(1))
        .filter(Column::Id.eq(person_id))
}
