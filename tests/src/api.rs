//! A client of the public API and of all other routes of the server.

use std::sync::{Arc, Mutex};

use reqwest::{Client, Method, RequestBuilder, redirect};
use serde_json::Value;

/// Calls a world's server at its current address. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    base: Arc<Mutex<String>>,
    key: String,
    http: Client,
}

/// A response, read completely.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
    /// Null if the body is not JSON.
    pub json: Value,
}

impl Reply {
    /// Fails the test unless the status is this one.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// A text field by JSON pointer; fails the test if it is missing.
    #[track_caller]
    pub fn text_at(&self, pointer: &str) -> String {
        let found = self.json.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| panic!("no text at {pointer} of {}", self.text)).to_owned()
    }

    /// The pointers of a validation problem's fields.
    pub fn wrong_fields(&self) -> Vec<String> {
        let errors = self.json.get("errors").and_then(Value::as_array).cloned().unwrap_or_default();
        errors.iter().filter_map(|error| error["pointer"].as_str().map(str::to_owned)).collect()
    }

    /// A header as text, empty if absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Fails the test unless the page contains all of these texts. No-break spaces count as spaces.
    #[track_caller]
    pub fn says(&self, wanted: &[&str]) {
        let text = self.text.replace('\u{a0}', " ");
        for one in wanted {
            assert!(text.contains(one), "the page does not say {one:?}:\n{}", main_of(&text));
        }
    }

    /// Fails the test if the page contains any of these texts.
    #[track_caller]
    pub fn never_says(&self, unwanted: &[&str]) {
        let text = self.text.replace('\u{a0}', " ");
        for one in unwanted {
            assert!(!text.contains(one), "the page says {one:?}:\n{}", main_of(&text));
        }
    }

    /// The text between the first `before` and the next `after`.
    pub fn between(&self, before: &str, after: &str) -> Option<&str> {
        let (_, rest) = self.text.split_once(before)?;
        Some(rest.split_once(after)?.0)
    }

    /// The value of a page's first field of this name; fails the test if there is none.
    #[track_caller]
    pub fn field(&self, name: &str) -> String {
        let found = self.between(&format!("name=\"{name}\" value=\""), "\"");
        found.unwrap_or_else(|| panic!("no field {name} in {}", main_of(&self.text))).to_owned()
    }
}

fn main_of(text: &str) -> &str {
    text.find("<main").map_or(text, |at| &text[at..])
}

impl Api {
    pub fn new(base: &str, key: &str) -> Self {
        Self { base: Arc::new(Mutex::new(base.to_owned())), key: key.to_owned(), http: client() }
    }

    /// The same server with another key.
    pub fn with_key(&self, key: &str) -> Self {
        Self { key: key.to_owned(), ..self.clone() }
    }

    /// The key, for programs that call the API too.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The server's current address.
    pub fn base(&self) -> String {
        self.base.lock().unwrap().clone()
    }

    pub(crate) fn moved_to(&self, base: &str) {
        base.clone_into(&mut self.base.lock().unwrap());
    }

    /// A request to a path with the key.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base())).bearer_auth(&self.key)
    }

    /// A request to a path or address without the key, as from browsers and amoCRM.
    pub fn anonymous(&self, method: Method, path: &str) -> RequestBuilder {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base()) };
        self.http.request(method, url)
    }

    pub async fn get(&self, path: &str) -> Reply {
        answer(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        answer(self.request(Method::POST, path).json(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Reply {
        answer(self.request(Method::PATCH, path).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        answer(self.request(Method::DELETE, path)).await
    }
}

/// Sends a request; fails the test without a response.
pub async fn answer(request: RequestBuilder) -> Reply {
    try_answer(request).await.expect("the server answers")
}

/// Sends a request to a server that may be dying.
pub async fn try_answer(request: RequestBuilder) -> Result<Reply, reqwest::Error> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await?;
    let json = serde_json::from_str(&text).unwrap_or_default();
    Ok(Reply { status, headers, text, json })
}

/// The harness's HTTP client: no redirects, no proxy, no connection reuse that a dying server could break.
#[expect(clippy::disallowed_methods, reason = "the harness is outside of the server and shares no client with it")]
pub fn client() -> Client {
    base::http_client::install_crypto_provider();
    Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .pool_max_idle_per_host(0)
        .timeout(std::time::Duration::from_secs(30))
        .build()
        .expect("a client")
}
