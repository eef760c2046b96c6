//! What is done when it is not known whether a letter arrived (docs/decisions/0004-unknown-outcomes.md).

use base::message::Direction;
use base::verdict::{Report, Verdict};
use connectors::AfterUnknown;
use queue::Claim;

use super::letter_context::LetterContext;
use crate::delivery::DeliveryContext;

/// The rule for a letter's receiver.
pub(super) fn after_unknown(app: &DeliveryContext, claim: &Claim, parts: &LetterContext) -> AfterUnknown {
    if claim.direction == Direction::ToCrm {
        return AfterUnknown::RepeatFreely;
    }
    let connector = parts.source.as_ref().and_then(|source| app.connectors.get(&source.kind));
    connector.map_or(AfterUnknown::ResendOnce, |connector| connector.abilities().after_unknown)
}

/// Whether an endpoint that recognises repeats may have kept what it answered "later" to.
pub(super) fn may_be_kept(app: &DeliveryContext, claim: &Claim, parts: &LetterContext, report: &Report) -> bool {
    let is_answered = report.status > 0 && matches!(report.verdict, Verdict::Retry { .. });
    is_answered && after_unknown(app, claim, parts) == AfterUnknown::RepeatMarked
}
