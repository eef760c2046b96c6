//! Pages for people: accounts, consent, the manager's window, leads, sources, integrations and their widgets.

mod accounts;
mod acts;
mod broken;
mod bubble;
mod composer;
mod consent;
mod contacts;
mod events;
mod faults_api;
mod feed;
mod host;
mod leads;
mod marketplace;
mod pipelines;
mod rows;
mod shell;
pub(crate) mod strings;
mod widget;
mod widget_calls;
mod window;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use askama::Template;

use strings::{Language, Words};

use crate::crm::{core::Core, media};

/// Adds the routes of all pages.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(accounts::list))
        .route("/accounts", web::post().to(accounts::add))
        .route("/accounts/{host}/install", web::post().to(accounts::install))
        .route("/accounts/{host}/revoke", web::post().to(accounts::revoke))
        .route("/accounts/{host}/", web::get().to(window::show))
        .route("/accounts/{host}/snapshot", web::get().to(window::snapshot))
        .route("/accounts/{host}/events", web::get().to(events::stream))
        .route("/accounts/{host}/acts", web::post().to(acts::perform))
        .route("/accounts/{host}/files", web::post().to(acts::upload))
        .route("/accounts/{host}/messages/{id}/media", web::get().to(acts::file))
        .route("/accounts/{host}/messages/{id}/media", web::head().to(acts::file))
        .route("/accounts/{host}/chats/{chat}/answer", web::post().to(window::answer))
        .route("/accounts/{host}/user", web::post().to(shell::sign_in))
        .route("/accounts/{host}/break", web::get().to(broken::show))
        .route("/accounts/{host}/break", web::post().to(broken::press))
        .route("/accounts/{host}/contacts", web::get().to(contacts::list))
        .route("/accounts/{host}/contacts", web::post().to(contacts::press))
        .route("/accounts/{host}/leads", web::get().to(leads::list))
        .route("/accounts/{host}/leads/{id}", web::get().to(leads::show))
        .route("/accounts/{host}/pipelines", web::get().to(pipelines::show))
        .route("/accounts/{host}/pipelines/{id}/add", web::post().to(pipelines::add))
        .route("/accounts/{host}/sources/{id}/delete", web::post().to(pipelines::delete))
        .route("/accounts/{host}/marketplace", web::get().to(marketplace::show))
        .route("/accounts/{host}/archive", web::post().to(marketplace::upload))
        .route("/accounts/{host}/settings/widgets/{code}", web::get().to(widget::settings))
        .route("/accounts/{host}/settings/{code}", web::get().to(widget::own))
        .route("/accounts/{host}/widgets/{code}/{action}", web::post().to(widget_calls::press))
        .route("/accounts/{host}/widgets/{code}/{file:.*}", web::get().to(widget_calls::file))
        .route(
            "/accounts/{host}/ajax/v2/integrations/{client_uuid}/disposable_token",
            web::get().to(widget_calls::token),
        )
        // amoCRM documents both forms of the address; its SDK uses the second.
        .route("/oauth", web::get().to(consent::show))
        .route("/oauth/", web::get().to(consent::show))
        .route("/oauth", web::post().to(consent::decide))
        .route("/attachments/{id}/{name}", web::get().to(media::attachment))
        .route("/attachments/{id}/{name}", web::head().to(media::attachment))
        .route("/faults", web::get().to(faults_api::list))
        .route("/faults", web::post().to(faults_api::break_it))
        .route("/faults", web::delete().to(faults_api::mend))
        .route("/healthz", web::get().to(HttpResponse::Ok))
        .route("/static/{file}", web::get().to(asset))
        .default_service(web::to(nothing_here));
}

/// Languages of amoCRM's and Kommo's interface besides those of the sandbox's pages; chosen by `?lang=`.
const INTERFACE: [&str; 2] = ["es", "pt"];

/// Data common to all pages: the language and how links keep it.
pub(crate) struct Frame {
    pub(crate) words: &'static Words,
    /// The language of the user's interface, which chooses a widget's texts. The sandbox's own pages have two languages.
    pub(crate) user_language: &'static str,
    /// `lang=ru` if the reader chose a language by a link, else empty.
    pub(crate) language_query: String,
    /// The same page in the other language.
    pub(crate) other_href: String,
}

impl Frame {
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let pairs: Vec<(String, String)> =
            url::form_urlencoded::parse(request.query_string().as_bytes()).into_owned().collect();
        let asked = pairs.iter().find(|(key, _)| key == "lang").map(|(_, value)| value.as_str());
        let accepted =
            request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let words = Language::choose(asked, accepted).words();
        let user_language = INTERFACE.into_iter().find(|one| asked == Some(one)).unwrap_or(words.code);
        let others = pairs.iter().filter(|(key, _)| key != "lang");
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(others)
            .append_pair("lang", words.other_code)
            .finish();
        Self {
            words,
            user_language,
            language_query: asked.map_or_else(String::new, |_| format!("lang={user_language}")),
            other_href: format!("{}?{query}", request.path()),
        }
    }

    /// A link that keeps the chosen language.
    pub(crate) fn link(&self, path: &str) -> String {
        match self.language_query.as_str() {
            "" => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }
}

#[derive(Template)]
#[template(path = "crm/notice.html")]
struct Notice<'a> {
    frame: &'a Frame,
    text: &'a str,
}

/// A page with one sentence and a link back.
pub(crate) fn notice(frame: &Frame, status: StatusCode, text: &str) -> HttpResponse {
    render(status, &Notice { frame, text }, None)
}

/// A rendered page with its headers; `form_target` is a further origin that forms may be redirected to.
pub(crate) fn render(status: StatusCode, page: &impl Template, form_target: Option<&str>) -> HttpResponse {
    let policy = format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; \
         media-src 'self'; base-uri 'none'; frame-ancestors 'self'; form-action 'self' {}",
        form_target.unwrap_or_default()
    );
    finished(status, page, policy.trim())
}

/// A page with widgets: they may call the server behind them, frame its pages and style their output.
pub(crate) fn render_host(core: &Core, page: &impl Template) -> HttpResponse {
    let mut origins: Vec<String> = core
        .integrations
        .iter()
        .map(|one| core.redirect_uri(one))
        .chain([core.parom_url()])
        .filter_map(|address| Some(url::Url::parse(&address).ok()?.origin().ascii_serialization()))
        .collect();
    origins.sort();
    origins.dedup();
    let theirs = origins.join(" ");
    let policy = format!(
        "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self' {theirs}; \
         img-src 'self' data: {theirs}; media-src 'self'; frame-src {theirs}; base-uri 'none'; frame-ancestors 'self'; \
         form-action 'self'"
    );
    finished(StatusCode::OK, page, &policy)
}

fn finished(status: StatusCode, page: &impl Template, policy: &str) -> HttpResponse {
    let Ok(text) = page.render() else {
        return HttpResponse::InternalServerError().finish();
    };
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, policy.to_owned()))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(text)
}

/// A redirect after a form.
pub(crate) fn see_other(address: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, address.to_owned())).finish()
}

/// Whether a form comes from our own page: cross-site requests are refused.
pub(crate) fn own_form(request: &HttpRequest) -> bool {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(host)),
        (origin, _) => origin.is_none(),
    }
}

async fn nothing_here(request: HttpRequest) -> HttpResponse {
    let frame = Frame::of(&request);
    notice(&frame, StatusCode::NOT_FOUND, frame.words.not_found)
}

async fn asset(file: web::Path<String>) -> HttpResponse {
    let (kind, text) = match file.as_str() {
        "sandbox.css" => ("text/css; charset=utf-8", include_str!("../../../static/crm/sandbox.css")),
        "sandbox.js" => ("text/javascript; charset=utf-8", include_str!("../../../static/crm/sandbox.js")),
        "jquery.min.js" => ("text/javascript; charset=utf-8", include_str!("../../../assets/vendor/jquery.min.js")),
        "composer.js" => ("text/javascript; charset=utf-8", include_str!("../../../static/crm/composer.js")),
        "chat.css" => ("text/css; charset=utf-8", include_str!("../../../static/crm/chat.css")),
        "amd.js" => ("text/javascript; charset=utf-8", include_str!("../../../static/crm/amd.js")),
        "widget_host.js" => ("text/javascript; charset=utf-8", include_str!("../../../static/crm/widget_host.js")),
        "widget_page.js" => ("text/javascript; charset=utf-8", include_str!("../../../static/crm/widget_page.js")),
        "upload.js" => ("text/javascript; charset=utf-8", include_str!("../../../static/crm/upload.js")),
        "mark.svg" => ("image/svg+xml", include_str!("../../../static/crm/mark.svg")),
        _ => return HttpResponse::NotFound().finish(),
    };
    HttpResponse::Ok()
        .content_type(kind)
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(text)
}
