//! The handle of a running Avito.

use std::sync::Arc;

use actix_web::{App, HttpServer, dev::ServerHandle, web};
use anyhow::{Context, Result};

use super::{api, core::Core, oauth, options::Options, pages, sender};

/// A running Avito. It stops when it is dropped; [`Avito::stop`] also waits for the end.
pub struct Avito {
    pub(crate) core: Arc<Core>,
    url: String,
    server: ServerHandle,
}

impl Drop for Avito {
    fn drop(&mut self) {
        // The command is sent at once; the future only waits for the end.
        drop(self.server.stop(false));
    }
}

impl Avito {
    /// Binds the address and serves from the current tokio runtime until the handle is stopped or dropped.
    /// A rustls crypto provider must be installed before.
    #[expect(
        clippy::disallowed_methods,
        reason = "the server's HttpClients is out of reach here: the double shares nothing with it"
    )]
    pub async fn start(options: Options) -> Result<Self> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            // A reused connection that the other side has just closed would look like a lost webhook.
            .pool_max_idle_per_host(0)
            .build()
            .context("the client for webhooks")?;
        let listen = options.listen.clone();
        let core = Arc::new(Core::new(options, client));
        let shared = web::Data::new(Arc::clone(&core));
        let server = HttpServer::new(move || {
            App::new().app_data(shared.clone()).configure(oauth::routes).configure(api::routes).configure(pages::routes)
        })
        .workers(1)
        .disable_signals()
        .shutdown_timeout(1)
        .bind(&listen)
        .with_context(|| format!("Avito can't listen on {listen}"))?;
        let address = server.addrs().first().copied().context("Avito has no address")?;
        let url = format!("http://{address}");
        core.change(|state| state.base_url.clone_from(&url));
        tokio::spawn(sender::run(Arc::downgrade(&core)));
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(async move {
            if let Err(error) = server.await {
                tracing::error!(%error, "the simulated Avito stopped");
            }
        });
        Ok(Self { core, url, server: handle })
    }

    /// The API's address, `http://127.0.0.1:PORT`, without a trailing slash. The consent page of applications is
    /// `/oauth` below it, although the real one is on another host than the API.
    pub fn base_url(&self) -> &str {
        &self.url
    }

    /// Stops and waits for the end.
    pub async fn stop(self) {
        self.server.stop(true).await;
    }
}
