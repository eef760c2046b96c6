//! Hooks of the CRM (crm-api §7.3, §7.4): forms that tell of talks, messages, contacts, leads, templates.
//!
//! They are **not signed**. Put a secret into the address that is subscribed, compare
//! [`CrmHook::account_id`] with the account it was made for, and treat what they say as a reason to ask the API, not
//! as the truth. They may come twice and in any order; they want an answer within 2 seconds.

mod form;
mod message;
mod pipeline;
mod unsorted;

use serde_json::Value;

pub use form::{BODY_LIMIT, DEPTH_LIMIT, FormError, PAIR_LIMIT, parse as parse_form};
pub use message::{HookAttachment, HookAuthor, HookCrmMessage};
pub use pipeline::{PipelineHook, parse as parse_pipeline};
pub use unsorted::HookUnsorted;

use crate::lenient;
use crate::rest::{Contact, Lead, Talk, Template};

/// One request: one or several events of one account.
#[derive(Clone, Debug, PartialEq)]
pub struct CrmHook {
    /// The account's CRM id.
    pub account_id: Option<i64>,
    /// First label of its host.
    pub subdomain: Option<String>,
    /// What happened, in the order of entities and actions that the body has when sorted by name.
    pub events: Vec<CrmEvent>,
}

/// What was done to something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Made.
    Add,
    /// Changed. A talk that is closed too.
    Update,
    /// Put into the bin, or joined with another.
    Delete,
    /// Taken out of the bin.
    Restore,
    /// A lead went to another stage.
    Status,
    /// Another user is responsible.
    Responsible,
    /// Another word, e.g. `note`, or `chat` from a hook set up in the Digital Pipeline.
    Other(String),
}

/// Something that happened in the CRM. Every value is what amoCRM had when it wrote the hook.
#[derive(Clone, Debug, PartialEq)]
pub enum CrmEvent {
    /// A talk began or changed; not [`is_in_work`](Talk::is_in_work): it is closed.
    Talk(Action, Box<Talk>),
    /// A message came in, or went out where that is subscribed.
    Message(Action, Box<HookCrmMessage>),
    /// A contact.
    Contact(Action, Box<Contact>),
    /// A company, as far as it is like a contact.
    Company(Action, Box<Contact>),
    /// A lead.
    Lead(Action, Box<HookLead>),
    /// An incoming lead; with [`Action::Delete`] it was accepted or declined.
    Unsorted(Action, Box<HookUnsorted>),
    /// A template of WhatsApp waits for review (crm-api §6.4). It may be another integration's: ask for it by id, and
    /// on 404 work from this.
    TemplateReview(Box<Template>),
    /// Anything else: customers, tasks, notes, and things without an id.
    Other {
        /// E.g. `customers`.
        entity: String,
        /// What was done.
        action: Action,
        /// The thing as it came.
        item: Value,
    },
}

/// A lead with what it was before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HookLead {
    /// The lead. Hooks name neither its contacts nor its source.
    pub lead: Lead,
    /// The stage before, with [`Action::Status`].
    pub old_status_id: Option<i64>,
    /// The pipeline before, with [`Action::Status`].
    pub old_pipeline_id: Option<i64>,
    /// The user who was responsible before, with [`Action::Responsible`].
    pub old_responsible_user_id: Option<i64>,
}

/// Reads the raw body of a CRM hook. Fails only on bodies that are larger than any hook; whatever else comes is at least
/// [`CrmEvent::Other`], and a body that is no hook has no events.
///
/// ```
/// use amocrm::hooks::crm::{Action, CrmEvent, parse};
///
/// let hook = parse(b"talk[update][0][talk_id]=191&talk[update][0][is_in_work]=0&account[id]=12345678")?;
/// let CrmEvent::Talk(Action::Update, talk) = &hook.events[0] else { panic!() };
/// assert_eq!((talk.id, talk.is_in_work), (191, false));
/// # Ok::<(), amocrm::hooks::crm::FormError>(())
/// ```
pub fn parse(raw_body: &[u8]) -> Result<CrmHook, FormError> {
    Ok(CrmHook::read(&parse_form(raw_body)?))
}

impl CrmHook {
    /// Reads a body that [`parse_form`] has read.
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
        Self { account_id: lenient::number(account, "id"), subdomain: lenient::text(account, "subdomain"), events }
    }
}

impl CrmEvent {
    fn read(entity: &str, action: &str, item: &Value) -> Self {
        let kind = Action::read(action);
        let known = match entity {
            _ if is_review(entity, item) => Template::read(item).map(|it| Self::TemplateReview(Box::new(it))),
            _ if matches!(kind, Action::Other(_)) => None,
            "talk" | "talks" => Talk::read(item).map(|it| Self::Talk(kind.clone(), Box::new(it))),
            "message" => HookCrmMessage::read(item).map(|it| Self::Message(kind.clone(), Box::new(it))),
            "contacts" | "companies" => Contact::read(item).map(|it| match lenient::text(item, "type").as_deref() {
                Some("company") => Self::Company(kind.clone(), Box::new(it)),
                None if entity == "companies" => Self::Company(kind.clone(), Box::new(it)),
                _ => Self::Contact(kind.clone(), Box::new(it)),
            }),
            "leads" => HookLead::read(item).map(|it| Self::Lead(kind.clone(), Box::new(it))),
            "unsorted" => HookUnsorted::read(item).map(|it| Self::Unsorted(kind.clone(), Box::new(it))),
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
            "restore" => Self::Restore,
            "status" => Self::Status,
            "responsible" => Self::Responsible,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl HookLead {
    fn read(lead: &Value) -> Option<Self> {
        Some(Self {
            lead: Lead::read(lead)?,
            old_status_id: lenient::number(lead, "old_status_id"),
            old_pipeline_id: lenient::number(lead, "old_pipeline_id"),
            old_responsible_user_id: lenient::number(lead, "old_responsible_user_id")
                .or_else(|| lenient::number(lead, "old_responsible_user")),
        })
    }
}

fn is_action(name: &str) -> bool {
    matches!(name, "add" | "update")
}

/// A template's review is known by its shape: what is around it is not documented.
fn is_review(entity: &str, item: &Value) -> bool {
    let named = entity.is_empty() || entity.contains("template");
    named && (item.get("reviews").is_some() || lenient::text(item, "type").as_deref() == Some("waba"))
}

/// The things under an action: a list, an object whose keys are numbers (a list with holes), or one thing alone.
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
