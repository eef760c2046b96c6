//! Inline keyboards (vk §9): a manager's buttons and lists, and how presses are mapped back.
//!
//! ```text
//! payload   {"parom":"<a pressed button>"}     at most 76 of 255 characters
//! ```
//!
//! A press of a `text` button arrives as a message of the customer with the button's label and payload. The complete
//! text is looked up in our message, because labels are shortened.

use base::message::{Button, List, Markup};
use serde_json::{Value, json};
use unicode_segmentation::UnicodeSegmentation;
use uuid::Uuid;

use crate::pressed_button::{self, PressedButton, link};

/// Maximum rows, buttons per row, and buttons of an inline keyboard.
const ROWS: usize = 6;
const IN_ROW: usize = 5;
const BUTTONS: usize = 10;
/// Characters of a label.
const LABEL: usize = 40;
/// Our key in a payload.
const KEY: &str = "parom";

/// The button in the payload of a press: an object, or the same as text.
pub fn pressed(payload: &Value) -> Option<PressedButton> {
    let parsed = payload.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    PressedButton::read(parsed.as_ref().unwrap_or(payload).get(KEY)?.as_str()?)
}

fn key(pressed: PressedButton, text: &str) -> Value {
    let payload = json!({ KEY: pressed.data() }).to_string();
    json!({ "action": { "type": "text", "label": label(text), "payload": payload }, "color": "secondary" })
}

/// Whether a payload is that of the button "Start", which VK offers before the first message.
pub fn is_start(payload: &str) -> bool {
    serde_json::from_str::<Value>(payload).is_ok_and(|payload| payload["command"] == "start")
}

/// The `keyboard` of a message; none if it does not fit and must be sent as text.
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
    let rows = pressed_button::buttons(message_id, rows).map(|row| {
        let keys = row.into_iter().map(|(pressed, button)| match link(button) {
            Some(url) => json!({ "action": { "type": "open_link", "label": label(&button.text), "link": url } }),
            None => key(pressed, &button.text),
        });
        keys.collect::<Vec<_>>()
    });
    rows.filter(|row| !row.is_empty()).collect()
}

/// One row per choice, or two choices per row if there are more than the maximum of rows.
fn of_list(message_id: Uuid, list: &List) -> Vec<Vec<Value>> {
    let choices = pressed_button::choices(message_id, list);
    let keys: Vec<Value> = choices.map(|(pressed, choice)| key(pressed, &choice.title)).collect();
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

// Reactions: VK has sixteen, identified by number (vk §11).

/// Emoji by number, from 1.
const EMOJI: [&str; 16] =
    ["❤️", "🔥", "😂", "👍", "💩", "❓", "😭", "😡", "👎", "👌", "😃", "🤔", "🙏", "😘", "😍", "🎉"];
/// Emoji that are sent as one of these.
const ALIKE: [(&str, &str); 8] =
    [("♥", "❤"), ("🤣", "😂"), ("😁", "😃"), ("😀", "😃"), ("😢", "😭"), ("🤬", "😡"), ("🥰", "😍"), ("🥳", "🎉")];

/// The emoji of a number; none if VK added it later.
pub fn emoji(number: i64) -> Option<&'static str> {
    EMOJI.get(usize::try_from(number.checked_sub(1)?).ok()?).copied()
}

/// The number of an emoji; none if VK has no such reaction.
pub fn number(emoji: &str) -> Option<i64> {
    let plain = |emoji: &str| emoji.replace('\u{fe0f}', "");
    let asked = plain(emoji);
    let asked = ALIKE.iter().find(|(alike, _)| *alike == asked).map_or(asked.as_str(), |(_, meant)| meant);
    EMOJI.iter().zip(1..).find(|(one, _)| plain(one) == asked).map(|(_, number)| number)
}

#[cfg(test)]
mod tests {
    use base::message::{Row, Section};

    use super::*;
    use crate::incoming::ButtonText;

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
        let pressed = super::pressed(&action["payload"]).unwrap();
        assert_eq!(pressed, PressedButton { message_id: ID, row: 0, column: 1 });
        assert_eq!(pressed.choice(&markup), Some(ButtonText { text: long.to_owned(), callback_data: None }));
        assert_eq!(PressedButton { row: 7, ..pressed }.choice(&markup), None);
        let object: Value = serde_json::from_str(action["payload"].as_str().unwrap()).unwrap();
        assert_eq!(super::pressed(&object), Some(pressed), "events bring the object itself");
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
    fn numbers_and_emoji_belong_together() {
        for at in 1..=16 {
            assert_eq!(emoji(at).and_then(number), Some(at));
        }
        assert_eq!((emoji(0), emoji(17), emoji(i64::MIN)), (None, None, None));
        assert_eq!((number("❤"), number("🤣"), number("🦄")), (Some(1), Some(3), None));
    }
}
