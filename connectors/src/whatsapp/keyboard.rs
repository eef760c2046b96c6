//! Converts amoCRM's buttons and lists (chats-api §4.4) to interactive messages, if they fit (whatsapp §7).
//!
//! ```text
//! buttons   1–3, short and different ─▶ reply buttons     one link ─▶ cta_url
//!           4–10, or a bit longer    ─▶ a list            anything else ─▶ lines of text
//! list      ─▶ a list for each ten rows
//! ```

use std::collections::BTreeSet;

use base::i18n::{Language, Words};
use base::message::{Button, List, Markup, Row};
use serde_json::{Value, json};
use uuid::Uuid;

use super::api::{BODY, BUTTONS, HEADER, LABEL, ROW_DESCRIPTION, ROW_ID, ROW_TITLE, ROWS};
use crate::Length;
use crate::incoming::ButtonText;
use crate::pressed_button::{self, PressedButton, link};

/// The form in which a message's choices are sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Choices {
    /// Interactive messages; the last one contains the message's text.
    Interactive(Vec<Interactive>),
    /// Lines below the text.
    Lines(String),
}

/// An interactive message.
#[derive(Clone, Debug, PartialEq)]
pub struct Interactive {
    /// `button`, `list`, `cta_url`.
    pub kind: &'static str,
    pub header: Option<String>,
    /// If empty, the message's text is used.
    pub body: String,
    pub footer: Option<String>,
    pub action: Value,
}

impl Interactive {
    fn of(kind: &'static str, action: Value) -> Self {
        Self { kind, header: None, body: String::new(), footer: None, action }
    }

    /// The object of a request. `file_header`: a picture, a video or a document above the text.
    pub fn object(&self, file_header: Option<Value>) -> Value {
        let mut object = json!({ "type": self.kind, "body": { "text": self.body }, "action": self.action });
        let header = file_header.or_else(|| self.header.as_ref().map(|text| json!({ "type": "text", "text": text })));
        if let Some(header) = header {
            object["header"] = header;
        }
        if let Some(footer) = &self.footer {
            object["footer"] = json!({ "text": footer });
        }
        object
    }
}

/// The choices of a message with this id.
pub fn choices(message_id: Uuid, markup: &Markup, words: Words) -> Choices {
    match markup {
        Markup::Buttons(rows) => buttons(message_id, rows, words),
        Markup::List(list) => of_list(message_id, list, words),
    }
}

/// A button with its place.
struct Placed<'a> {
    button: &'a Button,
    data: String,
}

fn buttons(message_id: Uuid, rows: &[Vec<Button>], words: Words) -> Choices {
    let mut placed = Vec::new();
    for (pressed, button) in pressed_button::buttons(message_id, rows).flatten() {
        placed.push(Placed { button, data: pressed.data() });
    }
    let links: Vec<&Placed<'_>> = placed.iter().filter(|placed| link(placed.button).is_some()).collect();
    match (links.as_slice(), placed.len()) {
        ([only], 1) if LABEL.holds(&only.button.text) => {
            let parameters = json!({ "display_text": only.button.text, "url": link(only.button) });
            let action = json!({ "name": "cta_url", "parameters": parameters });
            Choices::Interactive(vec![Interactive::of("cta_url", action)])
        }
        ([], 1..=BUTTONS) if fit(&placed, LABEL) => {
            let keys = placed
                .iter()
                .map(|placed| json!({ "type": "reply", "reply": { "id": placed.data, "title": placed.button.text } }));
            let action = json!({ "buttons": keys.collect::<Vec<_>>() });
            Choices::Interactive(vec![Interactive::of("button", action)])
        }
        ([], 1..=ROWS) if fit(&placed, ROW_TITLE) => {
            let rows = placed.iter().map(|placed| json!({ "id": placed.data, "title": placed.button.text }));
            let sections = json!([{ "rows": rows.collect::<Vec<_>>() }]);
            Choices::Interactive(vec![Interactive::of("list", list_action(words, "", sections))])
        }
        _ => Choices::Lines(numbered(placed.iter().map(|placed| placed.button))),
    }
}

/// Whether they fit. Meta refuses duplicate titles.
fn fit(placed: &[Placed<'_>], length: Length) -> bool {
    let titles: BTreeSet<&str> = placed.iter().map(|placed| placed.button.text.trim()).collect();
    titles.len() == placed.len() && placed.iter().all(|placed| length.holds(&placed.button.text))
}

/// The buttons as numbered lines; the customer answers with the number ([`numbered_button`]) or the text.
fn numbered<'a>(buttons: impl Iterator<Item = &'a Button>) -> String {
    let lines = buttons.zip(1..).map(|(button, number): (_, usize)| match link(button) {
        Some(url) => format!("{} – {url}", button.text),
        None => format!("{number}. {}", button.text),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The button with a number in these lines; none if the buttons were sent in another form, or if it is a link.
pub fn numbered_button(markup: &Markup, number: usize) -> Option<ButtonText> {
    let Markup::Buttons(rows) = markup else { return None };
    // Neither the message's id nor the language affects the form.
    let Choices::Lines(_) = choices(Uuid::nil(), markup, Words::new(Language::En)) else { return None };
    let mut named = rows.iter().flatten().filter(|button| !button.text.trim().is_empty());
    let button = named.nth(number.checked_sub(1)?).filter(|button| link(button).is_none())?;
    Some(ButtonText { text: button.text.clone(), callback_data: None })
}

/// A row with its section's title and its position.
struct PlacedRow<'a> {
    section: &'a str,
    row: &'a Row,
    data: String,
}

fn of_list(message_id: Uuid, list: &List, words: Words) -> Choices {
    let mut rows = Vec::new();
    for (place, section) in list.sections.iter().enumerate() {
        for (column, row) in section.rows.iter().enumerate().filter(|(_, row)| !row.title.trim().is_empty()) {
            let data = PressedButton { message_id, row: place, column }.data();
            rows.push(PlacedRow { section: section.title.trim(), row, data });
        }
    }
    if rows.is_empty() {
        return Choices::Lines(String::new());
    }
    let ids: BTreeSet<&str> = rows.iter().map(|placed| placed.row.id.as_str()).collect();
    let unique = ids.len() == rows.len();
    let header = Some(list.header.trim()).filter(|text| !text.is_empty());
    // A header that is too long is moved to the body.
    let above = header.filter(|text| !HEADER.holds(text)).map(str::to_owned);
    let footer = Some(list.footer.trim()).filter(|text| !text.is_empty());
    let below = footer.filter(|text| !HEADER.holds(text)).map(str::to_owned);
    let own = Some(list.body.trim().to_owned()).filter(|text| !text.is_empty());
    let body = [above, own, below].into_iter().flatten().collect::<Vec<_>>().join("\n\n");
    let chunks: Vec<&[PlacedRow<'_>]> = rows.chunks(ROWS).collect();
    let last = chunks.len() - 1;
    let messages = chunks.into_iter().enumerate().map(|(number, chunk)| Interactive {
        kind: "list",
        header: header.filter(|text| number == 0 && HEADER.holds(text)).map(str::to_owned),
        // All but the last need a text of their own.
        body: if number == last || BODY.holds(&body) { body.clone() } else { words.text("wa-out-choose").to_string() },
        footer: footer.filter(|text| number == last && HEADER.holds(text)).map(str::to_owned),
        action: list_action(words, &list.button, sections(chunk, unique)),
    });
    Choices::Interactive(messages.collect())
}

/// Groups adjacent rows with the same title into sections. With several sections each needs a title.
fn sections(rows: &[PlacedRow<'_>], unique: bool) -> Value {
    let mut sections: Vec<(&str, Vec<Value>)> = Vec::new();
    for placed in rows {
        let row = row(placed, unique);
        match sections.last_mut().filter(|(title, _)| *title == placed.section) {
            Some((_, rows)) => rows.push(row),
            None => sections.push((placed.section, vec![row])),
        }
    }
    let several = sections.len() > 1;
    let sections = sections.into_iter().map(|(title, rows)| match (title, several) {
        ("", false) => json!({ "rows": rows }),
        ("", true) => json!({ "title": "–", "rows": rows }),
        (title, _) => json!({ "title": cut(title, ROW_TITLE), "rows": rows }),
    });
    sections.collect()
}

/// A row with amoCRM's own id, which is all that a press returns besides the title. If Meta would refuse that id or
/// shorten the title, with our id, by which the row is looked up.
fn row(placed: &PlacedRow<'_>, unique: bool) -> Value {
    let given = placed.row;
    let whole = ROW_TITLE.holds(&given.title);
    let usable = unique && whole && !given.id.is_empty() && given.id.len() <= ROW_ID;
    let id = if usable { given.id.as_str() } else { placed.data.as_str() };
    let description = match given.description.trim() {
        "" if !whole => given.title.trim(),
        description => description,
    };
    let mut row = json!({ "id": id, "title": cut(&given.title, ROW_TITLE) });
    if !description.is_empty() {
        row["description"] = json!(cut(description, ROW_DESCRIPTION));
    }
    row
}

fn list_action(words: Words, button: &str, sections: Value) -> Value {
    let button = button.trim();
    let button = if button.is_empty() { words.text("wa-out-choose").to_string() } else { cut(button, LABEL) };
    json!({ "button": button, "sections": sections })
}

/// A text within its length, its end replaced by an ellipsis if necessary.
fn cut(text: &str, length: Length) -> String {
    let text = text.trim();
    if length.holds(text) {
        return text.to_owned();
    }
    let shorter = Length { most: length.most - 1, ..length };
    let head = crate::fit::split(text, shorter).into_iter().next().unwrap_or_default();
    format!("{}…", head.trim_end())
}

#[cfg(test)]
mod tests;
