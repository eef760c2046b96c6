//! Messages of bots: texts, places, contacts, files; and what is common to all of them.

use serde_json::{Value, json};

use super::files::{self, Sort};
use super::give::{Caller, Source};
use super::markup::{self, Markup};
use super::params::{Answered, Params, Refusal, bad, ensure};
use super::state::{Place, Telegram};
use super::target::{self, Target};
use super::text;
use crate::kit::{Author, Id, Message};

/// The chat, the answered message and the buttons of a message.
#[derive(Clone, Debug)]
struct Frame {
    target: Target,
    reply_to: Option<Id>,
    markup: Markup,
}

/// Checks the common parameters of messages.
fn frame(state: &Telegram, bot: &Id, params: &Params) -> Result<Frame, Refusal> {
    let target = target::writable(state, bot, params)?;
    let markup = markup::read(target.place, params)?;
    let reply_to = answered(state, &target, params)?;
    Ok(Frame { target, reply_to, markup })
}

/// `reply_parameters`: the answered message of the same chat; what it quotes of it is not played.
fn answered(state: &Telegram, target: &Target, params: &Params) -> Result<Option<Id>, Refusal> {
    let Some(given) = params.json("reply_parameters", "reply parameters")? else { return Ok(None) };
    let id = given["message_id"].as_i64().ok_or_else(|| bad("message identifier is not specified"))?;
    let may_be_missing =
        given["allow_sending_without_reply"].as_bool().unwrap_or_else(|| params.flag("allow_sending_without_reply"));
    let found = state.dialog(&target.dialog).and_then(|dialog| dialog.message(&id.into()));
    ensure(found.is_some() || may_be_missing, || bad("message to be replied not found"))?;
    Ok(found.map(|found| found.id.clone()))
}

/// A message of this kind with these fields.
fn draft(kind: &str, fields: Value) -> Message {
    Message { kind: kind.to_owned(), parts: vec![fields], ..Message::default() }
}

/// Adds a message to the chat and returns it as the bot sees it.
fn post(state: &mut Telegram, bot: &Id, frame: &Frame, mut draft: Message) -> Value {
    let Target { dialog, place, thread, owner, .. } = &frame.target;
    let me = state.user(bot.number());
    let mut add = |key: &str, value: Value| draft.more.insert(key.to_owned(), value);
    if let Some(markup) = &frame.markup.inline {
        add("reply_markup", markup.clone());
    }
    if let Some(thread) = thread {
        add("message_thread_id", json!(thread));
        add("is_topic_message", json!(true));
    }
    match owner {
        Some(owner) => {
            add("from", state.user(*owner));
            add("sender_business_bot", me);
        }
        None => drop(add("from", me)),
    }
    draft.buttons = markup::buttons(frame.markup.inline.as_ref());
    draft.reply_to.clone_from(&frame.reply_to);
    let id = super::acts::next_message(state, dialog);
    state.add(dialog, Message { id: id.clone(), author: Author::Line, ..draft });
    if let Some(known) = state.dialogs.get_mut(dialog) {
        if let Some(keyboard) = &frame.markup.keyboard {
            known.keyboard.clone_from(keyboard);
        }
        // A message ends what the bot was shown to do.
        known.activities.iter_mut().for_each(|one| one.at = 0);
    }
    if matches!(place, Place::Personal(..)) {
        state.announce(dialog, &id, false);
    }
    json_of(state, bot, dialog, &id)
}

/// A message as the bot sees it.
fn json_of(state: &Telegram, bot: &Id, dialog: &Id, id: &Id) -> Value {
    let found = state.dialog(dialog).and_then(|known| Some((known, known.message(id)?)));
    found.map_or(Value::Null, |(known, message)| state.message_json(bot, known, message))
}

/// `sendMessage`.
pub(super) fn message(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let text = text::message(params)?;
    let frame = frame(state, bot, params)?;
    let options = params.json("link_preview_options", "link preview options")?;
    let fields = options.map_or_else(|| json!({}), |one| json!({"link_preview_options": one}));
    Ok(post(state, bot, &frame, Message { text, ..draft("text", fields) }))
}

fn point(params: &Params) -> Result<Value, Refusal> {
    let both = params.float("latitude").zip(params.float("longitude"));
    let (latitude, longitude) = both.ok_or_else(|| bad("latitude and longitude must be non-empty"))?;
    let fits = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
    ensure(fits, || bad("wrong location specified"))?;
    Ok(json!({"latitude": latitude, "longitude": longitude}))
}

/// `sendLocation`.
pub(super) fn location(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let location = point(params)?;
    let frame = frame(state, bot, params)?;
    Ok(post(state, bot, &frame, draft("location", json!({"location": location}))))
}

/// `sendContact`.
pub(super) fn contact(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let phone = params.needed("phone_number", "phone number must be non-empty")?;
    let first_name = params.needed("first_name", "first name must be non-empty")?;
    let mut contact = json!({"phone_number": phone, "first_name": first_name});
    for key in ["last_name", "vcard"] {
        if let Some(text) = params.filled(key) {
            contact[key] = json!(text);
        }
    }
    let size = contact["vcard"].as_str().map_or(0, str::len);
    ensure(size <= 2048, || bad("CONTACT_VCARD_TOO_LONG"))?;
    let frame = frame(state, bot, params)?;
    Ok(post(state, bot, &frame, draft("contact", json!({"contact": contact}))))
}

/// `sendPhoto`, `sendVideo`, `sendAnimation`, `sendAudio`, `sendVoice`, `sendVideoNote`, `sendDocument`, `sendSticker`.
pub(super) async fn file(caller: Caller<'_>, sort: &'static Sort) -> Answered {
    let Caller { core, bot, params } = caller;
    let source = caller.file(sort).await?;
    let has_caption = !matches!(sort.field, "sticker" | "video_note");
    let caption = if has_caption { text::caption(params)? } else { String::new() };
    core.change(|state| {
        let frame = frame(state, bot, params)?;
        let draft = drafted(state, sort, source, params)?;
        Ok(post(state, bot, &frame, Message { text: caption, ..draft }))
    })
}

/// The resulting sort where Telegram inspects the bytes: a file of another format becomes a document, and a document
/// that is a video, music, a GIF or a sticker becomes that, unless the bot disables it.
fn real(sort: &'static Sort, bytes: &[u8], detect: bool) -> &'static Sort {
    let is_film = bytes.get(4..8) == Some(b"ftyp");
    let is_gif = bytes.starts_with(b"GIF8");
    let is_music = bytes.starts_with(b"ID3") || matches!(bytes, [0xFF, 0xE0..=0xFF, ..]);
    let is_webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    let field = match sort.field {
        "video" | "video_note" if !is_film => "document",
        "animation" if !is_film && !is_gif => "document",
        "audio" if !is_music && !is_film => "document",
        "voice" if !bytes.starts_with(b"OggS") && !is_music && !is_film => "document",
        "document" if detect && is_film => "video",
        "document" if detect && is_gif => "animation",
        "document" if detect && is_music => "audio",
        "document" if detect && is_webp => "sticker",
        same => same,
    };
    files::sort(field)
}

fn sticker_mime(bytes: &[u8]) -> Result<&'static str, Refusal> {
    match bytes {
        [b'R', b'I', b'F', b'F', ..] => Ok("image/webp"),
        [0x1F, 0x8B, ..] => Ok("application/x-tgsticker"),
        [0x1A, 0x45, 0xDF, 0xA3, ..] => Ok("video/webm"),
        _ => Err(bad("wrong file type")),
    }
}

/// The draft of a file.
fn drafted(state: &mut Telegram, sort: &'static Sort, source: Source, params: &Params) -> Result<Message, Refusal> {
    let (sort, mut object) = match source {
        Source::Known(unique) => (sort, known(state, sort, &unique)?),
        Source::Fresh(mut file) => {
            let sort = real(sort, &file.bytes, !params.flag("disable_content_type_detection"));
            if sort.field == "photo" {
                (sort, state.photo(&file.bytes))
            } else {
                if sort.field == "sticker" {
                    sticker_mime(&file.bytes)?.clone_into(&mut file.mime);
                }
                let facts = ["duration", "width", "height", "length"];
                let facts = facts.into_iter().filter_map(|name| Some((name.to_owned(), json!(params.int(name)?))));
                (sort, state.object(sort, file, &facts.collect()))
            }
        }
    };
    for (key, of) in [("performer", "audio"), ("title", "audio"), ("emoji", "sticker")] {
        if let Some(text) = params.text(key).filter(|_| sort.field == of) {
            object[key] = json!(text);
        }
    }
    let mut fields = json!({(sort.field): object});
    if sort.field == "animation" {
        fields["document"] = object.clone();
    }
    Ok(Message { files: files::shown(&object).into_iter().collect(), ..draft(sort.field, fields) })
}

/// The object of a file that was sent before, from its message.
fn known(state: &Telegram, sort: &Sort, unique: &Id) -> Result<Value, Refusal> {
    let refusal = || bad("wrong remote file identifier specified: can't find the file");
    let is_it = |value: &Value| value["file_unique_id"] == unique.as_str();
    let messages = state.dialogs.values().flat_map(|dialog| &dialog.messages);
    let mut objects = messages.filter_map(|message| message.parts.first()?.get(sort.field));
    let found = objects.find(|object| is_it(object) || object.as_array().is_some_and(|sizes| sizes.iter().any(is_it)));
    found.cloned().ok_or_else(refusal)
}
