//! The handle of a running Telegram.

use std::sync::Arc;

use anyhow::Result;

use super::{api, core::Core, options::Options, pages, sender, state::State};
use crate::old::Server;

/// A running Telegram. It stops when dropped; [`Telegram::stop`] also waits until it has stopped.
pub struct Telegram {
    pub(crate) core: Arc<Core>,
    server: Server,
}

impl Telegram {
    /// Binds the address and serves on the current tokio runtime until the handle is stopped or dropped. A rustls
    /// crypto provider must have been installed.
    pub async fn start(options: Options) -> Result<Self> {
        let mut state = State::default();
        state.rates.on = options.rates;
        let core = Arc::new(Core::new(state, options.now.clone(), options)?);
        let server = Server::start("Telegram", &core.options.listen, &core, |app| {
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
