//! Browser entrances: cookies, the origin of a request, and its session.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpMessage, HttpRequest, ResponseError, web};
use base::browser::origin;
use base::error::Result;
use entity::session;

use super::session::{self as sessions, SessionKind};
use crate::identity::IdentityContext;
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

    fn cookie(self, app: &IdentityContext) -> &'static str {
        match (self, is_secure(app)) {
            (Self::Panel, true) => "__Host-parom",
            (Self::Admin, true) => "__Host-parom-admin",
            (Self::Panel, false) => "parom",
            (Self::Admin, false) => "parom-admin",
        }
    }

    /// The cookie that sets a token. `framed`: the page is in a frame of amoCRM, where browsers keep cookies separately
    /// for each embedding site.
    pub fn set(self, app: &IdentityContext, token: &str, framed: bool) -> HeaderValue {
        let site = match self {
            Self::Admin => "SameSite=Strict",
            Self::Panel if framed && is_secure(app) => "SameSite=None; Partitioned",
            Self::Panel => "SameSite=Lax",
        };
        self.line(app, token, site, "")
    }

    /// The cookie that removes the token.
    pub fn clear(self, app: &IdentityContext, framed: bool) -> HeaderValue {
        let site = if framed && is_secure(app) { "SameSite=None; Partitioned" } else { "SameSite=Lax" };
        self.line(app, "", site, "; Max-Age=0")
    }

    fn line(self, app: &IdentityContext, token: &str, site: &str, end: &str) -> HeaderValue {
        let secure = if is_secure(app) { "; Secure" } else { "" };
        let line = format!("{}={token}; Path=/; HttpOnly{secure}; {site}{end}", self.cookie(app));
        // Tokens consist of letters, digits, - and _ only.
        HeaderValue::from_str(&line).unwrap_or_else(|_| HeaderValue::from_static(""))
    }

    /// The token of a request.
    pub fn token(self, app: &IdentityContext, request: &HttpRequest) -> Option<String> {
        request.cookie(self.cookie(app)).map(|cookie| cookie.value().to_owned())
    }
}

#[derive(Clone)]
struct CachedSession(Option<Arc<session::Model>>);

/// The session of a request, looked up once per request.
pub async fn session(request: &HttpRequest, door: Realm) -> Result<Option<Arc<session::Model>>> {
    if let Some(found) = request.extensions().get::<CachedSession>() {
        return Ok(found.0.clone());
    }
    let Some(app) = request.app_data::<web::Data<IdentityContext>>() else { return Ok(None) };
    let by_itself = request.headers().contains_key(LIVE) || request.match_info().as_str() == "/panel/events";
    let found = match door.token(app, request) {
        Some(token) if by_itself => sessions::look(app, &token, door.kinds()).await?.map(Arc::new),
        Some(token) => sessions::find(app, &token, door.kinds()).await?.map(Arc::new),
        None => None,
    };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_network_is_one_visitor() {
        let of = |text: &str| network_of(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
    }

    #[test]
    fn the_admin_is_a_door_of_its_own() {
        for (path, door) in [("/admin", Realm::Admin), ("/admin/x", Realm::Admin), ("/administrator", Realm::Panel)] {
            assert_eq!(Realm::of_path(path), door, "{path}");
        }
        assert_eq!(Realm::of_path("/panel/admin"), Realm::Panel);
    }
}
