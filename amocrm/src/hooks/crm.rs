//! Hooks of the CRM (crm-api §7.3, §7.4): forms about talks, messages, contacts, leads, templates.
//!
//! They are **not signed**. Put a secret into the subscribed address, compare [`CrmHook::account_id`] with the account
//! it was created for, and use the content only as a reason to query the API, not as the truth. Hooks may come twice
//! and in any order, and must be answered within 2 seconds.

mod form;

use serde_json::Value;

use crate::lenient;
use crate::rest::{Contact, Lead, Talk, Template};
pub use form::{BODY_LIMIT, DEPTH_LIMIT, FormError, PAIR_LIMIT, parse as parse_form};

/// One request: one or more events of one account.
#[derive(Clone, Debug, PartialEq)]
pub struct CrmHook {
    /// The account's CRM id.
    pub account_id: Option<i64>,
    /// First label of its host.
    pub subdomain: Option<String>,
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
    /// Taken out of the bin.
    Restore,
    /// A lead was moved to another stage.
    Status,
    /// Another user is responsible.
    Responsible,
    /// Another action, e.g. `note`, or `chat` from a hook configured in the Digital Pipeline.
    Other(String),
}

/// An event in the CRM. All values are those that amoCRM had when it wrote the hook.
#[derive(Clone, Debug, PartialEq)]
pub enum CrmEvent {
    /// A talk began or changed; if it is not [`is_in_work`](Talk::is_in_work), it is closed.
    Talk(Action, Box<Talk>),
    /// A message was received, or sent if that is subscribed.
    Message(Action, Box<HookCrmMessage>),
    /// A contact.
    Contact(Action, Box<Contact>),
    /// A company, with the fields that it has in common with a contact.
    Company(Action, Box<Contact>),
    /// A lead.
    Lead(Action, Box<HookLead>),
    /// An incoming lead; with [`Action::Delete`] it was accepted or declined.
    Unsorted(Action, Box<HookUnsorted>),
    /// A WhatsApp template awaits review (crm-api §6.4). It may be another integration's: query it by id, and on 404
    /// use the data of this hook.
    TemplateReview(Box<Template>),
    /// Anything else: customers, tasks, notes, and objects without an id.
    Other {
        /// E.g. `customers`.
        entity: String,
        /// The action.
        action: Action,
        /// The thing as it came.
        item: Value,
    },
}

/// A lead with its previous values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HookLead {
    /// The lead. Hooks contain neither its contacts nor its source.
    pub lead: Lead,
    /// The stage before, with [`Action::Status`].
    pub old_status_id: Option<i64>,
    /// The pipeline before, with [`Action::Status`].
    pub old_pipeline_id: Option<i64>,
    /// The user who was responsible before; with [`Action::Responsible`].
    pub old_responsible_user_id: Option<i64>,
}

/// Parses the raw body of a CRM hook. Fails only on bodies that are larger than any hook; everything else is at least
/// [`CrmEvent::Other`], and a body that is not a hook has no events.
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

// A message in a hook of the CRM (crm-api §7.4), for information only: delivery uses the Chats API.

/// A message of any channel, also of other integrations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HookCrmMessage {
    /// Its id.
    pub id: String,
    /// Its chat's id in the Chats API.
    pub chat_id: Option<String>,
    /// CRM id of its talk.
    pub talk_id: Option<i64>,
    /// CRM id of the contact.
    pub contact_id: Option<i64>,
    /// CRM id of the card it belongs to.
    pub entity_id: Option<i64>,
    /// `lead`, `customer`, `contact`, …
    pub entity_type: Option<String>,
    /// `incoming` or `outgoing`.
    pub kind: Option<String>,
    /// Its text, may be empty.
    pub text: String,
    /// Its author.
    pub author: HookAuthor,
    /// A file.
    pub attachment: Option<HookAttachment>,
    /// Code of the channel, e.g. `telegram`.
    pub origin: Option<String>,
    /// Unix seconds.
    pub created_at: Option<i64>,
}

/// The author of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HookAuthor {
    /// Id in the Chats API.
    pub id: Option<String>,
    /// `external`: the customer.
    pub kind: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Picture.
    pub avatar_url: Option<String>,
}

/// A file of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookAttachment {
    /// `picture`, `voice`, …
    pub kind: Option<String>,
    /// Its address.
    pub link: String,
    /// Its name.
    pub file_name: Option<String>,
}

impl HookCrmMessage {
    fn read(message: &Value) -> Option<Self> {
        let number = |key| lenient::number(message, key);
        let author = message.get("author").unwrap_or(&Value::Null);
        Some(Self {
            id: lenient::text(message, "id")?,
            chat_id: lenient::text(message, "chat_id"),
            talk_id: number("talk_id"),
            contact_id: number("contact_id"),
            entity_id: number("entity_id").or_else(|| number("element_id")),
            entity_type: lenient::text(message, "entity_type"),
            kind: lenient::text(message, "type"),
            text: lenient::text(message, "text").unwrap_or_default(),
            author: HookAuthor {
                id: lenient::text(author, "id"),
                kind: lenient::text(author, "type"),
                name: lenient::text(author, "name"),
                avatar_url: lenient::text(author, "avatar_url"),
            },
            attachment: lenient::present(message, "attachment").and_then(HookAttachment::read),
            origin: lenient::text(message, "origin"),
            created_at: number("created_at"),
        })
    }
}

impl HookAttachment {
    fn read(attachment: &Value) -> Option<Self> {
        Some(Self {
            kind: lenient::text(attachment, "type"),
            link: lenient::text(attachment, "link")?,
            file_name: lenient::text(attachment, "file_name"),
        })
    }
}

/// An incoming lead that was created, changed, accepted or declined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HookUnsorted {
    /// Its id.
    pub uid: String,
    /// `chats`, `forms`, `mail` or `sip`.
    pub category: Option<String>,
    /// Its pipeline.
    pub pipeline_id: Option<i64>,
    /// CRM id of its lead.
    pub lead_id: Option<i64>,
    /// `accept` or `decline`, once a user has decided.
    pub decision: Option<String>,
    /// CRM ids of the leads that it became, or that were deleted with it.
    pub leads: Vec<i64>,
    /// CRM ids of the contacts that it became, or that were deleted with it.
    pub contacts: Vec<i64>,
}

impl HookUnsorted {
    fn read(unsorted: &Value) -> Option<Self> {
        let decision = lenient::text(unsorted, "action");
        let result = match decision.as_deref() {
            Some("decline") => unsorted.get("decline_result"),
            _ => unsorted.get("accept_result"),
        };
        let ids = |key| result.and_then(|result| result.get(key)).map(ids).unwrap_or_default();
        Some(Self {
            uid: lenient::text(unsorted, "uid")?,
            category: lenient::text(unsorted, "category"),
            pipeline_id: lenient::number(unsorted, "pipeline_id"),
            lead_id: lenient::number(unsorted, "lead_id"),
            leads: ids("leads"),
            contacts: ids("contacts"),
            decision,
        })
    }
}

/// Ids, plain or as fields `id`.
fn ids(list: &Value) -> Vec<i64> {
    let id = |item: &Value| lenient::number(item, "id").or_else(|| item.as_str()?.parse().ok());
    items(list).into_iter().filter_map(id).collect()
}

// The hook that a widget with the location `digital_pipeline` gets when its trigger fires (crm-api §7.5). It is not
// signed; see the rules for CRM hooks.

/// A trigger fired.
#[derive(Clone, Debug, PartialEq)]
pub struct PipelineHook {
    /// The account's CRM id.
    pub account_id: Option<i64>,
    /// First label of its host.
    pub subdomain: Option<String>,
    /// The trigger, e.g. `lead_added`, `lead_status_changed`, `chat`.
    pub event: Option<String>,
    /// CRM id of the card.
    pub entity_id: Option<i64>,
    /// 2: a lead, 12: a customer.
    pub element_type: Option<i64>,
    /// The pipeline.
    pub pipeline_id: Option<i64>,
    /// The stage.
    pub status_id: Option<i64>,
    /// When, Unix seconds.
    pub time: Option<i64>,
    /// The user's settings of the trigger, by the names of `dp.settings` in the widget's manifest.
    pub settings: Value,
}

/// Parses the raw body of a Digital Pipeline hook, a form or JSON. Missing values are `None`.
pub fn parse_pipeline(raw_body: &[u8]) -> Result<PipelineHook, FormError> {
    if raw_body.len() > form::BODY_LIMIT {
        return Err(FormError::TooLong);
    }
    let json = serde_json::from_slice::<Value>(raw_body).ok().filter(Value::is_object);
    let body = match json {
        Some(json) => json,
        None => form::parse(raw_body)?,
    };
    let event = body.get("event").unwrap_or(&Value::Null);
    let data = event.get("data").unwrap_or(&Value::Null);
    let widget = body.pointer("/action/settings/widget");
    Ok(PipelineHook {
        account_id: lenient::number(&body, "account_id"),
        subdomain: lenient::text(&body, "subdomain"),
        event: lenient::text(event, "type_code"),
        entity_id: lenient::number(data, "id"),
        element_type: lenient::number(data, "element_type"),
        pipeline_id: lenient::number(data, "pipeline_id"),
        status_id: lenient::number(data, "status_id"),
        time: lenient::number(event, "time"),
        settings: widget.and_then(|widget| widget.get("settings")).cloned().unwrap_or_default(),
    })
}
