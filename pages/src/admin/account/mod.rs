//! One account: its data, its state, and the vendor's actions on it.

pub mod actions;

use std::collections::HashSet;

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::{LocalizedText, Sentence, Words};
use base::message::Direction;
use domain::delivery::read::reason::Reason;
use domain::source::SourceStatus;
use domain::tenant::{ChannelStatus, TenantStatus};
use domain::usage::{self, KindUsage, LimitLine, Month};
use domain::{alert as kinds, source as sources, tenant as tenants};
use entity::{account_note, alert, source, tenant, tenant_channel, turn};
use queue::HELD;
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::accounts::{self, AccountFigures};
use super::alerts::{self, AlertRow};
use super::operator::AdminVisitor;
use super::states::{self, StateBadge};
use crate::panel::{AgreementShown, Answer, AppData, PageContext, PanelContext, ToTone, Tone, html_as, source_tone};
use actions::PlanForm;

#[derive(Template)]
#[template(path = "admin/account.html")]
struct AccountPage {
    page: PageContext,
    tenant: tenant::Model,
    crm: &'static str,
    state: StateBadge,
    hint: Sentence,
    /// What is wrong; empty: nothing.
    troubles: Vec<Trouble>,
    facts: AccountFigures,
    access: StateBadge,
    /// Who authorized it; empty if unknown.
    giver: String,
    /// The address with which an administrator of the account renews the consent.
    allow_again: String,
    channels: Vec<AccountChannelRow>,
    sources: Vec<SourceRow>,
    alerts: Vec<AlertRow>,
    /// The limit as typed; empty: the configured one.
    limit: String,
    configured_limit: u32,
    /// Days for which texts are kept, as typed; empty: the configured number.
    texts_days: String,
    configured_texts_days: u32,
    /// Days of what else is kept.
    kept: [actions::KeptField; 4],
    /// Other quotas of the account.
    limits: Vec<LimitLine>,
    plan: PlanForm,
    /// Messages of the current month by kind, with the kind.
    usage: Vec<(String, KindUsage)>,
    agreement: AgreementShown,
    notes: Vec<account_note::Model>,
    /// Characters of a note.
    longest_note: usize,
    wrong: Option<Sentence>,
}

struct AccountChannelRow {
    title: String,
    id: Uuid,
    state: StateBadge,
    /// amoCRM's error text; empty if there is none.
    said: String,
    connected_at: i64,
    next_try_at: Option<i64>,
    /// The question to amoCRM's support; `None` if there is nothing to ask.
    ask: Option<Sentence>,
}

struct SourceRow {
    id: Uuid,
    name: String,
    kind: String,
    is_default: bool,
    state: StateBadge,
    since: i64,
    reason: Option<Sentence>,
    said: String,
    /// A person has to do something about it.
    is_broken: bool,
}

/// The page.
pub async fn show(app: AppData, visitor: AdminVisitor, id: web::Path<Uuid>) -> Answer {
    let tenant = load(&app, *id).await?;
    let limit = tenant.sources_limit.map(|limit| limit.to_string()).unwrap_or_default();
    answer(&app, &visitor, tenant, StatusCode::OK, limit, None).await
}

async fn answer(
    app: &PanelContext,
    visitor: &AdminVisitor,
    tenant: tenant::Model,
    status: StatusCode,
    limit: String,
    wrong: Option<Sentence>,
) -> Answer {
    let words = visitor.words;
    let crm = states::crm(app, &tenant);
    let page = visitor.page(tenant.host.clone(), "/admin/accounts").with_error_if(wrong.is_some());
    let facts = accounts::figures_of(app, std::slice::from_ref(&tenant)).await?.pop().ok_or(Error::NotFound)?;
    let state = states::account(app, words, &tenant);
    let open = domain::alert::open(app.store.read(), tenant.tenant_id).await?;
    let channels = channels(app, words, &tenant).await?;
    let sources = source_rows(app, words, &tenant, crm).await?;
    let known =
        ReadByPage { tenant: &tenant, crm, facts: &facts, alerts: &open, channels: &channels, sources: &sources };
    let troubles = of(app, words, &known).await?;
    let account = AccountPage {
        page: page.clone(),
        troubles,
        crm,
        hint: hint(app, words, &tenant, crm),
        state,
        access: states::access(words, &facts.access),
        giver: facts.access.by.as_ref().map(|giver| giver.name.clone()).unwrap_or_default(),
        allow_again: format!("{}{}", app.public_url(), tenants::grant::reconnect_url(&tenant)),
        channels,
        sources,
        alerts: open.iter().map(|alert| alerts::row(words, alert, Some(&tenant.host), crm)).collect(),
        configured_limit: tenants::plan::sources_limit(&app.config, &tenant),
        texts_days: tenant.texts_days.map(|days| days.to_string()).unwrap_or_default(),
        configured_texts_days: app.config.retention.texts_days,
        kept: actions::KeptField::all(&app.config.retention, &tenant),
        limits: usage::shown(&app.usage, &tenant).await?,
        limit,
        plan: PlanForm::of(app, words, &tenant),
        usage: month(app, &tenant).await?,
        agreement: AgreementShown::of(app, &tenant, words).await?,
        notes: actions::notes(app, tenant.tenant_id).await?,
        longest_note: actions::LONGEST_NOTE,
        wrong,
        facts,
        tenant,
    };
    html_as(status, &page, &account)
}

/// The meaning of the state; its days are those of letters to amoCRM.
fn hint(app: &PanelContext, words: Words, tenant: &tenant::Model, crm: &'static str) -> Sentence {
    let status = tenants::TenantStatus::shown(tenant);
    let end = tenants::plan::end_date(&app.config, tenant, app.clock.millis(), words);
    let days = if status == tenants::TenantStatus::Uninstalled { 30 } else { 7 };
    words.text(format!("tenant-state-{}-hint", status.as_str())).with("crm", crm).with("days", days).with("date", end)
}

async fn channels(app: &PanelContext, words: Words, tenant: &tenant::Model) -> Result<Vec<AccountChannelRow>> {
    let rows = tenant_channel::Entity::of_tenant(tenant.tenant_id).order_by_asc(tenant_channel::Column::ChannelId);
    let shown = |row: tenant_channel::Model| {
        let known = tenants::channel_config(&app.tenants, row.channel_id);
        let refused = row.status == ChannelStatus::NotAllowed.as_str();
        AccountChannelRow {
            title: known.as_ref().map(|(_, channel)| channel.title.clone()).unwrap_or_default(),
            id: row.channel_id,
            state: states::channel(words, &row.status),
            ask: refused.then(|| {
                words
                    .text("admin-ask-support")
                    .with("account", tenant.account_id.to_string())
                    .with("host", tenant.host.as_str())
                    .with("channel", row.channel_id.to_string())
                    .with("code", known.as_ref().map(|(_, channel)| channel.code.clone()).unwrap_or_default())
            }),
            said: LocalizedText::stored(&row.detail).in_words(words, states::crm(app, tenant)),
            connected_at: row.connected_at,
            next_try_at: row.next_try_at,
        }
    };
    Ok(rows.all(app.store.read()).await?.into_iter().map(shown).collect())
}

async fn source_rows(
    app: &PanelContext,
    words: Words,
    tenant: &tenant::Model,
    crm: &'static str,
) -> Result<Vec<SourceRow>> {
    let rows = source::Entity::of_tenant(tenant.tenant_id)
        .filter(source::Column::DeletedAt.is_null())
        .order_by_asc(source::Column::Id)
        .all(app.store.read())
        .await?;
    let found = sources::states(&app.sources, tenant.tenant_id, &rows).await?;
    let shown = |(row, state): (source::Model, sources::SourceState)| {
        let text = words.text_of("source-state-", state.status.as_str()).with("crm", crm);
        SourceRow {
            state: StateBadge { tone: source_tone(&state).tone(), text },
            since: state.since,
            reason: state.reason.map(|reason| words.text_of("source-reason-", reason.as_str()).with("crm", crm)),
            said: LocalizedText::stored(&state.detail).in_words(words, crm),
            is_broken: state.reason == Some(sources::StateReason::AccessRefused)
                || (state.action.is_some()
                    && !matches!(state.status, SourceStatus::Working | SourceStatus::Checking | SourceStatus::Paused)),
            id: row.id,
            is_default: row.is_default,
            kind: row.kind,
            name: row.name,
        }
    };
    Ok(rows.into_iter().zip(found).map(shown).collect())
}

/// The current month's messages by kind.
async fn month(app: &PanelContext, tenant: &tenant::Model) -> Result<Vec<(String, KindUsage)>> {
    let now = Month::at(app.clock.millis());
    let found = usage::usage_of(&app.usage, vec![tenant.clone()], now).await?.pop();
    Ok(found.map(|usage| usage.kinds.into_iter().collect()).unwrap_or_default())
}

/// The account of an id in the address.
async fn load(app: &PanelContext, tenant_id: Uuid) -> Result<tenant::Model> {
    tenants::load(app.store.read(), tenant_id).await?.ok_or(Error::NotFound)
}

fn address(tenant_id: Uuid) -> String {
    format!("/admin/accounts/{tenant_id}")
}

/// One thing that is wrong.
struct Trouble {
    pub tone: Tone,
    pub text: String,
    /// None if it is not known.
    pub since: Option<i64>,
    /// The source, or the account.
    pub whom: String,
    /// The one thing to do.
    pub label: Sentence,
    pub href: String,
}

/// What the page has read already.
struct ReadByPage<'page> {
    pub tenant: &'page tenant::Model,
    pub crm: &'static str,
    pub facts: &'page AccountFigures,
    pub alerts: &'page [alert::Model],
    pub channels: &'page [AccountChannelRow],
    pub sources: &'page [SourceRow],
}

/// Everything that is wrong, the account's own state first; empty if nothing is.
async fn of(app: &PanelContext, words: Words, known: &ReadByPage<'_>) -> Result<Vec<Trouble>, DbErr> {
    let mut found: Vec<Trouble> = of_state(app, words, known).into_iter().collect();
    let status = TenantStatus::shown(known.tenant);
    if found.is_empty() {
        found.extend(of_access(words, known));
    }
    let about = |channel: &&AccountChannelRow| channel.state.tone == Tone::Bad;
    found.extend(known.channels.iter().filter(about).map(|channel| Trouble {
        tone: channel.state.tone,
        text: format!("{}: {}", words.text("admin-account-channels"), channel.state.text),
        since: None,
        whom: channel.title.clone(),
        label: words.text("admin-do-channels"),
        href: "#channels".to_owned(),
    }));
    // The state says it already, with what to do.
    let others = known.alerts.iter().filter(|row| row.kind != status.as_str());
    found.extend(others.clone().map(|row| of_alert(words, known, row)));
    let mut explained: HashSet<Uuid> = others.filter_map(|row| row.source_id).collect();
    if status == TenantStatus::Active {
        let broken: Vec<&SourceRow> =
            known.sources.iter().filter(|source| source.is_broken && !explained.contains(&source.id)).collect();
        explained.extend(broken.iter().map(|source| source.id));
        found.extend(broken.into_iter().map(|source| of_source(words, known, source)));
        found.extend(of_queues(app, words, known, &explained).await?);
    }
    Ok(found)
}

/// The state of an account that is not simply connected.
fn of_state(app: &PanelContext, words: Words, known: &ReadByPage<'_>) -> Option<Trouble> {
    let status = TenantStatus::shown(known.tenant);
    let (key, href) = match status {
        TenantStatus::Active => return None,
        TenantStatus::Suspended => ("admin-resume", "#service".to_owned()),
        TenantStatus::PlanEnded => ("admin-do-plan", "#plan".to_owned()),
        TenantStatus::Unpaid | TenantStatus::Blocked => ("admin-view-as", look(known)),
        _ => ("admin-link-for-administrator", "#access".to_owned()),
    };
    let badge = states::account(app, words, known.tenant);
    let alert = known.alerts.iter().find(|row| row.kind == status.as_str());
    Some(Trouble {
        tone: badge.tone,
        text: badge.text.to_string(),
        since: alert.map(|row| row.opened_at),
        whom: known.tenant.host.clone(),
        label: words.text(key),
        href,
    })
}

/// Access that ends, or has ended.
fn of_access(words: Words, known: &ReadByPage<'_>) -> Option<Trouble> {
    let badge = states::access(words, &known.facts.access);
    (badge.tone != Tone::Ok).then(|| Trouble {
        tone: badge.tone,
        text: format!("{}: {}", words.text("account-access").with("crm", known.crm), badge.text),
        since: None,
        whom: known.tenant.host.clone(),
        label: words.text("admin-link-for-administrator"),
        href: "#access".to_owned(),
    })
}

fn of_alert(words: Words, known: &ReadByPage<'_>, row: &alert::Model) -> Trouble {
    let (key, href) = match row.kind.as_str() {
        kinds::UNDELIVERED | "found_in_history" => {
            ("alert-do-undelivered", format!("/admin/undelivered/{}", known.tenant.tenant_id))
        }
        kinds::LATE | kinds::CRM_UNREACHABLE | kinds::MESSENGER_UNREACHABLE => {
            ("admin-do-queues", "/admin/queues".to_owned())
        }
        kinds::LIMIT_NEAR | kinds::LIMIT_REACHED => ("admin-do-limits", "#limits".to_owned()),
        kinds::PLAN_ENDING | kinds::PLAN_GRACE | kinds::PLAN_ENDED => ("admin-do-plan", "#plan".to_owned()),
        _ => ("admin-view-as", look(known)),
    };
    let source = known.sources.iter().find(|source| Some(source.id) == row.source_id);
    Trouble {
        tone: Tone::Warn,
        text: alerts::row(words, row, Some(&known.tenant.host), known.crm).subject.to_string(),
        since: Some(row.opened_at),
        whom: source.map_or_else(|| known.tenant.host.clone(), |source| source.name.clone()),
        label: words.text(key),
        href,
    }
}

fn of_source(words: Words, known: &ReadByPage<'_>, source: &SourceRow) -> Trouble {
    let reason = source.reason.as_ref().map(|reason| format!(". {reason}")).unwrap_or_default();
    Trouble {
        tone: source.state.tone,
        text: format!("{}{reason}", source.state.text),
        since: Some(source.since),
        whom: source.name.clone(),
        label: words.text("admin-view-as"),
        href: look(known),
    }
}

/// Queues that are held, but for those whose source says why.
async fn of_queues(
    app: &PanelContext,
    words: Words,
    known: &ReadByPage<'_>,
    explained: &HashSet<Uuid>,
) -> Result<Vec<Trouble>, DbErr> {
    let held = turn::Entity::of_tenant(known.tenant.tenant_id).filter(turn::Column::Reason.starts_with(HELD));
    let held = held.all(app.store.read()).await?.into_iter().filter(|turn| !explained.contains(&turn.target));
    Ok(held
        .filter_map(|turn| {
            let source = known.sources.iter().find(|source| source.id == turn.target);
            let direction = if source.is_some() { Direction::ToMessenger } else { Direction::ToCrm };
            let reason = Reason::of_hold(turn.reason.strip_prefix(HELD)?, direction);
            Some(Trouble {
                tone: Tone::Off,
                text: words.text_of("reason-", reason.key).with("crm", known.crm).to_string(),
                since: None,
                whom: source.map_or_else(|| known.crm.to_owned(), |source| source.name.clone()),
                label: words.text("admin-do-queues"),
                href: "/admin/queues".to_owned(),
            })
        })
        .collect())
}

fn look(known: &ReadByPage<'_>) -> String {
    format!("{}/view-as", address(known.tenant.tenant_id))
}
