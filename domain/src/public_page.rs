//! Public pages without a session and a script, such as the agreements and the state of the service: one frame
//! (`templates/public/base.html`), one policy.

use actix_web::HttpResponse;
use actix_web::http::header;
use askama::Template;
use base::i18n::Words;

/// What permits the style sheet in the page; new for each response.
pub fn nonce() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}

/// The page as a response. `kept`: how long browsers and proxies may keep it, as `Cache-Control`.
pub fn answer(page: &impl Template, nonce: &str, words: Words, kept: &'static str) -> HttpResponse {
    let Ok(text) = page.render() else { return HttpResponse::InternalServerError().finish() };
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, kept))
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::CONTENT_LANGUAGE, words.language().code()))
        .insert_header((header::VARY, "Cookie, Accept-Language"))
        .body(text)
}

/// The answer for a page that does not exist.
pub fn nothing() -> HttpResponse {
    HttpResponse::NotFound().content_type("text/plain; charset=utf-8").body("There is nothing at this address.\n")
}
