//! Inline keyboards (max §9): a manager's buttons and lists. Their `payload` is a [`PressedButton`].

use base::message::{Button, List, Markup};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::pressed_button::{self, PressedButton, link};

/// Maximum rows.
const ROWS: usize = 30;
/// Maximum buttons in one row, and in a row with links.
const IN_ROW: usize = 7;
const LINKS_IN_ROW: usize = 3;
/// Maximum characters of a label, and bytes of a link.
const LABEL: usize = 128;
const LINK: usize = 2048;

/// The attachment with the buttons; none if they do not fit a keyboard and must be sent as text.
pub(super) fn attachment(message_id: Uuid, markup: &Markup) -> Option<Value> {
    let rows = match markup {
        Markup::Buttons(rows) => buttons(message_id, rows)?,
        Markup::List(list) => of_list(message_id, list),
    };
    let fits = (1..=ROWS).contains(&rows.len());
    fits.then(|| json!({ "type": "inline_keyboard", "payload": { "buttons": rows } }))
}

/// Rows that are too wide are wrapped. None if MAX would reject a link.
fn buttons(message_id: Uuid, rows: &[Vec<Button>]) -> Option<Vec<Vec<Value>>> {
    let mut keys = Vec::new();
    for buttons in pressed_button::buttons(message_id, rows) {
        let (mut line, mut has_links) = (Vec::new(), false);
        for (pressed, button) in buttons {
            line.push(match link(button) {
                None => key(&button.text, pressed),
                Some(url) if is_link(url) => {
                    has_links = true;
                    json!({ "type": "link", "text": label(&button.text), "url": url })
                }
                Some(_) => return None,
            });
        }
        let width = if has_links { LINKS_IN_ROW } else { IN_ROW };
        keys.extend(line.chunks(width).map(<[Value]>::to_vec));
    }
    Some(keys)
}

fn is_link(url: &str) -> bool {
    let scheme = url::Url::parse(url).map(|url| url.scheme().to_owned());
    url.len() <= LINK && scheme.is_ok_and(|scheme| scheme == "https" || scheme == "http")
}

fn of_list(message_id: Uuid, list: &List) -> Vec<Vec<Value>> {
    pressed_button::choices(message_id, list).map(|(pressed, choice)| vec![key(&choice.title, pressed)]).collect()
}

fn key(text: &str, pressed: PressedButton) -> Value {
    json!({ "type": "callback", "text": label(text), "payload": pressed.data() })
}

/// A label, cut to the limit.
fn label(text: &str) -> String {
    match text.char_indices().nth(LABEL) {
        None => text.to_owned(),
        Some(_) => text.chars().take(LABEL - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Uuid = Uuid::from_u128(0x0190_aaaa_bbbb_7ccc_8ddd_eeee_ffff_0001);

    fn button(text: &str, url: Option<&str>) -> Button {
        Button { text: text.to_owned(), url: url.map(str::to_owned) }
    }

    fn rows(markup: &Markup) -> Option<Vec<usize>> {
        let rows = attachment(ID, markup)?;
        Some(rows["payload"]["buttons"].as_array().unwrap().iter().map(|row| row.as_array().unwrap().len()).collect())
    }

    #[test]
    fn a_press_leads_back_to_what_the_button_says() {
        let long = "x".repeat(200);
        let markup = Markup::Buttons(vec![vec![button("Yes", None), button(&long, None)]]);
        let keys = attachment(ID, &markup).unwrap();
        let second = &keys["payload"]["buttons"][0][1];
        assert_eq!((&second["type"], second["text"].as_str().unwrap().chars().count()), (&json!("callback"), 128));
        assert_eq!(second["payload"], "b:AZCqqru7fMyN3e7u__8AAQ:0:1");
        let pressed = PressedButton::read(second["payload"].as_str().unwrap()).unwrap();
        assert_eq!(pressed.choice(&markup).unwrap().text, long);
    }

    #[test]
    fn rows_are_as_wide_as_max_allows() {
        let keys = |count: usize, url: Option<&str>| vec![button("A", url); count];
        let link = Some("https://acme.test");
        assert_eq!(rows(&Markup::Buttons(vec![keys(8, None), keys(4, link)])), Some(vec![7, 1, 3, 1]));
        assert_eq!(rows(&Markup::Buttons(vec![keys(1, Some("tel:+7701"))])), None, "no address of the web");
        assert_eq!(rows(&Markup::Buttons(vec![keys(1, None); 31])), None, "too many rows");
        assert_eq!(rows(&Markup::Buttons(vec![vec![button(" ", None)]])), None);
    }
}
