//! A client of the public API and of all other routes of the server.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use reqwest::{Client, Method, RequestBuilder, redirect};
use serde_json::Value;
use uuid::Uuid;

use crate::World;

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

// A browser without scripts: keeps cookies, follows redirects only on request, and sends forms with the CSRF token of
// the last page.

/// A browser.
pub struct Visitor {
    api: Api,
    cookies: Mutex<BTreeMap<String, String>>,
    csrf: Mutex<String>,
    headers: Vec<(&'static str, String)>,
}

impl Visitor {
    pub fn new(api: &Api) -> Self {
        let headers = vec![("sec-fetch-site", "same-origin".to_owned()), ("accept-language", "en".to_owned())];
        Self { api: api.clone(), cookies: Mutex::default(), csrf: Mutex::default(), headers }
    }

    /// The same browser in a frame of another site's page.
    #[must_use]
    pub fn in_a_frame(mut self) -> Self {
        self.headers.push(("sec-fetch-dest", "iframe".to_owned()));
        self
    }

    /// The same browser with another language.
    #[must_use]
    pub fn reading(mut self, language: &'static str) -> Self {
        self.headers.retain(|(name, _)| *name != "accept-language");
        self.headers.push(("accept-language", language.to_owned()));
        self
    }

    /// The same browser at another address, as reported by the proxy in front of the server.
    #[must_use]
    pub fn from(mut self, address: &str) -> Self {
        self.headers.push(("x-forwarded-for", address.to_owned()));
        self
    }

    /// A request with the cookies; the response is not remembered.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request = self.api.anonymous(method, path);
        let cookies = self.cookies();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies);
        }
        self.headers.iter().fold(request, |request, (name, value)| request.header(*name, value))
    }

    /// The `Cookie` header.
    pub fn cookies(&self) -> String {
        let cookies = self.cookies.lock().unwrap();
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Copies the cookies of another browser.
    pub fn steal(&self, other: &Self) {
        let stolen = other.cookies.lock().unwrap().clone();
        *self.cookies.lock().unwrap() = stolen;
    }

    /// The value of a cookie, if set.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    /// Deletes all cookies.
    pub fn forgets_cookies(&self) {
        self.cookies.lock().unwrap().clear();
    }

    /// Sets a cookie.
    pub fn takes_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    /// Opens an address.
    pub async fn opens(&self, path: &str) -> Reply {
        self.keep(answer(self.request(Method::GET, path)).await)
    }

    /// Reads a page again as its script does, for the parts that renew by themselves.
    pub async fn renews(&self, path: &str) -> Reply {
        self.keep(answer(self.request(Method::GET, path).header("Parom-Live", "1")).await)
    }

    /// Opens an address and follows at most five redirects.
    pub async fn goes(&self, path: &str) -> Reply {
        let mut reply = self.opens(path).await;
        for _ in 0..5 {
            if !(300..400).contains(&reply.status) {
                break;
            }
            reply = self.opens(&reply.is_redirect()).await;
        }
        reply
    }

    /// Sends a form with the CSRF token of the last page that had one.
    pub async fn sends(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let csrf = self.csrf();
        let mut all = fields.to_vec();
        if !csrf.is_empty() {
            all.push(("csrf", &csrf));
        }
        self.sends_as_it_is(path, &all).await
    }

    /// Sends exactly these fields.
    pub async fn sends_as_it_is(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.request(Method::POST, path).header("origin", self.api.base());
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.keep(answer(request.body(body)).await)
    }

    /// Sends a form that must succeed, and reads the page it redirects to.
    pub async fn does(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let reply = self.sends(path, fields).await;
        assert_eq!(reply.status, 303, "{path}: {}", reply.text);
        self.goes(&reply.is_redirect()).await.is(200)
    }

    /// The CSRF token of the last page that had one.
    pub fn csrf(&self) -> String {
        self.csrf.lock().unwrap().clone()
    }

    fn keep(&self, reply: Reply) -> Reply {
        let mut cookies = self.cookies.lock().unwrap();
        for line in reply.headers.get_all("set-cookie") {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                cookies.remove(name)
            } else {
                cookies.insert(name.to_owned(), value.to_owned())
            };
        }
        if let Some(csrf) = reply.between("name=\"csrf\" value=\"", "\"") {
            csrf.clone_into(&mut self.csrf.lock().unwrap());
        }
        reply
    }
}

impl World {
    /// A new visitor, unknown to the server.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(&self.api)
    }

    /// The administrator of the amoCRM account in its panel, entered by a ticket.
    pub async fn panel(&self, tenant_id: Uuid) -> Visitor {
        let tenant = entity::tenant::Entity::of_tenant(tenant_id).one(self.app().store.read()).await;
        let tenant = tenant.expect("the account is read").expect("an account");
        let administrator = self.sandbox.add_account(&tenant.host).users[0].id;
        self.panel_as(tenant_id, administrator, "Anna Ivanova", true).await
    }

    /// A user of the amoCRM account in its panel.
    pub async fn panel_as(&self, tenant_id: Uuid, crm_user_id: i64, name: &str, is_admin: bool) -> Visitor {
        let ticket = parom::identity::ticket::issue(&self.app().identity, tenant_id, crm_user_id, name, is_admin).await;
        let visitor = self.visitor();
        visitor.goes(&format!("/panel/enter?ticket={}", ticket.expect("a ticket"))).await.is(200);
        visitor
    }
}
