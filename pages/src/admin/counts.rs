//! What needs the vendor, as numbers in the menu and in the window's title.

use base::store::VENDOR;
use domain::alert;
use domain::tenant::TenantStatus;
use entity::{dead_letter, tenant};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::accounts::find::in_state;
use crate::panel::{MOST_COUNTED, PanelContext, counted_title};

/// States in which an account's own people, or the vendor, must do something.
pub const TROUBLED: [TenantStatus; 3] = [TenantStatus::NeedsReauth, TenantStatus::Unpaid, TenantStatus::Blocked];

/// The counts of the whole service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AdminCounts {
    /// Accounts in one of these states.
    pub accounts: u64,
    /// Letters of all accounts that are no longer retried.
    pub undelivered: u64,
    /// The vendor's own open alerts.
    pub alerts: u64,
}

impl AdminCounts {
    /// The count of a menu entry, as it is shown, and in words for screen readers by this key.
    pub fn of_entry(self, href: &str) -> Option<(u64, &'static str)> {
        let (count, key) = match href {
            "/admin/accounts" => (self.accounts, "admin-count-accounts"),
            "/admin/undelivered" => (self.undelivered, "nav-count-undelivered"),
            "/admin/alerts" => (self.alerts, "nav-count-alerts"),
            _ => return None,
        };
        (count > 0).then_some((count, key))
    }

    /// The number in the window's title; empty if nothing needs attention.
    pub fn title(self) -> String {
        counted_title(self.accounts + self.undelivered + self.alerts)
    }
}

/// Three statements for each page; of letters no more are counted than are shown. A page must not fail because of its menu.
pub async fn all(app: &PanelContext) -> AdminCounts {
    count(app).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "the numbers in the admin's menu could not be counted");
        AdminCounts::default()
    })
}

async fn count(app: &PanelContext) -> Result<AdminCounts, DbErr> {
    let db = app.store.read();
    let troubled = TROUBLED.into_iter().fold(sea_orm::Condition::any(), |all, state| all.add(in_state(state)));
    let dead: Vec<Uuid> = dead_letter::Entity::find()
        .select_only()
        .column(dead_letter::Column::Id)
        .limit(MOST_COUNTED)
        .into_tuple()
        .all(db)
        .await?;
    Ok(AdminCounts {
        accounts: tenant::Entity::find().filter(troubled).filter(tenant::Column::TenantId.ne(VENDOR)).count(db).await?,
        undelivered: u64::try_from(dead.len()).unwrap_or(MOST_COUNTED),
        alerts: alert::count_open(db, VENDOR).await?,
    })
}
