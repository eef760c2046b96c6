//! Which dead letters a command means: those of an account, of all accounts, or single ones by their ids.

use anyhow::{Context, bail, ensure};
use clap::Args;
use entity::tenant;
use parom::app::App;
use parom::delivery::read::dead::{self as read, DeadLetterFilter};
use parom::tenant as tenants;
use uuid::Uuid;

use crate::tenant::roster;

/// Which dead letters.
#[derive(Clone, Debug, Args)]
pub struct DeadLetterArgs {
    /// An account (Parom's id, its number in amoCRM, or its host), or ids of dead letters [default: all accounts]
    #[arg(value_name = "ACCOUNT|ID")]
    named: Vec<String>,
    /// Only dead letters of this source (Parom's id)
    #[arg(long, value_name = "ID", value_parser = crate::id::id)]
    source: Option<Uuid>,
    /// Only dead letters with this reason, as shown by `list`
    #[arg(long)]
    reason: Option<String>,
    /// Only this dead letter, instead of all that match
    #[arg(long, value_name = "ID", conflicts_with_all = ["source", "reason"], value_parser = crate::id::id)]
    id: Option<Uuid>,
}

/// What the arguments name.
pub(super) enum Named {
    /// These letters, each with its account.
    Letters(Vec<(tenant::Model, Uuid)>),
    /// What matches the filter in these accounts.
    Accounts(Vec<tenant::Model>),
}

impl DeadLetterArgs {
    pub(super) fn wanted(&self) -> DeadLetterFilter {
        DeadLetterFilter { source_id: self.source, reason: self.reason.clone(), ..DeadLetterFilter::default() }
    }

    pub(super) const fn names_nothing(&self) -> bool {
        self.named.is_empty() && self.source.is_none() && self.reason.is_none() && self.id.is_none()
    }

    /// Finds the named account or letters; ids of letters decide by themselves.
    pub(super) async fn find(&self, app: &App) -> anyhow::Result<Named> {
        let mut ids: Vec<Uuid> = self.named.iter().filter_map(|text| Uuid::try_parse(text).ok()).collect();
        let account = match (self.named.as_slice(), ids.as_slice()) {
            ([], _) => None,
            ([_], [id]) => tenants::load(app.store.read(), *id).await?,
            ([one], _) => Some(roster::find(app, one).await?),
            (named, ids) if named.len() == ids.len() => None,
            _ => bail!("name one account, or ids of dead letters"),
        };
        if account.is_some() {
            ids.clear();
        }
        ids.extend(self.id);
        if ids.is_empty() {
            return Ok(Named::Accounts(match (account, self.source) {
                (Some(account), _) => vec![account],
                (None, Some(source)) => vec![whose(app, source).await?],
                (None, None) => roster::all(app).await?,
            }));
        }
        ensure!(
            self.source.is_none() && self.reason.is_none(),
            "name letters by their ids or by a filter, not by both"
        );
        let at = account.as_ref().map(|account| format!(" at {}", account.host)).unwrap_or_default();
        let searched = match account {
            Some(account) => vec![account],
            None => roster::all(app).await?,
        };
        let mut letters = Vec::new();
        for id in ids {
            let mut found = None;
            for tenant in &searched {
                if read::dry_run(app.store.read(), tenant.tenant_id, &[id]).await?.count > 0 {
                    found = Some(tenant.clone());
                    break;
                }
            }
            let unknown = || format!("there is no undelivered letter {id}{at}: parom dead list shows their ids");
            letters.push((found.with_context(unknown)?, id));
        }
        Ok(Named::Letters(letters))
    }
}

/// The account of a source.
async fn whose(app: &App, source_id: Uuid) -> anyhow::Result<tenant::Model> {
    let source = app.lookup.source(source_id).await?;
    let source = source.with_context(|| crate::id::no_source(source_id))?;
    tenants::load(app.store.read(), source.tenant_id).await?.context("the source's account is gone")
}
