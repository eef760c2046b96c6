//! The library's views of its state.

mod crm;

use serde_json::Value;

pub use crm::{ContactView, IncomingLeadView, LinkView, TalkView, WebhookView};

use crate::crm::log::HookAnswer;
use crate::crm::state::{Account, Chat, Direction, Message, Status};

/// An account and its fixed parts.
#[derive(Clone, Debug)]
pub struct AccountView {
    /// Bare host, such as `acme.amocrm.ru`.
    pub host: String,
    /// Numeric CRM id.
    pub id: i64,
    /// Id in the Chats API, a UUID.
    pub amojo_id: String,
    /// Name shown to people.
    pub name: String,
    /// An administrator, a manager, and a manager without an id in the Chats API.
    pub users: Vec<UserView>,
    /// Two pipelines; the first is the main one.
    pub pipelines: Vec<PipelineView>,
}

/// A user of an account.
#[derive(Clone, Debug)]
pub struct UserView {
    /// Numeric CRM id.
    pub id: i64,
    /// Name shown to people.
    pub name: String,
    /// Whether the user is an administrator.
    pub is_admin: bool,
    /// Id in the Chats API, which some users don't have.
    pub amojo_id: Option<String>,
}

/// A pipeline of an account.
#[derive(Clone, Debug)]
pub struct PipelineView {
    /// Numeric CRM id.
    pub id: i64,
    /// Name shown to people.
    pub name: String,
    /// Whether leads without a source go here.
    pub is_main: bool,
}

/// A chat with its contact and lead.
#[derive(Clone, Debug)]
pub struct ChatView {
    /// Amojo chat id.
    pub id: String,
    /// Scope of its channel.
    pub scope_id: String,
    /// The other side's chat id; `None` for a chat opened by a manager until it is bound.
    pub conversation_id: Option<String>,
    /// Amojo id of the customer.
    pub person_id: String,
    /// The other side's id of the customer.
    pub person_client_id: Option<String>,
    /// Name of the customer.
    pub name: String,
    /// Phone of the customer, empty if unknown.
    pub phone: String,
    /// E-mail of the customer, empty if unknown.
    pub email: String,
    /// External id of the source it is bound to.
    pub source: Option<String>,
    /// External id in its hooks now: the bound source's or the default one's.
    pub hook_source: Option<String>,
    /// Number of messages in it.
    pub messages: usize,
    /// Messages the manager was notified of and has not seen.
    pub unread: usize,
    /// Until when the customer counts as typing; `None` if they are not typing.
    pub typing_until: Option<chrono::DateTime<chrono::Utc>>,
    /// The incoming lead, if any.
    pub lead: Option<LeadView>,
}

/// An incoming lead.
#[derive(Clone, Debug)]
pub struct LeadView {
    /// Numeric id.
    pub id: i64,
    /// Its contact.
    pub contact_id: i64,
    /// Its pipeline.
    pub pipeline_id: i64,
    /// Name of the source it came from.
    pub source_name: String,
    /// When it was created, by the sandbox's clock.
    pub created_at: chrono::DateTime<chrono::Utc>,
}

/// A channel connected to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionView {
    /// `{channel_id}_{account's amojo id}`.
    pub scope_id: String,
    /// Title shown in the account.
    pub title: String,
    /// `v2`, or the obsolete `v1`.
    pub hook_api_version: String,
    /// Whether the channel's time window is switched off for the account.
    pub is_time_window_disabled: bool,
}

/// A message the sandbox accepted or sent.
#[derive(Clone, Debug)]
pub struct MessageView {
    /// Amojo id.
    pub id: String,
    /// The other side's id, if it has one.
    pub msgid: Option<String>,
    /// Its scope.
    pub scope_id: String,
    /// Amojo chat id.
    pub chat_id: String,
    /// The other side's chat id.
    pub conversation_id: Option<String>,
    /// Where it was created.
    pub direction: Direction,
    /// Type: `text`, `picture` and so on.
    pub kind: String,
    /// Text, after edits.
    pub text: String,
    /// URL of the file, empty if there is none.
    pub media: String,
    /// Amojo id of the sender.
    pub sender_id: String,
    /// Name of the sender.
    pub sender_name: String,
    /// Time of the message in milliseconds.
    pub msec_timestamp: i64,
    /// External id of the source in the request.
    pub source: Option<String>,
    /// Whether it requested no lead and no notification.
    pub silent: bool,
    /// Whether it was edited since.
    pub edited: bool,
    /// Reactions: author (the other side's id of a customer, the amojo id of a manager), and the emoji.
    pub reactions: Vec<(String, String)>,
    /// Every reported status, in order.
    pub statuses: Vec<Status>,
    /// The answer to its hook.
    pub hook: Option<HookAnswer>,
    /// The payload as received, or the hook's `message` object.
    pub payload: Value,
}

impl AccountView {
    pub(crate) fn of(account: &Account) -> Self {
        Self {
            host: account.host.clone(),
            id: account.id,
            amojo_id: account.amojo_id.clone(),
            name: account.name.clone(),
            users: account
                .users
                .iter()
                .map(|user| UserView {
                    id: user.id,
                    name: user.name.clone(),
                    is_admin: user.is_admin,
                    amojo_id: user.amojo_id.clone(),
                })
                .collect(),
            pipelines: account
                .pipelines
                .iter()
                .map(|pipeline| PipelineView {
                    id: pipeline.id,
                    name: pipeline.name.clone(),
                    is_main: pipeline.is_main,
                })
                .collect(),
        }
    }
}

impl ChatView {
    pub(crate) fn of(account: &Account, chat: &Chat, now: chrono::DateTime<chrono::Utc>) -> Self {
        let person = account.person(&chat.person_id);
        let own = |look: fn(&crate::crm::state::Person) -> &String| {
            person.map(|person| look(person).clone()).unwrap_or_default()
        };
        Self {
            id: chat.id.clone(),
            scope_id: chat.scope_id.clone(),
            conversation_id: chat.conversation_id.clone(),
            person_id: chat.person_id.clone(),
            person_client_id: person.and_then(|person| person.client_id.clone()),
            name: own(|person| &person.name),
            phone: own(|person| &person.phone),
            email: own(|person| &person.email),
            source: chat.source.clone(),
            hook_source: account.source_of(chat).map(|source| source.external_id.clone()),
            messages: chat.messages,
            unread: chat.unread,
            typing_until: chat.typing_at(now).map(|typing| typing.until),
            lead: account.leads.iter().find(|lead| Some(lead.id) == chat.lead_id).map(|lead| LeadView {
                id: lead.id,
                contact_id: lead.contact_id,
                pipeline_id: lead.pipeline_id,
                source_name: lead.source_name.clone(),
                created_at: lead.created_at,
            }),
        }
    }
}

impl MessageView {
    pub(crate) fn of(account: &Account, message: &Message) -> Self {
        Self {
            id: message.id.clone(),
            msgid: message.msgid.clone(),
            scope_id: message.scope_id.clone(),
            chat_id: message.chat_id.clone(),
            conversation_id: account.chat(&message.chat_id).and_then(|chat| chat.conversation_id.clone()),
            direction: message.direction,
            kind: message.field("type").to_owned(),
            text: message.field("text").to_owned(),
            media: message.field("media").to_owned(),
            sender_id: message.sender_id.clone(),
            sender_name: message.sender_name.clone(),
            msec_timestamp: message.msec_timestamp,
            source: message.source.clone(),
            silent: message.silent,
            edited: message.edited,
            reactions: message.reactions.clone(),
            statuses: message.statuses.clone(),
            hook: message.hook.clone(),
            payload: message.payload.clone(),
        }
    }
}
