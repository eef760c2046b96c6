//! A customer signed in to the site, identified by a JWT that the site signs by HMAC-SHA256 with the secret that the
//! panel showed once.
//!
//! ```text
//! {"sub":"customer-17","name":"Anna","phone":"+79151112233","email":"anna@shop.example","exp":1795168800}
//! ```
//!
//! `sub` and `exp` are required, `exp` at most 31 days ahead; `nbf` and `iat` are checked if present.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use connectors::webchat::{OLD_SITE_SECRET, SITE_SECRET};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;

/// Longer tokens are rejected unread.
const MOST_BYTES: usize = 8 * 1024;
/// How far the clocks of the site and this machine may differ.
const LEEWAY: TimeDelta = TimeDelta::seconds(30);
/// Tokens with a longer lifetime are refused, because they cannot be revoked.
const LONGEST: TimeDelta = TimeDelta::days(31);
const MOST_CHARS: usize = 255;

/// The customer that a site's token identifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// The site's id of the customer.
    pub subject: String,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    #[serde(default)]
    sub: Value,
    #[serde(default)]
    name: Value,
    #[serde(default)]
    phone: Value,
    #[serde(default)]
    email: Value,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    iat: Option<i64>,
}

/// The customer of a token; `None` if it is invalid or expired. `now`: milliseconds since 1970.
pub fn verify(secrets: &BTreeMap<String, SecretString>, token: &str, now: i64) -> Option<Customer> {
    if token.len() > MOST_BYTES {
        return None;
    }
    let header = jsonwebtoken::decode_header(token).ok()?;
    // A recipient that does not know the extensions listed as critical must reject the token (RFC 7515 §4.1.11).
    if header.alg != Algorithm::HS256 || header.crit.is_some() {
        return None;
    }
    let claims = valid(secrets, now).find_map(|secret| signed_by(secret, token))?;
    let now = now.div_euclid(1000);
    // The site chooses these numbers: sums and differences are of ours alone.
    let valid_until = now - LEEWAY.num_seconds() + 1..=now + LONGEST.num_seconds();
    let is_now = valid_until.contains(&claims.exp);
    let has_begun = [claims.nbf, claims.iat].into_iter().flatten().all(|at| at <= now + LEEWAY.num_seconds());
    let subject = text(&claims.sub).filter(|_| is_now && has_begun)?;
    Some(Customer { subject, name: text(&claims.name), phone: text(&claims.phone), email: text(&claims.email) })
}

/// The source's secret and, while still valid, the previous one.
fn valid(secrets: &BTreeMap<String, SecretString>, now: i64) -> impl Iterator<Item = &str> {
    let current = secrets.get(SITE_SECRET).map(ExposeSecret::expose_secret);
    let old = secrets.get(OLD_SITE_SECRET).and_then(|old| old.expose_secret().split_once(' '));
    let old = old.filter(|(until, _)| until.parse::<i64>().is_ok_and(|until| until > now)).map(|(_, old)| old);
    current.into_iter().chain(old)
}

fn signed_by(secret: &str, token: &str) -> Option<Claims> {
    let mut validation = Validation::new(Algorithm::HS256);
    // Times are checked against the caller's clock.
    validation.required_spec_claims.clear();
    (validation.validate_exp, validation.validate_nbf, validation.validate_aud) = (false, false, false);
    let key = DecodingKey::from_secret(secret.as_bytes());
    jsonwebtoken::decode::<Claims>(token, &key, &validation).ok().map(|data| data.claims)
}

/// A non-empty text; sites also write ids as numbers.
fn text(claim: &Value) -> Option<String> {
    let text = match claim {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (1..=MOST_CHARS).contains(&text.chars().count()).then_some(text)
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use hmac::{Hmac, KeyInit, Mac};
    use serde_json::json;
    use sha2::Sha256;

    use super::*;

    const SECRET: &str = "the secret of the shop";
    const NOW: i64 = 1_795_165_200;

    fn token(secret: &str, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    fn read(token: &str) -> Option<Customer> {
        amocrm::disposable_token::install_crypto_provider();
        let secrets = [
            (SITE_SECRET.to_owned(), SecretString::from(SECRET)),
            (OLD_SITE_SECRET.to_owned(), SecretString::from(format!("{} before", (NOW + 60) * 1000))),
        ];
        verify(&secrets.into(), token, NOW * 1000)
    }

    fn claims_of(claims: Value) -> Option<Customer> {
        read(&token(SECRET, &json!({"alg": "HS256", "typ": "JWT"}), &claims))
    }

    #[test]
    fn a_signed_customer_is_whom_the_site_says() {
        let anna =
            claims_of(json!({"sub": 17, "name": " Anna ", "phone": "+7915", "email": "", "exp": NOW + 60})).unwrap();
        assert_eq!((anna.subject.as_str(), anna.name.as_deref()), ("17", Some("Anna")));
        assert_eq!((anna.phone.as_deref(), anna.email), (Some("+7915"), None));
        let old = token("before", &json!({"alg": "HS256"}), &json!({"sub": "a", "exp": NOW + 60}));
        assert!(read(&old).is_some());
    }

    #[test]
    fn invalid_claims_are_refused() {
        for claims in [
            json!({"sub": "a"}),
            json!({"exp": NOW + 60}),
            json!({"sub": "", "exp": NOW + 60}),
            json!({"sub": ["a"], "exp": NOW + 60}),
            json!({"sub": "a", "exp": NOW - 31}),
            json!({"sub": "a", "exp": NOW + 32 * 24 * 3600}),
            json!({"sub": "a", "exp": i64::MAX}),
            json!({"sub": "a", "exp": i64::MIN}),
            json!({"sub": "a", "exp": u64::MAX}),
            json!({"sub": "a", "exp": NOW + 60, "nbf": i64::MAX}),
            json!({"sub": "a", "exp": NOW + 60, "nbf": NOW + 31}),
            json!({"sub": "a", "exp": NOW + 60, "iat": NOW + 31}),
            json!({"sub": "x".repeat(256), "exp": NOW + 60}),
            json!({"sub": "x".repeat(9000), "exp": NOW + 60}),
        ] {
            assert_eq!(claims_of(claims.clone()), None, "{claims}");
        }
        let good = json!({"sub": "a", "exp": NOW + 60});
        for header in [
            json!({"alg": "none"}),
            json!({"alg": "HS512"}),
            json!({"alg": "RS256"}),
            json!({"alg": "HS256", "crit": ["x"]}),
            json!({}),
        ] {
            assert_eq!(read(&token(SECRET, &header, &good)), None, "{header}");
        }
        let signed = token(SECRET, &json!({"alg": "HS256"}), &good);
        let unsigned = signed.rsplit_once('.').unwrap().0;
        for forged in [
            token("another secret", &json!({"alg": "HS256"}), &good),
            token("", &json!({"alg": "HS256"}), &good),
            format!("{unsigned}."),
            unsigned.to_owned(),
            String::new(),
            "a.b.c".to_owned(),
        ] {
            assert_eq!(read(&forged), None, "{forged}");
        }
    }
}
