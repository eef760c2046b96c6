//! Who runs the service, and what it says about itself in public.

use serde::Deserialize;

/// The operator of the service; empty where the vendor said nothing.
#[derive(Clone, Debug, Deserialize)]
pub struct Vendor {
    pub name: String,
    pub legal_entity: String,
    pub legal_address: String,
    /// Where the data is stored, in words.
    pub hosting_region: String,
    pub support_url: String,
    pub support_email: String,
    pub privacy_url: String,
}

/// The public status page.
#[derive(Clone, Debug, Deserialize)]
pub struct StatusConfig {
    /// Whether there is one.
    pub enabled: bool,
}
