//! The content of a message in a request, and the people in it.

use base::error::FieldError;
use base::i18n::LocalizedText;
use base::json::checked_id;
use base::message::{Content, Media, Person, Role};
use base::worded::worded;
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;
use uuid::Uuid;

use super::kept;

/// Maximum bytes of a row's or a sticker's id.
const DATA_BYTES: usize = 255;

/// The content of a message: text, a file with an optional caption, a location or a contact card.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContentIn {
    #[serde(rename = "type")]
    pub kind: ContentType,
    /// The text, or the caption of a file.
    #[schema(example = "Hello")]
    pub text: Option<String>,
    /// A public https address from which the file can be downloaded for a few days; alternatively use `media_id`. For
    /// files.
    #[schema(format = "uri")]
    pub media_url: Option<String>,
    /// The id that an upload returned. For files.
    pub media_id: Option<Uuid>,
    /// File name. Defaults to the last path segment of the address. For files.
    #[schema(example = "offer.pdf")]
    pub file_name: Option<String>,
    /// Size in bytes. For files.
    #[schema(maximum = 9007199254740991_i64)]
    pub file_size: Option<u64>,
    /// Duration in seconds. For `video`, `audio` and `voice`.
    #[schema(maximum = 2147483647)]
    pub duration: Option<u32>,
    /// An id that is the same for all accounts. For `sticker`.
    pub sticker_id: Option<String>,
    /// In degrees. For `location`.
    #[schema(minimum = -90, maximum = 90)]
    pub latitude: Option<f64>,
    /// In degrees. For `location`.
    #[schema(minimum = -180, maximum = 180)]
    pub longitude: Option<f64>,
    /// For `contact`.
    pub name: Option<String>,
    /// For `contact`.
    pub phone: Option<String>,
    /// The row of a list message that the customer selected. For `text`.
    pub callback_data: Option<String>,
}

worded! {
    /// The type of a message's content.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum ContentType, word {
        #[default]
        Text = "text",
        Picture = "picture",
        Video = "video",
        File = "file",
        Voice = "voice",
        Audio = "audio",
        Sticker = "sticker",
        Location = "location",
        Contact = "contact",
    }
}

impl ContentType {
    const fn has_file(self) -> bool {
        !matches!(self, Self::Text | Self::Location | Self::Contact)
    }

    /// Description for the OpenAPI document.
    pub fn about(self) -> String {
        let file = match self {
            Self::Text => return "A text message.".to_owned(),
            Self::Location => return "A location.".to_owned(),
            Self::Contact => return "A contact card.".to_owned(),
            Self::Picture => "A picture",
            Self::Video => "A video",
            Self::File => "A file",
            Self::Voice => "A voice message",
            Self::Audio => "An audio file",
            Self::Sticker => "A sticker",
        };
        format!("{file}, by `media_url` or `media_id`. In an edit both may be omitted to keep the file.")
    }

    /// The fields that are required for this type.
    pub const fn required(self) -> &'static [&'static str] {
        match self {
            Self::Text => &["text"],
            Self::Location => &["latitude", "longitude"],
            Self::Contact => &["name", "phone"],
            _ => &[],
        }
    }

    /// The fields that this type has beside `type`.
    pub const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Text => &["text", "callback_data"],
            Self::Picture | Self::File => &["text", "media_url", "media_id", "file_name", "file_size"],
            Self::Video | Self::Voice | Self::Audio => {
                &["text", "media_url", "media_id", "file_name", "file_size", "duration"]
            }
            Self::Sticker => &["text", "media_url", "media_id", "file_name", "file_size", "sticker_id"],
            Self::Location => &["latitude", "longitude"],
            Self::Contact => &["name", "phone"],
        }
    }
}

impl ContentIn {
    /// The content and the selected row. Fields of other types are rejected, because they would be lost silently.
    pub fn checked(self, wrong: &mut Vec<FieldError>) -> (Content, Option<String>) {
        let has_file = self.media_url.as_ref().is_some_and(|url| !url.is_empty()) || self.media_id.is_some();
        if self.kind.has_file() && !has_file {
            wrong.push(FieldError::new("/content/media_url", LocalizedText::new("said-media-needed")));
        }
        self.checked_change(wrong)
    }

    /// Like [`checked`](Self::checked), for an edit: if no file is given, the old one stays.
    pub fn checked_change(self, wrong: &mut Vec<FieldError>) -> (Content, Option<String>) {
        self.refuse_foreign(wrong);
        if self.callback_data.as_ref().is_some_and(|data| data.len() > DATA_BYTES) {
            let detail = LocalizedText::new("said-most-bytes").with("most", DATA_BYTES);
            wrong.push(FieldError::new("/content/callback_data", detail));
        }
        let callback_data = self.callback_data.clone().filter(|data| !data.is_empty());
        let content = match self.kind {
            ContentType::Text => Content::Text { text: filled("/content/text", self.text, wrong) },
            ContentType::Picture => Content::Picture(self.media(wrong)),
            ContentType::Video => Content::Video(self.media(wrong)),
            ContentType::File => Content::File(self.media(wrong)),
            ContentType::Voice => Content::Voice(self.media(wrong)),
            ContentType::Audio => Content::Audio(self.media(wrong)),
            ContentType::Sticker => Content::Sticker(self.media(wrong)),
            ContentType::Location => Content::Location {
                latitude: degrees("/content/latitude", self.latitude, 90.0, wrong),
                longitude: degrees("/content/longitude", self.longitude, 180.0, wrong),
            },
            ContentType::Contact => Content::Contact {
                name: filled("/content/name", self.name, wrong),
                phone: filled("/content/phone", self.phone, wrong),
            },
        };
        (content, callback_data)
    }

    fn refuse_foreign(&self, wrong: &mut Vec<FieldError>) {
        let given = [
            ("text", self.text.is_some()),
            ("media_url", self.media_url.is_some()),
            ("media_id", self.media_id.is_some()),
            ("file_name", self.file_name.is_some()),
            ("file_size", self.file_size.is_some()),
            ("duration", self.duration.is_some()),
            ("sticker_id", self.sticker_id.is_some()),
            ("latitude", self.latitude.is_some()),
            ("longitude", self.longitude.is_some()),
            ("name", self.name.is_some()),
            ("phone", self.phone.is_some()),
            ("callback_data", self.callback_data.is_some()),
        ];
        let foreign = given.iter().filter(|(name, given)| *given && !self.kind.fields().contains(name));
        wrong.extend(foreign.map(|(name, _)| {
            let detail = LocalizedText::new("said-not-of-kind").with("kind", self.kind.word());
            FieldError::new(format!("/content/{name}"), detail)
        }));
    }

    fn media(self, wrong: &mut Vec<FieldError>) -> Media {
        let url = self.media_url.unwrap_or_default();
        match (url.is_empty(), self.media_id) {
            (false, Some(_)) => {
                wrong.push(FieldError::new("/content/media_id", LocalizedText::new("said-media-twice")))
            }
            (false, None) if !is_web_address(&url) => {
                wrong.push(FieldError::new("/content/media_url", LocalizedText::new("said-web-address")));
            }
            _ => {}
        }
        let numbers = [
            ("/content/file_size", self.file_size.unwrap_or_default(), MOST_BYTES),
            ("/content/duration", self.duration.unwrap_or_default().into(), MOST_SECONDS),
        ];
        wrong.extend(numbers.into_iter().filter(|(_, number, most)| number > most).map(|(pointer, _, most)| {
            let detail = LocalizedText::new("said-between").with("least", 0).with("most", most.to_string());
            FieldError::new(pointer, detail)
        }));
        let named = self.file_name.filter(|name| !name.trim().is_empty());
        Media {
            file_name: named.unwrap_or_else(|| last_part(&url)),
            media_url: url,
            file_size: self.file_size.unwrap_or_default(),
            text: self.text.filter(|text| !text.is_empty()),
            duration: self.duration,
            sticker_id: self.sticker_id.filter(|id| !id.is_empty()),
            media_id: self.media_id,
            ..Media::default()
        }
    }
}

fn filled(pointer: &str, text: Option<String>, wrong: &mut Vec<FieldError>) -> String {
    let text = text.unwrap_or_default();
    if text.trim().is_empty() {
        wrong.push(FieldError::new(pointer, LocalizedText::new("said-empty")));
    }
    text
}

/// The largest whole number that every reader of JSON keeps exactly.
const MOST_BYTES: u64 = 9_007_199_254_740_991;
/// Readers have 32 bits for seconds.
const MOST_SECONDS: u64 = 2_147_483_647;

fn degrees(pointer: &str, given: Option<f64>, most: f64, wrong: &mut Vec<FieldError>) -> f64 {
    let right = given.filter(|degrees| degrees.is_finite() && degrees.abs() <= most);
    if right.is_none() {
        wrong.push(FieldError::new(pointer, LocalizedText::new("said-degrees").with("most", most.to_string())));
    }
    right.unwrap_or_default()
}

/// Default name of a file: the last segment of its address.
fn last_part(url: &str) -> String {
    let url = url::Url::parse(url).ok();
    let part = url.as_ref().and_then(|url| url.path_segments()).and_then(|mut parts| parts.next_back());
    part.unwrap_or_default().chars().take(100).collect()
}

/// The sender of the message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SenderIn {
    pub role: RoleIn,
    /// Your id of the person, at most 255 bytes.
    #[schema(example = "user-7", min_length = 1, max_length = 255)]
    pub id: String,
    #[schema(example = "Anna")]
    pub name: Option<String>,
    #[schema(example = "+79151112233")]
    pub phone: Option<String>,
    #[schema(example = "anna@example.com")]
    pub email: Option<String>,
    #[schema(format = "uri")]
    pub avatar_url: Option<String>,
    #[schema(format = "uri")]
    pub profile_url: Option<String>,
    /// For managers: the amoCRM user id under whose name the message is shown. Defaults to the channel's bot.
    #[schema(example = "31415")]
    pub user_id: Option<String>,
    /// For customers: the amoCRM contact to which the chat is linked, whatever the source's `contact_rule`. A chat whose
    /// lead people already work on stays where it is. If there is no such contact, it counts as absent.
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
    #[schema(example = "Anna")]
    pub name: Option<String>,
    #[schema(example = "+79151112233")]
    pub phone: Option<String>,
    #[schema(example = "anna@example.com")]
    pub email: Option<String>,
    #[schema(format = "uri")]
    pub profile_url: Option<String>,
    /// The amoCRM contact to which the chat is linked, whatever the source's `contact_rule`. If there is no such
    /// contact, it counts as absent.
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
    pub name: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    #[schema(format = "uri")]
    pub avatar_url: Option<String>,
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
