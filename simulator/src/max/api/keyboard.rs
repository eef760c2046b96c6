//! Limits of inline keyboards.

use serde_json::Value;

use super::answer::{Refusal, ensure, wrong};

const ROWS: usize = 30;
const IN_ROW: usize = 7;
const WIDE_IN_ROW: usize = 3;

/// Checks the rows of a keyboard. Error texts that no source contains are ours.
pub(super) fn check(buttons: &Value) -> Result<(), Refusal> {
    let rows = buttons.as_array().filter(|rows| !rows.is_empty());
    let rows = rows.ok_or_else(|| wrong("Field 'buttons' must not be empty"))?;
    ensure(rows.len() <= ROWS, || wrong(format!("Field 'buttons' size ({}) must be at most {ROWS}", rows.len())))?;
    for row in rows {
        let row = row.as_array().ok_or_else(|| wrong("Invalid buttons"))?;
        let is_wide = row.iter().any(|one| {
            ["link", "open_app", "request_contact", "request_geo_location"]
                .contains(&one["type"].as_str().unwrap_or_default())
        });
        let most = if is_wide { WIDE_IN_ROW } else { IN_ROW };
        ensure(!row.is_empty() && row.len() <= most, || wrong(format!("Row of buttons must have at most {most}")))?;
        row.iter().try_for_each(button)?;
    }
    Ok(())
}

fn button(button: &Value) -> Result<(), Refusal> {
    let part = |name: &str| button[name].as_str().unwrap_or_default();
    let length = part("text").chars().count();
    ensure((1..=128).contains(&length), || wrong(format!("Field 'text' size ({length}) must be at most 128")))?;
    match part("type") {
        "callback" => {
            let size = part("payload").chars().count();
            ensure((1..=1024).contains(&size), || wrong(format!("Field 'payload' size ({size}) must be at most 1024")))
        }
        "link" => {
            let url = part("url");
            let is_web = url.starts_with("https://") || url.starts_with("http://");
            ensure(is_web && url.len() <= 2048, || wrong("Must have only http/https links format in buttons"))
        }
        "message" | "request_contact" | "request_geo_location" | "open_app" | "clipboard" => Ok(()),
        other => Err(wrong(format!("Unknown button type: {other}"))),
    }
}
