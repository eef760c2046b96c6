//! Converts failed calls to verdicts by the error catalog.

use base::i18n::LocalizedText;
use base::verdict::Verdict;
use serde_json::json;

use super::SendContext;
use super::rate_limit::{AFTER_LIMITS, AFTER_TROUBLE};
use crate::error_catalog::{CatalogEntry, WHATSAPP};
use crate::judged::{Judged, is_about_request};
use crate::whatsapp::api::{ApiError, Refused};

/// The row for too many messages to one person.
const PAIR: &str = "w6";
/// Rows of limits that apply to the whole number.
const OF_NUMBER: [&str; 5] = ["w7", "w8", "w9", "w16", "429"];

/// Judges a failed call.
pub(super) async fn judge(line: &SendContext<'_>, failed: &ApiError) -> Judged {
    match failed {
        ApiError::NotSent(said) => Judged::not_sent(said),
        ApiError::Unknown(said) => Judged::unknown(0, said),
        ApiError::Unreadable { status } => {
            Judged::unknown(*status, &LocalizedText::new("said-wa-unreadable").with("status", *status))
        }
        ApiError::Refused(refused) if refused.is_gateways() && !is_about_request(refused.status) => {
            Judged::gateway(refused.status, refused.retry_after)
        }
        ApiError::Refused(refused) => {
            let row = WHATSAPP.find(refused.code, &refused.text);
            let error = json!({ "code": refused.code, "message": refused.text, "fbtrace_id": refused.trace });
            let answer = json!({ "error": error }).to_string();
            let said = LocalizedText::new("said-wa-answered").with("code", refused.code.to_string());
            let said = said.with("text", refused.text.as_str()).to_string();
            let retry = retry(line, row, refused).await;
            Judged::refused(row, line.outgoing.words, retry, said).with_answer(refused.status, &answer)
        }
    }
}

/// When the message is sent again, if the refusal is transient.
async fn retry(line: &SendContext<'_>, row: Option<&CatalogEntry>, refused: &Refused) -> Verdict {
    let id = row.map_or("", |row| row.id);
    let (rhythm, whole_target) = (&line.memory.rhythm, OF_NUMBER.contains(&id));
    let own = match id {
        PAIR => Some(rhythm.slowed(line).await),
        "w7" | "w8" | "w9" => Some(rhythm.grown(line, AFTER_LIMITS, whole_target).await),
        "w11" | "w12" | "w13" | "w14" | "w15" | "w16" => Some(rhythm.grown(line, AFTER_TROUBLE, whole_target).await),
        _ => None,
    };
    Verdict::Retry { after: refused.retry_after.max(own), whole_target }
}
