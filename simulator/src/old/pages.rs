//! Pages for people: headers, assets, and the signal that something changed.

use std::{convert::Infallible, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
};
use askama::Template;
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::watch;

/// Interval of comments by which closed pages are detected.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Changes within this time are reported together.
const GATHER: Duration = Duration::from_millis(50);

/// A rendered page with its headers.
pub(crate) fn render(status: StatusCode, page: &impl Template) -> HttpResponse {
    render_with_forms(status, page, "'self'")
}

/// The same, with the allowed targets of forms (`form-action` of the content security policy).
pub(crate) fn render_with_forms(status: StatusCode, page: &impl Template, forms: &str) -> HttpResponse {
    let Ok(text) = page.render() else {
        return HttpResponse::InternalServerError().finish();
    };
    let policy = format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; \
         media-src 'self'; base-uri 'none'; frame-ancestors 'self'; form-action {forms}"
    );
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(text)
}

/// Whether a request comes from our own page or from a program: cross-site requests are refused.
pub(crate) fn is_own(request: &HttpRequest) -> bool {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(host)),
        (origin, _) => origin.is_none(),
    }
}

/// An asset of the pages: name and bytes. Its extension determines its type.
pub(crate) type Asset = (&'static str, &'static [u8]);

/// The file with this name.
pub(crate) fn asset(name: &str, all: &[Asset]) -> HttpResponse {
    let Some((_, bytes)) = all.iter().find(|(one, _)| *one == name) else {
        return HttpResponse::NotFound().finish();
    };
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("jpg") => "image/jpeg",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    };
    HttpResponse::Ok()
        .content_type(kind)
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(*bytes)
}

/// Server-sent events that only report that something changed, once at the start and after each change; the page then
/// reloads its rows.
pub(crate) fn events(mut changes: watch::Receiver<u64>) -> HttpResponse {
    changes.mark_changed();
    let body = stream::unfold(changes, |mut changes| async move {
        let text = match tokio::time::timeout(HEARTBEAT, changes.changed()).await {
            Ok(Ok(())) => {
                tokio::time::sleep(GATHER).await;
                let revision = *changes.borrow_and_update();
                format!("event: change\ndata: {revision}\n\n")
            }
            // The double has stopped.
            Ok(Err(_)) => return None,
            Err(_) => ": still here\n\n".to_owned(),
        };
        Some((Ok::<_, Infallible>(Bytes::from(text)), changes))
    });
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(body)
}
