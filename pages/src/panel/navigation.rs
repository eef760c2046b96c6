//! The navigation: its entries in order, who sees them, and the number of things that need attention.

use actix_web::HttpRequest;
use domain::alert::{self, OpenAlerts};
use domain::delivery::read::dead;
use domain::delivery::read::figures::hours_begin;
use sea_orm::DbErr;
use uuid::Uuid;

use super::{PageContext, PanelContext, Right};

/// Entries of the navigation, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nav {
    Overview,
    Sources,
    Routing,
    Sales,
    Messages,
    Conversations,
    Undelivered,
    Alerts,
    Reports,
    Import,
    Templates,
    Keys,
    Team,
    Audit,
    Data,
    Account,
    /// The reader's own sign-in settings; not listed.
    Me,
    /// No entry.
    None,
}

/// An entry with its address, text and the right to see it.
type Place = (Nav, &'static str, &'static str, Right);

/// The groups with their entries, in order.
const PLACES: &[(&str, &[Place])] = &[
    (
        "nav-group-work",
        &[
            (Nav::Overview, "/panel", "nav-overview", Right::Look),
            (Nav::Messages, "/panel/messages", "nav-messages", Right::Look),
            (Nav::Conversations, "/panel/conversations", "nav-conversations", Right::Look),
            (Nav::Undelivered, "/panel/undelivered", "nav-undelivered", Right::Look),
            (Nav::Alerts, "/panel/alerts", "nav-alerts", Right::Look),
            (Nav::Reports, "/panel/reports", "nav-reports", Right::Look),
        ],
    ),
    (
        "nav-group-setup",
        &[
            (Nav::Sources, "/panel/sources", "nav-sources", Right::Look),
            (Nav::Routing, "/panel/routing", "nav-routing", Right::Look),
            (Nav::Sales, "/panel/sales", "nav-sales", Right::Look),
            (Nav::Templates, "/panel/templates", "nav-templates", Right::Look),
            (Nav::Import, "/panel/import", "nav-import", Right::Import),
            (Nav::Keys, "/panel/keys", "nav-keys", Right::ManageKeys),
        ],
    ),
    (
        "nav-group-account",
        &[
            (Nav::Account, "/panel/account", "nav-account", Right::Look),
            (Nav::Team, "/panel/team", "nav-team", Right::SeeTeam),
            (Nav::Audit, "/panel/audit", "nav-audit", Right::SeeAudit),
            (Nav::Data, "/panel/data", "nav-data", Right::SeeData),
        ],
    ),
];

/// A group of entries under a heading.
#[derive(Clone, Debug)]
pub struct NavGroup {
    pub title: String,
    pub entries: Vec<NavEntry>,
}

/// One entry of the navigation.
#[derive(Clone, Debug)]
pub struct NavEntry {
    pub href: &'static str,
    pub word: String,
    pub current: bool,
    /// The number of things that need attention; empty if there are none.
    pub count: String,
    /// The same number as a sentence.
    pub counted: String,
    /// One of them keeps messages from flowing.
    pub is_bad: bool,
    /// Its place in the strip of signs of `base.css`.
    pub sign: u8,
}

/// The navigation that the reader of an account's page sees.
pub(super) fn places(page: &PageContext, nav: Nav, counts: Counts) -> Vec<NavGroup> {
    if page.bound {
        return Vec::new();
    }
    let entry = |(place, href, word, _): &Place| {
        let (count, key) = match place {
            Nav::Alerts => (counts.alerts, "nav-count-alerts"),
            Nav::Undelivered => (counts.undelivered, "nav-count-undelivered"),
            _ => (0, ""),
        };
        let entry = NavEntry::of(page, href, word, *place == nav, (count > 0).then_some((count, key)));
        NavEntry { is_bad: *place == Nav::Alerts && counts.is_stopped, ..entry }
    };
    let group = |(title, places): &(&'static str, &'static [Place])| NavGroup {
        title: page.words.text(*title).to_string(),
        entries: places.iter().filter(|(.., right)| page.may(*right)).map(entry).collect(),
    };
    PLACES.iter().map(group).filter(|group| !group.entries.is_empty()).collect()
}

impl NavEntry {
    /// An entry with the number of things that need attention there, and the key of that number's sentence.
    pub fn of(
        page: &PageContext,
        href: &'static str,
        word: &'static str,
        current: bool,
        count: Option<(u64, &'static str)>,
    ) -> Self {
        Self {
            href,
            word: page.words.text(word).with("crm", page.crm).to_string(),
            current,
            count: count.map(|(count, _)| count_text(count)).unwrap_or_default(),
            counted: count
                .map(|(count, key)| page.words.text(key).with("count", count).to_string())
                .unwrap_or_default(),
            is_bad: false,
            sign: sign(href),
        }
    }
}

fn sign(href: &str) -> u8 {
    match href.rsplit('/').next().unwrap_or_default() {
        "sources" | "channels" => 1,
        "messages" => 2,
        "conversations" => 3,
        "undelivered" => 4,
        "reports" => 5,
        "import" => 6,
        "templates" => 7,
        "routing" => 8,
        "keys" => 9,
        "account" | "accounts" => 10,
        "team" | "operators" => 11,
        "audit" => 12,
        "data" => 13,
        "alerts" => 14,
        "sales" => 15,
        _ => 0,
    }
}

/// Counting stops here, because larger numbers need not be exact.
pub const MOST_COUNTED: u64 = 1000;

/// The counts of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Letters that are no longer retried.
    pub undelivered: u64,
    /// Open alerts.
    pub alerts: u64,
    /// One of them keeps messages from flowing.
    pub is_stopped: bool,
}

/// Alerts during which messages do not flow.
const STOPPING: [&str; 11] = [
    "source_stopped",
    "source_moved",
    "unpaid",
    "blocked",
    alert::SOURCE_BLOCKED,
    alert::WEBHOOK_SUSPENDED,
    alert::MESSENGER_UNREACHABLE,
    alert::LINE_NOT_SET,
    alert::LINE_FAILING,
    alert::CRM_UNREACHABLE,
    alert::PLAN_ENDED,
];

impl Counts {
    /// The number in the window's title; empty if nothing needs attention.
    pub fn title(self) -> String {
        counted_title(self.undelivered + self.alerts)
    }
}

/// A number of things that need attention, in the window's title.
pub fn counted_title(count: u64) -> String {
    if count > 0 { format!("({}) ", count_text(count)) } else { String::new() }
}

/// A number as shown in the navigation.
pub fn count_text(count: u64) -> String {
    if count >= MOST_COUNTED { format!("{}+", MOST_COUNTED - 1) } else { count.to_string() }
}

/// Counted for every page except the stream of events, which has no navigation; with the account's open alerts.
pub(super) async fn counts_of(
    app: &PanelContext,
    request: &HttpRequest,
    tenant_id: Uuid,
) -> Result<(Counts, OpenAlerts), DbErr> {
    if request.match_info().as_str() == "/panel/events" {
        return Ok((Counts::default(), OpenAlerts::default()));
    }
    let db = app.store.read();
    let most = i64::try_from(MOST_COUNTED).unwrap_or(i64::MAX);
    let undelivered = dead::undelivered(db, tenant_id, None, hours_begin(app.clock.millis()), most).await?;
    let open = alert::summary(db, tenant_id).await?;
    let counts = Counts {
        undelivered: u64::try_from(undelivered).unwrap_or_default(),
        alerts: u64::try_from(open.kinds.len()).unwrap_or(MOST_COUNTED),
        is_stopped: open.kinds.iter().any(|kind| STOPPING.contains(&kind.as_str())),
    };
    Ok((counts, open))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_shows_how_many_items_need_attention() {
        assert_eq!(Counts::default().title(), "");
        assert_eq!(Counts { undelivered: 2, alerts: 1, ..Counts::default() }.title(), "(3) ");
        assert_eq!(Counts { undelivered: 1000, ..Counts::default() }.title(), "(999+) ");
    }
}
