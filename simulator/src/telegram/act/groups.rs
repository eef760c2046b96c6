//! Bots in groups, and changes of groups.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::Done;
use crate::telegram::{
    publish::Event,
    state::{Author, Draft, Group, GroupKind, Place, Role, State},
};

impl State {
    fn group_mut(&mut self, id: i64) -> Result<&mut Group> {
        self.groups.get_mut(&id).context("no such group")
    }

    /// Adds a service message.
    fn service(&mut self, group: i64, author: Author, fields: Value) -> i64 {
        let place = Place::Group(group);
        let id = self.add(&place, author, Draft::new("service", fields));
        self.announce(&place, id, Event::New);
        id
    }

    pub(super) fn add_bot_to(&mut self, group: i64, bot: i64, by: i64) -> Result<Done> {
        let user = self.bots.get(&bot).context("no such bot")?.user();
        self.group_mut(group)?.bots.insert(bot, Role::Member);
        self.tell_member(bot, &Place::Group(group), by, ("left", "member"));
        let fields = json!({"new_chat_participant": user, "new_chat_member": user, "new_chat_members": [user]});
        Ok(Done::message(self.service(group, Author::Person(by), fields)))
    }

    pub(super) fn remove_bot_from(&mut self, group: i64, bot: i64, by: i64) -> Result<Done> {
        let user = self.bots.get(&bot).context("no such bot")?.user();
        if !self.group_mut(group)?.has_bot(bot) {
            bail!("the bot is not in the group");
        }
        let fields = json!({"left_chat_participant": user, "left_chat_member": user});
        let id = self.service(group, Author::Person(by), fields);
        self.tell_member(bot, &Place::Group(group), by, ("member", "kicked"));
        self.group_mut(group)?.bots.insert(bot, Role::Kicked);
        Ok(Done::message(id))
    }

    pub(super) fn promote(&mut self, group: i64, bot: i64, by: i64) -> Result<Done> {
        if !self.group_mut(group)?.has_bot(bot) {
            bail!("the bot is not in the group");
        }
        self.group_mut(group)?.bots.insert(bot, Role::Administrator);
        self.tell_member(bot, &Place::Group(group), by, ("member", "administrator"));
        Ok(Done::default())
    }

    pub(super) fn upgrade(&mut self, group: i64, by: i64) -> Result<Done> {
        let old = self.group_mut(group)?.clone();
        if old.kind != GroupKind::Basic || old.migrated_to.is_some() {
            bail!("only a basic group can be upgraded");
        }
        // Independent of the old id, so that clients cannot derive one from the other.
        let new = -1_002_233_000_000 - self.next_serial() * 7_919;
        self.groups.insert(new, Group { id: new, kind: GroupKind::Super, ..old });
        let to = self.service(group, Author::Person(by), json!({"migrate_to_chat_id": new}));
        self.group_mut(group)?.migrated_to = Some(new);
        let from = self.service(new, Author::Group(new), json!({"migrate_from_chat_id": group}));
        Ok(Done { messages: vec![to, from], chat: new, ..Done::default() })
    }

    pub(super) fn retitle(&mut self, group: i64, title: &str, by: i64) -> Result<Done> {
        title.clone_into(&mut self.group_mut(group)?.title);
        Ok(Done::message(self.service(group, Author::Person(by), json!({"new_chat_title": title}))))
    }

    pub(super) fn delete_group(&mut self, group: i64) -> Result<Done> {
        self.group_mut(group)?.is_deleted = true;
        Ok(Done::default())
    }

    pub(super) fn close_topic(&mut self, group: i64, thread: i64, closed: bool) -> Result<Done> {
        let group = self.group_mut(group)?;
        match closed {
            true => group.closed_topics.insert(thread),
            false => group.closed_topics.remove(&thread),
        };
        Ok(Done::default())
    }

    pub(super) fn set_open(&mut self, group: i64, open: bool) -> Result<Done> {
        self.group_mut(group)?.is_open = open;
        Ok(Done::default())
    }
}
