//! Where people act, what they send, and the updates about it.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::json::{next_mid, user};
use super::options::{Max, Options};
use crate::kit::{Act, Author, Content, DialogKind, Done, Event, Id, Message, Upload, Verb, Wire, signature, vcard};

/// The dialog of an act: that of its message, a group, the channel of a post, or the private one.
pub(super) fn place(state: &mut Max, act: &Act) -> Result<Id> {
    if let Some(message) = act.messages.first() {
        return state.dialog_with(message).map(|dialog| dialog.id.clone()).context("there is no such message");
    }
    let Some((word, id)) = &act.to else { return private(state, act) };
    let id = Id::of(id).context("a place has an id")?;
    let dialog = match word.as_str() {
        "group" => state.dialog(&id).context("there is no such group")?,
        "post" => state.dialog_with(&id).context("there is no such post")?,
        other => bail!("MAX has no place {other}"),
    };
    Ok(dialog.id.clone())
}

fn private(state: &mut Max, act: &Act) -> Result<Id> {
    ensure!(state.lines.contains_key(&act.line), "there is no such bot");
    let id = dialog(state, &act.line, act.who);
    let is_started = state.dialog(&id).is_some_and(|dialog| dialog.is_started);
    ensure!(act.verb != Verb::Send || is_started, "the bot is not started");
    Ok(id)
}

/// The id of the private dialog; created on first use.
pub(super) fn dialog(state: &mut Max, line: &Id, who: i64) -> Id {
    if let Some(dialog) = state.private(line, who) {
        return dialog.id.clone();
    }
    let id = Id::from(442_209_500 + state.next_serial());
    state.open(id, line, who)
}

/// Adds what a person sends.
pub(super) fn compose(state: &mut Max, act: &Act, draft: &mut Message) -> Result<()> {
    draft.post = act.to.as_ref().filter(|(word, _)| word == "post").and_then(|(_, id)| Id::of(id));
    let has_more = act.contents.iter().any(|content| content.kind != "text");
    ensure!(draft.post.is_none() || !has_more, "comments have a text only");
    for content in &act.contents {
        add(state, act, content, draft)?;
    }
    Ok(())
}

fn add(state: &mut Max, act: &Act, content: &Content, draft: &mut Message) -> Result<()> {
    let more = |name: &str| content.more.get(name).with_context(|| format!("{name} is missing"));
    let part = match content.kind.as_str() {
        "text" => return Ok(()),
        "location" => json!({"type": "location", "latitude": more("latitude")?, "longitude": more("longitude")?}),
        "contact" => {
            let card = vcard(content.field("name"), content.field("phone"));
            json!({"type": "contact", "payload": {"vcf_info": card, "max_info": null}})
        }
        "own_contact" => {
            let card = state.people.get(&act.who).context("there is no such person")?.vcard();
            let token = state.lines.get(&act.line).map(|line| line.token.clone()).unwrap_or_default();
            let payload = json!({"vcf_info": card, "hash": signature(&token, &card), "max_info": user(state, act.who)});
            json!({"type": "contact", "payload": payload})
        }
        "share" => {
            json!({"type": "share", "payload": {"url": content.field("url")}, "title": content.field("title")})
        }
        "raw" => more("attachment")?.clone(),
        kind => {
            for Upload { name, mime, bytes } in content.resolve(state, Options::KINDS)? {
                let file = state.place_for(kind);
                (file.name, file.mime, file.bytes) = (name, mime, Some(bytes));
                draft.files.push(file.id.clone());
            }
            return Ok(());
        }
    };
    draft.parts.push(part);
    Ok(())
}

fn tell(state: &mut Max, dialog: &Id, mut update: Value) {
    update["timestamp"] = json!(state.now);
    let Some(line) = state.dialog(dialog).map(|dialog| dialog.line.clone()) else { return };
    let kind = update["update_type"].as_str().unwrap_or_default().to_owned();
    if state.lines.get(&line).is_some_and(|known| known.subscriptions.is_empty()) {
        return state.own.updates.push((line, update));
    }
    state.notify(&line, &kind, "", &update);
}

fn about(state: &mut Max, kind: &str, dialog: &Id, who: i64) {
    let update = json!({"update_type": kind, "chat_id": dialog.json(), "user": user(state, who), "user_locale": "ru"});
    tell(state, dialog, update);
}

/// Queues an update that contains the whole message.
fn whole(state: &mut Max, dialog: &Id, message: &Id, kind: &str) {
    let Some((known, message)) = state.dialog(dialog).and_then(|known| Some((known, known.message(message)?))) else {
        return;
    };
    let of = if message.post.is_some() { "comment" } else { "message" };
    let json = super::json::message(state, known, message);
    let mut update = json!({"update_type": format!("{of}_{kind}"), "message": json});
    if known.kind == DialogKind::Private {
        update["user_locale"] = json!("ru");
    }
    tell(state, dialog, update);
}

/// Queues the update about what a person did.
pub(super) fn report(state: &mut Max, event: &Event<'_>) -> Id {
    let (dialog, message, who) = (event.dialog, event.message, event.act.who);
    match event.act.verb {
        Verb::Start => {
            let update = json!({
                "update_type": "bot_started", "chat_id": dialog.json(), "user": user(state, who),
                "payload": event.act.more.get("payload"), "user_locale": "ru",
            });
            tell(state, dialog, update);
        }
        Verb::Stop => about(state, "bot_stopped", dialog, who),
        Verb::Send => whole(state, dialog, message, "created"),
        Verb::Edit => whole(state, dialog, message, "edited"),
        Verb::Remove => removed(state, dialog, message, who),
        Verb::Press => return pressed(state, event),
        // MAX does not report these.
        Verb::Block | Verb::Unblock | Verb::React | Verb::Read | Verb::Type | Verb::Own => {}
    }
    Id::default()
}

fn removed(state: &mut Max, dialog: &Id, message: &Id, who: i64) {
    let all = state.dialog(dialog).map(|dialog| dialog.messages.as_slice()).unwrap_or_default();
    let post = all.iter().find(|one| one.id == *message).and_then(|one| one.post.clone());
    let kind = if post.is_some() { "comment_removed" } else { "message_removed" };
    let mut update = json!({"update_type": kind, "message_id": message, "chat_id": dialog.json(), "user_id": who});
    if let Some(post) = post {
        update["post_id"] = json!(post);
    }
    tell(state, dialog, update);
}

fn pressed(state: &mut Max, event: &Event<'_>) -> Id {
    let id = Id::from(format!("f9LHodD0cOI{}", state.next_serial()));
    let button = event.press.as_ref().map(|(_, _, button)| button);
    let callback = json!({
        "timestamp": state.now, "callback_id": id, "user": user(state, event.act.who),
        "payload": button.and_then(|button| button.payload.clone()),
    });
    let dialog = state.dialog(event.dialog);
    let json = dialog.and_then(|dialog| Some(super::json::message(state, dialog, dialog.message(event.message)?)));
    let update = json!({"update_type": "message_callback", "callback": callback, "message": json, "user_locale": "ru"});
    tell(state, event.dialog, update);
    id
}

pub(super) fn own(state: &mut Max, act: &Act) -> Result<Done> {
    match act.name.as_str() {
        "remove_dialog" | "clear_dialog" => {
            let dialog = private(state, act)?;
            if act.name == "remove_dialog" {
                if let Some(known) = state.dialogs.get_mut(&dialog) {
                    known.is_started = false;
                }
                about(state, "bot_stopped", &dialog, act.who);
                about(state, "dialog_removed", &dialog, act.who);
            } else {
                about(state, "dialog_cleared", &dialog, act.who);
            }
            Ok(Done { dialog, ..Done::default() })
        }
        "post" => {
            let channel = act.id("channel")?;
            let is_channel = state.dialog(&channel).is_some_and(|dialog| dialog.kind == DialogKind::Channel);
            ensure!(is_channel, "there is no such channel");
            let id = next_mid(state, &channel);
            let text = act.text.clone().unwrap_or_default();
            state.add(&channel, Message { id: id.clone(), author: Author::Anonymous, text, ..Message::default() });
            whole(state, &channel, &id, "created");
            Ok(Done { messages: vec![id], dialog: channel, ..Done::default() })
        }
        other => bail!("MAX has no act {other}"),
    }
}
