//! People's actions in the CRM, for tests and programs: contacts, leads, talks, templates, subscriptions.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Sandbox;
use crate::crm::{
    crm_hooks,
    log::{CrmHookView, HookAnswer},
    state::{
        Account,
        crm::{self, Card, Contact, Template},
    },
    view::{ContactView, IncomingLeadView, LinkView, TalkView, WebhookView},
};

impl Sandbox {
    fn act<T: Default>(&self, host: &str, act: impl FnOnce(&mut Account, i64) -> T) -> T {
        let now = self.core.now().timestamp();
        self.core.change(|state| state.accounts.get_mut(host).map(|account| act(account, now)).unwrap_or_default())
    }

    fn look<T: Default>(&self, host: &str, look: impl FnOnce(&Account) -> T) -> T {
        self.core.read(|state| state.accounts.get(host).map(look).unwrap_or_default())
    }

    /// A user creates a contact; returns its id, 0 for an unknown host.
    pub fn add_contact(&self, host: &str, name: &str, phone: Option<&str>, email: Option<&str>) -> i64 {
        self.act(host, |account, now| {
            let mut contact = Contact { name: name.to_owned(), ..Contact::new(account, now) };
            contact.set("PHONE", &[phone.unwrap_or_default()]);
            contact.set("EMAIL", &[email.unwrap_or_default()]);
            account.keep_contact(contact)
        })
    }

    /// A user renames a contact. False if there is none.
    pub fn rename_contact(&self, host: &str, contact_id: i64, name: &str) -> bool {
        self.act(host, |account, now| {
            account.change_contact(contact_id, now, |contact| {
                name.clone_into(&mut contact.name);
                contact.first_name.clear();
                contact.last_name.clear();
            })
        })
    }

    /// A user replaces the phones of a contact; an empty list removes them. False if there is none.
    pub fn set_contact_phones(&self, host: &str, contact_id: i64, phones: &[&str]) -> bool {
        self.act(host, |account, now| account.change_contact(contact_id, now, |contact| contact.set("PHONE", phones)))
    }

    /// A user replaces the e-mail addresses of a contact; an empty list removes them. False if there is none.
    pub fn set_contact_emails(&self, host: &str, contact_id: i64, emails: &[&str]) -> bool {
        self.act(host, |account, now| account.change_contact(contact_id, now, |contact| contact.set("EMAIL", emails)))
    }

    /// A user merges two contacts: `kept` gets everything of `gone`, including chats, and `gone` answers 204 from now
    /// on. False if one of them is missing.
    pub fn merge_contacts(&self, host: &str, kept: i64, gone: i64) -> bool {
        self.act(host, |account, now| account.merge_contacts(kept, gone, now))
    }

    /// A user deletes a contact: its chats have no contact then, its leads stay. False if there is none.
    pub fn delete_contact(&self, host: &str, contact_id: i64) -> bool {
        self.act(host, |account, _| account.delete_contact(contact_id))
    }

    /// A user links a chat to a contact. False if either is missing.
    pub fn link_chat(&self, host: &str, chat_id: &str, contact_id: i64) -> bool {
        self.act(host, |account, _| {
            let known = account.chat(chat_id).is_some() && account.crm.contact(contact_id).is_some();
            if known {
                account.link_chat(chat_id, contact_id);
            }
            known
        })
    }

    /// Contacts in order of creation.
    pub fn contacts(&self, host: &str) -> Vec<ContactView> {
        self.look(host, |account| account.crm.contacts.iter().map(|one| ContactView::of(account, one)).collect())
    }

    /// Links of chats to contacts, the latest last.
    pub fn contact_links(&self, host: &str) -> Vec<LinkView> {
        self.look(host, |account| account.crm.links.iter().map(LinkView::of).collect())
    }

    /// Incoming leads that were neither accepted nor declined.
    pub fn incoming_leads(&self, host: &str) -> Vec<IncomingLeadView> {
        self.look(host, |account| {
            account.crm.unsorted.iter().filter_map(|one| IncomingLeadView::of(account, one)).collect()
        })
    }

    /// The administrator accepts an incoming lead. False if none with this uid waits.
    pub fn accept_lead(&self, host: &str, uid: &str) -> bool {
        self.act(host, |account, now| {
            let user_id = account.administrator().map_or(0, |user| user.id);
            account.accept(uid, user_id, None, now).is_some()
        })
    }

    /// The administrator declines an incoming lead. False if none with this uid waits.
    pub fn decline_lead(&self, host: &str, uid: &str) -> bool {
        self.act(host, |account, now| {
            let user_id = account.administrator().map_or(0, |user| user.id);
            account.decline(uid, user_id, now).is_some()
        })
    }

    /// The tracking fields of a lead that have values, by code.
    pub fn tracking_of(&self, host: &str, lead_id: i64) -> BTreeMap<String, String> {
        self.look(host, |account| {
            let of_lead =
                |card: &Card| card.tracking.iter().map(|(&code, value)| (code.to_owned(), value.clone())).collect();
            account.crm.cards.get(&lead_id).map(of_lead).unwrap_or_default()
        })
    }

    /// The texts of the notes on a lead, the oldest first.
    pub fn notes_of(&self, host: &str, lead_id: i64) -> Vec<String> {
        self.look(host, |account| {
            let of_lead = account.crm.notes.iter().filter(|note| note.entity == "leads" && note.entity_id == lead_id);
            of_lead.filter_map(|note| note.params.get("text").and_then(Value::as_str).map(str::to_owned)).collect()
        })
    }

    /// A user wins (`true`) or loses a lead; the next message of its chats creates a new incoming lead. False if there
    /// is none.
    pub fn close_lead(&self, host: &str, lead_id: i64, won: bool) -> bool {
        let status_id = if won { crm::WON } else { crm::LOST };
        self.act(host, |account, now| account.change_lead(lead_id, now, |_, card| card.status_id = status_id))
    }

    /// A user deletes a lead; its chats have no lead then, and its contact stays. False if there is none.
    pub fn delete_lead(&self, host: &str, lead_id: i64) -> bool {
        self.act(host, |account, _| account.delete_lead(lead_id))
    }

    /// Talks in order of opening.
    pub fn talks(&self, host: &str) -> Vec<TalkView> {
        self.look(host, |account| account.crm.talks.iter().map(TalkView::of).collect())
    }

    /// A user closes a talk. False if it is closed already or unknown.
    pub fn close_talk(&self, host: &str, talk_id: i64) -> bool {
        self.act(host, |account, now| account.close_talk(talk_id, now))
    }

    /// A user creates a template, which no token can see. `fields` are the API's and override a plain template with
    /// this name and content. Returns its id.
    pub fn add_template(&self, host: &str, name: &str, content: &str, fields: Value) -> i64 {
        self.act(host, |account, now| {
            let mut all: Map<String, Value> = crm::blank_template();
            all.insert("name".to_owned(), json!(name));
            all.insert("content".to_owned(), json!(content));
            all.extend(fields.as_object().cloned().unwrap_or_default());
            let id = account.next_number();
            account.crm.templates.push(Template {
                id,
                owner: None,
                created_at: now,
                updated_at: now,
                fields: all,
                reviews: Vec::new(),
            });
            id
        })
    }

    /// A user changes fields of a template: its `name`, its `attachment`, … False if it is unknown.
    pub fn change_template(&self, host: &str, template_id: i64, fields: Value) -> bool {
        self.act(host, |account, now| {
            let found = account.crm.templates.iter_mut().find(|one| one.id == template_id);
            found
                .map(|template| {
                    template.fields.extend(fields.as_object().cloned().unwrap_or_default());
                    template.updated_at = now;
                })
                .is_some()
        })
    }

    /// Templates as in the API, including `_embedded.reviews`, and `client_id` of the integration that created each
    /// (null for a user's).
    pub fn templates(&self, host: &str) -> Vec<Value> {
        self.look(host, |account| account.crm.templates.iter().map(|one| one.whole(account.id)).collect())
    }

    /// A user submits a WABA template for approval: a review for every WABA source, and a hook to subscribers of
    /// `add_chat_template_review`. False if it is unknown or not for WABA.
    pub fn ask_template_review(&self, host: &str, template_id: i64) -> bool {
        self.act(host, |account, now| account.ask_review(template_id, now))
    }

    /// Subscriptions to CRM hooks.
    pub fn webhooks(&self, host: &str) -> Vec<WebhookView> {
        self.look(host, |account| account.crm.webhooks.iter().map(WebhookView::of).collect())
    }

    /// amoCRM disables a subscription, as after more than 100 invalid answers in two hours, or a user enables it again.
    /// False if there is no such subscription.
    pub fn set_webhook_disabled(&self, host: &str, destination: &str, disabled: bool) -> bool {
        self.act(host, |account, _| {
            let found = account.crm.webhooks.iter_mut().find(|one| one.destination == destination);
            found.map(|webhook| webhook.disabled = disabled).is_some()
        })
    }

    /// A user deletes a subscription. False if there is none.
    pub fn delete_webhook(&self, host: &str, destination: &str) -> bool {
        self.act(host, |account, _| {
            let before = account.crm.webhooks.len();
            account.crm.webhooks.retain(|one| one.destination != destination);
            account.crm.webhooks.len() < before
        })
    }

    /// The latest 2000 attempts to send a CRM hook, of all accounts, oldest first.
    pub fn crm_hooks(&self) -> Vec<CrmHookView> {
        self.core.read(|state| state.crm_hooks.tried.iter().cloned().collect())
    }

    /// Sends a form to a CRM hook's address as amoCRM would: for reported shapes that the sandbox does not generate.
    pub async fn post_crm_hook(&self, host: &str, destination: &str, body: &str) -> HookAnswer {
        crm_hooks::post(&self.core, host, destination, body).await
    }
}
