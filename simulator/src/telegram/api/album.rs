//! `sendMediaGroup`.

use serde_json::{Value, json};

use super::{
    answer::{Answered, Refusal, bad, ensure},
    give::{self, Source},
    params::Params,
    send, send_files, text,
};
use crate::telegram::{
    core::Core,
    state::{Draft, FileKind},
};

/// One file of an album.
struct Item {
    kind: FileKind,
    source: Source,
    caption: text::Text,
    params: Params,
}

/// The kind of an `InputMedia`.
pub(super) fn kind(media: &Value) -> Result<FileKind, Refusal> {
    Ok(match media["type"].as_str() {
        Some("photo") => FileKind::Photo,
        Some("video") => FileKind::Video,
        Some("animation") => FileKind::Animation,
        Some("audio") => FileKind::Audio,
        Some("document") => FileKind::Document,
        _ => return Err(bad("can't parse InputMedia: wrong media type")),
    })
}

/// The other fields of an `InputMedia`, as parameters of a call.
pub(super) fn beside(media: &Value) -> Params {
    Params { values: media.as_object().cloned().unwrap_or_default(), ..Params::default() }
}

/// The caption of an `InputMedia`.
pub(super) fn caption(media: &Value) -> Result<text::Text, Refusal> {
    let given = media["caption"].as_str().unwrap_or_default();
    text::captioned(given, media.get("caption_entities").cloned(), media["parse_mode"].as_str())
}

/// Sends an album; returns its messages in order.
pub(super) async fn send(core: &Core, bot: i64, params: &Params) -> Answered {
    let given = params.json("media", "media")?.ok_or_else(|| bad("there is no media in the request"))?;
    let given = given.as_array().cloned().ok_or_else(|| bad("can't parse media: expected an Array"))?;
    // The limits 2–10 are documented, the error text is ours.
    ensure((2..=10).contains(&given.len()), || bad("an album must have 2-10 items"))?;
    let mut items = Vec::new();
    for media in &given {
        let kind = kind(media)?;
        ensure(kind != FileKind::Animation, || bad("Can't use the media of the specified type in the album"))?;
        let link = media["media"].as_str().unwrap_or_default();
        let source = give::named(core, bot, params, link, kind).await?;
        items.push(Item { kind, source, caption: caption(media)?, params: beside(media) });
    }
    let is_visual = |item: &Item| matches!(item.kind, FileKind::Photo | FileKind::Video);
    let first = items.first().map(|item| item.kind);
    let fits = items.iter().all(is_visual) || items.iter().all(|item| Some(item.kind) == first);
    ensure(fits, || bad("Can't use the media of the specified type in the album"))?;
    core.change(|state| {
        let frame = send::frame(state, bot, params, i64::try_from(items.len()).unwrap_or(10))?;
        let album = format!("{}", 13_790_112_233_000_000 + state.next_serial());
        let mut drafts: Vec<Draft> = Vec::new();
        for item in items {
            // Documents of an album stay documents.
            let mut beside = item.params;
            beside.values.insert("disable_content_type_detection".to_owned(), json!(true));
            let mut draft = send_files::draft(state, item.kind, item.source, &beside)?;
            send::put_text(&mut draft.fields, ("caption", "caption_entities"), item.caption);
            draft.fields.insert("media_group_id".to_owned(), json!(album));
            drafts.push(draft);
        }
        Ok(drafts.into_iter().map(|draft| send::post(state, bot, &frame, draft)).collect())
    })
}
