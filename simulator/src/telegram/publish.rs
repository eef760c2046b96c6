//! Creates the updates of bots for an event.

use serde_json::{Value, json};

use super::state::{Author, Connection, DAY, Message, Place, Role, State, Update};

/// Milliseconds for which a pressed button waits for its answer.
const BUTTON: i64 = 150_000;

/// Events of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    New,
    Edited,
}

impl State {
    /// Queues an update for a bot if it is subscribed to this kind; returns its id.
    pub(crate) fn tell(&mut self, bot: i64, kind: &'static str, body: Value, lane: &str, chat: i64) -> Option<i64> {
        if !self.bots.get(&bot)?.wants(kind) {
            return None;
        }
        let date = body.get("edit_date").or_else(|| body.get("date")).and_then(Value::as_i64);
        let happened = date.map_or(self.now, |date| date * 1000);
        let expires_at = if kind == "callback_query" { self.now + BUTTON } else { happened + DAY };
        let now = self.now;
        let bot = self.bots.get_mut(&bot)?;
        let id = bot.next_update;
        bot.next_update += 1;
        let body = json!({"update_id": id, kind: body});
        bot.updates.push(Update::new(id, kind, body, (lane, chat), (now, expires_at)));
        Some(id)
    }

    /// Queues the updates about a message for all bots concerned.
    pub(crate) fn announce(&mut self, place: &Place, id: i64, event: Event) {
        let Some(message) = self.message(place, id).cloned() else {
            return;
        };
        match place {
            Place::Private { bot, .. } => self.tell_message(*bot, place, &message, event),
            Place::Group(group) => {
                let bots: Vec<i64> = self.groups.get(group).map_or_else(Vec::new, |group| {
                    group.bots.keys().copied().filter(|bot| group.has_bot(*bot)).collect()
                });
                for bot in bots {
                    if self.may_see(bot, *group, &message) {
                        self.tell_message(bot, place, &message, event);
                    }
                }
            }
            Place::Personal { .. } => {
                let bots: Vec<i64> = self.connections.iter().map(|one| one.bot).collect();
                for bot in bots {
                    if self.connection_of(bot, place).is_some() {
                        self.tell_message(bot, place, &message, event);
                    }
                }
            }
        }
    }

    fn tell_message(&mut self, bot: i64, place: &Place, message: &Message, event: Event) {
        // A bot gets no updates about its own messages, except in business chats.
        if message.author == Author::Bot(bot) {
            return;
        }
        let body = self.message_json(bot, place, message);
        let (kind, lane) = match (place, event) {
            (Place::Personal { .. }, Event::New) => ("business_message", "business"),
            (Place::Personal { .. }, Event::Edited) => ("edited_business_message", "business"),
            (_, Event::New) => ("message", "message"),
            (_, Event::Edited) => ("edited_message", "message"),
        };
        let chat = self.chat_id(bot, place);
        self.tell(bot, kind, body, lane, chat);
    }

    /// Privacy mode: bots receive commands, mentions, replies to them and service messages; administrators and bots
    /// without privacy mode receive everything.
    fn may_see(&self, bot: i64, group: i64, message: &Message) -> bool {
        let (Some(known), Some(group)) = (self.bots.get(&bot), self.groups.get(&group)) else {
            return false;
        };
        if matches!(message.author, Author::Bot(_)) {
            return false;
        }
        if known.reads_all || group.bots.get(&bot) == Some(&Role::Administrator) || message.kind == "service" {
            return true;
        }
        let place = Place::Group(group.id);
        let quoted = message.reply_to.and_then(|id| self.message(&place, id));
        let text = message.text();
        let mention = format!("@{}", known.username);
        // A command for another bot is not reported to this one.
        let command = text.starts_with('/') && text.split_whitespace().next().is_some_and(|word| !word.contains('@'));
        command || text.contains(&mention) || quoted.is_some_and(|one| one.author == Author::Bot(bot))
    }

    /// Queues an update about a bot's membership in a chat.
    pub(crate) fn tell_member(&mut self, bot: i64, place: &Place, by: i64, statuses: (&str, &str)) {
        let Some(user) = self.bots.get(&bot).map(|bot| bot.user()) else {
            return;
        };
        let member = |status: &str| {
            let mut member = json!({"user": user, "status": status});
            if status == "kicked" {
                member["until_date"] = json!(0);
            }
            member
        };
        let body = json!({
            "chat": self.chat_json(bot, place),
            "from": self.user(by),
            "date": self.date(),
            "old_chat_member": member(statuses.0),
            "new_chat_member": member(statuses.1),
        });
        let chat = self.chat_id(bot, place);
        self.tell(bot, "my_chat_member", body, "member", chat);
    }

    /// Queues an update about a bot's business connection.
    pub(crate) fn tell_connection(&mut self, connection: &Connection) {
        let body = connection.json(self.user(connection.owner));
        self.tell(connection.bot, "business_connection", body, "connection", connection.owner);
    }
}
