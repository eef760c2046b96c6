//! `POST /{phone}/messages`.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{
    call::Call,
    content::{self, Content, Place},
    error::{Answered, GraphError, ensure},
    links, read,
    recipient::{self, Recipient},
};
use crate::whatsapp::{
    core::Core,
    newcomers::NewPerson,
    state::{By, Grant, Message, Phone, State, Status, digits},
};

/// Maximum characters of `biz_opaque_callback_data`.
const CALLBACK: usize = 512;

/// Accepts a message, or marks messages as read.
pub(super) fn post(core: &Arc<Core>, grant: &Grant, call: &Call, id: &str) -> Answered {
    let accepted = core.change(|state| accept(state, grant, call, id))?;
    if let Some((message, linked)) = accepted.linked {
        links::load(core, id.to_owned(), message, linked);
    }
    Ok(accepted.answer)
}

struct Accepted {
    answer: Value,
    /// A file that must be downloaded before the message is sent.
    linked: Option<(String, content::Linked)>,
}

fn accept(state: &mut State, grant: &Grant, call: &Call, id: &str) -> Result<Accepted, GraphError> {
    ensure(grant.may("whatsapp_business_messaging"), || {
        let words = "You do not have the necessary permissions required to send messages on behalf of this WhatsApp \
                     Business Account";
        GraphError::new(403, 200, format!("(#200) {words}"))
    })?;
    call.is_for_whatsapp()?;
    let phone = state.phones.get(id).cloned().ok_or_else(|| GraphError::no_object("post", id))?;
    usable(state, &phone)?;
    if call.values.contains_key("status") {
        return Ok(Accepted { answer: read::mark(state, call, id)?, linked: None });
    }
    let recipient = recipient::read(state, call, &phone)?;
    let place = Place { phone: id, person: recipient.person, is_phone: recipient.is_phone };
    let content = content::read(state, call, &place)?;
    let quoted = quoted(state, call, id)?;
    let callback = call.text("biz_opaque_callback_data");
    ensure(callback.as_ref().is_none_or(|data| data.chars().count() <= CALLBACK), || {
        GraphError::parameter(&format!("Param biz_opaque_callback_data must be at most {CALLBACK} characters long."))
    })?;
    let obstacle = obstacle(state, &phone, &recipient, &content);
    if let Some(code) = obstacle.filter(|_| state.refuses_at_once) {
        return Err(GraphError::known(code));
    }
    let person = recipient.person.unwrap_or_else(|| state.unreachable_person(&recipient.input));
    let now = state.now;
    if let Some(hit) = state.rates.count(id, phone.is_on_biz_app, person, now) {
        return Err(GraphError::known(hit.code()));
    }
    let sent = Sent { phone: id, person, recipient: &recipient, content: &content, quoted, callback };
    Ok(state.keep_sent(call, sent, obstacle))
}

struct Sent<'a> {
    phone: &'a str,
    person: i64,
    recipient: &'a Recipient,
    content: &'a Content,
    quoted: Option<String>,
    callback: Option<String>,
}

/// Whether the number may send at all.
fn usable(state: &State, phone: &Phone) -> Result<(), GraphError> {
    let locked = state.wabas.get(&phone.waba).and_then(|waba| waba.locked_by);
    let broken = match (phone.status.as_str(), locked) {
        (_, Some(code)) => Some(code),
        _ if phone.is_in_maintenance => Some(131_057),
        ("CONNECTED", None) if phone.name_status == "DECLINED" => Some(131_037),
        ("CONNECTED", None) => None,
        ("BANNED" | "RESTRICTED", None) => Some(131_031),
        _ => Some(133_010),
    };
    broken.map_or(Ok(()), |code| Err(GraphError::known(code)))
}

/// The quoted message, which must exist.
fn quoted(state: &State, call: &Call, phone: &str) -> Result<Option<String>, GraphError> {
    let Some(context) = call.value("context") else {
        return Ok(None);
    };
    let id = context["message_id"].as_str().unwrap_or_default();
    ensure(state.message(phone, id).is_some(), || {
        GraphError::value("Param context['message_id'] is not a message of this chat.")
    })?;
    Ok(Some(id.to_owned()))
}

/// Why the message will not arrive: the code of its `failed` status.
fn obstacle(state: &State, phone: &Phone, recipient: &Recipient, content: &Content) -> Option<i64> {
    let person = recipient.person.and_then(|id| state.people.get(&id));
    let Some(person) = person.filter(|person| !person.wa_id.is_empty()) else {
        return Some(131_026);
    };
    let chat = state.chat(&phone.id, person.id);
    if chat.is_some_and(|chat| chat.is_blocked) {
        return Some(131_026);
    }
    let template = content.template.as_ref().and_then(|id| state.templates.get(id));
    let Some(template) = template else {
        let is_open = chat.is_some_and(|chat| chat.open_until > state.now);
        return (!is_open).then_some(131_047);
    };
    let is_marketing = template.category == "MARKETING";
    let pays = state.wabas.get(&phone.waba).is_some_and(|waba| waba.pays);
    match () {
        () if !pays => Some(131_042),
        () if is_marketing && chat.is_some_and(|chat| chat.is_stopped) => Some(131_050),
        () if is_marketing && person.is_sated => Some(131_049),
        () => None,
    }
}

impl State {
    /// A placeholder person for a number without WhatsApp; everything sent there fails.
    fn unreachable_person(&mut self, number: &str) -> i64 {
        let dialled = digits(number);
        let found = self.people.values().find(|one| one.wa_id.is_empty() && one.dialled_as.contains(&dialled));
        if let Some(found) = found {
            return found.id;
        }
        let person = NewPerson {
            wa_id: String::new(),
            name: String::new(),
            username: None,
            user_id: None,
            parent_user_id: None,
            dialled_as: vec![dialled],
        };
        self.put_person(person)
    }

    fn keep_sent(&mut self, call: &Call, sent: Sent<'_>, obstacle: Option<i64>) -> Accepted {
        let Sent { phone, person, recipient, content, quoted, callback } = sent;
        let known = self.people.get(&person).cloned();
        let user = known.as_ref().map_or_else(|| recipient.input.clone(), |person| person.wa_id.clone());
        let id = self.next_wamid(&user, 0x11);
        let template = content.template.as_ref().and_then(|id| self.templates.get(id)).cloned();
        let message = Message {
            id: id.clone(),
            by: By::Business,
            at: self.seconds(),
            kind: content.kind.clone(),
            body: content.body.clone(),
            more: Map::new(),
            quoted,
            reactions: Default::default(),
            status: None,
            error: None,
            callback,
            category: template.as_ref().map_or("service".to_owned(), |one| one.category.to_lowercase()),
            text: content.text.clone(),
            json: call.shown(),
            media: content.media.clone(),
            is_to_phone: recipient.is_phone,
            is_read: false,
            is_edited: false,
            is_revoked: false,
            is_old: false,
        };
        let now = self.now;
        let chat = self.chat_mut(phone, person);
        chat.messages.push(message);
        chat.typing_until = 0;
        if recipient.is_phone {
            chat.phone_used_at = Some(now);
        }
        self.sent.push((phone.to_owned(), person, id.clone()));
        let mut answer = json!({"id": id});
        if let Some(template) = &template {
            answer["message_status"] = json!(template.send_status);
        }
        let contacts = [recipient.json(known.as_ref().filter(|one| !one.wa_id.is_empty()))];
        let answer = json!({"messaging_product": "whatsapp", "contacts": contacts, "messages": [answer]});
        let linked = content.linked.clone().map(|linked| (id.clone(), linked));
        match (obstacle, &content.unfit) {
            (Some(code), _) => self.report_failure(phone, &id, code, None),
            (None, Some(details)) => self.report_failure(phone, &id, 131_053, Some(details)),
            (None, None) if linked.is_none() => self.sent_out(phone, &id),
            _ => return Accepted { answer, linked },
        }
        Accepted { answer, linked: None }
    }

    /// Sends an accepted message: queues its statuses and updates the customer's phone.
    pub(crate) fn sent_out(&mut self, phone: &str, id: &str) {
        let Some((person, message)) = self.message(phone, id).map(|(person, one)| (person, one.clone())) else {
            return;
        };
        if message.kind == "reaction" {
            let emoji = message.text.clone();
            let target = message.body["message_id"].as_str().unwrap_or_default();
            if let Some(target) = self.message_mut(phone, target) {
                if emoji.is_empty() {
                    target.reactions.remove(&By::Business);
                } else {
                    target.reactions.insert(By::Business, emoji);
                }
            }
        }
        let is_off = self.people.get(&person).is_none_or(|person| person.is_off);
        self.report(phone, id, Status::Sent);
        // For a reaction only `sent` is reported.
        if self.delivers && !is_off && message.kind != "reaction" {
            self.report(phone, id, Status::Delivered);
        }
    }
}
