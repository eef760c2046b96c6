//! Messages, posts and comments.

use serde_json::{Value, json};

use super::{RoomKind, State};

/// A message, a post or a comment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Message {
    pub(crate) mid: String,
    pub(crate) seq: i64,
    pub(crate) chat: i64,
    /// `None` means the channel itself.
    pub(crate) sender: Option<i64>,
    pub(crate) timestamp: i64,
    pub(crate) text: Option<String>,
    /// Ids of files.
    pub(crate) files: Vec<String>,
    /// Attachments other than files.
    pub(crate) others: Vec<Value>,
    pub(crate) markup: Vec<Value>,
    /// `reply` or `forward`, and the other message.
    pub(crate) link: Option<(String, String)>,
    /// The post of a comment.
    pub(crate) post: Option<String>,
    pub(crate) is_edited: bool,
    pub(crate) is_removed: bool,
}

impl State {
    fn body(&self, message: &Message) -> Value {
        let files = message.files.iter().map(|id| self.attachment(id));
        let attachments: Vec<Value> = files.chain(message.others.iter().cloned()).collect();
        let mut body = json!({"mid": message.mid, "seq": message.seq, "text": message.text});
        if !attachments.is_empty() {
            body["attachments"] = json!(attachments);
        }
        if !message.markup.is_empty() {
            body["markup"] = json!(message.markup);
        }
        body
    }

    /// `Message` of the API.
    pub(crate) fn json(&self, message: &Message) -> Value {
        let mut recipient = json!({"chat_id": message.chat, "chat_type": self.chat_type(message.chat)});
        if let Some((bot, person)) = self.in_dialog(message.chat) {
            recipient["user_id"] = json!(if message.sender == Some(bot) { person } else { bot });
        }
        if let Some(post) = &message.post {
            recipient["post_id"] = json!(post);
        }
        let mut json = json!({"recipient": recipient, "timestamp": message.timestamp, "body": self.body(message)});
        if let Some(sender) = message.sender {
            json["sender"] = self.user(sender);
        }
        if let Some((kind, mid)) = &message.link
            && let Some(other) = self.messages.iter().find(|one| one.mid == *mid)
        {
            json["link"] = json!({"type": kind, "message": self.body(other)});
            if let Some(sender) = other.sender {
                json["link"]["sender"] = self.user(sender);
            }
            if kind == "forward" {
                json["link"]["chat_id"] = json!(other.chat);
            }
        }
        json
    }

    fn chat_type(&self, chat: i64) -> &'static str {
        match self.rooms.get(&chat).map(|room| room.kind) {
            None => "dialog",
            Some(RoomKind::Group) => "chat",
            Some(RoomKind::Channel) => "channel",
        }
    }

    /// The bot that receives updates about a chat.
    pub(crate) fn bot_of(&self, chat: i64) -> Option<i64> {
        self.in_dialog(chat).map(|(bot, _)| bot).or_else(|| self.rooms.get(&chat).map(|room| room.bot))
    }

    /// Queues an update for the bot of a chat; `timestamp` is added.
    pub(crate) fn tell(&mut self, chat: i64, mut update: Value) {
        update["timestamp"] = json!(self.now);
        let now = self.now;
        if let Some(bot) = self.bot_of(chat).and_then(|bot| self.bots.get_mut(&bot)) {
            bot.tell(&update, now);
        }
    }
}
