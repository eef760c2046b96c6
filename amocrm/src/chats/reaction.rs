//! Setting and clearing reactions (chats-api §3.8).

use secrecy::SecretString;
use serde::Serialize;

use super::{Chats, ConversationRef, MessageRef, Request, required};
use crate::error::Error;

/// A reaction to a message, set or cleared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// The chat.
    pub conversation: ConversationRef,
    /// The message.
    pub message: MessageRef,
    /// The author.
    pub user: ReactionUser,
    /// The emoji with exactly the messenger's code points (variation selectors included); `None` clears the reaction.
    /// Which emoji amoCRM shows was agreed when the channel was registered.
    pub emoji: Option<String>,
}

/// The author of a reaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum ReactionUser {
    /// The customer, by our id.
    #[serde(rename = "id")]
    Client(String),
    /// A manager, by amojo's id of the user.
    #[serde(rename = "ref_id")]
    Manager(String),
}

#[derive(Serialize)]
struct Body<'reaction> {
    #[serde(flatten)]
    conversation: &'reaction ConversationRef,
    #[serde(flatten)]
    message: &'reaction MessageRef,
    user: &'reaction ReactionUser,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    emoji: Option<&'reaction str>,
}

impl Chats {
    /// Sets or clears a reaction. Safe to repeat. A refusal with 404 means that amoCRM does not know the message (yet).
    /// Any 2xx is success, whatever its JSON.
    pub async fn react(&self, secret: &SecretString, scope_id: &str, reaction: &Reaction) -> Result<(), Error> {
        const CALL: &str = "react";
        reaction.conversation.check(CALL)?;
        reaction.message.check(CALL)?;
        let (ReactionUser::Client(id) | ReactionUser::Manager(id)) = &reaction.user;
        required(CALL, "user.id", id)?;
        if let Some(emoji) = &reaction.emoji {
            required(CALL, "emoji", emoji)?;
        }
        let body = Body {
            conversation: &reaction.conversation,
            message: &reaction.message,
            user: &reaction.user,
            kind: if reaction.emoji.is_some() { "react" } else { "unreact" },
            emoji: reaction.emoji.as_deref(),
        };
        self.call(Request::post(CALL, secret, vec![scope_id, CALL], &body)?).await?.nothing_expected()
    }
}
