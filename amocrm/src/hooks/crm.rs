//! Hooks of the CRM (crm-api §7.3, §7.4): forms about talks, contacts and templates; the rest as it came.
//!
//! They are **not signed**. Put a secret into the subscribed address, compare [`CrmHook::account_id`] with the account
//! it was created for, and use the content only as a reason to query the API, not as the truth. Hooks may come twice
//! and in any order, and must be answered within 2 seconds.

mod form;

use serde_json::Value;

use crate::lenient;
use crate::rest::{Contact, Talk, TalkMessage, Template};
pub use form::{BODY_LIMIT, DEPTH_LIMIT, FormError, PAIR_LIMIT, parse as parse_form};

/// One request: one or more events of one account.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CrmHook {
    /// The account's CRM id.
    pub account_id: Option<i64>,
    /// The events, in the order of entities and actions in the body sorted by name.
    pub events: Vec<CrmEvent>,
}

/// The action of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Created.
    Add,
    /// Changed. Also a talk that was closed.
    Update,
    /// Deleted, or merged into another.
    Delete,
    /// Another action, e.g. `status`, `restore`, `note`, or `chat` from a hook configured in the Digital Pipeline.
    Other(String),
}

/// An event in the CRM. All values are those that amoCRM had when it wrote the hook.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CrmEvent {
    /// A talk began, changed or was closed.
    Talk(Action, Box<Talk>),
    /// A contact.
    Contact(Action, Box<Contact>),
    /// A message of any channel, also of other integrations: a customer's (`add_message`) or, at Kommo, one to a customer
    /// (`add_outgoing_message`).
    Message(Action, Box<TalkMessage>),
    /// A WhatsApp template awaits review (crm-api §6.4). It may be another integration's: query it by id, and on 404
    /// use the data of this hook.
    TemplateReview(Box<Template>),
    /// A lead went to another stage: its id, and the stage.
    LeadMoved(i64, i64),
    /// Anything else: other events of leads, incoming leads, companies, customers, tasks, notes, and objects without an id.
    Other {
        /// E.g. `customers`.
        entity: String,
        /// The action.
        action: Action,
        /// The thing as it came.
        item: Value,
    },
}

/// Parses the raw body of a CRM hook. Fails only on bodies that are larger than any hook; everything else is at least
/// [`CrmEvent::Other`], and a body that is not a hook has no events.
///
/// ```
/// use amocrm::hooks::crm::{Action, CrmEvent, parse};
///
/// let hook = parse(b"talk[update][0][talk_id]=191&talk[update][0][contact_id]=7&account[id]=12345678")?;
/// let CrmEvent::Talk(Action::Update, talk) = &hook.events[0] else { panic!() };
/// assert_eq!((talk.id, talk.contact_id), (191, Some(7)));
/// # Ok::<(), amocrm::hooks::crm::FormError>(())
/// ```
pub fn parse(raw_body: &[u8]) -> Result<CrmHook, FormError> {
    Ok(CrmHook::read(&parse_form(raw_body)?))
}

impl CrmHook {
    /// Reads a body that was parsed by [`parse_form`].
    pub fn read(body: &Value) -> Self {
        let account = body.get("account").unwrap_or(&Value::Null);
        let mut events = Vec::new();
        for (entity, actions) in body.as_object().into_iter().flatten().filter(|(entity, _)| *entity != "account") {
            if is_action(entity) {
                // The published sample of a template review has no entity around it (crm-api §11 row 17).
                events.extend(items(actions).into_iter().map(|item| CrmEvent::read("", entity, item)));
                continue;
            }
            for (action, list) in actions.as_object().into_iter().flatten() {
                events.extend(items(list).into_iter().map(|item| CrmEvent::read(entity, action, item)));
            }
        }
        Self { account_id: lenient::number(account, "id"), events }
    }
}

impl CrmEvent {
    fn read(entity: &str, action: &str, item: &Value) -> Self {
        let kind = Action::read(action);
        let known = match entity {
            _ if is_review(entity, item) => Template::read(item).map(|it| Self::TemplateReview(Box::new(it))),
            "leads" if action == "status" => {
                let (id, stage) = (lenient::number(item, "id"), lenient::number(item, "status_id"));
                id.zip(stage).map(|(id, stage)| Self::LeadMoved(id, stage))
            }
            _ if matches!(kind, Action::Other(_)) => None,
            "talk" | "talks" => Talk::read(item).map(|it| Self::Talk(kind.clone(), Box::new(it))),
            "message" | "outgoing_message" => {
                TalkMessage::read(item).map(|it| Self::Message(kind.clone(), Box::new(it)))
            }
            // A sample of Kommo's has no entity around a message either.
            "" if item.get("chat_id").is_some() && item.get("author").is_some() => {
                TalkMessage::read(item).map(|it| Self::Message(kind.clone(), Box::new(it)))
            }
            // Companies come under the name of contacts, too.
            "contacts" if lenient::text(item, "type").as_deref() != Some("company") => {
                Contact::read(item).map(|it| Self::Contact(kind.clone(), Box::new(it)))
            }
            _ => None,
        };
        known.unwrap_or_else(|| Self::Other { entity: entity.to_owned(), action: kind, item: item.clone() })
    }
}

impl Action {
    fn read(action: &str) -> Self {
        match action {
            "add" => Self::Add,
            "update" => Self::Update,
            "delete" => Self::Delete,
            other => Self::Other(other.to_owned()),
        }
    }
}

fn is_action(name: &str) -> bool {
    matches!(name, "add" | "update")
}

/// A template's review is recognised by its fields, because the structure around it is not documented.
fn is_review(entity: &str, item: &Value) -> bool {
    let named = entity.is_empty() || entity.contains("template");
    named && (item.get("reviews").is_some() || lenient::text(item, "type").as_deref() == Some("waba"))
}

/// The objects under an action: a list, an object whose keys are numbers (a list with gaps), or a single object.
fn items(list: &Value) -> Vec<&Value> {
    match list {
        Value::Array(items) => items.iter().collect(),
        Value::Object(members) if members.keys().all(|key| form::number(key).is_some()) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(key, _)| form::number(key));
            members.into_iter().map(|(_, item)| item).collect()
        }
        single => vec![single],
    }
}
