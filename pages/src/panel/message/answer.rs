//! The page's first sentence: where the message is, what that means, and the one useful action.

use base::http_client;
use base::i18n::{Sentence, Words};
use base::message::Direction;
use base::millis::MINUTE;
use connectors::Abilities;
use connectors::custom;
use connectors::error_catalog::{self, CatalogEntry};
use connectors::kinds::has_own_server;
use domain::delivery::read::MessageStatus;
use domain::delivery::read::reason::Reason;
use domain::delivery::read::story::{MOST_AHEAD, SentBefore, Story, WaitingLetter};
use entity::{attempt, conversation};

use crate::panel::PageContext;
use crate::panel::reasons::{self, Explanation, ReasonArguments};

/// What the messenger never reports.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unreported {
    pub delivery: bool,
    pub reading: bool,
}

impl Unreported {
    pub const fn by(abilities: &Abilities) -> Self {
        Self { delivery: abilities.delivered_on_accept, reading: !abilities.reports_reading }
    }

    /// Neither delivery nor reading.
    pub const fn all(self) -> bool {
        self.delivery && self.reading
    }
}

/// The state of a waiting message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitingStage {
    /// Before its first attempt.
    Queued,
    /// Failed so far, and will be retried.
    Retrying,
    /// Sent, but it is unknown whether it arrived.
    Checking,
    /// Held intentionally.
    Held,
    Sent,
    Delivered,
    Read,
    Failed,
    /// Received by a source that sends nothing.
    Shadow,
}

impl WaitingStage {
    pub fn of(story: &Story) -> Self {
        match story.status {
            MessageStatus::Sent => Self::Sent,
            MessageStatus::Delivered => Self::Delivered,
            MessageStatus::Read => Self::Read,
            MessageStatus::Failed if story.waiting.is_none() => Self::Failed,
            MessageStatus::Held => Self::Held,
            MessageStatus::Shadow => Self::Shadow,
            MessageStatus::Queued | MessageStatus::Failed => match &story.waiting {
                // The account's own server recognises repeats, so the message is simply sent again.
                Some(waiting) if waiting.letter.unknown && !is_own_server(story) => Self::Checking,
                Some(waiting) if waiting.letter.attempts > 0 => Self::Retrying,
                _ => Self::Queued,
            },
        }
    }

    /// The tone of its badge.
    pub const fn tone(self) -> &'static str {
        match self {
            Self::Queued | Self::Retrying => "wait",
            Self::Checking => "odd",
            Self::Held | Self::Shadow => "off",
            Self::Sent | Self::Delivered | Self::Read => "ok",
            Self::Failed => "bad",
        }
    }

    /// The message key of its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Queued => "message-state-queued",
            Self::Retrying => "letter-state-retrying",
            Self::Checking => "letter-state-checking_outcome",
            Self::Held => "message-state-held",
            Self::Sent => "message-state-sent",
            Self::Delivered => "message-state-delivered",
            Self::Read => "message-state-read",
            Self::Failed => "message-state-failed",
            Self::Shadow => "message-state-shadow",
        }
    }
}

/// Whether it goes to the account's own server.
fn is_own_server(story: &Story) -> bool {
    story.direction == Direction::ToMessenger
        && story.source.as_ref().is_some_and(|source| has_own_server(&source.kind))
}

/// The reason of an attempt; the time limit of the account's own server is part of some texts.
fn of_attempt(story: &Story, attempt: &attempt::Model) -> Option<Reason> {
    let reason = Reason::of_attempt(attempt, story.direction)?;
    let is_late = u128::try_from(attempt.ms).is_ok_and(|ms| ms >= custom::ANSWER_WITHIN.as_millis());
    if reason.key == "outcome_unknown" && is_late && is_own_server(story) {
        return Some(Reason { key: "webhook_timeout", ..reason });
    }
    Some(reason)
}

/// The reason for a stage; `None` if it needs none.
pub fn reason(story: &Story, stage: WaitingStage) -> Option<Reason> {
    match stage {
        WaitingStage::Held => story.hold.as_deref().map(|hold| Reason::of_hold(hold, story.direction)),
        WaitingStage::Retrying | WaitingStage::Checking => {
            story.tries().last().and_then(|last| of_attempt(story, last))
        }
        WaitingStage::Failed => match (story.dead_message(), &story.failure) {
            (Some(dead), failure) => {
                let reason = Reason::of_dead(&dead.reason, &dead.detail, story.direction);
                let status = story.tries().last().map_or(0, |last| last.status);
                let said = failure.as_ref().map(|failure| failure.text.clone()).filter(|text| !text.is_empty());
                let reason = reason.answered(status, is_own_server(story));
                Some(Reason { said: said.unwrap_or_else(|| reason.said.clone()), ..reason })
            }
            (None, Some(failure)) => Some(Reason::of_failure(failure.code, story.direction, &failure.text)),
            (None, None) => None,
        },
        _ => None,
    }
}

/// The text of a reason for this message.
pub fn explanation(page: &PageContext, story: &Story, reason: &Reason) -> Explanation {
    let dropped = story.dead_message().filter(|dead| dead.reason == "dropped_by_person");
    let name = dropped.map_or("", |dead| dead.detail.as_str());
    let age = page.duration(&(page.now - story.message.sent_at)).to_string();
    let kind = story.body.content.kind();
    let said = reasons::explain(reason, &ReasonArguments { words: page.words, crm: page.crm, kind, name, age: &age });
    match refusal(story, reason) {
        // These texts end with what to do.
        Some(row) => Explanation { what: page.words.text(row.key()), fix: None },
        None => said,
    }
}

/// Reasons caused by an answer of the messenger.
const ANSWERED: [&str; 8] = [
    "access_revoked",
    "kind_not_supported",
    "messenger_down",
    "rate_limited",
    "recipient_blocked",
    "recipient_unreachable",
    "refused",
    "window_closed",
];

/// The meaning of the answer behind a reason, from the messenger's error catalog; `None` if it has no catalog or
/// gave no answer.
fn refusal(story: &Story, reason: &Reason) -> Option<&'static CatalogEntry> {
    let catalog = error_catalog::of(&story.source.as_ref()?.kind)?;
    if reason.status == 0 || !ANSWERED.contains(&reason.key) {
        return None;
    }
    let tries: Vec<_> = story.tries().filter(|attempt| attempt.status == reason.status).collect();
    // A stored failure has our own text; the messenger's text is in the attempt.
    let same = tries.iter().find(|attempt| attempt.reason == reason.said);
    catalog.of_answer(u16::try_from(reason.status).ok()?, &same.or(tries.last())?.answer)
}

/// The outcome of an attempt in one direction.
pub fn outcome(page: &PageContext, story: &Story, attempt: &attempt::Model, direction: Direction) -> Sentence {
    let words = page.words;
    match (attempt.verdict.as_str(), attempt.status) {
        ("done", _) => words.text("attempt-taken"),
        ("unknown" | "retry", 0) => unanswered(words, attempt),
        ("unknown", status) => words.text("attempt-unclear").with("status", status),
        ("retry", 429) => words.text("attempt-limited-unsaid"),
        _ => {
            let reason = decided(story, attempt, direction).or_else(|| Reason::of_attempt(attempt, direction));
            let why = reason.map(|reason| explanation(page, story, &reason).what.to_string());
            words.text("attempt-refused").with("reason", why.unwrap_or_default())
        }
    }
}

/// Why Parom itself gave the letter up by this attempt, without a call; the other side refused nothing.
fn decided(story: &Story, attempt: &attempt::Model, direction: Direction) -> Option<Reason> {
    let last = story.attempts.iter().rfind(|one| one.letter_id == attempt.letter_id)?;
    let is_last = last.number == attempt.number && attempt.status == 0 && attempt.verdict == "bury";
    let dead = story.dead.iter().find(|dead| is_last && dead.id == attempt.letter_id)?;
    Some(Reason::of_dead(&dead.reason, &dead.detail, direction))
}

/// What became of an attempt without an answer. By the words of the connection, else by its time: an answer is waited for
/// longer than that.
fn unanswered(words: Words, attempt: &attempt::Model) -> Sentence {
    let seconds = (attempt.ms + 500) / 1000;
    let is_unknown = attempt.verdict == "unknown";
    match http_client::explain_failure(&attempt.reason).key() {
        "said-net-late" => words.text("attempt-no-answer").with("seconds", seconds),
        "said-net-cut" => words.text("attempt-cut"),
        _ if is_unknown && seconds == 0 => words.text("attempt-cut"),
        _ if is_unknown => words.text("attempt-no-answer").with("seconds", seconds),
        _ => words.text("attempt-not-connected"),
    }
}

/// The page's first sentence.
pub fn sentence(
    page: &PageContext,
    story: &Story,
    stage: WaitingStage,
    unreported: Unreported,
    reason: Option<&Explanation>,
) -> Sentence {
    let words = page.words;
    let why = reason.map(|reason| reason.what.to_string()).unwrap_or_default();
    let taken =
        story.tries().rfind(|attempt| attempt.verdict == "done").map(|attempt| attempt.at + i64::from(attempt.ms));
    let taken = taken.unwrap_or(story.message.accepted_at);
    match stage {
        WaitingStage::Queued => story.waiting.as_ref().map_or_else(|| next(words, 0), |waiting| queued(page, waiting)),
        WaitingStage::Retrying => {
            let attempts = story.waiting.as_ref().map_or(0, |waiting| waiting.letter.attempts);
            let next = story.waiting.as_ref().and_then(|waiting| waiting.next_at);
            let time = page.when(&next.unwrap_or(page.now)).due();
            words.text("msg-answer-retrying").with("attempts", attempts).with("time", time).with("reason", why)
        }
        WaitingStage::Checking => {
            let status = story.tries().last().map_or(0, |last| last.status);
            let side = match (story.direction, &story.source) {
                (Direction::ToMessenger, Some(source)) => words.text_of("connector-", &source.kind).to_string(),
                _ => page.crm.to_owned(),
            };
            words.text("msg-answer-checking").with("status", status).with("side", side)
        }
        WaitingStage::Held => words.text("msg-answer-held").with("reason", why),
        WaitingStage::Shadow if story.conversation.as_ref().is_some_and(conversation::Model::is_held) => {
            words.text("msg-answer-held-chat").with("crm", page.crm)
        }
        WaitingStage::Shadow if story.body.blocked => words.text("msg-answer-blocked").with("crm", page.crm),
        WaitingStage::Shadow => words.text("msg-answer-shadow").with("crm", page.crm),
        // The badge above says that it failed.
        WaitingStage::Failed => reason.map_or_else(|| words.text("msg-answer-failed"), |reason| reason.what.clone()),
        WaitingStage::Sent if unreported.all() => {
            words.text("msg-answer-sent-no-receipts").with("time", page.when(&taken).adverb())
        }
        WaitingStage::Sent => words.text("msg-answer-sent").with("time", page.when(&taken).adverb()),
        WaitingStage::Delivered if story.direction == Direction::ToCrm => {
            words.text("msg-answer-in-crm").with("crm", page.crm).with("stamp", page.when(&taken).stamp())
        }
        // No report: the source counts as delivered what the messenger accepted.
        WaitingStage::Delivered if unreported.delivery && story.receipts.delivered.is_none() => {
            let messenger = story.source.as_ref().map(|source| words.text_of("connector-", &source.kind).to_string());
            let counted = words.text("msg-answer-counted").with("messenger", messenger.unwrap_or_default());
            counted.with("time", page.when(&taken).adverb())
        }
        WaitingStage::Delivered => match story.receipts.delivered {
            Some(at) => words.text("msg-answer-delivered").with("stamp", page.when(&at).stamp()),
            None => words.text("msg-answer-delivered-untimed"),
        },
        WaitingStage::Read => match story.receipts.read {
            Some(at) => words.text("msg-answer-read").with("time", page.when(&at).adverb()),
            None => words.text("msg-answer-read-untimed"),
        },
    }
}

/// A message that was not tried yet: what goes first and, where the pace could be observed, about how long that takes.
fn queued(page: &PageContext, waiting: &WaitingLetter) -> Sentence {
    let SentBefore { messages, .. } = waiting.before;
    let is_more = messages > MOST_AHEAD;
    if messages <= waiting.ahead && !is_more {
        return next(page.words, waiting.ahead);
    }
    // Of an estimate seconds matter within a minute only.
    let rounded = |millis: i64| if millis < MINUTE { millis / 1_000 * 1_000 } else { millis / MINUTE * MINUTE };
    let delay = waiting.before.takes(page.now).map_or(0, rounded);
    let timed: u16 = match (delay, is_more) {
        (0, _) => 0,
        (_, false) => 1,
        (_, true) => 2,
    };
    let ahead = page.words.text("msg-answer-ahead").with("ahead", messages.min(MOST_AHEAD));
    ahead.with("many", u16::from(is_more)).with("timed", timed).with("delay", page.duration(&delay))
}

/// Nothing goes first, or only earlier messages of the chat.
fn next(words: Words, ahead: u64) -> Sentence {
    words.text("msg-answer-queued").with("ahead", ahead)
}
