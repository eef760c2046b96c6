//! Public pages without a session and a script, such as the agreements and the state of the service: one frame
//! (`templates/public/base.html`), one policy.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use base::i18n::{CRM, Language, LocalizedText, Words};

/// What permits the style sheet in the page; new for each response.
pub fn nonce() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}

/// The page as a response. `kept`: how long browsers and proxies may keep it, as `Cache-Control`.
pub fn answer(page: &impl Template, nonce: &str, words: Words, kept: &'static str) -> HttpResponse {
    let Ok(text) = page.render() else { return HttpResponse::InternalServerError().finish() };
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, kept))
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::CONTENT_LANGUAGE, words.language().code()))
        .insert_header((header::VARY, "Cookie, Accept-Language"))
        .body(text)
}

/// One sentence under a heading, and the way to the panel.
#[derive(Template)]
#[template(path = "public/refused.html")]
struct RefusedPage {
    words: Words,
    nonce: String,
    title: String,
    text: String,
}

/// The answer for a page that does not exist.
pub fn nothing(request: &HttpRequest) -> HttpResponse {
    refused(request, StatusCode::NOT_FOUND, "page-not-found-title", &LocalizedText::new("page-not-found-about"))
}

/// Whether a browser navigates to the answer.
pub fn wants_page(request: &HttpRequest) -> bool {
    let accepted = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.contains("text/html")
}

/// What a person reads instead of a page: as a page in a browser, as a line of text in a program.
pub fn refused(request: &HttpRequest, status: StatusCode, title: &'static str, text: &LocalizedText) -> HttpResponse {
    let words = Words::new(Language::of_request(request));
    let (title, text) = (words.text(title).to_string(), text.in_words(words, CRM));
    if !wants_page(request) {
        return HttpResponse::build(status)
            .content_type("text/plain; charset=utf-8")
            .body(format!("{title}. {text}\n"));
    }
    let page = RefusedPage { words, nonce: nonce(), title, text };
    let mut answer = answer(&page, &page.nonce, words, "no-store");
    *answer.status_mut() = status;
    answer
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn type_of(accepts: &str) -> String {
        let request = TestRequest::default().insert_header((header::ACCEPT, accepts)).to_http_request();
        let answer = nothing(&request);
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        answer.headers().get(header::CONTENT_TYPE).unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn a_person_reads_a_page_and_a_program_a_line() {
        assert_eq!(type_of("text/html,application/xhtml+xml;q=0.9"), "text/html; charset=utf-8");
        assert_eq!(type_of("*/*"), "text/plain; charset=utf-8");
    }
}
