//! Where a customer of a web chat came from, as reported by their page. Stored in the conversation's column that for
//! other messengers contains their plain-text mark.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::Url;

/// Longer addresses are cut.
const MOST_ADDRESS: usize = 2000;
const MOST_TEXT: usize = 300;
/// Prefix of campaign parameters in an address.
const MARK: &str = "utm_";
const MOST_MARKS: usize = 20;

/// One visit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Visit {
    /// The page on which the chat was used.
    pub url: String,
    pub title: String,
    /// The page before the site; empty if unknown.
    pub referrer: String,
    /// Campaign parameters, without `utm_`, from the address by which the site was entered.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub marks: BTreeMap<String, String>,
    /// Milliseconds since 1970.
    pub at: i64,
}

/// The first visit and the last one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visits {
    pub first: Visit,
    pub last: Visit,
    /// When the customer gave the consent that the chat asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed_at: Option<i64>,
}

impl Visit {
    /// Validates a page's report: only web addresses, and campaign parameters from the address of entry, or else from
    /// its own. None if nothing can be stored.
    pub fn reported(url: &str, title: &str, referrer: &str, landing: &str, at: i64) -> Option<Self> {
        let page = address(url)?;
        let marks = address(landing).map(|entry| marks(&entry)).filter(|marks| !marks.is_empty());
        Some(Self {
            marks: marks.unwrap_or_else(|| self::marks(&page)),
            title: cut(title.trim(), MOST_TEXT),
            referrer: address(referrer).map(|url| cut(url.as_str(), MOST_ADDRESS)).unwrap_or_default(),
            url: cut(page.as_str(), MOST_ADDRESS),
            at,
        })
    }
}

impl Visits {
    /// A conversation's stored visits; none if there are none, or it contains a messenger's plain text.
    pub fn stored(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Adds another visit.
    #[must_use]
    pub fn and(self, visit: Visit) -> Self {
        let first = if self.first.url.is_empty() { visit.clone() } else { self.first };
        Self { first, last: visit, agreed_at: self.agreed_at }
    }
}

/// A web address without fragment, user name and password.
fn address(text: &str) -> Option<Url> {
    let mut url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    url.set_fragment(None);
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    Some(url)
}

fn marks(url: &Url) -> BTreeMap<String, String> {
    let marks = url.query_pairs().filter_map(|(name, value)| {
        let name = name.strip_prefix(MARK).filter(|name| !name.is_empty())?.to_owned();
        (!value.is_empty()).then(|| (cut(&name, MOST_TEXT), cut(&value, MOST_TEXT)))
    });
    marks.take(MOST_MARKS).collect()
}

fn cut(text: &str, most: usize) -> String {
    text.chars().filter(|sign| *sign != '\0').take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_those_of_the_entry() {
        let entry = "https://shop.example/?utm_source=mail&utm_campaign=%D0%BB%D0%B5%D1%82%D0%BE&x=1#top";
        let visit =
            Visit::reported("https://u:p@shop.example/cart#x", " Cart ", "https://mail.example/", entry, 7).unwrap();
        assert_eq!((visit.url.as_str(), visit.title.as_str()), ("https://shop.example/cart", "Cart"));
        assert_eq!(
            visit.marks,
            BTreeMap::from([("campaign", "лето"), ("source", "mail")].map(|(a, b)| (a.into(), b.into())))
        );
        let own = Visit::reported("https://shop.example/?utm_source=site", "", "javascript:alert(1)", "", 7).unwrap();
        assert_eq!((own.marks["source"].as_str(), own.referrer.as_str()), ("site", ""));
        for none in ["", "about:blank", "javascript:alert(1)", "file:///etc/passwd", "data:text/html,x"] {
            assert_eq!(Visit::reported(none, "", "", "", 7), None, "{none}");
        }
        assert_eq!(
            Visit::reported(&format!("https://a.example/{}", "x".repeat(9000)), "", "", "", 7).unwrap().url.len(),
            2000
        );
    }

    #[test]
    fn the_first_visit_stays() {
        let visit = |url: &str, at| Visit { url: url.into(), at, ..Visit::default() };
        let visits = Visits::default().and(visit("https://a.example/", 1)).and(visit("https://b.example/", 2));
        assert_eq!((visits.first.at, visits.last.at), (1, 2));
        assert_eq!(Visits::stored(&serde_json::to_string(&visits).unwrap()), Some(visits));
        assert_eq!(Visits::stored("lead_77-A"), None);
    }
}
