//! Templates that need the messenger's review before they may be sent.

use base::message::Button;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A template to submit, as amoCRM stores it (crm-api §6.3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewTemplate {
    /// Our id, equal in every submission of the same template.
    pub id: Uuid,
    /// Our id, equal in every attempt of the same request for review.
    pub submission: Uuid,
    pub source_id: Uuid,
    pub now: DateTime<Utc>,
    /// Equal in every submission of the same template.
    pub name: String,
    /// `ru`, `en`, `pt_BR`.
    pub language: String,
    pub category: TemplateCategory,
    /// Text with amoCRM's markers, e.g. `Hello {{contact.name}}`.
    pub content: String,
    pub header: Option<TemplateHeader>,
    pub footer: Option<String>,
    /// A button with a link opens it; any other button sends its text.
    pub buttons: Vec<Button>,
    /// Sample values by marker with its braces: `("{{contact.name}}", "Ann")`.
    pub examples: Vec<(String, String)>,
}

/// What a template is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TemplateCategory {
    #[default]
    Utility,
    Marketing,
    Authentication,
}

impl TemplateCategory {
    /// amoCRM's name of the category (crm-api §6.3).
    pub const fn word(self) -> &'static str {
        match self {
            Self::Utility => "UTILITY",
            Self::Marketing => "MARKETING",
            Self::Authentication => "AUTHENTICATION",
        }
    }

    /// The category by amoCRM's name; utility if the name is unknown.
    pub fn of(word: &str) -> Self {
        match word {
            "MARKETING" => Self::Marketing,
            "AUTHENTICATION" => Self::Authentication,
            _ => Self::Utility,
        }
    }
}

/// What is above a template's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateHeader {
    Text(String),
    /// A sample of the file that messages with this template contain.
    File(TemplateFile),
}

/// The sample file of a template's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateFile {
    pub kind: TemplateFileKind,
    pub name: String,
    pub mime_type: String,
    pub bytes: bytes::Bytes,
}

/// The kind of a template's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateFileKind {
    Picture,
    Video,
    Document,
}

/// A template's state at the messenger: the answer to a submission, an item of its list, or a reported change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TemplateState {
    /// The messenger's id.
    pub id: String,
    /// None if this report does not contain it; likewise for the fields below.
    pub name: Option<String>,
    pub language: Option<String>,
    /// None if this report is about something else.
    pub status: Option<TemplateStatus>,
    /// Why it was rejected, paused or disabled, in the messenger's words, or as the messenger's code if it sends no
    /// text.
    pub reason: Option<String>,
    pub category: Option<TemplateCategory>,
    /// The messenger's rating: `GREEN`, `YELLOW`, `RED`.
    pub quality: Option<String>,
}

/// A template as the messenger lists it. Its texts have the messenger's variables, e.g. `{{1}}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListedTemplate {
    pub state: TemplateState,
    pub content: String,
    pub header: RegisteredHeader,
    pub footer: Option<String>,
    pub buttons: Vec<Button>,
}

impl ListedTemplate {
    /// Whether a text of amoCRM's is this one: its markers, numbered in order of first appearance, are the variables.
    /// White space may differ.
    pub fn has_text(&self, content: &str) -> bool {
        is_same_text(&self.content, content)
    }

    /// Whether a headline of amoCRM's is this one's.
    pub fn has_headline(&self, headline: Option<&str>) -> bool {
        match &self.header {
            RegisteredHeader::Text(text) => is_same_text(text, headline.unwrap_or_default()),
            RegisteredHeader::None | RegisteredHeader::File(_) => headline.is_none_or(str::is_empty),
        }
    }
}

fn is_same_text(listed: &str, given: &str) -> bool {
    let numbered = Markers::of(given).numbered(given);
    listed.split_whitespace().eq(numbered.split_whitespace())
}

/// The state of a template's review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateStatus {
    InReview,
    Approved,
    Rejected,
    /// May not be used for now.
    Paused,
    /// May not be used any more.
    Disabled,
    Deleted,
}

/// The approved template with which a message is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredTemplate {
    /// The messenger's id.
    pub id: String,
    pub name: String,
    pub language: String,
    pub header: RegisteredHeader,
    /// Its text with amoCRM's markers, as submitted. The values are in the message's `template.params`.
    pub content: String,
    /// Its buttons, as submitted.
    pub buttons: Vec<Button>,
}

/// What is above the text of an approved template. Its file is the message's content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RegisteredHeader {
    #[default]
    None,
    /// Text with amoCRM's markers.
    Text(String),
    File(TemplateFileKind),
}

// Converts amoCRM's markers (`{{contact.name}}`) to numbered variables (`{{1}}`): equal markers get the same number, in
// order of first appearance (whatsapp §9, crm-api §6.3).

/// The different markers of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Markers(Vec<String>);

impl Markers {
    /// The markers in order of first appearance.
    pub fn of(text: &str) -> Self {
        let mut found = Self::default();
        each(text, |part| {
            if let Part::Marker(marker) = part
                && !found.0.iter().any(|known| known == marker)
            {
                found.0.push(marker.to_owned());
            }
        });
        found
    }

    /// The same; none if one of them is not closed, is empty or has another within it.
    pub fn well_formed(text: &str) -> Option<Self> {
        let mut is_well_formed = true;
        each(text, |part| {
            is_well_formed &= match part {
                Part::Text(text) => !text.contains("{{"),
                Part::Marker(marker) => {
                    let name = marker.get(2..marker.len() - 2).unwrap_or_default();
                    !name.contains('{') && !name.trim().is_empty()
                }
            }
        });
        is_well_formed.then(|| Self::of(text))
    }

    /// Each with its braces.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The text with numbers in place of the markers.
    pub fn numbered(&self, text: &str) -> String {
        let mut numbered = String::new();
        each(text, |part| match part {
            Part::Text(text) => numbered.push_str(text),
            Part::Marker(marker) => match self.0.iter().position(|known| known == marker) {
                Some(place) => numbered.push_str(&format!("{{{{{}}}}}", place + 1)),
                None => numbered.push_str(marker),
            },
        });
        numbered
    }
}

enum Part<'a> {
    Text(&'a str),
    Marker(&'a str),
}

/// Calls `take` for each marker: what is between `{{` and the next `}}` on the same line.
fn each<'a>(text: &'a str, mut take: impl FnMut(Part<'a>)) {
    let mut rest = text;
    while let Some((before, from)) = rest.find("{{").map(|at| rest.split_at(at)) {
        let end = from.find("}}").map(|end| end + 2);
        let marker = end.and_then(|end| from.get(..end)).filter(|marker| !marker.contains('\n') && marker.len() > 4);
        let Some(marker) = marker else {
            let (braces, more) = from.split_at(2);
            take(Part::Text(before));
            take(Part::Text(braces));
            rest = more;
            continue;
        };
        take(Part::Text(before));
        take(Part::Marker(marker));
        rest = from.get(marker.len()..).unwrap_or_default();
    }
    take(Part::Text(rest));
}

/// The languages of templates at WhatsApp, each by its code and by its own name
/// (developers.facebook.com/documentation/business-messaging/whatsapp/templates/supported-languages).
pub fn languages() -> impl Iterator<Item = (&'static str, &'static str)> {
    include_str!("languages.txt").lines().filter_map(|line| line.split_once(' '))
}
