//! The files API of the `drive-…` hosts: www.amocrm.ru/developers/content/files/files-api. One host serves many
//! accounts; the access token identifies the account. Errors are plain JSON.

use bytes::Bytes;
use serde_json::{Value, json};
use uuid::Uuid;

use super::core::Core;
use super::exchange::{Answer, Target, bearer};
use super::ids;
use super::rest::filters::Filter;
use super::state::{DriveFile, Grant, Session};
use super::strict::Object;
use crate::kit::Call;

const JSON: &str = "application/json";
/// The largest file, and the largest part, in bytes.
const MAX_FILE: usize = 314_572_800;
const MAX_PART: usize = 524_288;
/// Lifetime of a session in seconds.
const LIFE: i64 = 24 * 60 * 60;

fn problem(status: u16, title: &str, detail: &str) -> Answer {
    let answer = Answer::problem(status, title, detail);
    Answer { answer: crate::kit::Answer::new(status, JSON, answer.answer.body.clone()), ..answer }
}

fn bad(detail: &str) -> Answer {
    problem(400, "Bad Request", detail)
}

fn ok(value: &Value) -> Answer {
    Answer::json(200, JSON, value)
}

fn not_found() -> Answer {
    problem(404, "Not Found", "no file has this uuid")
}

/// Answers a request to a `drive-…` host. Uploading parts and downloading need no token: the addresses are secrets.
pub(crate) fn answer(core: &Core, call: &Call, target: &Target<'_>) -> Answer {
    let base = target.base.as_str();
    match (call.method.as_str(), target.rest.as_slice()) {
        ("POST", ["v1.0", "sessions", "upload", key]) => return upload(core, call, base, key),
        ("GET" | "HEAD", ["download", _, uuid, _] | ["download", _, uuid, _, _]) => return download(core, uuid),
        _ => {}
    }
    let now = core.now();
    let Some(grant) = core.change(|state| state.grants.use_access(bearer(call), now)) else {
        return problem(401, "Unauthorized", "the access token is not valid");
    };
    match (call.method.as_str(), target.rest.as_slice()) {
        ("POST", ["v1.0", "sessions"]) => open(core, call, base, &grant).unwrap_or_else(|reason| bad(&reason)),
        ("GET", ["v1.0", "files"]) => list(core, call, base, &grant),
        ("GET", ["v1.0", "files", uuid]) => core.read(|state| {
            let found = state.drive.files.iter().find(|file| is_of(file, &grant) && file.uuid == *uuid);
            found.map_or_else(not_found, |file| ok(&show(base, file)))
        }),
        ("PATCH", ["v1.0", "files", uuid]) => rename(core, call, base, &grant, uuid),
        ("DELETE", ["v1.0", "files"]) => trash(core, call, &grant),
        _ => problem(404, "Not Found", "no such method"),
    }
}

fn is_of(file: &DriveFile, grant: &Grant) -> bool {
    file.account_id == grant.account_id && !file.is_trashed
}

/// Files on a page if the request does not say, and at most.
const PAGE: usize = 50;
const LARGEST_PAGE: usize = 250;

/// `GET v1.0/files?filter[…]=…&page=…&limit=…`: one's own files, the newest first.
fn list(core: &Core, call: &Call, base: &str, grant: &Grant) -> Answer {
    let number = |name: &str, usual: usize| match call.query(name) {
        None => Some(usual),
        Some(text) => text.parse::<usize>().ok().filter(|value| (1..=LARGEST_PAGE).contains(value)),
    };
    let (Some(page), Some(limit)) = (number("page", 1), number("limit", PAGE)) else {
        return bad(&format!("page and limit must be 1 to {LARGEST_PAGE}"));
    };
    let all = Filter::of(call);
    let is_trashed = all.values("deleted").iter().any(|one| matches!(*one, "1" | "true"));
    let term = all.values("term").concat().to_lowercase();
    let filter = Filter::of(call).but(&["deleted", "term"]);
    let value = |file: &DriveFile, key: &str| match key {
        "extensions" => Some(json!(extension(&file.name))),
        "date" => Some(json!(file.created_at)),
        "size" => Some(json!(file.bytes.len())),
        "uuid" => Some(json!(file.uuid)),
        "name" => Some(json!(file.name)),
        "created_by" | "updated_by" => Some(json!(file.created_by)),
        "source_id" => Some(Value::Null),
        _ => None,
    };
    let found: Vec<Value> = core.read(|state| {
        let own = state.drive.files.iter().rev().filter(|file| file.account_id == grant.account_id);
        let asked = own.filter(|file| file.is_trashed == is_trashed && file.name.to_lowercase().contains(&term));
        let asked = asked.filter(|file| filter.fits(&|key| value(file, key)));
        asked.skip(limit.saturating_mul(page - 1)).take(limit.saturating_add(1)).map(|file| show(base, file)).collect()
    });
    let href = |page: usize| json!({"href": format!("{base}/v1.0/files?page={page}&limit={limit}")});
    let mut links = json!({"self": href(page)});
    if found.len() > limit {
        links["next"] = href(page + 1);
    }
    let shown: Vec<Value> = found.into_iter().take(limit).collect();
    ok(&json!({"_links": links, "_embedded": {"files": shown}}))
}

/// `PATCH v1.0/files/{uuid}` with another `name`.
fn rename(core: &Core, call: &Call, base: &str, grant: &Grant, uuid: &str) -> Answer {
    let name = match Object::whole(&call.json).and_then(|fields| fields.required_text("name").map(str::to_owned)) {
        Ok(name) => name,
        Err(reason) => return bad(&reason),
    };
    let now = core.now().timestamp();
    core.change(|state| {
        let found = state.drive.files.iter_mut().find(|file| is_of(file, grant) && file.uuid == uuid);
        found.map_or_else(not_found, |file| {
            // The extension stays.
            let extension = extension(&file.name).to_owned();
            let has_it = extension.is_empty() || name.ends_with(&format!(".{extension}"));
            file.name = if has_it { name } else { format!("{name}.{extension}") };
            file.updated_at = now;
            ok(&show(base, file))
        })
    })
}

/// `DELETE v1.0/files` with a list of `uuid`s, which go to the trash.
fn trash(core: &Core, call: &Call, grant: &Grant) -> Answer {
    let uuids: Vec<&str> = call.json.as_array().into_iter().flatten().filter_map(|one| one["uuid"].as_str()).collect();
    if uuids.is_empty() {
        return bad("a list of uuids is needed");
    }
    core.change(|state| {
        let own = |file: &DriveFile, uuid: &str| is_of(file, grant) && file.uuid == uuid;
        if uuids.iter().any(|uuid| !state.drive.files.iter().any(|file| own(file, uuid))) {
            return not_found();
        }
        let named = state.drive.files.iter_mut().filter(|file| uuids.iter().any(|uuid| own(file, uuid)));
        named.for_each(|file| file.is_trashed = true);
        Answer::empty(204)
    })
}

fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

fn show(base: &str, file: &DriveFile) -> Value {
    let account = ids::amojo(&format!("drive.{}", file.account_id));
    let kind = match file.content_type.split('/').next() {
        Some(kind @ ("image" | "video" | "audio")) => kind,
        Some("text") => "document",
        _ if file.content_type == "application/pdf" => "document",
        _ => "file",
    };
    json!({
        "id": file.id, "uuid": file.uuid, "version_uuid": file.version_uuid, "type": kind, "name": file.name,
        "sanitized_name": file.name, "size": file.bytes.len(), "source_id": null, "created_at": file.created_at,
        "created_by": {"id": file.created_by, "type": "user"}, "updated_at": file.updated_at,
        "updated_by": {"id": file.created_by, "type": "user"}, "deleted_at": null, "deleted_by": null,
        "has_multiple_versions": file.updated_at != file.created_at, "is_trashed": file.is_trashed,
        "metadata": {"extension": extension(&file.name), "mime_type": file.content_type}, "previews": null,
        "_links": {
            "self": {"href": format!("{base}/v1.0/files/{}", file.uuid)},
            "download": {"href": format!("{base}/download/{account}/{}/{}", file.uuid, file.name)},
            "download_version": {
                "href": format!("{base}/download/{account}/{}/{}/{}", file.uuid, file.version_uuid, file.name),
            },
        },
    })
}

/// `GET download/{account uuid}/{file uuid}/{name}`.
fn download(core: &Core, uuid: &str) -> Answer {
    core.read(|state| {
        let found = state.drive.files.iter().find(|file| file.uuid == uuid && !file.is_trashed);
        found.map_or_else(not_found, |file| Answer::new(200, "application/octet-stream", file.bytes.clone()))
    })
}

fn upload_url(base: &str, key: &str) -> String {
    format!("{base}/v1.0/sessions/upload/{key}")
}

/// `POST v1.0/sessions`.
fn open(core: &Core, call: &Call, base: &str, grant: &Grant) -> Result<Answer, String> {
    if call.is_garbled {
        return Err("the body is not JSON".to_owned());
    }
    let fields = Object::whole(&call.json)?;
    let size = usize::try_from(fields.required_number("file_size")?).unwrap_or(0);
    if size == 0 || size > MAX_FILE {
        return Err(format!("file_size must be 1 to {MAX_FILE}"));
    }
    fields.boolean("with_preview")?;
    let session = Session {
        id: 0,
        account_id: grant.account_id,
        name: fields.required_text("file_name")?.to_owned(),
        content_type: fields.text("content_type")?.unwrap_or("application/octet-stream").to_owned(),
        size,
        file_uuid: fields.text("file_uuid")?.map(str::to_owned),
        bytes: Vec::new(),
        started_by: grant.user_id,
        started_at: core.now().timestamp(),
    };
    let key = Uuid::new_v4().simple().to_string();
    let (address, id) = core.change(|state| {
        state.drive.opened += 1;
        let id = state.drive.opened;
        let address = upload_url(base, &key);
        state.drive.sessions.insert(key, Session { id, ..session });
        (address, id)
    });
    let most = json!({
        "session_id": id, "upload_url": address, "max_file_size": MAX_FILE, "max_part_size": MAX_PART,
    });
    Ok(ok(&most))
}

/// `POST` of raw bytes to the address given by the session, or by the previous part; the last is answered with the file.
fn upload(core: &Core, call: &Call, base: &str, key: &str) -> Answer {
    if call.body.is_empty() || call.body.len() > MAX_PART {
        return bad(&format!("a part must have 1 to {MAX_PART} bytes"));
    }
    let now = core.now().timestamp();
    core.change(|state| {
        let drive = &mut state.drive;
        let Some(mut session) = drive.sessions.remove(key).filter(|one| now - one.started_at < LIFE) else {
            return problem(404, "Not Found", "no session waits for a part here");
        };
        session.bytes.extend_from_slice(&call.body);
        if session.bytes.len() > session.size {
            return bad("the parts are larger than file_size");
        }
        if session.bytes.len() < session.size {
            let next = Uuid::new_v4().simple().to_string();
            let body = json!({"session_id": session.id, "next_url": upload_url(base, &next)});
            drive.sessions.insert(next, session);
            return ok(&body);
        }
        let file = DriveFile {
            id: session.id,
            uuid: session.file_uuid.unwrap_or_else(|| Uuid::new_v4().to_string()),
            version_uuid: Uuid::new_v4().to_string(),
            account_id: session.account_id,
            name: session.name,
            content_type: session.content_type,
            bytes: Bytes::from(session.bytes),
            created_by: session.started_by,
            created_at: session.started_at,
            updated_at: now,
            is_trashed: false,
        };
        drive.files.retain(|one| one.uuid != file.uuid);
        let shown = show(base, &file);
        drive.files.push(file);
        ok(&shown)
    })
}
