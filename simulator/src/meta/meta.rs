//! The handle of a running Meta.

use std::sync::Arc;

use actix_web::web;
use anyhow::Result;

use super::{api, core::Core, hooks, options::Options, pages, state::State};
use crate::old::Server;

/// A running Meta. It stops when dropped; [`Meta::stop`] also waits until it has stopped.
pub struct Meta {
    pub(crate) core: Arc<Core>,
    server: Server,
}

impl Meta {
    /// Binds the address and serves on the current tokio runtime until the handle is stopped or dropped. A rustls
    /// crypto provider must have been installed.
    pub async fn start(options: Options) -> Result<Self> {
        let state = State::default();
        let core = Arc::new(Core::new(state, options.now.clone(), options)?);
        let server = Server::start("Meta", &core.options.listen, &core, |app| {
            pages::routes(app);
            app.default_service(web::to(api::serve));
        })?;
        tokio::spawn(hooks::run(Arc::downgrade(&core)));
        Ok(Self { core, server })
    }

    /// The address of both Graph servers, `http://127.0.0.1:PORT`, without a trailing slash.
    pub fn base_url(&self) -> &str {
        self.server.url()
    }

    /// Stops the server and waits until it has stopped.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}
