//! Visitors. A browser keeps a random secret: on the chat's own page in a cookie of this chat, on other sites in the
//! site's storage. All stored ids of a visitor are derived from it one way, so neither the database nor amoCRM nor a
//! log can be used to impersonate them. A customer signed in to the site is identified by the site's token instead.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use base::browser::cookie;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
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

#[cfg(test)]
mod tests {
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
}
