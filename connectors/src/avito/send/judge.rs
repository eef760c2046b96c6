//! Converts failed calls to verdicts by the error catalog.

use std::time::Duration;

use base::i18n::{LocalizedText, Words};
use base::verdict::{Report, Verdict};
use serde_json::json;

use crate::avito::api::ApiError;
use crate::error_catalog::AVITO;
use crate::judged::{Judged, is_about_request};

/// Judges a failed call.
pub(super) fn judge(words: Words, failed: &ApiError) -> Report {
    let judged = match failed {
        ApiError::NotSent(said) => Judged::not_sent(said),
        ApiError::Unknown(said) => Judged::unknown(0, said),
        ApiError::Unreadable { status } => {
            Judged::unknown(*status, &LocalizedText::new("said-server-answered").with("status", *status))
        }
        ApiError::Gateway { status, retry_after } if is_about_request(*status) => {
            refused(words, *status, "", *retry_after)
        }
        ApiError::Gateway { status, retry_after } => Judged::gateway(*status, *retry_after),
        ApiError::Refused { code, message, retry_after } => refused(words, *code, message, *retry_after),
    };
    judged.report
}

fn refused(words: Words, code: u16, message: &str, retry_after: Option<Duration>) -> Judged {
    let answer = json!({ "code": code, "message": message }).to_string();
    let said = LocalizedText::new("said-avito-answered").with("status", code).with("text", message);
    // The limits apply to the whole account (avito §9).
    let retry = Verdict::Retry { after: retry_after, whole_target: code == 429 };
    let row = AVITO.find(code, message);
    Judged::refused(row, words, retry, said.to_string()).with_answer(code, &answer)
}
