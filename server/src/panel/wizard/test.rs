//! Step 4: the first message, followed on its route.

use actix_web::web;
use askama::Template;
use base::i18n::Sentence;
use base::message::{Body, State};
use chrono::TimeDelta;
use connectors::kinds::has_own_server;
use entity::{message, source};

use super::routing::made;
use super::{Steps, steps};
use super::{draft_of, kind_of, too_old};
use crate::delivery::read::activity;
use crate::panel::PanelContext;
use crate::panel::sources::{EnteredByHand, HistoryView, Secrets, history_view};
use crate::panel::{self, Answer, AppData, Member, Nav, PageContext, Right, reasons};
use crate::source::EmbedCode;

/// After this long without a message the page lists what to check.
const SLOW: TimeDelta = TimeDelta::minutes(2);

/// A stage of the message's route.
struct Tick {
    tone: &'static str,
    state: Sentence,
    text: Sentence,
}

#[derive(Template)]
#[template(path = "panel/wizard/test.html")]
struct Test {
    page: PageContext,
    steps: Steps,
    /// `None` while it is being created.
    source: Option<String>,
    sentence: Sentence,
    arrived: bool,
    ticks: Vec<Tick>,
    /// What to check; empty unless the message takes long.
    points: Vec<Sentence>,
    embed: Option<EmbedCode>,
    curl: Option<String>,
    secret: Option<String>,
    to_enter: Option<EnteredByHand>,
    history: Option<HistoryView>,
}

/// `GET /panel/sources/new/{kind}/test`.
pub async fn get(app: AppData, member: Member, name: web::Path<String>) -> Answer {
    member.require(Right::EditSources)?;
    let kind = kind_of(&app, &member, &name)?;
    let Some(mut draft) = draft_of(&app, &member, kind.kind) else { return too_old(&app, &member).await };
    let source = made(&app, &member, &draft).await?;
    if source.is_none() {
        return Ok(panel::to(&super::address(kind.kind, "routing")));
    }
    let source = source.filter(|source| source.amocrm_source_id != 0);
    let secret = draft.secret.take();
    if secret.is_some() || (draft.created.is_none() && source.is_some()) {
        draft.created = source.as_ref().map(|source| source.id);
        draft.keep(&app, &member).await?;
    }
    let page = member.page("wizard-title", Nav::Sources);
    let first = match &source {
        Some(source) => {
            activity::first_in_since(app.store.read(), source.tenant_id, source.id, source.created_at).await?
        }
        None => None,
    };
    let mut shown = view(&app, &page, kind.kind, source.as_ref(), first.as_ref(), secret);
    if let Some(source) = source.as_ref().filter(|_| first.is_none()) {
        shown.to_enter = EnteredByHand::of(&app, &page, source, Secrets::Whole)?;
    }
    if let Some(source) = &source {
        shown.history = history_view(&app, &member, &page, source).await?;
    }
    panel::html(&page, &shown)
}

fn view(
    app: &PanelContext,
    page: &PageContext,
    kind: &'static str,
    source: Option<&source::Model>,
    first: Option<&message::Model>,
    secret: Option<String>,
) -> Test {
    let words = page.words;
    let arrived = first.is_some_and(|first| first.state == State::Delivered.number());
    // The line that customers write to: the bot if there is one.
    let line = source.and_then(crate::source::line::name_of);
    let name = line.as_deref().or(source.map(|source| source.name.as_str())).unwrap_or_default();
    let slow = source
        .is_some_and(|source| first.is_none() && app.clock.millis() - source.created_at > SLOW.num_milliseconds());
    let sentence = match (source, first) {
        (None, _) => words.text("wizard-being-made"),
        (Some(_), Some(first)) if arrived => {
            let took = (first_taken(first) - first.sent_at).max(0);
            let seconds = words_seconds(page, took);
            let sender = serde_json::from_str::<Body>(&first.body).map(|body| body.sender).unwrap_or_default();
            let customer = reasons::customer(&sender, words);
            words.text("wizard-test-arrived").with("customer", customer).with("seconds", seconds).with("crm", page.crm)
        }
        (Some(_), Some(_)) => words.text("wizard-test-on-its-way").with("crm", page.crm),
        (Some(_), None) if slow => words.text("wizard-test-slow"),
        (Some(_), None) => words.text("wizard-waiting-test").with("name", name),
    };
    let tick = |done: bool, running: bool, key: &'static str| {
        let (tone, state) = match (done, running) {
            (true, _) => ("ok", "letter-state-done"),
            (false, true) => ("wait", "letter-state-sending"),
            (false, false) => ("off", "hop-not-reached"),
        };
        let messenger = words.text_of("connector-", kind).to_string();
        Tick {
            tone,
            state: words.text(state),
            text: words.text(key).with("messenger", messenger).with("crm", page.crm),
        }
    };
    let came = first.is_some();
    Test {
        steps: steps(page, 4),
        source: source.map(|source| source.id.to_string()),
        sentence,
        arrived,
        ticks: vec![
            tick(came, source.is_some(), "wizard-tick-messenger"),
            tick(came, false, "wizard-tick-stored"),
            tick(arrived, came, "wizard-tick-crm"),
            tick(arrived, false, "wizard-tick-visible"),
        ],
        points: if slow {
            (1..=3).map(|number| words.text(format!("wizard-slow-{kind}-{number}"))).collect()
        } else {
            Vec::new()
        },
        embed: source.and_then(|source| crate::source::embed(&app.sources, source)),
        curl: source.filter(|_| has_own_server(kind)).map(|source| curl(app, source)),
        secret,
        to_enter: None,
        history: None,
        page: page.clone(),
    }
}

/// When amoCRM accepted it. This is not stored with the message; its acceptance is the best known time.
fn first_taken(first: &message::Model) -> i64 {
    first.accepted_at
}

fn words_seconds(page: &PageContext, millis: i64) -> String {
    let tenths = (millis + 50) / 100;
    let whole = i32::try_from(tenths).map_or(f64::from(i32::MAX), f64::from) / 10.0;
    page.decimal(&whole, 1)
}

/// A command that sends a message from any terminal.
fn curl(app: &PanelContext, source: &source::Model) -> String {
    let body = r#"{"id":"test-1","conversation":{"id":"test"},"sender":{"role":"client","id":"test","name":"Test"},"content":{"type":"text","text":"Hello"}}"#;
    let base = app.public_url();
    format!(
        "curl -X POST {base}/api/v1/sources/{}/messages -H 'Authorization: Bearer API_KEY' -H 'Content-Type: application/json' -d '{body}'",
        source.id
    )
}
