//! Performs actions.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::{Act, Content, Done, Dressing, Place, Thing};
use crate::vk::{
    core::Core,
    state::{Comment, Message, State},
};

/// Performs an action in one change of the state.
pub(crate) fn perform(core: &Core, act: Act) -> Result<Done> {
    core.change(|state| match act {
        Act::Send { who, to, content, with } => state.writes(who, to, content, *with),
        Act::Edit { who, to, cmid, text } => state.edits(who, to, cmid, text),
        Act::React { who, to, cmid, reaction } => state.reacts(who, to, cmid, reaction),
        Act::Press { who, to, cmid, row, column } => state.presses(who, to, cmid, (row, column)),
        Act::Read { who, community, cmid } => state.reads(who, community, cmid),
        Act::Type { who, community } => {
            let object = json!({"from_id": who, "to_id": -community, "state": "typing"});
            state.publish(community, "message_typing_state", who, object);
            Ok(Done::default())
        }
        Act::Allow { who, community, key } => {
            state.allows(who, community, &key)?;
            Ok(Done::default())
        }
        Act::Deny { who, community } => {
            state.communities.get_mut(&community).context("no such community")?.allowed.remove(&who);
            state.publish(community, "message_deny", who, json!({"user_id": who}));
            Ok(Done::default())
        }
        Act::Comment { who, community, on, text, reply_to } => state.comments_on(who, community, on, text, reply_to),
        Act::EditComment { who, community, on, id, text } => {
            state.changes_comment(who, community, on, id, |comment| comment.text = text)?;
            Ok(state.tell_comment(community, on, id, "edit"))
        }
        Act::DeleteComment { who, community, on, id } => state.deletes_comment(who, community, on, id),
        Act::AdminWrites { admin, community, peer, text } => {
            let message = Message { text, admin: Some(admin), ..Message::by(-community) };
            let (_, cmid) = state.add_message(community, peer, message);
            Ok(Done { id: cmid, ..Done::default() })
        }
        Act::Ban { community, who, banned } => state.bans(community, who, banned),
        Act::Raw { community, kind, object } => {
            state.publish(community, &kind, 0, object);
            Ok(Done::default())
        }
    })
}

impl Place {
    /// Community and peer of the dialogue.
    const fn parts(self, who: i64) -> (i64, i64) {
        match self {
            Self::Community(community) => (community, who),
            Self::Chat(community, peer) => (community, peer),
        }
    }
}

impl State {
    fn allows(&mut self, who: i64, community: i64, key: &str) -> Result<()> {
        self.people.get(&who).context("no such person")?;
        let owner = self.communities.get_mut(&community).context("no such community")?;
        if owner.allowed.insert(who) {
            self.publish(community, "message_allow", who, json!({"user_id": who, "key": key}));
        }
        Ok(())
    }

    fn writes(&mut self, who: i64, to: Place, content: Content, with: Dressing) -> Result<Done> {
        let (community, peer) = to.parts(who);
        if matches!(to, Place::Community(_)) {
            self.allows(who, community, "")?;
        }
        let (text, attachments, mut fields) = content.parts(self, who)?;
        for (key, value) in [("ref", with.referral), ("ref_source", with.ref_source), ("payload", with.payload)] {
            if let Some(value) = value {
                fields.insert(key.to_owned(), json!(value));
            }
        }
        let dialogue = self.dialogues.get(&(community, peer));
        let forwarded: Option<Vec<Value>> =
            with.forward.iter().map(|cmid| Some(self.foreign_json(peer, dialogue?.by_cmid(*cmid)?))).collect();
        let forwarded = forwarded.context("no such message to forward")?;
        let message = Message { text, attachments, fields, reply_to: with.reply_to, forwarded, ..Message::by(who) };
        let (_, cmid) = self.add_message(community, peer, message);
        Ok(Done { id: cmid, ..Done::default() })
    }

    fn edits(&mut self, who: i64, to: Place, cmid: i64, text: String) -> Result<Done> {
        let (community, peer) = to.parts(who);
        let now = self.date();
        let dialogue = self.dialogues.get_mut(&(community, peer)).context("no such dialogue")?;
        let message = dialogue.by_cmid_mut(cmid).filter(|one| one.from_id == who).context("no own message")?;
        message.text = text;
        message.update_time = Some(now);
        let message = message.clone();
        self.publish_message(community, peer, &message, true);
        Ok(Done { id: cmid, ..Done::default() })
    }

    fn reacts(&mut self, who: i64, to: Place, cmid: i64, reaction: Option<i64>) -> Result<Done> {
        let (community, peer) = to.parts(who);
        let dialogue = self.dialogues.get_mut(&(community, peer)).context("no such dialogue")?;
        let message = dialogue.by_cmid_mut(cmid).context("no such message")?;
        let mut object = json!({"reacted_id": who, "peer_id": peer, "cmid": cmid});
        match reaction {
            Some(reaction) => {
                message.reactions.insert(who, reaction);
                object["reaction_id"] = json!(reaction);
            }
            None => {
                message.reactions.remove(&who);
            }
        }
        self.publish(community, "message_reaction_event", peer, object);
        Ok(Done { id: cmid, ..Done::default() })
    }

    fn presses(&mut self, who: i64, to: Place, cmid: i64, (row, column): (usize, usize)) -> Result<Done> {
        let (community, peer) = to.parts(who);
        let dialogue = self.dialogues.get(&(community, peer)).context("no such dialogue")?;
        let message = dialogue.by_cmid(cmid).context("no such message")?;
        let keyboard = message.fields.get("keyboard").context("the message has no buttons")?;
        let action = keyboard["buttons"][row][column]["action"].clone();
        let payload = action["payload"].as_str().map(str::to_owned);
        match action["type"].as_str() {
            Some("text") => {
                let label = action["label"].as_str().unwrap_or_default();
                let with = Dressing { payload, ..Dressing::default() };
                self.writes(who, to, Content::text(label), with)
            }
            Some("callback") => {
                let event = self.next_hex(11);
                // The payload in the event is the parsed JSON.
                let payload: Value = payload.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Value::Null);
                let object = json!({"user_id": who, "peer_id": peer, "event_id": event, "payload": payload,
                    "conversation_message_id": cmid});
                self.publish(community, "message_event", peer, object);
                Ok(Done { event, ..Done::default() })
            }
            _ => bail!("the button leads to a page"),
        }
    }

    fn reads(&mut self, who: i64, community: i64, cmid: Option<i64>) -> Result<Done> {
        let dialogue = self.dialogues.get_mut(&(community, who)).context("no such dialogue")?;
        let own = dialogue.messages.iter().filter(|one| one.from_id == -community);
        let last = own.filter(|one| cmid.is_none_or(|most| one.cmid <= most)).max_by_key(|one| one.cmid);
        let (id, upto) = last.map(|one| (one.id, one.cmid)).context("there is nothing to read")?;
        dialogue.read_by_peer = upto;
        let object = json!({"from_id": who, "peer_id": who, "read_message_id": id, "conversation_message_id": upto});
        self.publish(community, "message_read", who, object);
        Ok(Done { id: upto, ..Done::default() })
    }

    fn comments_on(
        &mut self,
        who: i64,
        community: i64,
        on: Thing,
        text: String,
        reply_to: Option<i64>,
    ) -> Result<Done> {
        let (of, object) = on.parts();
        let (id, date) = (self.next_serial(), self.date());
        self.comments.push(Comment {
            id,
            community,
            of,
            object,
            from_id: who,
            date,
            text,
            attachments: Vec::new(),
            reply_to,
            guid: None,
            is_deleted: false,
        });
        Ok(self.tell_comment(community, on, id, "new"))
    }

    fn changes_comment(
        &mut self,
        who: i64,
        community: i64,
        on: Thing,
        id: i64,
        change: impl FnOnce(&mut Comment),
    ) -> Result<()> {
        let (of, object) = on.parts();
        let is_meant =
            |one: &&mut Comment| one.community == community && (one.of, one.object, one.id) == (of, object, id);
        let comment = self.comments.iter_mut().find(is_meant).filter(|one| one.from_id == who);
        change(comment.context("no own comment")?);
        Ok(())
    }

    fn tell_comment(&mut self, community: i64, on: Thing, id: i64, what: &str) -> Done {
        let (of, _) = on.parts();
        let found = self.comments.iter().find(|one| one.of == of && one.id == id);
        if let Some(object) = found.map(|one| self.comment_json(one)) {
            self.publish(community, &format!("{}_{what}", of.event()), 0, object);
        }
        Done { id, ..Done::default() }
    }

    fn deletes_comment(&mut self, who: i64, community: i64, on: Thing, id: i64) -> Result<Done> {
        self.changes_comment(who, community, on, id, |comment| comment.is_deleted = true)?;
        let (of, object_id) = on.parts();
        let mut object = json!({"owner_id": -community, "id": id, "user_id": who, "deleter_id": who});
        object[of.field()] = json!(object_id);
        self.publish(community, &format!("{}_delete", of.event()), 0, object);
        Ok(Done { id, ..Done::default() })
    }

    fn bans(&mut self, community: i64, who: i64, banned: bool) -> Result<Done> {
        let owner = self.communities.get_mut(&community).context("no such community")?;
        let admin_id = 1;
        let (kind, object) = match banned {
            true => {
                owner.blacklist.insert(who);
                ("user_block", json!({"admin_id": admin_id, "user_id": who, "unblock_date": 0, "reason": 0}))
            }
            false => {
                owner.blacklist.remove(&who);
                ("user_unblock", json!({"admin_id": admin_id, "user_id": who, "by_end_date": 0}))
            }
        };
        self.publish(community, kind, who, object);
        Ok(Done::default())
    }
}
