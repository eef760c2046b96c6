//! `GET /media/{token}/{name}`: a file or a range of it, for anyone with the link. Content that a browser might execute
//! is never displayed inline, whatever its name.

use std::ops::Range;

use actix_web::body::SizedStream;
use actix_web::http::header::{
    self, ByteRangeSpec, ContentRange, ContentRangeSpec, ETag, EntityTag, Header, IfNoneMatch, IfRange, Range as Ranges,
};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use base::i18n::{Language, Words};
use base::message::day_of;
use futures_util::stream::empty;

use super::ensure::{StoredFile, row};
use super::{MediaState, link, name, sniff};
use crate::media::MediaContext;

/// No scripts, no subresources, no framing.
const POLICY: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// Seconds after which a file that is not here yet may be asked for again.
const SOON: &str = "5";

/// Mounts `/media`.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource("/media/{token}/{name}").route(web::get().to(get)).route(web::head().to(get)));
}

async fn get(app: web::Data<MediaContext>, path: web::Path<(String, String)>, request: HttpRequest) -> HttpResponse {
    let Some(target) = link::verify(&app, &path.0) else { return nothing(&request, StatusCode::NOT_FOUND) };
    let now = app.clock.millis();
    if target.end <= now {
        return nothing(&request, StatusCode::GONE);
    }
    let found = match row(&app, target.tenant_id, target.id).await {
        Ok(found) => found,
        Err(error) => {
            tracing::error!(tenant.id = %target.tenant_id, media.id = %target.id, %error, "a file's row cannot be read");
            return nothing(&request, StatusCode::SERVICE_UNAVAILABLE);
        }
    };
    // The API shows a link as soon as the message is accepted.
    if found.as_ref().is_some_and(|row| row.state == MediaState::Wanted.number()) {
        return nothing(&request, StatusCode::SERVICE_UNAVAILABLE);
    }
    let found = found.filter(|row| row.state == MediaState::Kept.number() && row.day >= day_of(now));
    match found.map(|row| StoredFile::of(&row, None)) {
        Some(kept) => lend(&app, &request, &kept).await,
        None => nothing(&request, StatusCode::NOT_FOUND),
    }
}

/// The same answer for every error, so that guessing reveals nothing.
fn nothing(request: &HttpRequest, status: StatusCode) -> HttpResponse {
    let words = Words::new(Language::accepted(request.headers()));
    let key = if status == StatusCode::SERVICE_UNAVAILABLE { "media-busy" } else { "media-nothing-here" };
    let mut answer = HttpResponse::build(status);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        answer.insert_header((header::RETRY_AFTER, SOON));
    }
    answer
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("text/plain; charset=utf-8")
        .body(format!("{}\n", words.text(key)))
}

/// The requested part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ByteRange {
    Whole,
    Some(Range<u64>),
    /// A range beyond the end.
    Nowhere,
}

async fn lend(app: &MediaContext, request: &HttpRequest, kept: &StoredFile) -> HttpResponse {
    let tag = EntityTag::new_strong(kept.checksum.clone());
    if knows(request, &tag) {
        return headed(HttpResponse::NotModified(), kept, tag).finish();
    }
    let (range, mut answer) = match part(request, &tag, kept.size) {
        ByteRange::Nowhere => {
            let announced = ContentRange(ContentRangeSpec::Bytes { range: None, instance_length: Some(kept.size) });
            return headed(HttpResponse::RangeNotSatisfiable(), kept, tag).insert_header(announced).finish();
        }
        ByteRange::Whole => (0..kept.size, headed(HttpResponse::Ok(), kept, tag)),
        ByteRange::Some(range) => {
            let last = range.end - 1;
            let announced =
                ContentRangeSpec::Bytes { range: Some((range.start, last)), instance_length: Some(kept.size) };
            let mut answer = headed(HttpResponse::PartialContent(), kept, tag);
            answer.insert_header(ContentRange(announced));
            (range, answer)
        }
    };
    let (content_type, inline) = sniff::served(&kept.mime_type);
    answer.insert_header((header::CONTENT_TYPE, content_type));
    answer.insert_header(name::disposition(inline, &kept.file_name));
    let length = range.end - range.start;
    if request.method() == Method::HEAD {
        return answer.body(SizedStream::new(length, empty::<Result<_, std::io::Error>>()));
    }
    match app.media.files.read(kept.key(), range).await {
        Ok(Some(bytes)) => answer.body(SizedStream::new(length, bytes)),
        Ok(None) => {
            tracing::error!(tenant.id = %kept.tenant_id, media.id = %kept.id, "a stored file is missing from the file store");
            nothing(request, StatusCode::NOT_FOUND)
        }
        Err(error) => {
            tracing::error!(tenant.id = %kept.tenant_id, media.id = %kept.id, %error, "the file store cannot be read");
            nothing(request, StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}

fn headed(mut answer: HttpResponseBuilder, kept: &StoredFile, tag: EntityTag) -> HttpResponseBuilder {
    let private = if kept.size > 0 { "private, max-age=3600" } else { "no-store" };
    answer
        .insert_header(ETag(tag))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::CACHE_CONTROL, private))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    answer
}

fn knows(request: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|one| one.weak_eq(tag)),
        Ok(IfNoneMatch::Any) => request.headers().contains_key(header::IF_NONE_MATCH),
        Err(_) => false,
    }
}

/// A single range is honoured; several or invalid ones mean the whole file (RFC 9110 §14.2), as does a condition that
/// fails.
fn part(request: &HttpRequest, tag: &EntityTag, size: u64) -> ByteRange {
    let Ok(Ranges::Bytes(specs)) = Ranges::parse(request) else { return ByteRange::Whole };
    let same = !request.headers().contains_key(header::IF_RANGE)
        || matches!(IfRange::parse(request), Ok(IfRange::EntityTag(announced)) if announced.strong_eq(tag));
    match specs.as_slice() {
        [spec] if same => satisfied(spec, size),
        _ => ByteRange::Whole,
    }
}

fn satisfied(spec: &ByteRangeSpec, size: u64) -> ByteRange {
    match spec.to_satisfiable_range(size) {
        Some((first, last)) => ByteRange::Some(first..last + 1),
        None => ByteRange::Nowhere,
    }
}
