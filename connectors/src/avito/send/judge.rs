//! Converts failed calls to verdicts by the error catalogue.

use base::i18n::{LocalizedText, Words};
use base::message::{Failure, FailureCode};
use base::verdict::{Report, Taken, Verdict};
use serde_json::json;

use crate::avito::api::ApiError;
use crate::error_catalog::{AVITO, CatalogEntry, RefusalClass};

/// Judges a failed call.
pub(super) fn judge(words: Words, failed: &ApiError) -> Report {
    match failed {
        ApiError::NotSent(said) => {
            Report::not_done(Verdict::Retry { after: None, whole_target: false }, said.to_string())
        }
        ApiError::Unknown(said) => Report::not_done(Verdict::Unknown, said.to_string()),
        ApiError::Unreadable { status } => {
            let said = LocalizedText::new("said-server-answered").with("status", *status).to_string();
            Report { status: *status, ..Report::not_done(Verdict::Unknown, said) }
        }
        ApiError::Refused { code, message, retry_after } => {
            let answer = json!({ "code": code, "message": message }).to_string();
            let said = LocalizedText::new("said-avito-answered").with("status", *code).with("text", message.as_str());
            let row = AVITO.find(*code, message);
            let verdict = match row.map(|row| (row, row.class)) {
                Some((row, RefusalClass::Permanent | RefusalClass::Resend(_))) => Verdict::Bury(row.failure(words)),
                // The limits are those of the account (avito §9).
                Some((_, RefusalClass::Transient)) => {
                    Verdict::Retry { after: *retry_after, whole_target: *code == 429 }
                }
                Some((row, RefusalClass::Pause)) => return paused(row).with_answer(*code, &answer),
                Some((_, RefusalClass::Done)) => Verdict::Done(Taken::default()),
                Some((_, RefusalClass::Unknown)) => Verdict::Unknown,
                None => Verdict::Bury(Failure { code: FailureCode::Rejected, text: String::new() }),
            };
            Report::not_done(verdict, said.to_string()).with_answer(*code, &answer)
        }
    }
}

/// The reason of a pause is stored, and shown in any language.
fn paused(row: &CatalogEntry) -> Report {
    Report::not_done(Verdict::Pause, LocalizedText::new(row.key()).to_string())
}
