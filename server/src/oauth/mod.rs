//! The installation's public addresses, for amoCRM and an administrator's browser.
//!
//! ```text
//! browser ─▶ /oauth/install ─▶ amoCRM's consent page ─▶ /oauth/callback (state) ─▶ page
//! amoCRM  ─▶ /oauth/callback (from_widget) ─▶ stored, 200 ─▶ tenant::install::run
//! amoCRM  ─▶ /oauth/revoked (signed) ─▶ 200 ─▶ tenant::uninstall
//! ```
//!
//! The query strings contain codes and states: log the route, never the address.

use std::sync::Arc;

use actix_web::web;
use base::config::{Integration, Platform};
use domain::identity::IdentityContext;
use domain::platform::{PlatformContext, stands_on};
use domain::tenant::TenantContext;

pub use domain::tenant::install::run as run_installs;

mod callback;
mod page;
mod start;

/// The routes.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/oauth/install", web::get().to(start::install))
        .route("/oauth/callback", web::get().to(callback::shared))
        .route("/oauth/callback/{name}", web::get().to(callback::own))
        .route("/oauth/revoked", web::get().to(callback::revoked));
}

/// The platform's name on a page: the integration's, else that common to all integrations, else amoCRM's.
fn crm_of(app: &OauthContext, integration: Option<&Integration>) -> &'static str {
    let all = app.integrations.all();
    let kommo_alone = !all.is_empty() && all.iter().all(|one| one.platform == Platform::Kommo);
    match integration {
        Some(integration) => integration.platform.brand(),
        None if kommo_alone => Platform::Kommo.brand(),
        None => Platform::Amocrm.brand(),
    }
}

/// A query as pairs; the first of a name counts. Unlike a struct it accepts unknown parameters.
struct QueryPairs(Vec<(String, String)>);

impl QueryPairs {
    fn read(text: &str) -> Self {
        let pairs = url::form_urlencoded::parse(text.as_bytes());
        Self(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// The value, if present.
    fn raw(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value, if present and not empty.
    fn get(&self, name: &str) -> Option<&str> {
        self.raw(name).filter(|value| !value.is_empty())
    }
}

/// The context of installations.
pub struct OauthContext {
    pub platform: Arc<PlatformContext>,
    pub tenants: Arc<TenantContext>,
    pub identity: Arc<IdentityContext>,
}

stands_on!(OauthContext);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_several_equal_parameters_counts_and_no_query_fails() {
        let query = QueryPairs::read("code=a%20b&code=c&from_widget=&%ff&&state");
        assert_eq!(query.get("code"), Some("a b"));
        assert_eq!(query.get("from_widget"), None);
        assert_eq!(QueryPairs::read("code=a%2520b").get("code"), Some("a%20b"), "decoded once");
        assert_eq!(query.raw("from_widget"), Some(""));
        assert_eq!(query.raw("state"), Some(""));
        assert_eq!(query.raw("referer"), None);
    }
}
