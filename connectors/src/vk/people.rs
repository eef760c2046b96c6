//! What events leave out: names, and the other number of a message. Requested once, and cached in this process (vk §5).

use std::sync::Arc;
use std::time::Duration;

use base::cache::Cache;
use base::i18n::{LocalizedText, Words};
use base::message::{Person, Role, is_visible};
use serde::Deserialize;
use serde_json::Value;

use super::api::VkApi;
use super::setup::{Community, explain};
use super::wire::{Message, MessageId, Number, is_chat};
use crate::call::ApiError;
use crate::sending::{ReadMarks, UNANSWERED};

/// How many people and chats are cached, and for how long: names and pictures change.
const PEOPLE: u64 = 50_000;
const NAMED_FOR: Duration = Duration::from_secs(24 * 3600);
/// Time limit of a request for a name: a missing name is acceptable.
const WITHIN: Duration = Duration::from_secs(3);
/// The requested fields.
pub(super) const FIELDS: &str = "photo_200,screen_name";

/// A person as VK describes them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Profile {
    pub id: i64,
    first_name: String,
    last_name: String,
    screen_name: Option<String>,
    photo_200: Option<String>,
}

/// The cached names.
pub(super) struct People {
    /// By community and id.
    known: Cache<(i64, i64), Arc<Profile>>,
    /// Communities for which VK did not answer a question just now.
    silent: Cache<i64, ()>,
}

impl Default for People {
    fn default() -> Self {
        Self {
            known: Cache::builder().max_capacity(PEOPLE).time_to_live(NAMED_FOR).build(),
            silent: Cache::builder().max_capacity(PEOPLE).time_to_live(UNANSWERED).build(),
        }
    }
}

impl Profile {
    fn name(&self) -> Option<String> {
        let name = [self.first_name.trim(), self.last_name.trim()].join(" ").trim().to_owned();
        Some(name).filter(|name| is_visible(name))
    }

    /// VK's default pictures are ignored.
    fn photo(&self) -> Option<String> {
        self.photo_200.clone().filter(|url| !url.contains("/images/"))
    }
}

/// What requests for names need.
#[derive(Clone, Copy)]
pub(super) struct Asking<'a> {
    pub api: &'a VkApi,
    pub people: &'a People,
    pub community: Community<'a>,
    pub words: Words,
}

impl Asking<'_> {
    /// A person, a community (negative), or a group chat, with a name if that is cached: an event waits for no request.
    pub async fn person(&self, id: i64) -> Person {
        let known = self.people.known.get(&(self.community.id, id)).await;
        self.shown(id, known.as_deref())
    }

    /// The cached name, or the id.
    pub async fn name(&self, id: i64) -> String {
        self.person(id).await.name.unwrap_or_else(|| self.nameless(id))
    }

    /// The same as [`Asking::person`], requested if it is not cached. A person whom VK does not describe is named by the
    /// id. None if VK does not answer, or did not a moment ago: messages must not wait for it one after the other.
    pub async fn described(&self, id: i64) -> Option<Person> {
        let (People { known, silent }, community) = (self.people, self.community.id);
        let key = (community, id);
        if known.get(&key).await.is_none() && silent.get(&community).await.is_some() {
            return None;
        }
        match known.try_get_with(key, async { self.ask(id).await.map(Arc::new) }).await {
            Ok(known) => {
                let person = self.shown(id, Some(&known));
                Some(Person { name: person.name.or_else(|| Some(self.nameless(id))), ..person })
            }
            Err(failed) => {
                if failed.refusal().is_none_or(|refusal| refusal.is_gateways) {
                    silent.insert(community, ()).await;
                }
                tracing::debug!(reason = %explain(&failed), "a name could not be asked for");
                None
            }
        }
    }

    /// The same for a manager who wrote in VK's own interface.
    pub async fn manager(&self, id: i64) -> Person {
        Person { role: Role::Manager, avatar_url: None, ..self.person(id).await }
    }

    /// Caches profiles that came with another answer.
    pub async fn remember(&self, profiles: Vec<Profile>) {
        for profile in profiles {
            let key = (self.community.id, profile.id);
            self.people.known.insert(key, Arc::new(profile)).await;
        }
    }

    async fn ask(&self, id: i64) -> Result<Profile, ApiError> {
        let (token, text) = (self.community.token, id.to_string());
        if is_chat(id) {
            let parameters = vec![("peer_ids", Some(text)), ("group_id", Some(self.community.id.to_string()))];
            let method = "messages.getConversationsById";
            let found: Value = self.api.call_within(WITHIN, token, method, parameters).await?;
            let title = found.pointer("/items/0/chat_settings/title").and_then(Value::as_str).unwrap_or_default();
            return Ok(Profile { first_name: title.to_owned(), ..Profile::default() });
        }
        if id <= 0 {
            return Ok(Profile::default());
        }
        let parameters = vec![("user_ids", Some(text)), ("fields", Some(FIELDS.to_owned()))];
        let found: Vec<Profile> = self.api.call_within(WITHIN, token, "users.get", parameters).await?;
        Ok(found.into_iter().find(|one| one.id == id).unwrap_or_default())
    }

    fn shown(&self, id: i64, known: Option<&Profile>) -> Person {
        let page = match (known.and_then(|known| known.screen_name.as_deref()), id) {
            _ if is_chat(id) => None,
            (Some(name), _) if !name.is_empty() => Some(format!("https://vk.com/{name}")),
            (_, 1..) => Some(format!("https://vk.com/id{id}")),
            _ => Some(format!("https://vk.com/club{}", id.unsigned_abs())),
        };
        Person {
            id: id.to_string(),
            role: Role::Client,
            name: known.and_then(Profile::name),
            avatar_url: known.and_then(Profile::photo),
            profile_url: page,
            ..Person::default()
        }
    }

    fn nameless(&self, id: i64) -> String {
        LocalizedText::new("vk-in-nameless").with("id", id.to_string()).plain(self.words, "")
    }
}

// Maps the two numbers of a message to each other: its number in the dialogue and its id in the community. Reactions
// contain one, everything else the other (vk §5). Cached in this process and requested if missing; also keeps the
// numbers of messages that this process sent (vk §6).

/// How many messages are cached, and for how long after the last use.
const MESSAGES: u64 = 100_000;
const SEEN_FOR: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long sent messages are remembered; later they are recognised by their stored id.
const SENT: Duration = Duration::from_secs(24 * 3600);

/// Community, peer and `cmid` to id; community and id to `cmid`; and community and `random_id` of sent messages.
pub(super) struct Seen {
    ids: Cache<(i64, i64, i64), i64>,
    cmids: Cache<(i64, i64), i64>,
    sent: Cache<(i64, i64), ()>,
    pub(super) marks: ReadMarks,
}

#[derive(Deserialize)]
struct Found {
    #[serde(default)]
    items: Vec<Message>,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            ids: Cache::builder().max_capacity(MESSAGES).time_to_idle(SEEN_FOR).build(),
            cmids: Cache::builder().max_capacity(MESSAGES).time_to_idle(SEEN_FOR).build(),
            sent: Cache::builder().max_capacity(MESSAGES).time_to_live(SENT).build(),
            marks: ReadMarks::default(),
        }
    }
}

impl Seen {
    /// Caches both numbers of a message.
    pub async fn keep(&self, community: i64, message: &Message) {
        if message.id > 0 && message.conversation_message_id > 0 {
            let (id, cmid) = (message.id, message.conversation_message_id);
            self.ids.insert((community, message.peer_id, cmid), id).await;
            self.cmids.insert((community, id), cmid).await;
        }
    }

    /// Remembers a message before it is sent, because its event may come before the answer.
    pub async fn sends(&self, community: i64, random_id: i32) {
        self.sent.insert((community, i64::from(random_id)), ()).await;
    }

    /// Whether this process sent it.
    pub fn is_sent(&self, community: i64, random_id: i64) -> bool {
        random_id != 0 && self.sent.contains_key(&(community, random_id))
    }

    /// The message with this `cmid`; none if VK does not return it.
    pub async fn id_of(&self, api: &VkApi, community: Community<'_>, peer: i64, cmid: i64) -> Option<MessageId> {
        if is_chat(peer) {
            return MessageId::of(peer, 0, cmid);
        }
        if let Some(id) = self.ids.get(&(community.id, peer, cmid)).await {
            return MessageId::of(peer, id, cmid);
        }
        let parameters = vec![
            ("peer_id", Some(peer.to_string())),
            ("conversation_message_ids", Some(cmid.to_string())),
            ("group_id", Some(community.id.to_string())),
        ];
        let message = self.ask(api, community, "messages.getByConversationMessageId", parameters).await?;
        MessageId::of(peer, message.id, cmid)
    }

    /// The `cmid` of a message; none if VK does not return it.
    pub async fn cmid_of(&self, api: &VkApi, community: Community<'_>, message: MessageId) -> Option<i64> {
        let id = match message.number {
            Number::Cmid(cmid) => return Some(cmid),
            Number::Id(id) => id,
        };
        if let Some(cmid) = self.cmids.get(&(community.id, id)).await {
            return Some(cmid);
        }
        let parameters = vec![("message_ids", Some(id.to_string())), ("group_id", Some(community.id.to_string()))];
        let message = self.ask(api, community, "messages.getById", parameters).await?;
        Some(message.conversation_message_id).filter(|cmid| *cmid > 0)
    }

    async fn ask(
        &self,
        api: &VkApi,
        community: Community<'_>,
        method: &str,
        parameters: super::api::Params,
    ) -> Option<Message> {
        let found: Result<Found, _> = api.call_within(WITHIN, community.token, method, parameters).await;
        match found {
            Ok(found) => {
                let message = found.items.into_iter().next()?;
                self.keep(community.id, &message).await;
                Some(message)
            }
            Err(failed) => {
                tracing::debug!(reason = %explain(&failed), "a message's numbers could not be asked for");
                None
            }
        }
    }
}
