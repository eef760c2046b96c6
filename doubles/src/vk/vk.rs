//! The handle of a running VK.

use std::sync::Arc;

use actix_web::{App, HttpServer, dev::ServerHandle, web};
use anyhow::{Context, Result};

use super::{api, callbacks, core::Core, options::Options, pages};

/// Largest body in bytes: a file with its form.
const BODY: usize = 210 * 1024 * 1024;

/// A running VK. It stops when it is dropped; [`Vk::stop`] also waits for the end.
pub struct Vk {
    pub(crate) core: Arc<Core>,
    url: String,
    server: ServerHandle,
}

impl Drop for Vk {
    fn drop(&mut self) {
        // The command is sent at once; the future only waits for the end.
        drop(self.server.stop(false));
    }
}

impl Vk {
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
            // A reused connection that the other side has just closed would look like a lost event.
            .pool_max_idle_per_host(0)
            .build()
            .context("the client for callback servers")?;
        let core = Arc::new(Core::new(options.now, client, options.rates));
        let shared = web::Data::new(Arc::clone(&core));
        let server = HttpServer::new(move || {
            let size = web::PayloadConfig::new(BODY);
            App::new().app_data(shared.clone()).app_data(size).configure(api::routes).configure(pages::routes)
        })
        .workers(1)
        .disable_signals()
        .shutdown_timeout(1)
        .bind(&options.listen)
        .with_context(|| format!("VK can't listen on {}", options.listen))?;
        let address = server.addrs().first().copied().context("VK has no address")?;
        let url = format!("http://{address}");
        core.is_at(&url);
        tokio::spawn(callbacks::run(Arc::downgrade(&core)));
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(async move {
            if let Err(error) = server.await {
                tracing::error!(%error, "the simulated VK stopped");
            }
        });
        Ok(Self { core, url, server: handle })
    }

    /// The API's address, `http://127.0.0.1:PORT`, without a trailing slash: methods are below `/method/`.
    pub fn base_url(&self) -> &str {
        &self.url
    }

    /// Stops and waits for the end.
    pub async fn stop(self) {
        self.server.stop(true).await;
    }
}
