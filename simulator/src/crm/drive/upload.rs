//! Uploading: a session, parts in order, and the file in the answer to the last part.

use bytes::Bytes;
use serde_json::json;
use uuid::Uuid;

use super::{DriveCall, files, ok, problem};
use crate::crm::{
    core::Core,
    exchange::{Answer, Incoming},
    state::{DriveFile, Session},
    strict::Object,
};

/// The largest file, in bytes.
const MAX_FILE: usize = 314_572_800;
/// The largest part, in bytes.
const MAX_PART: usize = 524_288;
/// Lifetime of a session in seconds.
const LIFE: i64 = 24 * 60 * 60;

fn upload_url(base: &str, key: &str) -> String {
    format!("{base}/v1.0/sessions/upload/{key}")
}

/// `POST v1.0/sessions`.
pub(super) fn open(call: &DriveCall<'_>) -> Answer {
    let Ok(body) = serde_json::from_slice::<serde_json::Value>(&call.request.body) else {
        return problem(400, "Bad Request", "the body is not JSON");
    };
    let read = || {
        let fields = Object::whole(&body)?;
        let size = usize::try_from(fields.required_number("file_size")?).unwrap_or(0);
        if size == 0 || size > MAX_FILE {
            return Err(format!("file_size must be 1 to {MAX_FILE}"));
        }
        fields.boolean("with_preview")?;
        Ok(Session {
            id: 0,
            account_id: call.access.account_id,
            name: fields.required_text("file_name")?.to_owned(),
            content_type: fields.text("content_type")?.unwrap_or("application/octet-stream").to_owned(),
            size,
            file_uuid: fields.text("file_uuid")?.map(str::to_owned),
            bytes: Vec::new(),
            started_at: call.core.now().timestamp(),
        })
    };
    let session = match read() {
        Ok(session) => session,
        Err(reason) => return problem(400, "Bad Request", &reason),
    };
    let key = Uuid::new_v4().simple().to_string();
    let id = call.core.change(|state| {
        state.drive.opened += 1;
        let id = state.drive.opened;
        state.drive.sessions.insert(key.clone(), Session { id, ..session });
        id
    });
    ok(&json!({
        "session_id": id,
        "upload_url": upload_url(call.base, &key),
        "max_file_size": MAX_FILE,
        "max_part_size": MAX_PART,
    }))
}

/// `POST` of raw bytes to the address given by the session, or by the previous part.
pub(super) fn part(core: &Core, request: &Incoming, base: &str, key: &str) -> Answer {
    if request.body.is_empty() || request.body.len() > MAX_PART {
        return problem(400, "Bad Request", &format!("a part must have 1 to {MAX_PART} bytes"));
    }
    let now = core.now().timestamp();
    core.change(|state| {
        let drive = &mut state.drive;
        let Some(mut session) = drive.sessions.remove(key).filter(|one| now - one.started_at < LIFE) else {
            return problem(404, "Not Found", "no session waits for a part here");
        };
        session.bytes.extend_from_slice(&request.body);
        if session.bytes.len() > session.size {
            return problem(400, "Bad Request", "the parts are larger than file_size");
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
            created_at: now,
            is_trashed: false,
        };
        drive.files.retain(|one| one.uuid != file.uuid);
        let shown = files::show(base, &file);
        drive.files.push(file);
        ok(&shown)
    })
}
