//! Inline keyboards (vk §9): a manager's buttons and lists, and what a press means.
//!
//! ```text
//! payload   {"parom":"b:<our message id, base64url>:<row>:<column>"}     at most 64 of 255 characters
//! ```
//!
//! A press of a `text` button is a message of the customer with the button's label and payload. The whole text is
//! looked up in our message, because labels are cut.

use base::message::{Button, List, Markup};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use unicode_segmentation::UnicodeSegmentation;
use uuid::Uuid;

use crate::incoming::ButtonText;

/// Rows, buttons in a row, and buttons of an inline keyboard.
const ROWS: usize = 6;
const IN_ROW: usize = 5;
const BUTTONS: usize = 10;
/// Characters of a label.
const LABEL: usize = 40;
/// Our key in a payload.
const KEY: &str = "parom";

/// A button of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PressedButton {
    /// Our id of the message that contains it.
    pub message_id: Uuid,
    pub row: usize,
    pub column: usize,
}

impl PressedButton {
    /// Its word in the payload.
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

    /// From the payload of a press: an object, or the same as text.
    pub fn of_payload(payload: &Value) -> Option<Self> {
        let parsed = payload.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
        Self::read(parsed.as_ref().unwrap_or(payload).get(KEY)?.as_str()?)
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

    fn key(self, text: &str) -> Value {
        let payload = json!({ KEY: self.data() }).to_string();
        json!({ "action": { "type": "text", "label": label(text), "payload": payload }, "color": "secondary" })
    }
}

/// Whether a payload is that of the button "Start", which VK offers before the first message.
pub fn is_start(payload: &str) -> bool {
    serde_json::from_str::<Value>(payload).is_ok_and(|payload| payload["command"] == "start")
}

/// The `keyboard` of a message; none if it does not fit and text must replace it.
pub fn inline(message_id: Uuid, markup: &Markup) -> Option<Value> {
    let rows = match markup {
        Markup::Buttons(rows) => buttons(message_id, rows),
        Markup::List(list) => of_list(message_id, list),
    };
    let count: usize = rows.iter().map(Vec::len).sum();
    let fits = (1..=BUTTONS).contains(&count) && rows.len() <= ROWS && rows.iter().all(|row| row.len() <= IN_ROW);
    fits.then(|| json!({ "inline": true, "buttons": rows }))
}

fn buttons(message_id: Uuid, rows: &[Vec<Button>]) -> Vec<Vec<Value>> {
    let rows = rows.iter().enumerate().map(|(row, buttons)| {
        let buttons = buttons.iter().enumerate().filter(|(_, button)| !button.text.trim().is_empty());
        let keys = buttons.map(|(column, button)| match button.url.as_deref().filter(|url| !url.is_empty()) {
            Some(url) => json!({ "action": { "type": "open_link", "label": label(&button.text), "link": url } }),
            None => PressedButton { message_id, row, column }.key(&button.text),
        });
        keys.collect::<Vec<_>>()
    });
    rows.filter(|row| !row.is_empty()).collect()
}

/// A row of its own for each choice, two in a row if there are more than rows.
fn of_list(message_id: Uuid, list: &List) -> Vec<Vec<Value>> {
    let sections = list.sections.iter().enumerate();
    let keys: Vec<Value> = sections
        .flat_map(|(row, section)| {
            let rows = section.rows.iter().enumerate().filter(|(_, choice)| !choice.title.trim().is_empty());
            rows.map(move |(column, choice)| PressedButton { message_id, row, column }.key(&choice.title))
        })
        .collect();
    let wide = if keys.len() > ROWS { 2 } else { 1 };
    keys.chunks(wide).map(<[Value]>::to_vec).collect()
}

fn label(text: &str) -> String {
    if text.chars().count() <= LABEL {
        return text.to_owned();
    }
    let mut short = String::new();
    for grapheme in text.graphemes(true) {
        if short.chars().count() + grapheme.chars().count() >= LABEL {
            break;
        }
        short.push_str(grapheme);
    }
    format!("{}…", short.trim_end())
}

#[cfg(test)]
mod tests {
    use base::message::{Row, Section};

    use super::*;

    const ID: Uuid = Uuid::from_u128(0x0190_aaaa_bbbb_7ccc_8ddd_eeee_ffff_0001);

    fn button(text: &str, url: Option<&str>) -> Button {
        Button { text: text.to_owned(), url: url.map(str::to_owned) }
    }

    fn list(rows: usize) -> Markup {
        let row = |number| Row { id: format!("r{number}"), title: format!("Size {number}"), ..Row::default() };
        let sections = vec![Section { title: "Sizes".into(), rows: (0..rows).map(row).collect() }];
        Markup::List(List { sections, ..List::default() })
    }

    #[test]
    fn a_press_leads_back_to_what_the_button_says() {
        let long = "очень длинная надпись на кнопке, гораздо длиннее сорока знаков";
        let markup = Markup::Buttons(vec![vec![button("Да", None), button(long, None)], vec![button("", None)]]);
        let keyboard = inline(ID, &markup).unwrap();
        assert_eq!(keyboard["buttons"].as_array().unwrap().len(), 1, "an empty button is none");
        let action = &keyboard["buttons"][0][1]["action"];
        assert!(action["label"].as_str().unwrap().chars().count() <= 40);
        assert!(action["payload"].as_str().unwrap().len() <= 255);
        let pressed = PressedButton::of_payload(&action["payload"]).unwrap();
        assert_eq!(pressed, PressedButton { message_id: ID, row: 0, column: 1 });
        assert_eq!(pressed.choice(&markup), Some(ButtonText { text: long.to_owned(), callback_data: None }));
        assert_eq!(PressedButton { row: 7, ..pressed }.choice(&markup), None);
        let object: Value = serde_json::from_str(action["payload"].as_str().unwrap()).unwrap();
        assert_eq!(PressedButton::of_payload(&object), Some(pressed), "events bring the object itself");
    }

    #[test]
    fn lists_fill_rows_and_links_open() {
        let rows = |markup: &Markup| inline(ID, markup).map(|keyboard| keyboard["buttons"].as_array().unwrap().len());
        assert_eq!(
            (rows(&list(6)), rows(&list(7)), rows(&list(10)), rows(&list(11))),
            (Some(6), Some(4), Some(5), None)
        );
        let pressed = PressedButton { message_id: ID, row: 0, column: 3 };
        assert_eq!(pressed.choice(&list(6)).unwrap().callback_data.as_deref(), Some("r3"));
        let markup = Markup::Buttons(vec![vec![button("Сайт", Some("https://acme.test"))]]);
        assert_eq!(inline(ID, &markup).unwrap().pointer("/buttons/0/0/action/link").unwrap(), "https://acme.test");
        let wide = Markup::Buttons(vec![(0..6).map(|_| button("x", None)).collect()]);
        assert_eq!((inline(ID, &wide), inline(ID, &Markup::Buttons(Vec::new()))), (None, None));
    }

    #[test]
    fn what_is_not_ours_is_no_button_of_ours() {
        for payload in [json!(null), json!(""), json!("{}"), json!({ "parom": 1 }), json!({ "parom": "b:x:0:0" })] {
            assert_eq!(PressedButton::of_payload(&payload), None, "{payload}");
        }
        assert!(is_start("{\"command\":\"start\"}"));
        assert!(!is_start("{\"command\":\"stop\"}") && !is_start("start"));
    }
}
