//! The HTTP server of a double.

use std::sync::Arc;

use actix_web::{App, HttpServer, dev::ServerHandle, web};
use anyhow::{Context, Result};

use super::core::{Core, Memory};

/// A running server. It stops when dropped; [`Server::stop`] also waits until it has stopped.
pub(crate) struct Server {
    url: String,
    handle: ServerHandle,
}

impl Drop for Server {
    fn drop(&mut self) {
        // The command is sent at once; the future only waits for completion.
        drop(self.handle.stop(false));
    }
}

impl Server {
    /// Binds the address, passes it to the state, and serves on the current tokio runtime. `name` is for errors.
    pub(crate) fn start<S, F, O>(
        name: &'static str,
        listen: &str,
        core: &Arc<Core<S, F, O>>,
        routes: fn(&mut web::ServiceConfig),
    ) -> Result<Self>
    where
        S: Memory,
        F: Send + Sync + 'static,
        O: Send + Sync + 'static,
    {
        let shared = web::Data::new(Arc::clone(core));
        let server = HttpServer::new(move || App::new().app_data(shared.clone()).configure(routes))
            .workers(1)
            .disable_signals()
            .shutdown_timeout(1)
            .bind(listen)
            .with_context(|| format!("{name} can't listen on {listen}"))?;
        let address = server.addrs().first().copied().with_context(|| format!("{name} has no address"))?;
        let url = format!("http://{address}");
        core.change(|state| state.set_address(&url));
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(async move {
            if let Err(error) = server.await {
                tracing::error!(%error, name, "a simulated messenger stopped");
            }
        });
        Ok(Self { url, handle })
    }

    /// `http://127.0.0.1:PORT`, without a trailing slash.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Stops the server and waits until it has stopped.
    pub(crate) async fn stop(self) {
        self.handle.stop(true).await;
    }
}
