//! `POST /{account}/messages`: sends a message (`send-api`, `instagram-messaging/features/send-message`).

use serde_json::{Map, Value, json};

use super::{
    answer::{Answered, Refusal, bad, ensure, no_object, wrong},
    attachments,
    params::Params,
    tokens::Caller,
    window::{self, Receiver},
};
use crate::meta::{
    core::Core,
    state::{Author, Choice, Platform, State},
};

/// Maximum quick replies, the longest title of one, and maximum buttons of a template.
const QUICK_REPLIES: usize = 13;
const TITLE: usize = 20;
const BUTTONS: usize = 3;

/// The content of a message.
#[derive(Debug, Default)]
pub(super) struct Draft {
    text: Option<String>,
    attachments: Vec<Value>,
    choices: Vec<Choice>,
    more: Map<String, Value>,
}

/// Sends a message.
pub(super) async fn send(core: &Core, caller: &Caller, node: &str, params: &Params) -> Answered {
    core.read(|state| caller.own(state, node).map(|_| ()))?;
    caller.may("messages")?;
    core.change(|state| window::receiver(state, caller, params).map(|_| ()))?;
    let message = params.object("message");
    let mut draft = words(caller.platform, &message)?;
    if message["attachment"].is_object() {
        draft.attachments = attachment(core, &message["attachment"], params, &mut draft.choices).await?;
    }
    for key in ["metadata", "reply_to"] {
        if message[key].is_string() || message[key].is_object() {
            draft.more.insert(key.to_owned(), message[key].clone());
        }
    }
    let outer = params.object("reply_to");
    if outer.is_object() {
        draft.more.insert("reply_to".to_owned(), outer);
    }
    ensure(draft.text.is_some() || !draft.attachments.is_empty(), || bad("Param message must be non-empty."))?;
    core.change(|state| {
        // Checked again, because downloading a file takes time.
        let receiver = window::receiver(state, caller, params)?;
        Ok(post(state, caller, &receiver, draft, params.text("tag")))
    })
}

/// Text and quick replies.
fn words(platform: Platform, message: &Value) -> Result<Draft, Refusal> {
    let mut draft = Draft::default();
    if let Some(text) = message["text"].as_str() {
        let fits = match platform {
            Platform::Instagram => text.len() <= 1000,
            Platform::Facebook => text.encode_utf16().count() <= 2000,
        };
        let most = if platform == Platform::Instagram { 1000 } else { 2000 };
        ensure(fits, || bad(&format!("Length of param message[text] must be less than or equal to {most}")))?;
        ensure(!text.trim().is_empty(), || bad("Param message[text] must be non-empty."))?;
        ensure(message["attachment"].is_null(), || bad("A message can't have text and an attachment"))?;
        draft.text = Some(text.to_owned());
    }
    let replies = message["quick_replies"].as_array().map(Vec::as_slice).unwrap_or_default();
    ensure(replies.len() <= QUICK_REPLIES, || bad("Too many elements in message[quick_replies]: at most 13"))?;
    for reply in replies {
        let title = reply["title"].as_str().unwrap_or_default();
        ensure(!title.is_empty() && title.chars().count() <= TITLE, || {
            bad("Param message[quick_replies][title] must have 1 to 20 characters")
        })?;
        let payload = reply["payload"].as_str().unwrap_or_default().to_owned();
        draft.choices.push(Choice { title: title.to_owned(), payload, is_button: false, url: None });
    }
    Ok(draft)
}

/// The attachment as contained in webhooks. Downloads files given by address.
async fn attachment(
    core: &Core,
    given: &Value,
    params: &Params,
    choices: &mut Vec<Choice>,
) -> Result<Vec<Value>, Refusal> {
    let kind = given["type"].as_str().unwrap_or_default();
    let payload = &given["payload"];
    if kind == "template" {
        return template(payload, choices);
    }
    let file = if let Some(id) = payload["attachment_id"].as_str() {
        let known = core.read(|state| state.files.get(id).map(|file| file.kind.clone()));
        ensure(known.as_deref() == Some(kind), || wrong(2_018_047, "Invalid attachment_id"))?;
        id.to_owned()
    } else {
        attachments::take(core, kind, payload, params.file.as_ref()).await?
    };
    Ok(vec![json!({ "type": kind, "payload": { "file": file } })])
}

fn template(payload: &Value, choices: &mut Vec<Choice>) -> Result<Vec<Value>, Refusal> {
    let element = &payload["elements"][0];
    let buttons = payload["buttons"].as_array().or(element["buttons"].as_array());
    let buttons = buttons.map(Vec::as_slice).unwrap_or_default();
    ensure((1..=BUTTONS).contains(&buttons.len()), || bad("A template has 1 to 3 buttons"))?;
    let text = payload["text"].as_str().or(element["title"].as_str()).unwrap_or_default();
    ensure(!text.is_empty() && text.chars().count() <= 640, || bad("The text of a template has 1 to 640 characters"))?;
    for button in buttons {
        let title = button["title"].as_str().unwrap_or_default().to_owned();
        ensure(!title.is_empty() && title.chars().count() <= TITLE, || bad("A button's title has 1 to 20 characters"))?;
        choices.push(Choice {
            title,
            payload: button["payload"].as_str().unwrap_or_default().to_owned(),
            is_button: true,
            url: button["url"].as_str().map(str::to_owned),
        });
    }
    Ok(vec![json!({ "type": "template", "payload": payload })])
}

fn post(state: &mut State, caller: &Caller, receiver: &Receiver, draft: Draft, tag: Option<String>) -> Value {
    let account = caller.account.clone();
    if let Some(comment) = receiver.comment.as_ref().and_then(|id| state.comments.get_mut(id)) {
        comment.is_replied = true;
    }
    let author = Author::App(caller.app.clone());
    let mut message = state.new_message(&account, author, draft.text, draft.attachments);
    message.choices = draft.choices;
    message.more = draft.more;
    message.tag = tag;
    let mid = message.mid.clone();
    state.add(&account, receiver.person, message);
    state.chat(&account, receiver.person).typing_until = 0;
    json!({ "recipient_id": state.scoped(&account, receiver.person), "message_id": mid })
}

/// A message of this account; none if it does not exist.
pub(super) fn of<'a>(state: &'a State, caller: &Caller, mid: &str) -> Result<&'a crate::meta::state::Message, Refusal> {
    let found = state.find(mid).filter(|((account, _), _)| *account == caller.account);
    found.map(|(_, message)| message).ok_or_else(|| no_object(mid))
}
