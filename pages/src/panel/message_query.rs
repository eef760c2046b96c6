//! The filters of the list of messages, as its address and saved views have them.

use actix_web::{HttpRequest, web};
use base::error::Result;
use base::message::Direction;
use chrono::Days;
use domain::delivery::read::find;
use domain::delivery::read::list::{Ground, MessageFilter, Reached, Slower};
use domain::delivery::read::reason::Reason;
use serde::Deserialize;
use uuid::Uuid;

use super::choice::{self, day};
use super::{PageContext, PanelContext};

/// Longest search text.
const QUERY_CHARS: usize = 255;
/// Durations in seconds by which the list can be filtered.
pub const SLOWER: [i64; 4] = [2, 10, 60, 600];
/// Failure reasons by which it can be filtered.
pub const REASONS: [&str; 10] = [
    "recipient_blocked",
    "recipient_unreachable",
    "window_closed",
    "writing_first",
    "marketing_stopped",
    "kind_not_supported",
    "source_disconnected",
    "refused",
    "crm_refused",
    "internal",
];

/// The word of the sort order "slowest first".
pub const BY_DURATION: &str = "took";

/// The filters in the query string. Invalid values do not filter.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct MessagesQuery {
    #[serde(default)]
    pub q: String,
    #[serde(default)]
    pub direction: String,
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub source: String,
    #[serde(default)]
    pub period: String,
    /// First and last day, in the account's time zone; if either is set, the period is ignored.
    #[serde(default)]
    pub from: String,
    #[serde(default)]
    pub to: String,
    /// Seconds.
    #[serde(default)]
    pub slower: String,
    #[serde(default)]
    pub reason: String,
    /// [`BY_DURATION`], otherwise by time.
    #[serde(default)]
    pub sort: String,
    pub cursor: Option<String>,
}

impl MessagesQuery {
    pub fn read(request: &HttpRequest) -> Self {
        Self::parse(request.query_string())
    }

    /// The filters of an address of the list.
    pub fn parse(query: &str) -> Self {
        let read = web::Query::<Self>::from_query(query);
        let mut query = read.map(web::Query::into_inner).unwrap_or_default();
        query.q = query.q.trim().chars().take(QUERY_CHARS).collect();
        query
    }

    /// What a saved view keeps: all but the search, which may name a customer.
    pub fn saved(&self) -> String {
        let kept = Self { q: String::new(), cursor: None, ..self.clone() };
        kept.sorted("", kept.sort(), "").trim_start_matches('?').to_owned()
    }

    /// The default period: everything for a search, a week for browsing.
    pub fn period(&self) -> &str {
        choice::period(&self.period, if self.q.is_empty() { "7d" } else { "all" })
    }

    /// What a cursor depends on.
    pub fn filters(&self) -> [&str; 11] {
        [
            "panel-messages",
            &self.q,
            &self.direction,
            &self.state,
            &self.source,
            self.period(),
            &self.from,
            &self.to,
            &self.slower,
            &self.reason,
            self.sort(),
        ]
    }

    pub fn is_by_duration(&self) -> bool {
        self.sort == BY_DURATION
    }

    /// The sort order's word; empty for the usual order.
    fn sort(&self) -> &str {
        if self.is_by_duration() { BY_DURATION } else { "" }
    }

    /// The same list with another path or cursor.
    pub fn address(&self, path: &str, cursor: &str) -> String {
        self.sorted(path, self.sort(), cursor)
    }

    /// The same messages in another order.
    pub fn sorted(&self, path: &str, sort: &str, cursor: &str) -> String {
        let pairs = [
            ("q", self.q.as_str()),
            ("direction", &self.direction),
            ("state", &self.state),
            ("source", &self.source),
            ("period", self.period()),
            ("from", &self.from),
            ("to", &self.to),
            ("slower", &self.slower),
            ("reason", &self.reason),
            ("sort", sort),
            ("cursor", cursor),
        ];
        choice::address(path, &pairs)
    }

    /// Filters besides the period.
    pub fn is_filtered(&self) -> bool {
        let all =
            [&self.q, &self.direction, &self.state, &self.source, &self.from, &self.to, &self.slower, &self.reason];
        all.into_iter().any(|value| !value.is_empty())
    }

    /// Whether what few people use is set: dates, durations, reasons and the order.
    pub fn has_more(&self) -> bool {
        [&self.from, &self.to, &self.slower, &self.reason, &self.sort].into_iter().any(|value| !value.is_empty())
    }

    pub async fn filter(
        &self,
        app: &PanelContext,
        page: &PageContext,
        ground: &Ground,
        tenant_id: Uuid,
    ) -> Result<MessageFilter> {
        let now = app.clock.millis();
        let found = match self.q.as_str() {
            "" => None,
            text => Some(find::find(app.store.read(), tenant_id, text).await?),
        };
        let (from, to) = (day(&self.from), day(&self.to));
        let begin = match (from, to) {
            (Some(from), _) => Some(page.day_begins(from)),
            (None, Some(_)) => None,
            (None, None) => choice::begin(page, self.period(), now),
        };
        let codes = if REASONS.contains(&self.reason.as_str()) { Reason::codes(&self.reason) } else { Vec::new() };
        let reason_of = match self.reason.as_str() {
            "refused" => Some(Direction::ToMessenger),
            "crm_refused" => Some(Direction::ToCrm),
            _ => None,
        };
        Ok(MessageFilter {
            direction: direction(&self.direction).or(reason_of),
            reached: Reached::from_word(&self.state),
            source_id: choice::source_id(ground, &self.source),
            conversation_id: None,
            from: begin,
            to: to.and_then(|day| day.checked_add_days(Days::new(1))).map(|next| page.day_begins(next)),
            codes,
            slower: seconds(&self.slower).map(|seconds| Slower { millis: seconds * 1000, now }),
            found,
        })
    }
}

fn direction(text: &str) -> Option<Direction> {
    [Direction::ToCrm, Direction::ToMessenger].into_iter().find(|direction| direction.word() == text)
}

fn seconds(text: &str) -> Option<i64> {
    text.parse().ok().filter(|seconds| SLOWER.contains(seconds))
}
