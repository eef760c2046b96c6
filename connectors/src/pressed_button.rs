//! A manager's buttons and lists on a messenger's keyboard, and how a press is mapped back to a button.
//!
//! ```text
//! data   b:<our message id, base64url>:<row>:<column>     at most 64 bytes
//! ```
//!
//! For a list, the row is the section and the column is the row within it. A button's text is looked up in the message
//! when it is pressed, because the messenger may have shortened it.

use base::message::{Button, List, Markup, Row};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::incoming::ButtonText;

/// A button that was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PressedButton {
    /// Our id of the message that contains it.
    pub message_id: Uuid,
    pub row: usize,
    pub column: usize,
}

impl PressedButton {
    /// The data that a press returns.
    pub fn data(self) -> String {
        format!("b:{}:{}:{}", URL_SAFE_NO_PAD.encode(self.message_id), self.row, self.column)
    }

    /// None if it is not a button of ours.
    pub fn read(data: &str) -> Option<Self> {
        let mut parts = data.strip_prefix("b:")?.split(':');
        let id = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
        let message_id = Uuid::from_slice(&id).ok()?;
        let (row, column) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        parts.next().is_none().then_some(Self { message_id, row, column })
    }

    /// The button's text from the markup of its message; none if it has no such button.
    pub fn choice(self, markup: &Markup) -> Option<ButtonText> {
        match markup {
            Markup::Buttons(rows) => {
                let button = rows.get(self.row)?.get(self.column)?;
                Some(ButtonText { text: button.text.clone(), callback_data: None })
            }
            Markup::List(list) => {
                let row = list.sections.get(self.row)?.rows.get(self.column)?;
                Some(ButtonText { text: row.title.clone(), callback_data: Some(row.id.clone()) })
            }
        }
    }
}

/// The buttons of a message, row by row, without those that have no text.
pub(crate) fn buttons(message_id: Uuid, rows: &[Vec<Button>]) -> impl Iterator<Item = Vec<(PressedButton, &Button)>> {
    rows.iter().enumerate().map(move |(row, buttons)| {
        let named = buttons.iter().enumerate().filter(|(_, button)| !button.text.trim().is_empty());
        named.map(|(column, button)| (PressedButton { message_id, row, column }, button)).collect()
    })
}

/// The address that a button opens; none for a button that sends data.
pub(crate) fn link(button: &Button) -> Option<&str> {
    button.url.as_deref().filter(|url| !url.is_empty())
}

/// The choices of a list, without those that have no title.
pub(crate) fn choices(message_id: Uuid, list: &List) -> impl Iterator<Item = (PressedButton, &Row)> {
    list.sections.iter().enumerate().flat_map(move |(row, section)| {
        let named = section.rows.iter().enumerate().filter(|(_, choice)| !choice.title.trim().is_empty());
        named.map(move |(column, choice)| (PressedButton { message_id, row, column }, choice))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Uuid = Uuid::from_u128(0x0190_aaaa_bbbb_7ccc_8ddd_eeee_ffff_0001);

    #[test]
    fn a_press_is_read_back_and_what_is_not_ours_is_not() {
        let furthest = PressedButton { message_id: ID, row: 99_999_999, column: 99_999_999 };
        assert!(furthest.data().len() <= 64);
        assert_eq!(PressedButton::read(&furthest.data()), Some(furthest));
        let wrong = ["", "b:", "b:x:0:0", "menu:1", "b:AZCq:0:1", "b:AZCqqru7fMyN3e7u__8AAQ:0"];
        for wrong in wrong.into_iter().chain(["b:AZCqqru7fMyN3e7u__8AAQ:0:1:2", "utm"]) {
            assert_eq!(PressedButton::read(wrong), None, "{wrong}");
        }
    }
}
