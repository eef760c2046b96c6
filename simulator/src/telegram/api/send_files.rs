//! `sendPhoto`, `sendVideo`, `sendAnimation`, `sendAudio`, `sendVoice`, `sendVideoNote`, `sendDocument`, `sendSticker`.

use serde_json::{Value, json};

use super::{
    answer::{Answered, Refusal, bad, ensure},
    give::{self, Source},
    params::Params,
    send, text,
};
use crate::telegram::{
    core::Core,
    image,
    media::{self, Facts},
    show::photo_sizes,
    state::{Draft, FileKind, State},
};

/// The kind that a method sends.
pub(super) fn kind(method: &str) -> Option<FileKind> {
    Some(match method {
        "sendphoto" => FileKind::Photo,
        "sendvideo" => FileKind::Video,
        "sendanimation" => FileKind::Animation,
        "sendaudio" => FileKind::Audio,
        "sendvoice" => FileKind::Voice,
        "sendvideonote" => FileKind::VideoNote,
        "senddocument" => FileKind::Document,
        "sendsticker" => FileKind::Sticker,
        _ => return None,
    })
}

/// The field of `Message` and the parameter of a kind.
pub(super) fn field(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Photo | FileKind::Thumbnail => "photo",
        FileKind::Video => "video",
        FileKind::Animation => "animation",
        FileKind::Audio => "audio",
        FileKind::Voice => "voice",
        FileKind::VideoNote => "video_note",
        FileKind::Document => "document",
        FileKind::Sticker => "sticker",
    }
}

/// Sends one file.
pub(super) async fn send(core: &Core, bot: i64, kind: FileKind, params: &Params) -> Answered {
    let source = give::file(core, bot, params, field(kind), kind).await?;
    let caption = if matches!(kind, FileKind::Sticker | FileKind::VideoNote) {
        text::Text::default()
    } else {
        text::caption(params)?
    };
    core.change(|state| {
        let frame = send::frame(state, bot, params, 1)?;
        ensure(may_hear(state, kind, frame.target.chat), || bad("VOICE_MESSAGES_FORBIDDEN"))?;
        let mut draft = draft(state, kind, source, params)?;
        send::put_text(&mut draft.fields, ("caption", "caption_entities"), caption);
        Ok(send::post(state, bot, &frame, draft))
    })
}

/// Whether the person accepts this kind.
fn may_hear(state: &State, kind: FileKind, chat: i64) -> bool {
    let is_spoken = matches!(kind, FileKind::Voice | FileKind::VideoNote);
    !is_spoken || !state.people.get(&chat).is_some_and(|person| person.forbids_voice)
}

/// The resulting kind where Telegram inspects the bytes: a file of another format becomes a document, and a document
/// that is a video, music, a GIF or a sticker becomes that kind, unless the bot disables it.
pub(super) fn real_kind(kind: FileKind, bytes: &[u8], detect: bool) -> FileKind {
    let is_film = bytes.get(4..8) == Some(b"ftyp");
    let is_gif = bytes.starts_with(b"GIF8");
    let is_music = bytes.starts_with(b"ID3") || matches!(bytes, [0xFF, 0xE0..=0xFF, ..]);
    let is_webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    match kind {
        FileKind::Video | FileKind::VideoNote if !is_film => FileKind::Document,
        FileKind::Animation if !is_film && !is_gif => FileKind::Document,
        FileKind::Audio if !is_music && !is_film => FileKind::Document,
        FileKind::Voice if !bytes.starts_with(b"OggS") && !is_music && !is_film => FileKind::Document,
        FileKind::Document if detect && is_film => FileKind::Video,
        FileKind::Document if detect && is_gif => FileKind::Animation,
        FileKind::Document if detect && is_music => FileKind::Audio,
        FileKind::Document if detect && is_webp => FileKind::Sticker,
        same => same,
    }
}

/// The draft of a file.
pub(super) fn draft(state: &mut State, kind: FileKind, source: Source, params: &Params) -> Result<Draft, Refusal> {
    let (kind, object) = match source {
        Source::Known(unique) => (kind, known(state, kind, &unique)?),
        Source::Fresh { bytes, name, mime } => {
            let kind = real_kind(kind, &bytes, !params.flag("disable_content_type_detection"));
            if kind == FileKind::Photo {
                let (width, height) = image::dimensions(&bytes).ok_or_else(|| bad("IMAGE_PROCESS_FAILED"))?;
                (kind, photo_sizes(state, &bytes, width, height))
            } else {
                let mime = sticker_mime(kind, &bytes)?.map_or(mime, str::to_owned);
                let facts = Facts {
                    duration: params.int("duration"),
                    width: params.int("width").or_else(|| params.int("length")),
                    height: params.int("height"),
                    size: None,
                };
                (kind, media::object(state, kind, (bytes, name, mime), &facts))
            }
        }
    };
    let mut object = object;
    for key in ["performer", "title", "emoji"] {
        let fits = if key == "emoji" { kind == FileKind::Sticker } else { kind == FileKind::Audio };
        if let Some(text) = params.text(key).filter(|_| fits) {
            object[key] = json!(text);
        }
    }
    let mut draft = Draft::new(field(kind), json!({field(kind): object}));
    if kind == FileKind::Animation {
        draft.fields.insert("document".to_owned(), object);
    }
    for flag in ["show_caption_above_media", "has_spoiler"] {
        if params.flag(flag) {
            let key = if flag == "has_spoiler" { "has_media_spoiler" } else { flag };
            draft.fields.insert(key.to_owned(), json!(true));
        }
    }
    Ok(draft)
}

fn sticker_mime(kind: FileKind, bytes: &[u8]) -> Result<Option<&'static str>, Refusal> {
    if kind != FileKind::Sticker {
        return Ok(None);
    }
    let mime = match bytes {
        [b'R', b'I', b'F', b'F', ..] => "image/webp",
        [0x1F, 0x8B, ..] => "application/x-tgsticker",
        [0x1A, 0x45, 0xDF, 0xA3, ..] => "video/webm",
        _ => return Err(bad("wrong file type")),
    };
    Ok(Some(mime))
}

/// The object of a file that was sent before, from its message.
fn known(state: &State, kind: FileKind, unique: &str) -> Result<Value, Refusal> {
    let is_it = |value: &Value| value["file_unique_id"] == unique;
    let messages = state.chats.values().flat_map(|chat| &chat.messages);
    let mut objects = messages.filter_map(|message| message.fields.get(field(kind)));
    let found = objects.find(|object| is_it(object) || object.as_array().is_some_and(|sizes| sizes.iter().any(is_it)));
    let refusal = || bad("wrong remote file identifier specified: can't find the file");
    ensure(state.files.get(unique).is_some_and(|file| !file.is_lost), refusal)?;
    found.cloned().ok_or_else(refusal)
}
