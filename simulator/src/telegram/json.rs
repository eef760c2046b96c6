//! `User`, `Chat` and `Message` as a bot sees them.

use serde_json::{Map, Value, json};

use super::options::{Connection, GroupKind, Place, Telegram};
use super::{detect, files};
use crate::kit::{Author, Dialog, Id, Message, Person};

/// Telegram's placeholder for people who write in the name of a group.
pub(super) fn anonymous() -> Value {
    json!({"id": 1_087_968_824, "is_bot": true, "first_name": "Group", "username": "GroupAnonymousBot"})
}

fn names(person: &Person) -> Value {
    let mut names = json!({"id": person.id, "first_name": person.first_name});
    if !person.last_name.is_empty() {
        names["last_name"] = json!(person.last_name);
    }
    if let Some(username) = &person.username {
        names["username"] = json!(username);
    }
    names
}

/// A reaction of the model as `ReactionType`.
pub(super) fn reactions(set: &[String]) -> Value {
    let one = |one: &String| match one.strip_prefix("custom:") {
        Some(id) => json!({"type": "custom_emoji", "custom_emoji_id": id}),
        None => json!({"type": "emoji", "emoji": one}),
    };
    set.iter().map(one).collect()
}

impl Telegram {
    /// `User` of a person or a bot; an unknown one has only an id.
    pub(super) fn user(&self, id: i64) -> Value {
        if let Some(bot) = self.lines.get(&Id::from(id)) {
            return json!({"id": id, "is_bot": true, "first_name": bot.name, "username": bot.username});
        }
        let Some(person) = self.people.get(&id).filter(|person| !person.is_deleted) else {
            return json!({"id": id, "is_bot": false, "first_name": ""});
        };
        let mut user = names(person);
        user["is_bot"] = json!(false);
        for key in ["language_code", "is_premium"] {
            if let Some(value) = person.more.get(key) {
                user[key] = value.clone();
            }
        }
        user
    }

    /// `Chat` of a dialog for this bot.
    pub(super) fn chat(&self, bot: &Id, dialog: &Dialog) -> Value {
        let id = self.chat_id(bot, dialog);
        let Some(group) = self.own.groups.get(&dialog.id) else {
            let mut chat = self.people.get(&id).map_or_else(|| json!({"id": id}), names);
            chat["type"] = json!("private");
            return chat;
        };
        let mut chat = json!({"id": id, "title": dialog.title, "type": group.type_name()});
        match group.kind {
            GroupKind::Basic => chat["all_members_are_administrators"] = json!(true),
            GroupKind::Forum => chat["is_forum"] = json!(true),
            GroupKind::Super => {}
        }
        chat
    }

    /// `Message` for this bot, with the message that it answers.
    pub(super) fn message_json(&self, bot: &Id, dialog: &Dialog, message: &Message) -> Value {
        let mut shown = self.bare(bot, dialog, message);
        if let Some(answered) = message.reply_to.as_ref().and_then(|id| dialog.message(id)) {
            // Without the quote of the quoted message.
            shown.insert("reply_to_message".to_owned(), Value::Object(self.bare(bot, dialog, answered)));
        }
        Value::Object(shown)
    }

    fn bare(&self, bot: &Id, dialog: &Dialog, message: &Message) -> Map<String, Value> {
        let from = match message.author {
            Author::Person(id) => self.user(id),
            Author::Line | Author::Owner | Author::Anonymous => self.user(dialog.line.number()),
        };
        let mut shown = json!({"message_id": message.id, "from": from, "chat": self.chat(bot, dialog),
            "date": message.at.div_euclid(1000)});
        if let Some(at) = message.edited_at {
            shown["edit_date"] = json!(at.div_euclid(1000));
        }
        if let Some(connection) = self.connection_of(bot, dialog) {
            shown["business_connection_id"] = json!(connection.id);
        }
        for (key, value) in message.parts.iter().filter_map(Value::as_object).flatten().chain(&message.more) {
            shown[key] = self.with_file_ids(bot, value);
        }
        if !message.text.is_empty() {
            let (key, entities) = keys(&message.kind);
            shown[key] = json!(message.text);
            let all = detect::all(&message.text, shown.get(entities));
            if !all.is_empty() {
                shown[entities] = json!(all);
            }
        }
        if let Value::Object(shown) = shown { shown } else { Map::new() }
    }

    /// Files are stored by their unique id; every bot has its own file ids.
    pub(super) fn with_file_ids(&self, bot: &Id, value: &Value) -> Value {
        match value {
            Value::Array(list) => list.iter().map(|one| self.with_file_ids(bot, one)).collect(),
            Value::Object(fields) => {
                let mut shown: Map<String, Value> =
                    fields.iter().map(|(key, one)| (key.clone(), self.with_file_ids(bot, one))).collect();
                let unique = fields.get("file_unique_id").and_then(Id::of);
                if let Some(file) = unique.and_then(|unique| self.files.get(&unique)) {
                    shown.insert("file_id".to_owned(), json!(files::file_id(file, bot)));
                }
                Value::Object(shown)
            }
            other => other.clone(),
        }
    }

    /// `BusinessConnection`.
    pub(super) fn connection(&self, connection: &Connection) -> Value {
        let Connection { id, owner, is_enabled, can_reply, date, .. } = connection;
        let mut shown = json!({"id": id, "user": self.user(*owner), "user_chat_id": owner, "date": date,
            "is_enabled": is_enabled});
        if *is_enabled {
            shown["can_reply"] = json!(can_reply);
            shown["rights"] = match can_reply {
                true => json!({"can_reply": true, "can_read_messages": true, "can_delete_sent_messages": true}),
                false => json!({}),
            };
        }
        shown
    }

    /// The place of a dialog, if it exists.
    pub(super) fn place_of(&self, dialog: &Id) -> Option<Place> {
        self.dialog(dialog).map(Place::of)
    }
}

/// The fields of a message's text and of its entities.
pub(super) fn keys(kind: &str) -> (&'static str, &'static str) {
    if kind == "text" { ("text", "entities") } else { ("caption", "caption_entities") }
}
