//! The origin of an attempt: an address, or an account on whose behalf it is made, and the browser's cookie and
//! headers.

use base::browser::client_address;
use std::net::IpAddr;

use actix_web::HttpRequest;
use uuid::Uuid;

use crate::identity::IdentityContext;
use crate::identity::device;
use crate::identity::realm::{Realm, network_of};

/// The origin of an attempt.
#[derive(Clone, Debug)]
pub struct AttemptOrigin {
    place: String,
    address: Option<IpAddr>,
    door: Realm,
    devices: String,
    subject: Option<String>,
    account: Option<Uuid>,
}

impl AttemptOrigin {
    /// The browser behind a request.
    pub fn of(request: &HttpRequest, app: &IdentityContext) -> Self {
        let from: Self = client_address(request, &app.config.server.trusted_proxies).into();
        Self { door: Realm::of_path(request.match_info().as_str()), devices: device::cookie(request, app), ..from }
    }

    /// An account: its users are counted together, whatever their address.
    pub fn of_account(tenant_id: Uuid, address: Option<IpAddr>) -> Self {
        Self { place: format!("account:{tenant_id}"), account: Some(tenant_id), ..address.into() }
    }

    /// The same browser, counted under this login although the attempt uses another id.
    pub fn known_as(&self, login: &str) -> Self {
        Self { subject: Some(login.to_owned()), ..self.clone() }
    }

    /// The network by which attempts are counted.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The network of the address, for the audit log.
    pub fn network(&self) -> String {
        self.address.map(network_of).unwrap_or_default()
    }

    /// The account on whose behalf the attempt is made.
    pub fn account(&self) -> Option<Uuid> {
        self.account
    }

    pub(in crate::identity) fn door(&self) -> Realm {
        self.door
    }

    pub(in crate::identity) fn devices(&self) -> &str {
        &self.devices
    }

    pub(in crate::identity) fn subject<'own>(&'own self, login: &'own str) -> &'own str {
        self.subject.as_deref().unwrap_or(login)
    }
}

impl From<Option<IpAddr>> for AttemptOrigin {
    fn from(address: Option<IpAddr>) -> Self {
        let place = address.map_or_else(|| "unknown".to_owned(), network_of);
        Self { place, address, door: Realm::Panel, devices: String::new(), subject: None, account: None }
    }
}
