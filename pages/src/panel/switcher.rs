//! The accounts that this browser is signed in to: the list in the header, on the sign-in page and on some error pages.

use actix_web::HttpRequest;
use base::error::Result;
use domain::identity::realm::{LIVE, Realm};
use domain::identity::session::SessionKind;
use domain::identity::signed_in;
use domain::identity::slot::Slot;
use domain::tenant::{self, TenantStatus};
use uuid::Uuid;

use super::PanelContext;

/// An account with a session in this browser.
#[derive(Clone, Debug)]
pub struct OpenAccount {
    pub host: String,
    pub status: TenantStatus,
    /// An operator of the vendor views it.
    pub view_as: bool,
    pub current: bool,
    slot: Slot,
}

impl OpenAccount {
    /// The address of one of its pages, which opens the account from every page of the browser.
    pub fn href(&self, path: &str) -> String {
        self.slot.path(path)
    }
}

/// All of them by name, if there is another one than `current`.
pub(super) async fn all(app: &PanelContext, request: &HttpRequest, current: Option<Uuid>) -> Result<Vec<OpenAccount>> {
    let is_alone = Realm::Panel.tokens(&app.identity, request).len() <= usize::from(current.is_some());
    if is_alone || request.headers().contains_key(LIVE) || request.match_info().as_str() == "/panel/events" {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for one in signed_in::all(request).await? {
        let Some(tenant) = tenant::load(app.store.read(), one.row.tenant_id).await? else { continue };
        found.push(OpenAccount {
            status: TenantStatus::shown(&tenant),
            host: tenant.host,
            view_as: one.row.kind == SessionKind::ViewAs.as_str(),
            current: current == Some(one.row.tenant_id),
            slot: Slot::Of(one.row.tenant_id),
        });
    }
    found.sort_by(|one, other| one.host.cmp(&other.host));
    if found.iter().all(|one| one.current) {
        found.clear();
    }
    Ok(found)
}
