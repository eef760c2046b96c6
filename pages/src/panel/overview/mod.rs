//! `/panel`: problems that need attention, the figures of the last 24 hours, a chart, the sources, and the message
//! ledger, which proves that nothing was lost.

mod measures;
mod problems;

use actix_web::web;
use askama::Template;
use base::error::Result;
use base::i18n::Sentence;
use base::message::day_of;
use chrono::TimeDelta;
use domain::alert_notices::readers;
use domain::delivery::read::figures::{self, Figures, Flow, LastMessage, Span};
use domain::delivery::read::ledger::LedgerCounts;
use domain::delivery::read::sides;
use domain::identity::mail;
use domain::source::SourceState;
use domain::tenant::TenantStatus;
use entity::{member, source, tenant_channel};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};
use serde::Deserialize;

use super::reasons::source_tone;
use super::{Answer, AppData, Chart, Member, Nav, PageContext, PanelContext, Right, choice, html};
use measures::SideList;
use problems::Problems;

pub use measures::{Tile, chart_of};
pub(super) use measures::{chart, flow_series, flow_slot, tiles};
pub(super) use problems::{account_hint, account_tone, is_crm_away, support_of};

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("", web::get().to(show)).route("/", web::get().to(show));
}

#[derive(Template)]
#[template(path = "panel/overview.html")]
struct Overview {
    page: PageContext,
    problems: Problems,
    checklist: Checklist,
    tiles: Vec<Tile>,
    chart: Chart,
    table: SourceTable,
    sides: SideList,
    period: Period,
    periods: [Period; 3],
    equations: [Equation; 2],
    /// The ledger's days.
    ledger_days: Sentence,
    /// When the sums were computed, i.e. now.
    checked_at: i64,
}

impl Overview {
    /// Nothing is missing in either direction.
    fn is_balanced(&self) -> bool {
        self.equations.iter().all(|equation| equation.gap() == 0)
    }
}

#[derive(Deserialize)]
struct OverviewQuery {
    period: Option<String>,
}

/// `GET /panel`
async fn show(app: AppData, member: Member, asked: web::Query<OverviewQuery>) -> Answer {
    let page = member.page("nav-overview", Nav::Overview);
    let tenant_id = member.tenant_id;
    let period = Period::of(asked.period.as_deref().unwrap_or_default());
    let sources = source::Entity::of_tenant(tenant_id).filter(source::Column::DeletedAt.is_null());
    let sources = sources.all(app.store.read()).await?;
    // Other pages name managers; by then the names are known.
    domain::source::refresh_users(&app.sources, tenant_id).await?;
    let states = domain::source::states(&app.sources, tenant_id, &sources).await?;
    let ledger_from = period.begins(&page);
    let figures = figures::read(&app.delivery, tenant_id, None, Some(ledger_from)).await?;
    let problems = problems::of(&app, &member, &page, &sources, &states, &figures).await?;
    let read = sides::read(&app.delivery, tenant_id).await?;
    let overview = Overview {
        checklist: checklist(&app, &member, &page, &sources, &figures).await?,
        tiles: tiles(&page, &figures, ""),
        chart: chart(&page, &figures, period.span()),
        table: table(&page, &figures, period.span(), &sources, &states),
        sides: measures::sides(&page, read, &sources, &states, &figures, problems.away.is_some()),
        equations: equations(&figures, &period.filter(&page)),
        ledger_days: match period {
            Period::Today => page.words.text("filter-period-today"),
            Period::Week | Period::Month => {
                page.words.text("ledger-days").with("stamp", page.when(&ledger_from).stamp())
            }
        },
        checked_at: app.clock.millis(),
        problems,
        period,
        periods: Period::ALL,
        page: page.clone(),
    };
    html(&page, &overview)
}

/// One step.
struct ChecklistStep {
    pub title: Sentence,
    /// What to do, and where; empty if the step is done.
    pub todo: Sentence,
    pub href: String,
    pub done: bool,
}

/// The steps; none if all are done, or for people who cannot do them.
struct Checklist {
    pub steps: Vec<ChecklistStep>,
}

impl Checklist {
    pub fn done(&self) -> usize {
        self.steps.iter().filter(|step| step.done).count()
    }

    /// Whether the account already works, so that the remaining steps are shown in short form.
    pub fn is_short(&self) -> bool {
        self.steps.iter().take(3).all(|step| step.done)
    }
}

async fn checklist(
    app: &PanelContext,
    member: &Member,
    page: &PageContext,
    sources: &[source::Model],
    figures: &Figures,
) -> Result<Checklist> {
    if !member.may(Right::ManageAccount) {
        return Ok(Checklist { steps: Vec::new() });
    }
    let (db, tenant_id) = (app.store.read(), member.tenant_id);
    let words = page.words;
    let step = |name: &str, href: String, done: bool| ChecklistStep {
        title: words.text_of("start-", name).with("crm", page.crm),
        todo: words.text(format!("start-{name}-todo")).with("crm", page.crm),
        href,
        done,
    };
    let connected = is_connected(app, member, !sources.is_empty()).await?;
    let used = figures.any() || sources.iter().any(|source| source.proved_at.is_some());
    let first = sources.first().map_or("/panel/sources".to_owned(), |source| format!("/panel/sources/{}", source.id));
    let mut steps = vec![
        step("connect", "/panel/account".to_owned(), connected),
        step("source", "/panel/sources/new".to_owned(), !sources.is_empty()),
        step("message", first, used),
    ];
    if member.may(Right::ManageTeam) {
        let people = member::Entity::of_tenant(tenant_id).count(db).await?;
        steps.push(step("team", "/panel/team".to_owned(), people > 1));
    }
    if mail::is_on(&app.identity) {
        let all = readers::all(db, tenant_id).await?;
        let by_email = all.iter().any(|reader| reader.email.on && !reader.address().is_empty());
        steps.push(step("alerts", "/panel/alerts".to_owned(), by_email));
    }
    if steps.iter().all(|step| step.done) {
        steps.clear();
    }
    Ok(Checklist { steps })
}

/// Whether the account is connected, or was before amoCRM or the vendor stopped it: a step that is done stays done.
async fn is_connected(app: &PanelContext, member: &Member, has_sources: bool) -> Result<bool> {
    match TenantStatus::shown(&member.here.tenant) {
        TenantStatus::Active => Ok(true),
        TenantStatus::NeedsReauth
        | TenantStatus::Unpaid
        | TenantStatus::Blocked
        | TenantStatus::Suspended
        | TenantStatus::PlanEnded => {
            let once =
                tenant_channel::Entity::of_tenant(member.tenant_id).filter(tenant_channel::Column::ConnectedAt.gt(0));
            Ok(has_sources || once.count(app.store.read()).await? > 0)
        }
        TenantStatus::Provisioning
        | TenantStatus::AwaitingCredentials
        | TenantStatus::Disconnected
        | TenantStatus::Uninstalled => Ok(false),
    }
}

/// One source.
struct SourceRow {
    pub id: String,
    /// The messenger's icon.
    pub mark: String,
    pub name: String,
    pub badge: String,
    pub flow: Flow,
    /// Link to the failed messages of the period.
    pub failed_href: String,
    /// Median and 95th percentile; empty without delivered messages.
    pub times: Option<(String, String)>,
    /// `<time>`, a date, or a dash.
    pub last: String,
}

struct SourceTable {
    pub rows: Vec<SourceRow>,
    /// Messages of the period that belong to deleted sources; `None` if there are none.
    pub deleted: Option<Flow>,
}

fn table(
    page: &PageContext,
    figures: &Figures,
    span: Span,
    sources: &[source::Model],
    states: &[SourceState],
) -> SourceTable {
    let mut flows = figures.by_source(span);
    let period = match span {
        Span::Hours => "24h".to_owned(),
        Span::Days(count) => choice::date_of(day_of(page.now) - count + 1),
    };
    let mut rows: Vec<SourceRow> = sources
        .iter()
        .zip(states)
        .map(|(source, state)| {
            let id = source.id.to_string();
            let filters = [("state", "failed"), ("source", &*id), ("period", &period)];
            SourceRow {
                failed_href: choice::address("/panel/messages", &filters),
                id,
                mark: page.mark(&source.kind),
                name: source.name.clone(),
                badge: page
                    .badge(source_tone(state), page.words.text_of("source-state-", state.word()).with("crm", page.crm)),
                flow: flows.remove(&source.id).unwrap_or_default(),
                times: figures
                    .times_of(source.id)
                    .map(|times| (page.duration(&times.median), page.duration(&times.most))),
                last: match figures.last_of(source.id) {
                    LastMessage::At(at) => page.time(&at),
                    // Noon, so that the date is the same in every time zone.
                    LastMessage::OnDay(at) => page.when(&(at + base::millis::DAY / 2)).date(),
                    LastMessage::None => "–".to_owned(),
                },
            }
        })
        .collect();
    // The busiest first, then by name.
    rows.sort_by_key(|row| (std::cmp::Reverse(row.flow.all()), row.name.to_lowercase()));
    let deleted = flows.into_values().reduce(Flow::and);
    SourceTable { rows, deleted }
}

base::worded! {
    /// The page's period: the hours of one day, or days.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Period, as_str {
        Today = "today",
        Week = "7",
        Month = "30",
    }
}

impl Period {
    pub fn of(word: &str) -> Self {
        Self::parse(word).unwrap_or(Self::Today)
    }

    const fn days(self) -> i32 {
        match self {
            Self::Today => 1,
            Self::Week => 7,
            Self::Month => 30,
        }
    }

    /// When the first day of the ledger begins in the account's time zone, milliseconds since 1970.
    fn begins(self, page: &PageContext) -> i64 {
        let today = page.zone.date_of(page.now);
        page.day_begins(today - TimeDelta::days(i64::from(self.days() - 1)))
    }

    /// The ledger's days as a filter for message lists.
    fn filter(self, page: &PageContext) -> String {
        match self {
            Self::Today => self.as_str().to_owned(),
            Self::Week | Self::Month => choice::moment_of(self.begins(page)),
        }
    }

    /// The period of counts.
    pub const fn span(self) -> Span {
        match self {
            Self::Today => Span::Hours,
            Self::Week | Self::Month => Span::Days(self.days()),
        }
    }
}

/// One direction.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Equation {
    /// `to_crm`, `to_messenger`
    pub direction: &'static str,
    pub counts: LedgerCounts,
    /// Those of the failed messages that the messenger had accepted; people cannot send them again.
    pub failed_later: i64,
    /// Its days as a filter for message lists.
    from: String,
}

impl Equation {
    /// Each figure with its message key (`ledger-figure-…`) and a link to its messages.
    pub fn figures(&self) -> [(&'static str, i64, String); 4] {
        let LedgerCounts { accepted, delivered, failed, waiting } = self.counts;
        let figures = [
            ("accepted", accepted, ""),
            ("delivered", delivered, "taken"),
            ("failed", failed, "failed"),
            ("waiting", waiting, "waiting"),
        ];
        figures.map(|(word, count, state)| {
            let filters = [("direction", self.direction), ("state", state), ("period", &self.from)];
            (word, count, choice::address("/panel/messages", &filters))
        })
    }

    /// Link to the messages that failed later.
    pub fn failed_later_href(&self) -> String {
        let filters = [("direction", self.direction), ("state", "failed_later"), ("period", &self.from)];
        choice::address("/panel/messages", &filters)
    }

    /// The difference between the two sides; 0 if the sums agree.
    pub fn gap(&self) -> i64 {
        let LedgerCounts { accepted, delivered, failed, waiting } = self.counts;
        accepted - delivered - failed - waiting
    }
}

fn equations(figures: &Figures, from: &str) -> [Equation; 2] {
    let counted = figures.ledger();
    [
        Equation { direction: "to_crm", counts: counted.to_crm, failed_later: 0, from: from.to_owned() },
        Equation {
            direction: "to_messenger",
            counts: counted.to_messenger,
            failed_later: figures.failed_later(),
            from: from.to_owned(),
        },
    ]
}
