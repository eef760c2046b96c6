//! Validates keyboards (<https://dev.vk.com/api/bots/development/keyboard>): error 911.

use serde_json::Value;

use super::answer::{Refusal, refused_for};

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

/// Checks a keyboard.
pub(super) fn check(keyboard: &Value) -> Result<(), Refusal> {
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
    for row in rows {
        let row = row.as_array().ok_or_else(|| bad("row should be array"))?;
        if row.is_empty() || row.len() > IN_ROW {
            return Err(bad("wrong number of buttons in a row"));
        }
        row.iter().try_for_each(button)?;
    }
    Ok(())
}

fn button(button: &Value) -> Result<(), Refusal> {
    let action = &button["action"];
    let text = |name: &str| action[name].as_str().unwrap_or_default();
    let label = text("label");
    match text("type") {
        "text" | "callback" if label.is_empty() => Err(bad("button label is empty")),
        "open_link" if url::Url::parse(text("link")).is_err() => Err(bad("button link is invalid")),
        "open_link" if label.is_empty() => Err(bad("button label is empty")),
        "text" | "callback" | "open_link" | "open_app" | "location" | "vkpay" if label.chars().count() <= LABEL => {
            match text("payload").chars().count() {
                ..=PAYLOAD => Ok(()),
                _ => Err(bad("payload is too long")),
            }
        }
        "text" | "callback" | "open_link" => Err(bad("button label is too long")),
        _ => Err(bad("unknown button action")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn keyboard(rows: usize, columns: usize, label: &str) -> Value {
        let button = json!({"action": {"type": "callback", "label": label, "payload": "{}"}, "color": "primary"});
        json!({"inline": true, "buttons": vec![vec![button; columns]; rows]})
    }

    #[test]
    fn sizes_are_kept() {
        assert_eq!(check(&keyboard(2, 5, "Yes")), Ok(()));
        let long = "x".repeat(41);
        for wrong in [keyboard(3, 4, "Yes"), keyboard(7, 1, "Yes"), keyboard(1, 6, "Yes"), keyboard(1, 1, &long)] {
            assert_eq!(check(&wrong).map_err(|one| one.code), Err(911), "{wrong}");
        }
        assert_eq!(check(&json!({"buttons": []})), Ok(()));
    }
}
