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
        assert_eq!(pressed.choice(&markup), Some(ButtonText { text: long.to_owned(), callback_data: None }));
        assert_eq!(PressedButton { row: 7, ..pressed }.choice(&markup), None);
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
}
