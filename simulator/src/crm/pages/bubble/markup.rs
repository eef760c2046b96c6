//! Buttons, lists and templates of messages, and customers' choices.

use serde_json::Value;

use crate::crm::state::{Account, Message};

/// A button under a message.
pub(super) struct ButtonView {
    pub(super) text: String,
    pub(super) url: String,
}

/// A list message.
pub(super) struct Listed {
    pub(super) header: String,
    pub(super) footer: String,
    pub(super) button: String,
    pub(super) sections: Vec<(String, Vec<(String, String)>)>,
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn array<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

pub(super) fn buttons(message: &Message) -> Vec<Vec<ButtonView>> {
    let Some(markup) = message.content.get("markup") else {
        return Vec::new();
    };
    let button = |one: &Value| ButtonView { text: text(one, "text"), url: text(one, "url") };
    array(markup, "buttons").map(|row| row.as_array().into_iter().flatten().map(button).collect()).collect()
}

pub(super) fn list(message: &Message) -> Option<Listed> {
    let list = message.content.get("markup")?.get("list_message")?;
    let row = |one: &Value| (text(one, "title"), text(one, "description"));
    Some(Listed {
        header: text(list, "header"),
        footer: text(list, "footer"),
        button: text(list, "button"),
        sections: array(list, "sections")
            .map(|section| (text(section, "title"), array(section, "rows").map(row).collect()))
            .collect(),
    })
}

/// The title of the row that the customer chose, or the received value.
pub(super) fn chosen_row(account: &Account, message: &Message) -> Option<String> {
    let chosen = message.content.get("callback_data")?.as_str()?;
    let lists = account.messages.iter().filter(|one| one.chat_id == message.chat_id);
    let mut sections = lists.filter_map(|one| one.content.get("markup")?.get("list_message"));
    let found = sections.find_map(|list| {
        let mut rows = array(list, "sections").flat_map(|section| array(section, "rows"));
        rows.find(|row| text(row, "callback_data") == chosen).map(|row| text(row, "title"))
    });
    Some(found.unwrap_or_else(|| chosen.to_owned()))
}

/// Name of a message's template, else its number.
pub(super) fn template_name(account: &Account, message: &Message) -> Option<String> {
    let id = message.content.get("template")?.get("id")?.as_i64()?;
    let known = account.crm.templates.iter().find(|one| one.id == id);
    let name = known.and_then(|one| one.fields.get("name")?.as_str()).filter(|name| !name.is_empty());
    Some(name.map_or_else(|| id.to_string(), str::to_owned))
}
