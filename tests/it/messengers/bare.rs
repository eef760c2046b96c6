//! A server that imitates a messenger with its essential calls alone: everything else is 404.

use std::marker::PhantomData;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use base::clock::Clock;
use base::config::Config;
use parom_tests::Simulated;
use serde_json::Value;
use url::Url;

/// What a kind's server knows.
pub trait Essentials: Send + Sync + 'static {
    fn enters(config: &mut Config, address: Url);
    /// The answer to a call; none: there is no such call.
    fn answer(call: &BareCall) -> Option<Value>;
}

/// A call that the server got.
#[derive(Clone, Debug)]
pub struct BareCall {
    /// `POST /method/messages.send`.
    pub what: String,
    pub query: String,
    pub body: String,
}

impl BareCall {
    /// A parameter of a form.
    pub fn form(&self, name: &str) -> Option<String> {
        let mut all = url::form_urlencoded::parse(self.body.as_bytes());
        all.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

type Calls = Arc<Mutex<Vec<BareCall>>>;

/// The running server.
pub struct Bare<K> {
    url: String,
    calls: Calls,
    server: ServerHandle,
    kind: PhantomData<fn() -> K>,
}

impl<K> Drop for Bare<K> {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

impl<K> Bare<K> {
    /// The calls whose method and path begin so.
    pub fn calls(&self, what: &str) -> Vec<BareCall> {
        self.calls.lock().unwrap().iter().filter(|call| call.what.starts_with(what)).cloned().collect()
    }
}

impl<K: Essentials> Simulated for Bare<K> {
    async fn start(_clock: Clock) -> Self {
        let calls = Calls::default();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let known = calls.clone();
        let server = HttpServer::new(move || {
            let calls = known.clone();
            let take = move |request: HttpRequest, body: web::Bytes| {
                let what = format!("{} {}", request.method(), request.path());
                let query = request.query_string().to_owned();
                let call = BareCall { what, query, body: String::from_utf8_lossy(&body).into_owned() };
                calls.lock().unwrap().push(call.clone());
                let answer = match K::answer(&call) {
                    Some(answer) => HttpResponse::Ok().json(answer),
                    None => HttpResponse::build(StatusCode::NOT_FOUND).body("404 page not found"),
                };
                async move { answer }
            };
            App::new().default_service(web::to(take))
        })
        .workers(1)
        .disable_signals()
        .listen(listener)
        .unwrap()
        .run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { url, calls, server: handle, kind: PhantomData }
    }

    fn address(&self) -> &str {
        &self.url
    }

    fn enters(config: &mut Config, address: Url) {
        K::enters(config, address);
    }
}
