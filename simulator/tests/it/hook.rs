//! The server of a test to which a double delivers.

use actix_web::{App, HttpServer, dev::ServerHandle, web};

/// A running server. It stops when it is dropped.
pub struct HookServer(ServerHandle);

impl Drop for HookServer {
    fn drop(&mut self) {
        drop(self.0.stop(false));
    }
}

/// Serves these routes; the address is that of `/hook`.
pub fn serve(routes: impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static) -> (String, HookServer) {
    let server = HttpServer::new(move || App::new().configure(routes.clone()))
        .workers(1)
        .disable_signals()
        .bind("127.0.0.1:0")
        .unwrap();
    let url = format!("http://{}/hook", server.addrs()[0]);
    let server = server.run();
    let handle = server.handle();
    tokio::spawn(server);
    (url, HookServer(handle))
}
