//! Deliveries of one source's webhooks: time, content, answer, and all attempts.

use actix_web::{HttpRequest, web};
use askama::Template;
use base::error::Result;
use base::i18n::{Sentence, Words};
use base::message::Direction;
use base::millis::HOUR;
use chrono::{Days, NaiveDate};
use domain::delivery::read::dead::{self, DeadLetterFilter};
use domain::delivery::read::reason::Reason;
use domain::delivery::read::webhooks::{self, Delivery, DeliveryFilter, EndpointRange, NextAttempt, QuarterAttempts};
use entity::source;
use serde::Deserialize;
use uuid::Uuid;

use super::{LOOKED_AT, WebhookState, address, find};
use crate::panel::chart::{ChartSlot, ChartWords, Series};
use crate::panel::choice::{self, SelectOption};
use crate::panel::reasons::{self, ReasonArguments};
use crate::panel::{self, Answer, AppData, Chart, Member, Nav, PageContext, PanelContext, Right};

const ROWS: u64 = 50;
/// The type of attempts stored before the log of webhooks existed.
const USUAL: &str = "message.created";
const FAILED: &str = "failed";

#[derive(Debug, Default, Deserialize)]
struct DeliveriesQuery {
    cursor: Option<Uuid>,
    /// [`FAILED`], or all.
    #[serde(default)]
    state: String,
    /// One of the periods of lists; all unless one is named.
    #[serde(default)]
    period: String,
    /// The days of the chart: [`WEEK`], or 24 hours.
    #[serde(default)]
    chart: String,
}

struct DeliveryAttempt {
    row: Sentence,
    outcome: String,
    status: String,
    /// Only of a failed attempt.
    request: String,
    answer: String,
}

struct DeliveryRow {
    /// The webhook's type.
    event: String,
    /// The last attempt; empty if it cannot be sent again.
    attempt: String,
    message_id: String,
    webhook_id: String,
    /// `<time>` of the last attempt.
    time: String,
    status: String,
    took: String,
    badge: String,
    tries: Vec<DeliveryAttempt>,
    count: Sentence,
}

#[derive(Template)]
#[template(path = "panel/webhooks/deliveries.html")]
struct Deliveries {
    page: PageContext,
    source_id: String,
    address: String,
    badge: String,
    hint: String,
    suspended: bool,
    figures: EndpointView,
    /// The addresses of the chart of 24 hours and of that of seven days.
    spans: [String; 2],
    /// The days of the chart in the query string, which the form of the filters keeps.
    span: String,
    /// Only those that were given up are shown.
    failed: bool,
    periods: Vec<SelectOption>,
    /// A period is chosen.
    is_narrowed: bool,
    /// The addresses of all deliveries and of those given up, in this period.
    tabs: [String; 2],
    rows: Vec<DeliveryRow>,
    newest: Option<String>,
    older: Option<String>,
}

/// `GET /panel/webhooks/{source_id}`.
pub async fn get(app: AppData, member: Member, id: web::Path<String>, request: HttpRequest) -> Answer {
    let source = find(&app, &member, Right::ManageKeys, &id).await?;
    let (tenant_id, id) = (source.tenant_id, source.id);
    let query: DeliveriesQuery = choice::filters(&request);
    let page = member.page(member.words.text("webhooks-of").with("source", source.name.as_str()), Nav::Keys);
    let db = app.store.read();
    let failed = query.state == FAILED;
    let period = choice::period(&query.period, "all");
    let asked = DeliveryFilter { source_id: id, failed, from: choice::begin(&page, period, app.clock.millis()) };
    let (found, next) = webhooks::page(db, tenant_id, asked, query.cursor, ROWS).await?;
    let wanted =
        DeadLetterFilter { ids: Some(found.iter().map(|one| one.webhook_id).collect()), ..DeadLetterFilter::default() };
    let dead: Vec<Uuid> = dead::page(db, tenant_id, &wanted, None, ROWS * 2).await?.iter().map(|row| row.id).collect();
    // The first page of all deliveries begins with the latest ones.
    let read = if failed || asked.from.is_some() || query.cursor.is_some() {
        Some(webhooks::page(db, tenant_id, DeliveryFilter::of(id), None, LOOKED_AT).await?.0)
    } else {
        None
    };
    let state = WebhookState::of(&app, &source, read.as_deref().unwrap_or_else(|| latest(&found))).await?;
    let path = format!("/panel/webhooks/{id}");
    let address_with = |state: &str, cursor: &str, chart: &str| {
        choice::address(&path, &[("state", state), ("period", &query.period), ("cursor", cursor), ("chart", chart)])
    };
    let address_of = |state: &str, cursor: &str| address_with(state, cursor, &query.chart);
    let is_week = query.chart == WEEK;
    let figures = of(&app, &page, &source, state, is_week).await?;
    let deliveries = Deliveries {
        source_id: id.to_string(),
        address: address(&source),
        badge: page.badge(state.tone(), page.words.text_of("webhook-state-", state.word())),
        hint: state.hint(&page, figures.waiting),
        suspended: state == WebhookState::Suspended,
        figures,
        spans: ["", WEEK].map(|chart| address_with(&query.state, "", chart)),
        span: query.chart.clone(),
        rows: found.iter().map(|one| row(&page, one, dead.contains(&one.webhook_id))).collect(),
        newest: query.cursor.map(|_| address_of(&query.state, "")),
        older: next.map(|next| address_of(&query.state, &next.to_string())),
        periods: choice::periods(&page, period),
        is_narrowed: asked.from.is_some(),
        tabs: [address_of("", ""), address_of(FAILED, "")],
        failed,
        page: page.clone(),
    };
    panel::html(&page, &deliveries)
}

/// The deliveries of the latest messages on a page.
fn latest(found: &[Delivery]) -> &[Delivery] {
    let mut messages = 0;
    let mut last = None;
    let end = found.iter().position(|one| {
        messages += u64::from(last.replace(one.message.id) != Some(one.message.id));
        messages > LOOKED_AT
    });
    found.get(..end.unwrap_or(found.len())).unwrap_or(found)
}

fn row(page: &PageContext, delivery: &Delivery, dead: bool) -> DeliveryRow {
    let words = page.words;
    let last = delivery.attempts.last();
    let taken = last.is_some_and(|last| last.verdict == "done");
    let (tone, word) = match (taken, dead) {
        (true, _) => ("ok", "letter-state-done"),
        (false, true) => ("bad", "letter-state-dead"),
        (false, false) => ("wait", "letter-state-retrying"),
    };
    let status = |status: i32| if status == 0 { "–".to_owned() } else { status.to_string() };
    let tried = |attempt: &entity::attempt::Model| {
        let reason = Reason::of_attempt(attempt, Direction::ToMessenger);
        let about = ReasonArguments { words, crm: page.crm, kind: "text", name: "", age: "" };
        let outcome = match reason {
            None => words.text("attempt-taken").to_string(),
            Some(reason) if attempt.status >= 400 => {
                let reason = Reason { key: "webhook_status", ..reason };
                reasons::explain(&reason, &about).what.to_string()
            }
            Some(reason) => reasons::explain(&reason, &about).what.to_string(),
        };
        DeliveryAttempt {
            row: words
                .text("attempt-row")
                .with("n", attempt.number)
                .with("clock", page.when(&attempt.at).clock_seconds())
                .with("ms", attempt.ms),
            outcome,
            status: status(attempt.status),
            request: attempt.request.clone().unwrap_or_default(),
            answer: attempt.answer.clone(),
        }
    };
    DeliveryRow {
        event: last
            .map(|last| last.event.clone())
            .filter(|event| !event.is_empty())
            .unwrap_or_else(|| USUAL.to_owned()),
        attempt: last.and_then(|last| last.id).map(|id| id.to_string()).unwrap_or_default(),
        message_id: delivery.message.id.to_string(),
        webhook_id: delivery.webhook_id.to_string(),
        time: last.map(|last| page.time(&last.at)).unwrap_or_default(),
        status: last.map(|last| status(last.status)).unwrap_or_default(),
        took: last.map(|last| page.duration(&i64::from(last.ms))).unwrap_or_default(),
        badge: page.badge(tone, words.text(word)),
        count: words.text("attempts-title").with("count", delivery.attempts.len()),
        tries: delivery.attempts.iter().map(tried).collect(),
    }
}

/// The value of the query parameter for seven days; anything else is 24 hours.
pub(super) const WEEK: &str = "7";
const DAYS: u64 = 7;
const HOURS: i64 = 24;

/// What the page shows of it.
pub(super) struct EndpointView {
    pub chart: Chart,
    /// Seven days are shown.
    pub is_week: bool,
    pub delivered: Sentence,
    pub attempts: Sentence,
    pub failed: Sentence,
    /// Some attempts failed.
    pub is_failing: bool,
    /// Median and 95th percentile of its answers.
    pub answers: Option<(String, String)>,
    /// `<time>` or words.
    pub last_success: String,
    /// When the next attempt is, or that nothing waits, with markup.
    pub next: String,
    /// Messages that wait for it.
    pub waiting: i64,
    /// Only the newest attempts are counted: since when.
    pub cut: Option<Sentence>,
}

/// Attempts of one hour or one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct SlotAttempts {
    accepted: i64,
    failed: i64,
}

impl SlotAttempts {
    fn of<'read>(quarters: impl Iterator<Item = &'read QuarterAttempts>) -> Self {
        quarters.fold(Self::default(), |sum, quarter| Self {
            accepted: sum.accepted + quarter.accepted,
            failed: sum.failed + quarter.attempts - quarter.accepted,
        })
    }

    const fn all(self) -> i64 {
        self.accepted + self.failed
    }
}

pub(super) async fn of(
    app: &PanelContext,
    page: &PageContext,
    source: &source::Model,
    state: WebhookState,
    is_week: bool,
) -> Result<EndpointView> {
    let now = app.clock.millis();
    let days = days(page.zone.date_of(now));
    let first_hour = now / HOUR - HOURS + 1;
    let week_from = days.first().map_or(now, |day| page.day_begins(*day));
    let range = EndpointRange {
        tenant_id: source.tenant_id,
        source_id: source.id,
        counted_from: week_from,
        timed_from: if is_week { week_from } else { first_hour * HOUR },
    };
    let figures = webhooks::read_endpoint(&app.delivery, range).await?;
    let within =
        |is_in: &dyn Fn(i64) -> bool| SlotAttempts::of(figures.quarters.iter().filter(|quarter| is_in(quarter.at())));
    let slots: Vec<(String, SlotAttempts)> = if is_week {
        let of_day =
            |day: &NaiveDate| (page.when(&page.day_begins(*day)).date(), within(&|at| page.zone.date_of(at) == *day));
        days.iter().map(of_day).collect()
    } else {
        let of_hour = |hour: i64| (page.when(&(hour * HOUR)).clock(), within(&|at| at / HOUR == hour));
        (first_hour..first_hour + HOURS).map(of_hour).collect()
    };
    let words = page.words;
    let total = slots.iter().fold(SlotAttempts::default(), |sum, (_, slot)| SlotAttempts {
        accepted: sum.accepted + slot.accepted,
        failed: sum.failed + slot.failed,
    });
    let counted = words.text(if is_week { "webhooks-chart-days" } else { "webhooks-chart-hours" });
    let about = ChartWords {
        title: counted.with("accepted", total.accepted).with("failed", total.failed).to_string(),
        caption: words.text("webhooks-chart"),
        slot: words.text(if is_week { "overview-day" } else { "overview-hour" }),
    };
    let series = vec![
        Series { class: "out", label: words.text("webhooks-accepted") },
        Series { class: "failed", label: words.text("webhooks-failed") },
    ];
    let slots = slots.into_iter().map(|(name, attempts)| slot(words, name, attempts)).collect();
    Ok(EndpointView {
        chart: Chart::of(words, about, series, slots).newest_first(),
        is_week,
        delivered: words.text("common-number").with("number", total.accepted),
        attempts: words.text("attempts-title").with("count", total.all()),
        failed: words.text("common-number").with("number", total.failed),
        is_failing: total.failed > 0,
        answers: figures.answers.map(|times| (page.duration(&times.median), page.duration(&times.most))),
        last_success: match figures.last_success() {
            Some(at) => page.time(&at),
            None => words.text("webhooks-last-none").to_string(),
        },
        waiting: figures.queue.waiting,
        next: match figures.queue.next {
            _ if state == WebhookState::Suspended => words.text("webhooks-next-held").to_string(),
            NextAttempt::Held => words.text("webhooks-next-held").to_string(),
            NextAttempt::None => words.text("health-nothing-waiting").to_string(),
            NextAttempt::At(at) => format!("{}: {}", words.text("webhooks-next"), page.due(&at)),
        },
        cut: figures.counted_since().map(|since| {
            words.text("webhooks-cut").with("count", webhooks::MOST_ATTEMPTS).with("stamp", page.when(&since).stamp())
        }),
    })
}

/// Seven days that end with this one.
fn days(today: NaiveDate) -> Vec<NaiveDate> {
    (0..DAYS).rev().filter_map(|back| today.checked_sub_days(Days::new(back))).collect()
}

fn slot(words: Words, name: String, attempts: SlotAttempts) -> ChartSlot {
    let said = words.text("webhooks-chart-values").with("when", name.as_str());
    let said = said.with("accepted", attempts.accepted).with("failed", attempts.failed).to_string();
    let counts = vec![attempts.accepted, attempts.failed];
    ChartSlot { name, parts: counts.clone(), counts, said }
}
