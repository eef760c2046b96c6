//! `reply_markup`: inline buttons and keyboards.

use serde_json::{Map, Value, json};

use super::options::Place;
use super::params::{Params, Refusal, bad, ensure};
use crate::kit::Button;

/// Inline buttons belong to the message; a keyboard is shown below the input field.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Markup {
    pub(super) inline: Option<Value>,
    /// An empty one removes it.
    pub(super) keyboard: Option<Vec<Vec<Button>>>,
}

const MOST_BUTTONS: usize = 100;

/// Parses and checks `reply_markup`.
pub(super) fn read(place: Place, params: &Params) -> Result<Markup, Refusal> {
    let Some(given) = params.json("reply_markup", "reply keyboard markup")? else {
        return Ok(Markup::default());
    };
    let fields = given.as_object().ok_or_else(|| bad("object expected as reply markup"))?;
    if let Some(rows) = fields.get("inline_keyboard") {
        let rows = read_rows(rows, inline)?;
        let inline = (!rows.is_empty()).then(|| json!({"inline_keyboard": rows}));
        return Ok(Markup { inline, keyboard: None });
    }
    // The error text is ours: the server's text for business chats is not published.
    let is_personal = matches!(place, Place::Personal(..));
    ensure(!is_personal, || bad("reply keyboards can't be used in business chats"))?;
    if let Some(rows) = fields.get("keyboard") {
        return Ok(Markup { inline: None, keyboard: Some(read_rows(rows, |one| key(one, place))?) });
    }
    let is_removed = fields.get("remove_keyboard").and_then(Value::as_bool) == Some(true);
    Ok(Markup { inline: None, keyboard: is_removed.then(Vec::new) })
}

/// The inline buttons as people see them.
pub(super) fn buttons(markup: Option<&Value>) -> Vec<Vec<Button>> {
    let rows = markup.and_then(|markup| markup["inline_keyboard"].as_array()).into_iter().flatten();
    let text = |of: &Value, key: &str| of[key].as_str().map(str::to_owned);
    let button = |one: &Value| Button {
        text: text(one, "text").unwrap_or_default(),
        payload: text(one, "callback_data"),
        url: text(one, "url"),
        ..Button::default()
    };
    rows.filter_map(Value::as_array).map(|row| row.iter().map(button).collect()).collect()
}

fn read_rows<T>(rows: &Value, button: impl Fn(&Value) -> Result<T, Refusal>) -> Result<Vec<Vec<T>>, Refusal> {
    let wrong = || bad("can't parse inline keyboard button: Array of Arrays is expected");
    let mut read = Vec::new();
    let mut count = 0;
    for row in rows.as_array().ok_or_else(wrong)? {
        let row = row.as_array().ok_or_else(wrong)?.iter().map(&button).collect::<Result<Vec<T>, Refusal>>()?;
        count += row.len();
        if !row.is_empty() {
            read.push(row);
        }
    }
    ensure(count <= MOST_BUTTONS, || bad("reply markup is too long"))?;
    Ok(read)
}

fn inline(one: &Value) -> Result<Value, Refusal> {
    let fields = one.as_object().ok_or_else(|| bad("can't parse inline keyboard button: Object is expected"))?;
    let text = fields.get("text").and_then(Value::as_str).unwrap_or_default().trim();
    ensure(!text.is_empty(), || bad("can't parse inline keyboard button: field \"text\" must be non-empty"))?;
    let mut button = Map::new();
    button.insert("text".to_owned(), json!(text));
    if let Some(link) = fields.get("url").and_then(Value::as_str) {
        button.insert("url".to_owned(), json!(address(link)?));
    } else if let Some(data) = fields.get("callback_data").and_then(Value::as_str) {
        ensure((1..=64).contains(&data.len()), || bad("BUTTON_DATA_INVALID"))?;
        button.insert("callback_data".to_owned(), json!(data));
    } else if let Some((key, other)) =
        fields.iter().find(|(key, _)| !["text", "style", "icon_custom_emoji_id"].contains(&key.as_str()))
    {
        button.insert(key.clone(), other.clone());
    } else {
        return Err(bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"));
    }
    Ok(Value::Object(button))
}

/// The URL of a button or a link, normalised as Telegram does.
pub(super) fn address(link: &str) -> Result<String, Refusal> {
    let wrong = |why: &str| bad(&format!("inline keyboard button URL '{link}' is invalid: {why}"));
    let whole =
        if link.contains("://") || link.starts_with("tel:") { link.to_owned() } else { format!("http://{link}") };
    let parsed = url::Url::parse(&whole).map_err(|_| wrong("Wrong HTTP URL"))?;
    match parsed.scheme() {
        "http" | "https" => {
            let host = parsed.host_str().unwrap_or_default();
            ensure(host.contains('.') || host == "localhost", || wrong("Wrong HTTP URL"))?;
        }
        "tg" => {}
        _ => return Err(wrong("Unsupported URL protocol")),
    }
    Ok(parsed.to_string())
}

/// A key below the input, which sends its text or the person's number.
fn key(one: &Value, place: Place) -> Result<Button, Refusal> {
    let text = one.as_str().or_else(|| one["text"].as_str()).unwrap_or_default().to_owned();
    let asks = one["request_contact"] == true;
    let is_private = matches!(place, Place::Private(_));
    ensure(!asks || is_private, || bad("phone number can be requested in private chats only"))?;
    Ok(Button { kind: if asks { "own_contact".to_owned() } else { String::new() }, text, ..Button::default() })
}
