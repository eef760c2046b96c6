//! Serialises `Message`, `Chat` and `User` for a bot, as in the Bot API.

use serde_json::{Map, Value, json};

use super::state::{Author, FileKind, Message, Place, State};

/// Telegram's placeholder for people who write in the name of a group.
const ANONYMOUS: i64 = 1_087_968_824;

impl State {
    /// `User` of a person or a bot; an unknown one has only an id.
    pub(crate) fn user(&self, id: i64) -> Value {
        let bot = self.bots.get(&id).map(|bot| bot.user());
        let person = self.people.get(&id).map(|person| person.user());
        person.or(bot).unwrap_or_else(|| json!({"id": id, "is_bot": false, "first_name": ""}))
    }

    /// `Chat` of a place for this bot.
    pub(crate) fn chat_json(&self, bot: i64, place: &Place) -> Value {
        let id = self.chat_id(bot, place);
        match place {
            Place::Group(id) => self.groups.get(id).map(|group| group.chat()),
            _ => self.people.get(&id).map(|person| person.chat()),
        }
        .unwrap_or_else(|| json!({"id": id, "type": "private"}))
    }

    /// `Message` for this bot, with the message it quotes.
    pub(crate) fn message_json(&self, bot: i64, place: &Place, message: &Message) -> Value {
        let mut shown = self.bare_json(bot, place, message);
        let quoted = message.reply_to.and_then(|id| self.message(place, id));
        if let Some(quoted) = quoted {
            // Without the quote of the quoted message.
            shown.insert("reply_to_message".to_owned(), Value::Object(self.bare_json(bot, place, quoted)));
        }
        Value::Object(shown)
    }

    fn bare_json(&self, bot: i64, place: &Place, message: &Message) -> Map<String, Value> {
        let mut shown = Map::new();
        shown.insert("message_id".to_owned(), json!(message.id));
        match message.author {
            Author::Person(id) | Author::Bot(id) => shown.insert("from".to_owned(), self.user(id)),
            Author::Group(id) => {
                let stand_in =
                    json!({"id": ANONYMOUS, "is_bot": true, "first_name": "Group", "username": "GroupAnonymousBot"});
                let group = self.groups.get(&id).map_or(Value::Null, |group| group.chat());
                shown.insert("sender_chat".to_owned(), group);
                shown.insert("from".to_owned(), stand_in)
            }
        };
        shown.insert("chat".to_owned(), self.chat_json(bot, place));
        shown.insert("date".to_owned(), json!(message.date));
        if let Some(date) = message.edit_date {
            shown.insert("edit_date".to_owned(), json!(date));
        }
        if let Some(thread) = message.thread {
            shown.insert("message_thread_id".to_owned(), json!(thread));
            shown.insert("is_topic_message".to_owned(), json!(true));
        }
        if let Some(connection) = self.connection_of(bot, place) {
            shown.insert("business_connection_id".to_owned(), json!(connection.id));
        }
        if let Some(bot) = message.via_bot {
            shown.insert("sender_business_bot".to_owned(), self.user(bot));
        }
        for (key, value) in &message.fields {
            shown.insert(key.clone(), self.with_file_ids(bot, value));
        }
        shown
    }

    /// Files are stored by their unique id; every bot has its own file ids.
    pub(crate) fn with_file_ids(&self, bot: i64, value: &Value) -> Value {
        match value {
            Value::Array(list) => list.iter().map(|one| self.with_file_ids(bot, one)).collect(),
            Value::Object(fields) => {
                let mut shown: Map<String, Value> =
                    fields.iter().map(|(key, one)| (key.clone(), self.with_file_ids(bot, one))).collect();
                let unique = fields.get("file_unique_id").and_then(Value::as_str);
                if let Some(file) = unique.and_then(|unique| self.files.get(unique)) {
                    shown.insert("file_id".to_owned(), json!(file.file_id(bot)));
                }
                Value::Object(shown)
            }
            other => other.clone(),
        }
    }

    /// The unique id of a message's file: the largest picture, else its only file.
    pub(crate) fn file_of(message: &Message) -> Option<&str> {
        let field = match message.kind.as_str() {
            "photo" | "live_photo" => message.fields.get("photo")?.as_array()?.last()?,
            kind => message.fields.get(kind)?,
        };
        field.get("file_unique_id")?.as_str()
    }
}

/// The sizes of a picture, smallest first, as Telegram generates them.
pub(crate) fn photo_sizes(state: &mut State, bytes: &bytes::Bytes, width: i64, height: i64) -> Value {
    let longer = width.max(height).max(1);
    let mut sizes = Vec::new();
    for side in [90, 320, 1280] {
        let side = side.min(longer);
        let unique = state.files.keep(FileKind::Photo, bytes.clone(), None, None);
        let size = |length: i64| (length * side / longer).max(1);
        sizes.push(json!({
            "file_unique_id": unique,
            "file_size": bytes.len(),
            "width": size(width),
            "height": size(height),
        }));
        if side == longer {
            break;
        }
    }
    Value::Array(sizes)
}
