//! A small HTTP server of the demo on a free port of this machine.

use std::net::TcpListener;

use actix_web::dev::ServerHandle;
use actix_web::{App as HttpApp, HttpServer, web};
use anyhow::Context;

/// A running server.
pub(super) struct LoopbackServer {
    url: String,
    handle: ServerHandle,
}

impl LoopbackServer {
    /// Starts a server with these routes; `task` is its name in logs.
    pub fn start(
        task: &'static str,
        routes: impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static,
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context(task)?;
        listener.set_nonblocking(true).context(task)?;
        let url = format!("http://{}", listener.local_addr().context(task)?);
        let server = HttpServer::new(move || HttpApp::new().configure(&routes));
        let server = server.workers(1).disable_signals().listen(listener).context(task)?.run();
        let handle = server.handle();
        base::supervisor::detach(task, server);
        Ok(Self { url, handle })
    }

    /// Its address, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub async fn close(self) {
        self.handle.stop(false).await;
    }
}
