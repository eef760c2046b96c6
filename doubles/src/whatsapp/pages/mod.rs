//! Pages for people: customers' phones, Meta's review, fault injection; and JSON for programs.

mod bubble;
mod dialog;
mod events;
mod files;
mod keys;
mod list;
mod phone;
mod programs;
mod reviews;
mod strings;
mod trouble;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use askama::Template;

use strings::{Language, Words};

/// Adds the routes of all pages. Whatever is none of them belongs to the Graph.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(list::show))
        .route("/phone", web::get().to(list::show))
        .route("/phone/{person}/{phone}", web::get().to(phone::show))
        .route("/phone/{person}/{phone}/rows", web::get().to(phone::rows))
        .route("/phone/{person}/{phone}/files/{media}", web::get().to(files::show))
        .route("/events", web::get().to(events::stream))
        .route("/reviews", web::get().to(reviews::show))
        .route("/reviews", web::post().to(reviews::press))
        .route("/trouble", web::get().to(trouble::show))
        .route("/trouble", web::post().to(trouble::press))
        .route("/{version}/dialog/oauth", web::get().to(dialog::ask))
        .route("/{version}/dialog/oauth", web::post().to(dialog::answer))
        .route("/acts", web::post().to(programs::act))
        .route("/uploads", web::post().to(files::take))
        .route("/chats/{person}", web::get().to(programs::chat))
        .route("/templates", web::get().to(programs::templates))
        .route("/faults", web::get().to(programs::faults))
        .route("/faults", web::post().to(programs::break_it))
        .route("/faults", web::delete().to(programs::mend))
        .route("/healthz", web::get().to(HttpResponse::Ok))
        .route("/static/{file}", web::get().to(asset));
}

/// Data common to all pages: the language and how links keep it.
pub(super) struct Frame {
    pub(super) words: &'static Words,
    /// `?lang=ru` if the reader chose a language by a link, else empty.
    language_query: String,
    /// The same page in the other language.
    pub(super) other_href: String,
}

impl Frame {
    pub(super) fn of(request: &HttpRequest) -> Self {
        let pairs: Vec<(String, String)> =
            url::form_urlencoded::parse(request.query_string().as_bytes()).into_owned().collect();
        let asked = pairs.iter().find(|(key, _)| key == "lang").map(|(_, value)| value.as_str());
        let accepted =
            request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let words = Language::choose(asked, accepted).words();
        Self {
            words,
            language_query: asked.map_or_else(String::new, |_| format!("?lang={}", words.code)),
            other_href: format!("{}?lang={}", request.path(), words.other_code),
        }
    }

    /// A link that keeps the chosen language.
    pub(super) fn link(&self, path: &str) -> String {
        format!("{path}{}", self.language_query)
    }
}

#[derive(Template)]
#[template(path = "whatsapp/notice.html")]
struct Notice<'a> {
    frame: &'a Frame,
}

/// A rendered page with its headers. Forms may lead elsewhere: the dialog returns to the app.
pub(super) fn render(status: StatusCode, page: &impl Template) -> HttpResponse {
    const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; \
                          media-src 'self'; base-uri 'none'; frame-ancestors 'self'; form-action 'self' http: https:";
    let Ok(text) = page.render() else {
        return HttpResponse::InternalServerError().finish();
    };
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(text)
}

/// Whether a call comes from our own page or from a program: cross-site requests are refused.
pub(super) fn is_own(request: &HttpRequest) -> bool {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(host)),
        (origin, _) => origin.is_none(),
    }
}

/// The "not found" page.
pub(super) fn missing(frame: &Frame) -> HttpResponse {
    render(StatusCode::NOT_FOUND, &Notice { frame })
}

async fn asset(file: web::Path<String>) -> HttpResponse {
    let (kind, text) = match file.as_str() {
        "phone.css" => ("text/css; charset=utf-8", include_str!("../../../static/phone.css")),
        "whatsapp.css" => ("text/css; charset=utf-8", include_str!("../../../static/whatsapp.css")),
        "whatsapp.js" => ("text/javascript; charset=utf-8", include_str!("../../../static/whatsapp.js")),
        "whatsapp-composer.js" => {
            ("text/javascript; charset=utf-8", include_str!("../../../static/whatsapp-composer.js"))
        }
        "handset.svg" => ("image/svg+xml", include_str!("../../../static/handset.svg")),
        _ => return HttpResponse::NotFound().finish(),
    };
    HttpResponse::Ok()
        .content_type(kind)
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(text)
}
