//! Where people act, what they send, and the events about it.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::options::{Meta, Options};
use crate::kit::{Act, Author, Button, Content, Dialog, Done, Event, Given, Id, Message, Sample, Verb, write};

const EDITS: u64 = 5;

/// The dialog of an act: a post, or the private one.
pub(super) fn place(state: &mut Meta, act: &Act) -> Result<Id> {
    if let Some(quoted) = &act.reply_to {
        ensure!(state.message(quoted).is_some(), "there is no message {quoted}");
    }
    if let Some((word, id)) = &act.to {
        ensure!(word == "post", "Meta has no place {word}");
        let post = Id::of(id).and_then(|id| state.dialog(&id)).filter(|dialog| dialog.person.is_none());
        return post.map(|post| post.id.clone()).with_context(|| format!("there is no post {id}"));
    }
    ensure!(state.lines.contains_key(&act.line), "there is no account {}", act.line);
    let dialog = state.chat(&act.line, act.who);
    if act.verb == Verb::Edit {
        let edited = state.message(act.first()?).map_or(0, edits);
        ensure!(edited < EDITS, "a message can be edited five times");
    }
    Ok(dialog)
}

fn edits(message: &Message) -> u64 {
    message.more.get("edits").and_then(Value::as_u64).unwrap_or_default()
}

/// Adds what a person sends.
pub(super) fn compose(state: &mut Meta, act: &Act, draft: &mut Message) -> Result<()> {
    draft.post = act.to.as_ref().and_then(|(_, post)| Id::of(post));
    act.contents.iter().try_for_each(|content| add(state, content, draft))
}

fn add(state: &mut Meta, content: &Content, draft: &mut Message) -> Result<()> {
    let more = |name: &str| content.more.get(name).cloned().unwrap_or_default();
    match content.kind.as_str() {
        "text" => {}
        // Until August 2026 a sticker of Messenger was sent both as `sticker` and as `image`.
        "sticker" => {
            let file = kept(state, "image", &Given::sample(), draft)?;
            for form in ["sticker", "image"] {
                let mut one = file.clone();
                (one["type"], one["payload"]["sticker_id"]) = (json!(form), more("id"));
                draft.parts.push(one);
            }
        }
        "story_reply" => {
            let story = kept(state, "image", &Given::sample(), draft)?;
            let url = super::json::attachment(state, &story)["payload"]["url"].take();
            draft.files.clear();
            let id = format!("1791{:013}", state.next_serial());
            draft.more.insert("reply_to".to_owned(), json!({ "story": { "url": url, "id": id } }));
        }
        "story_mention" => {
            let mut one = kept(state, "image", &Given::sample(), draft)?;
            one["type"] = json!("story_mention");
            draft.parts.push(one);
        }
        "share" => share(state, content, draft)?,
        "unsupported" => drop(draft.more.insert("is_unsupported".to_owned(), json!(true))),
        "raw" => draft.more.extend(more("message").as_object().cloned().context("message is missing")?),
        kind => {
            let form = Some(content.field("form")).filter(|form| !form.is_empty()).unwrap_or(kind);
            let none = [Given::sample()];
            for given in if content.files.is_empty() { none.as_slice() } else { content.files.as_slice() } {
                let one = kept(state, form, given, draft)?;
                draft.parts.push(one);
            }
        }
    }
    Ok(())
}

fn share(state: &mut Meta, content: &Content, draft: &mut Message) -> Result<()> {
    let form = content.field("form");
    let mut one = match content.more.get("url") {
        Some(url) => json!({ "payload": { "url": url } }),
        None => kept(state, if form.contains("reel") { "video" } else { "image" }, &Given::sample(), draft)?,
    };
    one["type"] = json!(form);
    if let Some(title) = content.more.get("title") {
        one["payload"]["title"] = title.clone();
    }
    let id = format!("1792{:013}", state.next_serial());
    match form {
        "ig_post" => one["payload"]["ig_post_media_id"] = json!(id),
        "ig_reel" | "reel" => one["payload"]["reel_video_id"] = json!(id),
        _ => {}
    }
    draft.parts.push(one);
    Ok(())
}

/// Stores a file of a message; returns its attachment.
fn kept(state: &mut Meta, form: &str, given: &Given, draft: &mut Message) -> Result<Value> {
    let sample = match form {
        "video" => Sample::CLIP,
        "audio" => Sample { name: "audioclip.mp4", ..Sample::VOICE_MP4 },
        "file" => Sample::OFFER,
        _ => Sample::PICTURE,
    };
    let (name, mime, bytes) = given.resolve(state, sample)?;
    let file = state.keep(form, name, mime, bytes);
    draft.files.push(file.clone());
    Ok(json!({ "type": form, "payload": { "file": file.as_str() } }))
}

/// Queues the events about what happened; returns the id of the message that a press creates.
pub(super) fn report(state: &mut Meta, event: &Event<'_>) -> Id {
    let (act, mid) = (event.act, event.message);
    let Some(dialog) = state.dialog(event.dialog).cloned() else { return Id::default() };
    let (account, is_instagram) = (dialog.line.clone(), state.is_instagram(&dialog.line));
    // Instagram has another name for it.
    let field = |facebook: &'static str, instagram| if is_instagram { instagram } else { facebook };
    match act.verb {
        Verb::Send => sent(state, &dialog.id, mid),
        Verb::Edit => {
            let Some(message) = state.message_mut(mid) else { return Id::default() };
            let count = edits(message) + 1;
            message.more.insert("edits".to_owned(), json!(count));
            let edited = json!({ "mid": mid.as_str(), "text": message.text, "num_edit": count });
            state.tell_chat(&account, act.who, field("message_edits", "message_edit"), "message_edit", edited);
        }
        // Messenger does not report it.
        Verb::Remove if is_instagram => state.tell_message(&dialog.id, mid, "messages"),
        Verb::React => {
            let emoji = dialog.message(mid).and_then(|one| one.reactions.get(&Author::Person(act.who))?.first());
            let reaction = match emoji {
                Some(emoji) => {
                    json!({ "mid": mid.as_str(), "action": "react", "reaction": word(emoji), "emoji": emoji })
                }
                None => json!({ "mid": mid.as_str(), "action": "unreact" }),
            };
            state.tell_chat(&account, act.who, "message_reactions", "reaction", reaction);
        }
        Verb::Press => return pressed(state, event, &dialog),
        Verb::Read => {
            let last = dialog.messages.iter().rfind(|one| one.author != Author::Person(act.who));
            let Some(last) = last else { return Id::default() };
            let read =
                if is_instagram { json!({ "mid": last.id.as_str() }) } else { json!({ "watermark": state.now }) };
            state.tell_chat(&account, act.who, field("message_reads", "messaging_seen"), "read", read);
            return last.id.clone();
        }
        // Neither network reports these.
        Verb::Start | Verb::Stop | Verb::Block | Verb::Unblock | Verb::Remove | Verb::Type | Verb::Own => {}
    }
    Id::default()
}

/// Queues the events of a message or a comment that has just been written.
pub(super) fn sent(state: &mut Meta, dialog: &Id, mid: &Id) {
    let Some(known) = state.dialog(dialog) else { return };
    let is_by_person = known.message(mid).is_some_and(|one| matches!(one.author, Author::Person(_)));
    let is_echoed_alone = !is_by_person && !state.is_instagram(&known.line);
    if known.person.is_none() {
        return state.tell_comment(dialog, mid, "add");
    }
    if is_by_person {
        state.own.chats.entry(dialog.clone()).or_default().heard_at = Some(state.now);
    }
    state.tell_message(dialog, mid, if is_echoed_alone { "message_echoes" } else { "messages" });
}

/// A quick reply is a message of the person, a template's button a postback with an id of its own.
fn pressed(state: &mut Meta, event: &Event<'_>, dialog: &Dialog) -> Id {
    let Some((_, _, Button { kind, text, payload, .. })) = event.press.clone() else { return Id::default() };
    let (who, own) = (event.act.who, state.next_id(&dialog.id));
    if kind == "quick_reply" {
        let mut message = Message { id: own.clone(), author: Author::Person(who), text, ..Message::default() };
        message.more.insert("quick_reply".to_owned(), json!({ "payload": payload }));
        state.add(&dialog.id, message);
        sent(state, &dialog.id, &own);
    } else {
        let pressed = json!({ "mid": own.as_str(), "title": text, "payload": payload });
        postback(state, dialog, who, pressed);
    }
    own
}

fn postback(state: &mut Meta, dialog: &Dialog, who: i64, pressed: Value) {
    state.own.chats.entry(dialog.id.clone()).or_default().heard_at = Some(state.now);
    state.tell_chat(&dialog.line, who, "messaging_postbacks", "postback", pressed);
}

fn word(emoji: &str) -> &'static str {
    match emoji.trim_end_matches('\u{fe0f}') {
        "❤" => "love",
        "👍" => "like",
        "👎" => "dislike",
        "😆" => "smile",
        "😮" => "wow",
        "😢" => "sad",
        "😠" => "angry",
        _ => "other",
    }
}

pub(super) fn own(state: &mut Meta, act: &Act) -> Result<Done> {
    let is_known = state.people.contains_key(&act.who);
    let is_of_person = ["open", "receive", "comment", "staff"].contains(&act.name.as_str());
    ensure!(is_known || !is_of_person, "there is no person {}", act.who);
    match act.name.as_str() {
        "open" => open(state, act)?,
        "receive" => receive(state, act)?,
        "comment" | "staff_comment" => {
            let author = if act.name == "comment" { Author::Person(act.who) } else { Author::Owner };
            let reply_to = act.id("parent").ok();
            let said = Act { verb: Verb::Send, reply_to, ..act.clone() }.to("post", act.id("post")?.as_str());
            return written(state, &said, author);
        }
        "change_comment" => return change(state, &act.id("comment")?, act.text.clone()),
        "staff" => return written(state, &Act { verb: Verb::Send, ..act.clone() }, Author::Owner),
        "raw" => {
            let event = act.more.get("event").cloned().context("event is missing")?;
            state.tell(&act.line, act.field("field"), &event);
        }
        other => bail!("Meta has no act {other}"),
    }
    Ok(Done::default())
}

fn written(state: &mut Meta, act: &Act, author: Author) -> Result<Done> {
    let dialog = place(state, act)?;
    let id = write::<Options>(state, act, &dialog, author)?;
    Ok(Done { messages: vec![id], dialog, ..Done::default() })
}

/// Opens a chat through a link with `?ref=`, or through an advertisement. In a chat with messages the link is reported
/// alone; in a new chat of Messenger it is reported with Get started.
fn open(state: &mut Meta, act: &Act) -> Result<()> {
    let dialog = place(state, act)?;
    let is_instagram = state.is_instagram(&act.line);
    let ad = act.more.get("ad");
    let source = match (ad, is_instagram) {
        (Some(_), _) => "ADS",
        (None, true) => "IGME",
        (None, false) => "SHORTLINK",
    };
    let mut referral = json!({ "ref": act.field("mark"), "source": source, "type": "OPEN_THREAD" });
    if let Some(ad) = ad {
        referral["ad_id"] = ad.clone();
        referral["ads_context_data"] = json!({ "ad_title": "Blue bicycles", "post_id": "900" });
    }
    let known = state.dialog(&dialog).cloned().unwrap_or_default();
    if is_instagram || !known.messages.is_empty() {
        let field = if is_instagram { "messaging_referral" } else { "messaging_referrals" };
        state.tell_chat(&act.line, act.who, field, "referral", referral);
    } else {
        let mid = state.next_id(&dialog);
        let title = "Get Started";
        let pressed = json!({ "mid": mid.as_str(), "title": title, "payload": "GET_STARTED", "referral": referral });
        postback(state, &known, act.who, pressed);
    }
    Ok(())
}

/// The phone is switched on: all messages are delivered. Only Messenger reports it.
fn receive(state: &mut Meta, act: &Act) -> Result<()> {
    let (dialog, serial) = (place(state, act)?, state.next_serial());
    let chat = state.own.chats.entry(dialog.clone()).or_default();
    let delivered = std::mem::replace(&mut chat.delivered, serial);
    let is_new =
        |one: &&Message| one.author != Author::Person(act.who) && one.serial > delivered && one.read_at.is_none();
    let messages = state.dialog(&dialog).map(|dialog| dialog.messages.as_slice()).unwrap_or_default();
    let mids: Vec<&str> = messages.iter().filter(is_new).map(|one| one.id.as_str()).collect();
    if !mids.is_empty() && !state.is_instagram(&act.line) {
        let delivery = json!({ "mids": mids, "watermark": state.now });
        state.tell_chat(&act.line, act.who, "message_deliveries", "delivery", delivery);
    }
    Ok(())
}

/// A new text for a comment; none deletes it.
fn change(state: &mut Meta, comment: &Id, text: Option<String>) -> Result<Done> {
    let dialog = state.dialog_with(comment).map(|dialog| dialog.id.clone()).context("there is no such comment")?;
    if text.is_none() {
        state.tell_comment(&dialog, comment, "remove");
    }
    let known = state.message_mut(comment).context("there is no such comment")?;
    let is_removed = text.is_none();
    known.text = text.unwrap_or_default();
    known.is_removed = is_removed;
    if !is_removed {
        state.tell_comment(&dialog, comment, "edited");
    }
    Ok(Done { messages: vec![comment.clone()], dialog, ..Done::default() })
}
