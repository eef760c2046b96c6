//! Upload servers (<https://dev.vk.com/api/upload/overview>): a method returns an address, the file is uploaded there,
//! another method saves it. And files by their addresses, which need no token.

use serde_json::{Value, json};

use super::call::{Answered, Asked, refused, wrong};
use super::json::attachment;
use super::options::{Options, State, Uploading};
use crate::kit::{Answer, Call, Core, File, Id, Upload};

/// Largest photo and largest file in bytes.
const PHOTO: usize = 50 * 1024 * 1024;
const FILE: usize = 200 * 1024 * 1024;
/// Media types displayed inline; others are downloaded.
const SHOWN: [&str; 7] = ["image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "audio/mpeg", "audio/ogg"];

/// Stores a file, to which messages may refer from now on.
pub(super) fn keep(state: &mut State, owner: i64, kind: &str, upload: Upload) -> Id {
    let (number, access) = (457_000_000 + state.next_serial(), state.next_hex(18));
    let more = json!({"id": number, "owner_id": owner, "access_key": access}).as_object().cloned().unwrap_or_default();
    let (id, token, ready_at) = (Id::from(state.next_hex(24)), format!("{owner}_{number}"), state.now);
    let Upload { name, mime, bytes } = upload;
    let kind = kind.to_owned();
    let file = File { id: id.clone(), kind, token, name, mime, bytes: Some(bytes), ready_at, more, ..File::default() };
    state.files.insert(id.clone(), file);
    id
}

/// The file that an attachment names: `photo-1_2`, `doc-1_3_access`.
pub(super) fn referred(state: &State, reference: &str) -> Option<Id> {
    let start = reference.find(|sign: char| sign == '-' || sign.is_ascii_digit())?;
    let (kind, rest) = reference.split_at(start);
    let plain = rest.splitn(3, '_').take(2).collect::<Vec<_>>().join("_");
    let file = state.file_by_token(&plain)?;
    // Voice messages and graffiti can also be attached as documents.
    let is_named = file.kind == kind || (kind == "doc" && file.kind != "photo");
    is_named.then(|| file.id.clone())
}

fn server(state: &mut State, asked: &Asked<'_>, kind: &str) -> Value {
    let ticket = state.next_hex(32);
    let url = format!("{}/upload/{kind}/{ticket}", state.base);
    let uploading = Uploading { community: asked.community, kind: kind.to_owned(), file: None };
    state.own.uploads.insert(ticket, uploading);
    json!({"upload_url": url})
}

/// `photos.getMessagesUploadServer`.
pub(super) fn photo_server(state: &mut State, asked: &Asked<'_>) -> Answered {
    let mut answer = server(state, asked, "photo");
    (answer["album_id"], answer["group_id"]) = (json!(-64), json!(asked.community));
    Ok(answer)
}

/// `docs.getMessagesUploadServer`.
pub(super) fn doc_server(state: &mut State, asked: &Asked<'_>) -> Answered {
    match asked.text("type").unwrap_or("doc") {
        kind @ ("doc" | "audio_message" | "graffiti") => Ok(server(state, asked, kind)),
        _ => Err(wrong("type is invalid")),
    }
}

fn taken(state: &mut State, asked: &Asked<'_>, word: &str) -> Option<(String, Upload)> {
    let known = state.own.uploads.get(word).filter(|one| one.community == asked.community && one.file.is_some());
    known?;
    let Uploading { kind, file, .. } = state.own.uploads.remove(word)?;
    Some((kind, file?))
}

/// `photos.saveMessagesPhoto`.
pub(super) fn save_photo(state: &mut State, asked: &Asked<'_>) -> Answered {
    let (photo, _) = (asked.needed("photo")?, asked.needed("hash")?);
    let words: Vec<Value> = serde_json::from_str(photo).map_err(|_| refused(129))?;
    let word = words.first().and_then(|one| one["photo"].as_str()).ok_or_else(|| refused(129))?;
    let (kind, upload) = taken(state, asked, word).ok_or_else(|| refused(129))?;
    let id = keep(state, -asked.community, &kind, upload);
    let photo = state.files.get(&id).map(|file| attachment(state, file)["photo"].take());
    Ok(json!([photo]))
}

/// `docs.save`.
pub(super) fn save_doc(state: &mut State, asked: &Asked<'_>) -> Answered {
    let (kind, mut upload) = taken(state, asked, asked.needed("file")?).ok_or_else(|| refused(105))?;
    if let Some(title) = asked.text("title") {
        title.clone_into(&mut upload.name);
    }
    let id = keep(state, -asked.community, &kind, upload);
    Ok(json!(state.files.get(&id).map(|file| attachment(state, file))))
}

/// `POST /upload/{kind}/{ticket}`: multipart with the field `photo` or `file`.
pub(super) fn take(core: &Core<Options>, call: &Call, kind: &str, ticket: &str) -> Answer {
    let failed = |error: &str| Answer::json(200, &json!({"error": error}));
    let known = core.read(|state| state.own.uploads.get(ticket).filter(|one| one.kind == kind).cloned());
    let field = if kind == "photo" { "photo" } else { "file" };
    // Widely used libraries number their files: `file0`, `file1`.
    let part = call.parts.iter().rfind(|part| part.name == field || part.name.starts_with("file"));
    let Some((known, part)) = known.zip(part) else {
        return failed("ERR_UPLOAD_FILE_NOT_UPLOADED: file not uploaded");
    };
    let most = if kind == "photo" { PHOTO } else { FILE };
    if part.bytes.is_empty() || part.bytes.len() > most {
        return failed("ERR_UPLOAD_BAD_SIZE: wrong file size");
    }
    if kind == "audio_message" && !part.bytes.starts_with(b"OggS") {
        return failed("unknown error");
    }
    let is_image = [&b"\xFF\xD8"[..], b"\x89PNG", b"GIF8"].iter().any(|start| part.bytes.starts_with(start));
    if kind == "photo" && !is_image {
        // Reported by an empty list of uploaded files.
        return Answer::json(200, &json!({"server": 1, "photo": "[]", "hash": ""}));
    }
    let word = core.change(|state| {
        let word = state.next_hex(40);
        let (name, mime, bytes) = (part.file_name.clone(), part.mime.clone(), part.bytes.clone());
        let uploaded = Uploading { file: Some(Upload { name, mime, bytes }), ..known };
        state.own.uploads.insert(word.clone(), uploaded);
        word
    });
    let answer = match kind {
        "photo" => json!({"server": 856_932, "photo": json!([{"markers_restarted": true, "photo": word}]).to_string(),
            "hash": word.get(..18)}),
        _ => json!({"file": word}),
    };
    Answer::json(200, &answer)
}

/// `GET /files/{key}/{name}`.
pub(super) fn give(state: &State, key: &str) -> Answer {
    let file = state.files.get(&Id::from(key));
    let Some((mime, bytes)) = file.and_then(|file| Some((file.mime.as_str(), file.bytes.clone()?))) else {
        return Answer::empty(404);
    };
    let is_shown = SHOWN.contains(&mime);
    Answer::new(200, if is_shown { mime } else { "application/octet-stream" }, bytes)
        .with("x-content-type-options", "nosniff")
        .with("content-disposition", if is_shown { "inline" } else { "attachment" })
        .with("content-security-policy", "default-src 'none'; sandbox")
}
