//! What a process caches, so that Meta is called less often: people and posts, which calls leave out, and what it sent.

use std::sync::Arc;
use std::time::Duration;

use base::cache::Cache;
use base::message::{Person, Post, is_visible};
use serde_json::Value;
use uuid::Uuid;

use super::Meta;
use super::graph::text_of;
use super::settings::{Account, Platform};
use crate::call::ApiError;
use crate::sending::{ReadMarks, UNANSWERED};
use crate::{Gaps, Settings, storable};

/// A person's profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Profile {
    pub name: Option<String>,
    pub username: Option<String>,
}

/// Profiles and posts by account and id, and messages that Parom itself sent on Instagram, whose echoes do not name the
/// app (instagram-and-facebook §5).
pub(super) struct Memory {
    pub profiles: Cache<(String, String), Arc<Profile>>,
    pub posts: Cache<(String, String), Arc<Post>>,
    /// Accounts for which Meta did not answer a question just now.
    pub silent: Cache<String, ()>,
    /// By account and `mid`.
    pub sent: Cache<(String, String), ()>,
    /// By account, person and text: the letter of a call without an answer yet, if the call sends the whole letter.
    pub sending: Cache<(String, String, String), Option<Uuid>>,
    /// Messages that were marked as seen.
    pub marks: ReadMarks,
}

const ENTRIES: u64 = 50_000;

impl Default for Memory {
    fn default() -> Self {
        let hours = |hours: u64| Duration::from_secs(hours * 3600);
        Self {
            profiles: cache(hours(24)),
            posts: cache(hours(1)),
            silent: cache(UNANSWERED),
            sent: cache(hours(1)),
            // A call ends within half a minute, and its echo is awaited for five minutes.
            sending: cache(Duration::from_secs(330)),
            marks: ReadMarks::default(),
        }
    }
}

fn cache<K, V>(life: Duration) -> Cache<K, V>
where
    K: std::hash::Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    Cache::builder().max_capacity(ENTRIES).time_to_live(life).build()
}

// What webhooks leave out: customers' names (instagram-and-facebook §14), and posts with their address, which amoCRM
// requires (chats-api §3.4.8).

/// Requests what is missing and not cached.
pub(super) async fn complete(meta: &Meta, settings: &Settings, mut gaps: Gaps<'_>) {
    let Some(account) = Account::of(meta.platform, settings) else { return };
    for person in gaps.unnamed() {
        if let Some(id) = storable::known(person.id.clone()) {
            profile(meta, &account, &id).await.describe(person, meta.platform);
        }
    }
    if let Some(of) = gaps.body.and_then(|body| body.post.as_mut()).filter(|post| post.url.is_none()) {
        *of = Post::clone(&*post(meta, &account, &of.id).await);
    }
}

impl Profile {
    /// Adds what is known to a person.
    pub(super) fn describe(&self, person: &mut Person, platform: &Platform) {
        let page = self.username.as_ref().filter(|_| !platform.person_page.is_empty());
        person.name = self.name.clone().or_else(|| self.username.clone());
        person.profile_url = page.map(|name| format!("{}{name}", platform.person_page));
    }
}

/// The fields of an object; null for one that is not visible to this app, because another request today would not help.
/// None if Meta does not answer, or did not a moment ago: messages must not wait for it one after the other.
async fn ask(meta: &Meta, account: &Account<'_>, id: &str, fields: &str) -> Option<Value> {
    let silent = account.id.to_owned();
    if meta.memory.silent.get(&silent).await.is_some() {
        return None;
    }
    match meta.graph.ask(account.token, id, &[("fields", fields)]).await {
        Ok(answer) => Some(answer),
        Err(ApiError::Refused(refusal)) if refusal.status < 500 => Some(Value::Null),
        Err(_) => {
            meta.memory.silent.insert(silent, ()).await;
            None
        }
    }
}

async fn profile(meta: &Meta, account: &Account<'_>, id: &str) -> Arc<Profile> {
    let key = (account.id.to_owned(), id.to_owned());
    if let Some(known) = meta.memory.profiles.get(&key).await {
        return known;
    }
    let Some(answer) = ask(meta, account, id, meta.platform.profile).await else { return Arc::default() };
    let whole = [text_of(&answer, "first_name"), text_of(&answer, "last_name")];
    let whole = whole.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let named = |name: String| Some(name.trim().to_owned()).filter(|name| is_visible(name));
    let profile = Arc::new(Profile {
        name: text_of(&answer, "name").and_then(named).or_else(|| named(whole)),
        username: text_of(&answer, "username").and_then(named),
    });
    meta.memory.profiles.insert(key, Arc::clone(&profile)).await;
    profile
}

async fn post(meta: &Meta, account: &Account<'_>, id: &str) -> Arc<Post> {
    let key = (account.id.to_owned(), id.to_owned());
    if let Some(known) = meta.memory.posts.get(&key).await {
        return known;
    }
    let answer = ask(meta, account, id, meta.platform.post).await;
    let is_final = answer.is_some();
    let answer = answer.unwrap_or_default();
    let first = |names: [&str; 3]| names.iter().find_map(|name| text_of(&answer, name)).filter(|text| !text.is_empty());
    let guess = || {
        if meta.platform.is_instagram() {
            "https://www.instagram.com/".to_owned()
        } else {
            format!("https://www.facebook.com/{id}")
        }
    };
    let post = Arc::new(Post {
        id: id.to_owned(),
        url: Some(first(["permalink", "permalink_url", "link"]).unwrap_or_else(guess)),
        preview_url: first(["thumbnail_url", "media_url", "full_picture"]),
        permalink: None,
        username: first(["username", "", ""]),
        caption: first(["caption", "message", ""]),
    });
    if is_final {
        meta.memory.posts.insert(key, Arc::clone(&post)).await;
    }
    post
}
