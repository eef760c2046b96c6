//! The objects of the API: messages, comments, people, communities.

use serde_json::{Map, Value, json};

use super::state::{CHATS, Chat, Comment, CommentOf, Community, Message, Person, State};

impl State {
    /// A message as contained in answers and events. In texts `&`, `<`, `>` and `"` are HTML entities.
    pub(crate) fn message_json(&self, community: i64, peer: i64, message: &Message) -> Value {
        let mut shown = Map::new();
        let mut put = |key: &str, value: Value| shown.insert(key.to_owned(), value);
        put("id", json!(message.id));
        put("date", json!(message.date));
        put("peer_id", json!(peer));
        put("from_id", json!(message.from_id));
        put("conversation_message_id", json!(message.cmid));
        put("version", json!(10_000_000 + message.cmid));
        put("text", json!(escaped(&message.text)));
        put("attachments", json!(message.attachments));
        put("fwd_messages", json!(message.forwarded));
        put("important", json!(false));
        put("is_hidden", json!(false));
        put("out", json!(i32::from(message.from_id == -community)));
        put("random_id", json!(message.random_id));
        if let Some(admin) = message.admin {
            put("admin_author_id", json!(admin));
        }
        if let Some(time) = message.update_time {
            put("update_time", json!(time));
        }
        for (key, value) in &message.fields {
            put(key, value.clone());
        }
        let quoted = message.reply_to.and_then(|cmid| self.dialogues.get(&(community, peer))?.by_cmid(cmid));
        if let Some(quoted) = quoted {
            put("reply_message", self.foreign_json(peer, quoted));
        }
        Value::Object(shown)
    }

    /// A message inside another: quoted or forwarded.
    pub(crate) fn foreign_json(&self, peer: i64, message: &Message) -> Value {
        let mut shown = json!({
            "id": message.id, "date": message.date, "from_id": message.from_id, "peer_id": peer,
            "conversation_message_id": message.cmid, "text": escaped(&message.text), "attachments": message.attachments,
        });
        if let Some(geo) = message.fields.get("geo") {
            shown["geo"] = geo.clone();
        }
        shown
    }

    /// A comment as contained in events.
    pub(crate) fn comment_json(&self, comment: &Comment) -> Value {
        let mut shown = json!({
            "id": comment.id, "from_id": comment.from_id, "date": comment.date, "text": escaped(&comment.text),
            "attachments": comment.attachments,
        });
        shown[comment.of.field()] = json!(comment.object);
        shown[comment.of.owner_field()] = json!(-comment.community);
        if comment.of == CommentOf::Wall {
            shown["owner_id"] = json!(-comment.community);
            shown["parents_stack"] = json!(comment.reply_to.into_iter().collect::<Vec<_>>());
        }
        if let Some(answered) = comment.reply_to {
            shown["reply_to_comment"] = json!(answered);
            let author = self.comments.iter().find(|one| one.id == answered && one.of == comment.of);
            shown["reply_to_user"] = json!(author.map(|one| one.from_id));
        }
        shown
    }

    /// A person, with the requested fields.
    pub(crate) fn person_json(&self, person: &Person, fields: &str) -> Value {
        let mut shown = json!({
            "id": person.id, "first_name": person.first_name, "last_name": person.last_name,
            "can_access_closed": true, "is_closed": false,
        });
        if person.is_deleted {
            shown["first_name"] = json!("DELETED");
            shown["last_name"] = json!("");
            shown["deactivated"] = json!("deleted");
        }
        for field in fields.split(',').map(str::trim) {
            match field {
                "screen_name" | "domain" => {
                    let name = person.screen_name.clone().unwrap_or_else(|| format!("id{}", person.id));
                    shown[field] = json!(name);
                }
                "photo_50" | "photo_100" | "photo_200" | "photo_max" => {
                    let none = || "https://vk.com/images/camera_200.png".to_owned();
                    shown[field] = json!(person.photo.as_ref().map_or_else(none, |key| self.files.url(key)));
                }
                "has_photo" => shown[field] = json!(i32::from(person.photo.is_some())),
                _ => {}
            }
        }
        shown
    }

    /// A dialogue of `messages.getConversations`.
    pub(crate) fn conversation_json(&self, community: i64, peer: i64) -> Value {
        let dialogue = self.dialogues.get(&(community, peer));
        let last = dialogue.and_then(|one| one.messages.last());
        let kind = if peer >= CHATS { "chat" } else { "user" };
        let local = if peer >= CHATS { peer - CHATS } else { peer };
        let mut shown = json!({
            "peer": {"id": peer, "type": kind, "local_id": local},
            "last_message_id": last.map_or(0, |one| one.id),
            "last_conversation_message_id": last.map_or(0, |one| one.cmid),
            "in_read_cmid": dialogue.map_or(0, |one| one.read_by_community),
            "out_read_cmid": dialogue.map_or(0, |one| one.read_by_peer),
            "can_write": {"allowed": true},
        });
        if let Some(chat) = self.chats.get(&peer) {
            shown["chat_settings"] = settings(chat);
        }
        shown
    }
}

fn settings(chat: &Chat) -> Value {
    json!({"title": chat.title, "members_count": chat.members.len() + 1, "state": "in"})
}

/// A community of `groups.getById`.
pub(crate) fn community_json(community: &Community) -> Value {
    json!({
        "id": community.id, "name": community.name, "screen_name": community.screen_name, "is_closed": 0, "type": "group",
        "photo_50": "https://vk.com/images/community_50.png", "photo_100": "https://vk.com/images/community_100.png",
        "photo_200": "https://vk.com/images/community_200.png",
    })
}

/// VK writes these four characters as HTML entities.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The key of an attachment's stored file, extracted from its address.
pub(crate) fn key_of(attachment: &Value) -> Option<&str> {
    let object = &attachment[attachment["type"].as_str()?];
    let largest = object["sizes"].as_array().and_then(|sizes| sizes.last()).map(|size| &size["url"]);
    let fields = ["url", "link_ogg"].map(|field| &object[field]);
    let url = largest.into_iter().chain(fields).find_map(Value::as_str)?;
    url.split_once("/files/")?.1.split('/').next()
}
