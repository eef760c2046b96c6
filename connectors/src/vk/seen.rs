//! Maps the two numbers of a message to each other: its number in the dialogue and its id in the community. Reactions
//! contain one, everything else the other (vk §5). Cached in this process and requested if missing; also keeps the
//! numbers of messages that this process sent (vk §6).

use std::time::Duration;

use base::cache::Cache;
use serde::Deserialize;

use super::api::VkApi;
use super::ids::{MessageId, Number, is_chat};
use super::setup::{Community, explain};
use super::wire::Message;
use crate::read_marks::ReadMarks;

/// How many messages are cached, and for how long after the last use.
const MESSAGES: u64 = 100_000;
const REMEMBERED: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long sent messages are remembered; later they are recognised by their stored id.
const SENT: Duration = Duration::from_secs(24 * 3600);
/// Time limit of a request.
const WITHIN: Duration = Duration::from_secs(3);

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
            ids: Cache::builder().max_capacity(MESSAGES).time_to_idle(REMEMBERED).build(),
            cmids: Cache::builder().max_capacity(MESSAGES).time_to_idle(REMEMBERED).build(),
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
