//! The second step of signing in: codes of an authenticator (RFC 6238: SHA-1, 6 digits, 30 seconds). A used code and
//! all earlier ones are no longer valid.

use base::store::VENDOR;
use base::vault::Place;
use entity::person;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use totp_rs::{Builder, Secret, Totp};
use uuid::Uuid;

use super::credentials;
use crate::identity::IdentityContext;

const ISSUER: &str = "Parom";

/// A secret to be entered into an authenticator.
#[derive(Debug)]
pub struct Enrolment {
    /// Base32, to type by hand and to pass to [`confirm`].
    pub secret: String,
    /// `otpauth://totp/…`
    pub uri: String,
    /// The same as a QR code: an `<svg>` element, dark on white.
    pub picture: String,
}

/// A new secret; not stored before [`confirm`].
pub fn begin(person: &person::Model) -> anyhow::Result<Enrolment> {
    enrolment(person, &Secret::generate().to_base32())
}

/// The QR code of an existing secret.
pub fn enrolment(person: &person::Model, secret: &str) -> anyhow::Result<Enrolment> {
    let name = if person.email.is_empty() { &person.name } else { &person.email };
    let totp = Builder::new()
        .with_secret(Secret::try_from_base32(secret).map_err(|error| anyhow::anyhow!("{error:?}"))?)
        .with_account_name(name.replace(':', " "))
        .with_issuer(Some(ISSUER))
        .build()
        .map_err(|error| anyhow::anyhow!("an authenticator's secret: {error}"))?;
    let uri = totp.to_url().map_err(|error| anyhow::anyhow!("an authenticator's address: {error}"))?;
    let picture = super::qr::picture(&uri)?;
    Ok(Enrolment { secret: secret.to_owned(), uri, picture })
}

/// The result of checking the first code of a new authenticator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstCodeResult {
    Done,
    /// The code does not match the secret.
    Wrong,
    /// Password or authenticator changed since the person was read; nothing is stored.
    Changed,
}

/// Stores the secret if the code proves that the authenticator has it. `set_in`: the only account where it is valid.
pub async fn confirm(
    app: &IdentityContext,
    db: &impl ConnectionTrait,
    person: &person::Model,
    (secret, code): (&str, &str),
    set_in: Option<Uuid>,
) -> anyhow::Result<FirstCodeResult> {
    let Some(step) = step_of(app, secret, code)? else { return Ok(FirstCodeResult::Wrong) };
    let sealed = app.vault.seal(VENDOR, Place::Totp, &person.id.to_string(), secret.as_bytes());
    let done = credentials::set_authenticator(db, person, Some((sealed, step)), set_in).await?;
    Ok(if done { FirstCodeResult::Done } else { FirstCodeResult::Changed })
}

/// Whether the code is right and newer than all used ones; marks it as used.
pub async fn check(app: &IdentityContext, person: &person::Model, code: &str) -> anyhow::Result<bool> {
    let Some(sealed) = &person.totp_secret else { return Ok(false) };
    let secret = app.vault.open_sealed(VENDOR, Place::Totp, &person.id.to_string(), sealed)?;
    let Some(step) = step_of(app, std::str::from_utf8(&secret)?, code)? else { return Ok(false) };
    let used = person::Entity::update_many()
        .col_expr(person::Column::TotpStep, Expr::value(Some(step)))
        .col_expr(person::Column::WrongCodes, Expr::value(0))
        .filter(person::Column::TenantId.eq(VENDOR))
        .filter(person::Column::Id.eq(person.id))
        .filter(Condition::any().add(person::Column::TotpStep.is_null()).add(person::Column::TotpStep.lt(step)))
        .exec(app.store.write())
        .await?;
    Ok(used.rows_affected == 1)
}

fn step_of(app: &IdentityContext, secret: &str, code: &str) -> anyhow::Result<Option<i64>> {
    let code: String = code.chars().filter(|sign| !sign.is_whitespace()).collect();
    if code.len() != 6 || !code.bytes().all(|digit| digit.is_ascii_digit()) {
        return Ok(None);
    }
    let seconds = u64::try_from(app.clock.millis() / 1000).unwrap_or(0);
    let step = codes(secret)?.check(&code, seconds);
    Ok(step.and_then(|step| i64::try_from(step).ok()))
}

fn codes(secret: &str) -> anyhow::Result<Totp> {
    let secret = Secret::try_from_base32(secret).map_err(|error| anyhow::anyhow!("{error:?}"))?;
    Builder::new()
        .with_secret(secret)
        .with_account_name("parom")
        .with_issuer(Some(ISSUER))
        .build()
        .map_err(|error| anyhow::anyhow!("an authenticator's secret: {error}"))
}
