//! Converts failed calls to verdicts by the error catalogue.

use std::time::Duration;

use base::i18n::LocalizedText;
use base::message::{Failure, FailureCode};
use base::verdict::{Report, Taken, Verdict};

use super::SendContext;
use crate::error_catalog::{CatalogEntry, Fix, RefusalClass, VK};
use crate::vk::api::ApiError;
use crate::vk::setup::explain;

/// VK counts calls by the second; a daily limit of a method is asked again after ten minutes.
const A_SECOND: Duration = Duration::from_secs(1);
const TEN_MINUTES: Duration = Duration::from_secs(600);

/// A failed call and its meaning.
pub(super) struct Judged {
    /// The outcome if the request is not changed.
    pub report: Report,
    /// How the request may be changed.
    pub fix: Option<Fix>,
}

/// Judges a failed call.
pub(super) fn judge(line: &SendContext<'_>, failed: &ApiError) -> Judged {
    let plain = |verdict| {
        let report = Report::not_done(verdict, explain(failed).to_string());
        Judged { report, fix: None }
    };
    let retry = |after, whole_target| Verdict::Retry { after, whole_target };
    match failed {
        ApiError::NotSent(_) => plain(retry(None, false)),
        ApiError::Unknown(_) | ApiError::Unreadable => plain(Verdict::Unknown),
        ApiError::Status(status) => {
            let mut judged = plain(retry(None, *status == 429));
            judged.report.status = *status;
            judged
        }
        ApiError::NotUploaded(text) => {
            let mut judged = refused(line, VK.row("upload"), 0, text);
            judged.report = judged.report.with_answer(200, &failed.answer().unwrap_or_default());
            judged
        }
        ApiError::Refused { code, text } => {
            let mut judged = refused(line, VK.find(*code, text), *code, text);
            judged.report = judged.report.with_answer(200, &failed.answer().unwrap_or_default());
            judged
        }
    }
}

fn refused(line: &SendContext<'_>, row: Option<&CatalogEntry>, code: u32, text: &str) -> Judged {
    let words = line.outgoing.words;
    let said = LocalizedText::new("said-vk-answered").with("code", i64::from(code)).with("text", text).to_string();
    let Some(row) = row else {
        let failure = Failure { code: FailureCode::Rejected, text: String::new() };
        return Judged { report: Report::not_done(Verdict::Bury(failure), said), fix: None };
    };
    let (verdict, fix) = match row.class {
        RefusalClass::Permanent => (Verdict::Bury(row.failure(words)), None),
        RefusalClass::Resend(fix) => (Verdict::Bury(row.failure(words)), Some(fix)),
        RefusalClass::Transient => (transient(code), None),
        RefusalClass::Pause => {
            let reason = LocalizedText::new(row.key()).to_string();
            return Judged { report: Report::not_done(Verdict::Pause, reason), fix: None };
        }
        RefusalClass::Done => return Judged { report: Report::done(0, Taken::default()), fix: None },
        RefusalClass::Unknown => (Verdict::Unknown, None),
    };
    Judged { report: Report::not_done(verdict, said), fix }
}

fn transient(code: u32) -> Verdict {
    let (after, whole_target) = match code {
        6 => (Some(A_SECOND), true),
        29 => (Some(TEN_MINUTES), true),
        _ => (None, false),
    };
    Verdict::Retry { after, whole_target }
}
