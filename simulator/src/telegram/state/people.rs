//! Persons, groups, and business connections.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

/// A person with a phone.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: i64,
    pub(crate) first_name: String,
    pub(crate) last_name: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) language_code: Option<String>,
    pub(crate) phone: String,
    pub(crate) is_premium: bool,
    pub(crate) is_deleted: bool,
    /// Accepts no voice and round video messages.
    pub(crate) forbids_voice: bool,
    /// The unique ids of the sizes of the person's picture.
    pub(crate) avatar: Option<Value>,
}

impl Person {
    /// `User`.
    pub(crate) fn user(&self) -> Value {
        if self.is_deleted {
            return json!({"id": self.id, "is_bot": false, "first_name": ""});
        }
        let mut user = self.names();
        user.insert("is_bot".to_owned(), json!(false));
        if let Some(code) = &self.language_code {
            user.insert("language_code".to_owned(), json!(code));
        }
        if self.is_premium {
            user.insert("is_premium".to_owned(), json!(true));
        }
        Value::Object(user)
    }

    /// `Chat` of a private chat with this person.
    pub(crate) fn chat(&self) -> Value {
        let mut chat = self.names();
        chat.insert("type".to_owned(), json!("private"));
        Value::Object(chat)
    }

    fn names(&self) -> Map<String, Value> {
        let mut names = Map::new();
        names.insert("id".to_owned(), json!(self.id));
        names.insert("first_name".to_owned(), json!(self.first_name));
        for (key, value) in [("last_name", &self.last_name), ("username", &self.username)] {
            if let Some(text) = value {
                names.insert(key.to_owned(), json!(text));
            }
        }
        names
    }

    /// The display name above a chat.
    pub(crate) fn name(&self) -> String {
        match &self.last_name {
            Some(last) => format!("{} {last}", self.first_name),
            None => self.first_name.clone(),
        }
    }
}

/// Kinds of groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// A basic group, which can be upgraded.
    #[default]
    Basic,
    /// A supergroup.
    Super,
    /// A supergroup with topics.
    Forum,
}

/// A bot's role in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Member,
    Administrator,
    /// It was removed and cannot return on its own.
    Kicked,
    /// It left.
    Left,
}

/// A group of people and bots.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) id: i64,
    pub(crate) title: String,
    pub(crate) kind: GroupKind,
    pub(crate) username: Option<String>,
    pub(crate) members: BTreeSet<i64>,
    pub(crate) bots: BTreeMap<i64, Role>,
    /// The supergroup it became.
    pub(crate) migrated_to: Option<i64>,
    pub(crate) topics: BTreeSet<i64>,
    pub(crate) closed_topics: BTreeSet<i64>,
    pub(crate) is_deleted: bool,
    /// Bots may write.
    pub(crate) is_open: bool,
}

impl Group {
    /// `Chat`.
    pub(crate) fn chat(&self) -> Value {
        let mut chat = json!({"id": self.id, "title": self.title, "type": self.type_name()});
        if self.kind == GroupKind::Basic {
            chat["all_members_are_administrators"] = json!(true);
        }
        if self.kind == GroupKind::Forum {
            chat["is_forum"] = json!(true);
        }
        if let Some(username) = &self.username {
            chat["username"] = json!(username);
        }
        chat
    }

    pub(crate) fn type_name(&self) -> &'static str {
        if self.kind == GroupKind::Basic { "group" } else { "supergroup" }
    }

    /// Whether the bot is a member.
    pub(crate) fn has_bot(&self, bot: i64) -> bool {
        matches!(self.bots.get(&bot), Some(Role::Member | Role::Administrator))
    }
}

/// A bot that may act on behalf of a person.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) id: String,
    pub(crate) owner: i64,
    pub(crate) bot: i64,
    pub(crate) is_enabled: bool,
    pub(crate) can_reply: bool,
    pub(crate) date: i64,
}

impl Connection {
    /// `BusinessConnection`.
    pub(crate) fn json(&self, user: Value) -> Value {
        let mut connection = json!({
            "id": self.id,
            "user": user,
            "user_chat_id": self.owner,
            "date": self.date,
            "is_enabled": self.is_enabled,
        });
        if self.is_enabled {
            connection["can_reply"] = json!(self.can_reply);
            connection["rights"] = match self.can_reply {
                true => json!({"can_reply": true, "can_read_messages": true, "can_delete_sent_messages": true}),
                false => json!({}),
            };
        }
        connection
    }
}
