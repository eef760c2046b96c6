//! Converts failed calls to verdicts by the error catalog.

use std::time::Duration;

use base::i18n::LocalizedText;
use base::verdict::Verdict;
use serde_json::json;

use super::SendContext;
use crate::error_catalog::MAX;
use crate::judged::{Judged, is_about_request};
use crate::max::api::ApiError;
use crate::max::setup::said;

/// How long a bot waits after exceeding a rate limit if MAX gives no time (max §1).
const TOO_OFTEN: Duration = Duration::from_secs(1);
const TOO_MANY_REQUESTS: u16 = 429;

/// Judges a failed call.
pub(super) fn judge(context: &SendContext<'_>, failed: &ApiError) -> Judged {
    match failed {
        ApiError::NotSent(said) => Judged::not_sent(said),
        ApiError::Unknown(said) => Judged::unknown(0, said),
        ApiError::Unreadable { status } => {
            Judged::unknown(*status, &LocalizedText::new("said-max-unreadable").with("status", *status))
        }
        ApiError::Refused { status, retry_after, .. } if failed.is_gateways() && !is_about_request(*status) => {
            Judged::gateway(*status, *retry_after)
        }
        ApiError::Refused { status, code, message, retry_after } => {
            let text = said(code, message);
            let row = MAX.find(*status, &text);
            let answer = json!({ "code": code, "message": message }).to_string();
            let reason = LocalizedText::new("said-max-answered").with("status", *status).with("text", text);
            let limited = *status == TOO_MANY_REQUESTS;
            let after = if limited { Some(retry_after.unwrap_or(TOO_OFTEN)) } else { *retry_after };
            let retry = Verdict::Retry { after, whole_target: limited };
            Judged::refused(row, context.outgoing.words, retry, reason.to_string()).with_answer(*status, &answer)
        }
    }
}
