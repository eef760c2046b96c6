//! Bots that act on behalf of a person.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::Done;
use crate::telegram::state::{Connection, Place, State};

impl State {
    pub(super) fn connect(&mut self, owner: i64, bot: i64, can_reply: bool) -> Result<Done> {
        self.people.get(&owner).context("no such person")?;
        self.bots.get(&bot).context("no such bot")?;
        self.connections.retain(|one| (one.owner, one.bot) != (owner, bot));
        // Every new connection gets a new id.
        let id = format!("kQ7mAbCdEf0BAAAA{:06x}", self.next_serial());
        let date = self.date();
        let connection = Connection { id: id.clone(), owner, bot, is_enabled: true, can_reply, date };
        self.tell_connection(&connection);
        self.connections.push(connection);
        Ok(Done { id, ..Done::default() })
    }

    pub(super) fn disconnect(&mut self, owner: i64, bot: i64) -> Result<Done> {
        let date = self.date();
        let connection = self.connections.iter_mut().find(|one| (one.owner, one.bot) == (owner, bot));
        let connection = connection.context("the bot is not connected")?;
        connection.is_enabled = false;
        connection.date = date;
        let connection = connection.clone();
        self.tell_connection(&connection);
        Ok(Done { id: connection.id, ..Done::default() })
    }

    /// Only business bots are notified of deletions.
    pub(crate) fn tell_deleted(&mut self, place: &Place, ids: &[i64]) {
        let bots: Vec<i64> = self.connections.iter().map(|one| one.bot).collect();
        for bot in bots {
            let Some(connection) = self.connection_of(bot, place).map(|one| one.id.clone()) else {
                continue;
            };
            let chat = self.chat_id(bot, place);
            let body = json!({
                "business_connection_id": connection,
                "chat": self.chat_json(bot, place),
                "message_ids": ids,
            });
            self.tell(bot, "deleted_business_messages", body, "business", chat);
        }
    }

    /// Adds an update to a bot's queue unchanged; returns its id.
    pub(crate) fn inject(&mut self, bot: i64, update: Value) -> Result<i64> {
        let now = self.now;
        let bot = self.bots.get_mut(&bot).context("no such bot")?;
        let given = update.get("update_id").and_then(Value::as_i64);
        let id = given.unwrap_or(bot.next_update);
        bot.next_update = bot.next_update.max(id + 1);
        let mut update = update;
        update["update_id"] = json!(id);
        bot.push_raw(id, update, now);
        Ok(id)
    }
}
