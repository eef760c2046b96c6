//! Who writes. A browser keeps a random secret in a cookie of this one chat; everything that is stored of the visitor
//! is derived from it one way, so neither the database nor amoCRM nor a log can speak for them.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use url::Url;
use uuid::Uuid;

const COOKIE: &str = "parom_visitor";
const SECRET_BYTES: usize = 32;
/// Hex characters of a visitor's id: 128 bits.
const ID_LENGTH: usize = 32;

/// A browser that has been here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// The messenger's id of the customer and of their conversation: each has the other to themselves.
    pub id: String,
}

impl Visitor {
    /// The visitor of a request; none without a cookie in the form that we give.
    pub fn of(request: &HttpRequest, source_id: Uuid) -> Option<Self> {
        let cookie = request.cookie(COOKIE)?;
        Self::from_cookie(source_id, cookie.value())
    }

    fn from_cookie(source_id: Uuid, value: &str) -> Option<Self> {
        let secret = URL_SAFE_NO_PAD.decode(value).ok().filter(|secret| secret.len() == SECRET_BYTES)?;
        let mut hash = Sha256::new();
        hash.update(source_id.as_bytes());
        hash.update(&secret);
        let mut id = hex::encode(hash.finalize());
        id.truncate(ID_LENGTH);
        Some(Self { id })
    }

    /// Four characters by which a manager tells one visitor without a name from another.
    pub fn code(&self) -> String {
        self.id.chars().take(4).collect::<String>().to_uppercase()
    }
}

/// A cookie for a new visitor: one year, this chat only, no script reads it.
pub fn new_cookie(source_id: Uuid, public_url: &Url) -> Cookie<'static> {
    let secret: [u8; SECRET_BYTES] = rand::random();
    Cookie::build(COOKIE, URL_SAFE_NO_PAD.encode(secret))
        .path(format!("/chat/{source_id}"))
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(public_url.scheme() == "https")
        .max_age(Duration::days(365))
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: Uuid = Uuid::from_u128(7);

    #[test]
    fn an_id_follows_from_source_and_cookie_and_shows_neither() {
        let value = URL_SAFE_NO_PAD.encode([9_u8; 32]);
        let visitor = Visitor::from_cookie(SOURCE, &value).unwrap();
        assert_eq!(visitor, Visitor::from_cookie(SOURCE, &value).unwrap());
        assert_eq!(visitor.id.len(), 32);
        assert!(visitor.id.chars().all(|one| one.is_ascii_hexdigit()));
        assert!(!value.contains(&visitor.id) && !visitor.id.contains("0909"));
        assert_ne!(visitor.id, Visitor::from_cookie(Uuid::from_u128(8), &value).unwrap().id);
        let other = URL_SAFE_NO_PAD.encode([8_u8; 32]);
        assert_ne!(visitor.id, Visitor::from_cookie(SOURCE, &other).unwrap().id);
        assert_eq!(visitor.code(), visitor.id[..4].to_uppercase());
    }

    #[test]
    fn a_cookie_has_the_form_that_we_give_or_is_none() {
        let url = Url::parse("https://parom.example").unwrap();
        let cookie = new_cookie(SOURCE, &url);
        assert!(Visitor::from_cookie(SOURCE, cookie.value()).is_some());
        assert_ne!(cookie.value(), new_cookie(SOURCE, &url).value());
        let text = cookie.to_string();
        for part in ["HttpOnly", "SameSite=Lax", "Secure", "Max-Age=31536000", "Path=/chat/00000000-"] {
            assert!(text.contains(part), "{text} lacks {part}");
        }
        assert!(!new_cookie(SOURCE, &Url::parse("http://localhost").unwrap()).to_string().contains("Secure"));
        let short = URL_SAFE_NO_PAD.encode([9_u8; 31]);
        let padded = format!("{}=", URL_SAFE_NO_PAD.encode([9_u8; 32]));
        for bad in ["", "x", short.as_str(), padded.as_str(), "not base64 at all, not base64 at all, no 43"] {
            assert_eq!(Visitor::from_cookie(SOURCE, bad), None, "{bad}");
        }
    }
}
