//! The HTTP servers: the public one and, if configured, one for operators.

use domain::load_shedding;
use domain::load_shedding::connections::Connections;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::{App as HttpApp, HttpServer, web};
use anyhow::Context;
use base::supervisor::detach;
use tokio::sync::mpsc;

use super::DRAIN;
use crate::app::App;
use crate::routes;

/// A connection must send the head of its first request within this time.
const HEAD_WITHIN: Duration = Duration::from_secs(5);

/// A listening socket.
pub fn listen(address: &str) -> anyhow::Result<TcpListener> {
    load_shedding::connections::listen(address).with_context(|| format!("cannot listen on {address}"))
}

/// Serves the public routes; `with_ops` adds the operators' routes for this machine.
pub fn serve(
    app: &Arc<App>,
    listener: TcpListener,
    threads: usize,
    with_ops: bool,
    fails: &mpsc::Sender<anyhow::Error>,
) -> anyhow::Result<ServerHandle> {
    let shared = app.clone();
    let connections = Connections::new(&app.config);
    let server = HttpServer::new(move || {
        HttpApp::new()
            .configure(|web| shared.share(web))
            .wrap(from_fn(load_shedding::gate_unknown_callers))
            .wrap(from_fn(load_shedding::gate))
            .wrap(from_fn(routes::secure_headers))
            .configure(routes::public)
            .configure(|config| {
                if with_ops {
                    routes::operators_of_this_machine(config);
                }
            })
            .default_service(web::to(routes::nothing_here))
    })
    .on_connect(move |socket, data| connections.begin(socket, data))
    .workers(threads)
    .client_request_timeout(HEAD_WITHIN)
    .shutdown_timeout(DRAIN.as_secs())
    .disable_signals()
    .listen(listener)
    .context("the HTTP server")?
    .run();
    let handle = server.handle();
    listen_on(app, server, fails);
    Ok(handle)
}

/// Serves `/metrics`, `/readyz` and the like at their own address.
pub fn serve_ops(
    app: &Arc<App>,
    listener: TcpListener,
    fails: &mpsc::Sender<anyhow::Error>,
) -> anyhow::Result<ServerHandle> {
    let shared = app.clone();
    let server = HttpServer::new(move || {
        HttpApp::new()
            .configure(|web| shared.share(web))
            .configure(routes::operators)
            .default_service(web::to(routes::nothing_here))
    })
    .workers(1)
    // Nothing here reads a body, and no gate sees to a connection's end: it closes at once (`Connection::closes`).
    .client_disconnect_timeout(Duration::ZERO)
    .disable_signals()
    .listen(listener)
    .context("the operators' HTTP server")?
    .run();
    let handle = server.handle();
    listen_on(app, server, fails);
    Ok(handle)
}

/// Stops the process when its HTTP server has ended, so that the service manager restarts it.
fn listen_on(app: &Arc<App>, server: Server, fails: &mpsc::Sender<anyhow::Error>) {
    let (app, fails) = (app.clone(), fails.clone());
    detach("http", async move {
        let ended = server.await;
        if !app.stop.is_cancelled() {
            let why = ended.err().map_or_else(|| "it ended without an error".to_owned(), |error| error.to_string());
            let _ = fails.send(anyhow::anyhow!("the HTTP server no longer listens: {why}")).await;
        }
    });
}
