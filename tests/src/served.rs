//! Web servers of tests: what a messenger, a collector or a shop would run.

use actix_web::dev::ServerHandle;
use actix_web::web::ServiceConfig;
use actix_web::{App, HttpServer};

/// One at a free port. Stops when dropped.
pub struct Served {
    /// Its address.
    pub url: String,
    handle: ServerHandle,
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

impl Served {
    pub fn start(routes: impl Fn(&mut ServiceConfig) + Clone + Send + 'static) -> Self {
        let server = HttpServer::new(move || App::new().configure(routes.clone()));
        let server = server.workers(1).disable_signals().bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", server.addrs().first().expect("an address"));
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { url, handle }
    }
}
