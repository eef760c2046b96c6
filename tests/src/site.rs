//! A foreign web site with its own address.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::http::header;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

/// A page and its Content-Security-Policy; empty if none.
type Pages = Arc<Mutex<BTreeMap<String, (String, String)>>>;

/// A site controlled by the test. Stops when dropped.
pub struct Site {
    pages: Pages,
    port: u16,
    server: ServerHandle,
}

impl Drop for Site {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

impl Site {
    /// Starts one without pages.
    pub fn start() -> Self {
        let pages = Pages::default();
        let data = web::Data::new(pages.clone());
        let server = HttpServer::new(move || App::new().app_data(data.clone()).default_service(web::to(show)))
            .workers(1)
            .disable_signals()
            .bind("127.0.0.1:0")
            .expect("a port for the site");
        let port = server.addrs().first().expect("an address").port();
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { pages, port, server: handle }
    }

    /// Sets or replaces the page of a path.
    pub fn writes(&self, path: &str, html: &str, policy: &str) {
        self.pages.lock().unwrap().insert(path.to_owned(), (html.to_owned(), policy.to_owned()));
    }

    /// The address of a path: another origin than the server's on the same site (same machine, another port).
    pub fn neighbour(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The same page under the name of another site.
    pub fn stranger(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port)
    }
}

async fn show(pages: web::Data<Pages>, request: HttpRequest) -> HttpResponse {
    let page = pages.lock().unwrap().get(request.path()).cloned();
    let Some((html, policy)) = page else { return HttpResponse::NotFound().finish() };
    let mut answer = HttpResponse::Ok();
    if !policy.is_empty() {
        answer.insert_header((header::CONTENT_SECURITY_POLICY, policy));
    }
    answer.content_type("text/html; charset=utf-8").body(html)
}
