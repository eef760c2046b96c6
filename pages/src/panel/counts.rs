//! The number of things that need attention, shown in the navigation and in the window's title.

use actix_web::HttpRequest;
use domain::alert::{self, OpenAlerts};
use entity::dead_letter;
use sea_orm::{DbErr, QuerySelect};
use uuid::Uuid;

use crate::panel::PanelContext;

/// Counting stops here, because larger numbers need not be exact.
pub const MOST: u64 = 1000;

/// The counts of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Letters that are no longer retried.
    pub undelivered: u64,
    /// Open alerts.
    pub alerts: u64,
}

impl Counts {
    /// The number in the window's title; empty if nothing needs attention.
    pub fn title(self) -> String {
        title(self.undelivered + self.alerts)
    }
}

/// A number of things that need attention, in the window's title.
pub fn title(count: u64) -> String {
    if count > 0 { format!("({}) ", shown(count)) } else { String::new() }
}

/// A number as shown in the navigation.
pub fn shown(count: u64) -> String {
    if count >= MOST { format!("{}+", MOST - 1) } else { count.to_string() }
}

/// Counted for every page except the stream of events, which has no navigation; with the account's open alerts.
pub(super) async fn of(
    app: &PanelContext,
    request: &HttpRequest,
    tenant_id: Uuid,
) -> Result<(Counts, OpenAlerts), DbErr> {
    if request.match_info().as_str() == "/panel/events" {
        return Ok((Counts::default(), OpenAlerts::default()));
    }
    let db = app.store.read();
    let dead: Vec<Uuid> = dead_letter::Entity::of_tenant(tenant_id)
        .select_only()
        .column(dead_letter::Column::Id)
        .limit(MOST)
        .into_tuple()
        .all(db)
        .await?;
    let open = alert::summary(db, tenant_id).await?;
    Ok((Counts { undelivered: u64::try_from(dead.len()).unwrap_or(MOST), alerts: open.count }, open))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_shows_how_many_items_need_attention() {
        assert_eq!(Counts::default().title(), "");
        assert_eq!(Counts { undelivered: 2, alerts: 1 }.title(), "(3) ");
        assert_eq!(Counts { undelivered: 1000, alerts: 0 }.title(), "(999+) ");
    }
}
