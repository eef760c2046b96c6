//! `POST /{account}/messages` (`send-api`, `instagram-messaging/features/send-message`): to whom an app may write, and
//! when – for 24 hours after the person's last message, for seven days with the tag `HUMAN_AGENT`
//! (`messenger-platform/policy`), and once within seven days of a comment (`private-replies`) –, its content, and its
//! files (`saving-assets`, `attachment-upload`).

use serde_json::{Value, json};

use super::acts;
use super::options::{DAY, Meta, Options, Platform};
use super::tokens::Caller;
use crate::graph::{Answered, Params, Refusal, bad, ensure, no_object, wrong};
use crate::kit::{Author, Button, Core, Id, Message, list};

/// Maximum quick replies, the longest title of one, and maximum buttons of a template.
const QUICK_REPLIES: usize = 13;
const TITLE: usize = 20;
const BUTTONS: usize = 3;
const WEEK: i64 = 7 * DAY;
/// The largest picture by address, and the largest file otherwise, in bytes.
const PICTURE: usize = 8 * 1024 * 1024;
const FILE: usize = 25 * 1024 * 1024;

/// A file over its limit.
pub(super) fn too_large() -> Refusal {
    wrong(2_018_109, "Attachment size exceeds allowable limit")
}

/// The receiver of a message, and the comment that it answers.
struct Receiver {
    person: i64,
    comment: Option<Id>,
}

/// The receiver, if the account may write now.
fn receiver(state: &Meta, caller: &Caller, params: &Params) -> Result<Receiver, Refusal> {
    let recipient = params.object("recipient");
    if let Some(comment) = recipient["comment_id"].as_str() {
        return private_reply(state, caller, comment);
    }
    let person = person(state, caller, &recipient)?;
    let tag = params.text("tag");
    let is_tagged = params.text("messaging_type").as_deref() == Some("MESSAGE_TAG");
    ensure(is_tagged == tag.is_some(), || bad("The parameter tag belongs to messaging_type MESSAGE_TAG"))?;
    let span = match tag.as_deref() {
        None => DAY,
        Some("HUMAN_AGENT") => WEEK,
        Some(_) => return Err(bad("Param tag must be one of {HUMAN_AGENT}")),
    };
    let is_open = state.heard_at(&caller.account, person).is_some_and(|at| state.now - at < span);
    let subcode = if caller.platform == Platform::Instagram { 2_534_022 } else { 2_018_278 };
    let message = "(#10) This message is sent outside of allowed window. Learn more about the new policy here: \
                   https://developers.facebook.com/docs/messenger-platform/policy-overview";
    ensure(is_open, || Refusal::new(400, 10, subcode, message))?;
    Ok(Receiver { person, comment: None })
}

/// The person in `recipient.id`, if they can be reached at all.
pub(super) fn person(state: &Meta, caller: &Caller, recipient: &Value) -> Result<i64, Refusal> {
    let id = recipient["id"].as_str().ok_or_else(|| bad("Param recipient must be non-empty."))?;
    let found = state.person_at(&caller.account, id).ok_or_else(|| wrong(2_018_001, "No matching user found"))?;
    let is_blocked = state.private(&caller.account, found).is_some_and(|dialog| dialog.is_blocked);
    ensure(!is_blocked, || Refusal::new(400, 551, 1_545_041, "(#551) This person isn't available right now."))?;
    Ok(found)
}

fn private_reply(state: &Meta, caller: &Caller, comment: &str) -> Result<Receiver, Refusal> {
    let id = Id::from(comment);
    let found = caller.in_post(state, &id).filter(|(_, found)| found.post.is_some());
    let (_, found) = found.ok_or_else(|| no_object(comment))?;
    let cannot = || Refusal::new(400, 10_903, None, "(#10903) This user cant reply to this activity");
    let Author::Person(person) = found.author else { return Err(cannot()) };
    ensure(!found.more.contains_key("is_replied"), || {
        Refusal::new(400, 10_900, None, "(#10900) Activity already replied to")
    })?;
    ensure(state.now - found.at < WEEK, cannot)?;
    Ok(Receiver { person, comment: Some(id) })
}

pub(super) async fn send(core: &Core<Options>, node: &str, params: &Params<'_>) -> Answered {
    let caller = core.read(|state| {
        let caller = Caller::of(state, params)?;
        caller.own(state, node)?;
        receiver(state, &caller, params).map(|_| caller)
    })?;
    let message = params.object("message");
    let mut draft = words(caller.platform, &message)?;
    if message["attachment"].is_object() {
        attach(core, &message["attachment"], params, &mut draft).await?;
    }
    let quoted = params.object("reply_to")["mid"].as_str().or(message["reply_to"]["mid"].as_str()).map(Id::from);
    (draft.reply_to, draft.author) = (quoted, Author::Line);
    let tag = params.text("tag").map(Value::from);
    let app = caller.app.parse::<i64>().ok().map(Value::from);
    let metadata = message["metadata"].as_str().map(Value::from);
    for (name, value) in [("tag", tag), ("app", app), ("metadata", metadata)] {
        draft.more.extend(value.map(|value| (name.to_owned(), value)));
    }
    ensure(!draft.text.is_empty() || !draft.parts.is_empty(), || bad("Param message must be non-empty."))?;
    core.change(|state| {
        // Checked again, because downloading a file takes time.
        let Receiver { person, comment } = receiver(state, &caller, params)?;
        if let Some(comment) = comment.and_then(|id| state.message_mut(&id)) {
            comment.more.insert("is_replied".to_owned(), json!(true));
        }
        let dialog = state.chat(&caller.account, person);
        let id = state.next_id(&dialog);
        state.add(&dialog, Message { id: id.clone(), ..draft });
        acts::sent(state, &dialog, &id);
        state.show(&dialog, "typing_off");
        Ok(json!({ "recipient_id": state.scoped(&caller.account, person), "message_id": id.as_str() }))
    })
}

/// Text and quick replies.
fn words(platform: Platform, message: &Value) -> Result<Message, Refusal> {
    let mut draft = Message::default();
    if let Some(text) = message["text"].as_str() {
        let (size, most) = match platform {
            Platform::Instagram => (text.len(), 1000),
            Platform::Facebook => (text.encode_utf16().count(), 2000),
        };
        let words = format!("Length of param message[text] must be less than or equal to {most}");
        ensure(size <= most, || bad(&words))?;
        ensure(!text.trim().is_empty(), || bad("Param message[text] must be non-empty."))?;
        ensure(message["attachment"].is_null(), || bad("A message can't have text and an attachment"))?;
        text.clone_into(&mut draft.text);
    }
    let replies = list(&message["quick_replies"]);
    ensure(replies.len() <= QUICK_REPLIES, || bad("Too many elements in message[quick_replies]: at most 13"))?;
    let words = "Param message[quick_replies][title] must have 1 to 20 characters";
    draft.buttons = replies.iter().map(|one| button("quick_reply", one, words)).collect::<Result<_, _>>()?;
    Ok(draft)
}

/// A quick reply or a button, in a row of its own.
fn button(kind: &str, given: &Value, words: &str) -> Result<Vec<Button>, Refusal> {
    let part = |name: &str| given[name].as_str().map(str::to_owned);
    let (kind, text) = (kind.to_owned(), part("title").unwrap_or_default());
    ensure((1..=TITLE).contains(&text.chars().count()), || bad(words))?;
    Ok(vec![Button { kind, text, payload: Some(part("payload").unwrap_or_default()), url: part("url") }])
}

/// The attachment as contained in webhooks. Downloads files given by address.
async fn attach(core: &Core<Options>, given: &Value, params: &Params<'_>, draft: &mut Message) -> Result<(), Refusal> {
    let kind = given["type"].as_str().unwrap_or_default();
    let payload = &given["payload"];
    if kind == "template" {
        return template(payload, draft);
    }
    let file = take(core, kind, payload, params).await?;
    draft.parts.push(json!({ "type": kind, "payload": { "file": file.as_str() } }));
    draft.files.push(file);
    Ok(())
}

fn template(payload: &Value, draft: &mut Message) -> Result<(), Refusal> {
    let element = &payload["elements"][0];
    let buttons = payload["buttons"].as_array().or(element["buttons"].as_array());
    let buttons = buttons.map(Vec::as_slice).unwrap_or_default();
    ensure((1..=BUTTONS).contains(&buttons.len()), || bad("A template has 1 to 3 buttons"))?;
    let text = payload["text"].as_str().or(element["title"].as_str()).unwrap_or_default();
    ensure(!text.is_empty() && text.chars().count() <= 640, || bad("The text of a template has 1 to 640 characters"))?;
    let words = "A button's title has 1 to 20 characters";
    for one in buttons {
        draft.buttons.push(button("postback", one, words)?);
    }
    draft.parts.push(json!({ "type": "template", "payload": payload }));
    Ok(())
}

/// Stores the file of a message, uploaded with the call or given by its address; returns its id.
async fn take(core: &Core<Options>, kind: &str, payload: &Value, params: &Params<'_>) -> Result<Id, Refusal> {
    ensure(["image", "video", "audio", "file"].contains(&kind), || {
        bad("Param message[attachment][type] must be one of {audio, file, image, template, video}")
    })?;
    let limit = if kind == "image" && params.file.is_none() { PICTURE } else { FILE };
    let part = match (payload["url"].as_str(), params.file) {
        (_, Some(file)) => file.clone(),
        (Some(url), None) => {
            let part = core.download(url, limit).await;
            part.ok_or_else(|| wrong(2_018_008, "Failed to fetch the file from the url"))?
        }
        (None, None) => return Err(wrong(2_018_047, "Upload attachment failure.")),
    };
    ensure(part.bytes.len() <= limit, too_large)?;
    let family = part.mime.split('/').next().unwrap_or_default();
    let fits = kind == "file" || family == kind || (kind == "audio" && part.mime == "video/mp4");
    ensure(fits, || {
        wrong(
            2_018_047,
            "Upload attachment failure. A common way to trigger this error is that the provided media type does not \
             match type of file provided in the URL",
        )
    })?;
    Ok(core.change(|state| state.keep(kind, part.file_name, part.mime, part.bytes)))
}
