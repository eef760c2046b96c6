//! Inline keyboards: encodes a manager's buttons and lists, and decodes presses.
//!
//! ```text
//! callback_data   b:<our message id, base64url>:<row>:<column>     at most 44 of 64 bytes
//! ```
//!
//! For a list, the row is the section and the column the row in it. A button's text is looked up in the message when
//! it is pressed, because labels may be longer than callback data.

use base::message::{Button, List, Markup};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use uuid::Uuid;

/// Maximum buttons in one keyboard; with more, all become text (telegram §8).
const BUTTONS: usize = 100;
/// Maximum buttons in one row.
const IN_ROW: usize = 8;

/// A button that was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PressedButton {
    /// Our id of the message that contains it.
    pub message_id: Uuid,
    pub row: usize,
    pub column: usize,
}

/// The text of a pressed button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceText {
    pub text: String,
    /// The id of a list's row (chats-api §3.11).
    pub callback_data: Option<String>,
}

impl PressedButton {
    /// The `callback_data` of the button.
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
    pub fn choice(self, markup: &Markup) -> Option<ChoiceText> {
        match markup {
            Markup::Buttons(rows) => {
                let button = rows.get(self.row)?.get(self.column)?;
                Some(ChoiceText { text: button.text.clone(), callback_data: None })
            }
            Markup::List(list) => {
                let row = list.sections.get(self.row)?.rows.get(self.column)?;
                Some(ChoiceText { text: row.title.clone(), callback_data: Some(row.id.clone()) })
            }
        }
    }
}

/// The `reply_markup` of a message; none if nothing of it fits a keyboard and text must replace it.
pub fn inline(message_id: Uuid, markup: &Markup) -> Option<Value> {
    let rows = match markup {
        Markup::Buttons(rows) => buttons(message_id, rows),
        Markup::List(list) => of_list(message_id, list),
    };
    let count: usize = rows.iter().map(Vec::len).sum();
    let fits = (1..=BUTTONS).contains(&count) && rows.iter().all(|row| row.len() <= IN_ROW);
    fits.then(|| json!({ "inline_keyboard": rows }))
}

fn buttons(message_id: Uuid, rows: &[Vec<Button>]) -> Vec<Vec<Value>> {
    let rows = rows.iter().enumerate().map(|(row, buttons)| {
        let buttons = buttons.iter().enumerate().filter(|(_, button)| !button.text.trim().is_empty());
        let keys = buttons.map(|(column, button)| match button.url.as_deref().filter(|url| !url.is_empty()) {
            Some(url) => json!({ "text": button.text, "url": url }),
            None => key(&button.text, PressedButton { message_id, row, column }),
        });
        keys.collect::<Vec<_>>()
    });
    rows.filter(|row| !row.is_empty()).collect()
}

fn of_list(message_id: Uuid, list: &List) -> Vec<Vec<Value>> {
    let sections = list.sections.iter().enumerate();
    let keys = sections.flat_map(|(row, section)| {
        let rows = section.rows.iter().enumerate().filter(|(_, choice)| !choice.title.trim().is_empty());
        rows.map(move |(column, choice)| vec![key(&choice.title, PressedButton { message_id, row, column })])
    });
    keys.collect()
}

fn key(text: &str, pressed: PressedButton) -> Value {
    json!({ "text": text, "callback_data": pressed.data() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::message::{Row, Section};

    const ID: Uuid = Uuid::from_u128(0x0190_aaaa_bbbb_7ccc_8ddd_eeee_ffff_0001);

    fn button(text: &str, url: Option<&str>) -> Button {
        Button { text: text.to_owned(), url: url.map(str::to_owned) }
    }

    #[test]
    fn a_press_leads_back_to_what_the_button_says() {
        let long = "очень длинная надпись на кнопке, длиннее шестидесяти четырёх байт";
        let markup = Markup::Buttons(vec![vec![button("Yes", None), button(long, None)], vec![button("", None)]]);
        let keyboard = inline(ID, &markup).unwrap();
        let data = keyboard.pointer("/inline_keyboard/0/1/callback_data").and_then(Value::as_str).unwrap();
        assert!(data.len() <= 64);
        let pressed = PressedButton::read(data).unwrap();
        assert_eq!(pressed, PressedButton { message_id: ID, row: 0, column: 1 });
        assert_eq!(pressed.choice(&markup), Some(ChoiceText { text: long.to_owned(), callback_data: None }));
        assert_eq!(PressedButton { row: 7, ..pressed }.choice(&markup), None);
        let furthest = PressedButton { message_id: ID, row: 99_999_999, column: 99_999_999 };
        assert!(furthest.data().len() <= 64);
        assert_eq!(keyboard["inline_keyboard"].as_array().unwrap().len(), 1, "an empty button is none");
    }

    #[test]
    fn a_list_is_a_button_a_row() {
        let row = |id: &str, title: &str| Row { id: id.into(), title: title.into(), ..Row::default() };
        let section = |rows| Section { title: "Sizes".into(), rows };
        let sections = vec![section(vec![row("s", "Small")]), section(vec![row("m", "Medium"), row("l", "Large")])];
        let markup = Markup::List(List { sections, ..List::default() });
        let keyboard = inline(ID, &markup).unwrap();
        assert_eq!(keyboard["inline_keyboard"].as_array().unwrap().len(), 3);
        let data = keyboard.pointer("/inline_keyboard/2/0/callback_data").and_then(Value::as_str).unwrap();
        let choice = PressedButton::read(data).unwrap().choice(&markup).unwrap();
        assert_eq!((choice.text.as_str(), choice.callback_data.as_deref()), ("Large", Some("l")));
    }

    #[test]
    fn links_open_and_too_many_are_none() {
        let markup = Markup::Buttons(vec![vec![button("Shop", Some("https://acme.test"))]]);
        assert_eq!(inline(ID, &markup).unwrap().pointer("/inline_keyboard/0/0/url").unwrap(), "https://acme.test");
        let many = Markup::Buttons((0..101).map(|_| vec![button("x", None)]).collect());
        assert_eq!(inline(ID, &many), None);
        let wide = Markup::Buttons(vec![(0..9).map(|_| button("x", None)).collect()]);
        assert_eq!(inline(ID, &wide), None);
        assert_eq!(inline(ID, &Markup::Buttons(Vec::new())), None);
    }

    #[test]
    fn what_is_not_ours_is_no_button_of_ours() {
        for data in ["", "b:", "b:x:0:0", "menu:1", "b:AZCqqru7fMyN3e7u__8AAQ:0", "b:AZCqqru7fMyN3e7u__8AAQ:0:0:0"] {
            assert_eq!(PressedButton::read(data), None, "{data}");
        }
    }
}
