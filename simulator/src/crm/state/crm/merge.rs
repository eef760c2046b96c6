//! Merging two contacts into one.

use super::Event;
use crate::crm::state::Account;

impl Account {
    /// A user's "merge duplicates": `kept` gets values, tags, leads, talks and chats of `gone`, which is deleted. The
    /// documents define no hook for it; an update of the one and a deletion of the other are reported.
    pub(crate) fn merge_contacts(&mut self, kept: i64, gone: i64, now: i64) -> bool {
        let crm = &mut self.crm;
        if kept == gone || crm.contact(kept).is_none() {
            return false;
        }
        let Some(at) = crm.contacts.iter().position(|one| one.id == gone) else {
            return false;
        };
        let old = crm.contacts.remove(at);
        for talk in crm.talks.iter_mut().filter(|talk| talk.contact_id == Some(gone)) {
            talk.contact_id = Some(kept);
        }
        for lead in self.leads.iter_mut().filter(|lead| lead.contact_id == gone) {
            lead.contact_id = kept;
        }
        let chats: Vec<String> =
            self.crm.links.iter().filter(|link| link.contact_id == gone).map(|link| link.chat_id.clone()).collect();
        for chat in chats {
            self.link_chat(&chat, kept);
        }
        self.crm.events.push(Event::of_contact("delete", &old));
        self.change_contact(kept, now, |contact| {
            for value in old.values {
                let known = contact.values.iter().any(|one| one.field == value.field && one.value == value.value);
                if !known {
                    contact.values.push(value);
                }
            }
            for tag in old.tags {
                if !contact.tags.contains(&tag) {
                    contact.tags.push(tag);
                }
            }
        })
    }
}
