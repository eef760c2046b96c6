//! The handle of a running Avito.

use std::sync::Arc;

use anyhow::Result;

use super::{api, core::Core, oauth, options::Options, pages, sender, state::State};
use crate::old::Server;

/// A running Avito. It stops when dropped; [`Avito::stop`] also waits until it has stopped.
pub struct Avito {
    pub(crate) core: Arc<Core>,
    server: Server,
}

impl Avito {
    /// Binds the address and serves on the current tokio runtime until the handle is stopped or dropped. A rustls
    /// crypto provider must have been installed.
    pub async fn start(options: Options) -> Result<Self> {
        let state = State::default();
        let core = Arc::new(Core::new(state, options.now.clone(), options)?);
        let server = Server::start("Avito", &core.options.listen, &core, |app| {
            oauth::routes(app);
            api::routes(app);
            pages::routes(app);
        })?;
        tokio::spawn(sender::run(Arc::downgrade(&core)));
        Ok(Self { core, server })
    }

    /// The API's address, `http://127.0.0.1:PORT`, without a trailing slash. The consent page for applications is at
    /// `/oauth` below it, although the real one is on another host than the API.
    pub fn base_url(&self) -> &str {
        self.server.url()
    }

    /// Stops the server and waits until it has stopped.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}
