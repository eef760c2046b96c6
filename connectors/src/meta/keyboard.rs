//! Converts a manager's buttons and lists to quick replies or a template, and presses back (instagram-and-facebook §7).

use base::message::{Button, List, Markup};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::pressed_button::{self, link};

/// Maximum quick replies, maximum buttons of a template, and the longest title of either, in characters.
const QUICK_REPLIES: usize = 13;
const BUTTONS: usize = 3;
const TITLE: usize = 20;
/// The longest text of a template, in characters.
const TEMPLATE_TEXT: usize = 640;

/// The form in which choices are offered.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Offer {
    /// `quick_replies` of a message.
    Replies(Value),
    /// The `attachment` that replaces the text.
    Template(Value),
}

/// The form for the choices of a text; none if they must be sent as text.
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
    let buttons = pressed_button::buttons(message_id, rows).flatten();
    buttons.map(|(pressed, button)| (title(&button.text), link(button), pressed.data())).collect()
}

fn of_list(message_id: Uuid, list: &List) -> Vec<(String, Option<&'static str>, String)> {
    let choices = pressed_button::choices(message_id, list);
    choices.map(|(pressed, choice)| (title(&choice.title), None, pressed.data())).collect()
}

/// A label within the limit; a press is mapped to the complete one.
fn title(text: &str) -> String {
    let text = text.trim();
    if text.chars().count() <= TITLE {
        return text.to_owned();
    }
    text.chars().take(TITLE - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use base::message::{Row, Section};

    use super::*;
    use crate::PressedButton;

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
        assert_eq!(PressedButton::read(data).map(|pressed| pressed.message_id), Some(ID));
        assert_eq!(PressedButton::read(data).unwrap().choice(&markup).unwrap().text, long);
        let rows = vec![Row { id: "r1".into(), title: "One".into(), ..Row::default() }];
        let list = Markup::List(List { sections: vec![Section { rows, ..Section::default() }], ..List::default() });
        let Some(Offer::Replies(replies)) = offer(ID, &list, "Which?") else { panic!("no replies") };
        let data = replies[0]["payload"].as_str().unwrap();
        let chosen = PressedButton::read(data).unwrap().choice(&list).unwrap();
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
