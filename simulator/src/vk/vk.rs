//! The handle of a running VK.

use std::sync::Arc;

use actix_web::web;
use anyhow::Result;

use super::{api, callbacks, core::Core, options::Options, pages, state::State};
use crate::old::Server;

/// Largest body in bytes: a file with its form.
const BODY: usize = 210 * 1024 * 1024;

/// A running VK. It stops when dropped; [`Vk::stop`] also waits until it has stopped.
pub struct Vk {
    pub(crate) core: Arc<Core>,
    server: Server,
}

impl Vk {
    /// Binds the address and serves on the current tokio runtime until the handle is stopped or dropped. A rustls
    /// crypto provider must have been installed.
    pub async fn start(options: Options) -> Result<Self> {
        let mut state = State::default();
        state.rates.on = options.rates;
        let core = Arc::new(Core::new(state, options.now.clone(), options)?);
        let server = Server::start("VK", &core.options.listen, &core, |app| {
            app.app_data(web::PayloadConfig::new(BODY));
            api::routes(app);
            pages::routes(app);
        })?;
        tokio::spawn(callbacks::run(Arc::downgrade(&core)));
        Ok(Self { core, server })
    }

    /// The API's address, `http://127.0.0.1:PORT`, without a trailing slash; methods are below `/method/`.
    pub fn base_url(&self) -> &str {
        self.server.url()
    }

    /// Stops the server and waits until it has stopped.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}
