//! The navigation: its entries in order, who sees them, and the number of things that need attention.

use super::counts;
use super::{PageContext, Right};

/// Entries of the navigation, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nav {
    Overview,
    Sources,
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
}

impl PageContext {
    /// The navigation that this reader sees.
    pub fn places(&self) -> Vec<NavGroup> {
        if self.account.is_empty() || self.bound {
            return Vec::new();
        }
        let group = |(title, places): &(&'static str, &'static [Place])| NavGroup {
            title: self.words.text(*title).to_string(),
            entries: places.iter().filter(|(.., right)| self.may(*right)).map(|place| self.entry(place)).collect(),
        };
        PLACES.iter().map(group).filter(|group| !group.entries.is_empty()).collect()
    }

    fn entry(&self, (nav, href, word, _): &Place) -> NavEntry {
        let (count, key) = match nav {
            Nav::Alerts => (self.counts.alerts, "nav-count-alerts"),
            Nav::Undelivered => (self.counts.undelivered, "nav-count-undelivered"),
            _ => (0, ""),
        };
        NavEntry {
            href,
            word: self.words.text(*word).with("crm", self.crm).to_string(),
            current: *nav == self.nav,
            count: if count > 0 { counts::shown(count) } else { String::new() },
            counted: if count > 0 { self.words.text(key).with("count", count).to_string() } else { String::new() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_entry_has_a_sign() {
        let styles = include_str!("../../assets/panel/base.css");
        for (_, href, ..) in PLACES.iter().flat_map(|(_, places)| places.iter()) {
            assert!(styles.contains(&format!("a[href=\"{href}\"]")), "{href} is drawn as a square");
        }
    }
}
