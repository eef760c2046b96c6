//! Converts failed calls to verdicts by the error catalogue.

use std::time::Duration;

use base::i18n::LocalizedText;
use base::message::{Failure, FailureCode};
use base::verdict::{Report, Taken, Verdict};
use serde_json::json;

use super::SendContext;
use crate::error_catalog::{CatalogEntry, Fix, RefusalClass, TELEGRAM};
use crate::telegram::api::ApiError;
use crate::telegram::ids::Within;

/// Telegram counts whole seconds; one more keeps us behind its count.
const SPARE: Duration = Duration::from_secs(1);
/// The code of refusals that concern the request, not the bot.
const BAD_REQUEST: u16 = 400;

/// A failed call and its meaning.
pub(super) struct Judged {
    /// The outcome if the request is not changed.
    pub report: Report,
    /// How the request may be changed.
    pub fix: Option<Fix>,
}

/// Judges a failed call.
pub(super) fn judge(line: &SendContext<'_>, failed: &ApiError) -> Judged {
    match failed {
        ApiError::NotSent(said) => plain(Verdict::Retry { after: None, whole_target: false }, said.to_string()),
        ApiError::Unknown(said) => plain(Verdict::Unknown, said.to_string()),
        ApiError::Unreadable { status } => {
            let said = LocalizedText::new("said-telegram-unreadable").with("status", *status).to_string();
            let mut judged = plain(Verdict::Unknown, said);
            judged.report.status = *status;
            judged
        }
        ApiError::Refused { code, description, retry_after, .. } => {
            let row = TELEGRAM.find(*code, description);
            let answer = json!({ "error_code": code, "description": description }).to_string();
            let said =
                LocalizedText::new("said-telegram-answered").with("status", *code).with("text", description.as_str());
            let report = refused(line, row, *retry_after, said.to_string()).with_answer(*code, &answer);
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

fn refused(line: &SendContext<'_>, row: Option<&CatalogEntry>, retry_after: Option<Duration>, said: String) -> Report {
    let words = line.outgoing.words;
    let Some(row) = row else {
        let failure = Failure { code: FailureCode::Rejected, text: String::new() };
        return Report::not_done(Verdict::Bury(failure), said);
    };
    match row.class {
        RefusalClass::Permanent | RefusalClass::Resend(_) => Report::not_done(Verdict::Bury(row.failure(words)), said),
        RefusalClass::Transient => {
            let after = retry_after.map(|after| after.saturating_add(SPARE));
            Report::not_done(Verdict::Retry { after, whole_target: false }, said)
        }
        // Concerns one of several accounts that the bot writes for: the others go on.
        RefusalClass::Pause if is_one_of_several(line) && row.codes.contains(&u32::from(BAD_REQUEST)) => {
            Report::not_done(Verdict::Bury(row.failure(words)), said)
        }
        RefusalClass::Pause => Report::not_done(Verdict::Pause, pause(row)),
        RefusalClass::Done => Report::done(0, Taken::default()),
        RefusalClass::Unknown => Report::not_done(Verdict::Unknown, said),
    }
}

fn is_one_of_several(line: &SendContext<'_>) -> bool {
    matches!(line.place.within, Within::Business { owner } if line.bot.serves_others(owner))
}

/// The reason of a pause: stored, and shown in any language through [`LocalizedText::stored`].
fn pause(row: &CatalogEntry) -> String {
    LocalizedText::new(row.key()).to_string()
}
