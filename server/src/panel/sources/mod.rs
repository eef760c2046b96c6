//! Sources of the account: the list, one source, and its actions.

mod abilities;
mod access;
mod by_hand;
mod chat_tabs;
mod form;
mod health;
mod history;
mod link;
mod list;
mod logo;
mod one;
mod overview;
mod pause;
mod remove;
mod secret;
mod services;
mod state_view;
mod strays;
mod test;
mod view;

use base::error::{Error, Result};
use base::i18n::Sentence;
use entity::source;
use uuid::Uuid;

use crate::panel::PanelContext;
use crate::panel::{Member, PageContext, Right};
use crate::source::KnownPipeline as Pipeline;
use crate::source::crm_copy::Known;

pub use abilities::get as abilities;
pub(super) use abilities::{KindAbilities, abilities_of};
pub use access::{change as change_access, get as access};
pub(super) use by_hand::{EnteredByHand, Secrets};
pub(super) use form::rule_of;
pub use history::bring as bring_history;
pub(super) use history::{HistoryView, view as history_view};
pub use list::get as list;
pub use logo::set as set_logo;
pub use one::{get as settings, save};
pub use overview::get;
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
    crate::source::find(app, member.tenant_id, id).await
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
