//! Sender and receiver of a message in a request.

use base::error::FieldError;
use base::i18n::LocalizedText;
use base::message::{Person, Role};
use serde::Deserialize;
use url::Url;
use utoipa::ToSchema;

use super::kept;
use base::json::checked_id;

/// The sender of the message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SenderIn {
    pub role: RoleIn,
    /// Your id of the person, at most 255 bytes.
    #[schema(example = "user-7", min_length = 1, max_length = 255)]
    pub id: String,
    #[serde(default)]
    #[schema(example = "Anna")]
    pub name: Option<String>,
    #[serde(default)]
    #[schema(example = "+79151112233")]
    pub phone: Option<String>,
    #[serde(default)]
    #[schema(example = "anna@example.com")]
    pub email: Option<String>,
    #[serde(default)]
    #[schema(format = "uri")]
    pub avatar_url: Option<String>,
    #[serde(default)]
    #[schema(format = "uri")]
    pub profile_url: Option<String>,
    /// For managers: the amoCRM user id under whose name the message is shown. Defaults to the channel's bot.
    #[serde(default)]
    #[schema(example = "31415")]
    pub user_id: Option<String>,
    /// For customers: the amoCRM contact to which the chat is linked, whatever the source's `contact_rule`. A chat whose
    /// lead people already work on stays where it is. If there is no such contact, it counts as absent.
    #[serde(default)]
    #[schema(example = "3102959")]
    pub contact_id: Option<String>,
}

/// The customer of a chat.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerIn {
    /// Your id of the person, at most 255 bytes.
    #[schema(example = "user-7", min_length = 1, max_length = 255)]
    pub id: String,
    #[serde(default)]
    #[schema(example = "Anna")]
    pub name: Option<String>,
    #[serde(default)]
    #[schema(example = "+79151112233")]
    pub phone: Option<String>,
    #[serde(default)]
    #[schema(example = "anna@example.com")]
    pub email: Option<String>,
    #[serde(default)]
    #[schema(format = "uri")]
    pub profile_url: Option<String>,
    /// The amoCRM contact to which the chat is linked, whatever the source's `contact_rule`. If there is no such
    /// contact, it counts as absent.
    #[serde(default)]
    #[schema(example = "3102959")]
    pub contact_id: Option<String>,
}

impl CustomerIn {
    pub(super) fn checked(self, wrong: &mut Vec<FieldError>) -> Person {
        let crm_contact_id = checked_contact("/customer", self.contact_id, wrong);
        let person = PersonIn {
            id: self.id,
            name: self.name,
            phone: self.phone,
            email: self.email,
            avatar_url: None,
            profile_url: self.profile_url,
        };
        Person { crm_contact_id, ..person.checked("/customer", Role::Client, wrong) }
    }
}

/// The customer who received it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonIn {
    /// Your id of the person, at most 255 bytes.
    #[schema(example = "user-7", min_length = 1, max_length = 255)]
    pub id: String,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub phone: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    #[schema(format = "uri")]
    pub avatar_url: Option<String>,
    #[serde(default)]
    #[schema(format = "uri")]
    pub profile_url: Option<String>,
}

/// The role of a participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoleIn {
    Client,
    Manager,
    Bot,
}

impl From<RoleIn> for Role {
    fn from(role: RoleIn) -> Self {
        match role {
            RoleIn::Client => Self::Client,
            RoleIn::Manager => Self::Manager,
            RoleIn::Bot => Self::Bot,
        }
    }
}

impl SenderIn {
    pub(super) fn checked(self, wrong: &mut Vec<FieldError>) -> Person {
        let user_id = self.user_id.filter(|user_id| !user_id.is_empty());
        if let Some(user_id) = &user_id {
            if self.role != RoleIn::Manager {
                wrong.push(FieldError::new("/sender/user_id", LocalizedText::new("said-only-manager")));
            } else if !user_id.bytes().all(|byte| byte.is_ascii_digit()) || user_id.len() > 19 {
                wrong.push(FieldError::new("/sender/user_id", LocalizedText::new("said-user-id")));
            }
        }
        let contact_id = self.contact_id.filter(|contact_id| !contact_id.is_empty());
        let crm_contact_id = if contact_id.is_some() && self.role != RoleIn::Client {
            wrong.push(FieldError::new("/sender/contact_id", LocalizedText::new("said-only-client")));
            None
        } else {
            checked_contact("/sender", contact_id, wrong)
        };
        let person = PersonIn {
            id: self.id,
            name: self.name,
            phone: self.phone,
            email: self.email,
            avatar_url: self.avatar_url,
            profile_url: self.profile_url,
        };
        Person { user_id, crm_contact_id, ..person.checked("/sender", self.role.into(), wrong) }
    }
}

/// The contact that a person names; an empty text names none.
fn checked_contact(at: &str, given: Option<String>, wrong: &mut Vec<FieldError>) -> Option<i64> {
    let given = given.filter(|contact_id| !contact_id.is_empty())?;
    let contact_id = whole_number(&given);
    if contact_id.is_none() {
        wrong.push(FieldError::new(format!("{at}/contact_id"), LocalizedText::new("said-contact-id")));
    }
    contact_id
}

/// An id of the CRM.
fn whole_number(text: &str) -> Option<i64> {
    text.parse().ok().filter(|id| *id > 0 && text.bytes().all(|byte| byte.is_ascii_digit()))
}

impl PersonIn {
    fn checked(self, at: &str, role: Role, wrong: &mut Vec<FieldError>) -> Person {
        for (name, url) in [("avatar_url", &self.avatar_url), ("profile_url", &self.profile_url)] {
            let right = url.as_deref().is_none_or(|url| url.is_empty() || is_web_address(url));
            if !right {
                wrong.push(FieldError::new(format!("{at}/{name}"), LocalizedText::new("said-web-address")));
            }
        }
        Person {
            id: kept(checked_id(&format!("{at}/id"), self.id), wrong),
            role,
            name: self.name,
            phone: self.phone,
            email: self.email,
            avatar_url: self.avatar_url,
            profile_url: self.profile_url,
            ..Person::default()
        }
    }
}

/// The receiver of a manager's or bot's message; a customer's message must not have one.
pub(super) fn checked_receiver(
    sender: Role,
    receiver: Option<PersonIn>,
    wrong: &mut Vec<FieldError>,
) -> Option<Person> {
    match (sender, receiver) {
        (Role::Client, None) => None,
        (Role::Client, Some(_)) => {
            wrong.push(FieldError::new("/receiver", LocalizedText::new("said-no-receiver")));
            None
        }
        (Role::Manager | Role::Bot, None) => {
            wrong.push(FieldError::new("/receiver", LocalizedText::new("said-receiver-needed")));
            None
        }
        (Role::Manager | Role::Bot, Some(receiver)) => Some(receiver.checked("/receiver", Role::Client, wrong)),
    }
}

pub(super) fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}
