//! Messages of bots: texts, places, contacts, files, albums; and what is common to all of them.

use serde_json::{Value, json};

use super::files::{self, Sort};
use super::give::{Caller, Source};
use super::markup::{self, Markup};
use super::options::{Options, Place, Telegram};
use super::params::{Answered, Params, Refusal, bad, ensure};
use super::target::{self, Target};
use super::text::{self, Text};
use super::{content, detect, json as shown};
use crate::kit::{Author, Core, Id, Message};

/// The chat, the quote and the buttons of a message.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) target: Target,
    reply_to: Option<Id>,
    quote: Option<Value>,
    markup: Markup,
}

/// Checks the common parameters of messages.
pub(super) fn frame(state: &Telegram, bot: &Id, params: &Params) -> Result<Frame, Refusal> {
    let target = target::writable(state, bot, params)?;
    let markup = markup::read(target.place, params)?;
    let (reply_to, quote) = answered(state, &target, params)?;
    Ok(Frame { target, reply_to, quote, markup })
}

/// `reply_parameters`: the answered message, and perhaps a fragment of it.
fn answered(state: &Telegram, target: &Target, params: &Params) -> Result<(Option<Id>, Option<Value>), Refusal> {
    let Some(given) = params.json("reply_parameters", "reply parameters")? else { return Ok((None, None)) };
    let id = given["message_id"].as_i64().ok_or_else(|| bad("message identifier is not specified"))?;
    let may_be_missing =
        given["allow_sending_without_reply"].as_bool().unwrap_or_else(|| params.flag("allow_sending_without_reply"));
    // Quotes from another chat are not supported here; the message counts as missing.
    let is_elsewhere = given.get("chat_id").is_some_and(|chat| *chat != json!(target.chat));
    let found = state.dialog(&target.dialog).and_then(|dialog| dialog.message(&id.into())).filter(|_| !is_elsewhere);
    let Some(found) = found else {
        return if may_be_missing { Ok((None, None)) } else { Err(bad("message to be replied not found")) };
    };
    let Some(text) = given["quote"].as_str() else { return Ok((Some(found.id.clone()), None)) };
    let (before, _) = found.text.split_once(text).ok_or_else(|| bad("QUOTE_TEXT_INVALID"))?;
    let quote = json!({"text": text, "position": detect::length(before), "is_manual": true});
    Ok((Some(found.id.clone()), Some(quote)))
}

pub(super) fn draft(kind: &str, fields: Value) -> Message {
    Message { kind: kind.to_owned(), parts: vec![fields], ..Message::default() }
}

/// Gives a message its text, or its caption, with the entities that the bot named.
pub(super) fn put(message: &mut Message, text: Text) {
    message.text = text.text;
    let (_, key) = shown::keys(&message.kind);
    if let Some(fields) = message.parts.first_mut().and_then(Value::as_object_mut) {
        fields.remove(key);
        if !text.entities.is_empty() {
            fields.insert(key.to_owned(), json!(text.entities));
        }
    }
}

/// Adds a message to the chat and returns it as the bot sees it.
pub(super) fn post(state: &mut Telegram, bot: &Id, frame: &Frame, mut draft: Message) -> Value {
    let Target { dialog, place, thread, owner, .. } = &frame.target;
    let me = state.user(bot.number());
    let mut add = |key: &str, value: Value| draft.more.insert(key.to_owned(), value);
    if let Some(quote) = &frame.quote {
        add("quote", quote.clone());
    }
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

pub(super) fn json_of(state: &Telegram, bot: &Id, dialog: &Id, id: &Id) -> Value {
    let found = state.dialog(dialog).and_then(|known| Some((known, known.message(id)?)));
    found.map_or(Value::Null, |(known, message)| state.message_json(bot, known, message))
}

/// `sendMessage`.
pub(super) fn message(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let text = text::message(params)?;
    let frame = frame(state, bot, params)?;
    let options = params.json("link_preview_options", "link preview options")?;
    let mut draft = draft("text", options.map_or_else(|| json!({}), |one| json!({"link_preview_options": one})));
    put(&mut draft, text);
    Ok(post(state, bot, &frame, draft))
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
    let mut location = point(params)?;
    for key in ["live_period", "heading"] {
        if let Some(value) = params.int(key) {
            location[key] = json!(value);
        }
    }
    let frame = frame(state, bot, params)?;
    Ok(post(state, bot, &frame, draft("location", json!({"location": location}))))
}

/// `sendVenue`.
pub(super) fn venue(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let location = point(params)?;
    let title = params.needed("title", "title must be non-empty")?;
    let address = params.needed("address", "address must be non-empty")?;
    let frame = frame(state, bot, params)?;
    let venue = json!({"location": location, "title": title, "address": address});
    Ok(post(state, bot, &frame, draft("venue", json!({"venue": venue, "location": location}))))
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

/// `sendPoll`: 2–12 answers, each a text or an `InputPollOption`.
pub(super) fn poll(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let question = params.needed("question", "poll question must be non-empty")?;
    let given = params.json("options", "options")?.unwrap_or_default();
    let text = |one: &Value| if one.is_string() { one.clone() } else { one["text"].clone() };
    let options: Vec<Value> = given.as_array().into_iter().flatten().map(text).collect();
    let is_filled = |one: &Value| one.as_str().is_some_and(|text| !text.is_empty());
    ensure(options.len() >= 2, || bad("poll must have at least 2 option"))?;
    ensure(options.len() <= 12, || bad("poll can't have more than 12 options"))?;
    ensure(options.iter().all(is_filled), || bad("poll options must be non-empty"))?;
    let frame = frame(state, bot, params)?;
    let mut poll = content::poll(state, &json!(question), &options);
    for key in ["is_anonymous", "allows_multiple_answers"].into_iter().filter(|key| params.values.contains_key(*key)) {
        poll["poll"][key] = json!(params.flag(key));
    }
    Ok(post(state, bot, &frame, draft("poll", poll)))
}

/// Emoji of dice with their numbers of values.
const DICE: [(&str, i64); 6] = [("🎲", 6), ("🎯", 6), ("🎳", 6), ("🏀", 5), ("⚽", 5), ("🎰", 64)];

/// `sendDice`.
pub(super) fn dice(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let emoji = params.filled("emoji").unwrap_or_else(|| "🎲".to_owned());
    let known = DICE.iter().find(|(one, _)| *one == emoji.trim_end_matches('\u{fe0f}'));
    let (emoji, values) = known.ok_or_else(|| bad("wrong dice emoji"))?;
    let frame = frame(state, bot, params)?;
    let value = state.next_serial() % values + 1;
    Ok(post(state, bot, &frame, draft("dice", json!({"dice": {"emoji": emoji, "value": value}}))))
}

/// `sendPhoto`, `sendVideo`, `sendAnimation`, `sendAudio`, `sendVoice`, `sendVideoNote`, `sendDocument`, `sendSticker`.
pub(super) async fn file(caller: Caller<'_>, sort: &'static Sort) -> Answered {
    let Caller { core, bot, params } = caller;
    let source = caller.file(sort).await?;
    let has_caption = !matches!(sort.field, "sticker" | "video_note");
    let caption = if has_caption { text::caption(params)? } else { Text::default() };
    core.change(|state| {
        let frame = frame(state, bot, params)?;
        let mut draft = drafted(state, sort, source, params)?;
        put(&mut draft, caption);
        Ok(post(state, bot, &frame, draft))
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

pub(super) fn drafted(
    state: &mut Telegram,
    sort: &'static Sort,
    source: Source,
    params: &Params,
) -> Result<Message, Refusal> {
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

/// What an `InputMedia` is.
pub(super) fn sort_of_media(media: &Value) -> Result<&'static Sort, Refusal> {
    match media["type"].as_str() {
        Some(kind @ ("photo" | "video" | "animation" | "audio" | "document")) => Ok(files::sort(kind)),
        _ => Err(bad("can't parse InputMedia: wrong media type")),
    }
}

/// The other fields of an `InputMedia`, as parameters of a call.
pub(super) fn beside(media: &Value) -> Params {
    Params::of(media.as_object().cloned().unwrap_or_default())
}

/// `sendMediaGroup`; returns its messages in order.
pub(super) async fn album(caller: Caller<'_>) -> Answered {
    let Caller { core, bot, params } = caller;
    let given = params.json("media", "media")?.ok_or_else(|| bad("there is no media in the request"))?;
    let given = given.as_array().cloned().ok_or_else(|| bad("can't parse media: expected an Array"))?;
    // The limits 2–10 are documented, the error text is ours.
    ensure((2..=10).contains(&given.len()), || bad("an album must have 2-10 items"))?;
    let unfit = || bad("Can't use the media of the specified type in the album");
    let mut items = Vec::new();
    for media in &given {
        let sort = sort_of_media(media)?;
        ensure(sort.field != "animation", unfit)?;
        let source = caller.named(media["media"].as_str().unwrap_or_default(), sort).await?;
        items.push((sort, source, text::caption(&beside(media))?, beside(media)));
    }
    let first = items.first().map(|(sort, ..)| sort.field);
    let is_visual = items.iter().all(|(sort, ..)| matches!(sort.field, "photo" | "video"));
    ensure(is_visual || items.iter().all(|(sort, ..)| Some(sort.field) == first), unfit)?;
    album_of(core, bot, params, items)
}

/// An item of an album: its sort, its bytes, its caption, its other fields.
type Item = (&'static Sort, Source, Text, Params);

fn album_of(core: &Core<Options>, bot: &Id, params: &Params, items: Vec<Item>) -> Answered {
    core.change(|state| {
        let frame = frame(state, bot, params)?;
        let album = json!(format!("{}", 13_790_112_233_000_000 + state.next_serial()));
        let mut drafts = Vec::new();
        for (sort, source, caption, mut beside) in items {
            // Documents of an album stay documents.
            beside.values.insert("disable_content_type_detection".to_owned(), json!(true));
            let mut draft = drafted(state, sort, source, &beside)?;
            put(&mut draft, caption);
            draft.more.insert("media_group_id".to_owned(), album.clone());
            drafts.push(draft);
        }
        Ok(drafts.into_iter().map(|draft| post(state, bot, &frame, draft)).collect())
    })
}
