//! Information that a webhook lacks: the people in a chat, the advert it is about, and whether a message is the buyer's
//! first (avito §5, §7). It is requested with a short time limit, because a webhook must be answered within two
//! seconds, and cached in this process.

use std::sync::Arc;
use std::time::Duration;

use base::cache::Cache;
use base::i18n::{LocalizedText, Words};
use base::message::{Person, Role, is_visible};

use super::api::{AvitoApi, Call};
use super::settings::Account;
use super::wire::{Chat, Id, Item, Message, Messages, User};
use crate::call::ApiError;

/// Time limit for all requests about one message.
const ASK_WITHIN: Duration = Duration::from_millis(1_200);
/// How long the people of a chat are cached.
const FRESH: Duration = Duration::from_secs(3_600);
/// How long it is remembered that a chat has begun.
const BEGUN: Duration = Duration::from_secs(30 * 86_400);
/// Maximum number of remembered chats.
const CHATS: u64 = 50_000;
/// Number of messages searched for an earlier one by the buyer.
const EARLIER: &str = "30";

/// The seller and the chat.
type Key = (String, String);

/// Which message gets the advert above it.
#[derive(Clone, Debug, PartialEq)]
enum Begun {
    /// The next message, because the advert was not known in time.
    Next,
    With(Id),
}

/// Remembered chats.
pub(super) struct Chats {
    known: Cache<Key, Arc<Chat>>,
    begun: Cache<Key, Begun>,
}

impl Default for Chats {
    fn default() -> Self {
        Self {
            known: Cache::builder().max_capacity(CHATS).time_to_live(FRESH).build(),
            begun: Cache::builder().max_capacity(CHATS).time_to_idle(BEGUN).build(),
        }
    }
}

/// What is known about a message's chat.
#[derive(Clone, Debug, Default)]
pub(super) struct Scene {
    pub chat: Option<Arc<Chat>>,
    /// The advert, if it belongs above this message.
    pub advert: Option<Item>,
}

impl Chats {
    /// Requests from Avito what is not cached. What does not arrive in time is left out.
    pub async fn scene(&self, api: &AvitoApi, account: &Account<'_>, message: &Message) -> Scene {
        let key = (account.user_id.to_owned(), message.chat_id.to_string());
        let asking = async { tokio::join!(self.chat(api, account, &key), self.is_first(api, account, &key, message)) };
        let (chat, is_first) = match tokio::time::timeout(ASK_WITHIN, asking).await {
            Ok((chat, first)) => (log(chat), log(first)),
            Err(_) => (self.known.get(&key).await, None),
        };
        if account.is_own(&message.author_id) {
            return Scene { chat, advert: None };
        }
        let (advert, begun) = match (&chat, is_first) {
            (Some(chat), Some(true)) => (chat.advert(), Begun::With(message.id.clone())),
            (_, Some(false)) => return Scene { chat, advert: None },
            // The advert is put above the next message instead.
            _ => (None, Begun::Next),
        };
        self.begun.insert(key, begun).await;
        Scene { chat, advert }
    }

    async fn chat(&self, api: &AvitoApi, account: &Account<'_>, key: &Key) -> Result<Arc<Chat>, ApiError> {
        let (user, chat) = (key.0.as_str(), key.1.as_str());
        let asked = async {
            let path = ["messenger", "v2", "accounts", user, "chats", chat];
            api.call(account, Call::get(&path, &[])).await.map(Arc::new)
        };
        self.known.try_get_with(key.clone(), asked).await.map_err(|failed| failed.as_ref().clone())
    }

    /// Whether the buyer wrote no earlier message that Avito reported to us.
    async fn is_first(
        &self,
        api: &AvitoApi,
        account: &Account<'_>,
        key: &Key,
        message: &Message,
    ) -> Result<bool, ApiError> {
        if account.is_own(&message.author_id) {
            return Ok(false);
        }
        match self.begun.get(key).await {
            Some(Begun::Next) => return Ok(true),
            // Avito repeats the first message if its webhook call was not answered.
            Some(Begun::With(first)) => return Ok(first == message.id),
            None => {}
        }
        let path = ["messenger", "v3", "accounts", &key.0, "chats", &key.1, "messages", ""];
        let page: Messages = api.call(account, Call::get(&path, &[("limit", EARLIER)])).await?;
        let is_earlier = |one: &Message| {
            one.author_id == message.author_id
                && one.id != message.id
                && one.created <= message.created
                && account.since.is_some_and(|since| one.created >= since)
        };
        let first = !page.into_list().iter().any(is_earlier);
        if !first {
            self.begun.insert(key.clone(), Begun::With(Id::default())).await;
        }
        Ok(first)
    }
}

fn log<T>(answer: Result<T, ApiError>) -> Option<T> {
    answer.inspect_err(|failed| tracing::info!(reason = ?failed, "Avito did not describe a chat in time")).ok()
}

impl Chat {
    /// The advert it is about.
    pub fn advert(&self) -> Option<Item> {
        Some(&self.context.value).filter(|item| !item.title.is_empty() || !item.url.is_empty()).cloned()
    }

    /// The person who talks to the seller.
    pub fn buyer(&self, account: &Account<'_>) -> Option<&User> {
        self.users.iter().find(|user| !account.is_own(&user.id) && !user.id.is_avito())
    }

    pub fn user(&self, id: &Id) -> Option<&User> {
        self.users.iter().find(|user| user.id == *id)
    }
}

/// A buyer. `user`: none if Avito did not describe the person.
pub(super) fn buyer(id: &Id, user: Option<&User>, words: Words) -> Person {
    let name = user.map(|user| user.name.trim()).filter(|name| is_visible(name));
    let nameless = || LocalizedText::new("avito-in-nameless").with("id", id.as_str()).plain(words, "");
    let profile = user.map(|user| &user.public_user_profile);
    let link = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Person {
        id: id.to_string(),
        role: Role::Client,
        name: Some(name.map_or_else(nameless, str::to_owned)),
        avatar_url: profile.and_then(|profile| profile.avatar.picture()).and_then(link),
        profile_url: profile.and_then(|profile| link(&profile.url)),
        ..Person::default()
    }
}
