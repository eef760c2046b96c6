//! Integrations and channels of a configuration.

use super::{Channel, Config, Integration};

impl Config {
    /// The channel with this id and its integration; ids are unique over all integrations.
    pub fn channel(&self, id: &str) -> Option<(&Integration, &Channel)> {
        self.integrations.iter().find_map(|integration| {
            let channel = integration.channels.iter().find(|channel| channel.id == id)?;
            Some((integration, channel))
        })
    }

    /// The integration with this name.
    pub fn integration(&self, name: &str) -> Option<&Integration> {
        self.integrations.iter().find(|integration| integration.name == name)
    }

    /// The integration with this `client_id`.
    pub fn integration_by_client_id(&self, client_id: &str) -> Option<&Integration> {
        self.integrations.iter().find(|integration| integration.client_id == client_id)
    }
}
