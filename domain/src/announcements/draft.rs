//! What an operator wrote, checked before it becomes an announcement.

use base::store::VENDOR;
use entity::announcement::Model;
use url::Url;
use uuid::Uuid;

use super::Audience;

/// Longest text, in characters.
pub const LONGEST_TEXT: usize = 500;
/// Longest link, in bytes.
const LONGEST_LINK: usize = 1000;

/// An announcement that was not yet stored.
#[derive(Clone, Debug)]
pub struct Draft {
    pub text_ru: String,
    pub text_en: String,
    /// Empty if there is none.
    pub link: String,
    pub audience: Audience,
    /// Milliseconds since 1970.
    pub starts_at: i64,
    pub ends_at: i64,
}

/// Why a draft is refused: the field, which is also the end of the key of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// One of the two texts is missing or too long.
    Text,
    /// It is no https address.
    Link,
    /// A time cannot be read, or the end is not after the start.
    Times,
    /// No such account, plan or integration.
    Audience,
}

impl Flaw {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Link => "link",
            Self::Times => "times",
            Self::Audience => "audience",
        }
    }
}

impl Draft {
    /// The row, with the id of a new announcement or of the changed one.
    pub fn into_row(self, id: Uuid, created_at: i64) -> Result<Model, Flaw> {
        let said = |text: &str| -> Result<String, Flaw> {
            let text: Vec<&str> = text.split_whitespace().collect();
            let text = text.join(" ").replace('\0', "");
            let fits = (1..=LONGEST_TEXT).contains(&text.chars().count());
            if fits { Ok(text) } else { Err(Flaw::Text) }
        };
        let (text_ru, text_en) = (said(&self.text_ru)?, said(&self.text_en)?);
        let link = link(&self.link)?;
        if self.ends_at <= self.starts_at {
            return Err(Flaw::Times);
        }
        let (audience, names) = (self.audience.as_str().to_owned(), self.audience.names());
        let (starts_at, ends_at) = (self.starts_at, self.ends_at);
        Ok(Model { tenant_id: VENDOR, id, text_ru, text_en, link, audience, names, starts_at, ends_at, created_at })
    }
}

fn link(typed: &str) -> Result<String, Flaw> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(String::new());
    }
    let url = Url::parse(typed).map_err(|_| Flaw::Link)?;
    let safe = url.scheme() == "https" && url.has_host() && url.username().is_empty() && url.password().is_none();
    if safe && url.as_str().len() <= LONGEST_LINK { Ok(url.into()) } else { Err(Flaw::Link) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str, link: &str, ends_at: i64) -> Result<Model, Flaw> {
        let (text_ru, text_en, link) = ("Работы".to_owned(), text.to_owned(), link.to_owned());
        Draft { text_ru, text_en, link, audience: Audience::All, starts_at: 10, ends_at }.into_row(Uuid::nil(), 5)
    }

    #[test]
    fn a_draft_is_one_line_with_a_safe_link_and_an_end() {
        let row = draft(" Works\n tonight ", " https://status.example/a b ", 11).unwrap();
        assert_eq!((row.text_en.as_str(), row.link.as_str()), ("Works tonight", "https://status.example/a%20b"));
        assert_eq!(draft(" ", "", 11), Err(Flaw::Text));
        assert_eq!(draft(&"x".repeat(LONGEST_TEXT + 1), "", 11), Err(Flaw::Text));
        for wrong in ["http://a.example", "javascript:alert(1)", "status", "https://olga:pass@a.example"] {
            assert_eq!(draft("Works", wrong, 11), Err(Flaw::Link), "{wrong}");
        }
        assert_eq!(draft("Works", "", 10), Err(Flaw::Times));
    }
}
