//! One account: its data, its state, and the vendor's actions on it.

pub mod notes;
pub mod plan;
pub mod quotas;
mod reason;
pub mod suspend;
pub mod texts;
mod trouble;
pub mod view_as;

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::{LocalizedText, Sentence, Words};
use entity::{account_note, source, tenant, tenant_channel};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use self::plan::PlanForm;
use self::trouble::{ReadByPage, Trouble};
use super::accounts::facts::{self, AccountFigures};
use super::alerts::{self, AlertRow};
use super::operator::{AdminVisitor, Operator};
use super::states::{self, StateBadge};
use crate::panel::{AgreementShown, Answer, AppData, PageContext, PanelContext, Tone, html_as};
use crate::source::{self as sources, SourceStatus};
use crate::tenant::{self as tenants, ChannelStatus};
use crate::usage::{self, KindUsage, LimitLine, Month};

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
    kept: [texts::KeptField; 4],
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
pub async fn show(app: AppData, Operator(visitor): Operator, id: web::Path<Uuid>) -> Answer {
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
    let facts = facts::of(app, std::slice::from_ref(&tenant)).await?.pop().ok_or(Error::NotFound)?;
    let state = states::account(app, words, &tenant);
    let open = crate::alert::open(app.store.read(), tenant.tenant_id).await?;
    let channels = channels(app, words, &tenant).await?;
    let sources = source_rows(app, words, &tenant, crm).await?;
    let known =
        ReadByPage { tenant: &tenant, crm, facts: &facts, alerts: &open, channels: &channels, sources: &sources };
    let troubles = trouble::of(app, words, &known).await?;
    let account = AccountPage {
        page: page.clone(),
        troubles,
        crm,
        hint: hint(app, words, &tenant, crm),
        state,
        access: states::access(words, &facts.access),
        giver: facts.access.by.as_ref().map(|giver| giver.name.clone()).unwrap_or_default(),
        allow_again: format!("{}{}", app.public_url(), tenants::access::reconnect_url(&tenant)),
        channels,
        sources,
        alerts: open.iter().map(|alert| alerts::row(words, alert, Some(&tenant.host), crm)).collect(),
        configured_limit: tenants::plan::sources_limit(&app.config, &tenant),
        texts_days: tenant.texts_days.map(|days| days.to_string()).unwrap_or_default(),
        configured_texts_days: app.config.retention.texts_days,
        kept: texts::KeptField::all(&app.config.retention, &tenant),
        limits: usage::shown(&app.usage, &tenant).await?,
        limit,
        plan: PlanForm::of(app, words, &tenant),
        usage: month(app, &tenant).await?,
        agreement: AgreementShown::of(app, &tenant, words).await?,
        notes: notes::of(app, tenant.tenant_id).await?,
        longest_note: notes::LONGEST,
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
        let word = state.status.as_str();
        SourceRow {
            state: StateBadge { tone: source_tone(word), text: words.text_of("source-state-", word).with("crm", crm) },
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

fn source_tone(status: &str) -> Tone {
    match status {
        "working" => Tone::Ok,
        "checking" | "crm_unreachable" => Tone::Wait,
        "needs_attention" | "unpaid" => Tone::Warn,
        "paused" => Tone::Off,
        _ => Tone::Bad,
    }
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
