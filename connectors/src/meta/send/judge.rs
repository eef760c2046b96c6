//! Converts failed calls to verdicts by the error catalogue.

use std::time::Duration;

use base::i18n::LocalizedText;
use base::verdict::{Report, Taken, Verdict};
use serde_json::json;

use super::SendContext;
use crate::error_catalog::{Fix, RefusalClass};
use crate::meta::graph::{GraphError, Refusal};

/// Limits that count for the account or the app and not for one chat (instagram-and-facebook §16).
const RATES: [u32; 4] = [4, 17, 32, 613];
const RATES_OF_USE_CASES: std::ops::RangeInclusive<u32> = 80_000..=80_014;

/// A failed call and its meaning.
pub(super) struct Judged {
    /// The outcome if the request is not changed.
    pub report: Report,
    /// How the request may be changed.
    pub fix: Option<Fix>,
    /// `error.code`; 0 if there was no answer.
    pub code: u32,
}

/// There is no chat with this customer, and there can be none before they write.
pub(super) fn unreachable(context: &SendContext<'_>) -> Report {
    let failure = context.meta.platform.catalog.failure("unknown_person", context.outgoing.words);
    Report::not_done(Verdict::Bury(failure), "there is no chat with this customer")
}

/// Judges a failed call.
pub(super) fn judge(context: &SendContext<'_>, failed: &GraphError) -> Judged {
    match failed {
        GraphError::NotSent(said) => plain(Verdict::Retry { after: None, whole_target: false }, said.to_string(), 0),
        GraphError::Unknown(said) => plain(Verdict::Unknown, said.to_string(), 0),
        GraphError::Unreadable { status } => {
            let said = LocalizedText::new("said-server-answered").with("status", *status).to_string();
            plain(Verdict::Unknown, said, *status)
        }
        GraphError::Refused(refusal) => refused(context, refusal),
    }
}

fn plain(verdict: Verdict, reason: String, status: u16) -> Judged {
    let mut report = Report::not_done(verdict, reason);
    report.status = status;
    Judged { report, fix: None, code: 0 }
}

fn refused(context: &SendContext<'_>, refusal: &Refusal) -> Judged {
    let (words, catalog) = (context.outgoing.words, context.meta.platform.catalog);
    let said = LocalizedText::new("said-meta-answered")
        .with("status", i64::from(refusal.code))
        .with("text", refusal.message.as_str())
        .to_string();
    // In Graph's form, with the subcode where the catalogue looks for it.
    let answer = json!({ "error": { "code": refusal.code, "message": refusal.text() } });
    let row = catalog.find(refusal.code, &refusal.text());
    let report = match row.map(|row| (row, row.class)) {
        None => Report::not_done(Verdict::Bury(catalog.failure("other", words)), said),
        Some((row, RefusalClass::Permanent | RefusalClass::Resend(_))) => {
            Report::not_done(Verdict::Bury(row.failure(words)), said)
        }
        Some((_, RefusalClass::Transient)) => {
            let is_rate = RATES.contains(&refusal.code) || RATES_OF_USE_CASES.contains(&refusal.code);
            let after = refusal.retry_after.filter(|after| *after > Duration::ZERO);
            Report::not_done(Verdict::Retry { after, whole_target: is_rate }, said)
        }
        Some((row, RefusalClass::Pause)) => Report::not_done(Verdict::Pause, LocalizedText::new(row.key()).to_string()),
        Some((_, RefusalClass::Done)) => Report::done(0, Taken::default()),
        Some((_, RefusalClass::Unknown)) => Report::not_done(Verdict::Unknown, said),
    };
    let fix = row.and_then(|row| match row.class {
        RefusalClass::Resend(fix) => Some(fix),
        _ => None,
    });
    Judged { report: report.with_answer(refusal.status, &answer.to_string()), fix, code: refusal.code }
}
