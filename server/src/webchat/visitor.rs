//! Visitors. A browser keeps a random secret: on the chat's own page in a cookie of this chat, on other sites in the
//! site's storage. All stored ids of a visitor are derived from it one way, so neither the database nor amoCRM nor a
//! log can be used to impersonate them. A customer signed in to the site is identified by the site's token instead.

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use base::browser::cookie;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use connectors::webchat::{OLD_SITE_SECRET, SITE_SECRET};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use url::Url;
use uuid::Uuid;

const COOKIE: &str = "parom_visitor";
const SECRET_BYTES: usize = 32;
/// Length of a visitor's id in hex characters: 128 bits.
const ID_LENGTH: usize = 32;
/// Domain separation of customers from secrets: no source's id begins like this.
const CUSTOMER: &[u8] = b"customer of a site with a web chat";

/// A known visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// The messenger's id of both the customer and their conversation.
    pub id: String,
}

impl Visitor {
    /// The visitor of a request to the chat's own page; `None` without a well-formed cookie.
    pub fn of(request: &HttpRequest, source_id: Uuid) -> Option<Self> {
        Self::of_secret(source_id, &cookie::value(request, COOKIE)?)
    }

    /// The visitor with this secret; `None` if it is malformed.
    pub fn of_secret(source_id: Uuid, text: &str) -> Option<Self> {
        let secret = URL_SAFE_NO_PAD.decode(text).ok().filter(|secret| secret.len() == SECRET_BYTES)?;
        Some(Self::hashed(&[source_id.as_bytes(), &secret]))
    }

    /// The customer with this id of the site.
    pub fn of_customer(source_id: Uuid, subject: &str) -> Self {
        Self::hashed(&[CUSTOMER, source_id.as_bytes(), subject.as_bytes()])
    }

    fn hashed(parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        parts.iter().for_each(|part| hash.update(part));
        let mut id = hex::encode(hash.finalize());
        id.truncate(ID_LENGTH);
        Self { id }
    }

    /// Four characters by which managers tell unnamed visitors apart.
    pub fn code(&self) -> String {
        self.id.chars().take(4).collect::<String>().to_uppercase()
    }
}

/// The cookie to set: for a new visitor, or an earlier release's cookie under its current name. `None` if the browser
/// has it.
pub fn cookie_to_set(request: &HttpRequest, source_id: Uuid, public_url: &Url) -> Option<Cookie<'static>> {
    let path = format!("/chat/{source_id}");
    let known = |secret: &String| Visitor::of_secret(source_id, secret).is_some();
    let has = request.cookie(&cookie::name(public_url, COOKIE, &path)).map(|cookie| cookie.value().to_owned());
    if has.as_ref().is_some_and(known) {
        return None;
    }
    let secret = cookie::value(request, COOKIE).filter(known);
    Some(cookie_of(source_id, public_url, secret.unwrap_or_else(new_secret)))
}

fn new_secret() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; SECRET_BYTES]>())
}

/// Valid for a year, for this chat only, not readable by scripts.
fn cookie_of(source_id: Uuid, public_url: &Url, secret: String) -> Cookie<'static> {
    let path = format!("/chat/{source_id}");
    Cookie::build(cookie::name(public_url, COOKIE, &path), secret)
        .path(path)
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(cookie::is_secure(public_url))
        .max_age(Duration::days(365))
        .finish()
}

// A customer signed in to the site, identified by a JWT that the site signs by HMAC-SHA256 with the secret that the
// panel showed once.
//
// ```text
// {"sub":"customer-17","name":"Anna","phone":"+79151112233","email":"anna@shop.example","exp":1795168800}
// ```
//
// `sub` and `exp` are required, `exp` at most 31 days ahead; `nbf` and `iat` are checked if present.

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
    nbf: Option<i64>,
    iat: Option<i64>,
}

/// The customer of a token; `None` if it is invalid or expired. `now`: milliseconds since 1970.
pub fn verify_customer(secrets: &BTreeMap<String, SecretString>, token: &str, now: i64) -> Option<Customer> {
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

    const SOURCE: Uuid = Uuid::from_u128(7);

    #[test]
    fn an_id_follows_from_source_and_secret_and_shows_neither() {
        let value = URL_SAFE_NO_PAD.encode([9_u8; 32]);
        let visitor = Visitor::of_secret(SOURCE, &value).unwrap();
        assert_eq!(visitor, Visitor::of_secret(SOURCE, &value).unwrap());
        assert_eq!(visitor.id.len(), 32);
        assert!(visitor.id.chars().all(|one| one.is_ascii_hexdigit()));
        assert!(!value.contains(&visitor.id) && !visitor.id.contains("0909"));
        assert_ne!(visitor.id, Visitor::of_secret(Uuid::from_u128(8), &value).unwrap().id);
        let other = URL_SAFE_NO_PAD.encode([8_u8; 32]);
        assert_ne!(visitor.id, Visitor::of_secret(SOURCE, &other).unwrap().id);
        assert_eq!(visitor.code(), visitor.id[..4].to_uppercase());
    }

    #[test]
    fn a_customer_is_the_sites_and_no_secret_speaks_for_them() {
        let anna = Visitor::of_customer(SOURCE, "anna");
        assert_eq!(anna, Visitor::of_customer(SOURCE, "anna"));
        assert_ne!(anna, Visitor::of_customer(SOURCE, "boris"));
        assert_ne!(anna, Visitor::of_customer(Uuid::from_u128(8), "anna"));
        // A secret as long as the data it could be confused with.
        let like = [CUSTOMER, SOURCE.as_bytes(), b"anna"].concat();
        let forged = Visitor::of_secret(SOURCE, &URL_SAFE_NO_PAD.encode(&like[..32])).unwrap();
        assert_ne!(anna, forged);
    }

    #[test]
    fn l7_a_cookie_of_an_earlier_release_is_taken_and_set_under_its_name_of_today() {
        let url = Url::parse("https://parom.example").unwrap();
        let secret = new_secret();
        let set = |cookies: String| {
            let request = actix_web::test::TestRequest::default().insert_header(("cookie", cookies)).to_http_request();
            (Visitor::of(&request, SOURCE), cookie_to_set(&request, SOURCE, &url).map(|cookie| cookie.to_string()))
        };
        let visitor = Visitor::of_secret(SOURCE, &secret);
        let (known, renewed) = set(format!("parom_visitor={secret}"));
        assert_eq!(known, visitor);
        assert!(renewed.is_some_and(|line| line.starts_with(&format!("__Secure-parom_visitor={secret};"))));
        assert_eq!(set(format!("__Secure-parom_visitor={secret}; parom_visitor=x")), (visitor, None));
        let (unknown, new) = set("parom_visitor=x".to_owned());
        assert!(unknown.is_none() && new.is_some_and(|line| !line.contains(&secret)));
    }

    #[test]
    fn a_cookie_has_the_form_that_we_give_or_is_none() {
        let url = Url::parse("https://parom.example").unwrap();
        let cookie = cookie_of(SOURCE, &url, new_secret());
        assert!(Visitor::of_secret(SOURCE, cookie.value()).is_some());
        assert_ne!(cookie.value(), new_secret());
        assert_eq!(cookie.name(), "__Secure-parom_visitor");
        let text = cookie.to_string();
        for part in ["HttpOnly", "SameSite=Lax", "Secure", "Max-Age=31536000", "Path=/chat/00000000-"] {
            assert!(text.contains(part), "{text} lacks {part}");
        }
        assert!(
            !cookie_of(SOURCE, &Url::parse("http://localhost").unwrap(), new_secret()).to_string().contains("Secure")
        );
        let short = URL_SAFE_NO_PAD.encode([9_u8; 31]);
        let padded = format!("{}=", URL_SAFE_NO_PAD.encode([9_u8; 32]));
        for bad in ["", "x", short.as_str(), padded.as_str(), "not base64 at all, not base64 at all, no 43"] {
            assert_eq!(Visitor::of_secret(SOURCE, bad), None, "{bad}");
        }
    }

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
        verify_customer(&secrets.into(), token, NOW * 1000)
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
