//! Actions in a chat.

use anyhow::{Result, bail, ensure};
use serde_json::{Value, json};

use super::Content;
use crate::meta::state::{Author, Platform, State};

/// Maximum edits of one message.
const EDITS: u32 = 5;

impl State {
    /// Returns an error unless the person and the account exist.
    pub(super) fn known(&self, who: i64, account: &str) -> Result<Platform> {
        ensure!(self.people.contains_key(&who), "there is no person {who}");
        let Some(found) = self.accounts.get(account) else { bail!("there is no account {account}") };
        Ok(found.platform)
    }

    pub(super) fn write(
        &mut self,
        who: i64,
        account: &str,
        content: &Content,
        reply_to: Option<&str>,
    ) -> Result<String> {
        self.known(who, account)?;
        let (text, attachments, mut more) = content.parts(self);
        if let Some(mid) = reply_to {
            ensure!(self.find(mid).is_some(), "there is no message {mid}");
            more.insert("reply_to".to_owned(), json!({ "mid": mid }));
        }
        let mut message = self.new_message(account, Author::Person, text, attachments);
        message.more = more;
        let mid = message.mid.clone();
        self.add(account, who, message);
        Ok(mid)
    }

    pub(super) fn edit(&mut self, who: i64, account: &str, mid: &str, text: &str) -> Result<String> {
        self.known(who, account)?;
        let Some(message) = self.message_mut(mid).filter(|one| one.is_by_person() && !one.is_deleted) else {
            bail!("only own messages can be edited");
        };
        ensure!(message.edits < EDITS, "a message can be edited five times");
        message.edits += 1;
        message.text = Some(text.to_owned());
        let edited = json!({ "mid": mid, "text": text, "num_edit": message.edits });
        let field = self.field(account, "message_edits");
        self.tell_chat(account, who, field, "message_edit", edited);
        Ok(mid.to_owned())
    }

    pub(super) fn unsend(&mut self, who: i64, account: &str, mid: &str) -> Result<String> {
        let platform = self.known(who, account)?;
        let now = self.now;
        let Some(message) = self.message_mut(mid).filter(|one| one.is_by_person()) else {
            bail!("only own messages can be unsent");
        };
        message.is_deleted = true;
        let mut shown = message.clone();
        shown.at = now;
        if platform == Platform::Instagram {
            let event = self.message_event(account, who, &shown);
            self.tell(account, "messages", event);
        }
        Ok(mid.to_owned())
    }

    pub(super) fn react(&mut self, who: i64, account: &str, mid: &str, emoji: Option<&str>) -> Result<String> {
        self.known(who, account)?;
        let Some(message) = self.message_mut(mid) else { bail!("there is no message {mid}") };
        let reaction = match emoji {
            Some(emoji) => {
                message.reactions.insert("person", emoji.to_owned());
                json!({ "mid": mid, "action": "react", "reaction": name(emoji), "emoji": emoji })
            }
            None => {
                message.reactions.remove("person");
                json!({ "mid": mid, "action": "unreact" })
            }
        };
        self.tell_chat(account, who, "message_reactions", "reaction", reaction);
        Ok(mid.to_owned())
    }

    pub(super) fn press(&mut self, who: i64, account: &str, mid: &str, title: &str) -> Result<String> {
        self.known(who, account)?;
        let found = self.find(mid).and_then(|(_, one)| one.choices.iter().find(|one| one.title == title).cloned());
        let Some(choice) = found else { bail!("nothing on that message says {title}") };
        if let Some(url) = choice.url {
            return Ok(url);
        }
        let now = self.now;
        if choice.is_button {
            self.chat(account, who).last_from_person = Some(now);
            // A press creates a message of its own, with its own id.
            let own = self.new_message(account, Author::Person, None, Vec::new()).mid;
            let pressed = json!({ "mid": own, "title": title, "payload": choice.payload });
            self.tell_chat(account, who, "messaging_postbacks", "postback", pressed);
            return Ok(own);
        }
        let mut message = self.new_message(account, Author::Person, Some(choice.title), Vec::new());
        message.more.insert("quick_reply".to_owned(), json!({ "payload": choice.payload }));
        let mid = message.mid.clone();
        self.add(account, who, message);
        Ok(mid)
    }

    /// In a chat with messages the link is reported alone; in a new chat it is reported with Get started or the first
    /// message.
    pub(super) fn open(&mut self, who: i64, account: &str, mark: &str, ad: Option<&str>) -> Result<String> {
        let platform = self.known(who, account)?;
        let source = match (ad, platform) {
            (Some(_), _) => "ADS",
            (None, Platform::Facebook) => "SHORTLINK",
            (None, Platform::Instagram) => "IGME",
        };
        let mut referral = json!({ "ref": mark, "source": source, "type": "OPEN_THREAD" });
        if let Some(ad) = ad {
            referral["ad_id"] = json!(ad);
            referral["ads_context_data"] = json!({ "ad_title": "Blue bicycles", "post_id": "900" });
        }
        let is_new = self.chat(account, who).messages.is_empty();
        if is_new && platform == Platform::Facebook {
            let now = self.now;
            self.chat(account, who).last_from_person = Some(now);
            let message = self.new_message(account, Author::Person, None, Vec::new());
            let pressed =
                json!({ "mid": message.mid, "title": "Get Started", "payload": "GET_STARTED", "referral": referral });
            self.tell_chat(account, who, "messaging_postbacks", "postback", pressed);
        } else {
            let field = self.field(account, "messaging_referrals");
            self.tell_chat(account, who, field, "referral", referral);
        }
        Ok(String::new())
    }

    pub(super) fn read_all(&mut self, who: i64, account: &str) -> Result<String> {
        let platform = self.known(who, account)?;
        let now = self.now;
        let mut last = None;
        for message in self.chat(account, who).messages.iter_mut().filter(|one| !one.is_by_person()) {
            message.is_delivered = true;
            message.is_read = true;
            last = Some(message.mid.clone());
        }
        let Some(mid) = last else { bail!("there is nothing to read") };
        let read: Value = match platform {
            Platform::Instagram => json!({ "mid": mid }),
            Platform::Facebook => json!({ "watermark": now }),
        };
        let field = self.field(account, "message_reads");
        self.tell_chat(account, who, field, "read", read);
        Ok(mid)
    }

    pub(super) fn receive_all(&mut self, who: i64, account: &str) -> Result<String> {
        let platform = self.known(who, account)?;
        let now = self.now;
        let mut mids = Vec::new();
        for message in
            self.chat(account, who).messages.iter_mut().filter(|one| !one.is_by_person() && !one.is_delivered)
        {
            message.is_delivered = true;
            mids.push(message.mid.clone());
        }
        if platform == Platform::Facebook && !mids.is_empty() {
            let delivered = json!({ "mids": mids, "watermark": now });
            self.tell_chat(account, who, "message_deliveries", "delivery", delivered);
        }
        Ok(String::new())
    }

    pub(super) fn staff(&mut self, account: &str, who: i64, text: &str) -> Result<String> {
        self.known(who, account)?;
        let message = self.new_message(account, Author::Inbox, Some(text.to_owned()), Vec::new());
        let mid = message.mid.clone();
        self.add(account, who, message);
        Ok(mid)
    }
}

/// Meta's name of a reaction.
fn name(emoji: &str) -> &'static str {
    match emoji.trim_end_matches('\u{fe0f}') {
        "❤" => "love",
        "👍" => "like",
        "👎" => "dislike",
        "😆" => "smile",
        "😮" => "wow",
        "😢" => "sad",
        "😠" => "angry",
        _ => "other",
    }
}
