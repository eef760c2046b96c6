//! The state between the two steps of a sign-in, and the handling of wrong codes.

use std::sync::Arc;

use base::store::{VENDOR, directory};
use chrono::TimeDelta;
use entity::person::{self, Column};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::mail::{self, Email};
use super::{member, token, totp};
use crate::identity::IdentityContext;

/// Time from the first step to the code.
const LIFE: TimeDelta = TimeDelta::minutes(5);
/// Wrong codes in a row after which the first step must be repeated.
const WRONG: i32 = 10;
/// Time between two e-mails about wrong codes.
const BETWEEN_LETTERS: TimeDelta = TimeDelta::hours(1);

/// The result of the first step of a sign-in to the panel, stored until the code is entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    pub person_id: Uuid,
    /// The account to enter; `None`: any of the person's.
    pub tenant_id: Option<Uuid>,
    /// `password`, `link` (mailed) or `handed`.
    pub via: String,
    /// The code also accepts the account's invitation.
    pub invitation: bool,
    /// The person's revision at the first step.
    pub revision: i64,
}

#[derive(Serialize, Deserialize)]
struct PendingSignIn {
    via: String,
    invitation: bool,
    revision: i64,
}

/// Stores a first step; returns its token, valid for five minutes.
pub async fn begin(app: &IdentityContext, db: &impl ConnectionTrait, pending: &Pending) -> anyhow::Result<String> {
    let token = token::new();
    let note = PendingSignIn { via: pending.via.clone(), invitation: pending.invitation, revision: pending.revision };
    let entry = directory::DirectoryEntry {
        tenant_id: pending.tenant_id.unwrap_or(VENDOR),
        id: pending.person_id,
        note: serde_json::to_string(&note)?,
        expires_at: Some(app.clock.millis() + LIFE.num_milliseconds()),
    };
    directory::enter(db, directory::IdKind::SecondStep, &token::hash(&token), entry).await?;
    Ok(token)
}

/// The first step of a token, which stays valid.
pub async fn look(app: &IdentityContext, token: &str) -> Result<Option<Pending>, DbErr> {
    if !token::looks_right(token) {
        return Ok(None);
    }
    let key = token::hash(token);
    let found = directory::find(app.store.read(), directory::IdKind::SecondStep, &key, app.clock.millis()).await?;
    Ok(found.and_then(read))
}

/// Consumes a token: of two callers only one gets the first step.
pub async fn take(app: &IdentityContext, token: &str) -> Result<Option<Pending>, DbErr> {
    let key = token::hash(token);
    let taken = directory::take(app.store.write(), directory::IdKind::SecondStep, &key, app.clock.millis()).await?;
    Ok(taken.and_then(read))
}

fn read(entry: directory::DirectoryEntry) -> Option<Pending> {
    let note: PendingSignIn = serde_json::from_str(&entry.note).ok()?;
    Some(Pending {
        person_id: entry.id,
        tenant_id: Some(entry.tenant_id).filter(|id| *id != VENDOR),
        via: note.via,
        invitation: note.invitation,
        revision: note.revision,
    })
}

/// The result of checking a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeResult {
    Right,
    Wrong,
    /// The tenth wrong one in a row: the caller ends what the first step opened, and the person is notified by e-mail.
    TooManyWrong,
}

/// Checks a code of the authenticator and counts wrong ones, across all instances.
pub async fn check(app: &Arc<IdentityContext>, person: &person::Model, code: &str) -> anyhow::Result<CodeResult> {
    if totp::check(app, person, code).await? {
        return Ok(CodeResult::Right);
    }
    let db = app.store.write();
    // One statement counts and resets, so that of concurrent codes exactly every tenth is reported as such.
    let full = Expr::col(Column::WrongCodes).gte(WRONG - 1);
    let counted = Expr::case(full, Expr::value(0)).finally(Expr::col(Column::WrongCodes).add(1));
    let counted = of(person.id).col_expr(Column::WrongCodes, counted.into()).exec_with_returning(db).await?;
    if counted.first().is_none_or(|row| row.wrong_codes != 0) {
        return Ok(CodeResult::Wrong);
    }
    tracing::warn!(person.id = %person.id, codes = WRONG, "too many wrong codes in a row; the sign-in has to start again");
    let now = app.clock.millis();
    let due = of(person.id).filter(Column::WarnedAt.lte(now - BETWEEN_LETTERS.num_milliseconds()));
    let due = due.col_expr(Column::WarnedAt, Expr::value(now)).exec(db).await?.rows_affected == 1;
    if due && mail::is_on(app) && !person.email.is_empty() {
        mail::send_later(app, letter(app, person).await?);
    }
    Ok(CodeResult::TooManyWrong)
}

async fn letter(app: &IdentityContext, person: &person::Model) -> Result<Email, DbErr> {
    let words = member::words_of(app, person).await?;
    Ok(Email {
        to: person.email.clone(),
        subject: words.text("mail-codes-subject").to_string(),
        text: words.text("mail-codes-body").with("count", WRONG).with("server", app.public_url()).to_string(),
        sender: words.brand(),
    })
}

fn of(person_id: Uuid) -> sea_orm::UpdateMany<person::Entity> {
    person::Entity::update_many().filter(Column::TenantId.eq(VENDOR)).filter(Column::Id.eq(person_id))
}
