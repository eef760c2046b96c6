//! The handle of a running WhatsApp.

use std::sync::Arc;

use anyhow::Result;

use super::{core::Core, graph, options::Options, pages, sender, state::State};
use crate::old::Server;

/// A running Graph for WhatsApp. It stops when dropped; [`WhatsApp::stop`] also waits until it has stopped.
pub struct WhatsApp {
    pub(crate) core: Arc<Core>,
    server: Server,
}

impl WhatsApp {
    /// Binds the address and serves on the current tokio runtime until the handle is stopped or dropped. A rustls
    /// crypto provider must have been installed.
    pub async fn start(options: Options) -> Result<Self> {
        let state = State::new(&options);
        let core = Arc::new(Core::new(state, options.now.clone(), options)?);
        let server = Server::start("WhatsApp", &core.options.listen, &core, |app| {
            pages::routes(app);
            graph::routes(app);
        })?;
        tokio::spawn(sender::run(Arc::downgrade(&core)));
        Ok(Self { core, server })
    }

    /// The Graph's address, `http://127.0.0.1:PORT`, without a trailing slash and without a version.
    pub fn base_url(&self) -> &str {
        self.server.url()
    }

    /// Stops the server and waits until it has stopped.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}
