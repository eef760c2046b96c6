//! The handle of a running MAX.

use std::sync::Arc;

use anyhow::Result;

use super::{api, core::Core, options::Options, pages, sender, state::State};
use crate::kit::Server;

/// A running MAX. It stops when dropped; [`Max::stop`] also waits until it has stopped.
pub struct Max {
    pub(crate) core: Arc<Core>,
    server: Server,
}

impl Max {
    /// Binds the address and serves on the current tokio runtime until the handle is stopped or dropped. A rustls
    /// crypto provider must have been installed.
    pub async fn start(options: Options) -> Result<Self> {
        let state = State { processing: options.processing, ..State::default() };
        let core = Arc::new(Core::new(state, options.now.clone(), options)?);
        let server = Server::start("MAX", &core.options.listen, &core, |app| {
            api::routes(app);
            pages::routes(app);
        })?;
        tokio::spawn(sender::run(Arc::downgrade(&core)));
        Ok(Self { core, server })
    }

    /// The Bot API's address, `http://127.0.0.1:PORT`, without a trailing slash.
    pub fn base_url(&self) -> &str {
        self.server.url()
    }

    /// Stops the server and waits until it has stopped.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}
