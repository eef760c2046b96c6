//! An operator with a browser and an authenticator.

use std::collections::BTreeMap;
use std::time::Duration;

use parom::admin::operators::deeds::{self, By};
use parom::audit::Actor;
use parom::words::Language;
use parom_tests::{Api, Reply, World, answer};
use reqwest::Method;
use totp_rs::{Builder, Secret};

pub const EMAIL: &str = "olga@vendor.example";
/// Codes change that often.
const STEP: Duration = Duration::from_secs(30);

/// A browser that keeps cookies and sends the form of the page it saw last.
pub struct Desk {
    api: Api,
    pub cookies: BTreeMap<String, String>,
    csrf: String,
    /// Base32, once the authenticator is connected.
    pub secret: String,
}

impl Desk {
    pub fn new(world: &World) -> Self {
        Self { api: world.api.clone(), cookies: BTreeMap::new(), csrf: String::new(), secret: String::new() }
    }

    /// A new operator, signed in for the first time.
    pub async fn signed_in(world: &World) -> Self {
        let mut desk = Self::new(world);
        let link = make_operator(world, EMAIL).await;
        desk.follows(&link).await;
        let code = desk.enrols(world).await;
        desk.post("/admin/enrol", &[("code", &code)]).await.is(303);
        desk
    }

    /// Opens a sign-in link and presses its button.
    pub async fn follows(&mut self, link: &str) -> Reply {
        let path = link.trim_start_matches(&self.api.base()).to_owned();
        let page = self.get(&path).await;
        if page.status != 200 {
            return page;
        }
        let token = path.split("token=").nth(1).unwrap().to_owned();
        self.post("/admin/link", &[("token", &token)]).await
    }

    /// Takes the secret of the page over; gives the code of this moment.
    pub async fn enrols(&mut self, world: &World) -> String {
        let page = self.get("/admin/enrol").await.is(200);
        assert!(page.text.contains("<svg"), "there is a picture to scan");
        let secret = page.text.split("<code class=\"mono all\">").nth(1).unwrap();
        self.secret = secret.split('<').next().unwrap().to_owned();
        self.code(world)
    }

    /// What the authenticator shows now.
    pub fn code(&self, world: &World) -> String {
        let secret = Secret::try_from_base32(&self.secret).unwrap();
        let totp = Builder::new().with_secret(secret).with_account_name("x").build().unwrap();
        totp.generate(u64::try_from(world.clock.millis() / 1000).unwrap()).to_string()
    }

    /// What it shows after half a minute.
    pub fn next_code(&self, world: &World) -> String {
        world.advance(STEP);
        self.code(world)
    }

    pub async fn get(&mut self, path: &str) -> Reply {
        let request = self.api.anonymous(Method::GET, path).header("cookie", self.cookie_line());
        let reply = answer(request.header("accept-language", "en")).await;
        self.keep(&reply);
        let form = "name=\"csrf\" value=\"";
        if let Some((_, rest)) = reply.text.split_once(form) {
            self.csrf = rest.split('"').next().unwrap().to_owned();
        }
        reply
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let csrf = self.csrf.clone();
        self.post_as(path, &csrf, fields).await
    }

    pub async fn post_as(&mut self, path: &str, csrf: &str, fields: &[(&str, &str)]) -> Reply {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.append_pair("csrf", csrf);
        for (name, value) in fields {
            body.append_pair(name, value);
        }
        let request = self.api.anonymous(Method::POST, path).header("cookie", self.cookie_line());
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(body.finish());
        let reply = answer(request.header("accept-language", "en")).await;
        self.keep(&reply);
        reply
    }

    fn keep(&mut self, reply: &Reply) {
        for line in reply.headers.get_all("set-cookie") {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    fn cookie_line(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }
}

/// Makes an operator as the command line does; gives the link.
pub async fn make_operator(world: &World, email: &str) -> String {
    let by = By { actor: Actor::Cli, address: None };
    let added = deeds::add(world.app(), email, "Olga", Language::En, &by).await.unwrap();
    added.unwrap().1
}
