//! Why something was not delivered, as a key with text for every screen: `reason-{key}` says what happened,
//! `reason-{key}-fix` what to do. The other side's own words are separate, for the details.

use std::collections::BTreeMap;

use base::message::{Direction, FailureCode};
use entity::{attempt, source, tenant, turn};
use queue::HELD;
use queue::accept_batch::HistoryMessage;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter};
use uuid::Uuid;

use crate::alert::WEBHOOK_SUSPENDED;

/// A reason's key and data. The code that displays it adds the other values of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub key: &'static str,
    pub direction: Direction,
    /// HTTP status of the deciding answer; 0 if there was none.
    pub status: i32,
    /// The words of the other side or of the log; empty if there are none.
    pub said: String,
}

impl Reason {
    /// The key of what amoCRM refused.
    pub const CRM_REFUSED: &str = "crm_refused";

    fn new(key: &'static str, direction: Direction, said: &str) -> Self {
        Self { key, direction, status: 0, said: said.to_owned() }
    }

    /// Reason of a failed message, by the code that the messenger or Parom gave.
    pub fn of_failure(code: FailureCode, direction: Direction, said: &str) -> Self {
        Self::new(key_of(code, direction), direction, said)
    }

    /// The codes behind a key; empty if no failure has it.
    pub fn codes(key: &str) -> Vec<FailureCode> {
        let is_key = |code: &FailureCode| {
            [Direction::ToCrm, Direction::ToMessenger].into_iter().any(|direction| key_of(*code, direction) == key)
        };
        FailureCode::ALL.into_iter().filter(is_key).collect()
    }

    /// Reason of a dead letter, by its stored reason and detail.
    pub fn of_dead(reason: &str, detail: &str, direction: Direction) -> Self {
        Self::new(dead_key(reason, detail, direction), direction, detail)
    }

    /// Reason of a hold on a source or channel.
    pub fn of_hold(reason: &str, direction: Direction) -> Self {
        Self::new(hold_key(reason, direction), direction, reason)
    }

    /// Reason of a failed attempt; none if it succeeded.
    pub fn of_attempt(attempt: &attempt::Model, direction: Direction) -> Option<Self> {
        let down = match direction {
            Direction::ToCrm => "crm_down",
            Direction::ToMessenger => "messenger_down",
        };
        let key = match (attempt.verdict.as_str(), attempt.status) {
            ("done", _) => return None,
            ("unknown", _) => "outcome_unknown",
            ("pause", _) => hold_key(&attempt.reason, direction),
            ("bury", status) if status >= 400 && !attempt.event.is_empty() => "webhook_status",
            ("bury", status) if direction == Direction::ToMessenger && status >= 400 => "refused",
            ("bury", status) if status >= 400 => Self::CRM_REFUSED,
            ("bury", _) => dead_key(first_word(&attempt.reason), &attempt.reason, direction),
            (_, 402) => "crm_unpaid",
            (_, 429) => "rate_limited",
            (_, 401 | 403) if direction == Direction::ToCrm => "signature_refused",
            _ => down,
        };
        Some(Self { status: attempt.status, ..Self::new(key, direction, &attempt.reason) })
    }

    /// The same, with the status of the answer and whether a server of the account's own gave it.
    #[must_use]
    pub fn answered(mut self, status: i32, by_own_server: bool) -> Self {
        self.status = status;
        if status >= 400 && by_own_server && self.key == "refused" {
            self.key = "webhook_status";
        }
        self
    }

    /// How long such a thing is attempted, in hours.
    pub const fn hours(&self) -> i64 {
        match self.direction {
            Direction::ToCrm => 168,
            Direction::ToMessenger => 24,
        }
    }
}

/// Key of a stored dead-letter reason.
pub fn dead_key(reason: &str, detail: &str, direction: Direction) -> &'static str {
    match reason {
        "too_old" => "too_old",
        "dropped_by_person" => "dropped_by_person",
        "source_disconnected" => "source_disconnected",
        "conversation_deleted" | "recipient_blocked" => "recipient_blocked",
        "recipient_unreachable" => "recipient_unreachable",
        "unsupported" => "kind_not_supported",
        "window_closed" => "window_closed",
        "writing_first" => "writing_first",
        "marketing_stopped" => "marketing_stopped",
        "no_bot" => "no_bot",
        HistoryMessage::REASON => HistoryMessage::REASON,
        "internal" if detail.contains("cannot be found out") => "outcome_unknown",
        "internal" | "poison" => "internal",
        _ => refused(direction),
    }
}

const fn key_of(code: FailureCode, direction: Direction) -> &'static str {
    match code {
        FailureCode::ConversationDeleted | FailureCode::RecipientBlocked => "recipient_blocked",
        FailureCode::SourceDisconnected => "source_disconnected",
        FailureCode::Internal => "internal",
        FailureCode::RecipientUnreachable => "recipient_unreachable",
        FailureCode::Unsupported => "kind_not_supported",
        FailureCode::WindowClosed => "window_closed",
        FailureCode::WritingFirst => "writing_first",
        FailureCode::MarketingStopped => "marketing_stopped",
        FailureCode::Rejected | FailureCode::Other => refused(direction),
    }
}

const fn refused(direction: Direction) -> &'static str {
    match direction {
        Direction::ToCrm => Reason::CRM_REFUSED,
        Direction::ToMessenger => "refused",
    }
}

fn hold_key(reason: &str, direction: Direction) -> &'static str {
    match (reason, direction) {
        ("paused", _) => "source_paused",
        (tenant::SUSPENDED, _) => tenant::SUSPENDED,
        (tenant::PLAN_ENDED, _) => tenant::PLAN_ENDED,
        (WEBHOOK_SUSPENDED, _) => WEBHOOK_SUSPENDED,
        ("signature_refused", _) => "signature_refused",
        ("unpaid", Direction::ToCrm) => "crm_unpaid",
        (_, Direction::ToCrm) => "channel_detached",
        (_, Direction::ToMessenger) => "access_revoked",
    }
}

fn first_word(text: &str) -> &str {
    text.split(':').next().unwrap_or(text)
}

/// Reason of a person's pause, as turns have it.
const PAUSED: &str = "paused";

/// Why letters of one source wait, by direction.
#[derive(Clone, Debug, Default)]
pub struct HoldReasons {
    pub to_crm: Option<String>,
    pub to_messenger: Option<String>,
}

impl HoldReasons {
    /// Reads the turns of a source and of its channel.
    pub async fn of(db: &impl ConnectionTrait, source: &source::Model) -> Result<Self, DbErr> {
        let turns = turn::Entity::of_tenant(source.tenant_id)
            .filter(turn::Column::Target.is_in([source.id, source.channel_id]))
            .all(db)
            .await?;
        Ok(AllHolds(turns.into_iter().filter_map(reason_of).collect()).of(source))
    }

    /// Why letters in this direction are held; none if they are not.
    pub fn reason(&self, direction: Direction) -> Option<&String> {
        match direction {
            Direction::ToCrm => self.to_crm.as_ref(),
            Direction::ToMessenger => self.to_messenger.as_ref(),
        }
    }
}

/// All held targets of an account, with the reasons.
#[derive(Clone, Debug, Default)]
pub struct AllHolds(BTreeMap<Uuid, String>);

impl AllHolds {
    /// Reads the turns of an account.
    pub async fn of_tenant(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Self, DbErr> {
        let held = turn::Entity::of_tenant(tenant_id).filter(turn::Column::Reason.starts_with(HELD)).all(db).await?;
        Ok(Self(held.into_iter().filter_map(reason_of).collect()))
    }

    /// Holds of one source.
    pub fn of(&self, source: &source::Model) -> HoldReasons {
        // The way to amoCRM has no turn of its own: the source says itself that it is paused.
        let paused = source.is_paused_by_person().then(|| PAUSED.to_owned());
        HoldReasons {
            to_crm: paused.or_else(|| self.0.get(&source.channel_id).cloned()),
            to_messenger: self.0.get(&source.id).cloned(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn reason_of(turn: turn::Model) -> Option<(Uuid, String)> {
    let reason = turn.reason.strip_prefix(HELD)?.to_owned();
    Some((turn.target, reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_words_and_a_remedy() {
        use base::i18n::{Language, Words};
        let both = [Direction::ToCrm, Direction::ToMessenger];
        let stored = ["too_old", "dropped_by_person", "source_disconnected", "conversation_deleted", "internal"];
        let more = [
            "recipient_blocked",
            "recipient_unreachable",
            "unsupported",
            "window_closed",
            "writing_first",
            "marketing_stopped",
            "rejected",
            "poison",
            "no_bot",
            HistoryMessage::REASON,
        ];
        let holds = [
            "paused",
            tenant::SUSPENDED,
            tenant::PLAN_ENDED,
            WEBHOOK_SUSPENDED,
            "signature_refused",
            "unpaid",
            "anything",
        ];
        let mut keys = vec!["outcome_unknown", "webhook_status", "rate_limited", "crm_down", "messenger_down"];
        for direction in both {
            keys.extend(stored.iter().chain(&more).map(|reason| dead_key(reason, "", direction)));
            keys.extend(holds.iter().map(|reason| hold_key(reason, direction)));
        }
        for key in keys {
            for language in Language::ALL {
                let words = Words::new(language);
                assert!(words.has(&format!("reason-{key}")) && words.has(&format!("reason-{key}-fix")), "{key}");
            }
        }
    }
}
