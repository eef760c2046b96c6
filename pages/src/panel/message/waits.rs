//! How long each step of a route took, and why an attempt was delayed.

use base::i18n::Sentence;
use chrono::TimeDelta;
use domain::delivery::read::story::Story;
use entity::attempt;

use super::around::Neighbours;
use super::route::RouteStep;
use crate::panel::PageContext;

/// Shorter waits need no explanation.
const AT_ONCE: TimeDelta = TimeDelta::seconds(1);

/// Fills in the time between steps, where known.
pub fn differences(page: &PageContext, steps: &mut [RouteStep]) {
    let mut before: Option<i64> = None;
    for step in steps {
        let Some(at) = step.at else { continue };
        // Receipts may be older than the previous step, because their times come from another clock.
        if let Some(gap) = before.map(|before| at - before).filter(|gap| *gap >= 0) {
            step.gap = format!("+{}", page.duration(&gap));
        }
        before = Some(at);
    }
}

/// Why an attempt was delayed; none if it was not.
pub fn reason(page: &PageContext, story: &Story, around: &Neighbours, attempt: &attempt::Model) -> Option<Sentence> {
    let words = page.words;
    let tries: Vec<&attempt::Model> = story.attempts.iter().filter(|one| one.letter_id == attempt.letter_id).collect();
    let place = tries.iter().position(|one| one.number == attempt.number && one.at == attempt.at)?;
    if let Some(before) = place.checked_sub(1).and_then(|place| tries.get(place)) {
        let wait = attempt.at - before.at - i64::from(before.ms);
        let said = words.text("attempt-after").with("n", before.number).with("delay", page.duration(&wait.max(0)));
        return Some(said);
    }
    let is_own = story.tries().next().is_some_and(|first| first.letter_id == attempt.letter_id);
    let wait = attempt.at - story.message.accepted_at;
    if !is_own || wait < AT_ONCE.num_milliseconds() {
        return None;
    }
    let key = match around.before_until {
        Some(until) if until > story.message.accepted_at => "attempt-waited-chat",
        _ => "attempt-waited-turn",
    };
    Some(words.text(key).with("delay", page.duration(&wait)))
}
