//! Forms of our own pages: read whole, limited in size, with known fields, and protected against CSRF.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use base::error::Error;
use base::i18n::LocalizedText;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::session;
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use subtle::ConstantTimeEq;

use super::realm::{self, FormRejected, Realm};
use crate::identity::IdentityContext;

/// Largest form in bytes; enough for long texts.
const LARGEST: usize = 64 * 1024;
/// The hidden field with the CSRF token.
pub const CSRF: &str = "csrf";

/// A form of a signed-in person, from a page rendered for their session.
#[derive(Debug)]
pub struct Form<T>(pub T);

/// A form without a session: only its origin is checked.
#[derive(Debug)]
pub struct OpenForm<T>(pub T);

/// A form of a page that is shown with and without a session. With a session it needs that session's CSRF token.
#[derive(Debug)]
pub struct AnyForm<T>(pub T);

/// A form without fields besides its button.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmptyForm {}

/// A form whose field names are not known in advance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(pub Vec<(String, String)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self)
    }
}

impl Fields {
    /// The first value of a name; empty if there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// All values of a name, in the form's order.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    /// Whether the form has this name.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// 400 if the form has a name that is not in this list.
    pub fn known(&self, names: &[&str]) -> Result<(), Error> {
        match self.0.iter().find(|(name, _)| !names.contains(&name.as_str())) {
            Some((name, _)) => {
                Err(Error::Malformed(LocalizedText::new("said-form-field").with("field", format!("{name:.40}"))))
            }
            None => Ok(()),
        }
    }
}

impl<T> Deref for Form<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Deref for OpenForm<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Deref for AnyForm<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

type Read<T> = Pin<Box<dyn Future<Output = Result<T, actix_web::Error>>>>;

impl<T: DeserializeOwned + 'static> FromRequest for Form<T> {
    type Error = actix_web::Error;
    type Future = Read<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let session = realm::session(&request, Realm::of_path(request.match_info().as_str())).await?;
            let session = session.ok_or(FormRejected::NoSession)?;
            let pairs = pairs(&request, payload).await?;
            of_session(&pairs, &session)?;
            Ok(Self(read(pairs)?))
        })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for AnyForm<T> {
    type Error = actix_web::Error;
    type Future = Read<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let session = realm::session(&request, Realm::of_path(request.match_info().as_str())).await?;
            let pairs = pairs(&request, payload).await?;
            if let Some(session) = session {
                of_session(&pairs, &session)?;
            }
            Ok(Self(read(pairs)?))
        })
    }
}

fn of_session(pairs: &[(String, String)], session: &session::Model) -> Result<(), FormRejected> {
    let sent = pairs.iter().find(|(name, _)| name == CSRF).map_or("", |(_, value)| value.as_str());
    if is_csrf(sent.as_bytes(), &session.csrf) { Ok(()) } else { Err(FormRejected::Stale) }
}

/// A session's CSRF token as one page shows it: under a random mask of its own. Pages are compressed and repeat what
/// their address says, so the sizes of many pages would tell a token that is the same on all of them (BREACH).
pub fn masked(csrf: &str) -> String {
    if csrf.is_empty() {
        return String::new();
    }
    let mask: Vec<u8> = csrf.bytes().map(|_| rand::random()).collect();
    let hidden = csrf.bytes().zip(&mask).map(|(one, mask)| one ^ mask);
    URL_SAFE_NO_PAD.encode(mask.iter().copied().chain(hidden).collect::<Vec<u8>>())
}

/// Whether a form sent this session's CSRF token, under any mask.
pub fn is_csrf(sent: &[u8], csrf: &str) -> bool {
    let bytes = URL_SAFE_NO_PAD.decode(sent).unwrap_or_default();
    let (mask, hidden) = bytes.split_at(bytes.len() / 2);
    let shown: Vec<u8> = hidden.iter().zip(mask).map(|(one, mask)| one ^ mask).collect();
    !csrf.is_empty() && bytes.len() == 2 * csrf.len() && bool::from(shown.ct_eq(csrf.as_bytes()))
}

impl<T: DeserializeOwned + 'static> FromRequest for OpenForm<T> {
    type Error = actix_web::Error;
    type Future = Read<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move { Ok(Self(read(pairs(&request, payload).await?)?)) })
    }
}

async fn pairs(request: &HttpRequest, mut payload: Payload) -> Result<Vec<(String, String)>, actix_web::Error> {
    let app = request.app_data::<web::Data<IdentityContext>>().ok_or(Error::NotFound)?;
    if !realm::own_origin(request, app) {
        return Err(FormRejected::Foreign.into());
    }
    if request.content_type() != "application/x-www-form-urlencoded"
        || request.headers().contains_key(header::CONTENT_ENCODING)
    {
        return Err(Error::MediaType(LocalizedText::new("said-form-type")).into());
    }
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk?;
        if body.len() + chunk.len() > LARGEST {
            return Err(Error::TooLarge(LARGEST).into());
        }
        body.extend_from_slice(&chunk);
    }
    let pairs = url::form_urlencoded::parse(&body);
    Ok(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
}

fn read<T: DeserializeOwned>(pairs: Vec<(String, String)>) -> Result<T, Error> {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs.iter().filter(|(name, _)| name != CSRF) {
        text.append_pair(name, value);
    }
    let read = web::Query::<T>::from_query(&text.finish());
    read.map(web::Query::into_inner).map_err(|_| Error::Malformed(LocalizedText::new("said-form-fields")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn n11_each_page_shows_the_csrf_token_under_a_mask_of_its_own() {
        let csrf = crate::identity::token::new();
        let (one, other) = (masked(&csrf), masked(&csrf));
        assert_ne!(one, other);
        for shown in [&one, &other] {
            assert!(is_csrf(shown.as_bytes(), &csrf));
            assert!(!shown.contains(&csrf) && !is_csrf(shown.as_bytes(), &crate::identity::token::new()));
        }
        for wrong in ["", "AAAA", &csrf, &one[1..], &one[..one.len() - 2], &format!("{one}AAAA"), "\u{0}"] {
            assert!(!is_csrf(wrong.as_bytes(), &csrf), "{wrong}");
        }
        assert!(masked("").is_empty() && !is_csrf(b"", "") && !is_csrf(b"AAAA", ""));
    }

    #[test]
    fn unknown_and_missing_fields_are_refused() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct TestForm {
            name: String,
            number: Option<u32>,
        }
        let named: TestForm = read(of(&[("csrf", "x"), ("name", "a&b=ё")])).unwrap();
        assert_eq!((named.name.as_str(), named.number), ("a&b=ё", None));
        assert!(read::<TestForm>(of(&[("name", "a"), ("number", "7")])).unwrap().number == Some(7));
        for bad in [of(&[]), of(&[("name", "a"), ("role", "owner")]), of(&[("name", "a"), ("name", "b")])] {
            assert!(read::<TestForm>(bad).is_err());
        }
        assert!(read::<EmptyForm>(of(&[("csrf", "x")])).is_ok());
    }

    #[test]
    fn fields_without_names_of_their_own_keep_their_order() {
        let fields: Fields = read(of(&[("page", "b"), ("csrf", "x"), ("page", "a"), ("name", "")])).unwrap();
        assert_eq!(fields.all("page"), ["b", "a"]);
        assert!(fields.has("name") && !fields.has("csrf") && fields.get("none").is_empty());
        assert!(fields.known(&["page", "name"]).is_ok() && fields.known(&["page"]).is_err());
    }
}
