//! The updates about what happened, in lanes: one chat's messages come in order.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::options::{Connection, Place, Role, Telegram, author_bot};
use crate::kit::{Author, Hook, Id, Message};

/// Milliseconds for which an update is kept.
pub(super) const LIVES: i64 = 86_400_000;
/// Milliseconds for which a pressed button waits for its answer.
const BUTTON: i64 = 150_000;
/// Kinds that are sent only on explicit request.
const BY_NAME: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];

impl Telegram {
    /// Queues an update for a bot if it is subscribed to this kind.
    pub(super) fn tell(&mut self, bot: &Id, kind: &str, body: Value, lane: &str) {
        let Some(own) = self.own.bots.get_mut(bot) else { return };
        let wants = match own.allowed.as_deref() {
            Some(kinds) if !kinds.is_empty() => kinds.iter().any(|one| one == kind),
            _ => !BY_NAME.contains(&kind),
        };
        if !wants {
            return;
        }
        let id = own.next_update;
        own.next_update += 1;
        let date = body.get("edit_date").or_else(|| body.get("date")).and_then(Value::as_i64);
        let happened = date.map_or(self.now, |date| date * 1000);
        let made_at = if kind == "callback_query" { self.now - LIVES + BUTTON } else { happened };
        self.queue(bot, kind, lane, json!({"update_id": id, kind: body}), made_at);
    }

    fn queue(&mut self, bot: &Id, kind: &str, lane: &str, body: Value, made_at: i64) {
        self.outbox.push(Hook {
            line: bot.clone(),
            // The address is found when it is sent: another webhook may be set meanwhile.
            target: bot.to_string(),
            lane: lane.to_owned(),
            kind: kind.to_owned(),
            body,
            made_at,
            due_at: self.now,
            ..Hook::default()
        });
    }

    /// Queues an update unchanged, with an id if it has none; returns the id. Its lane is read from it if possible.
    pub(super) fn inject(&mut self, bot: &Id, mut update: Value) -> Result<i64> {
        let own = self.own.bots.get_mut(bot).context("there is no such bot")?;
        let id = update["update_id"].as_i64().unwrap_or(own.next_update);
        own.next_update = own.next_update.max(id + 1);
        let inner = update.as_object().and_then(|fields| fields.iter().find(|(key, _)| *key != "update_id"));
        let (kind, inner) = inner.map(|(key, one)| (key.as_str(), one)).unwrap_or(("", &Value::Null));
        let chat = inner.get("chat").or_else(|| inner.get("from")).and_then(|one| one["id"].as_i64());
        let lane = if matches!(kind, "message" | "edited_message") { "message" } else { "raw" };
        let lane = format!("{lane}:{}", chat.unwrap_or_default());
        update["update_id"] = json!(id);
        self.queue(bot, "raw", &lane, update, self.now);
        Ok(id)
    }

    /// Queues the updates about a new or edited message for all bots concerned.
    pub(super) fn announce(&mut self, dialog: &Id, message: &Id, is_edit: bool) {
        let Some((known, message)) = self.dialog(dialog).and_then(|known| Some((known, known.message(message)?)))
        else {
            return;
        };
        let author = author_bot(message);
        let bots: Vec<Id> = match Place::of(known) {
            // A bot gets no updates about its own messages, except in business chats.
            Place::Private(_) => Some(known.line.clone()).filter(|_| author.is_none()).into_iter().collect(),
            Place::Group(_) => {
                let bots = self.own.groups.get(dialog).map(|group| group.bots.keys()).into_iter().flatten();
                bots.filter(|bot| author.is_none() && self.may_see(bot, dialog, message)).cloned().collect()
            }
            Place::Personal(..) => {
                let bots = self.own.connections.iter().map(|one| &one.bot);
                bots.filter(|bot| self.connection_of(bot, known).is_some()).cloned().collect()
            }
        };
        let lane = if matches!(Place::of(known), Place::Personal(..)) { "business" } else { "message" };
        let kind = match (lane, is_edit) {
            ("business", false) => "business_message",
            ("business", true) => "edited_business_message",
            (_, false) => "message",
            (_, true) => "edited_message",
        };
        let told: Vec<(Id, Value, String)> = bots
            .into_iter()
            .map(|bot| {
                let lane = format!("{lane}:{}", self.chat_id(&bot, known));
                (bot.clone(), self.message_json(&bot, known, message), lane)
            })
            .collect();
        for (bot, body, lane) in told {
            self.tell(&bot, kind, body, &lane);
        }
    }

    /// Privacy mode: bots receive commands, mentions, replies to them and service messages; administrators receive
    /// everything.
    fn may_see(&self, bot: &Id, dialog: &Id, message: &Message) -> bool {
        let (Some(group), Some(known)) = (self.own.groups.get(dialog), self.dialog(dialog)) else { return false };
        if group.bots.get(bot) == Some(&Role::Administrator) || message.kind == "service" {
            return true;
        }
        let answered = message.reply_to.as_ref().and_then(|id| known.message(id));
        let text = message.text.as_str();
        let mention = format!("@{}", self.lines.get(bot).map(|bot| bot.username.as_str()).unwrap_or_default());
        // A command for another bot is not reported to this one.
        let command = text.starts_with('/') && text.split_whitespace().next().is_some_and(|word| !word.contains('@'));
        command || text.contains(&mention) || answered.and_then(author_bot).as_ref() == Some(bot)
    }

    /// Queues an update about a bot's membership in a chat.
    pub(super) fn tell_member(&mut self, bot: &Id, dialog: &Id, by: i64, statuses: [&str; 2]) {
        let Some(known) = self.dialog(dialog) else { return };
        let user = self.user(bot.number());
        let member = |status: &str| {
            let mut member = json!({"user": user, "status": status});
            if status == "kicked" {
                member["until_date"] = json!(0);
            }
            member
        };
        let [old, new] = statuses.map(member);
        let body = json!({"chat": self.chat(bot, known), "from": self.user(by), "date": self.date(),
            "old_chat_member": old, "new_chat_member": new});
        let lane = format!("member:{}", self.chat_id(bot, known));
        self.tell(bot, "my_chat_member", body, &lane);
    }

    /// Queues an update about a bot's business connection.
    pub(super) fn tell_connection(&mut self, connection: &Connection) {
        let body = self.connection(connection);
        self.tell(&connection.bot, "business_connection", body, &format!("connection:{}", connection.owner));
    }

    /// Queues the updates about deleted messages; only business bots are notified.
    pub(super) fn tell_deleted(&mut self, dialog: &Id, ids: &[Id]) {
        let Some(known) = self.dialog(dialog) else { return };
        let seen = self.own.connections.iter().filter_map(|one| self.connection_of(&one.bot, known));
        let told: Vec<(Id, Value, i64)> = seen
            .map(|one| {
                let body = json!({"business_connection_id": one.id, "chat": self.chat(&one.bot, known),
                    "message_ids": ids});
                (one.bot.clone(), body, self.chat_id(&one.bot, known))
            })
            .collect();
        for (bot, body, chat) in told {
            self.tell(&bot, "deleted_business_messages", body, &format!("business:{chat}"));
        }
    }

    /// Queues the updates about a person's reactions. In groups only administrators get them, in business chats no bot.
    pub(super) fn tell_reactions(&mut self, dialog: &Id, message: &Id, who: i64, old: Value) {
        let Some(known) = self.dialog(dialog) else { return };
        let bots: Vec<Id> = match Place::of(known) {
            Place::Private(_) => vec![known.line.clone()],
            Place::Group(_) => {
                let bots = self.own.groups.get(dialog).map(|group| group.bots.iter()).into_iter().flatten();
                bots.filter(|(_, role)| **role == Role::Administrator).map(|(bot, _)| bot.clone()).collect()
            }
            Place::Personal(..) => Vec::new(),
        };
        let reactions = known.message(message).and_then(|one| one.reactions.get(&Author::Person(who)));
        let new = super::json::reactions(reactions.map(Vec::as_slice).unwrap_or_default());
        for bot in bots {
            let Some(known) = self.dialog(dialog) else { return };
            let body = json!({"chat": self.chat(&bot, known), "message_id": message, "user": self.user(who),
                "date": self.date(), "old_reaction": old, "new_reaction": new});
            let lane = format!("reaction:{}", self.chat_id(&bot, known));
            self.tell(&bot, "message_reaction", body, &lane);
        }
    }

    /// Whether a webhook of the bot may take one more update now.
    pub(super) fn has_free_connection(&self, bot: &Id) -> bool {
        let has_webhook = self.lines.get(bot).is_some_and(|line| !line.subscriptions.is_empty());
        let most = self.own.bots.get(bot).map_or(0, |bot| bot.max_connections);
        let under_way = self.outbox.waiting().filter(|(_, hook)| hook.line == *bot && hook.is_on_its_way).count();
        has_webhook && i64::try_from(under_way).is_ok_and(|count| count < most)
    }
}

/// Whether an update has waited too long.
pub(super) fn is_expired(hook: &Hook, now: i64) -> bool {
    now - hook.made_at >= LIVES
}
