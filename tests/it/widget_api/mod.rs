//! The widget's API: who gets a session, which pages may call, and what only administrators may change.

mod connect;
mod session;
mod sources;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use parom_tests::settings::{CLIENT_ID, CLIENT_SECRET, HOST};
use parom_tests::{Reply, World, answer};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sha2::Sha256;

/// Signs by hand: neither the server's code nor the sandbox's.
pub fn signed(header: &Value, claims: &Value, secret: &str) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// A token as amoCRM makes them.
pub fn token(claims: &Value) -> String {
    signed(&json!({"typ": "JWT", "alg": "HS256"}), claims, CLIENT_SECRET)
}

/// What amoCRM would say of a user of an account now: 0 is the administrator, 1 and 2 are managers.
pub fn claims(world: &World, host: &str, user: usize) -> Value {
    let account = world.sandbox.add_account(host);
    let now = world.clock.now().timestamp();
    json!({
        "iss": format!("https://{host}"), "aud": "http://127.0.0.1", "jti": uuid::Uuid::new_v4().to_string(),
        "iat": now, "nbf": now, "exp": now + 1800, "account_id": account.id, "user_id": account.users[user].id,
        "subdomain": host.split('.').next().unwrap(), "client_uuid": CLIENT_ID, "is_admin": account.users[user].is_admin,
    })
}

/// `POST /widget/v1/session` with any token, from the page of an account.
pub fn exchange(world: &World, host: &str, token: &str) -> RequestBuilder {
    let request = world.api.anonymous(Method::POST, "/widget/v1/session");
    request.header("Origin", format!("https://{host}")).header("X-Auth-Token", token).json(&json!({}))
}

/// A user of amoCRM in front of the widget.
#[derive(Clone)]
pub struct User {
    pub host: String,
    pub session: String,
}

impl User {
    /// With a session of their own.
    pub async fn of(world: &World, host: &str, user: usize) -> Self {
        let opened = answer(exchange(world, host, &token(&claims(world, host, user)))).await.is(200);
        Self { host: host.to_owned(), session: opened.text_at("/token") }
    }

    /// The administrator of the usual account, which is installed.
    pub async fn administrator(world: &World) -> Self {
        world.owner(HOST).installs_in_a_browser().await.is(200);
        Self::of(world, HOST, 0).await
    }

    pub fn request(&self, world: &World, method: Method, path: &str) -> RequestBuilder {
        let request = world.api.anonymous(method, &format!("/widget/v1{path}"));
        request.header("Origin", format!("https://{}", self.host)).bearer_auth(&self.session)
    }

    pub async fn get(&self, world: &World, path: &str) -> Reply {
        answer(self.request(world, Method::GET, path)).await
    }

    pub async fn post(&self, world: &World, path: &str, body: &Value) -> Reply {
        answer(self.request(world, Method::POST, path).json(body)).await
    }

    pub async fn patch(&self, world: &World, path: &str, body: &Value) -> Reply {
        answer(self.request(world, Method::PATCH, path).json(body)).await
    }

    pub async fn delete(&self, world: &World, path: &str) -> Reply {
        answer(self.request(world, Method::DELETE, path)).await
    }
}

/// The last part of a problem's `type`.
pub fn problem(reply: &Reply) -> &str {
    reply.json["type"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default()
}
