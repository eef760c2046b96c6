//! Where a customer of a web chat came from, as reported by their page. Stored in the conversation's column that for
//! other messengers contains their plain-text mark.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use url::Url;

/// Longer addresses are cut.
const MOST_ADDRESS: usize = 2000;
const MOST_TEXT: usize = 300;
/// Prefix of campaign parameters in an address.
const MARK: &str = "utm_";
const MOST_MARKS: usize = 20;
/// Parameters in which advertising networks name a click.
pub const CLICKS: [&str; 3] = ["yclid", "gclid", "fbclid"];

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
    /// Ids of clicks on advertisements ([`CLICKS`]), from the same address.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub clicks: BTreeMap<String, String>,
    /// The id that Metrica gave the visitor on the site; empty if unknown.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub client_id: String,
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
    /// The customer's answers to the shop's own questions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<VisitorAnswer>,
    /// What the customer thinks of the last talk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<TalkRating>,
}

/// An answer to a question of the shop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitorAnswer {
    pub question: String,
    pub answer: String,
}

/// What a customer thinks of a talk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TalkRating {
    pub score: TalkScore,
    /// Empty if there is none.
    #[serde(default)]
    pub comment: String,
    /// Milliseconds since 1970.
    pub at: i64,
}

crate::worded! {
    /// How good a talk was.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub enum TalkScore, word {
        Bad = "bad",
        Fair = "fair",
        Good = "good",
    }
}

impl Visit {
    /// Validates a page's report: only web addresses, and campaign parameters from the address of entry, or else from
    /// its own. None if nothing can be stored.
    pub fn reported(url: &str, title: &str, referrer: &str, landing: &str, at: i64) -> Option<Self> {
        let page = address(url)?;
        let entry = address(landing).filter(|entry| !marks(entry).is_empty() || !clicks(entry).is_empty());
        let entry = entry.as_ref().unwrap_or(&page);
        Some(Self {
            marks: marks(entry),
            clicks: clicks(entry),
            client_id: String::new(),
            title: cut(title.trim(), MOST_TEXT),
            referrer: address(referrer).map(|url| cut(url.as_str(), MOST_ADDRESS)).unwrap_or_default(),
            url: cut(page.as_str(), MOST_ADDRESS),
            at,
        })
    }
}

impl Visit {
    /// With the id that Metrica gave the visitor; anything but an id is left out.
    #[must_use]
    pub fn of_client(self, client_id: &str) -> Self {
        Self { client_id: if is_id(client_id) { client_id.to_owned() } else { String::new() }, ..self }
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
        Self { first, last: visit, ..self }
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

fn clicks(url: &Url) -> BTreeMap<String, String> {
    let known = url.query_pairs().filter(|(name, value)| CLICKS.contains(&name.as_ref()) && is_id(value));
    known.map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// Ids consist of letters, digits, `-`, `_` and `.`; nothing else goes to others.
fn is_id(text: &str) -> bool {
    let fits = |sign: u8| sign.is_ascii_alphanumeric() || matches!(sign, b'-' | b'_' | b'.');
    (1..=MOST_TEXT).contains(&text.len()) && text.bytes().all(fits)
}

fn cut(text: &str, most: usize) -> String {
    text.chars().filter(|sign| *sign != '\0').take(most).collect()
}

// Whether people see anything of a text: a name of invisible signs cannot be read, found or clicked.

/// Signs beside blanks and control characters that show nothing: Unicode's Default_Ignorable_Code_Point, the remaining
/// format characters without a shape of their own, and blanks that are letters or symbols by their category.
const INVISIBLE: [RangeInclusive<char>; 23] = [
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{61c}'..='\u{61c}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{200b}'..='\u{200f}',
    '\u{202a}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{2800}'..='\u{2800}',
    '\u{3164}'..='\u{3164}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fffb}',
    '\u{110bd}'..='\u{110bd}',
    '\u{110cd}'..='\u{110cd}',
    '\u{13430}'..='\u{1343f}',
    '\u{16fe4}'..='\u{16fe4}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d159}'..='\u{1d159}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{e0fff}',
];

/// Whether a text has a sign that people see.
pub fn is_visible(text: &str) -> bool {
    let shows = |sign: char| {
        !sign.is_whitespace() && !sign.is_control() && !INVISIBLE.iter().any(|range| range.contains(&sign))
    };
    text.chars().any(shows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_counts_with_its_address_and_ids_are_ids() {
        let visit = |page: &str, landing: &str| Visit::reported(page, "", "", landing, 7).unwrap();
        let entered = visit("https://shop.example/cart", "https://shop.example/?yclid=123&gclid=a%20b&utm_source=ya");
        assert_eq!(entered.clicks, BTreeMap::from([("yclid".to_owned(), "123".to_owned())]));
        assert_eq!(entered.marks.len(), 1);
        let again = visit("https://shop.example/?fbclid=IwAR_1", "https://shop.example/");
        assert_eq!(again.clicks.keys().collect::<Vec<_>>(), ["fbclid"]);
        assert_eq!(again.clone().of_client("1481718166123456789").client_id, "1481718166123456789");
        for none in ["", "1,2", "1\n2", "=1"] {
            assert_eq!(again.clone().of_client(none).client_id, "");
        }
    }

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

    #[test]
    fn invisible_signs_are_no_text() {
        for nothing in [
            "",
            " ",
            "\t\n",
            "\u{a0}",
            "\u{3164}",
            "\u{200e}",
            "\u{2800}",
            "\u{ad}\u{200b}",
            "\u{3164}\u{200f}",
            "\0",
            "\u{2003} \u{feff}\u{fe0f}",
            "\u{115f}\u{1160}\u{ffa0}",
            "\u{e0020}\u{2066}\u{2069}",
            "\u{1d159}\u{fffb}",
        ] {
            assert!(!is_visible(nothing), "{nothing:?}");
        }
        for text in ["A", "\u{200e}Анна", "👩\u{200d}🚀", ".", "\u{600}", "\u{301}", "\u{fffd}", "ㅤи", "\u{ffa1}"]
        {
            assert!(is_visible(text), "{text:?}");
        }
    }

    #[test]
    fn the_ranges_are_in_order() {
        assert!(INVISIBLE.windows(2).all(|two| two[0].end() < two[1].start()));
    }
}
