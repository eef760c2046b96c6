//! Buttons and list messages (chats-api §4.4).

use serde_json::Value;

use crate::lenient;

/// The choices offered to the customer.
#[derive(Clone, Debug, PartialEq)]
pub enum Markup {
    /// Rows of buttons. Pressing a text button sends its text as an ordinary message; a button with an address is
    /// opened by the messenger and sends nothing.
    Buttons {
        /// `inline` (under the text) for integrations; other values are possible, empty if there was none.
        mode: String,
        /// The rows from top to bottom, none of them empty.
        rows: Vec<Vec<Button>>,
    },
    /// A list to choose one row from; with or instead of the message's text.
    List(ListMessage),
    /// Something else, as it came.
    Other(Value),
}

/// One button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// Its text, not empty.
    pub text: String,
    /// The address it opens.
    pub url: Option<String>,
}

/// A list message. amoCRM enforces these lengths, in characters: header and footer 60, body 1024, a section's title 24;
/// 1 to 10 sections with 1 to 10 rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListMessage {
    /// The heading.
    pub header: Option<String>,
    /// The text; may contain emoji and Markdown.
    pub body: Option<String>,
    /// The small print; may contain emoji, links and Markdown.
    pub footer: Option<String>,
    /// Label of the button that opens the list.
    pub button: Option<String>,
    /// The sections, none of them without rows.
    pub sections: Vec<ListSection>,
}

/// A part of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListSection {
    /// Its title.
    pub title: Option<String>,
    /// Its rows.
    pub rows: Vec<ListRow>,
}

/// A row that can be chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListRow {
    /// To be returned when the row is chosen ([`NewMessage::callback_data`](crate::chats::NewMessage::callback_data)),
    /// otherwise the bot does not continue. Not empty.
    pub callback_data: String,
    /// The displayed text, which is also the text of the answer.
    pub title: String,
    /// Small print.
    pub description: Option<String>,
}

impl Markup {
    /// Never fails: unreadable markup stays as it is, single unreadable buttons and rows are omitted.
    pub(super) fn read(markup: &Value) -> Self {
        let list = lenient::present(markup, "list_message").and_then(ListMessage::read);
        list.map(Markup::List).or_else(|| Self::buttons(markup)).unwrap_or_else(|| Markup::Other(markup.clone()))
    }

    fn buttons(markup: &Value) -> Option<Self> {
        let rows: Vec<Vec<Button>> = lenient::list(markup, "buttons").into_iter().map(row).collect();
        let rows: Vec<_> = rows.into_iter().filter(|row| !row.is_empty()).collect();
        let mode = lenient::text(markup, "mode").unwrap_or_default();
        (!rows.is_empty()).then_some(Markup::Buttons { mode, rows })
    }
}

/// A row of buttons; a single button is a row of its own.
fn row(row: &Value) -> Vec<Button> {
    match row.as_array() {
        Some(buttons) => buttons.iter().filter_map(Button::read).collect(),
        None => Button::read(row).into_iter().collect(),
    }
}

impl Button {
    fn read(button: &Value) -> Option<Self> {
        Some(Self { text: lenient::text(button, "text")?, url: lenient::text(button, "url") })
    }
}

impl ListMessage {
    fn read(list: &Value) -> Option<Self> {
        let sections = lenient::list(list, "sections").into_iter().map(ListSection::read);
        let sections: Vec<_> = sections.filter(|section| !section.rows.is_empty()).collect();
        (!sections.is_empty()).then(|| Self {
            header: lenient::text(list, "header"),
            body: lenient::text(list, "body"),
            footer: lenient::text(list, "footer"),
            button: lenient::text(list, "button"),
            sections,
        })
    }
}

impl ListSection {
    fn read(section: &Value) -> Self {
        let rows = lenient::list(section, "rows").into_iter().filter_map(ListRow::read).collect();
        Self { title: lenient::text(section, "title"), rows }
    }
}

impl ListRow {
    fn read(row: &Value) -> Option<Self> {
        Some(Self {
            callback_data: lenient::text(row, "callback_data")?,
            title: lenient::text(row, "title").unwrap_or_default(),
            description: lenient::text(row, "description"),
        })
    }
}
