//! Limits of sign-in attempts, so that guessing is slow and no one can lock out others.
//!
//! ```text
//! a device that signed in before ──▶ its own budget
//! all others ──▶ budget of the address at this entrance ──▶ budget of (login, address)
//!                                                          smaller while many addresses try the login
//! ```
//!
//! No budget covers a login alone: strangers' attempts never lock out its owner, who comes from a known device or from
//! another address.

use std::net::IpAddr;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::HeaderValue;
use base::browser::client_address;
use base::cache::Cache;
use base::millis::{DAY, HOUR, MINUTE};
use base::store::VENDOR;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use entity::throttle::{self, Column};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::realm::{self, Realm, network_of};
use super::{IdentityContext, session};
use crate::audit::{AuditLogKind, RefusedAction};

/// Attempts for one login from one address.
const PER_LOGIN: Limit = Limit { most: 5, window: MINUTE };
/// Attempts for all logins from one address, at one entrance.
const PER_ADDRESS: Limit = Limit { most: 20, window: MINUTE };
/// Attempts for one login from a device on which it signed in before.
const PER_DEVICE: Limit = Limit { most: 10, window: 10 * MINUTE };
/// Attempts for a login, from all unknown devices together, beyond which each address gets only [`PRESSED`].
const MANY: Limit = Limit { most: 30, window: HOUR };
/// Attempts from one address for a login that is tried from many.
const PRESSED: Limit = Limit { most: 3, window: 15 * MINUTE };
/// The longest window; older rows are deleted.
pub const LONGEST_WINDOW: TimeDelta = TimeDelta::days(1);

/// Counts an attempt at an entrance (`panel`, `admin`, `code` …), whether the login exists or not. A known device has
/// its own 10 attempts in 10 minutes. All others have 5 a minute for a login and an address and 20 a minute for an
/// address at that entrance; for a login with more than 30 attempts within an hour from unknown devices each address
/// has 3 in 15 minutes. A refused attempt is noted for the audit log and does not change the counters.
pub async fn login(
    app: &IdentityContext,
    door: &str,
    login: &str,
    origin: impl Into<AttemptOrigin>,
) -> Result<Result<(), Wait>, DbErr> {
    let origin = origin.into();
    let counted = counted(app, &ThrottleKeys::of(app, door, login, &origin)).await?;
    if counted.is_err() {
        sign_in_refused(app, door, login, TOO_MANY, &origin);
    }
    Ok(counted)
}

async fn counted(app: &IdentityContext, keys: &ThrottleKeys) -> Result<Result<(), Wait>, DbErr> {
    if let Some(device) = &keys.device
        && count(app, device, PER_DEVICE).await?.is_ok()
    {
        return Ok(Ok(()));
    }
    let mut budgets = vec![(keys.address.as_str(), PER_ADDRESS), (&keys.login, PER_LOGIN)];
    let pressed = is_full(app, &keys.all, MANY).await?;
    if pressed {
        budgets.push((&keys.pressed, PRESSED));
    }
    let counted = count_all(app, &budgets).await?;
    if counted.is_ok() && !pressed {
        // This counter never refuses: when it is full, later attempts get smaller budgets.
        let _ = count(app, &keys.all, MANY).await?;
    }
    Ok(counted)
}

/// Resets a login's attempts from an origin after it signed in.
pub async fn forgive(
    app: &IdentityContext,
    door: &str,
    login: &str,
    origin: impl Into<AttemptOrigin>,
) -> Result<(), DbErr> {
    let keys = ThrottleKeys::of(app, door, login, &origin.into());
    let mut gone = vec![keys.login, keys.pressed];
    gone.extend(keys.device);
    forget_attempts(app, gone).await
}

struct ThrottleKeys {
    /// `None` if the login has not signed in on this device.
    device: Option<String>,
    address: String,
    login: String,
    all: String,
    pressed: String,
}

impl ThrottleKeys {
    fn of(app: &IdentityContext, door: &str, login: &str, origin: &AttemptOrigin) -> Self {
        let name = session::hash(&login.trim().to_lowercase());
        let place = origin.place();
        let device = known_device(app, origin, login);
        Self {
            device: device.map(|device| format!("device:{door}:{name}:{device}")),
            address: format!("address:{door}:{place}"),
            login: format!("login:{door}:{name}:{place}"),
            all: format!("all:{door}:{name}"),
            pressed: format!("pressed:{door}:{name}:{place}"),
        }
    }
}

// Counters of attempts, kept in the database so that all instances count together. Keys are hashes, so that the table
// reveals no e-mail.

/// Too many attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Seconds until the window ends.
    pub seconds: i64,
}

impl Wait {
    /// In whole minutes, at least one.
    pub fn minutes(self) -> i64 {
        (self.seconds + 59) / 60
    }
}

/// A number of attempts within a window in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub most: i32,
    pub window: i64,
}

/// Counters that are full, cached by this process so that refusing costs no query. An entry that is evicted costs one
/// read.
#[derive(Clone)]
pub struct FullCounters {
    /// Key → end of its window, milliseconds since 1970, and its count: a limit may grow while it is full.
    full: Cache<String, (i64, i32)>,
}

impl Default for FullCounters {
    fn default() -> Self {
        Self { full: Cache::builder().max_capacity(50_000).time_to_live(Duration::from_secs(3600)).build() }
    }
}

impl FullCounters {
    async fn wait(&self, key: &str, limit: Limit, now: i64) -> Option<Wait> {
        let (until, count) = self.full.get(&key.to_owned()).await?;
        (until > now && count >= limit.most).then_some(Wait { seconds: (until - now + 999) / 1000 })
    }
}

/// Counts one attempt of a key; `Wait` if it exceeds the limit within its window. A refused attempt writes nothing.
pub async fn count(app: &IdentityContext, key: &str, limit: Limit) -> Result<Result<(), Wait>, DbErr> {
    count_all(app, &[(key, limit)]).await
}

/// Counts one attempt of several keys, or of none if one of them is full.
pub async fn count_all(app: &IdentityContext, keys: &[(&str, Limit)]) -> Result<Result<(), Wait>, DbErr> {
    let now = app.clock.millis();
    for (key, limit) in keys {
        if let Some(wait) = full(app, key, *limit, now).await? {
            return Ok(Err(wait));
        }
    }
    for (key, limit) in keys {
        // The counter became full between the check and the count.
        if !add(app, key, *limit, now).await?
            && let Some(wait) = full(app, key, *limit, now).await?
        {
            return Ok(Err(wait));
        }
    }
    Ok(Ok(()))
}

/// Whether a counter is full now.
pub async fn is_full(app: &IdentityContext, key: &str, limit: Limit) -> Result<bool, DbErr> {
    Ok(full(app, key, limit, app.clock.millis()).await?.is_some())
}

/// Resets these keys.
pub async fn forget_attempts(app: &IdentityContext, keys: Vec<String>) -> Result<(), DbErr> {
    for key in &keys {
        app.tries.full.invalidate(key).await;
    }
    throttle::Entity::delete_of(VENDOR).filter(Column::Key.is_in(keys)).exec(app.store.write()).await?;
    Ok(())
}

async fn full(app: &IdentityContext, key: &str, limit: Limit, now: i64) -> Result<Option<Wait>, DbErr> {
    if let Some(wait) = app.tries.wait(key, limit, now).await {
        return Ok(Some(wait));
    }
    let row = throttle::Entity::of_tenant(VENDOR).filter(Column::Key.eq(key)).one(app.store.read()).await?;
    let full = row.filter(|row| row.count >= limit.most && row.window_from.saturating_add(limit.window) > now);
    if let Some(row) = full {
        app.tries.full.insert(key.to_owned(), (row.window_from.saturating_add(limit.window), row.count)).await;
    }
    Ok(app.tries.wait(key, limit, now).await)
}

/// False if the counter is full.
async fn add(app: &IdentityContext, key: &str, limit: Limit, now: i64) -> Result<bool, DbErr> {
    let column = |column| Expr::col((throttle::Entity, column));
    let old = || column(Column::WindowFrom).lte(now.saturating_sub(limit.window));
    let row = throttle::Model { tenant_id: VENDOR, key: key.to_owned(), window_from: now, count: 1 };
    let written = throttle::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([Column::TenantId, Column::Key])
                .value(Column::Count, Expr::case(old(), Expr::value(1)).finally(column(Column::Count).add(1)))
                .value(Column::WindowFrom, Expr::case(old(), Expr::value(now)).finally(column(Column::WindowFrom)))
                .action_and_where(old().or(column(Column::Count).lt(limit.most)))
                .to_owned(),
        )
        .exec_without_returning(app.store.write())
        .await?;
    Ok(written > 0)
}

// The origin of an attempt: an address, or an account on whose behalf it is made, and the browser's cookie and
// headers.

/// The origin of an attempt.
#[derive(Clone, Debug)]
pub struct AttemptOrigin {
    place: String,
    address: Option<IpAddr>,
    door: Realm,
    devices: String,
    subject: Option<String>,
    account: Option<Uuid>,
}

impl AttemptOrigin {
    /// The browser behind a request.
    pub fn of(request: &HttpRequest, app: &IdentityContext) -> Self {
        let from: Self = client_address(request, &app.config.server.trusted_proxies).into();
        Self { door: Realm::of_path(request.match_info().as_str()), devices: device_cookie(request, app), ..from }
    }

    /// An account: its users are counted together, whatever their address.
    pub fn of_account(tenant_id: Uuid, address: Option<IpAddr>) -> Self {
        Self { place: format!("account:{tenant_id}"), account: Some(tenant_id), ..address.into() }
    }

    /// The same browser, counted under this login although the attempt uses another id.
    pub fn known_as(&self, login: &str) -> Self {
        Self { subject: Some(login.to_owned()), ..self.clone() }
    }

    /// The network by which attempts are counted.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The network of the address, for the audit log.
    pub fn network(&self) -> String {
        self.address.map(network_of).unwrap_or_default()
    }

    /// The account on whose behalf the attempt is made.
    pub fn account(&self) -> Option<Uuid> {
        self.account
    }

    pub(super) fn door(&self) -> Realm {
        self.door
    }

    pub(super) fn devices(&self) -> &str {
        &self.devices
    }

    pub(super) fn subject<'own>(&'own self, login: &'own str) -> &'own str {
        self.subject.as_deref().unwrap_or(login)
    }
}

impl From<Option<IpAddr>> for AttemptOrigin {
    fn from(address: Option<IpAddr>) -> Self {
        let place = address.map_or_else(|| "unknown".to_owned(), network_of);
        Self { place, address, door: Realm::Panel, devices: String::new(), subject: None, account: None }
    }
}

// Devices with an earlier successful sign-in. They have a sign-in limit of their own, so that strangers who keep
// trying a login cannot lock out its owner.
//
// The cookie holds a signed mark for each login that signed in on this browser. It gives no access by itself.

/// Days after which a mark expires.
const LIVES: i64 = 180;
/// Days after which a mark is renewed.
const RENEWED: i64 = 30;
/// The most logins that one browser is remembered for.
const MOST: usize = 4;

/// The mark of one login.
#[derive(Clone, Debug, PartialEq, Eq)]
struct DeviceMark<'cookie> {
    /// Day of creation, counted from 1970.
    day: i64,
    nonce: &'cookie str,
    signature: &'cookie str,
}

impl<'cookie> DeviceMark<'cookie> {
    fn read(text: &'cookie str) -> Option<Self> {
        let (day, rest) = text.split_once(':')?;
        let (nonce, signature) = rest.split_once(':')?;
        Some(Self { day: day.parse().ok()?, nonce, signature })
    }

    /// Whether it was made by this server for this login and has not expired.
    fn fits(&self, app: &IdentityContext, door: Realm, login: &str) -> bool {
        let now = today(app);
        let lives = self.day <= now && self.day.saturating_add(LIVES) > now;
        // Also by a replaced key: a rotation must not make every device unknown.
        let signed = signatures(app, door, login, self.day, self.nonce);
        let ours = signed.iter().any(|wanted| wanted.as_bytes().ct_eq(self.signature.as_bytes()).into());
        ours && lives
    }
}

/// The marks that the browser sent; empty if none.
pub(super) fn device_cookie(request: &HttpRequest, app: &IdentityContext) -> String {
    request.cookie(name(app)).map(|cookie| cookie.value().to_owned()).unwrap_or_default()
}

/// The device's name in counters, if this login signed in on it at this entrance.
pub(super) fn known_device(app: &IdentityContext, origin: &AttemptOrigin, login: &str) -> Option<String> {
    let login = origin.subject(login);
    let marks = origin.devices().split('.').take(MOST).filter_map(DeviceMark::read);
    let mark = marks.into_iter().find(|mark| mark.fits(app, origin.door(), login));
    mark.map(|mark| session::hash(mark.nonce))
}

/// The cookie that identifies a browser after a sign-in; `None` if it has a recent one. Only for people who proved more
/// than a password that another person may have set.
pub fn remember_device(app: &IdentityContext, origin: &AttemptOrigin, login: &str) -> Option<HeaderValue> {
    if login.is_empty() {
        return None;
    }
    let (door, today) = (origin.door(), today(app));
    let all: Vec<&str> = origin.devices().split('.').take(MOST).collect();
    let own = |text: &&&str| DeviceMark::read(text).is_some_and(|mark| mark.fits(app, door, login));
    let young = |text: &&str| DeviceMark::read(text).is_some_and(|mark| mark.day.saturating_add(RENEWED) > today);
    if all.iter().find(own).is_some_and(young) {
        return None;
    }
    let nonce = session::new_token();
    let fresh = format!("{today}:{nonce}:{}", signatures(app, door, login, today, &nonce).first()?);
    let others = all.iter().filter(|text| DeviceMark::read(text).is_some() && !own(text)).take(MOST - 1);
    let value = std::iter::once(fresh.as_str()).chain(others.copied()).collect::<Vec<_>>().join(".");
    let secure = if realm::is_secure(app) { "; Secure" } else { "" };
    let life = LIVES * DAY / 1000;
    let line = format!("{}={value}; Path=/; Max-Age={life}; HttpOnly{secure}; SameSite=Strict", name(app));
    HeaderValue::from_str(&line).ok()
}

fn name(app: &IdentityContext) -> &'static str {
    if realm::is_secure(app) { "__Host-parom-device" } else { "parom-device" }
}

fn today(app: &IdentityContext) -> i64 {
    app.clock.millis() / DAY
}

/// Signatures by each known key, the current one first.
fn signatures(app: &IdentityContext, door: Realm, login: &str, day: i64, nonce: &str) -> Vec<String> {
    let door = match door {
        Realm::Panel => "panel",
        Realm::Admin => "admin",
    };
    let login = login.trim().to_lowercase();
    let signed = app.vault.derived("known_device", &[door, &login, &day.to_string(), nonce]);
    signed.iter().map(|signature| URL_SAFE_NO_PAD.encode(signature.as_slice())).collect()
}

// Refused sign-ins, for the audit log. Recording one neither reads nor writes the database, so that a page takes equal
// time for every login.

/// The reason for too many attempts, valid or not.
pub const TOO_MANY: &str = "too_many_tries";

/// Notes a refused sign-in at an entrance (`panel`, `admin`, `code` …). `login`: what was typed, or the id of the
/// person.
pub fn sign_in_refused(app: &IdentityContext, door: &str, login: &str, why: &'static str, origin: &AttemptOrigin) {
    let action = match door {
        "connect" | "connect_login" => "account.connected",
        "admin" | "admin-code" | "admin-link" => "operator.signed_in",
        _ => "member.signed_in",
    };
    let whose = origin.account().map_or(AuditLogKind::Person(login), |account| AuditLogKind::Account(account, ""));
    note(app, action, whose, why, origin);
}

/// Notes a wrong password or code given in an open session before a change of credentials.
pub fn change_refused(
    app: &IdentityContext,
    action: &'static str,
    person_id: Uuid,
    why: &'static str,
    origin: &AttemptOrigin,
) {
    note(app, action, AuditLogKind::Person(&person_id.to_string()), why, origin);
}

/// Notes an invalid ticket or link, whose owner is unknown. A value that does not look like a token is not noted.
pub fn token_refused(
    app: &IdentityContext,
    action: &'static str,
    why: &'static str,
    token: &str,
    origin: &AttemptOrigin,
) {
    if !super::session::is_token_shaped(token) {
        return;
    }
    note(app, action, AuditLogKind::Account(base::store::VENDOR, ""), why, origin);
}

fn note(
    app: &IdentityContext,
    action: &'static str,
    whose: AuditLogKind<'_>,
    why: &'static str,
    origin: &AttemptOrigin,
) {
    let place = origin.network();
    app.refusals.note(RefusedAction { whose, action, why, place: &place }, &app.clock);
}

// Deletes expired sessions and old counters of attempts.

/// Runs once; returns the number of deleted sessions.
pub async fn sweep(app: &IdentityContext) -> Result<u64, DbErr> {
    let now = app.clock.millis();
    let db = app.store.write();
    throttle::Entity::delete_of(VENDOR)
        .filter(throttle::Column::WindowFrom.lt(now - LONGEST_WINDOW.num_milliseconds()))
        .exec(db)
        .await?;
    // For all tenants: expired rows have no other reader.
    let gone =
        entity::session::Entity::delete_many().filter(entity::session::Column::ExpiresAt.lte(now)).exec(db).await?;
    Ok(gone.rows_affected)
}
