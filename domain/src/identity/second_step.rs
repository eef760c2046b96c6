//! The state between the two steps of a sign-in, and the handling of wrong codes.

use std::sync::Arc;

use base::store::{VENDOR, directory};
use base::vault::Place;
use chrono::TimeDelta;
use entity::person::{self, Column};
use qrcode::QrCode;
use qrcode::render::svg;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, QueryFilter};
use serde::{Deserialize, Serialize};
use totp_rs::{Builder, Secret, Totp};
use uuid::Uuid;

use super::mail::{self, Email};
use super::{IdentityContext, credentials, member, session};

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
    let token = session::new_token();
    let note = PendingSignIn { via: pending.via.clone(), invitation: pending.invitation, revision: pending.revision };
    let entry = directory::DirectoryEntry {
        tenant_id: pending.tenant_id.unwrap_or(VENDOR),
        id: pending.person_id,
        note: serde_json::to_string(&note)?,
        expires_at: Some(app.clock.millis() + LIFE.num_milliseconds()),
    };
    directory::enter(db, directory::IdKind::SecondStep, &session::hash(&token), entry).await?;
    Ok(token)
}

/// The first step of a token, which stays valid.
pub async fn look(app: &IdentityContext, token: &str) -> Result<Option<Pending>, DbErr> {
    if !session::is_token_shaped(token) {
        return Ok(None);
    }
    let key = session::hash(token);
    let found = directory::find(app.store.read(), directory::IdKind::SecondStep, &key, app.clock.millis()).await?;
    Ok(found.and_then(read))
}

/// Consumes a token: of two callers only one gets the first step.
pub async fn take(app: &IdentityContext, token: &str) -> Result<Option<Pending>, DbErr> {
    let key = session::hash(token);
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
    if check_totp(app, person, code).await? {
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
    person::Entity::update_of(VENDOR).filter(Column::Id.eq(person_id))
}

// The second step of signing in: codes of an authenticator (RFC 6238: SHA-1, 6 digits, 30 seconds). A used code and
// all earlier ones are no longer valid.

const ISSUER: &str = "Parom";

/// A secret to be entered into an authenticator.
#[derive(Debug)]
pub struct Enrolment {
    /// Base32, to type by hand and to pass to [`confirm_enrolment`].
    pub secret: String,
    /// `otpauth://totp/…`
    pub uri: String,
    /// The same as a QR code: an `<svg>` element, dark on white.
    pub picture: String,
}

/// A new secret; not stored before [`confirm_enrolment`].
pub fn begin_enrolment(person: &person::Model) -> anyhow::Result<Enrolment> {
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
    let picture = qr_picture(&uri)?;
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
pub async fn confirm_enrolment(
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
pub async fn check_totp(app: &IdentityContext, person: &person::Model, code: &str) -> anyhow::Result<bool> {
    let Some(sealed) = &person.totp_secret else { return Ok(false) };
    let secret = app.vault.open_sealed(VENDOR, Place::Totp, &person.id.to_string(), sealed)?;
    let Some(step) = step_of(app, std::str::from_utf8(&secret)?, code)? else { return Ok(false) };
    let used = person::Entity::update_of(VENDOR)
        .col_expr(person::Column::TotpStep, Expr::value(Some(step)))
        .col_expr(person::Column::WrongCodes, Expr::value(0))
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

// QR codes.

/// A text as an `<svg>` element, dark on white, with the quiet zone that scanners need.
pub fn qr_picture(text: &str) -> anyhow::Result<String> {
    let picture = QrCode::new(text)?.render::<svg::Color<'_>>().min_dimensions(200, 200).quiet_zone(true).build();
    Ok(picture.split_once("<svg").map_or(String::new(), |(_, rest)| format!("<svg{rest}")))
}

// Codes that operators keep for the day on which their authenticator is lost: each signs in once in place of one of
// its codes. Only their hashes are stored; new codes replace all earlier ones, and so does another authenticator.

/// Codes made at once.
pub const RECOVERY_CODES: usize = 10;
/// Characters of a code, five random bits each.
const LENGTH: usize = 16;
/// They are shown in groups of so many.
const GROUP: usize = 4;
/// Digits and letters except i, l, o and u, which are misread.
const SIGNS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Replaces all codes if the person is unchanged since they were read; returns the new ones, to be shown once.
pub async fn renew_recovery_codes(
    db: &impl ConnectionTrait,
    person: &person::Model,
) -> Result<Option<Vec<String>>, DbErr> {
    let codes: Vec<String> = std::iter::repeat_with(new_recovery_code).take(RECOVERY_CODES).collect();
    let hashes: Vec<String> =
        codes.iter().filter_map(|code| Some(hash_of_recovery_code(person.id, &read_recovery_code(code)?))).collect();
    let stored = credentials::set_recovery_codes(db, person, &hashes.join(" ")).await?;
    Ok(stored.then_some(codes))
}

/// Uses up a code; returns how many are left, none if the code is not one of the person's.
pub async fn take_recovery_code(
    db: &impl ConnectionTrait,
    person: &person::Model,
    typed: &str,
) -> Result<Option<usize>, DbErr> {
    let Some(code) = read_recovery_code(typed) else { return Ok(None) };
    let used = hash_of_recovery_code(person.id, &code);
    let rest: Vec<&str> = person.recovery_codes.split_whitespace().filter(|known| *known != used).collect();
    if rest.len() == recovery_codes_left(person) {
        return Ok(None);
    }
    // Of two requests with one code only one finds the list as it was read.
    let taken = person::Entity::update_of(VENDOR)
        .col_expr(Column::RecoveryCodes, Expr::value(rest.join(" ")))
        .col_expr(Column::WrongCodes, Expr::value(0))
        .filter(Column::Id.eq(person.id))
        .filter(Column::RecoveryCodes.eq(person.recovery_codes.as_str()))
        .exec(db)
        .await?;
    Ok((taken.rows_affected == 1).then_some(rest.len()))
}

/// Codes that were not used yet.
pub fn recovery_codes_left(person: &person::Model) -> usize {
    person.recovery_codes.split_whitespace().count()
}

fn new_recovery_code() -> String {
    let random: [u8; LENGTH] = rand::random();
    let signs: Vec<char> =
        random.iter().filter_map(|byte| SIGNS.get(usize::from(*byte) % SIGNS.len()).copied().map(char::from)).collect();
    let groups: Vec<String> = signs.chunks(GROUP).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

/// A code as typed, without what separates its groups; none if it does not have the format of a code.
fn read_recovery_code(typed: &str) -> Option<String> {
    let code: String = typed
        .chars()
        .filter(|sign| !sign.is_whitespace() && !matches!(sign, '-' | '–' | '—'))
        .map(|sign| match sign.to_ascii_lowercase() {
            'i' | 'l' => '1',
            'o' => '0',
            other => other,
        })
        .collect();
    let valid = code.len() == LENGTH && code.bytes().all(|sign| SIGNS.contains(&sign));
    valid.then_some(code)
}

/// 80 random bits cannot be guessed from a hash, and the id keeps hashes of persons apart.
fn hash_of_recovery_code(person_id: Uuid, code: &str) -> String {
    session::hash(&format!("{person_id}:{code}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = new_recovery_code();
        let plain = code.replace('-', "");
        assert_eq!((code.len(), plain.len()), (19, 16), "{code}");
        assert_eq!(read_recovery_code(&code), Some(plain.clone()));
        assert_eq!(read_recovery_code(&format!(" {} ", plain.to_uppercase())), Some(plain));
        assert_eq!(read_recovery_code("OIL0-0000-0000-0000").as_deref(), Some("0110000000000000"));
        for wrong in ["", "123456", "0123-4567-89ab-cde", "0123-4567-89ab-cdeu", "0123-4567-89ab-cdefg"] {
            assert_eq!(read_recovery_code(wrong), None, "{wrong}");
        }
    }
}
