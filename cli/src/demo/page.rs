//! The page where the demo begins: three steps; then what the wizard asks for each simulated messenger, and its customer's phone;
//! what is around them (mail, webhooks, alerts, the vendor's admin); and another service's lines, which can be taken over.

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::http::header;
use actix_web::{App as HttpApp, HttpRequest, HttpResponse, HttpServer, web};
use anyhow::Context;
use askama::Template;
use base::i18n::{Language, Sentence, Words};
use connectors::{Field, kinds};
use simulator::crm::Sandbox;

use super::messengers::Messengers;
use super::operator::Operator;
use super::other_service::OtherService;
use super::stage::{DemoStage, HOST, PanelDoor};

/// A line's data for the page, without translated texts.
struct Card {
    kind: &'static str,
    fields: Vec<(&'static Field, String)>,
    phone_url: String,
    trouble_url: Option<String>,
    /// Where its operator reviews templates.
    reviews_url: Option<String>,
}

/// The page's data, without translated texts.
struct Content {
    cards: Vec<Card>,
    /// Of the lines that another service has.
    others: Vec<Card>,
    /// Of the customer who writes to the bot that is connected already.
    phone: String,
    wizard: String,
    manager: String,
    mail: String,
    webhooks: String,
    alert_phone: String,
    status: String,
    /// The server's address.
    parom: String,
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
    trouble: Option<String>,
    reviews: Option<String>,
}

#[derive(Template)]
#[template(path = "demo/messengers.html")]
struct MessengersPage {
    words: Words,
    lines: Vec<LineView>,
    others: Vec<LineView>,
    /// What came of the button; empty if it was not pressed.
    talked: &'static str,
    phone: String,
    wizard: String,
    manager: String,
    mail: String,
    webhooks: String,
    alert_phone: String,
    status: String,
    /// The operator's code, and for how many seconds.
    code: String,
    seconds: u64,
    /// Code and name of the other language.
    other: (&'static str, &'static str),
}

/// What the button about the other service's lines needs.
struct Talk {
    sandbox: Arc<Sandbox>,
    messengers: Arc<Messengers>,
    other: Arc<OtherService>,
}

/// The running page.
pub(super) struct DemoPage {
    url: String,
    handle: ServerHandle,
}

impl DemoPage {
    /// Its address, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub async fn close(self) {
        self.handle.stop(false).await;
    }
}

/// Serves the page on a free port.
pub(super) async fn start(stage: &DemoStage) -> anyhow::Result<DemoPage> {
    const TASK: &str = "demo_page";
    let content = web::Data::new(content(stage));
    let operator = web::Data::new(stage.operator.clone());
    let door = web::Data::new(stage.panel_door().await?);
    let talk = web::Data::new(Talk {
        sandbox: stage.sandbox.clone(),
        messengers: stage.messengers.clone(),
        other: stage.other.clone(),
    });
    let routes = move |app: &mut web::ServiceConfig| {
        app.app_data(content.clone())
            .app_data(talk.clone())
            .app_data(operator.clone())
            .app_data(door.clone())
            .route("/", web::get().to(show))
            .route("/talk", web::post().to(talks))
            .route("/panel", web::post().to(open_panel))
            .route("/admin", web::post().to(open_admin))
            .route("/code", web::get().to(code))
            .route("/demo.css", web::get().to(style))
            .route("/demo.js", web::get().to(script));
    };
    let listener = TcpListener::bind("127.0.0.1:0").context(TASK)?;
    listener.set_nonblocking(true).context(TASK)?;
    let url = format!("http://{}", listener.local_addr().context(TASK)?);
    let server = HttpServer::new(move || HttpApp::new().configure(routes.clone()));
    let server = server.workers(1).disable_signals().listen(listener).context(TASK)?.run();
    let handle = server.handle();
    base::supervisor::detach(TASK, server);
    Ok(DemoPage { url, handle })
}

fn content(stage: &DemoStage) -> Content {
    let cards = stage.messengers.lines().iter().map(|line| Card {
        kind: line.kind,
        fields: fields(stage, line.kind, |name| line.setting(name)),
        phone_url: line.phone_url.clone(),
        trouble_url: stage.messengers.trouble_url(line.kind),
        reviews_url: stage.messengers.reviews_url(line.kind),
    });
    let others = stage.other.lines().iter().map(|line| Card {
        kind: line.kind,
        fields: fields(stage, line.kind, |name| line.setting(name)),
        phone_url: line.phone_url(&stage.messengers),
        trouble_url: None,
        reviews_url: None,
    });
    Content {
        cards: cards.collect(),
        others: others.collect(),
        phone: stage.messengers.first_bots_phone().unwrap_or_default(),
        wizard: stage.marketplace_url(HOST),
        manager: stage.manager_url(),
        mail: format!("{}/", stage.mail.base_url()),
        webhooks: format!("{}/", stage.receiver.base_url()),
        alert_phone: stage.messengers.alert_phone_url(),
        status: format!("{}/status", stage.url()),
        parom: stage.url().to_owned(),
    }
}

/// The wizard's fields in order, if there is something to enter.
fn fields<'line>(
    stage: &DemoStage,
    kind: &str,
    setting: impl Fn(&str) -> Option<&'line str>,
) -> Vec<(&'static Field, String)> {
    let fields = stage.connectors().get(kind).map(|connector| connector.fields()).unwrap_or_default();
    fields.iter().filter_map(|field| Some((field, setting(field.name)?.to_owned()))).collect()
}

/// Customers write to the other service's lines, and are answered by it.
async fn talks(talk: web::Data<Talk>, request: HttpRequest) -> HttpResponse {
    let language = Language::of_operator(&request).code();
    match talk.other.talks(&talk.sandbox, &talk.messengers).await {
        Ok(has_all) => {
            let said = if has_all { "talked" } else { "taken" };
            let back = format!("/?{said}&lang={language}#other");
            HttpResponse::SeeOther().insert_header((header::LOCATION, back)).finish()
        }
        Err(error) => HttpResponse::InternalServerError().body(format!("{error:#}")),
    }
}

/// A new one-time link into the panel.
async fn open_panel(door: web::Data<PanelDoor>) -> HttpResponse {
    leads_to(door.link().await)
}

/// A new one-time link into the admin.
async fn open_admin(operator: web::Data<Operator>) -> HttpResponse {
    leads_to(operator.link().await)
}

fn leads_to(link: anyhow::Result<String>) -> HttpResponse {
    match link {
        Ok(link) => HttpResponse::SeeOther().insert_header((header::LOCATION, link)).finish(),
        Err(error) => HttpResponse::InternalServerError().body(format!("{error:#}")),
    }
}

/// The code that the admin asks for, and its seconds, for the script.
async fn code(operator: web::Data<Operator>) -> HttpResponse {
    match operator.code().await {
        Ok(code) => HttpResponse::Ok()
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .json(serde_json::json!({ "code": code.digits, "seconds": code.seconds })),
        Err(error) => HttpResponse::InternalServerError().body(format!("{error:#}")),
    }
}

async fn show(content: web::Data<Content>, operator: web::Data<Operator>, request: HttpRequest) -> HttpResponse {
    // The forms that open the panel and the admin are answered with addresses there.
    let policy = format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; \
         frame-ancestors 'none'; form-action 'self' {}",
        content.parom
    );
    let words = Words::new(Language::of_operator(&request));
    let code = match operator.code().await {
        Ok(code) => code,
        Err(error) => return HttpResponse::InternalServerError().body(format!("{error:#}")),
    };
    let in_language = |url: &String| format!("{url}?lang={}", words.language().code());
    let view = |card: &Card| LineView {
        kind: card.kind,
        name: words.text_of("connector-", card.kind),
        mark: kinds::mark(card.kind),
        fields: card
            .fields
            .iter()
            .map(|(field, value)| FieldView { name: field.name, label: words.text(field.label), value: value.clone() })
            .collect(),
        phone: in_language(&card.phone_url),
        trouble: card.trouble_url.as_ref().map(in_language),
        reviews: card.reviews_url.as_ref().map(in_language),
    };
    let page = MessengersPage {
        lines: content.cards.iter().map(view).collect(),
        others: content.others.iter().map(view).collect(),
        talked: ["talked", "taken"].into_iter().find(|said| request.query_string().contains(said)).unwrap_or_default(),
        phone: in_language(&content.phone),
        wizard: content.wizard.clone(),
        manager: content.manager.clone(),
        mail: in_language(&content.mail),
        webhooks: in_language(&content.webhooks),
        alert_phone: in_language(&content.alert_phone),
        status: in_language(&content.status),
        code: code.digits,
        seconds: code.seconds,
        other: match words.language() {
            Language::Ru => ("en", "English"),
            Language::En | Language::Es | Language::Pt => ("ru", "Русский"),
        },
        words,
    };
    let Ok(text) = page.render() else { return HttpResponse::InternalServerError().finish() };
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(text)
}

async fn style() -> HttpResponse {
    HttpResponse::Ok().content_type("text/css; charset=utf-8").body(include_str!("../../assets/demo.css"))
}

async fn script() -> HttpResponse {
    HttpResponse::Ok().content_type("text/javascript; charset=utf-8").body(include_str!("../../assets/demo.js"))
}
