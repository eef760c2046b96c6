//! The first page: what the whole service does now, and what needs the vendor.

use std::collections::BTreeMap;

use actix_web::web;
use askama::Template;
use base::error::Result;
use base::i18n::{Sentence, Words, duration};
use base::store::VENDOR;
use chrono::TimeDelta;
use domain::alert::{self, AccountAlerts};
use domain::delivery::gauges;
use domain::delivery::read::dead::{self, Undelivered};
use domain::delivery::read::figures::{self, FiguresSlot, hours_begin};
use domain::delivery::slots::{CallFigures, CallReport};
use domain::doctor::{RENEWED, certificate_days};
use domain::tenant::{AMOJO, TenantStatus};
use entity::{alert as alert_rows, heartbeat, tenant};
use queue::PoolHealth;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::accounts::{STATES, by_ids};
use super::alerts;
use super::operator::{AdminVisitor, count_needing_attention};
use super::states::{self, StateBadge, away_accounts, in_state};
use crate::panel::{Answer, AppData, Chart, PageContext, PanelContext, Tile, Tone, chart, chart_of, html};
use crate::service_status::{Part, PartState, StatusContext, of_pool};

const HERE: &str = "/admin";
/// Days of the chart.
const DAYS: i32 = 14;
/// Percentage of free disk space below which it is marked, and below which it is bad.
const DISK: [u8; 2] = [20, 10];
/// Accounts with open alerts that are listed, and alerts of them that are read.
const LISTED: u64 = 20;
const ALERTS_READ: u64 = 500;

#[derive(Template)]
#[template(path = "admin/overview.html")]
struct VendorOverview {
    page: PageContext,
    /// What the status page says, and the parts that do not work.
    headline: StateBadge,
    parts: Vec<PartLine>,
    tiles: Vec<Tile>,
    attention: Vec<AttentionRow>,
    /// At most the vendor's own account is there.
    is_beginning: bool,
    /// More accounts than these have open alerts.
    more: bool,
    chart: Chart,
    states: Vec<StateCount>,
    destinations: Vec<DestinationRow>,
    processes: Vec<ProcessRow>,
    /// They have different versions.
    mixed: bool,
    disk: StateBadge,
    certificate: Option<StateBadge>,
    /// Hosts with an open circuit breaker in a process, and until when.
    closed: Vec<(String, i64)>,
}

/// A part of the service that does not work.
struct PartLine {
    tone: Tone,
    name: Sentence,
    state: Sentence,
    since: Option<i64>,
}

/// An account with open alerts.
struct AttentionRow {
    tenant_id: Uuid,
    host: String,
    state: StateBadge,
    /// The newest alert.
    subject: Sentence,
    newest_at: i64,
    count: i64,
}

/// Accounts in one state.
struct StateCount {
    badge: StateBadge,
    href: String,
    count: i64,
}

/// A running process.
struct ProcessRow {
    id: String,
    version: String,
    beat_at: i64,
    spooled: i64,
    state: StateBadge,
}

/// `GET /admin`
pub async fn show(app: AppData, status: web::Data<StatusContext>, visitor: AdminVisitor) -> Answer {
    let page = visitor.page("nav-overview", HERE);
    let words = page.words;
    let db = app.store.read();
    let accounts = accounts(db).await?;
    let days = figures::service_days(&app.delivery, DAYS).await?;
    let mut attention = attention(&app, words).await?;
    let listed = usize::try_from(LISTED).unwrap_or(usize::MAX);
    let more = attention.len() > listed;
    attention.truncate(listed);
    let undelivered = dead::undelivered_of_all(db, hours_begin(app.clock.millis()), i64::MAX).await?;
    let snapshot = status.board.look(&status).await;
    let tiles = vec![
        accounts_tile(&page, &accounts, count_needing_attention(db).await?),
        messages_tile(&page, &days),
        undelivered_tile(&page, &days, undelivered),
        waiting_tile(&page, gauges::waiting(&app.delivery).await?, app.clock.millis()),
        alerts_tile(&page, alert::count_open(db, VENDOR).await?, snapshot.worst()),
    ];
    let processes = domain::missed_hooks::processes(&app.store).await?;
    let versions: Vec<_> = processes.iter().filter(|(_, alive)| *alive).map(|(row, _)| &row.version).collect();
    let calls = domain::missed_hooks::recent_calls(&app.delivery, &processes);
    let away = tenant::Entity::find().filter(in_state(TenantStatus::Active));
    let away = away.filter(tenant::Column::TenantId.in_subquery(away_accounts())).count(db).await?;
    let part = |part: &Part| PartLine {
        tone: tone(part.state),
        name: part.name.in_words(&app, words),
        state: words.text_of("status-is-", part.state.as_str()),
        since: part.since,
    };
    let overview = VendorOverview {
        headline: StateBadge { tone: tone(snapshot.worst()), text: words.text_of("status-all-", snapshot.word()) },
        parts: snapshot.parts.iter().filter(|part| part.state != PartState::Works).map(part).collect(),
        is_beginning: accounts.values().sum::<i64>() <= 1,
        mixed: versions.windows(2).any(|pair| pair[0] != pair[1]),
        processes: processes.iter().map(|(row, alive)| process(words, row, *alive)).collect(),
        tiles,
        more,
        attention,
        chart: chart_of(words, &days, false, |at| page.when(&at).date()),
        states: states(words, &accounts, away),
        destinations: all(&app, words, &calls).await?,
        disk: disk(words, app.usage.load.free()),
        certificate: certificate(&app, words).await,
        closed: calls.closed.into_iter().filter(|(_, until)| *until > app.clock.millis()).collect(),
        page: page.clone(),
    };
    html(&page, &overview)
}

/// Accounts with open alerts, those with the newest first; one more than are listed.
async fn attention(app: &PanelContext, words: Words) -> Result<Vec<AttentionRow>> {
    let db = app.store.read();
    let found = alert::accounts(db, LISTED + 1).await?;
    let ids: Vec<Uuid> = found.iter().map(|one| one.tenant_id).collect();
    let tenants = by_ids(db, &ids).await?;
    let away = states::away_of(db, &ids).await?;
    let newest = alert_rows::Entity::find()
        .filter(alert_rows::Column::TenantId.is_in(ids))
        .filter(alert_rows::Column::ResolvedAt.is_null())
        .order_by_desc(alert_rows::Column::OpenedAt)
        .limit(ALERTS_READ)
        .all(db)
        .await?;
    let row = |one: AccountAlerts| {
        let tenant = tenants.iter().find(|tenant| tenant.tenant_id == one.tenant_id)?;
        let newest = newest.iter().find(|alert| alert.tenant_id == one.tenant_id)?;
        Some(AttentionRow {
            tenant_id: one.tenant_id,
            host: tenant.host.clone(),
            state: states::account(app, words, tenant, away.contains(&tenant.tenant_id)),
            subject: alerts::row(words, newest, Some(&tenant.host), states::crm(app, tenant)).subject,
            newest_at: one.newest_at,
            count: one.count,
        })
    };
    Ok(found.into_iter().filter_map(row).collect())
}

/// Accounts by the state that is shown.
async fn accounts(db: &impl ConnectionTrait) -> Result<BTreeMap<&'static str, i64>, DbErr> {
    use tenant::Column::{PlanEnded, Status, Suspended, TenantId};
    let rows: Vec<(String, bool, bool, i64)> = tenant::Entity::find()
        .select_only()
        .columns([Status, Suspended, PlanEnded])
        .column_as(TenantId.count(), "accounts")
        .group_by(Status)
        .group_by(Suspended)
        .group_by(PlanEnded)
        .into_tuple()
        .all(db)
        .await?;
    let mut counts = BTreeMap::new();
    for (status, suspended, plan_ended, count) in rows {
        let Some(status) = TenantStatus::parse(&status) else { continue };
        *counts.entry(status.under(suspended, plan_ended).as_str()).or_default() += count;
    }
    Ok(counts)
}

/// Counts by state. `away`: those of the active ones whose amoCRM does not answer.
fn states(words: Words, accounts: &BTreeMap<&'static str, i64>, away: u64) -> Vec<StateCount> {
    let away = i64::try_from(away).unwrap_or(i64::MAX);
    let unreachable = StateCount {
        badge: StateBadge { tone: Tone::Bad, text: words.text("source-state-crm_unreachable").with("crm", "amoCRM") },
        href: "/admin/accounts".to_owned(),
        count: away,
    };
    let count = |status: TenantStatus| StateCount {
        badge: StateBadge {
            tone: states::tone(status),
            text: states::status_word(words, status).with("crm", "amoCRM"),
        },
        href: format!("/admin/accounts?state={}", status.as_str()),
        count: accounts.get(status.as_str()).copied().unwrap_or(0)
            - if status == TenantStatus::Active { away } else { 0 },
    };
    std::iter::once(unreachable).chain(STATES.into_iter().map(count)).filter(|row| row.count > 0).collect()
}

fn process(words: Words, row: &heartbeat::Model, alive: bool) -> ProcessRow {
    let (tone, key) = if alive { (Tone::Ok, "admin-process-runs") } else { (Tone::Bad, "admin-process-silent") };
    ProcessRow {
        id: row.instance.simple().to_string().split_off(24),
        version: row.version.clone().unwrap_or_else(|| "–".to_owned()),
        beat_at: row.beat_at,
        spooled: row.spooled,
        state: StateBadge { tone, text: words.text(key) },
    }
}

fn disk(words: Words, free: u8) -> StateBadge {
    let tone = match free {
        free if free < DISK[1] => Tone::Bad,
        free if free < DISK[0] => Tone::Warn,
        _ => Tone::Ok,
    };
    StateBadge { tone, text: words.text("common-percent").with("percent", i64::from(free)) }
}

/// How long the certificate of the public address is valid.
async fn certificate(app: &PanelContext, words: Words) -> Option<StateBadge> {
    let days = certificate_days(&app.config, app.http.trusted(), &app.clock).await?;
    let tone = match days {
        ..0 => Tone::Bad,
        days if days < RENEWED => Tone::Warn,
        _ => Tone::Ok,
    };
    Some(StateBadge { tone, text: words.text("admin-certificate-days").with("days", days) })
}

fn number(words: Words, value: i64) -> String {
    words.text("common-number").with("number", value).to_string()
}

/// A small chart of the days, described by its least and most.
fn spark(words: Words, label: &Sentence, values: &[i64], is_bad: fn(i64) -> bool) -> String {
    let (least, most) = (values.iter().min().copied().unwrap_or(0), values.iter().max().copied().unwrap_or(0));
    let said = words.text("admin-spark").with("figure", label.to_string());
    let said = said.with("least", number(words, least)).with("most", number(words, most));
    let values: Vec<Option<i64>> = values.iter().copied().map(Some).collect();
    chart::spark(&values, 0, None, &said.to_string(), is_bad)
}

fn accounts_tile(page: &PageContext, accounts: &BTreeMap<&'static str, i64>, troubled: u64) -> Tile {
    let active = accounts.get(TenantStatus::Active.as_str()).copied().unwrap_or(0);
    let note = match troubled {
        0 => page.words.text("admin-accounts-fine"),
        count => page.words.text("admin-accounts-troubled").with("count", count),
    };
    Tile {
        label: page.words.text("admin-accounts-active"),
        value: number(page.words, active),
        note,
        tone: if troubled > 0 { "note" } else { "" },
        spark: String::new(),
        href: "/admin/accounts".to_owned(),
    }
}

fn messages_tile(page: &PageContext, days: &[FiguresSlot]) -> Tile {
    let label = page.words.text("admin-messages-today");
    let values: Vec<i64> = days.iter().map(|day| day.flow.all()).collect();
    let (today, before) = values.split_last().map_or((0, &[][..]), |(today, before)| (*today, before));
    let week = before.iter().rev().take(7).sum::<i64>() / 7;
    let note = match week {
        0 => page.words.text("figure-messages-first"),
        week => page.words.text("figure-messages-usual").with("count", week),
    };
    Tile {
        value: number(page.words, today),
        note,
        tone: "",
        spark: spark(page.words, &label, &values, |_| false),
        href: String::new(),
        label,
    }
}

fn undelivered_tile(page: &PageContext, days: &[FiguresSlot], undelivered: Undelivered) -> Tile {
    let label = page.words.text("figure-undelivered");
    let values: Vec<i64> = days.iter().map(|day| day.flow.failed).collect();
    Tile {
        value: number(page.words, undelivered.messages),
        note: page.words.text("admin-undelivered-accounts").with("count", undelivered.accounts),
        tone: if undelivered.messages > 0 { "warn" } else { "" },
        spark: spark(page.words, &label, &values, |failed| failed > 0),
        href: "/admin/undelivered".to_owned(),
        label,
    }
}

fn waiting_tile(page: &PageContext, waiting: gauges::Waiting, now: i64) -> Tile {
    let age = waiting.age(now);
    let note = match waiting.letters {
        0 => page.words.text("health-nothing-waiting"),
        letters => {
            let note = page.words.text("figure-waiting").with("count", letters);
            note.with("delay", duration(age, page.words))
        }
    };
    let longer = |limit: &TimeDelta| age > limit.num_milliseconds();
    Tile {
        label: page.words.text("admin-waiting"),
        value: number(page.words, waiting.letters),
        note,
        tone: match gauges::WAITED.iter().filter(|limit| longer(limit)).count() {
            0 => "",
            1 => "warn",
            _ => "bad",
        },
        spark: String::new(),
        href: "/admin/queues".to_owned(),
    }
}

/// `parts`: the worst state of a part, which the page says above.
fn alerts_tile(page: &PageContext, open: u64, parts: PartState) -> Tile {
    let note = match (open, parts) {
        (0, PartState::Works) => "admin-alerts-service-none",
        (0, _) => "admin-alerts-service-above",
        _ => "admin-alerts-open",
    };
    Tile {
        label: page.words.text("admin-alerts-service"),
        value: number(page.words, i64::try_from(open).unwrap_or(i64::MAX)),
        note: page.words.text(note),
        tone: if open == 0 { "" } else { "bad" },
        spark: String::new(),
        href: "/admin/alerts".to_owned(),
    }
}

const fn tone(state: PartState) -> Tone {
    match state {
        PartState::Works => Tone::Ok,
        PartState::Degraded => Tone::Warn,
        PartState::Down => Tone::Bad,
    }
}

/// One row.
struct DestinationRow {
    /// The kind of messenger; none: amoCRM.
    pub kind: Option<&'static str>,
    pub name: String,
    pub state: StateBadge,
    /// Since when the oldest letter that could be sent has waited.
    pub due_since: Option<i64>,
    /// Accounts' channels or sources that were called lately and fail, of all that were called.
    pub failing: String,
    /// Calls of all processes that failed, of all.
    pub errors: String,
    /// How long half of them took in the slowest process, and 95 of 100.
    pub times: Option<(String, String)>,
}

/// All destinations that have a source or a channel.
async fn all(app: &PanelContext, words: Words, report: &CallReport) -> Result<Vec<DestinationRow>> {
    let now = app.clock.millis();
    let recent = &report.calls;
    let mut rows: BTreeMap<String, PoolHealth> = BTreeMap::new();
    for pool in recent.keys() {
        rows.insert(pool.clone(), PoolHealth { pool: pool.clone(), ..PoolHealth::default() });
    }
    rows.extend(app.queue.pool_health().await?.into_iter().map(|one| (one.pool.clone(), one)));
    Ok(rows.values().map(|one| row(app, words, one, recent.get(&one.pool), now)).collect())
}

fn row(app: &PanelContext, words: Words, one: &PoolHealth, calls: Option<&CallFigures>, now: i64) -> DestinationRow {
    let (state, _) = of_pool(one, calls, now);
    let state = StateBadge { tone: tone(state), text: words.text_of("status-is-", state.as_str()) };
    let of = |part: i64, whole: i64| {
        words
            .text("admin-destination-of")
            .with("part", number(words, part))
            .with("whole", number(words, whole))
            .to_string()
    };
    let none = || "–".to_owned();
    let kind = kind_of(app, &one.pool);
    DestinationRow {
        kind,
        name: name(app, words, &one.pool, kind),
        state,
        due_since: one.due_since,
        failing: if one.called > 0 { of(one.broken, one.called) } else { none() },
        errors: calls.map_or_else(none, |calls| of(calls.failed, calls.calls)),
        times: calls.map(|calls| (duration(calls.usual, words), duration(calls.within, words))),
    }
}

fn kind_of(app: &PanelContext, pool: &str) -> Option<&'static str> {
    app.connectors.kinds().find(|kind| app.connectors.get(kind).is_some_and(|one| one.pool() == pool))
}

/// amoCRM with the name of the integration, or the kind of messenger.
fn name(app: &PanelContext, words: Words, pool: &str, kind: Option<&str>) -> String {
    if let Some(integration) = pool.strip_prefix(AMOJO) {
        let crm = app.integrations.named(integration).map_or("amoCRM", |one| one.platform.brand());
        return format!("{crm} · {integration}");
    }
    kind.map_or_else(|| pool.to_owned(), |kind| words.text_of("connector-", kind).to_string())
}
