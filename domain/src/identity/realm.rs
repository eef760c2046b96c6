//! Browser entrances: cookies, the origin of a request, and its session.

use std::future::Future;
use std::net::IpAddr;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{FromRequest, HttpMessage, HttpRequest, ResponseError, web};
use base::browser::origin;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::store::VENDOR;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::session;
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use subtle::ConstantTimeEq;

use super::IdentityContext;
use super::session::{self as sessions, SessionKind};
use super::slot::Slot;
use crate::unknown_callers;

/// The header of the script's background refreshes.
pub const LIVE: &str = "parom-live";

/// Entrances with separate sessions: a session of one is not valid at the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Realm {
    Panel,
    Admin,
}

/// Why a form was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormRejected {
    /// There is no session, or it has ended.
    #[error("there is no session")]
    NoSession,
    /// Sent from another site's page.
    #[error("the form comes from another site")]
    Foreign,
    /// The form belongs to an earlier session.
    #[error("the form is of an earlier session")]
    Stale,
}

/// For callers without pages: the scopes of panel and admin show a page instead.
impl ResponseError for FormRejected {
    fn status_code(&self) -> actix_web::http::StatusCode {
        actix_web::http::StatusCode::FORBIDDEN
    }
}

impl Realm {
    /// The entrance of a path.
    pub fn of_path(path: &str) -> Self {
        if path == "/admin" || path.starts_with("/admin/") { Self::Admin } else { Self::Panel }
    }

    /// The kinds of session valid here.
    const fn kinds(self) -> &'static [SessionKind] {
        match self {
            Self::Panel => &[SessionKind::Panel, SessionKind::ViewAs],
            Self::Admin => &[SessionKind::Admin],
        }
    }

    /// The cookie of the first slot; those of further ones add their slot's name.
    fn cookie(self, app: &IdentityContext) -> &'static str {
        match (self, is_secure(app)) {
            (Self::Panel, true) => "__Host-parom",
            (Self::Admin, true) => "__Host-parom-admin",
            (Self::Panel, false) => "parom",
            (Self::Admin, false) => "parom-admin",
        }
    }

    fn cookie_of(self, app: &IdentityContext, slot: Slot) -> String {
        let first = self.cookie(app);
        slot.name().map_or_else(|| first.to_owned(), |name| format!("{first}{BESIDE}{name}"))
    }

    /// The cookie that sets a token. `framed`: the page is in a frame of amoCRM, where browsers keep cookies separately
    /// for each embedding site.
    pub fn set(self, app: &IdentityContext, slot: Slot, token: &str, framed: bool) -> HeaderValue {
        let site = match self {
            Self::Admin => "SameSite=Strict",
            Self::Panel if framed && is_secure(app) => "SameSite=None; Partitioned",
            Self::Panel => "SameSite=Lax",
        };
        self.line(app, slot, token, site, "")
    }

    /// The cookie that removes the token.
    pub fn clear(self, app: &IdentityContext, slot: Slot, framed: bool) -> HeaderValue {
        let site = if framed && is_secure(app) { "SameSite=None; Partitioned" } else { "SameSite=Lax" };
        self.line(app, slot, "", site, "; Max-Age=0")
    }

    fn line(self, app: &IdentityContext, slot: Slot, token: &str, site: &str, end: &str) -> HeaderValue {
        let secure = if is_secure(app) { "; Secure" } else { "" };
        let line = format!("{}={token}; Path=/; HttpOnly{secure}; {site}{end}", self.cookie_of(app, slot));
        // Tokens consist of letters, digits, - and _ only.
        HeaderValue::from_str(&line).unwrap_or_else(|_| HeaderValue::from_static(""))
    }

    /// The token in the slot of a request's address.
    pub fn token(self, app: &IdentityContext, request: &HttpRequest) -> Option<String> {
        self.token_in(app, request, Slot::of_request(request))
    }

    fn token_in(self, app: &IdentityContext, request: &HttpRequest, slot: Slot) -> Option<String> {
        request.cookie(&self.cookie_of(app, slot)).map(|cookie| cookie.value().to_owned())
    }

    /// The tokens in all slots of a request's browser, the first slot first.
    pub fn tokens(self, app: &IdentityContext, request: &HttpRequest) -> Vec<(Slot, String)> {
        let first = self.cookie(app);
        let slot = |name: &str| match name.strip_prefix(first)? {
            "" => Some(Slot::First),
            rest => Slot::parse(rest.strip_prefix(BESIDE)?),
        };
        let Ok(cookies) = request.cookies() else { return Vec::new() };
        let found = cookies.iter().filter_map(|cookie| Some((slot(cookie.name())?, cookie.value().to_owned())));
        let mut found: Vec<(Slot, String)> = found.collect();
        found.sort_by_key(|(slot, _)| *slot != Slot::First);
        found
    }

    /// The live session of a token in a slot, which has sessions of its own account alone, or one that has still to choose
    /// an account. `by_itself`: not an action of a person.
    pub(super) async fn session_in(
        self,
        app: &IdentityContext,
        slot: Slot,
        token: &str,
        by_itself: bool,
    ) -> Result<Option<session::Model>> {
        let found = match by_itself {
            true => sessions::look(app, token, self.kinds()).await?,
            false => sessions::find(app, token, self.kinds()).await?,
        };
        Ok(found.filter(|row| match slot {
            Slot::First => true,
            Slot::New => row.tenant_id == VENDOR,
            Slot::Of(tenant_id) => row.tenant_id == tenant_id || row.tenant_id == VENDOR,
        }))
    }
}

/// Between the name of the first slot's cookie and the name of another slot.
const BESIDE: &str = "-in-";

#[derive(Clone)]
struct CachedSession(Option<Arc<session::Model>>);

/// The session of a request, looked up once per request.
pub async fn session(request: &HttpRequest, door: Realm) -> Result<Option<Arc<session::Model>>> {
    if let Some(found) = request.extensions().get::<CachedSession>() {
        return Ok(found.0.clone());
    }
    let Some(app) = request.app_data::<web::Data<IdentityContext>>() else { return Ok(None) };
    let by_itself = request.headers().contains_key(LIVE) || request.match_info().as_str() == "/panel/events";
    let slot = Slot::of_request(request);
    let mut found = match door.token_in(app, request, slot) {
        Some(token) => door.session_in(app, slot, &token, by_itself).await?,
        None => None,
    };
    // The address of an account that is in the first slot.
    if let (None, Slot::Of(tenant_id), Some(token)) = (&found, slot, door.token_in(app, request, Slot::First)) {
        let first = door.session_in(app, Slot::First, &token, by_itself).await?;
        found = first.filter(|row| row.tenant_id == tenant_id);
    }
    let found = found.map(Arc::new);
    request.extensions_mut().insert(CachedSession(found.clone()));
    Ok(found)
}

/// Whether our public address is https. Plain http is for loopback, where browsers store no `Secure` cookies.
pub fn is_secure(app: &IdentityContext) -> bool {
    app.config.server.public_url.scheme() == "https"
}

/// Whether the browser reports that the page is in a frame.
pub fn is_framed(request: &HttpRequest) -> bool {
    text(request, "sec-fetch-dest") == Some("iframe")
}

/// False if the browser reports a cross-site request.
pub fn own_origin(request: &HttpRequest, app: &IdentityContext) -> bool {
    origin::is_own(request.headers(), &app.config.server.public_url)
}

/// An IPv4 address, or the /64 of an IPv6 address, because one IPv6 user has a whole network.
pub fn network_of(address: IpAddr) -> String {
    match unknown_callers::network(address) {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(network) => format!("{network}/64"),
    }
}

/// The `User-Agent`, shortened, for lists of sessions.
pub fn agent(request: &HttpRequest) -> &str {
    request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn text<'request>(request: &'request HttpRequest, name: &'static str) -> Option<&'request str> {
    request.headers().get(name).map(|value| value.to_str().unwrap_or_default())
}

// Forms of our own pages: read whole, limited in size, with known fields, and protected against CSRF.

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
    pub fn allow_only(&self, names: &[&str]) -> Result<(), Error> {
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
            let session = session(&request, Realm::of_path(request.match_info().as_str())).await?;
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
            let session = session(&request, Realm::of_path(request.match_info().as_str())).await?;
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
pub fn masked_csrf(csrf: &str) -> String {
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
    if !own_origin(request, app) {
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

    #[test]
    fn the_admin_is_a_door_of_its_own() {
        for (path, door) in [("/admin", Realm::Admin), ("/admin/x", Realm::Admin), ("/administrator", Realm::Panel)] {
            assert_eq!(Realm::of_path(path), door, "{path}");
        }
        assert_eq!(Realm::of_path("/panel/admin"), Realm::Panel);
    }

    fn of(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn n11_each_page_shows_the_csrf_token_under_a_mask_of_its_own() {
        let csrf = crate::identity::session::new_token();
        let (one, other) = (masked_csrf(&csrf), masked_csrf(&csrf));
        assert_ne!(one, other);
        for shown in [&one, &other] {
            assert!(is_csrf(shown.as_bytes(), &csrf));
            assert!(!shown.contains(&csrf) && !is_csrf(shown.as_bytes(), &crate::identity::session::new_token()));
        }
        for wrong in ["", "AAAA", &csrf, &one[1..], &one[..one.len() - 2], &format!("{one}AAAA"), "\u{0}"] {
            assert!(!is_csrf(wrong.as_bytes(), &csrf), "{wrong}");
        }
        assert!(masked_csrf("").is_empty() && !is_csrf(b"", "") && !is_csrf(b"AAAA", ""));
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
        assert!(fields.allow_only(&["page", "name"]).is_ok() && fields.allow_only(&["page"]).is_err());
    }
}
