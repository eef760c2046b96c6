//! Converts failed calls to verdicts by the error catalogue.

use std::time::Duration;

use base::i18n::LocalizedText;
use base::message::{Failure, FailureCode};
use base::verdict::{Report, Taken, Verdict};
use serde_json::json;

use super::SendContext;
use super::rate_limit::Doubling;
use crate::error_catalog::{CatalogEntry, Fix, RefusalClass, WHATSAPP};
use crate::whatsapp::api::{ApiError, Refused};

/// Too many messages to one person.
const PAIR: &str = "w6";
/// Rows of limits that the whole number shares.
const OF_NUMBER: [&str; 5] = ["w7", "w8", "w9", "w16", "429"];

/// A failed call and its meaning.
pub(super) struct Judged {
    /// The outcome if the request is not changed.
    pub report: Report,
    /// How the request may be changed.
    pub fix: Option<Fix>,
}

/// Judges a failed call.
pub(super) async fn judge(line: &SendContext<'_>, failed: &ApiError) -> Judged {
    match failed {
        ApiError::NotSent(said) => plain(Verdict::Retry { after: None, whole_target: false }, said.to_string()),
        ApiError::Unknown(said) => plain(Verdict::Unknown, said.to_string()),
        ApiError::Unreadable { status } => {
            let said = LocalizedText::new("said-wa-unreadable").with("status", *status).to_string();
            let mut judged = plain(Verdict::Unknown, said);
            judged.report.status = *status;
            judged
        }
        ApiError::Refused(refused) => {
            let row = WHATSAPP.find(refused.code, &refused.text);
            let error = json!({ "code": refused.code, "message": refused.text, "fbtrace_id": refused.trace });
            let answer = json!({ "error": error }).to_string();
            let said = LocalizedText::new("said-wa-answered").with("code", refused.code.to_string());
            let said = said.with("text", refused.text.as_str()).to_string();
            let report = self::refused(line, row, refused, said).await.with_answer(refused.status, &answer);
            let fix = row.and_then(|row| match row.class {
                RefusalClass::Resend(fix) => Some(fix),
                _ => None,
            });
            Judged { report, fix }
        }
    }
}

fn plain(verdict: Verdict, reason: String) -> Judged {
    Judged { report: Report::not_done(verdict, reason), fix: None }
}

async fn refused(line: &SendContext<'_>, row: Option<&CatalogEntry>, refused: &Refused, said: String) -> Report {
    let words = line.outgoing.words;
    let Some(row) = row else {
        let failure = Failure { code: FailureCode::Rejected, text: String::new() };
        return Report::not_done(Verdict::Bury(failure), said);
    };
    match row.class {
        RefusalClass::Permanent | RefusalClass::Resend(_) => Report::not_done(Verdict::Bury(row.failure(words)), said),
        RefusalClass::Transient => {
            let whole_target = OF_NUMBER.contains(&row.id);
            let rhythm = &line.memory.rhythm;
            let own = match row.id {
                PAIR => Some(rhythm.slowed(line).await),
                "w7" | "w8" | "w9" => Some(rhythm.doubled(line, Doubling::OF_LIMITS, whole_target).await),
                "w11" | "w12" | "w13" | "w14" | "w15" | "w16" => {
                    Some(rhythm.doubled(line, Doubling::OF_TROUBLE, whole_target).await)
                }
                _ => None,
            };
            Report::not_done(Verdict::Retry { after: longer(refused.retry_after, own), whole_target }, said)
        }
        RefusalClass::Pause => Report::not_done(Verdict::Pause, LocalizedText::new(row.key()).to_string()),
        RefusalClass::Done => Report::done(0, Taken::default()),
        RefusalClass::Unknown => Report::not_done(Verdict::Unknown, said),
    }
}

fn longer(one: Option<Duration>, other: Option<Duration>) -> Option<Duration> {
    one.max(other)
}
