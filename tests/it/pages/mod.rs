//! The panel's pages of sources, messages, the undelivered, keys and webhooks, as a browser without scripts meets them.

mod foreign;
mod hostile;
mod keys;
mod message;
mod messages;
mod sources;
mod undelivered;
mod wizard;

use std::sync::Mutex;

use parom::people::ticket;
use parom_tests::{Api, Reply, World, answer};
use reqwest::Method;
use uuid::Uuid;

/// Somebody with a browser, signed in.
pub struct Visitor {
    api: Api,
    cookie: String,
    csrf: Mutex<String>,
}

impl Visitor {
    /// Comes by a ticket, as from the widget: administrators of the account as owners, others as viewers.
    pub async fn enters(world: &World, tenant_id: Uuid, name: &str, is_admin: bool) -> Self {
        let number = name.bytes().map(i64::from).sum::<i64>() + 1000;
        let ticket = ticket::issue(world.app(), tenant_id, number, name, is_admin).await.expect("a ticket");
        let path = format!("/panel/enter?ticket={ticket}");
        let reply = answer(world.api.anonymous(Method::GET, &path)).await;
        let set = reply.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
        let cookies: Vec<&str> = set.filter_map(|text| text.split(';').next()).collect();
        assert!(!cookies.is_empty(), "{} {}", reply.status, reply.text);
        Self { api: world.api.clone(), cookie: cookies.join("; "), csrf: Mutex::default() }
    }

    /// An owner of the account.
    pub async fn owner(world: &World, tenant_id: Uuid) -> Self {
        Self::enters(world, tenant_id, "Olga Owner", true).await
    }

    /// The same visitor, reading Russian from here on.
    pub async fn in_russian(self) -> Self {
        self.posts("/panel/language", &[("to", "ru")]).await.is(303);
        self
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> Reply {
        let request = self.api.anonymous(Method::GET, path).header("cookie", &self.cookie);
        let reply = answer(request).await;
        if let Some(csrf) = between(&reply.text, "name=\"csrf\" value=\"", "\"") {
            *self.csrf.lock().unwrap() = csrf.to_owned();
        }
        reply
    }

    /// Sends a form as it is.
    pub async fn sends(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let request = self.api.anonymous(Method::POST, path).header("cookie", &self.cookie);
        let request = request.header("origin", self.api.base());
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        answer(request.header("content-type", "application/x-www-form-urlencoded").body(body)).await
    }

    /// Sends a form of a page that was opened before.
    pub async fn posts(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        if self.csrf.lock().unwrap().is_empty() {
            self.get("/panel").await;
        }
        let csrf = self.csrf.lock().unwrap().clone();
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        self.sends(path, &all).await
    }

    /// Sends a form and opens the page to which it leads.
    pub async fn does(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let reply = self.posts(path, fields).await;
        assert_eq!(reply.status, 303, "{path}: {}", reply.text);
        self.get(reply.header("location")).await.is(200)
    }
}

/// What stands between two texts.
pub fn between<'text>(text: &'text str, before: &str, after: &str) -> Option<&'text str> {
    let rest = &text[text.find(before)? + before.len()..];
    Some(&rest[..rest.find(after)?])
}

/// Fails the test unless the page says all of this.
#[track_caller]
pub fn says(reply: &Reply, wanted: &[&str]) {
    let text = reply.text.replace('\u{a0}', " ");
    for one in wanted {
        assert!(text.contains(one), "the page does not say {one:?}:\n{}", body_of(&text));
    }
}

/// Fails the test if the page says any of this.
#[track_caller]
pub fn never_says(reply: &Reply, unwanted: &[&str]) {
    let text = reply.text.replace('\u{a0}', " ");
    for one in unwanted {
        assert!(!text.contains(one), "the page says {one:?}:\n{}", body_of(&text));
    }
}

fn body_of(text: &str) -> &str {
    text.find("<main").map_or(text, |at| &text[at..])
}

/// The ids of messages that a list links, in its order.
pub fn ids(list: &Reply) -> Vec<String> {
    let links = list.text.split("\"/panel/messages/").skip(1).filter_map(|rest| rest.split('"').next());
    links.filter(|id| id.len() == 36).map(str::to_owned).collect()
}
