//! A manager's buttons and lists as quick replies or a template, and presses (instagram-and-facebook §7).
//!
//! ```text
//! payload   b:<our message id, base64url>:<row>:<column>
//! ```

use base::message::{Button, List, Markup};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::incoming::ButtonText;

/// Most quick replies, most buttons of a template, and the longest title of either, in characters.
const QUICK_REPLIES: usize = 13;
const BUTTONS: usize = 3;
const TITLE: usize = 20;
/// The longest text of a template, in characters.
const TEMPLATE_TEXT: usize = 640;

/// How choices are offered.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Offer {
    /// `quick_replies` of a message.
    Replies(Value),
    /// The `attachment` that replaces the text.
    Template(Value),
}

/// How Meta shows the choices of a text; none if they must become words.
pub(super) fn offer(message_id: Uuid, markup: &Markup, text: &str) -> Option<Offer> {
    let choices: Vec<(String, Option<&str>, String)> = match markup {
        Markup::Buttons(rows) => of_buttons(message_id, rows),
        Markup::List(list) => of_list(message_id, list),
    };
    if choices.is_empty() || text.trim().is_empty() {
        return None;
    }
    if choices.iter().all(|(_, url, _)| url.is_none()) {
        let replies = choices
            .iter()
            .map(|(title, _, payload)| json!({ "content_type": "text", "title": title, "payload": payload }));
        return (choices.len() <= QUICK_REPLIES).then(|| Offer::Replies(replies.collect()));
    }
    let fits = choices.len() <= BUTTONS && text.chars().count() <= TEMPLATE_TEXT;
    let buttons = choices.iter().map(|(title, url, payload)| match url {
        Some(url) => json!({ "type": "web_url", "title": title, "url": url }),
        None => json!({ "type": "postback", "title": title, "payload": payload }),
    });
    let payload = json!({ "template_type": "button", "text": text, "buttons": buttons.collect::<Vec<_>>() });
    fits.then(|| Offer::Template(json!({ "type": "template", "payload": payload })))
}

fn of_buttons(message_id: Uuid, rows: &[Vec<Button>]) -> Vec<(String, Option<&str>, String)> {
    let places = rows
        .iter()
        .enumerate()
        .flat_map(|(row, buttons)| buttons.iter().enumerate().map(move |(column, button)| (row, column, button)));
    let named = places.filter(|(_, _, button)| !button.text.trim().is_empty());
    named
        .map(|(row, column, button)| {
            let url = button.url.as_deref().filter(|url| !url.is_empty());
            (title(&button.text), url, payload(message_id, row, column))
        })
        .collect()
}

fn of_list(message_id: Uuid, list: &List) -> Vec<(String, Option<&'static str>, String)> {
    let places =
        list.sections.iter().enumerate().flat_map(|(row, section)| {
            section.rows.iter().enumerate().map(move |(column, choice)| (row, column, choice))
        });
    let named = places.filter(|(_, _, choice)| !choice.title.trim().is_empty());
    named.map(|(row, column, choice)| (title(&choice.title), None, payload(message_id, row, column))).collect()
}

/// A label within the limit; the press leads to the whole one.
fn title(text: &str) -> String {
    let text = text.trim();
    if text.chars().count() <= TITLE {
        return text.to_owned();
    }
    text.chars().take(TITLE - 1).chain(['…']).collect()
}

fn payload(message_id: Uuid, row: usize, column: usize) -> String {
    format!("b:{}:{row}:{column}", URL_SAFE_NO_PAD.encode(message_id))
}

/// Our message, row and column of a payload; none if it is not one of ours.
fn read(data: &str) -> Option<(Uuid, usize, usize)> {
    let mut parts = data.strip_prefix("b:")?.split(':');
    let id = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
    let (row, column) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let id = Uuid::from_slice(&id).ok()?;
    parts.next().is_none().then_some((id, row, column))
}

/// Our id of the message whose button this payload is.
pub(super) fn message_of(data: &str) -> Option<Uuid> {
    read(data).map(|(id, ..)| id)
}

/// The whole text of a button.
pub(super) fn choice(data: &str, markup: &Markup) -> Option<ButtonText> {
    let (_, row, column) = read(data)?;
    match markup {
        Markup::Buttons(rows) => {
            let button = rows.get(row)?.get(column)?;
            Some(ButtonText { text: button.text.clone(), callback_data: None })
        }
        Markup::List(list) => {
            let choice = list.sections.get(row)?.rows.get(column)?;
            Some(ButtonText { text: choice.title.clone(), callback_data: Some(choice.id.clone()) })
        }
    }
}

#[cfg(test)]
mod tests {
    use base::message::{Row, Section};

    use super::*;

    const ID: Uuid = Uuid::from_u128(0x0190_aaaa_bbbb_7ccc_8ddd_eeee_ffff_0001);

    fn button(text: &str, url: Option<&str>) -> Button {
        Button { text: text.to_owned(), url: url.map(str::to_owned) }
    }

    #[test]
    fn a_press_leads_back_to_what_the_button_says() {
        let long = "a label that is longer than twenty characters";
        let markup = Markup::Buttons(vec![vec![button("Yes", None)], vec![button("", None), button(long, None)]]);
        let Some(Offer::Replies(replies)) = offer(ID, &markup, "Well?") else { panic!("no replies") };
        assert_eq!((&replies[0]["title"], &replies[1]["title"]), (&json!("Yes"), &json!("a label that is lon…")));
        let data = replies[1]["payload"].as_str().unwrap();
        assert_eq!(message_of(data), Some(ID));
        assert_eq!(choice(data, &markup).unwrap().text, long);
        for strange in ["", "b:", "b:x:0:0", "GET_STARTED", "b:AZCqqru7fMyN3u7u__8AAQ:0"] {
            assert_eq!(choice(strange, &markup), None, "{strange}");
        }
        let rows = vec![Row { id: "r1".into(), title: "One".into(), ..Row::default() }];
        let list = Markup::List(List { sections: vec![Section { rows, ..Section::default() }], ..List::default() });
        let Some(Offer::Replies(replies)) = offer(ID, &list, "Which?") else { panic!("no replies") };
        let chosen = choice(replies[0]["payload"].as_str().unwrap(), &list).unwrap();
        assert_eq!((chosen.text.as_str(), chosen.callback_data.as_deref()), ("One", Some("r1")));
    }

    #[test]
    fn links_make_a_template_and_what_does_not_fit_becomes_words() {
        let link = || button("Shop", Some("https://acme.example"));
        let Some(Offer::Template(made)) = offer(ID, &Markup::Buttons(vec![vec![link(), button("No", None)]]), "Well?")
        else {
            panic!("no template")
        };
        let buttons = &made["payload"]["buttons"];
        assert_eq!((&buttons[0]["type"], &buttons[1]["type"]), (&json!("web_url"), &json!("postback")));
        assert_eq!(offer(ID, &Markup::Buttons(vec![vec![link(), link(), link(), link()]]), "Well?"), None);
        assert_eq!(offer(ID, &Markup::Buttons(vec![vec![link()]]), &"x".repeat(641)), None);
        assert_eq!(offer(ID, &Markup::Buttons(vec![vec![button("x", None); 14]]), "Well?"), None);
        assert_eq!(offer(ID, &Markup::Buttons(vec![vec![button("x", None)]]), " "), None);
    }
}
