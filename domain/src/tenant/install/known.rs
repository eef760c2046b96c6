//! Addresses from which genuine install calls came. amoCRM uses few, so calls from these go before those from unknown
//! addresses.

use std::net::IpAddr;

use base::store::VENDOR;
use base::store::directory::{self, DirectoryEntry, IdKind};
use chrono::TimeDelta;
use sea_orm::DbErr;

use super::call::Trust;
use crate::tenant::TenantContext;
use crate::unknown_callers;

/// How long an address stays known after its last genuine call.
const KNOWN: TimeDelta = TimeDelta::days(90);

/// The hash of an address: it cannot be reversed without our key.
pub fn network_of(app: &TenantContext, address: Option<IpAddr>) -> String {
    let address = address.map(|address| unknown_callers::site(address).to_string()).unwrap_or_default();
    let derived = app.vault.derive("install_network", &[&address]);
    hex::encode(derived.get(..16).unwrap_or_default())
}

/// The trust in a call from this address.
pub async fn trust_of(app: &TenantContext, network: &str) -> Result<Trust, DbErr> {
    let found = directory::find(app.store.read(), IdKind::InstallNetwork, network, app.clock.millis()).await?;
    Ok(if found.is_some() { Trust::KnownAddress } else { Trust::Stranger })
}

/// Records that amoCRM accepted a code from this address.
pub(super) async fn was_genuine(app: &TenantContext, network: &str) {
    if network.is_empty() {
        return;
    }
    let entry = DirectoryEntry {
        tenant_id: VENDOR,
        id: VENDOR,
        note: String::new(),
        expires_at: Some(app.clock.millis() + KNOWN.num_milliseconds()),
    };
    if let Err(error) = directory::set(app.store.write(), IdKind::InstallNetwork, network, entry).await {
        tracing::warn!(%error, "the address of a genuine install call could not be recorded");
    }
}
