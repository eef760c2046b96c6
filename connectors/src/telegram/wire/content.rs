//! Content of messages.

use serde_json::Value;

use super::wire;

wire! {
    /// A file of any kind.
    FileRef {
        /// Valid for this bot only; used to download the file.
        file_id: String,
        /// The same for all bots, and for identical bytes.
        file_unique_id: String,
        file_name: Option<String>,
        mime_type: Option<String>,
        file_size: u64,
        /// Seconds.
        duration: Option<u32>,
        performer: Option<String>,
        title: Option<String>,
    }

    PhotoSize {
        file_id: String,
        file_unique_id: String,
        file_size: u64,
    }

    Sticker {
        file_id: String,
        file_unique_id: String,
        file_size: u64,
        /// A `.tgs`, which only Telegram can show.
        is_animated: bool,
        /// A `.webm`.
        is_video: bool,
        emoji: Option<String>,
        thumbnail: Option<PhotoSize>,
    }

    Location {
        latitude: Option<f64>,
        longitude: Option<f64>,
    }

    Venue {
        location: Location,
        title: String,
        address: String,
    }

    Contact {
        phone_number: String,
        first_name: String,
        last_name: Option<String>,
        user_id: Option<i64>,
    }

    Poll {
        question: String,
        options: Vec<Line>,
    }

    Checklist {
        title: String,
        tasks: Vec<Line>,
    }

    /// An option of a poll, or a task of a checklist.
    Line {
        text: String,
    }

    Dice {
        emoji: String,
        value: i64,
    }

    Story {
        chat: super::Chat,
        id: i64,
    }

    PaidMedia {
        star_count: i64,
    }
}

/// All texts of a rich message, one block per line. The JSON parser limits the nesting.
pub fn line_of(rich: &Value) -> String {
    let mut lines = Vec::new();
    blocks(rich, &mut lines);
    lines.retain(|line| !line.trim().is_empty());
    lines.join("\n")
}

/// Each block becomes a line of its own; text nested in a text belongs to the same line.
fn blocks(value: &Value, lines: &mut Vec<String>) {
    match value {
        Value::Array(all) => all.iter().for_each(|one| blocks(one, lines)),
        Value::Object(block) => {
            if let Some(text) = block.get("text") {
                let mut line = String::new();
                leaves(text, &mut line);
                lines.push(line);
            }
            for inner in ["blocks", "items", "caption", "rows", "cells"] {
                match block.get(inner) {
                    Some(Value::String(text)) => lines.push(text.clone()),
                    Some(value) => blocks(value, lines),
                    None => {}
                }
            }
        }
        Value::String(text) => lines.push(text.clone()),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn leaves(value: &Value, line: &mut String) {
    match value {
        Value::String(text) => line.push_str(text),
        Value::Array(all) => all.iter().for_each(|one| leaves(one, line)),
        Value::Object(text) => {
            if let Some(text) = text.get("text") {
                leaves(text, line);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
