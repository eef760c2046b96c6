//! `copyMessage` and `forwardMessage`.

use serde_json::{Value, json};

use super::{
    answer::{Answered, Refusal, bad, ensure},
    params::Params,
    send, target, text,
};
use crate::telegram::state::{Author, Draft, Message, State};

/// The message that `from_chat_id` and `message_id` refer to.
fn source(state: &State, bot: i64, params: &Params, what: &str) -> Result<Message, Refusal> {
    let from = params.needed("from_chat_id", "chat_id is empty")?;
    let mut there = Params::default();
    there.values.insert("chat_id".to_owned(), json!(from));
    let place = target::find(state, bot, &there)?.place;
    let id = params.int("message_id").ok_or_else(|| bad("message identifier is not specified"))?;
    let found = state.message(&place, id).cloned().ok_or_else(|| bad(&format!("message to {what} not found")))?;
    ensure(found.kind != "service", || {
        bad(&format!("message can't be {}", if what == "copy" { "copied" } else { "forwarded" }))
    })?;
    Ok(found)
}

/// The content without its references to the original chat.
fn content(message: &Message) -> Draft {
    const LEFT: [&str; 6] =
        ["reply_markup", "quote", "external_reply", "media_group_id", "forward_origin", "has_protected_content"];
    let mut draft = Draft::new(&message.kind, Value::Null);
    draft.fields = message.fields.clone();
    draft.fields.retain(|key, _| !LEFT.contains(&key.as_str()));
    draft
}

/// `copyMessage`.
pub(super) fn copy(state: &mut State, bot: i64, params: &Params) -> Answered {
    let message = source(state, bot, params, "copy")?;
    let mut draft = content(&message);
    if params.values.contains_key("caption") && message.kind != "text" {
        let caption = text::caption(params)?;
        draft.fields.remove("caption");
        draft.fields.remove("caption_entities");
        send::put_text(&mut draft.fields, ("caption", "caption_entities"), caption);
    }
    let frame = send::frame(state, bot, params, 1)?;
    let sent = send::post(state, bot, &frame, draft);
    Ok(json!({"message_id": sent["message_id"]}))
}

/// `forwardMessage`.
pub(super) fn forward(state: &mut State, bot: i64, params: &Params) -> Answered {
    let message = source(state, bot, params, "forward")?;
    let mut draft = content(&message);
    let origin = message.fields.get("forward_origin").cloned().unwrap_or_else(|| match message.author {
        Author::Person(id) | Author::Bot(id) => {
            json!({"type": "user", "sender_user": state.user(id), "date": message.date})
        }
        Author::Group(id) => {
            let chat = state.groups.get(&id).map(|group| group.chat());
            json!({"type": "chat", "sender_chat": chat, "date": message.date})
        }
    });
    draft.fields.insert("forward_origin".to_owned(), origin);
    let frame = send::frame(state, bot, params, 1)?;
    Ok(send::post(state, bot, &frame, draft))
}
