//! Devices with an earlier successful sign-in. They have a sign-in limit of their own, so that strangers who keep
//! trying a login cannot lock out its owner.
//!
//! The cookie holds a signed mark for each login that signed in on this browser. It gives no access by itself.

use actix_web::HttpRequest;
use actix_web::http::header::HeaderValue;
use base::millis::DAY;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

use super::realm::{self, Realm};
use super::throttle::AttemptOrigin;
use super::token;
use crate::identity::IdentityContext;

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
pub(super) fn cookie(request: &HttpRequest, app: &IdentityContext) -> String {
    request.cookie(name(app)).map(|cookie| cookie.value().to_owned()).unwrap_or_default()
}

/// The device's name in counters, if this login signed in on it at this entrance.
pub(super) fn known(app: &IdentityContext, origin: &AttemptOrigin, login: &str) -> Option<String> {
    let login = origin.subject(login);
    let marks = origin.devices().split('.').take(MOST).filter_map(DeviceMark::read);
    let mark = marks.into_iter().find(|mark| mark.fits(app, origin.door(), login));
    mark.map(|mark| token::hash(mark.nonce))
}

/// The cookie that identifies a browser after a sign-in; `None` if it has a recent one. Only for people who proved more
/// than a password that another person may have set.
pub fn remember(app: &IdentityContext, origin: &AttemptOrigin, login: &str) -> Option<HeaderValue> {
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
    let nonce = token::new();
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
