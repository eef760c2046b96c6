//! Converts failed calls to verdicts by the error catalog.

use std::time::Duration;

use base::i18n::LocalizedText;
use base::verdict::Verdict;
use serde_json::json;

use super::SendContext;
use crate::error_catalog::{CatalogEntry, RefusalClass, TELEGRAM};
use crate::judged::{Judged, is_about_request};
use crate::telegram::api::ApiError;

/// Telegram counts whole seconds; one more avoids sending too early.
const SPARE: Duration = Duration::from_secs(1);
/// The code for refusals that concern the request, not the bot.
const BAD_REQUEST: u16 = 400;

/// Judges a failed call.
pub(super) fn judge(line: &SendContext<'_>, failed: &ApiError) -> Judged {
    match failed {
        ApiError::NotSent(said) => Judged::not_sent(said),
        ApiError::Unknown(said) => Judged::unknown(0, said),
        ApiError::Unreadable { status } => {
            Judged::unknown(*status, &LocalizedText::new("said-telegram-unreadable").with("status", *status))
        }
        ApiError::Refused { code, retry_after, .. } if failed.is_gateways() && !is_about_request(*code) => {
            Judged::gateway(*code, *retry_after)
        }
        ApiError::Refused { code, description, retry_after, .. } => {
            let row = TELEGRAM.find(*code, description);
            let answer = json!({ "error_code": code, "description": description }).to_string();
            let said =
                LocalizedText::new("said-telegram-answered").with("status", *code).with("text", description.as_str());
            refused(line, row, *retry_after, said.to_string()).with_answer(*code, &answer)
        }
    }
}

fn refused(line: &SendContext<'_>, row: Option<&CatalogEntry>, retry_after: Option<Duration>, said: String) -> Judged {
    let words = line.outgoing.words;
    match row {
        // Concerns one of the accounts that the bot writes for; the bot's own chats and those of other accounts are not
        // affected.
        Some(row)
            if row.class == RefusalClass::Pause
                && line.connection.is_some()
                && row.codes.contains(&u32::from(BAD_REQUEST)) =>
        {
            Judged::plain(Verdict::Bury(row.failure(words)), said)
        }
        _ => {
            let after = retry_after.map(|after| after.saturating_add(SPARE));
            Judged::refused(row, words, Verdict::Retry { after, whole_target: false }, said)
        }
    }
}
