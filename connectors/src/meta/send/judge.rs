//! Converts failed calls to verdicts by the error catalog.

use std::time::Duration;

use base::i18n::LocalizedText;
use base::verdict::{Report, Verdict};
use serde_json::json;

use super::SendContext;
use crate::judged::{Judged, is_about_request};
use crate::meta::graph::{GraphError, Refusal};

/// Limits of the account or the app, not of a single chat (instagram-and-facebook §16).
const RATES: [u32; 4] = [4, 17, 32, 613];
const RATES_OF_USE_CASES: std::ops::RangeInclusive<u32> = 80_000..=80_014;

/// There is no chat with this customer, and none can be started before they write.
pub(super) fn unreachable(context: &SendContext<'_>) -> Report {
    let failure = context.meta.platform.catalog.failure("unknown_person", context.outgoing.words);
    Report::not_done(Verdict::Bury(failure), "there is no chat with this customer")
}

/// Judges a failed call.
pub(super) fn judge(context: &SendContext<'_>, failed: &GraphError) -> Judged {
    match failed {
        GraphError::NotSent(said) => Judged::not_sent(said),
        GraphError::Unknown(said) => Judged::unknown(0, said),
        GraphError::Unreadable { status } => {
            Judged::unknown(*status, &LocalizedText::new("said-server-answered").with("status", *status))
        }
        GraphError::Refused(refusal) if failed.is_gateways() && !is_about_request(refusal.status) => {
            Judged::gateway(refusal.status, refusal.retry_after)
        }
        GraphError::Refused(refusal) => refused(context, refusal),
    }
}

fn refused(context: &SendContext<'_>, refusal: &Refusal) -> Judged {
    let (words, catalog) = (context.outgoing.words, context.meta.platform.catalog);
    let said = LocalizedText::new("said-meta-answered")
        .with("status", i64::from(refusal.code))
        .with("text", refusal.message.as_str())
        .to_string();
    // In Graph's form, with the subcode where the catalog expects it.
    let answer = json!({ "error": { "code": refusal.code, "message": refusal.text() } });
    let row = catalog.find(refusal.code, &refusal.text()).or_else(|| catalog.row("other"));
    let after = refusal.retry_after.filter(|after| *after > Duration::ZERO);
    let is_rate = RATES.contains(&refusal.code) || RATES_OF_USE_CASES.contains(&refusal.code);
    let retry = Verdict::Retry { after, whole_target: is_rate };
    Judged::refused(row, words, retry, said).with_answer(refusal.status, &answer.to_string())
}
