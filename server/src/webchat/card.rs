//! A location or a contact as a card: its text and its link.

use base::i18n::Words;
use base::message::Content;
use connectors::fit::lines;
use serde::Serialize;
use url::Url;

/// How the page renders content that is neither text nor a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContentCard {
    /// A kind of content.
    pub kind: &'static str,
    pub title: String,
    pub note: String,
    /// The link text; without `url` plain text.
    pub leads: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl ContentCard {
    /// `None` if this content is not a card.
    pub fn of(words: Words, content: &Content) -> Option<Self> {
        let kind = content.kind();
        let named = words.text_of("messages-kind-", kind).to_string();
        match content {
            Content::Location { latitude, longitude } => Some(Self {
                kind,
                title: named,
                note: format!("{latitude}, {longitude}"),
                leads: words.text("chat-map").to_string(),
                url: lines::map(*latitude, *longitude),
            }),
            Content::Contact { name, phone } => {
                Some(Self { kind, title: name.clone(), note: named, leads: phone.clone(), url: dial(phone) })
            }
            _ => None,
        }
    }
}

/// A `tel:` link, if there is a number.
fn dial(phone: &str) -> Option<String> {
    let number: String = phone.chars().filter(|sign| sign.is_ascii_digit() || *sign == '+').collect();
    let is_number = number.chars().any(|sign| sign.is_ascii_digit());
    Url::parse(&format!("tel:{number}")).ok().filter(|_| is_number).map(|url| url.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::i18n::Language;

    #[test]
    fn cards_lead_to_a_map_or_to_a_call() {
        let card = |content| ContentCard::of(Words::new(Language::En), &content).unwrap();
        let place = card(Content::Location { latitude: 43.25, longitude: -76.95 });
        assert_eq!((place.title.as_str(), place.note.as_str()), ("Location", "43.25, -76.95"));
        assert_eq!(place.leads, "Show on a map");
        assert_eq!(place.url.as_deref(), Some("https://maps.google.com/maps?q=43.25%2C-76.95"));
        let contact = |phone: &str| card(Content::Contact { name: "Anna".into(), phone: phone.into() });
        assert_eq!(contact("+7 (915) 111-22-33").url.as_deref(), Some("tel:+79151112233"));
        assert_eq!(contact("javascript:alert(\"x\")").url, None, "no number: nothing is called");
    }
}
