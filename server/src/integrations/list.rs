//! All integrations, for people.

use base::config::Integration;
use sea_orm::DbErr;

use super::change::accounts;
use super::follow::{opened, rows};
use crate::platform::PlatformContext;

/// An integration of the file or a stored one.
#[derive(Clone, Debug)]
pub struct ListedIntegration {
    pub name: String,
    /// None: it cannot be opened or read; the log of the server says why.
    pub integration: Option<Integration>,
    pub in_file: bool,
    pub paused: bool,
    /// False: another one has its name, its `client_id` or a channel of it.
    pub in_use: bool,
    /// Accounts in any state.
    pub accounts: u64,
    /// When and by whom a stored one was changed last; milliseconds since 1970.
    pub changed: Option<(i64, String)>,
}

/// Those of the file, then the stored ones.
pub async fn list(app: &PlatformContext) -> Result<Vec<ListedIntegration>, DbErr> {
    let mut all = Vec::new();
    for one in &app.config.integrations {
        all.push(ListedIntegration {
            name: one.name.clone(),
            integration: Some(one.clone()),
            in_file: true,
            paused: one.paused,
            in_use: true,
            accounts: accounts(app.store.read(), &one.name).await?,
            changed: None,
        });
    }
    for row in rows(app).await? {
        let integration = opened(app, &row).ok();
        let used = app.integrations.named(&row.name).filter(|_| !app.integrations.is_in_file(&row.name));
        all.push(ListedIntegration {
            in_use: used.is_some(),
            accounts: accounts(app.store.read(), &row.name).await?,
            name: row.name,
            integration,
            in_file: false,
            paused: row.paused,
            changed: Some((row.updated_at, row.updated_by)),
        });
    }
    Ok(all)
}
