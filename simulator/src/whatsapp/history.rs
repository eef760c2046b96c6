//! The history of a number that stays in the phone app: phases, chunks, and the media of the last two weeks.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    codes,
    state::{By, DAY, Message, Person, State},
};

/// Maximum messages of a chunk.
const CHUNK: usize = 50;
/// Age in days beyond which nothing is sent.
const OLDEST: i64 = 180;
/// Age in days up to which media are sent.
const MEDIA: i64 = 14;

/// The phase for an age in days: 0 up to a day, 1 up to 90, 2 up to 180.
fn phase(days: i64) -> Option<i64> {
    match days {
        0..=1 => Some(0),
        2..=90 => Some(1),
        91..=OLDEST => Some(2),
        _ => None,
    }
}

fn is_media(message: &Message) -> bool {
    message.media.is_some()
}

impl State {
    /// Queues the history, or the error that it is not shared.
    pub(crate) fn send_history(&mut self, phone: &str) {
        if !self.phones.get(phone).is_some_and(|phone| phone.shares_history) {
            let mut error = codes::in_webhook(2_593_109, None);
            if let Some(error) = error.as_object_mut() {
                error.remove("href");
            }
            return self.tell_phone(phone, "history", json!({"history": [{"errors": [error]}]}));
        }
        let old = self.old_messages(phone);
        let count = old.len();
        let mut phases: BTreeMap<i64, Vec<(i64, Message)>> = BTreeMap::new();
        for (person, message) in &old {
            let days = (self.now - message.at * 1000).div_euclid(DAY);
            if let Some(phase) = phase(days) {
                phases.entry(phase).or_default().push((*person, message.clone()));
            }
        }
        let mut done = 0;
        let last = phases.keys().next_back().copied();
        for (phase, messages) in phases {
            let chunks = messages.chunks(CHUNK);
            let chunk_count = chunks.len();
            for (at, chunk) in chunks.enumerate() {
                done += chunk.len();
                let is_end = Some(phase) == last && at + 1 == chunk_count;
                let progress = if is_end { 100 } else { (done * 100 / count.max(1)).min(99) };
                let metadata = json!({"phase": phase, "chunk_order": at + 1, "progress": progress});
                let threads = self.threads(phone, chunk);
                self.tell_phone(phone, "history", json!({"history": [{"metadata": metadata, "threads": threads}]}));
            }
        }
        if last.is_none() {
            let metadata = json!({"phase": 2, "chunk_order": 1, "progress": 100});
            self.tell_phone(phone, "history", json!({"history": [{"metadata": metadata, "threads": []}]}));
        }
        for (person, message) in old {
            self.send_old_media(phone, person, &message);
        }
    }

    /// Old messages of a number, oldest first.
    fn old_messages(&self, phone: &str) -> Vec<(i64, Message)> {
        let own = self.chats.iter().filter(|((one, _), _)| one == phone);
        let mut all: Vec<(i64, Message)> = own
            .flat_map(|((_, person), chat)| {
                chat.messages.iter().filter(|one| one.is_old).map(|one| (*person, one.clone()))
            })
            .collect();
        all.sort_by_key(|(_, message)| message.at);
        all
    }

    fn threads(&self, phone: &str, chunk: &[(i64, Message)]) -> Vec<Value> {
        let mut threads: BTreeMap<i64, Vec<Value>> = BTreeMap::new();
        for (person, message) in chunk {
            let Some(known) = self.people.get(person) else {
                continue;
            };
            threads.entry(*person).or_default().push(self.old_json(phone, known, message, false));
        }
        let thread = |(person, messages): (i64, Vec<Value>)| {
            let person = self.people.get(&person)?;
            let mut context = json!({"wa_id": person.wa_id});
            if let Some(id) = &person.user_id {
                context["user_id"] = json!(id);
            }
            if let Some(username) = &person.username {
                context["username"] = json!(username);
            }
            Some(json!({"id": person.wa_id, "context": context, "messages": messages}))
        };
        threads.into_iter().filter_map(thread).collect()
    }

    fn old_json(&self, phone: &str, person: &Person, message: &Message, with_media: bool) -> Value {
        let is_placeholder = is_media(message) && !with_media;
        let kind = if is_placeholder { "media_placeholder" } else { message.kind.as_str() };
        let mut json = json!({"id": message.id, "timestamp": message.at.to_string(), "type": kind});
        if message.by == By::Customer {
            self.put_ids(phone, person, "from", &mut json);
        } else {
            json["from"] = json!(self.number_of(phone));
            self.put_ids(phone, person, "to", &mut json);
        }
        if !is_placeholder {
            json[kind] = message.body.clone();
        }
        let status = if is_media(message) { "DELIVERED" } else { "READ" };
        json["history_context"] = json!({"status": status});
        json
    }

    /// Queues the file of a placeholder as a separate webhook.
    fn send_old_media(&mut self, phone: &str, person: i64, message: &Message) {
        let is_young = self.now - message.at * 1000 <= MEDIA * DAY;
        let Some(person) = self.people.get(&person).cloned().filter(|_| is_media(message) && is_young) else {
            return;
        };
        let json = self.old_json(phone, &person, message, true);
        let contacts = [self.contact(phone, &person)];
        let list = if message.by == By::Customer { "messages" } else { "message_echoes" };
        self.tell_phone(phone, "history", json!({"contacts": contacts, list: [json]}));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_end_after_a_day_ninety_and_a_hundred_and_eighty() {
        let phases: Vec<_> = [0, 1, 2, 90, 91, 180, 181].into_iter().map(phase).collect();
        assert_eq!(phases, [Some(0), Some(0), Some(1), Some(1), Some(2), Some(2), None]);
    }
}
