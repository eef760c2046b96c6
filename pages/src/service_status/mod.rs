//! The public status page (`[status]`, off by default): which parts of the service work, and since when one does not.
//! It names no account, host or secret.
//!
//! ```text
//! GET /status, /status.json ─▶ rate limit ─▶ Board (read at most once in five seconds) ─▶ page or JSON
//! ```

mod board;
mod context;
mod judge;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use base::browser::client_address;
use base::i18n::{Language, Sentence, When, Words, Zone};
use base::json::Moment;
use domain::public_page;
use domain::unknown_callers::UnknownCallerAct;
use serde_json::{Value, json};

pub use board::Board;
pub use context::StatusContext;
pub use judge::{PartState, of_pool};

use board::Snapshot;
use judge::{Part, PartName};

/// For how long browsers and proxies may keep an answer.
const KEPT: &str = "public, max-age=5";

/// `/status` and `/status.json`; monitors often ask for the head alone.
pub fn routes(config: &mut web::ServiceConfig) {
    for method in [web::get, web::head] {
        config.route("/status", method().to(page)).route("/status.json", method().to(document));
    }
}

#[derive(Template)]
#[template(path = "status/page.html")]
struct StatusPage {
    words: Words,
    title: String,
    summary: Sentence,
    tone: &'static str,
    lines: Vec<PartRow>,
    checked: Sentence,
    other: Language,
    nonce: String,
}

/// One part.
struct PartRow {
    tone: &'static str,
    name: Sentence,
    state: Sentence,
    /// Empty while it works.
    since: String,
}

/// The page for people.
async fn page(app: web::Data<StatusContext>, request: HttpRequest) -> HttpResponse {
    let snapshot = match look(&app, &request).await {
        Ok(snapshot) => snapshot,
        Err(refused) => return refused,
    };
    let words = Words::new(Language::of_operator(&request));
    let vendor = &app.config.vendor.name;
    let name = if vendor.is_empty() { words.text("install-product").to_string() } else { vendor.clone() };
    let worst = snapshot.worst();
    let shown = StatusPage {
        title: words.text("status-title").with("name", name).to_string(),
        summary: words.text_of("status-all-", worst.as_str()),
        tone: worst.as_str(),
        lines: snapshot.parts.iter().map(|part| line(&app, words, part, snapshot.at)).collect(),
        checked: words
            .text("status-checked")
            .with("time", When::new(snapshot.at, snapshot.at, Zone::UTC, words).exact()),
        other: if words.language() == Language::Ru { Language::En } else { Language::Ru },
        nonce: public_page::nonce(),
        words,
    };
    public_page::answer(&shown, &shown.nonce, words, KEPT)
}

/// The same for programs.
async fn document(app: web::Data<StatusContext>, request: HttpRequest) -> HttpResponse {
    let snapshot = match look(&app, &request).await {
        Ok(snapshot) => snapshot,
        Err(refused) => return refused,
    };
    let part = |part: &Part| -> Value {
        json!({ "name": part.name.as_str(), "status": part.state.as_str(), "since": part.since.map(Moment) })
    };
    let body = json!({
        "status": snapshot.worst().as_str(),
        "checked_at": Moment(snapshot.at),
        "parts": snapshot.parts.iter().map(part).collect::<Vec<_>>(),
    });
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, KEPT)).json(body)
}

/// The state, or the answer to a caller who does not get it.
async fn look(app: &StatusContext, request: &HttpRequest) -> Result<Snapshot, HttpResponse> {
    if !app.config.status.enabled {
        return Err(public_page::nothing());
    }
    let (address, now) = (client_address(request, &app.config.server.trusted_proxies), app.clock.millis());
    if let Err(seconds) = app.unknown_callers.pace(address, UnknownCallerAct::Status, now).await {
        return Err(HttpResponse::TooManyRequests()
            .insert_header((header::RETRY_AFTER, seconds))
            .content_type("text/plain; charset=utf-8")
            .body("Too many requests. Try again later.\n"));
    }
    Ok(app.board.look(app).await)
}

fn line(app: &StatusContext, words: Words, part: &Part, now: i64) -> PartRow {
    let since = part.since.map(|at| When::new(at, now, Zone::UTC, words).stamp());
    PartRow {
        tone: part.state.as_str(),
        name: match &part.name {
            PartName::Receiving => words.text("status-receiving"),
            PartName::Crm => words.text("status-crm").with("crm", app.integrations.brands()),
            PartName::Messenger(kind) if *kind == connectors::webchat::KIND.name => words.text_of("connector-", kind),
            PartName::Messenger(kind) => {
                words.text("status-messenger").with("name", words.text_of("connector-", kind).to_string())
            }
            PartName::Panel => words.text("status-panel"),
        },
        state: words.text_of("status-is-", part.state.as_str()),
        since: since.map(|time| words.text("status-since").with("time", time).to_string()).unwrap_or_default(),
    }
}
