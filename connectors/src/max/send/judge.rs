//! Converts failed calls to verdicts by the error catalogue.

use std::time::Duration;

use base::i18n::LocalizedText;
use base::message::{Failure, FailureCode};
use base::verdict::{Report, Taken, Verdict};
use serde_json::json;

use super::SendContext;
use crate::error_catalog::{CatalogEntry, Fix, MAX, RefusalClass};
use crate::max::api::ApiError;
use crate::max::setup::said;

/// How long a bot that called too often waits if MAX does not say (max §1).
const TOO_OFTEN: Duration = Duration::from_secs(1);
const TOO_MANY_REQUESTS: u16 = 429;

/// A failed call and its meaning.
pub(super) struct Judged {
    /// The outcome if the request is not changed.
    pub report: Report,
    /// How the request may be changed.
    pub fix: Option<Fix>,
}

/// Judges a failed call.
pub(super) fn judge(context: &SendContext<'_>, failed: &ApiError) -> Judged {
    match failed {
        ApiError::NotSent(said) => plain(Verdict::Retry { after: None, whole_target: false }, said.to_string()),
        ApiError::Unknown(said) => plain(Verdict::Unknown, said.to_string()),
        ApiError::Unreadable { status } => {
            let said = LocalizedText::new("said-max-unreadable").with("status", *status).to_string();
            let mut judged = plain(Verdict::Unknown, said);
            judged.report.status = *status;
            judged
        }
        ApiError::Refused { status, code, message, retry_after } => {
            let text = said(code, message);
            let row = MAX.find(*status, &text);
            let answer = json!({ "code": code, "message": message }).to_string();
            let reason = LocalizedText::new("said-max-answered").with("status", *status).with("text", text);
            let limited = *status == TOO_MANY_REQUESTS;
            let after = if limited { Some(retry_after.unwrap_or(TOO_OFTEN)) } else { *retry_after };
            let retry = Verdict::Retry { after, whole_target: limited };
            let report = refused(context, row, retry, reason.to_string()).with_answer(*status, &answer);
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

fn refused(context: &SendContext<'_>, row: Option<&CatalogEntry>, retry: Verdict, reason: String) -> Report {
    let words = context.outgoing.words;
    let Some(row) = row else {
        let failure = Failure { code: FailureCode::Rejected, text: String::new() };
        return Report::not_done(Verdict::Bury(failure), reason);
    };
    match row.class {
        RefusalClass::Permanent | RefusalClass::Resend(_) => {
            Report::not_done(Verdict::Bury(row.failure(words)), reason)
        }
        RefusalClass::Transient => Report::not_done(retry, reason),
        // The reason of a pause is stored, and shown in any language through [`LocalizedText::stored`].
        RefusalClass::Pause => Report::not_done(Verdict::Pause, LocalizedText::new(row.key()).to_string()),
        RefusalClass::Done => Report::done(0, Taken::default()),
        RefusalClass::Unknown => Report::not_done(Verdict::Unknown, reason),
    }
}
