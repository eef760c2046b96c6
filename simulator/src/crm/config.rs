//! Configuration of a sandbox.

use std::{fmt, path::PathBuf, sync::Arc};

/// The clock for signatures, codes and tokens; a test may move it.
pub type Now = Arc<dyn Fn() -> chrono::DateTime<chrono::Utc> + Send + Sync>;

/// The clock of the machine, for use outside tests.
#[expect(
    clippy::disallowed_methods,
    reason = "the server's Clock is out of reach here: the sandbox shares nothing with it"
)]
pub fn system_clock() -> Now {
    Arc::new(chrono::Utc::now)
}

/// Everything a sandbox needs at its start.
#[derive(Clone)]
pub struct SandboxConfig {
    /// Address to listen on; with port 0 the system chooses one: see `Sandbox::url`.
    pub listen: String,
    /// `public_url` of the server that receives the hooks; may be empty and set later with `Sandbox::set_parom_url`.
    pub parom_url: String,
    /// The known integrations, each with its channels.
    pub integrations: Vec<IntegrationConfig>,
    /// Widgets uploaded at the start; [`crate::crm::Sandbox::set_widget`] uploads others.
    pub widgets: Vec<WidgetConfig>,
    /// The clock.
    pub now: Now,
}

/// A widget archive uploaded to an integration.
#[derive(Clone, Debug)]
pub struct WidgetConfig {
    /// Name of the integration it belongs to.
    pub integration: String,
    /// Widget code: latin letters, digits and `_`, starting with a lower-case letter. The `external_id` of the source
    /// that amoCRM creates itself.
    pub code: String,
    /// The zip.
    pub archive: WidgetArchive,
}

/// Location of a widget's zip.
#[derive(Clone)]
pub enum WidgetArchive {
    /// In a file.
    Path(PathBuf),
    /// In memory.
    Bytes(Vec<u8>),
}

impl fmt::Debug for WidgetArchive {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => write!(formatter, "{}", path.display()),
            Self::Bytes(bytes) => write!(formatter, "{} bytes", bytes.len()),
        }
    }
}

/// One integration as configured in amoCRM.
#[derive(Clone, Debug)]
pub struct IntegrationConfig {
    /// Name shown on the consent page; also how the library's functions refer to it.
    pub name: String,
    /// `client_id`, called `client_uuid` in places.
    pub client_id: String,
    /// `client_secret`: checked by the token endpoint, signs the revoke hook.
    pub client_secret: String,
    /// Redirect URI, compared byte for byte in both grants.
    pub redirect_uri: String,
    /// Chats API channels registered for this integration.
    pub channels: Vec<ChannelConfig>,
}

/// One registered Chats API channel.
#[derive(Clone, Debug)]
pub struct ChannelConfig {
    /// Channel id (a UUID of 36 characters), the first part of every scope id.
    pub id: String,
    /// Channel code such as `amo.ext.30490163`, the `origin_code` of sources.
    pub code: String,
    /// Channel secret: checks requests and signs hooks.
    pub secret: String,
    /// Title used if the connecting side sends none.
    pub title: String,
    /// Id and name of the channel's bot, if one was issued.
    pub bot: Option<(String, String)>,
}

impl fmt::Debug for SandboxConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SandboxConfig")
            .field("listen", &self.listen)
            .field("parom_url", &self.parom_url)
            .field("integrations", &self.integrations.len())
            .field("widgets", &self.widgets)
            .finish_non_exhaustive()
    }
}

impl IntegrationConfig {
    /// The channel with this id, if it belongs to the integration.
    pub(crate) fn channel(&self, id: &str) -> Option<&ChannelConfig> {
        self.channels.iter().find(|channel| channel.id == id)
    }
}
