//! A browser without scripts: keeps cookies, follows redirects only on request, and sends forms with the CSRF token of
//! the last page.

use std::collections::BTreeMap;
use std::sync::Mutex;

use reqwest::{Method, RequestBuilder};
use uuid::Uuid;

use crate::World;
use crate::api::{Api, Reply, answer};

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
