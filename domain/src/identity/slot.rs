//! Which of a browser's accounts a request is about. A browser may be signed in to several accounts at once: the first
//! has the plain addresses of the panel, each further one a prefix and a cookie of its own.
//!
//! ```text
//! /panel/messages                  ─▶ First     cookie parom
//! /panel/in/{tenant_id}/messages   ─▶ Of(…)     cookie parom-in-{tenant_id}, else `First` if that is this account
//! /panel/in/new/sign-in            ─▶ New       cookie parom-in-new, until an account has been chosen
//! ```
//!
//! Handlers and templates know plain addresses alone: the prefix is removed before routing, and put back into the
//! redirects and pages of the response. So a tab stays in its account whatever is opened in others.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Uri;
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::uri::PathAndQuery;
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest};
use uuid::Uuid;

const HOME: &str = "/panel";
const PREFIX: &str = "/panel/in/";
const NEW: &str = "new";

/// A place for one session of the panel in a browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Slot {
    #[default]
    First,
    New,
    Of(Uuid),
}

impl Slot {
    /// The slot that a request's address names.
    pub fn of_request(request: &HttpRequest) -> Self {
        request.extensions().get::<Self>().copied().unwrap_or_default()
    }

    /// The slot with this name.
    pub fn parse(name: &str) -> Option<Self> {
        if name == NEW {
            return Some(Self::New);
        }
        // Only the form that we write, so that an account has one address.
        name.parse::<Uuid>().ok().filter(|id| id.to_string() == name).map(Self::Of)
    }

    /// The name in addresses and cookies; none of the first.
    pub fn name(self) -> Option<String> {
        match self {
            Self::First => None,
            Self::New => Some(NEW.to_owned()),
            Self::Of(tenant_id) => Some(tenant_id.to_string()),
        }
    }

    /// The address in this slot of a page of the panel.
    pub fn path(self, path: &str) -> String {
        match (self.name(), path.strip_prefix(HOME)) {
            (Some(name), Some(rest)) if !path.starts_with(PREFIX) => format!("{PREFIX}{name}{rest}"),
            _ => path.to_owned(),
        }
    }

    /// A page whose links and forms lead to this slot. Quotation marks in values are escaped, so nothing but attributes of
    /// our templates is changed.
    pub fn page(self, html: String) -> String {
        let Some(name) = self.name() else { return html };
        let prefix = format!("{PREFIX}{name}");
        let mut page = html;
        for attribute in ["href=\"", "action=\"", "data-copy-from=\""] {
            page = page.replace(&format!("{attribute}{HOME}"), &format!("{attribute}{prefix}"));
        }
        // Files are the same in all slots, and what names a slot keeps it.
        page.replace(&format!("\"{prefix}/static/"), "\"/panel/static/")
            .replace(&format!("\"{prefix}/in/"), "\"/panel/in/")
    }
}

/// Removes the prefix from a request's address and puts it back into the address that its response redirects to. This is
/// the outermost middleware, so that routes and limits see plain addresses.
pub async fn addressed<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let Some((slot, uri)) = without_prefix(request.uri()) else { return next.call(request).await };
    request.match_info_mut().get_mut().update(&uri);
    request.head_mut().uri = uri;
    request.extensions_mut().insert(slot);
    let mut response = next.call(request).await?;
    let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    if let Some(there) = location.and_then(|path| HeaderValue::from_str(&slot.path(path)).ok()) {
        response.headers_mut().insert(header::LOCATION, there);
    }
    Ok(response)
}

/// The slot of an address, and the address without it.
fn without_prefix(uri: &Uri) -> Option<(Slot, Uri)> {
    let rest = uri.path_and_query()?.as_str().strip_prefix(PREFIX)?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (name, rest) = rest.split_at(end);
    let slot = Slot::parse(name)?;
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(format!("{HOME}{rest}")).ok()?);
    Some((slot, Uri::from_parts(parts).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0192abcd-0000-7000-8000-000000000001";

    #[test]
    fn an_address_names_its_slot_once() {
        let of = |path: &str| without_prefix(&path.parse().unwrap()).map(|(slot, uri)| (slot, uri.to_string()));
        let slot = Slot::Of(ID.parse().unwrap());
        assert_eq!(of(&format!("/panel/in/{ID}")), Some((slot, "/panel".to_owned())));
        assert_eq!(of(&format!("/panel/in/{ID}?q=1")), Some((slot, "/panel?q=1".to_owned())));
        let search = format!("/panel/in/{ID}/messages?q=a%2Fb");
        assert_eq!(of(&search), Some((slot, "/panel/messages?q=a%2Fb".to_owned())));
        assert_eq!(slot.path("/panel/messages?q=a%2Fb"), search);
        assert_eq!(slot.path(&search), search, "not twice");
        assert_eq!(of("/panel/in/new/sign-in"), Some((Slot::New, "/panel/sign-in".to_owned())));
        let upper = format!("/panel/in/{}", ID.to_uppercase());
        for plain in ["/panel", "/panel/invitation", "/panel/in/", "/panel/in/other/messages", "/admin/in/new", &upper]
        {
            assert_eq!(of(plain), None, "{plain}");
        }
        assert_eq!(slot.path("/admin/accounts"), "/admin/accounts");
        assert_eq!(Slot::First.path("/panel/team"), "/panel/team");
    }

    #[test]
    fn a_page_leads_to_its_slot() {
        let html = r#"<link href="/panel/static/a.css"><a href="/panel">x</a><form action="/panel/team"><button formaction="/panel/x"><a href="/panel/in/other">y</a> /panel &#34;/panel"#;
        assert_eq!(Slot::First.page(html.to_owned()), html);
        let page = Slot::New.page(html.to_owned());
        let there = r#"<link href="/panel/static/a.css"><a href="/panel/in/new">x</a><form action="/panel/in/new/team"><button formaction="/panel/in/new/x"><a href="/panel/in/other">y</a> /panel &#34;/panel"#;
        assert_eq!(page, there);
    }
}
