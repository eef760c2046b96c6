//! Files: stored once, with a different id for each bot; their objects in `Message`, `getFile`, the download, pictures of
//! people.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::options::Telegram;
use super::params::{Answered, Params, Refusal, bad, ensure};
use crate::kit::{Answer, File, Id, Sample, image};

/// Files larger than this, in bytes, cannot be downloaded from the cloud server.
const LIMIT: i64 = 20 * 1024 * 1024;
/// Milliseconds for which a path is valid.
const OPEN: i64 = 3_600_000;

/// What a file can be sent as.
#[derive(Debug)]
pub(super) struct Sort {
    /// The field of `Message`, and the parameter of its method.
    pub(super) field: &'static str,
    /// The name in Telegram's refusals.
    pub(super) name: &'static str,
    /// The beginning of its file ids.
    prefix: &'static str,
    folder: &'static str,
    ending: &'static str,
    mime: &'static str,
}

const fn sort_of(names: [&'static str; 2], prefix: &'static str, place: [&'static str; 2], mime: &'static str) -> Sort {
    let ([field, name], [folder, ending]) = (names, place);
    Sort { field, name, prefix, folder, ending, mime }
}

const DOCUMENT: Sort = sort_of(["document", "Document"], "BQAC", ["documents", "file"], "application/octet-stream");

static SORTS: [Sort; 9] = [
    sort_of(["photo", "Photo"], "AgAC", ["photos", "jpg"], "image/jpeg"),
    sort_of(["video", "Video"], "BAAC", ["videos", "mp4"], "video/mp4"),
    sort_of(["animation", "Animation"], "CgAC", ["animations", "mp4"], "video/mp4"),
    sort_of(["audio", "Audio"], "CQAC", ["music", "mp3"], "audio/mpeg"),
    sort_of(["voice", "Voice"], "AwAC", ["voice", "oga"], "audio/ogg"),
    sort_of(["video_note", "VideoNote"], "DQAC", ["video_notes", "mp4"], "video/mp4"),
    sort_of(["sticker", "Sticker"], "CAAC", ["stickers", "webp"], "image/webp"),
    sort_of(["thumbnail", "Thumbnail"], "AAMC", ["thumbnails", "jpg"], "image/jpeg"),
    DOCUMENT,
];
static OTHER: Sort = DOCUMENT;

/// What a field of `Message` is; a document if it is no other.
pub(super) fn sort(field: &str) -> &'static Sort {
    let field = if field == "live_photo" { "video" } else { field };
    SORTS.iter().find(|one| one.field == field).unwrap_or(&OTHER)
}

/// What a method like `sendvideonote` sends.
pub(super) fn sort_of_method(method: &str) -> Option<&'static Sort> {
    let sent = method.strip_prefix("send")?;
    SORTS.iter().find(|one| one.field != "thumbnail" && one.field.replace('_', "") == sent)
}

/// The bytes of a file that is not stored yet.
#[derive(Clone, Debug)]
pub(super) struct Loaded {
    /// Empty if it has none.
    pub(super) name: String,
    pub(super) mime: String,
    pub(super) bytes: Bytes,
}

/// The declared size, which may be wrong.
fn size(file: &File) -> i64 {
    let declared = file.more.get("size").and_then(Value::as_i64);
    declared.unwrap_or_else(|| i64::try_from(file.size()).unwrap_or(i64::MAX))
}

/// The path below `/file/bot{token}/`.
fn path(file: &File) -> String {
    let sort = sort(&file.kind);
    let named = file.name.rsplit_once('.').map(|(_, ending)| ending);
    let ending = match sort.field {
        "document" | "audio" | "sticker" => named.unwrap_or(sort.ending),
        _ => sort.ending,
    };
    let ending: String = ending.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    format!("{}/file_{}.{ending}", sort.folder, file.serial)
}

pub(super) fn file_id(file: &File, bot: &Id) -> String {
    format!("{}AgIAAxk{bot}_{}", sort(&file.kind).prefix, file.id)
}

impl Telegram {
    pub(super) fn keep(&mut self, sort: &Sort, file: Loaded) -> Id {
        let serial = self.next_serial();
        let id = Id::from(format!("AQAD{serial:08x}"));
        let Loaded { name, mime, bytes } = file;
        let mime = if mime.is_empty() { sort.mime.to_owned() } else { mime };
        let (kind, bytes) = (sort.field.to_owned(), Some(bytes));
        self.files.insert(id.clone(), File { id: id.clone(), serial, kind, name, mime, bytes, ..File::default() });
        id
    }

    /// The bot and the file of a file id; a bare unique id belongs to every bot.
    pub(super) fn parse(&self, file_id: &str) -> Option<(Id, Id)> {
        let (bot, unique) = file_id.split_once("AgIAAxk").and_then(|(_, rest)| rest.split_once('_'))?;
        self.files.get(&Id::from(unique)).map(|file| (Id::from(bot), file.id.clone()))
    }

    /// Stores a file and returns its object; `facts` has the duration, the sizes and the declared size. For pictures use
    /// [`Telegram::photo`].
    pub(super) fn object(&mut self, sort: &Sort, file: Loaded, facts: &Map<String, Value>) -> Value {
        let fact = |name: &str, usual: i64| facts.get(name).and_then(Value::as_i64).unwrap_or(usual);
        let measured = image::dimensions(&file.bytes).unwrap_or((512, 512));
        let (mime, name) = (file.mime.clone(), file.name.clone());
        let unique = self.keep(sort, file);
        if let (Some(size), Some(stored)) = (facts.get("size"), self.files.get_mut(&unique)) {
            stored.more.insert("size".to_owned(), size.clone());
        }
        let mut object = json!({"file_unique_id": unique, "file_size": self.files.get(&unique).map_or(0, size)});
        let duration = json!(fact("duration", 3));
        match sort.field {
            "video" | "animation" => {
                (object["width"], object["height"]) = (json!(fact("width", 640)), json!(fact("height", 360)));
                (object["duration"], object["mime_type"]) = (duration, json!(mime));
            }
            "video_note" => (object["length"], object["duration"]) = (json!(fact("length", 384)), duration),
            "voice" | "audio" => (object["duration"], object["mime_type"]) = (duration, json!(mime)),
            "sticker" => {
                (object["width"], object["height"]) = (json!(measured.0), json!(measured.1));
                object["type"] = json!("regular");
                object["is_animated"] = json!(mime == "application/x-tgsticker");
                object["is_video"] = json!(mime == "video/webm");
            }
            _ => object["mime_type"] = json!(mime),
        }
        if matches!(sort.field, "video" | "animation" | "audio" | "document") && !name.is_empty() {
            object["file_name"] = json!(name);
        }
        if matches!(sort.field, "video" | "video_note" | "sticker") {
            let bytes = Bytes::from_static(Sample::THUMBNAIL.bytes);
            let size = bytes.len();
            let preview = Loaded { name: String::new(), mime: String::new(), bytes };
            let unique = self.keep(self::sort("thumbnail"), preview);
            object["thumbnail"] = json!({"file_unique_id": unique, "file_size": size, "width": 320, "height": 200});
        }
        object
    }

    /// Stores a picture; its sizes, smallest first, as Telegram generates them.
    pub(super) fn photo(&mut self, bytes: &Bytes) -> Value {
        let (width, height) = image::dimensions(bytes).unwrap_or((1280, 960));
        let longer = width.max(height).max(1);
        let mut sizes = Vec::new();
        for side in [90, 320, 1280] {
            let side = side.min(longer);
            let file = Loaded { name: String::new(), mime: String::new(), bytes: bytes.clone() };
            let unique = self.keep(sort("photo"), file);
            let size = |length: i64| (length * side / longer).max(1);
            sizes.push(json!({"file_unique_id": unique, "file_size": bytes.len(), "width": size(width),
                "height": size(height)}));
            if side == longer {
                break;
            }
        }
        Value::Array(sizes)
    }
}

/// The unique id of the file that an object of `Message` shows: the largest size of a picture, or the file itself.
pub(super) fn shown(object: &Value) -> Option<Id> {
    let largest = object.as_array().and_then(|sizes| sizes.last()).unwrap_or(object);
    largest.get("file_unique_id").and_then(Id::of)
}

/// `getFile`.
pub(super) fn get(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let file_id = params.needed("file_id", "file_id not specified")?;
    let (owner, unique) = state.parse(&file_id).ok_or_else(|| bad("invalid file_id"))?;
    ensure(owner == *bot, || bad("wrong remote file identifier specified: can't unserialize it"))?;
    let file = state.files.get(&unique).ok_or_else(|| bad("invalid file_id"))?;
    ensure(size(file) <= LIMIT, || bad("file is too big"))?;
    let path = path(file);
    let answer = json!({"file_id": file_id, "file_unique_id": unique, "file_size": size(file), "file_path": path});
    let until = state.now + OPEN;
    state.own.open.insert((bot.clone(), path), until);
    Ok(answer)
}

/// `GET /file/bot{token}/{path}`.
pub(super) fn download(state: &Telegram, bot: &Id, wanted: &str) -> Answer {
    let is_open = state.own.open.get(&(bot.clone(), wanted.to_owned())).is_some_and(|until| *until > state.now);
    let found = state.files.values().find(|file| path(file) == wanted);
    match found.filter(|_| is_open).and_then(|file| file.bytes.clone()) {
        // Telegram always sends this generic type.
        Some(bytes) => Answer::new(200, "application/octet-stream", bytes),
        None => Refusal::new(404, "Not Found").answer(),
    }
}

/// `getUserProfilePhotos`.
pub(super) fn avatars(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let who = params.int("user_id").and_then(|id| state.people.get(&id)).ok_or_else(|| bad("user not found"))?;
    let photos: Vec<Value> = who.more.get("avatar").iter().map(|sizes| state.with_file_ids(bot, sizes)).collect();
    Ok(json!({"total_count": photos.len(), "photos": photos}))
}
