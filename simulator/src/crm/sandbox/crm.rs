//! People's actions in the CRM – contacts, leads, talks, templates, subscriptions –, and what is broken or chosen.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::{Value, json};

use super::Sandbox;
use crate::crm::breakage::{self, Breakage};
use crate::crm::state::{
    CONTACTS, Card, Chat, LEADS, Link, NOTES, OtherMessage, Person, STATUSES, Settings, Switches, Talk, Template,
    UserRights, WON, Webhook, channel_of,
};
use crate::crm::view::{ContactView, IncomingLeadView, LeadCardView};

/// A lead that was won.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastSale {
    pub lead_id: i64,
    pub price: i64,
    /// Unix seconds.
    pub won_at: i64,
    /// Its contact's name.
    pub customer: String,
    /// The chat's id at the other side.
    pub conversation_id: String,
}

impl Sandbox {
    /// A user creates a contact; returns its id, 0 for an unknown host.
    pub fn add_contact(&self, host: &str, name: &str, phone: Option<&str>, email: Option<&str>) -> i64 {
        self.act(host, |account, now| {
            let mut contact = account.new_card(0, now);
            contact.rename(name);
            contact.set_values("PHONE", phone.as_slice());
            contact.set_values("EMAIL", email.as_slice());
            account.keep_card(&CONTACTS, contact)
        })
    }

    /// Another integration brings or sends a message in a chat of its own.
    pub fn other_service_message(&self, host: &str, message: OtherMessage) {
        self.act(host, |account, _| account.crm.of_others.push(message));
    }

    /// A user renames a contact. False if there is none.
    pub fn rename_contact(&self, host: &str, contact_id: i64, name: &str) -> bool {
        self.act(host, |account, now| account.change_card(&CONTACTS, contact_id, now, |contact| contact.rename(name)))
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
            let is_known = account.chat(chat_id).is_some() && account.crm.contact(contact_id).is_some();
            if is_known {
                account.link_chat(chat_id, contact_id);
            }
            is_known
        })
    }

    /// Contacts in order of creation.
    pub fn contacts(&self, host: &str) -> Vec<ContactView> {
        self.look(host, |account| account.crm.all(&CONTACTS).iter().map(|one| ContactView::of(account, one)).collect())
    }

    /// Links of chats to contacts, the latest last.
    pub fn contact_links(&self, host: &str) -> Vec<Link> {
        self.look(host, |account| account.crm.links.clone())
    }

    /// Incoming leads that were not accepted yet.
    pub fn incoming_leads(&self, host: &str) -> Vec<IncomingLeadView> {
        self.look(host, |account| account.crm.waiting().map(|one| IncomingLeadView::of(account, one)).collect())
    }

    /// The administrator accepts an incoming lead. False if none with this uid waits.
    pub fn accept_lead(&self, host: &str, uid: &str) -> bool {
        self.act(host, |account, now| {
            let user_id = account.administrator().map_or(0, |user| user.id);
            account.accept(uid, user_id, None, now).is_some()
        })
    }

    /// The administrator declines an incoming lead. False for an unknown one.
    pub fn decline_lead(&self, host: &str, uid: &str) -> bool {
        self.act(host, |account, now| {
            let user_id = account.administrator().map_or(0, |user| user.id);
            account.decline(uid, user_id, now).is_some()
        })
    }

    /// The custom fields of a lead that have values, by code.
    pub fn tracking_of(&self, host: &str, lead_id: i64) -> BTreeMap<String, String> {
        self.look(host, |account| account.crm.lead(lead_id).into_iter().flat_map(Card::texts).collect())
    }

    /// The texts of the notes on a lead, the oldest first.
    pub fn notes_of(&self, host: &str, lead_id: i64) -> Vec<String> {
        self.look(host, |account| {
            let parent = format!("{}/{lead_id}", LEADS.name);
            let of_lead = account.crm.all(&NOTES).iter().filter(|note| note.parent == parent);
            of_lead.filter_map(|note| note.fields.get("params")?.get("text")?.as_str().map(str::to_owned)).collect()
        })
    }

    /// Leads that were accepted or made, in order of creation.
    pub fn leads(&self, host: &str) -> Vec<LeadCardView> {
        self.look(host, |account| {
            let waiting: Vec<i64> = account.crm.waiting().map(|one| one.lead_id).collect();
            let leads = account.crm.all(&LEADS).iter().filter(|lead| !waiting.contains(&lead.id));
            leads.map(|lead| LeadCardView::of(account, lead)).collect()
        })
    }

    /// The user who is responsible for a contact; 0 for an unknown one.
    pub fn responsible_for_contact(&self, host: &str, contact_id: i64) -> i64 {
        self.look(host, |account| {
            account.crm.contact(contact_id).map_or(0, |contact| contact.number("responsible_user_id"))
        })
    }

    /// An administrator adds a manager who answers in chats; returns the id, 0 for an unknown host.
    pub fn add_manager(&self, host: &str, name: &str) -> i64 {
        self.act(host, |account, _| account.add_manager(name))
    }

    /// A user closes a lead as won.
    pub fn win_lead(&self, host: &str, lead_id: i64) {
        self.act(host, |account, now| account.change_card(&LEADS, lead_id, now, |lead| lead.set("status_id", WON)));
    }

    /// Adds leads that were won earlier, each with a contact and an empty chat of a connected channel, and sends no webhooks about
    /// them. Returns the chats' ids in the Chats API, in the order of the sales.
    pub fn remembers(&self, host: &str, client_id: &str, scope_id: &str, sales: &[PastSale]) -> Vec<String> {
        self.act(host, |account, now| {
            let past = |sale: &PastSale| {
                let mut contact = account.new_card(0, now);
                contact.rename(&sale.customer);
                let mut lead = account.new_lead(0, account.main_pipeline(), sale.won_at);
                lead.id = sale.lead_id;
                lead.set("name", format!("Lead #{}", lead.id));
                lead.set("status_id", WON);
                lead.set("price", sale.price);
                lead.set("closed_at", sale.won_at);
                lead.set("contact_id", contact.id);
                let mut person = Person::stranger(channel_of(scope_id));
                person.name.clone_from(&sale.customer);
                let mut chat = Chat::opened(scope_id, client_id, &person.id);
                chat.conversation_id = Some(sale.conversation_id.clone());
                let (chat_id, contact_id) = (chat.id.clone(), contact.id);
                account.people.push(person);
                account.chats.push(chat);
                account.crm.all_mut(&CONTACTS).push(contact);
                account.crm.all_mut(&LEADS).push(lead);
                account.link_chat(&chat_id, contact_id);
                chat_id
            };
            sales.iter().map(past).collect()
        })
    }

    /// A user moves a lead to the first stage of its pipeline.
    pub fn opens_lead(&self, host: &str, lead_id: i64) {
        self.act(host, |account, now| {
            let pipeline = account.crm.lead(lead_id).map_or(0, |lead| lead.number("pipeline_id"));
            let stage = account.first_step(pipeline);
            account.change_card(&LEADS, lead_id, now, |lead| lead.set("status_id", stage));
        });
    }

    /// A user enters a lead's price.
    pub fn prices_lead(&self, host: &str, lead_id: i64, price: i64) {
        self.act(host, |account, now| account.change_card(&LEADS, lead_id, now, |lead| lead.set("price", price)));
    }

    /// A user deletes a stage; leads in it stay.
    pub fn delete_stage(&self, host: &str, status_id: i64) {
        self.act(host, |account, _| account.crm.all_mut(&STATUSES).retain(|stage| stage.id != status_id));
    }

    /// A user deletes a pipeline with its stages, after having moved its leads to the main one, as amoCRM asks for.
    pub fn delete_pipeline(&self, host: &str, pipeline_id: i64) {
        self.act(host, |account, _| account.delete_pipeline(pipeline_id));
    }

    /// The stages of a pipeline in their order, without that of incoming leads.
    pub fn stages(&self, host: &str, pipeline_id: i64) -> Vec<(i64, String)> {
        self.look(host, |account| {
            let steps = account.steps(pipeline_id).filter(|step| step.number("type") != 1);
            steps.map(|step| (step.id, step.name().to_owned())).collect()
        })
    }

    pub fn stage_of(&self, host: &str, lead_id: i64) -> Option<(i64, i64)> {
        self.look(host, |account| {
            account.crm.lead(lead_id).map(|lead| (lead.number("pipeline_id"), lead.number("status_id")))
        })
    }

    /// Sets who is responsible for a contact or a lead; the administrator by default.
    pub fn set_responsible(&self, host: &str, id: i64, user_id: i64) {
        self.act(host, |account, _| {
            let cards = account.crm.cards.values_mut().flatten();
            cards.filter(|card| card.id == id).for_each(|card| card.set("responsible_user_id", user_id));
        });
    }

    /// Gives a lead another number: contacts and leads are counted apart in amoCRM, so one of each may have the same.
    pub fn renumber_lead(&self, host: &str, from: i64, to: i64) {
        self.act(host, |account, _| {
            account.crm.retie((LEADS.name, from), (LEADS.name, to));
            if let Some(lead) = account.crm.card_mut(&LEADS, from) {
                lead.id = to;
            }
        });
    }

    /// Talks in order of opening.
    pub fn talks(&self, host: &str) -> Vec<Talk> {
        self.look(host, |account| account.crm.talks.clone())
    }

    /// A user creates a template, which no token can see. `fields` are the API's and override a plain template with
    /// this name and content. Returns its id.
    pub fn add_template(&self, host: &str, name: &str, content: &str, fields: Value) -> i64 {
        self.act(host, |account, now| {
            let mut all = Template::blank();
            all.insert("name".to_owned(), json!(name));
            all.insert("content".to_owned(), json!(content));
            all.extend(fields.as_object().cloned().unwrap_or_default());
            account.keep_template(None, all, now)
        })
    }

    /// A user changes fields of a template: its `name`, its `attachment`, … False if it is unknown.
    pub fn change_template(&self, host: &str, template_id: i64, fields: Value) -> bool {
        let fields = fields.as_object().cloned().unwrap_or_default();
        self.act(host, |account, now| account.change_template(template_id, fields, now))
    }

    /// Templates as in the API, including `_embedded.reviews`, and `client_id` of the integration that created each
    /// (null for a user's).
    pub fn templates(&self, host: &str) -> Vec<Value> {
        self.look(host, |account| {
            let show = |one: &Template| {
                let mut all = one.shown(account.id, true);
                all.insert("client_id".to_owned(), json!(one.owner));
                Value::Object(all)
            };
            account.crm.templates.iter().map(show).collect()
        })
    }

    /// A user submits a WABA template for approval: a review for every WABA source, and a hook to subscribers of
    /// `add_chat_template_review`. False if it is unknown or not for WABA.
    pub fn ask_template_review(&self, host: &str, template_id: i64) -> bool {
        self.act(host, |account, now| account.ask_review(template_id, now))
    }

    /// Subscriptions to CRM hooks.
    pub fn webhooks(&self, host: &str) -> Vec<Webhook> {
        self.look(host, |account| account.crm.webhooks.clone())
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

    /// Sets the language in which the users of an account have their amoCRM: `ru`, which it is at first, `en` and
    /// others. With `ru` its people, pipelines and stages get Russian names.
    pub fn set_language(&self, host: &str, language: &str) {
        self.act(host, |account, _| account.speak(language));
    }

    /// Makes a user an administrator of the account, or an ordinary user.
    pub fn set_administrator(&self, host: &str, user_id: i64, is_admin: bool) {
        self.act(host, |account, _| {
            account.users.iter_mut().filter(|user| user.id == user_id).for_each(|user| user.is_admin = is_admin);
        });
    }

    /// Sets the rights of a user who is not an administrator; everything by default. An unknown id changes nothing.
    pub fn set_rights(&self, host: &str, user_id: i64, rights: UserRights) {
        self.act(host, |account, _| {
            if let Some(user) = account.users.iter_mut().find(|user| user.id == user_id) {
                user.rights = rights;
            }
        });
    }

    /// Removes a user from the account.
    pub fn remove_user(&self, host: &str, user_id: i64) {
        self.act(host, |account, _| account.remove_user(user_id));
    }

    /// Shows a link to a customer's page in the manager's window.
    pub fn set_customer_page(&self, host: &str, url: &str) {
        self.act(host, |account, _| account.customer_page = Some(url.to_owned()));
    }

    /// Deletes a source as a user can in Digital Pipeline, without a notice.
    pub fn delete_source(&self, host: &str, external_id: &str) {
        self.act(host, |account, _| account.sources.retain(|source| source.external_id != external_id));
    }

    /// Changes what is broken or chosen in an account.
    pub fn switch(&self, host: &str, change: impl FnOnce(&mut Switches)) {
        self.act(host, |account, _| change(&mut account.switches));
    }

    /// Changes what is chosen for all accounts.
    pub fn set(&self, change: impl FnOnce(&mut Settings)) {
        self.change(|state| change(&mut state.settings));
    }

    /// Applies a fault in the command line's syntax. An error says why it cannot be applied.
    pub fn break_it(&self, breakage: &Breakage) -> Result<()> {
        breakage.apply(&self.core)
    }

    /// Removes every fault that can be removed: expired tokens stay expired, and a renamed account keeps its host.
    pub fn mend(&self) {
        breakage::mend(&self.core);
    }

    /// Expires all access tokens of an account; refresh tokens stay valid.
    pub fn expire_access_tokens(&self, host: &str) {
        let id = self.look(host, |account| account.id);
        self.change(|state| state.grants.drop_access(id));
    }

    /// Expires all refresh tokens of an account; access tokens stay valid.
    pub fn expire_refresh_tokens(&self, host: &str) {
        let id = self.look(host, |account| account.id);
        self.change(|state| state.grants.drop_refresh(id));
    }

    /// Renames an account's host; ids and tokens stay.
    pub fn rename_account(&self, host: &str, new_host: &str) {
        self.change(|state| state.rename(host, new_host));
    }
}
