//! Sources of the account: the list, one source, and its actions.

mod abilities;
mod access;
mod by_hand;
mod chat_tabs;
mod form;
mod health;
mod history;
mod logo;
mod one;
mod pause;
mod remove;
mod secret;
mod services;
mod state_view;
mod strays;
mod test;
mod view;

use actix_web::{HttpRequest, web};
use askama::Template;
use base::error::{Error, Result};
use base::i18n::Sentence;
use connectors::kinds::deep_link;
use entity::source;
use uuid::Uuid;

use crate::delivery::dead;
use crate::delivery::read::activity;
use crate::identity::realm::LIVE;
use crate::panel::sources::health::Health;
use crate::panel::sources::state_view::{SourceStateView, shown};
use crate::panel::{self, Answer, AppData, Member, Nav, PageContext, PanelContext, Right};
use crate::source::crm_copy::Known;
use crate::source::{EmbedCode, KnownPipeline as Pipeline};
pub use abilities::get as abilities;
pub(super) use abilities::{KindAbilities, abilities_of};
pub use access::{change as change_access, get as access};
pub(super) use by_hand::{EnteredByHand, Secrets};
pub(super) use form::rule_of;
pub use history::bring as bring_history;
pub(super) use history::{HistoryView, view as history_view};
pub use logo::set as set_logo;
pub use one::{get as settings, save};
pub use pause::{ask as ask_pause, ask_resume, pause, resume};
pub use remove::{ask as ask_delete, delete, restore, take_back};
pub use secret::{ask as ask_secret, made as secret_made, rotate};
pub use services::{get as services, save as save_services};
pub(super) use state_view::{ActionButton, action_of};
pub use strays::{adopt, remove as remove_stray};
pub use test::{get as test, run as run_test};

/// A live source of the member's account, for members with this right.
async fn find(app: &PanelContext, member: &Member, right: Right, id: &str) -> Result<source::Model> {
    member.require(right)?;
    let id = Uuid::try_parse(id).map_err(|_| Error::NotFound)?;
    crate::source::find(&app.sources, member.tenant_id, id).await
}

/// The account's pipelines as cached; `None` if amoCRM has never returned them. `asks`: an old list is refreshed in the
/// background.
pub(super) async fn pipelines(app: &PanelContext, tenant_id: Uuid, asks: bool) -> Result<Option<Known<Pipeline>>> {
    crate::source::known_pipelines(&app.sources, tenant_id, asks).await
}

/// When the pipelines were read, if that was long ago, as a sentence for the page.
pub(super) fn age(page: &PageContext, pipelines: Option<&Known<Pipeline>>) -> Option<Sentence> {
    let at = pipelines?.as_of(page.now)?;
    Some(page.words.text("source-pipelines-as-of").with("crm", page.crm).with("time", page.when(&at).adverb()))
}

/// The name of a pipeline, otherwise its number.
pub(super) fn pipeline_name(page: &PageContext, pipelines: Option<&Known<Pipeline>>, id: i64) -> String {
    let found = pipelines.into_iter().flat_map(|known| &known.items).find(|pipeline| pipeline.id == id);
    found.map_or_else(
        || page.words.text("source-pipeline-number").with("id", id.to_string()).to_string(),
        |pipeline| pipeline.name.clone(),
    )
}

/// `GET /panel/sources`: all sources with their states.
pub async fn list(app: AppData, member: Member, request: HttpRequest) -> Answer {
    member.require(Right::Look)?;
    let page = member.page("sources-title", Nav::Sources);
    let tenant_id = member.tenant_id;
    let mut sources = crate::source::all(&app.sources, tenant_id).await?;
    sources.sort_by_key(|source| (!source.is_default, source.name.to_lowercase()));
    let states = crate::source::states(&app.sources, tenant_id, &sources).await?;
    let usage = crate::source::usage(&app.sources, tenant_id).await?;
    let activity = activity::of_tenant(app.store.read(), tenant_id, app.clock.millis()).await?;
    // Automatic updates of parts of the page make no request to amoCRM.
    let live = request.headers().contains_key(LIVE);
    let pipelines = if sources.is_empty() { None } else { pipelines(&app, tenant_id, !live).await? };
    let strays =
        if member.may(Right::ManageAccount) { strays::shown(&app, &page, tenant_id).await? } else { Vec::new() };
    let steps = strays::steps(&app, &page, tenant_id).await?;
    let list = view::list(&page, &sources, &states, usage, &activity, pipelines.as_ref(), strays, steps);
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
    embed: Option<EmbedCode>,
    /// The link that opens the bot, with a parameter for the origin, and what that is for.
    deep_link: Option<(String, Sentence)>,
    history: Option<HistoryView>,
}

/// `GET /panel/sources/{id}`.
pub async fn get(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let source = find(&app, &member, Right::Look, &id).await?;
    let page = member.page(member.words.text("source-title").with("name", source.name.as_str()), Nav::Sources);
    let state = crate::source::state(&app.sources, &source).await?;
    let (count, oldest) = dead::held(&app.delivery, &source).await?;
    let held = (count > 0 && source.paused).then(|| {
        let stamp = page.when(&oldest.unwrap_or_default()).stamp();
        page.words.text("source-held").with("count", count).with("stamp", stamp)
    });
    let overview = SourceOverview {
        tab: "overview",
        id: source.id.to_string(),
        may: member.may(Right::EditSources),
        state: shown(&page, &source, &state),
        held,
        health: health::of(&app, &member, &page, &source).await?,
        embed: crate::source::embed(&app.sources, &source),
        deep_link: crate::source::line::name_of(&source)
            .and_then(|name| deep_link(&source.kind, &name))
            .map(|link| with_hint(&page, link)),
        history: history::view(&app, &member, &page, &source).await?,
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
