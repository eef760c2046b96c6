//! Sources of the account: the list, one source, and its actions.

mod access;
mod actions;
mod health;
mod hours;
mod settings;
mod shadow;
mod takeover;

use std::sync::Arc;

use actix_web::{HttpRequest, web};
use askama::Template;
use base::error::{Error, Result};
use base::i18n::Sentence;
use connectors::kinds::{deep_link, is_web_chat};
use domain::delivery::dead_letters;
use domain::delivery::read::activity;
use domain::identity::realm::LIVE;
use domain::source::takeover::has_taken_over;
use domain::source::{MigrationAction, SourceState, SourceStatus, StateAction};
use entity::source;
use uuid::Uuid;

use super::choice::{pipeline_name, pipelines, pipelines_age};
use super::reasons::{next_try, source_tone};
use super::{Answer, AppData, EmptyForm, Form, Member, Nav, PageContext, PanelContext, Right};
use crate::panel;
use actions::LastTest;
use health::Health;

pub(super) use access::{KindAbilities, abilities_of};
pub use access::{abilities, change as change_access, change_logo as set_logo, get as access};
pub use actions::{
    ask_delete, ask_pause, ask_resume, ask_secret, delete, pause, restore, resume, rotate, run_test, secret_made,
    take_back, test,
};
pub(super) use health::{Entrance, HistoryView, entrance, history_view};
pub use health::{bring_history, save_services, services};
pub use hours::{get as hours, save as save_hours};
pub(super) use settings::{EnteredByHand, Secrets, error_in_words, rule_of};
pub use settings::{save, settings};
pub use shadow::get as shadow;
pub(super) use shadow::offer;
pub use takeover::{
    back as give_back, download as takeover_csv, get as takeover, report as takeover_report, start as start_takeover,
};

/// A live source of the member's account, for members with this right.
async fn find(app: &PanelContext, member: &Member, right: Right, id: &str) -> Result<source::Model> {
    member.require(right)?;
    let id = Uuid::try_parse(id).map_err(|_| Error::NotFound)?;
    domain::source::find(&app.sources, member.tenant_id, id).await
}

/// `GET /panel/sources`: all sources with their states.
pub async fn list(app: AppData, member: Member, request: HttpRequest) -> Answer {
    member.require(Right::Look)?;
    let page = member.page("sources-title", Nav::Sources);
    let tenant_id = member.tenant_id;
    let mut sources = domain::source::all(&app.sources, tenant_id).await?;
    sources.sort_by_key(|source| (!source.is_default, source.name.to_lowercase()));
    let states = domain::source::states(&app.sources, tenant_id, &sources).await?;
    let usage = domain::source::usage(&app.sources, tenant_id).await?;
    let activity = activity::of_tenant(app.store.read(), tenant_id, app.clock.millis()).await?;
    // Automatic updates of parts of the page make no request to amoCRM.
    let live = request.headers().contains_key(LIVE);
    let pipelines = if sources.is_empty() { None } else { pipelines(&app, tenant_id, !live).await? };
    let strays = if member.may(Right::ManageAccount) { stray_rows(&app, &page, tenant_id).await? } else { Vec::new() };
    let steps = steps(&app, &page, tenant_id).await?;
    let words = page.words;
    let moment = |at: Option<i64>| at.map_or_else(|| "–".to_owned(), |at| page.time(&at));
    let row = |(source, state): (&source::Model, &SourceState)| {
        let seen = activity.get(&source.id).copied().unwrap_or_default();
        SourceListRow {
            id: source.id.to_string(),
            is_default: source.is_default,
            messenger: words.text_of("connector-", &source.kind),
            pipeline: pipeline_name(&page, pipelines.as_ref(), source.pipeline_id),
            state: state_view(&page, source, state),
            needs_you: !matches!(state.status, SourceStatus::Working | SourceStatus::Checking),
            last_in: moment(seen.last_in),
            last_out: moment(seen.last_out),
            failed: seen.failed,
            failed_address: format!("/panel/messages?state=failed&source={}&period=24h", source.id),
        }
    };
    let list = SourcesPage {
        may: page.may(Right::EditSources),
        used: words.text("sources-used").with("used", usage.used).with("limit", usage.limit),
        full: usage.is_full().then(|| words.text("sources-limit-reached").with("limit", usage.limit)),
        no_default: !sources.is_empty() && !sources.iter().any(|source| source.is_default),
        rows: sources.iter().zip(&states).map(row).collect(),
        age: pipelines_age(&page, pipelines.as_ref()),
        strays,
        steps,
        page: page.clone(),
    };
    panel::html(&page, &list)
}

#[derive(Template)]
#[template(path = "panel/sources/overview.html")]
struct SourceOverview {
    page: PageContext,
    tab: &'static str,
    id: String,
    may: bool,
    state: SourceStateView,
    held: Option<Sentence>,
    health: Health,
    /// None since this person signed in.
    tested: Option<LastTest>,
    /// What its kind supports; none if it is not built in.
    card: Option<KindAbilities>,
    /// It is a chat on a site, and no site is listed.
    is_nowhere: bool,
    /// The link that opens the bot, with a parameter for the origin, and what that is for.
    deep_link: Option<(String, Sentence)>,
    history: Option<HistoryView>,
}

/// `GET /panel/sources/{id}`.
pub async fn get(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let source = find(&app, &member, Right::Look, &id).await?;
    let page = member.page(source.name.clone(), Nav::Sources);
    let state = domain::source::state(&app.sources, &source).await?;
    let (count, oldest) = dead_letters::held(&app.delivery, &source).await?;
    let held = (count > 0 && source.paused).then(|| {
        let stamp = page.when(&oldest.unwrap_or_default()).stamp();
        page.words.text("source-held").with("count", count).with("stamp", stamp)
    });
    let overview = SourceOverview {
        tab: "overview",
        id: source.id.to_string(),
        may: member.may(Right::EditSources),
        state: state_view(&page, &source, &state),
        held,
        tested: actions::tested(&app, &member, &page, &source),
        card: app.connectors.get(&source.kind).map(|kind| abilities_of(page.words, &source.kind, kind.abilities())),
        health: health::of(&app, &member, &page, &source).await?,
        is_nowhere: domain::source::embed(&app.sources, &source).is_some_and(|embed| embed.nowhere),
        deep_link: domain::source::line::name_of(&source)
            .and_then(|name| deep_link(&source.kind, &name))
            .map(|link| with_hint(&page, link)),
        history: health::history_view(&app, &member, &page, &source).await?,
        page: page.clone(),
    };
    panel::html(&page, &overview)
}

/// A link for customers with what is done with the text after its last parameter (`start=`, `ref=`, `text=`).
fn with_hint(page: &PageContext, link: String) -> (String, Sentence) {
    let part = link.rsplit_once('?').map_or("", |(_, part)| part).trim_end_matches('=');
    let own = format!("source-deep-link-hint-{part}");
    let key = if page.words.has(&own) { own } else { "source-deep-link-hint".to_owned() };
    let hint = page.words.text(key).with("part", format!("{part}="));
    (link, hint)
}

struct SourceListRow {
    id: String,
    is_default: bool,
    messenger: Sentence,
    pipeline: String,
    state: SourceStateView,
    /// It needs an action: the list shows the button.
    needs_you: bool,
    last_in: String,
    last_out: String,
    failed: u64,
    failed_address: String,
}

#[derive(Template)]
#[template(path = "panel/sources/list.html")]
struct SourcesPage {
    page: PageContext,
    may: bool,
    used: Sentence,
    full: Option<Sentence>,
    no_default: bool,
    rows: Vec<SourceListRow>,
    /// The age of the pipelines' names, if relevant.
    age: Option<Sentence>,
    strays: Vec<StrayRow>,
    /// Remaining steps to several sources; empty if all are done.
    steps: Vec<StrayStep>,
}

/// The action button.
#[derive(Clone, Debug)]
pub struct ActionButton {
    pub label: String,
    /// A form if true, otherwise a link.
    pub post: bool,
    pub address: String,
    /// Only shown to people who may edit sources.
    pub edits: bool,
}

impl ActionButton {
    /// Whether it leads out of the panel, so that it opens in a new tab.
    pub fn outside(&self) -> bool {
        !self.address.starts_with('/')
    }
}

/// A state as shown on a page.
#[derive(Clone, Debug)]
pub struct SourceStateView {
    pub name: String,
    /// The messenger's icon.
    pub mark: String,
    pub badge: String,
    /// `<time>` that follows a preposition.
    pub since: String,
    pub sentence: String,
    /// Nothing is to be done.
    pub is_fine: bool,
    /// The remote error text; empty if there is none.
    pub detail: String,
    pub button: Option<ActionButton>,
    pub paused: bool,
    /// A chat on a site has a design, and is installed.
    pub is_chat: bool,
    /// It receives beside another service.
    pub is_shadow: bool,
    /// The line can be taken over, or was.
    pub has_takeover: bool,
}

impl SourceStateView {
    /// Whether this tab is a part of a chat's design.
    pub fn designs(&self, tab: &str) -> bool {
        tab != "install" && access::TABS.contains(&tab)
    }
}

pub fn state_view(page: &PageContext, source: &source::Model, state: &SourceState) -> SourceStateView {
    // One that has no trouble says what it does; trouble comes first.
    let (word, sentence) = match source.is_shadow() && state.status == SourceStatus::Working {
        true => ("shadow", page.words.text("source-state-shadow-hint").with("crm", page.crm).to_string()),
        false => (state.word(), state.sentence(page.words, page.crm, |at| page.when(&at))),
    };
    let sentence = std::iter::once(sentence).chain(next_try(page, state)).collect::<Vec<_>>().join(" ");
    SourceStateView {
        name: source.name.clone(),
        mark: page.mark(&source.kind),
        paused: source.paused,
        is_chat: is_web_chat(&source.kind),
        is_fine: state.status == SourceStatus::Working,
        badge: page.badge(source_tone(state), page.words.text_of("source-state-", word).with("crm", page.crm)),
        since: page.stamp(&state.since),
        sentence,
        is_shadow: source.is_shadow(),
        has_takeover: source.is_shadow() || has_taken_over(source),
        detail: state.said().in_words(page.words, page.crm),
        button: state.action.and_then(|action| action_of(page, source, action)),
    }
}

/// The button of an action; none if there is nowhere to go.
pub fn action_of(page: &PageContext, source: &source::Model, action: StateAction) -> Option<ActionButton> {
    let path = format!("/panel/sources/{}", source.id);
    let (post, address, edits) = match action {
        StateAction::Test => (true, format!("{path}/test"), true),
        StateAction::Restore => (true, format!("{path}/restore"), true),
        StateAction::TakeBack => (true, format!("{path}/take-back"), true),
        StateAction::Resume => (false, format!("{path}/resume"), true),
        StateAction::Reconnect => (false, format!("{path}/access"), true),
        StateAction::ChoosePipeline => (false, format!("{path}/settings"), true),
        StateAction::Pay => (false, page.pay_url(), false),
        StateAction::AllowAccess | StateAction::ConnectAccount => (false, "/panel/account".to_owned(), false),
        StateAction::Support if page.support_url.is_empty() => return None,
        StateAction::Support => (false, page.support_url.clone(), false),
    };
    let label = page.words.text_of("source-action-", action.as_str()).with("crm", page.crm).to_string();
    Some(ActionButton { label, post, address, edits })
}

/// A source in amoCRM under our integration.
pub struct StrayRow {
    pub id: i64,
    pub what: Sentence,
    pub fix: Sentence,
}

/// A step towards several sources.
pub struct StrayStep {
    pub title: Sentence,
    pub todo: Sentence,
    pub done: bool,
    /// The page where it is done; empty if it is automatic or done.
    pub address: &'static str,
}

async fn stray_rows(app: &PanelContext, page: &PageContext, tenant_id: Uuid) -> Result<Vec<StrayRow>> {
    let strays = domain::source::strays(&app.sources, tenant_id).await?;
    let words = page.words;
    let stray = |row: entity::stray_source::Model| {
        let key = format!("stray-{}", row.reason);
        let fill = |key: String| words.text(key).with("name", row.name.as_str()).with("crm", page.crm);
        StrayRow { id: row.amocrm_source_id, fix: fill(format!("{key}-fix")), what: fill(key) }
    };
    let known = |row: &entity::stray_source::Model| words.has(&format!("stray-{}", row.reason));
    Ok(strays.into_iter().filter(known).map(stray).collect())
}

/// The steps; shown until all are done.
async fn steps(app: &Arc<PanelContext>, page: &PageContext, tenant_id: Uuid) -> Result<Vec<StrayStep>> {
    let migration = domain::source::migration(&app.sources, tenant_id).await?;
    if migration.done {
        return Ok(Vec::new());
    }
    let step = |step: &domain::source::MigrationStep| StrayStep {
        title: page.words.text_of("migration-", step.key).with("crm", page.crm),
        todo: page.words.text(format!("migration-{}-todo", step.key)).with("crm", page.crm),
        done: step.done,
        address: match &step.action {
            Some(MigrationAction::CreateDefault | MigrationAction::AddSource) => "/panel/sources/new",
            _ => "",
        },
    };
    Ok(migration.steps.iter().map(step).collect())
}

/// `POST /panel/sources/strays/{id}/adopt`.
pub async fn adopt(app: AppData, member: Member, id: web::Path<i64>, _form: Form<EmptyForm>) -> Answer {
    member.require(Right::ManageAccount)?;
    let done = domain::source::adopt(&app.sources, member.tenant_id, *id, None, &member.by()).await;
    let said = member.words.text("stray-adopted").with("crm", member.crm());
    member.outcome(&app, "/panel/sources", done, said).await
}

/// `POST /panel/sources/strays/{id}/remove`.
pub async fn remove_stray(app: AppData, member: Member, id: web::Path<i64>, _form: Form<EmptyForm>) -> Answer {
    member.require(Right::ManageAccount)?;
    let done = domain::source::remove_stray(&app.sources, member.tenant_id, *id, &member.by()).await;
    let said = member.words.text("stray-removed").with("crm", member.crm());
    member.outcome(&app, "/panel/sources", done, said).await
}
