//! What a local amoCRM is started with.

pub use crate::kit::{Now, system_clock};

/// Everything a local amoCRM needs at its start.
#[derive(Clone)]
pub struct SandboxConfig {
    /// Address to listen on; with port 0 the system chooses one: see `Sandbox::url`.
    pub listen: String,
    /// `public_url` of the server that receives the hooks; may be empty and set later with `Sandbox::set_parom_url`.
    pub parom_url: String,
    /// The known integrations, each with its channels.
    pub integrations: Vec<IntegrationConfig>,
    pub now: Now,
}

/// One integration as configured in amoCRM.
#[derive(Clone, Debug)]
pub struct IntegrationConfig {
    /// Name shown on the consent page; also how the library's functions refer to it.
    pub name: String,
    /// `client_id`, called `client_uuid` in places.
    pub client_id: String,
    /// Checked by the token endpoint, signs the revoke hook.
    pub client_secret: String,
    /// Compared byte for byte in both grants.
    pub redirect_uri: String,
    /// Chats API channels registered for this integration.
    pub channels: Vec<ChannelConfig>,
}

/// One registered Chats API channel.
#[derive(Clone, Debug)]
pub struct ChannelConfig {
    /// A UUID of 36 characters, the first part of every scope id.
    pub id: String,
    /// Such as `amo.ext.30490163`, the `origin_code` of sources.
    pub code: String,
    /// Checks requests and signs hooks.
    pub secret: String,
    /// Title used if the connecting side sends none.
    pub title: String,
    /// Id and name of the channel's bot, if one was issued.
    pub bot: Option<(String, String)>,
}
