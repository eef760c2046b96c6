//! The objects of the API: messages, comments, attachments, people, communities.

use serde_json::{Value, json};

use super::options::{CHATS, State, number, peer};
use crate::kit::{Author, Dialog, DialogKind, File, Id, Line, Message, Person, extend};

/// Reactions by their numbers, from 1.
pub(super) const REACTIONS: [&str; 16] =
    ["❤", "🔥", "😂", "👍", "💩", "❓", "😭", "😡", "👎", "👌", "😃", "🤔", "🙏", "😘", "😍", "🎉"];

/// What people comment on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Thing {
    word: &'static str,
    /// Its word in VK's addresses.
    address: &'static str,
    /// The prefix of its events' names: `wall_reply_new`, `photo_comment_edit`.
    pub(super) event: &'static str,
    /// The field with the object's id.
    pub(super) field: &'static str,
    /// The field with the object's owner.
    owner: &'static str,
}

const THINGS: [Thing; 4] = [
    Thing { word: "post", address: "wall", event: "wall_reply", field: "post_id", owner: "post_owner_id" },
    Thing { word: "photo", address: "photo", event: "photo_comment", field: "photo_id", owner: "photo_owner_id" },
    Thing { word: "video", address: "video", event: "video_comment", field: "video_id", owner: "video_owner_id" },
    Thing { word: "item", address: "product", event: "market_comment", field: "item_id", owner: "market_owner_id" },
];

/// What an id of a post names: `post77`, `photo5`.
pub(super) fn thing(post: &Id) -> Option<(Thing, i64)> {
    THINGS.iter().find_map(|one| Some((*one, post.as_str().strip_prefix(one.word)?.parse().ok()?)))
}

pub(super) fn address(thing: Thing, community: i64, object: i64) -> String {
    format!("{}-{community}_{object}", thing.address)
}

/// Adds the fields of an object to another.
fn and(mut one: Value, more: Value) -> Value {
    extend(&mut one, more);
    one
}

/// Communities are negative.
fn from(dialog: &Dialog, author: Author) -> i64 {
    match author {
        Author::Person(id) => id,
        _ => -dialog.line.number(),
    }
}

/// VK writes these four characters as HTML entities.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn attachments(state: &State, message: &Message) -> Vec<Value> {
    let files = message.files.iter().filter_map(|id| state.files.get(id)).map(|file| attachment(state, file));
    files.chain(message.parts.iter().cloned()).collect()
}

/// A message inside another: quoted or forwarded.
pub(super) fn inner(state: &State, dialog: &Dialog, message: &Message) -> Value {
    let mut shown = json!({
        "id": number(dialog, message), "date": message.at / 1_000, "from_id": from(dialog, message.author),
        "peer_id": peer(dialog), "conversation_message_id": message.id.number(), "text": escaped(&message.text),
        "attachments": attachments(state, message),
    });
    if let Some(geo) = message.more.get("geo") {
        shown["geo"] = geo.clone();
    }
    shown
}

fn version(message: &Message) -> i64 {
    10_000_000 + message.id.number()
}

/// A message, or a comment, as contained in answers and events.
pub(super) fn message(state: &State, dialog: &Dialog, message: &Message) -> Value {
    if let Some((thing, object)) = message.post.as_ref().and_then(thing) {
        return comment(state, dialog, message, thing, object);
    }
    let is_out = !matches!(message.author, Author::Person(_));
    let mut shown = json!({"version": version(message), "fwd_messages": [], "important": false,
        "is_hidden": false, "out": i32::from(is_out), "random_id": 0});
    if let Some(at) = message.edited_at {
        shown["update_time"] = json!(at / 1_000);
    }
    if let Some(quoted) = message.reply_to.as_ref().and_then(|cmid| dialog.message(cmid)) {
        shown["reply_message"] = inner(state, dialog, quoted);
    }
    and(and(inner(state, dialog, message), shown), Value::Object(message.more.clone()))
}

fn comment(state: &State, dialog: &Dialog, message: &Message, thing: Thing, object: i64) -> Value {
    let owner = -dialog.line.number();
    let mut shown = json!({
        "id": message.id, "from_id": from(dialog, message.author), "date": message.at / 1_000,
        "text": escaped(&message.text), "attachments": attachments(state, message), (thing.field): object,
        (thing.owner): owner,
    });
    if thing.word == "post" {
        shown["owner_id"] = json!(owner);
        shown["parents_stack"] = json!(message.reply_to.as_slice());
    }
    if let Some(answered) = &message.reply_to {
        shown["reply_to_comment"] = json!(answered);
        let author = dialog.messages.iter().find(|one| one.id == *answered).map(|one| from(dialog, one.author));
        shown["reply_to_user"] = json!(author);
    }
    shown
}

/// The address of a file, which needs no token.
pub(super) fn url(state: &State, file: &File) -> String {
    let name: String = url::form_urlencoded::byte_serialize(file.name.as_bytes()).collect();
    format!("{}/files/{}/{}", state.base, file.id, name.replace('+', "%20"))
}

pub(super) fn attachment(state: &State, file: &File) -> Value {
    let (url, date) = (url(state, file), file.ready_at / 1_000);
    let own = match file.kind.as_str() {
        "photo" => {
            let size =
                |kind: &str, width: i64| json!({"type": kind, "width": width, "height": width * 5 / 8, "url": url});
            let sizes = [size("s", 75), size("m", 130), size("x", 604)];
            json!({"album_id": -64, "date": date, "text": "", "sizes": sizes})
        }
        "audio_message" => {
            let mp3 = url.replace(".ogg", ".mp3");
            json!({"duration": 3, "waveform": [0, 5, 12, 31, 20, 8, 0], "link_ogg": url, "link_mp3": mp3})
        }
        "graffiti" => json!({"url": url, "width": 512, "height": 512}),
        "sticker" => {
            let images = [64, 128, 256, 352, 512].map(|side| json!({"url": url, "width": side, "height": side}));
            json!({"inner_type": "base_sticker_new", "product_id": 279, "images": images,
                "images_with_background": images, "is_allowed": true})
        }
        _ => {
            let extension = file.name.rsplit_once('.').map(|(_, end)| end.to_lowercase()).unwrap_or_default();
            let kind = if extension == "gif" { 3 } else { 1 };
            json!({"title": file.name, "size": file.size(), "ext": extension, "date": date, "type": kind, "url": url})
        }
    };
    json!({"type": file.kind, (file.kind.as_str()): and(Value::Object(file.more.clone()), own)})
}

pub(super) fn person(state: &State, person: &Person, fields: &str) -> Value {
    let mut shown = json!({
        "id": person.id, "first_name": person.first_name, "last_name": person.last_name,
        "can_access_closed": true, "is_closed": false,
    });
    if person.is_deleted {
        shown = and(shown, json!({"first_name": "DELETED", "last_name": "", "deactivated": "deleted"}));
    }
    let photo = person.more.get("photo").and_then(Id::of).and_then(|id| state.files.get(&id));
    for field in fields.split(',').map(str::trim) {
        match field {
            "screen_name" | "domain" => shown[field] = json!(format!("id{}", person.id)),
            "photo_50" | "photo_100" | "photo_200" | "photo_max" => {
                let none = || "https://vk.com/images/camera_200.png".to_owned();
                shown[field] = json!(photo.map_or_else(none, |file| url(state, file)));
            }
            "has_photo" => shown[field] = json!(i32::from(photo.is_some())),
            _ => {}
        }
    }
    shown
}

/// A community of `groups.getById`.
pub(super) fn community(line: &Line) -> Value {
    let photo = |side: &str| format!("https://vk.com/images/community_{side}.png");
    json!({
        "id": line.id.number(), "name": line.name, "screen_name": line.username, "is_closed": 0, "type": "group",
        "photo_50": photo("50"), "photo_100": photo("100"), "photo_200": photo("200"),
    })
}

/// A dialogue of `messages.getConversations`.
pub(super) fn conversation(dialog: &Dialog) -> Value {
    let (last, peer) = (dialog.messages.last(), peer(dialog));
    let mut read =
        dialog.messages.iter().filter(|one| !matches!(one.author, Author::Person(_)) && one.read_at.is_some());
    let (kind, local) = if dialog.kind == DialogKind::Group { ("chat", peer - CHATS) } else { ("user", peer) };
    let read = read.next_back();
    let shown = json!({
        "peer": {"id": peer, "type": kind, "local_id": local},
        "version": last.map_or(0, version),
        "last_message_id": last.map_or(0, |one| number(dialog, one)),
        "last_conversation_message_id": last.map_or(0, |one| one.id.number()),
        "in_read": 0,
        "in_read_cmid": 0,
        "out_read": read.map_or(0, |one| number(dialog, one)),
        "out_read_cmid": read.map_or(0, |one| one.id.number()),
        "can_write": {"allowed": true},
    });
    and(shown, Value::Object(dialog.more.clone()))
}
