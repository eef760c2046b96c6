//! Why a message was late, from what was observed: when it came, which outages there were, its attempts. Or that this is not known.

use base::error::Result;
use base::i18n::Sentence;
use base::message::Direction;
use base::millis::MINUTE;
use chrono::TimeDelta;
use domain::alert as alerts;
use domain::delivery::read::story::Story;
use entity::alert;

use super::route::Neighbours;
use crate::panel::{PageContext, PanelContext};

/// A message delivered this long after it was written counts as late.
const LATE: TimeDelta = TimeDelta::minutes(15);

/// That it was late, with each reason; none if it was not.
pub async fn late(
    app: &PanelContext,
    page: &PageContext,
    story: &Story,
    around: &Neighbours,
) -> Result<Option<Sentence>> {
    // A silent message is history that was imported, so it is not late.
    let taken = story.tries().rfind(|attempt| attempt.verdict == "done").filter(|_| !story.body.silent);
    let Some(taken) = taken.filter(|taken| taken.at - story.message.sent_at > LATE.num_milliseconds()) else {
        return Ok(None);
    };
    let (db, tenant_id) = (app.store.read(), story.message.tenant_id);
    let mut outages = alerts::closed(db, tenant_id).await?;
    outages.extend(alerts::open(db, tenant_id).await?);
    outages.sort_by_key(alerts::since);
    let mut reasons: Vec<Sentence> = came(page, story).into_iter().collect();
    reasons.extend(outages.iter().filter_map(|row| outage(page, story, row, taken.at)));
    reasons.extend(attempts(page, story).or_else(|| waited(page, story, around)));
    if reasons.is_empty() {
        reasons.push(page.words.text("late-unknown"));
    }
    let why = reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let delay = page.duration(&(taken.at - story.message.sent_at));
    Ok(Some(page.words.text("message-late").with("delay", delay).with("why", why)))
}

/// It was long on its way to Parom.
fn came(page: &PageContext, story: &Story) -> Option<Sentence> {
    let delay = story.message.accepted_at - story.message.sent_at;
    (delay >= MINUTE).then(|| page.words.text("late-came").with("delay", page.duration(&delay)))
}

/// The side it goes to did not answer while it waited.
fn outage(page: &PageContext, story: &Story, row: &alert::Model, taken: i64) -> Option<Sentence> {
    let is_of_side = match story.direction {
        Direction::ToCrm => row.kind == alerts::CRM_UNREACHABLE,
        Direction::ToMessenger => {
            row.kind == alerts::MESSENGER_UNREACHABLE && row.source_id == Some(story.message.source_id)
        }
    };
    // Whatever a round of checks says later: it answered when it accepted this message.
    let (from, until) = (alerts::since(row), row.resolved_at.map_or(taken, |at| at.min(taken)));
    let key = match story.direction {
        Direction::ToCrm => "late-crm-away",
        Direction::ToMessenger => "late-messenger-away",
    };
    (is_of_side && from < taken && until > story.message.accepted_at).then(|| {
        let said = page.words.text(key).with("crm", page.crm);
        said.with("from", page.when(&from).stamp()).with("until", page.when(&until).stamp())
    })
}

/// Attempts before the last one failed.
fn attempts(page: &PageContext, story: &Story) -> Option<Sentence> {
    let failed = || story.tries().filter(|attempt| attempt.verdict != "done");
    let last = failed().next_back()?;
    Some(page.words.text("late-attempts").with("count", failed().count()).with("status", last.status))
}

/// It waited before its first attempt.
fn waited(page: &PageContext, story: &Story, around: &Neighbours) -> Option<Sentence> {
    let delay = story.tries().next()?.at - story.message.accepted_at;
    let is_behind = around.before_until.is_some_and(|until| until > story.message.accepted_at);
    let key = if is_behind { "late-behind" } else { "late-waited" };
    (delay >= MINUTE).then(|| page.words.text(key).with("delay", page.duration(&delay)))
}
