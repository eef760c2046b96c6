//! The page with the simulated messengers: what the wizard asks for each of them, and a link to its customer's phone.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use base::i18n::{Language, Sentence, Words};
use connectors::{Field, kinds};

use super::messenger::LoopbackServer;
use super::stage::{DemoStage, HOST};

/// A line's data for the page, without translated texts.
struct Card {
    kind: &'static str,
    fields: Vec<(&'static Field, String)>,
    phone_url: String,
    /// The phone of a customer who writes to the source of this kind that exists already.
    connected_url: Option<String>,
    trouble_url: Option<String>,
}

/// The page's data, without translated texts.
struct Content {
    cards: Vec<Card>,
    wizard: String,
    manager: String,
}

struct FieldView {
    /// Its name in the settings.
    name: &'static str,
    label: Sentence,
    value: String,
}

struct LineView {
    kind: &'static str,
    name: Sentence,
    mark: &'static str,
    fields: Vec<FieldView>,
    phone: String,
    connected: Option<String>,
    trouble: Option<String>,
}

#[derive(Template)]
#[template(path = "demo/messengers.html")]
struct MessengersPage {
    words: Words,
    lines: Vec<LineView>,
    wizard: String,
    manager: String,
    /// Code and name of the other language.
    other: (&'static str, &'static str),
}

/// Serves the page on a free port.
pub(super) fn start(stage: &DemoStage) -> anyhow::Result<LoopbackServer> {
    let content = web::Data::new(content(stage));
    LoopbackServer::start("demo_page", move |app| {
        app.app_data(content.clone())
            .route("/", web::get().to(show))
            .route("/demo.css", web::get().to(style))
            .route("/demo.js", web::get().to(script));
    })
}

/// The wizard's fields in order, if there is something to enter.
fn content(stage: &DemoStage) -> Content {
    let cards = stage.messengers.lines().iter().map(|line| {
        let fields = stage.connectors().get(line.kind).map(|connector| connector.fields()).unwrap_or_default();
        let fields = fields.iter().filter_map(|field| Some((field, line.setting(field.name)?.to_owned())));
        Card {
            kind: line.kind,
            fields: fields.collect(),
            phone_url: line.phone_url.clone(),
            connected_url: (line.kind == "telegram").then(|| stage.messengers.first_bots_phone()).flatten(),
            trouble_url: stage.messengers.trouble_url(line.kind),
        }
    });
    Content { cards: cards.collect(), wizard: stage.marketplace_url(HOST), manager: stage.manager_url() }
}

async fn show(content: web::Data<Content>, request: HttpRequest) -> HttpResponse {
    const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; base-uri 'none'; \
                          frame-ancestors 'none'; form-action 'none'";
    let words = Words::new(Language::of_operator(&request));
    let in_language = |url: &String| format!("{url}?lang={}", words.language().code());
    let lines = content.cards.iter().map(|card| LineView {
        kind: card.kind,
        name: words.text_of("connector-", card.kind),
        mark: kinds::mark(card.kind),
        fields: card
            .fields
            .iter()
            .map(|(field, value)| FieldView { name: field.name, label: words.text(field.label), value: value.clone() })
            .collect(),
        phone: in_language(&card.phone_url),
        connected: card.connected_url.as_ref().map(in_language),
        trouble: card.trouble_url.as_ref().map(in_language),
    });
    let page = MessengersPage {
        lines: lines.collect(),
        wizard: content.wizard.clone(),
        manager: content.manager.clone(),
        other: match words.language() {
            Language::Ru => ("en", "English"),
            Language::En | Language::Es | Language::Pt => ("ru", "Русский"),
        },
        words,
    };
    let Ok(text) = page.render() else { return HttpResponse::InternalServerError().finish() };
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(text)
}

async fn style() -> HttpResponse {
    HttpResponse::Ok().content_type("text/css; charset=utf-8").body(include_str!("../../assets/demo.css"))
}

async fn script() -> HttpResponse {
    HttpResponse::Ok().content_type("text/javascript; charset=utf-8").body(include_str!("../../assets/demo.js"))
}
