//! Whose brand a page has that belongs to no account.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::HeaderValue;
use base::browser::cookie;
use base::config::Integration;

use crate::panel::PanelContext;

/// The cookie with the name of the integration whose account was opened last.
const BRAND: &str = "brand";

/// The integration whose brand such a page has: that of the address or of this browser's last account, else
/// the one that all have in common.
pub(super) fn chosen(app: &PanelContext, request: &HttpRequest) -> Option<Arc<Integration>> {
    let query = url::form_urlencoded::parse(request.query_string().as_bytes());
    let named = query.into_owned().find(|(name, _)| name == "integration").map(|(_, value)| value);
    let known = named.or_else(|| cookie::value(request, BRAND)).and_then(|name| app.integrations.named(&name));
    known.or_else(|| app.integrations.of_one_brand())
}

/// The cookie that says whose brand pages without an account have; none if the browser has it already.
pub(in crate::panel) fn remembered(
    app: &PanelContext,
    request: &HttpRequest,
    integration: &Integration,
) -> Option<HeaderValue> {
    let is_known = cookie::value(request, BRAND).is_some_and(|name| name == integration.name);
    if is_known || (integration.brand.is_none() && cookie::value(request, BRAND).is_none()) {
        return None;
    }
    cookie::choice(&app.config.server.public_url, BRAND, "/panel", &integration.name)
}
