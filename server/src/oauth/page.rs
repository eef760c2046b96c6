//! The installation pages: one small template, no script, nothing from other hosts.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::words::{self, Words};

/// What every page of a request shares.
pub(super) struct Frame {
    pub words: &'static Words,
}

impl Frame {
    pub fn of(request: &HttpRequest) -> Self {
        let wanted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Self { words: words::of_accept_language(wanted.unwrap_or_default()) }
    }
}

/// A way on from a page.
pub(super) struct Link {
    pub href: String,
    pub text: String,
}

/// A page. `steps` are things that are done, with a tick.
#[derive(Template)]
#[template(path = "install/page.html")]
pub(super) struct Page<'call> {
    pub words: &'call Words,
    pub title: String,
    pub steps: Vec<&'call str>,
    pub lines: Vec<String>,
    pub links: Vec<Link>,
    /// What amoCRM said, folded away; empty: nothing.
    pub details: String,
}

impl Page<'_> {
    /// The finished answer. A page is never kept and never shown inside another site.
    pub fn answer(&self, status: StatusCode) -> HttpResponse {
        let Ok(text) = self.render() else { return HttpResponse::InternalServerError().finish() };
        HttpResponse::build(status)
            .content_type("text/html; charset=utf-8")
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            ))
            // The address of this page holds a code.
            .insert_header((header::REFERRER_POLICY, "no-referrer"))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .insert_header((header::CONTENT_LANGUAGE, self.words.code))
            .insert_header((header::VARY, "Accept-Language"))
            .body(text)
    }
}

/// A page with a title and a paragraph.
pub(super) fn plain(frame: &Frame, status: StatusCode, title: &str, line: &str) -> HttpResponse {
    with_links(frame, status, title, vec![line.to_owned()], Vec::new())
}

/// A page with ways on.
pub(super) fn with_links(
    frame: &Frame,
    status: StatusCode,
    title: &str,
    lines: Vec<String>,
    links: Vec<Link>,
) -> HttpResponse {
    let title = title.to_owned();
    Page { words: frame.words, title, steps: Vec::new(), lines, links, details: String::new() }.answer(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_accounts_cannot_become_markup() {
        let page = Page {
            words: words::of_accept_language("ru"),
            title: "Аккаунт «<b>x</b>»".into(),
            steps: vec!["готово"],
            lines: vec!["<script>".into()],
            links: vec![Link { href: "/oauth/install?integration=a&b".into(), text: "\"<i>".into() }],
            details: "<u>".into(),
        };
        let text = page.render().unwrap();
        assert!(text.contains("lang=\"ru\""));
        for markup in ["<b>", "<script>", "<i>", "<u>"] {
            assert!(!text.contains(markup), "{markup}");
        }
    }
}
