//! Serves a stored file: GET and HEAD, whole or a range, until its link expires.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::header, web};

use super::range::{Part, part};
use crate::crm::{core::Core, state::StoredFile};

/// Types that a browser displays inline; others are downloaded.
const SHOWN: [&str; 3] = ["image/", "audio/", "video/"];

/// `GET /attachments/{id}/{name}`.
pub(crate) async fn attachment(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> HttpResponse {
    let (id, _) = path.into_inner();
    let now = core.now();
    let found = core.read(|state| state.files.attachments.get(&id).filter(|file| file.expires_at > now).cloned());
    match found {
        Some(file) => finished(&request, &file),
        None => HttpResponse::NotFound().finish(),
    }
}

/// The answer with a file, or with the requested range of it.
pub(crate) fn finished(request: &HttpRequest, file: &StoredFile) -> HttpResponse {
    let length = file.bytes.len();
    let asked = request.headers().get(header::RANGE).and_then(|value| value.to_str().ok());
    let (mut answer, bytes) = match part(asked, length) {
        Part::Whole => (HttpResponse::Ok(), file.bytes.clone()),
        Part::Some(from, to) => {
            let mut answer = HttpResponse::PartialContent();
            answer.insert_header((header::CONTENT_RANGE, format!("bytes {from}-{}/{length}", to.saturating_sub(1))));
            (answer, file.bytes.slice(from..to))
        }
        Part::Outside => {
            let range = (header::CONTENT_RANGE, format!("bytes */{length}"));
            return HttpResponse::RangeNotSatisfiable().insert_header(range).finish();
        }
    };
    let svg = file.content_type.starts_with("image/svg");
    let shown = !svg && SHOWN.iter().any(|kind| file.content_type.starts_with(kind));
    answer
        .content_type(file.content_type.as_str())
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::CONTENT_DISPOSITION, if shown { "inline" } else { "attachment" }))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "private, max-age=60"))
        .body(bytes)
}
