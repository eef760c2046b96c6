//! Complete files: listing, downloading, deleting.

use serde_json::{Value, json};

use super::{DriveCall, ok, problem};
use crate::crm::{core::Core, exchange::Answer, ids, state::DriveFile};

/// A file as in the API.
pub(super) fn show(base: &str, file: &DriveFile) -> Value {
    let account = ids::amojo(&format!("drive.{}", file.account_id));
    let extension = file.name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let kind = match file.content_type.split('/').next() {
        Some(kind @ ("image" | "video" | "audio")) => kind,
        Some("text") => "document",
        _ if file.content_type == "application/pdf" => "document",
        _ => "file",
    };
    json!({
        "id": file.id,
        "uuid": file.uuid,
        "version_uuid": file.version_uuid,
        "type": kind,
        "name": file.name,
        "sanitized_name": file.name,
        "size": file.bytes.len(),
        "created_at": file.created_at,
        "updated_at": file.created_at,
        "is_trashed": file.is_trashed,
        "metadata": {"extension": extension, "mime_type": file.content_type},
        "previews": null,
        "_links": {
            "self": {"href": format!("{base}/v1.0/files/{}", file.uuid)},
            "download": {"href": format!("{base}/download/{account}/{}/{}", file.uuid, file.name)},
        },
    })
}

fn is_own(call: &DriveCall<'_>, file: &DriveFile) -> bool {
    file.account_id == call.access.account_id && !file.is_trashed
}

/// `GET v1.0/files`.
pub(super) fn list(call: &DriveCall<'_>) -> Answer {
    let found: Vec<Value> = call.core.read(|state| {
        state.drive.files.iter().filter(|file| is_own(call, file)).map(|file| show(call.base, file)).collect()
    });
    ok(&json!({"_count": found.len(), "_embedded": {"files": found}}))
}

fn not_found() -> Answer {
    problem(404, "Not Found", "no file has this uuid")
}

/// `GET v1.0/files/{uuid}`.
pub(super) fn one(call: &DriveCall<'_>, uuid: &str) -> Answer {
    let found = call.core.read(|state| {
        let file = state.drive.files.iter().find(|file| is_own(call, file) && file.uuid == uuid)?;
        Some(show(call.base, file))
    });
    found.map_or_else(not_found, |body| ok(&body))
}

/// `DELETE v1.0/files` with a list of `{"uuid": …}`: moves files to the trash.
pub(super) fn delete(call: &DriveCall<'_>) -> Answer {
    let Ok(Value::Array(items)) = serde_json::from_slice(&call.request.body) else {
        return problem(400, "Bad Request", "the body must be an array");
    };
    let uuids: Option<Vec<&str>> = items.iter().map(|one| one.get("uuid").and_then(Value::as_str)).collect();
    let Some(uuids) = uuids else {
        return problem(400, "Bad Request", "uuid is required");
    };
    call.core.change(|state| {
        let files = &mut state.drive.files;
        if !uuids.iter().all(|uuid| files.iter().any(|file| is_own(call, file) && file.uuid == *uuid)) {
            return not_found();
        }
        for file in files.iter_mut().filter(|file| uuids.contains(&file.uuid.as_str())) {
            file.is_trashed = true;
        }
        Answer::empty(204)
    })
}

/// `GET download/{account uuid}/{file uuid}/{name}`.
pub(super) fn download(core: &Core, uuid: &str) -> Answer {
    let found = core.read(|state| state.drive.files.iter().find(|file| file.uuid == uuid && !file.is_trashed).cloned());
    match found {
        Some(file) => {
            Answer { content_type: "application/octet-stream", body: file.bytes.to_vec(), ..Answer::empty(200) }
        }
        None => not_found(),
    }
}
