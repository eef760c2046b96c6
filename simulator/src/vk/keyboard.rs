//! Validates keyboards (<https://dev.vk.com/api/bots/development/keyboard>): error 911.

use serde_json::Value;

use super::call::{Refusal, refused_for};
use crate::kit::{Button, Message};

/// Maximum rows and buttons of an inline keyboard, and of one below the input field; maximum buttons in a row.
const INLINE: (usize, usize) = (6, 10);
const BELOW: (usize, usize) = (10, 40);
const IN_ROW: usize = 5;
/// Maximum characters of a label, and of a payload.
const LABEL: usize = 40;
const PAYLOAD: usize = 255;

fn bad(detail: &str) -> Refusal {
    refused_for(911, detail)
}

/// Gives a message its keyboard, or takes it away.
pub(super) fn set(message: &mut Message, mut keyboard: Option<Value>) -> Result<(), Refusal> {
    if let Some(keyboard) = &mut keyboard {
        complete(keyboard);
    }
    message.buttons = keyboard.as_ref().map(read).transpose()?.unwrap_or_default();
    match keyboard {
        Some(keyboard) => message.more.insert("keyboard".to_owned(), keyboard),
        None => message.more.remove("keyboard"),
    };
    Ok(())
}

/// Adds what VK adds: payloads are shown as text, also those that were given as JSON.
fn complete(keyboard: &mut Value) {
    for key in ["one_time", "inline"] {
        keyboard[key] = Value::from(keyboard[key] == true);
    }
    let rows = keyboard["buttons"].as_array_mut().into_iter().flatten();
    let actions = rows.filter_map(Value::as_array_mut).flatten().filter_map(|one| one.get_mut("action"));
    for payload in actions.filter_map(|action| action.get_mut("payload")).filter(|payload| !payload.is_string()) {
        *payload = Value::from(payload.to_string());
    }
}

fn read(keyboard: &Value) -> Result<Vec<Vec<Button>>, Refusal> {
    let rows = keyboard["buttons"].as_array().ok_or_else(|| bad("buttons should be array"))?;
    let is_inline = keyboard["inline"].as_bool() == Some(true);
    let (most_rows, most) = if is_inline { INLINE } else { BELOW };
    let count: usize = rows.iter().filter_map(Value::as_array).map(Vec::len).sum();
    if rows.len() > most_rows || count > most {
        return Err(bad("too much buttons"));
    }
    if is_inline && keyboard["one_time"].as_bool() == Some(true) {
        return Err(bad("inline keyboard cannot be one_time"));
    }
    let row = |row: &Value| {
        let row = row.as_array().ok_or_else(|| bad("row should be array"))?;
        if row.is_empty() || row.len() > IN_ROW {
            return Err(bad("wrong number of buttons in a row"));
        }
        row.iter().map(|one| button(&one["action"])).collect()
    };
    rows.iter().map(row).collect()
}

fn button(action: &Value) -> Result<Button, Refusal> {
    let given = |name: &str| action[name].as_str().map(str::to_owned);
    let [kind, label, link] = ["type", "label", "link"].map(|name| given(name).unwrap_or_default());
    let payload = given("payload");
    let refusal = match kind.as_str() {
        "text" | "callback" if label.is_empty() => "button label is empty",
        "open_link" if url::Url::parse(&link).is_err() => "button link is invalid",
        "open_link" if label.is_empty() => "button label is empty",
        "text" | "callback" | "open_link" if label.chars().count() > LABEL => "button label is too long",
        "text" | "callback" | "open_link" | "open_app" | "location" | "vkpay" => {
            let is_long = payload.as_ref().is_some_and(|payload| payload.chars().count() > PAYLOAD);
            if !is_long {
                return Ok(Button { text: label, payload, url: given("link"), kind });
            }
            "payload is too long"
        }
        _ => "unknown button action",
    };
    Err(bad(refusal))
}
