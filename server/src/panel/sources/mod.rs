//! Sources of the account: the list, one source, and its actions.

mod abilities;
mod access;
mod chat_tabs;
mod form;
mod history;
mod list;
mod one;
mod pause;
mod remove;
mod secret;
mod state_view;
mod strays;
mod test;
mod view;

use std::sync::Arc;
use std::time::Duration;

use base::error::{Error, Result};
use entity::source;
use uuid::Uuid;

use crate::panel::PanelContext;
use crate::panel::{Member, PageContext};
use crate::source::By;

pub use abilities::get as abilities;
pub(super) use abilities::{KindAbilities, abilities_of};
pub use access::{change as change_access, get as access};
pub use history::bring as bring_history;
pub(super) use history::{HistoryView, view as history_view};
pub use list::get as list;
pub(super) use one::refused;
pub use one::{get, save};
pub use pause::{ask as ask_pause, ask_resume, pause, resume};
pub use remove::{ask as ask_delete, delete, restore, take_back};
pub use secret::{ask as ask_secret, made as secret_made, rotate};
pub use strays::{adopt, remove as remove_stray};
pub use test::{get as test, run as run_test};

/// Time limit for data of amoCRM that a page can do without.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);

/// A live source of the member's account.
async fn find(app: &PanelContext, member: &Member, id: &str) -> Result<source::Model> {
    let id = Uuid::try_parse(id).map_err(|_| Error::NotFound)?;
    crate::source::find(app, member.tenant.tenant_id, id).await
}

/// The acting person and their origin, for the audit log.
fn by(member: &Member) -> By {
    By { actor: member.actor(), address: member.address }
}

/// A pipeline of the account.
#[derive(Clone, Debug)]
pub(super) struct Pipeline {
    pub id: i64,
    pub name: String,
    /// In amoCRM's archive: not offered.
    pub archived: bool,
}

/// The account's pipelines; `None` if amoCRM does not answer in time.
pub(super) async fn pipelines(app: &Arc<PanelContext>, tenant_id: Uuid) -> Option<Vec<Pipeline>> {
    let asked = tokio::time::timeout(PATIENCE, crate::source::pipelines(&app.sources, tenant_id)).await;
    match asked {
        Ok(Ok(found)) => {
            let ours = found.into_iter().map(|one| Pipeline { id: one.id, name: one.name, archived: one.is_archive });
            Some(ours.collect())
        }
        Ok(Err(error)) => {
            tracing::info!(tenant.id = %tenant_id, %error, "a page is shown without pipeline names");
            None
        }
        Err(_) => None,
    }
}

/// The name of a pipeline, else its number.
pub(super) fn pipeline_name(page: &PageContext, pipelines: Option<&[Pipeline]>, id: i64) -> String {
    let found = pipelines.into_iter().flatten().find(|pipeline| pipeline.id == id);
    found.map_or_else(
        || page.words.text("source-pipeline-number").with("id", id.to_string()).to_string(),
        |pipeline| pipeline.name.clone(),
    )
}
