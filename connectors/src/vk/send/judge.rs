//! Converts failed calls to verdicts by the error catalog.

use std::time::Duration;

use base::i18n::LocalizedText;
use base::verdict::Verdict;

use super::SendContext;
use crate::error_catalog::{CatalogEntry, VK};
use crate::judged::{Judged, is_about_request};
use crate::vk::api::ApiError;
use crate::vk::setup::explain;

/// VK counts calls per second; after a daily limit of a method the next try is ten minutes later.
const A_SECOND: Duration = Duration::from_secs(1);
const TEN_MINUTES: Duration = Duration::from_secs(600);

/// Judges a failed call.
pub(super) fn judge(line: &SendContext<'_>, failed: &ApiError) -> Judged {
    match failed {
        ApiError::NotSent(_) => Judged::not_sent(&explain(failed)),
        ApiError::Unknown(_) | ApiError::Unreadable => Judged::unknown(0, &explain(failed)),
        ApiError::Status(status) if is_about_request(*status) => {
            let row = VK.find(*status, "");
            Judged::refused(row, line.outgoing.words, transient(0), explain(failed).to_string())
                .with_answer(*status, "")
        }
        ApiError::Status(status) => {
            let mut judged = Judged::not_sent(&explain(failed));
            judged.report.verdict = Verdict::Retry { after: None, whole_target: *status == 429 };
            judged.report.status = *status;
            judged
        }
        ApiError::NotUploaded(text) => refused(line, VK.row("upload"), 0, text, failed),
        ApiError::Refused { code, text } => refused(line, VK.find(*code, text), *code, text, failed),
    }
}

fn refused(line: &SendContext<'_>, row: Option<&CatalogEntry>, code: u32, text: &str, failed: &ApiError) -> Judged {
    let said = LocalizedText::new("said-vk-answered").with("code", i64::from(code)).with("text", text).to_string();
    let judged = Judged::refused(row, line.outgoing.words, transient(code), said);
    judged.with_answer(200, &failed.answer().unwrap_or_default())
}

fn transient(code: u32) -> Verdict {
    let (after, whole_target) = match code {
        6 => (Some(A_SECOND), true),
        29 => (Some(TEN_MINUTES), true),
        _ => (None, false),
    };
    Verdict::Retry { after, whole_target }
}
