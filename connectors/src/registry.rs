//! All connectors by kind.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::config::Config;
use base::http_client::HttpClients;

use crate::{Connector, avito, custom, facebook, instagram, max, telegram, vk, webchat, whatsapp};

/// All connectors by kind.
#[derive(Clone)]
pub struct Connectors(Arc<BTreeMap<&'static str, Arc<dyn Connector>>>);

impl Connectors {
    pub fn new(http: &HttpClients, config: &Config) -> Self {
        let all: Vec<Arc<dyn Connector>> = vec![
            Arc::new(avito::Avito::new(http, &config.avito)),
            Arc::new(custom::Custom::new(http.guarded().clone())),
            Arc::new(facebook::connector(http, config)),
            Arc::new(instagram::connector(http, config)),
            Arc::new(max::Max::new(http, &config.max)),
            Arc::new(telegram::Telegram::new(http, &config.telegram.api_url)),
            Arc::new(vk::Vk::new(http, &config.vk.api_url)),
            Arc::new(webchat::WebChat),
            Arc::new(whatsapp::WhatsApp::new(http, &config.whatsapp)),
        ];
        Self(Arc::new(all.into_iter().map(|connector| (connector.kind(), connector)).collect()))
    }

    /// Adds connectors from other crates; one with the name of a built-in kind replaces it.
    #[must_use]
    pub fn with(self, more: impl IntoIterator<Item = Arc<dyn Connector>>) -> Self {
        let mut all = Arc::unwrap_or_clone(self.0);
        all.extend(more.into_iter().map(|connector| (connector.kind(), connector)));
        Self(Arc::new(all))
    }

    /// The connector of a kind; none if the kind is not built in.
    pub fn get(&self, kind: &str) -> Option<&Arc<dyn Connector>> {
        self.0.get(kind)
    }

    /// All kinds by name: those of [`base::config::CONNECTORS`], and those that were added.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_configuration_knows_what_is_built_in() {
        base::http_client::install_crypto_provider();
        let config = Config::from_toml("").unwrap();
        let connectors = Connectors::new(&HttpClients::new(&config.network).unwrap(), &config);
        let known: BTreeSet<&str> = base::config::CONNECTORS.iter().copied().collect();
        assert_eq!(connectors.kinds().collect::<BTreeSet<_>>(), known);
    }
}
