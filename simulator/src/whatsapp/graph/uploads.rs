//! The Resumable Upload API, which returns the handles of examples in templates.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

use super::{
    call::Call,
    error::{Answered, GraphError, ensure},
};
use crate::whatsapp::state::{Grant, Session, State};

/// `POST /app/uploads`: starts a session.
pub(super) fn begin(state: &mut State, grant: &Grant, call: &Call) -> Answered {
    let length = call.int("file_length").and_then(|length| usize::try_from(length).ok());
    let length = length.ok_or_else(|| GraphError::parameter("The parameter file_length is required."))?;
    let mime = call.needed("file_type")?;
    const KNOWN: [&str; 5] = ["application/pdf", "image/jpeg", "image/jpg", "image/png", "video/mp4"];
    ensure(KNOWN.contains(&mime.as_str()), || GraphError::parameter("Param file_type is not supported"))?;
    let id = format!("upload:MTph{:016}", state.next_serial());
    let session = Session { app: grant.app.clone(), length, mime, bytes: Vec::new(), handle: None };
    state.sessions.insert(id.clone(), session);
    Ok(json!({"id": id}))
}

/// `POST /{session}` with the header `file_offset`: adds bytes; returns the handle when the file is complete.
pub(super) fn take(state: &mut State, call: &Call, id: &str) -> Answered {
    let serial = state.next_serial();
    let session = state.sessions.get_mut(id).ok_or_else(|| GraphError::no_object("post", id))?;
    let offset = call.offset.ok_or_else(|| GraphError::parameter("The header file_offset is required."))?;
    ensure(offset == session.bytes.len(), || GraphError::parameter("The header file_offset does not match."))?;
    session.bytes.extend_from_slice(&call.raw);
    ensure(session.bytes.len() <= session.length, || GraphError::parameter("The file is longer than file_length."))?;
    if session.bytes.len() < session.length {
        return Ok(json!({"id": id, "file_offset": session.bytes.len()}));
    }
    let handle = format!("4::{}:{serial}", STANDARD.encode(&session.mime));
    session.handle = Some(handle.clone());
    Ok(json!({"h": handle}))
}

/// `GET /{session}`: returns the number of bytes received.
pub(super) fn progress(state: &State, id: &str) -> Answered {
    let session = state.sessions.get(id).ok_or_else(|| GraphError::no_object("get", id))?;
    Ok(json!({"id": id, "file_offset": session.bytes.len()}))
}
