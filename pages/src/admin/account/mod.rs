//! One account: its data, its state, and the vendor's actions on it, on five tabs; and the lists of the admin that are about it
//! alone, as three more.

pub mod actions;
mod troubles;

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::{LocalizedText, Sentence, Words};
use domain::source::SourceStatus;
use domain::tenant::ChannelStatus;
use domain::usage::{self, KindUsage, LimitLine, Month};
use domain::{source as sources, tenant as tenants};
use entity::{account_note, source, tenant, tenant_channel};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::accounts::{self, AccountFigures};
use super::operator::AdminVisitor;
use super::states::{self, StateBadge};
use crate::panel::{
    AgreementShown, Answer, AppData, PageContext, PanelContext, ToTone, Tone, Wrong, html, html_as, source_tone,
};
use actions::{PlanForm, PlanInput, TextsForm};
use troubles::{ReadByPage, Trouble};

/// A tab of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    Overview,
    Access,
    Plan,
    Data,
    Notes,
    Undelivered,
    Audit,
    Webhooks,
}

impl Tab {
    const ALL: [Self; 8] = [
        Self::Overview,
        Self::Access,
        Self::Plan,
        Self::Data,
        Self::Notes,
        Self::Undelivered,
        Self::Audit,
        Self::Webhooks,
    ];

    /// The message key of its name.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Overview => "nav-overview",
            Self::Access => "admin-tab-access",
            Self::Plan => "admin-tab-plan",
            Self::Data => "admin-tab-data",
            Self::Notes => "admin-notes",
            Self::Undelivered => "nav-undelivered",
            Self::Audit => "nav-audit",
            Self::Webhooks => "webhooks-title",
        }
    }

    /// Its address for an account.
    pub fn address(self, tenant_id: Uuid) -> String {
        match self {
            Self::Overview => address(tenant_id),
            Self::Access => address(tenant_id) + "/access",
            Self::Plan => address(tenant_id) + "/plan",
            Self::Data => address(tenant_id) + "/data",
            Self::Notes => address(tenant_id) + "/notes",
            Self::Undelivered => format!("/admin/undelivered/{tenant_id}"),
            Self::Audit => format!("/admin/audit?account={tenant_id}"),
            Self::Webhooks => format!("/admin/webhooks?account={tenant_id}"),
        }
    }
}

/// What stands above every tab.
pub(super) struct Head {
    pub tenant: tenant::Model,
    crm: &'static str,
    pub state: StateBadge,
    pub hint: Sentence,
    pub tab: Tab,
    /// How many notes there are.
    pub notes: u64,
}

impl Head {
    pub async fn of(app: &PanelContext, words: Words, tenant: tenant::Model, tab: Tab) -> Result<Self> {
        let crm = states::crm(app, &tenant);
        let db = app.store.read();
        let notes = account_note::Entity::of_tenant(tenant.tenant_id).count(db).await?;
        let is_away = states::away_of(db, &[tenant.tenant_id]).await?.contains(&tenant.tenant_id);
        Ok(Self {
            crm,
            state: states::account(app, words, &tenant, is_away),
            hint: hint(app, words, &tenant, crm, is_away),
            tab,
            notes,
            tenant,
        })
    }

    /// The head of a list, if what it is filtered by is the id of an account.
    pub async fn of_id(app: &PanelContext, words: Words, id: &str, tab: Tab) -> Result<Option<Self>> {
        let Ok(id) = Uuid::try_parse(id.trim()) else { return Ok(None) };
        let Some(tenant) = tenants::load(app.store.read(), id).await? else { return Ok(None) };
        Self::of(app, words, tenant, tab).await.map(Some)
    }

    pub fn page(&self, visitor: &AdminVisitor) -> PageContext {
        visitor.page(self.tenant.host.clone(), "/admin/accounts")
    }

    /// The tabs with their addresses.
    pub fn tabs(&self) -> [(Tab, String); 8] {
        Tab::ALL.map(|tab| (tab, tab.address(self.tenant.tenant_id)))
    }
}

#[derive(Template)]
#[template(path = "admin/account/overview.html")]
struct OverviewTab {
    page: PageContext,
    head: Head,
    /// What is wrong; empty: nothing.
    troubles: Vec<Trouble>,
    facts: AccountFigures,
    sources: Vec<SourceRow>,
}

#[derive(Template)]
#[template(path = "admin/account/access.html")]
struct AccessTab {
    page: PageContext,
    head: Head,
    facts: AccountFigures,
    access: StateBadge,
    /// Who authorized it; empty if unknown.
    giver: String,
    /// The address with which an administrator of the account renews the consent.
    allow_again: String,
    channels: Vec<AccountChannelRow>,
}

#[derive(Template)]
#[template(path = "admin/account/plan.html")]
struct PlanTab {
    page: PageContext,
    head: Head,
    /// Otherwise it is only shown: who fills it in has proved before who they are.
    is_proved: bool,
    form: PlanForm,
    /// The configured limit of sources, and how many there are.
    configured_limit: u32,
    sources: i64,
    /// All quotas of the account.
    limits: Vec<LimitLine>,
    /// Messages of the current month by kind, with the kind.
    usage: Vec<(String, KindUsage)>,
    wrong: Wrong,
}

impl PlanTab {
    /// The last day before an end, in words.
    fn last_day(&self, end: Option<&i64>) -> String {
        end.map_or_else(|| "–".to_owned(), |at| self.page.when(&at.saturating_sub(1)).date())
    }
}

#[derive(Template)]
#[template(path = "admin/account/data.html")]
struct DataTab {
    page: PageContext,
    head: Head,
    /// Days for which texts are kept, as typed; empty: the configured number.
    texts_days: String,
    configured_texts_days: u32,
    /// Days of what else is kept.
    kept: [actions::KeptField; 4],
    agreement: AgreementShown,
    wrong: Wrong,
}

#[derive(Template)]
#[template(path = "admin/account/notes.html")]
struct NotesTab {
    page: PageContext,
    head: Head,
    notes: Vec<account_note::Model>,
    /// Characters of a note.
    longest_note: usize,
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

/// The first tab: what is wrong, and the sources.
pub async fn show(app: AppData, visitor: AdminVisitor, id: web::Path<Uuid>) -> Answer {
    let (words, tenant) = (visitor.words, load(&app, *id).await?);
    let facts = figures(&app, words, &tenant).await?;
    let crm = states::crm(&app, &tenant);
    let open = domain::alert::open(app.store.read(), tenant.tenant_id).await?;
    let channels = channels(&app, words, &tenant).await?;
    let sources = source_rows(&app, words, &tenant, crm).await?;
    let known =
        ReadByPage { tenant: &tenant, crm, facts: &facts, alerts: &open, channels: &channels, sources: &sources };
    let troubles = troubles::of(&app, words, &known).await?;
    let head = Head::of(&app, words, tenant, Tab::Overview).await?;
    let page = head.page(&visitor);
    html(&page, &OverviewTab { page: page.clone(), head, troubles, facts, sources })
}

/// The second tab: the account's consent, and its channels.
pub async fn show_access(app: AppData, visitor: AdminVisitor, id: web::Path<Uuid>) -> Answer {
    let (words, tenant) = (visitor.words, load(&app, *id).await?);
    let facts = figures(&app, words, &tenant).await?;
    let channels = channels(&app, words, &tenant).await?;
    let head = Head::of(&app, words, tenant, Tab::Access).await?;
    let page = head.page(&visitor);
    let access = AccessTab {
        page: page.clone(),
        access: states::access(words, &facts.access),
        giver: facts.access.by.as_ref().map(|giver| giver.name.clone()).unwrap_or_default(),
        allow_again: format!("{}{}", app.public_url(), tenants::grant::reconnect_url(&head.tenant)),
        channels,
        facts,
        head,
    };
    html(&page, &access)
}

/// The third tab: what the account may use and until when, and what it used.
pub async fn show_plan(app: AppData, visitor: AdminVisitor, id: web::Path<Uuid>) -> Answer {
    let tenant = load(&app, *id).await?;
    plan_tab(&app, &visitor, tenant, None, None).await
}

/// The same, with what was typed and why it was refused.
async fn plan_tab(
    app: &PanelContext,
    visitor: &AdminVisitor,
    tenant: tenant::Model,
    typed: Option<PlanInput>,
    wrong: Option<(&'static str, Sentence)>,
) -> Answer {
    let words = visitor.words;
    let head = Head::of(app, words, tenant, Tab::Plan).await?;
    let page = head.page(visitor).with_error_if(wrong.is_some());
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let tab = PlanTab {
        page: page.clone(),
        is_proved: visitor.here.is_proved,
        form: PlanForm::of(app, words, &head.tenant, typed),
        configured_limit: tenants::plan::sources_limit(&app.config, &head.tenant),
        sources: figures(app, words, &head.tenant).await?.sources,
        limits: usage::shown(&app.usage, &head.tenant).await?,
        usage: month(app, &head.tenant).await?,
        wrong: Wrong::new(wrong),
        head,
    };
    html_as(status, &page, &tab)
}

/// The fourth tab: how long the account's data is kept, and its agreement.
pub async fn show_data(app: AppData, visitor: AdminVisitor, id: web::Path<Uuid>) -> Answer {
    let tenant = load(&app, *id).await?;
    data_tab(&app, &visitor, tenant, None).await
}

/// The same, with what was typed, the field that was refused and why.
async fn data_tab(
    app: &PanelContext,
    visitor: &AdminVisitor,
    tenant: tenant::Model,
    refused: Option<(TextsForm, &'static str, Sentence)>,
) -> Answer {
    let head = Head::of(app, visitor.words, tenant, Tab::Data).await?;
    let page = head.page(visitor).with_error_if(refused.is_some());
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (form, wrong) = match refused {
        Some((typed, field, wrong)) => (typed, Some((field, wrong))),
        None => (TextsForm::of(&head.tenant), None),
    };
    let data = DataTab {
        page: page.clone(),
        configured_texts_days: app.config.retention.texts_days,
        kept: form.kept(&app.config.retention),
        texts_days: form.days,
        agreement: AgreementShown::of(app, &head.tenant, visitor.words).await?,
        wrong: Wrong::new(wrong),
        head,
    };
    html_as(status, &page, &data)
}

/// The fifth tab: what operators noted.
pub async fn show_notes(app: AppData, visitor: AdminVisitor, id: web::Path<Uuid>) -> Answer {
    let head = Head::of(&app, visitor.words, load(&app, *id).await?, Tab::Notes).await?;
    let page = head.page(&visitor);
    let notes = actions::notes(&app, head.tenant.tenant_id).await?;
    html(&page, &NotesTab { page: page.clone(), head, notes, longest_note: actions::LONGEST_NOTE })
}

async fn figures(app: &PanelContext, words: Words, tenant: &tenant::Model) -> Result<AccountFigures> {
    accounts::figures_of(app, words, std::slice::from_ref(tenant)).await?.pop().ok_or(Error::NotFound)
}

/// The meaning of the state; its days are those of letters to amoCRM.
fn hint(app: &PanelContext, words: Words, tenant: &tenant::Model, crm: &'static str, is_away: bool) -> Sentence {
    let status = tenants::TenantStatus::shown(tenant);
    if is_away && status == tenants::TenantStatus::Active {
        return words.text("source-state-crm_unreachable-hint");
    }
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
        let text = words.text_of("source-state-", state.word()).with("crm", crm);
        SourceRow {
            state: StateBadge { tone: source_tone(&state).tone(), text },
            since: state.since,
            reason: state.reason.map(|reason| words.text_of("source-reason-", reason.as_str()).with("crm", crm)),
            said: state.said().in_words(words, crm),
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
