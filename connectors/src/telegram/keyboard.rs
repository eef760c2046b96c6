//! Inline keyboards: a manager's buttons and lists. `callback_data` is limited to 64 bytes, enough for a
//! [`PressedButton`].

use base::message::{Button, List, Markup};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::pressed_button::{self, PressedButton, link};

/// Maximum buttons in one keyboard; if there are more, all are sent as text (telegram §8).
const BUTTONS: usize = 100;
/// Maximum buttons in one row.
const IN_ROW: usize = 8;

/// The `reply_markup` of a message; none if the buttons do not fit a keyboard and must be sent as text.
pub fn inline(message_id: Uuid, markup: &Markup) -> Option<Value> {
    let rows = match markup {
        Markup::Buttons(rows) => buttons(message_id, rows),
        Markup::List(list) => of_list(message_id, list),
    };
    let count: usize = rows.iter().map(Vec::len).sum();
    let fits = (1..=BUTTONS).contains(&count) && rows.iter().all(|row| row.len() <= IN_ROW);
    fits.then(|| json!({ "inline_keyboard": rows }))
}

/// The `reply_markup` that replaces the customer's keyboard by a button that shares their phone number. Telegram takes it
/// away once it was pressed.
pub fn ask_phone(label: &str) -> Value {
    let button = json!({ "text": label, "request_contact": true });
    json!({ "keyboard": [[button]], "resize_keyboard": true, "one_time_keyboard": true })
}

fn buttons(message_id: Uuid, rows: &[Vec<Button>]) -> Vec<Vec<Value>> {
    let rows = pressed_button::buttons(message_id, rows).map(|row| {
        let keys = row.into_iter().map(|(pressed, button)| match link(button) {
            Some(url) => json!({ "text": button.text, "url": url }),
            None => key(&button.text, pressed),
        });
        keys.collect::<Vec<_>>()
    });
    rows.filter(|row| !row.is_empty()).collect()
}

fn of_list(message_id: Uuid, list: &List) -> Vec<Vec<Value>> {
    pressed_button::choices(message_id, list).map(|(pressed, choice)| vec![key(&choice.title, pressed)]).collect()
}

fn key(text: &str, pressed: PressedButton) -> Value {
    json!({ "text": text, "callback_data": pressed.data() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incoming::ButtonText;

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
        assert_eq!(pressed.choice(&markup), Some(ButtonText { text: long.to_owned(), callback_data: None }));
        assert_eq!(PressedButton { row: 7, ..pressed }.choice(&markup), None);
        assert_eq!(keyboard["inline_keyboard"].as_array().unwrap().len(), 1, "an empty button is none");
    }

    #[test]
    fn what_fits_no_keyboard_is_none() {
        let many = (0..101).map(|_| vec![button("x", None)]).collect();
        let wide = vec![(0..9).map(|_| button("x", None)).collect()];
        for none in [many, wide, Vec::new()] {
            assert_eq!(inline(ID, &Markup::Buttons(none)), None);
        }
    }
}
