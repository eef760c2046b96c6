//! Events for subscribers, before their encoding as a form. Shapes:
//! www.amocrm.ru/developers/content/crm_platform/webhooks-format.

use serde_json::{Map, Value, json};

use super::{Card, Contact, Review, Talk, Template, Unsorted};
use crate::crm::state::{Chat, Direction, Lead, Message, Person};

/// An event: the code of the subscription, its keys, and its fields.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) setting: String,
    pub(super) keys: Vec<&'static str>,
    pub(super) fields: Value,
}

fn entity(what: &'static str, action: &'static str, one: &str, fields: Value) -> Event {
    Event { setting: format!("{action}_{one}"), keys: vec![what, action], fields }
}

/// Context of a message's event.
pub(super) struct Around<'a> {
    pub(super) chat: &'a Chat,
    pub(super) person: Option<&'a Person>,
    pub(super) contact_id: Option<i64>,
    pub(super) talk_id: i64,
    pub(super) origin: &'a str,
}

impl Event {
    /// `action` is `add`, `update`, `delete` or `responsible`.
    pub(super) fn of_contact(action: &'static str, contact: &Contact) -> Self {
        if action == "delete" {
            let fields = json!({"id": contact.id, "type": "contact"});
            return entity("contacts", action, "contact", fields);
        }
        let values: Vec<Value> = super::FIELDS
            .iter()
            .zip(1_i64..)
            .filter_map(|(kind, at)| {
                let of_field = contact.values.iter().filter(|one| one.field == kind.code);
                let list: Vec<Value> = of_field.map(|one| json!({"value": one.value, "enum": one.enum_code})).collect();
                (!list.is_empty()).then(|| json!({"id": at, "name": kind.name, "values": list, "code": kind.code}))
            })
            .collect();
        let fields = json!({
            "id": contact.id,
            "name": contact.name,
            "responsible_user_id": contact.responsible_user_id,
            "date_create": contact.created_at,
            "last_modified": contact.updated_at,
            "created_user_id": contact.created_by,
            "custom_fields": values,
            "tags": contact.tags.iter().zip(1..).map(|(name, id)| json!({"id": id, "name": name})).collect::<Vec<_>>(),
            "created_at": contact.created_at,
            "updated_at": contact.updated_at,
            "type": "contact",
        });
        entity("contacts", action, "contact", fields)
    }

    /// `action` is `add`, `update`, `delete`, `status` or `responsible`.
    pub(super) fn of_lead(action: &'static str, lead: &Lead, card: &Card) -> Self {
        if action == "delete" {
            let fields = json!({"id": lead.id, "status_id": card.status_id, "pipeline_id": lead.pipeline_id});
            return entity("leads", action, "lead", fields);
        }
        let fields = json!({
            "id": lead.id,
            "name": card.name,
            "status_id": card.status_id,
            "price": card.price,
            "responsible_user_id": card.responsible_user_id,
            "last_modified": card.updated_at,
            "created_user_id": card.created_by,
            "date_create": lead.created_at.timestamp(),
            "pipeline_id": lead.pipeline_id,
            "created_at": lead.created_at.timestamp(),
            "updated_at": card.updated_at,
        });
        entity("leads", action, "lead", fields)
    }

    /// The same form for `add` and `update`; `is_in_work` 0 means closed.
    pub(super) fn of_talk(action: &'static str, talk: &Talk) -> Self {
        entity("talk", action, "talk", talk.facts())
    }

    /// A new incoming lead. It has no documented code of its own, so subscribers to new leads are notified.
    pub(super) fn incoming(one: &Unsorted, contact: Option<&Contact>, last_text: &str) -> Self {
        let fields = json!({
            "uid": one.uid,
            "source_uid": one.source_uid,
            "category": "chats",
            "source_data": {
                "source_name": one.source_name,
                "from": contact.map(|contact| contact.name.as_str()),
                "last_message_text": last_text,
                "origin": {"chat_id": one.chat_id},
            },
            "data": {"contacts": contact.map(|contact| json!([{"id": contact.id, "name": contact.name}]))},
            "created_at": one.created_at,
            "pipeline_id": one.pipeline_id,
            "lead_id": one.lead_id,
        });
        Self { setting: "add_lead".to_owned(), keys: vec!["unsorted", "add"], fields }
    }

    /// An incoming lead was accepted or declined, which is reported as its deletion.
    pub(super) fn sorted(one: &Unsorted, action: &'static str, contact_id: i64, user_id: i64) -> Self {
        let result = json!({"leads": [one.lead_id], "contacts": (contact_id != 0).then_some([contact_id])});
        let mut fields = json!({
            "uid": one.uid,
            "category": "chats",
            "action": action,
            "modified_user_id": user_id,
            "created_at": one.created_at,
            "pipeline_id": one.pipeline_id,
        });
        if let Some(fields) = fields.as_object_mut() {
            fields.insert(format!("{action}_result"), result);
        }
        Self { setting: "add_lead".to_owned(), keys: vec!["unsorted", "delete"], fields }
    }

    /// A message in a chat. Managers' messages are reported only on Kommo, under a different code.
    pub(super) fn of_message(message: &Message, around: &Around<'_>) -> Self {
        let incoming = message.direction == Direction::Incoming;
        let (avatar, kind) = match incoming {
            true => (around.person.map(|person| person.avatar.as_str()), "external"),
            false => (None, "internal"),
        };
        let media = Some(message.field("media")).filter(|link| !link.is_empty());
        let attachment = media
            .map(|link| json!({"type": message.field("type"), "link": link, "file_name": message.field("file_name")}));
        let lead_id = around.chat.lead_id;
        let fields = json!({
            "id": message.id,
            "chat_id": message.chat_id,
            "talk_id": around.talk_id,
            "contact_id": around.contact_id,
            "text": message.field("text"),
            "created_at": message.msec_timestamp.div_euclid(1000),
            "element_type": lead_id.map(|_| 2),
            "entity_type": lead_id.map(|_| "lead"),
            "element_id": lead_id,
            "entity_id": lead_id,
            "type": if incoming { "incoming" } else { "outgoing" },
            "author": {
                "id": message.sender_id,
                "type": kind,
                "name": message.sender_name,
                "avatar_url": avatar.filter(|link| !link.is_empty()),
            },
            "origin": around.origin,
            "attachment": attachment,
        });
        let setting = if incoming { "add_message" } else { "add_outgoing_message" };
        Self { setting: setting.to_owned(), keys: vec!["message", "add"], fields }
    }

    /// A template was submitted for approval. The Russian sample has `add` at the root; third parties describe a
    /// wrapper. The sample's template has no file and no external id: whether a hook names them is not documented, so
    /// it is a switch (`is_bare`).
    pub(super) fn review(account_id: i64, template: &Template, wrapped: bool, is_bare: bool) -> Self {
        let mut fields: Map<String, Value> = template.fields.clone();
        fields.retain(|key, _| !is_bare || !matches!(key.as_str(), "external_id" | "attachment"));
        let reviews: Vec<Value> = template.reviews.iter().map(Review::shown).collect();
        for (key, value) in [
            ("id", json!(template.id)),
            ("account_id", json!(account_id)),
            ("created_at", json!(template.created_at)),
            ("updated_at", json!(template.updated_at)),
            ("reviews", json!(reviews)),
            ("is_on_review", json!(template.is_on_review())),
        ] {
            fields.insert(key.to_owned(), value);
        }
        let keys = if wrapped { vec!["chat_template_reviews", "add"] } else { vec!["add"] };
        Self { setting: "add_chat_template_review".to_owned(), keys, fields: Value::Object(fields) }
    }
}
