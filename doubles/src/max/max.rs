//! The handle of a running MAX.

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::{App, HttpServer, dev::ServerHandle, web};
use anyhow::{Context, Result};

use super::{api, core::Core, options::Options, pages, sender};

/// A running MAX. It stops when it is dropped; [`Max::stop`] also waits for the end.
pub struct Max {
    pub(crate) core: Arc<Core>,
    url: String,
    server: ServerHandle,
}

impl Drop for Max {
    fn drop(&mut self) {
        // The command is sent at once; the future only waits for the end.
        drop(self.server.stop(false));
    }
}

impl Max {
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
            // A reused connection that the other side has just closed would look like a lost update.
            .pool_max_idle_per_host(0)
            .build()
            .context("the client for webhooks")?;
        let listener =
            TcpListener::bind(&options.listen).with_context(|| format!("MAX can't listen on {}", options.listen))?;
        let url = format!("http://{}", listener.local_addr().context("MAX has no address")?);
        let core = Arc::new(Core::new(&options, client, url.clone()));
        let shared = web::Data::new(Arc::clone(&core));
        let server = HttpServer::new(move || {
            App::new().app_data(shared.clone()).configure(api::routes).configure(pages::routes)
        })
        .workers(1)
        .disable_signals()
        .shutdown_timeout(1)
        .listen(listener)
        .context("MAX can't serve")?;
        tokio::spawn(sender::run(Arc::downgrade(&core)));
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(async move {
            if let Err(error) = server.await {
                tracing::error!(%error, "the simulated MAX stopped");
            }
        });
        Ok(Self { core, url, server: handle })
    }

    /// The Bot API's address, `http://127.0.0.1:PORT`, without a trailing slash.
    pub fn base_url(&self) -> &str {
        &self.url
    }

    /// Stops and waits for the end.
    pub async fn stop(self) {
        self.server.stop(true).await;
    }
}
