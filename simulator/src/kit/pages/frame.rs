//! What all pages share: headers, language, assets, and the signal that something changed.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::{HttpResponse, http::header};
use askama::Template;
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::watch;

use crate::kit::call::{Answer, Call};
use crate::kit::look::{Language, Look, Words};
use crate::kit::wire::Wire;

/// Interval of comments by which closed pages are detected.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Changes within this time are reported together.
const GATHER: Duration = Duration::from_millis(50);

pub struct Frame {
    pub(crate) words: Words,
    pub(crate) title: &'static str,
    pub(crate) class: &'static str,
    pub(crate) code: &'static str,
    pub(crate) other_code: &'static str,
    pub(crate) other_name: &'static str,
    /// The same page in the other language.
    pub(crate) other_href: String,
    /// `?lang=ru` if the reader chose a language by a link, else empty.
    query: String,
}

impl Frame {
    pub fn of_call<W: Wire>(call: &Call) -> Self {
        Self::of(call, &W::LOOK)
    }

    /// The frame of pages that look like this.
    pub(crate) fn of(call: &Call, look: &Look) -> Self {
        let asked = call.query("lang");
        let language = Language::choose(asked, call.header("accept-language").unwrap_or_default());
        let (code, other) = (language.code(), language.other().code());
        Self {
            words: Words { language, own: look.words },
            title: look.title,
            class: look.class,
            code,
            other_code: other,
            other_name: if language == Language::En { "Русский" } else { "English" },
            other_href: format!("/{}?lang={other}", call.path),
            query: asked.map_or_else(String::new, |_| format!("?lang={code}")),
        }
    }

    pub fn t(&self, key: &'static str) -> &'static str {
        self.words.get(key)
    }

    /// The same with the name of the messenger.
    pub fn titled(&self, key: &'static str) -> String {
        self.words.fill(key, self.title)
    }

    /// A link that keeps the chosen language.
    pub fn link(&self, path: &str) -> String {
        format!("{path}{}", self.query)
    }

    /// A redirect to a page in the same language.
    pub(crate) fn back_to(&self, path: &str) -> Answer {
        Answer::empty(303).with("location", self.link(path))
    }
}

/// A rendered page with its headers, and the allowed targets of its forms (`form-action` of the content security policy).
pub fn page_of(status: u16, page: &impl Template, forms: &str) -> Answer {
    let policy = format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; \
         media-src 'self'; base-uri 'none'; frame-ancestors 'self'; form-action {forms}"
    );
    page_by(status, page, &policy)
}

/// A rendered page with this content security policy.
pub(crate) fn page_by(status: u16, page: &impl Template, policy: &str) -> Answer {
    let Ok(text) = page.render() else { return Answer::empty(500) };
    Answer::new(status, "text/html; charset=utf-8", text)
        .with("content-security-policy", policy)
        .with("x-content-type-options", "nosniff")
        .with("referrer-policy", "same-origin")
        .with("cache-control", "no-store")
}

const SVG: &str = "image/svg+xml";

/// `GET /static/{file}`: of a messenger also its sign.
pub(crate) fn asset(name: &str) -> Answer {
    let (kind, bytes): (_, &'static [u8]) = match name {
        "phone.css" => ("text/css; charset=utf-8", include_bytes!("../../../static/phone.css")),
        "kit.js" => ("text/javascript; charset=utf-8", include_bytes!("../../../static/kit.js")),
        "mark-avito.svg" => (SVG, include_bytes!("../../../../connectors/src/avito/mark.svg")),
        "mark-max.svg" => (SVG, include_bytes!("../../../../connectors/src/max/mark.svg")),
        "mark-meta.svg" => (SVG, include_bytes!("../../../../connectors/src/instagram/mark.svg")),
        "mark-telegram.svg" => (SVG, include_bytes!("../../../../connectors/src/telegram/mark.svg")),
        "mark-vk.svg" => (SVG, include_bytes!("../../../../connectors/src/vk/mark.svg")),
        "mark-whatsapp.svg" => (SVG, include_bytes!("../../../../connectors/src/whatsapp/mark.svg")),
        "picture.jpg" => ("image/jpeg", include_bytes!("../../../assets/samples/picture.jpg")),
        // The picture of every profile.
        "face.png" => ("image/png", include_bytes!("../../../assets/samples/picture.png")),
        _ => return Answer::empty(404),
    };
    Answer::new(200, kind, bytes).with("x-content-type-options", "nosniff").with("cache-control", "no-cache")
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
            // The simulator has stopped.
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
