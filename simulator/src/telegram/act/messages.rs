//! Writing, editing, reacting, pressing buttons, deleting.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::{Chat, Content, Done, Dressing, compose};
use crate::telegram::{
    publish::Event,
    state::{Author, Place, Query, Role, State},
};

impl State {
    /// The place in which a person acts. The error explains why they cannot act there.
    pub(super) fn place_of(&mut self, who: i64, to: Chat) -> Result<(Place, Option<i64>)> {
        self.people.get(&who).context("no such person")?;
        match to {
            Chat::Bot(bot) => {
                let known = self.bots.get(&bot).context("no such bot")?;
                if known.blocked.contains(&who) {
                    bail!("the person has blocked the bot");
                }
                Ok((Place::Private { bot, person: who }, None))
            }
            Chat::Group(id) => Ok((self.group_place(who, id)?, None)),
            Chat::Topic(id, thread) => {
                let place = self.group_place(who, id)?;
                if let Some(group) = self.groups.get_mut(&id) {
                    group.topics.insert(thread);
                }
                Ok((place, Some(thread)))
            }
            Chat::Person(other) => {
                self.people.get(&other).context("no such other person")?;
                Ok((Place::personal(who, other), None))
            }
        }
    }

    fn group_place(&self, who: i64, id: i64) -> Result<Place> {
        let group = self.groups.get(&id).context("no such group")?;
        if group.migrated_to.is_some() {
            bail!("the group became a supergroup");
        }
        if !group.members.contains(&who) {
            bail!("the person is not in the group");
        }
        Ok(Place::Group(id))
    }

    pub(super) fn start(&mut self, who: i64, bot: i64, payload: &str) -> Result<Done> {
        if payload.len() > 64 || !payload.chars().all(|one| one.is_ascii_alphanumeric() || one == '_' || one == '-') {
            bail!("a payload is at most 64 of A-Za-z0-9_-");
        }
        if self.bots.get(&bot).context("no such bot")?.blocked.contains(&who) {
            self.unblock(who, bot)?;
        }
        let text = format!("/start {payload}");
        self.send(who, Chat::Bot(bot), &Content::text(&text), &Dressing::default())
    }

    pub(super) fn send(&mut self, who: i64, to: Chat, content: &Content, with: &Dressing) -> Result<Done> {
        let (place, thread) = self.place_of(who, to)?;
        self.post(who, &place, thread, (content, with, None)).map(Done::message)
    }

    /// Posts a person's message; returns its id.
    fn post(
        &mut self,
        who: i64,
        place: &Place,
        thread: Option<i64>,
        (content, with, album): (&Content, &Dressing, Option<&str>),
    ) -> Result<i64> {
        let quoted = match with.reply_to {
            Some(id) => Some(self.message(place, id).context("the quoted message is not there")?.text().to_owned()),
            None => None,
        };
        let mut draft = content.draft(self, who)?;
        with.dress(self, &mut draft, quoted.as_deref());
        draft.thread = thread;
        if let Some(album) = album {
            draft.fields.insert("media_group_id".to_owned(), json!(album));
        }
        let author = match place {
            Place::Group(id) if with.anonymous => Author::Group(*id),
            _ => Author::Person(who),
        };
        if let Place::Private { bot, person } = place {
            self.bots.get_mut(bot).context("no such bot")?.started.insert(*person);
        }
        let id = self.add(place, author, draft);
        self.announce(place, id, Event::New);
        Ok(id)
    }

    pub(super) fn album(&mut self, who: i64, to: Chat, items: &[Content], with: &Dressing) -> Result<Done> {
        if !(2..=10).contains(&items.len()) {
            bail!("an album has 2 to 10 files");
        }
        let (place, thread) = self.place_of(who, to)?;
        let album = format!("{}", 13_790_112_233_000_000 + self.next_serial());
        let mut messages = Vec::new();
        for item in items {
            messages.push(self.post(who, &place, thread, (item, with, Some(&album)))?);
        }
        Ok(Done { messages, ..Done::default() })
    }

    pub(super) fn edit(&mut self, who: i64, to: Chat, id: i64, content: &Content) -> Result<Done> {
        let (place, _) = self.place_of(who, to)?;
        let draft = content.draft(self, who)?;
        let date = self.date();
        let message = self.message_mut(&place, id).context("no such message")?;
        if message.author != Author::Person(who) {
            bail!("only own messages can be changed");
        }
        const KEPT: [&str; 6] =
            ["media_group_id", "forward_origin", "quote", "external_reply", "author_signature", "is_from_offline"];
        message.fields.retain(|key, _| KEPT.contains(&key.as_str()));
        message.fields.extend(draft.fields);
        message.kind = draft.kind;
        message.edit_date = Some(date);
        self.announce(&place, id, Event::Edited);
        Ok(Done::message(id))
    }

    pub(super) fn edit_caption(&mut self, who: i64, to: Chat, id: i64, caption: &str) -> Result<Done> {
        let (place, _) = self.place_of(who, to)?;
        let date = self.date();
        let message = self.message_mut(&place, id).context("no such message")?;
        if message.author != Author::Person(who) || State::file_of(message).is_none() {
            bail!("only own messages with a file have a caption to change");
        }
        message.fields.remove("caption");
        message.fields.remove("caption_entities");
        compose::captioned(&mut message.fields, caption);
        message.edit_date = Some(date);
        self.announce(&place, id, Event::Edited);
        Ok(Done::message(id))
    }

    pub(super) fn move_location(
        &mut self,
        who: i64,
        to: Chat,
        id: i64,
        (latitude, longitude, heading): (f64, f64, Option<i64>),
    ) -> Result<Done> {
        let (place, _) = self.place_of(who, to)?;
        let date = self.date();
        let message = self.message_mut(&place, id).context("no such message")?;
        let location = message.fields.get_mut("location").context("the message is no location")?;
        if location.get("live_period").is_none() {
            bail!("the location is not live");
        }
        location["latitude"] = json!(latitude);
        location["longitude"] = json!(longitude);
        if let Some(heading) = heading {
            location["heading"] = json!(heading);
        }
        message.edit_date = Some(date);
        self.announce(&place, id, Event::Edited);
        Ok(Done::message(id))
    }

    pub(super) fn react(&mut self, who: i64, to: Chat, id: i64, emoji: &[String]) -> Result<Done> {
        let (place, _) = self.place_of(who, to)?;
        let new: Vec<Value> = emoji
            .iter()
            .map(|one| match one.strip_prefix("custom:") {
                Some(id) => json!({"type": "custom_emoji", "custom_emoji_id": id}),
                None => json!({"type": "emoji", "emoji": one}),
            })
            .collect();
        let message = self.message_mut(&place, id).context("no such message")?;
        let old = message.reactions.insert(who, new.clone()).unwrap_or_default();
        if new.is_empty() {
            message.reactions.remove(&who);
        }
        // In groups only administrators are notified, in business chats no bot is.
        let bots: Vec<i64> = match &place {
            Place::Private { bot, .. } => vec![*bot],
            Place::Group(id) => self.groups.get(id).map_or_else(Vec::new, |group| {
                group.bots.iter().filter(|(_, role)| **role == Role::Administrator).map(|(bot, _)| *bot).collect()
            }),
            Place::Personal { .. } => Vec::new(),
        };
        for bot in bots {
            let body = json!({
                "chat": self.chat_json(bot, &place),
                "message_id": id,
                "user": self.user(who),
                "date": self.date(),
                "old_reaction": old,
                "new_reaction": new,
            });
            let chat = self.chat_id(bot, &place);
            self.tell(bot, "message_reaction", body, "reaction", chat);
        }
        Ok(Done::message(id))
    }

    pub(super) fn press(&mut self, who: i64, to: Chat, id: i64, (row, column): (usize, usize)) -> Result<Done> {
        let (place, _) = self.place_of(who, to)?;
        let message = self.message(&place, id).context("no such message")?.clone();
        let rows = message.fields.get("reply_markup").and_then(|markup| markup.get("inline_keyboard"));
        let button = rows.and_then(|rows| rows.get(row)?.get(column)).context("no such button")?;
        let data = button.get("callback_data").and_then(Value::as_str).context("the button leads to a page")?;
        let bot = match (message.author, message.via_bot) {
            (Author::Bot(bot), _) | (_, Some(bot)) => bot,
            _ => bail!("no bot wrote the message"),
        };
        let shown = self.message_json(bot, &place, &message);
        self.query(bot, who, shown, data)
    }

    pub(super) fn press_old(&mut self, who: i64, to: Chat, id: i64, data: &str) -> Result<Done> {
        let (place, _) = self.place_of(who, to)?;
        let Place::Private { bot, .. } = place else {
            bail!("only in a private chat");
        };
        let shown = json!({"chat": self.chat_json(bot, &place), "message_id": id, "date": 0});
        self.query(bot, who, shown, data)
    }

    fn query(&mut self, bot: i64, who: i64, message: Value, data: &str) -> Result<Done> {
        let id = format!("{}", 2_371_234_567_890_000_000 + self.next_serial());
        let chat = message["chat"]["id"].as_i64().unwrap_or(who);
        let instance = format!("-55443322110{}", chat.unsigned_abs());
        let body =
            json!({"id": id, "from": self.user(who), "message": message, "chat_instance": instance, "data": data});
        let now = self.now;
        self.bots.get_mut(&bot).context("no such bot")?.queries.insert(id.clone(), Query { pressed_at: now });
        self.tell(bot, "callback_query", body, "callback", who);
        Ok(Done { id, ..Done::default() })
    }

    pub(super) fn delete(&mut self, who: i64, to: Chat, ids: &[i64]) -> Result<Done> {
        let (place, _) = self.place_of(who, to)?;
        for id in ids {
            self.message_mut(&place, *id).context("no such message")?.is_deleted = true;
        }
        self.tell_deleted(&place, ids);
        Ok(Done { messages: ids.to_vec(), ..Done::default() })
    }
}
