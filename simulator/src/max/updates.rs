//! `GET /updates`: the long poll of bots without a webhook.

use serde_json::{Value, json};

use super::answer::{Answered, Refusal, ensure, wrong};
use super::options::{Max, Options};
use crate::kit::{Call, Core, Id};

/// Updates of an answer, and seconds for which one may wait: the most, and the usual.
const LIMIT: (i64, i64) = (1_000, 100);
const TIMEOUT: (i64, i64) = (90, 30);

/// Waits for updates behind `marker`, or behind what was confirmed by an earlier one.
pub(super) async fn get(core: &Core<Options>, bot: &Id, call: &Call) -> Answered {
    let asked = |name: &str, (most, usual): (i64, i64)| {
        let number = call.number(name).unwrap_or(usual);
        ensure((0..=most).contains(&number), || wrong(format!("{name} must be between 0 and {most}")))?;
        Ok::<_, Refusal>(number)
    };
    let (limit, timeout) = (asked("limit", LIMIT)?, asked("timeout", TIMEOUT)?);
    let kinds: Vec<&str> = call.query("types").map(|types| types.split(',').collect()).unwrap_or_default();
    let from = core.change(|state| {
        let confirmed = state.own.confirmed.entry(bot.clone()).or_default();
        let marker = call.number("marker").and_then(|marker| usize::try_from(marker).ok());
        *confirmed = marker.unwrap_or(*confirmed);
        *confirmed
    });
    let is_asked =
        |update: &Value| kinds.is_empty() || update["update_type"].as_str().is_some_and(|one| kinds.contains(&one));
    let look = |state: &Max| {
        let all = state.own.updates.iter().enumerate().skip(from);
        let own = all.filter(|(_, (line, update))| line == bot && is_asked(update));
        let found: Vec<_> = own.take(usize::try_from(limit).unwrap_or_default()).collect();
        let last = found.last().map(|(at, _)| at + 1);
        let updates: Vec<&Value> = found.iter().map(|(_, (_, update))| update).collect();
        Ok::<_, Refusal>(last.map(|last| json!({"updates": updates, "marker": last})))
    };
    let found = core.poll(u64::try_from(timeout).unwrap_or_default(), look).await?;
    Ok(found.unwrap_or_else(|| json!({"updates": [], "marker": from})))
}
