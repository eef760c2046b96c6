//! What messengers say of bots and numbers, as it is stored with the sources: blocked, calls that fail, chats that were
//! disconnected, tokens that end; and pipelines that are archived.

use base::millis::DAY;
use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use super::page::{Finding, Findings};
use super::page::{Page, Source};
use crate::alert;
use crate::source::line;
use crate::source::{SourceStatus, StateReason};
use crate::usage::UsageContext;

/// Under which connectors report the day on which a token ends.
const TOKEN_ENDS_ON: &str = "token_ends_on";

/// Adds what is wrong with the lines of a page.
pub(super) fn look(app: &UsageContext, page: &Page, findings: &mut Findings) {
    let now = app.clock.millis();
    for tenant in page.served() {
        for source in page.sources_of(tenant.tenant_id).filter(|source| source.is_served()) {
            let held = page.held.get(&source.id).map(|count| (alert::CHATS_HELD, json!({ "count": count })));
            for (kind, mut detail) in troubles(source, now).into_iter().chain(held) {
                if let Some(detail) = detail.as_object_mut() {
                    detail.insert("source".to_owned(), json!(source.name));
                    detail.insert("connector".to_owned(), json!(source.kind));
                }
                findings.add(Finding { tenant_id: source.tenant_id, kind, source_id: Some(source.id), detail });
            }
        }
    }
}

fn troubles(source: &Source, now: i64) -> Vec<(&'static str, Value)> {
    if source.status == SourceStatus::Blocked.as_str() {
        return vec![(alert::SOURCE_BLOCKED, json!({ "reason": source.status_reason }))];
    }
    let facts = source.facts();
    let mut found = Vec::new();
    if StateReason::parse(&source.status_reason) == Some(StateReason::PipelineArchived) {
        found.push((alert::PIPELINE_ARCHIVED, json!({})));
    }
    let reported = |since: i64, said: String| json!({ "at": since, "reason": said });
    match line::trouble(&facts) {
        Some((StateReason::LineNotSet, since, said)) => found.push((alert::LINE_NOT_SET, reported(since, said))),
        Some((StateReason::LineFailing, since, said)) => found.push((alert::LINE_FAILING, reported(since, said))),
        Some((StateReason::LineTrouble, since, said)) => found.push((alert::LINE_TROUBLE, reported(since, said))),
        // A line that messages leave for another service raises its alert where that is seen.
        _ => {}
    }
    found.extend(business_off(&facts).map(|detail| (alert::BUSINESS_OFF, detail)));
    found.extend(token_ends(&facts, now).map(|detail| (alert::TOKEN_EXPIRING, detail)));
    found
}

/// Who disconnected the bot from their chats.
fn business_off(facts: &Map<String, Value>) -> Option<Value> {
    let owners = facts.get("owners")?.as_object()?;
    let owner = owners.values().find(|owner| owner.get("is_enabled").and_then(Value::as_bool) == Some(false))?;
    let who = owner.get("name").and_then(Value::as_str).unwrap_or_default();
    Some(json!({ "who": who, "at": owner.get("at").and_then(Value::as_i64) }))
}

fn token_ends(facts: &Map<String, Value>, now: i64) -> Option<Value> {
    let day = facts.get(TOKEN_ENDS_ON)?.as_str()?.parse::<NaiveDate>().ok()?;
    let at = day.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis();
    Some(json!({ "at": at, "days": (at - now).max(0).div_euclid(DAY) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(facts: Value) -> Map<String, Value> {
        facts.as_object().unwrap().clone()
    }

    #[test]
    fn an_ending_token_is_reported_with_the_days_left() {
        let now = 1_795_165_200_000; // 2026-11-20 09:00 UTC
        let ends = |day: &str| token_ends(&facts(json!({ TOKEN_ENDS_ON: day })), now);
        assert_eq!(ends("2026-11-23").unwrap()["days"], 2);
        assert_eq!(ends("2026-11-01").unwrap()["days"], 0, "it has ended");
        assert_eq!(ends("soon"), None);
        assert_eq!(token_ends(&Map::new(), now), None);
    }

    #[test]
    fn one_owner_who_disconnected_the_bot_is_named() {
        let owners = json!({ "owners": { "1": { "name": "Anna", "is_enabled": true }, "2": { "name": "Bea", "is_enabled": false, "at": 7 } } });
        assert_eq!(business_off(&facts(owners)), Some(json!({ "who": "Bea", "at": 7 })));
        assert_eq!(business_off(&facts(json!({ "owners": {} }))), None);
    }
}
