//! The verdict on a letter by amojo's answer (chats-api §5.11).

use std::time::Duration;

use amocrm::Error as CrmError;
use base::message::{Failure, FailureCode};
use base::verdict::{Report, Verdict};

/// Unpaid accounts are probed this often.
const UNPAID: Duration = Duration::from_secs(3600);
/// A letter about a message that amojo does not know yet may have overtaken it; it is tried this many times.
const NOT_FOUND_TRIES: i32 = 5;

/// Judges an error of sending a message: if it may have been processed, including 5xx, the outcome is unknown.
pub(super) fn judge_message(attempts: i32, error: &CrmError) -> Report {
    match error {
        CrmError::NoAnswer { .. } | CrmError::Unreadable { .. } => keep_unknown(attempts, error),
        CrmError::Refused { status: 500.., .. } => keep_unknown(attempts, error),
        _ => judge(attempts, error),
    }
}

pub(super) fn keep_unknown(attempts: i32, error: &CrmError) -> Report {
    match error {
        // The lookup was refused, not the message: the status decides how to go on.
        CrmError::Refused { status: 401 | 402 | 403 | 404 | 429, .. } => judge(attempts, error),
        CrmError::Refused { status, text, .. } | CrmError::Unreadable { status, text, .. } => {
            Report::not_done(Verdict::Unknown, "amoCRM gave no clear answer").with_answer(*status, text)
        }
        _ => Report::not_done(Verdict::Unknown, error.to_string()),
    }
}

/// Judges an error of amoCRM (chats-api §5.11).
pub(super) fn judge(attempts: i32, error: &CrmError) -> Report {
    let (status, retry_after, text) = match error {
        CrmError::Refused { status, retry_after, text, .. } => (status, retry_after, text),
        CrmError::Invalid { what, .. } => return bury(FailureCode::Internal, what),
        // Without its status, which would be read as amoCRM's verdict.
        CrmError::Gateway { retry_after, text, .. } => {
            return retry(*retry_after, false, &error.to_string()).with_answer(0, text);
        }
        _ => return retry(None, false, &error.to_string()),
    };
    let report = match status {
        429 => retry(*retry_after, true, "amoCRM asked to slow down"),
        402 => retry(Some(UNPAID), true, "the amoCRM account is not paid"),
        // Signed once more, in case the clock was just being set; then a person must act.
        401 | 403 if attempts == 0 => retry(None, false, "amoCRM does not accept the signature"),
        401 | 403 => Report::not_done(Verdict::Pause, "signature_refused"),
        404 => Report::not_done(Verdict::Pause, "channel_disconnected"),
        // About the request's size or type, from amoCRM or from a gateway.
        413..=415 => bury(FailureCode::Rejected, "amoCRM refused the message"),
        // amoCRM names what is wrong with the data; an empty answer is a gateway's.
        400 | 405..=407 | 409..=412 | 416..=424 if !text.is_empty() => {
            bury(FailureCode::Rejected, "amoCRM refused the message")
        }
        _ => retry(*retry_after, false, "amoCRM is not answering"),
    };
    report.with_answer(*status, text)
}

fn retry(after: Option<Duration>, whole_target: bool, reason: &str) -> Report {
    Report::not_done(Verdict::Retry { after, whole_target }, reason)
}

pub(super) fn bury(code: FailureCode, reason: &str) -> Report {
    Report::not_done(Verdict::Bury(Failure { code, text: String::new() }), reason)
}

/// Judges an error of a letter about a message: amojo may not know that message yet, and repeating does no harm.
pub(super) fn judge_about(attempts: i32, error: &CrmError) -> Report {
    match error {
        CrmError::Refused { status: 404, text, .. } if attempts >= NOT_FOUND_TRIES => {
            bury(FailureCode::Rejected, "amoCRM does not know the message").with_answer(404, text)
        }
        CrmError::Refused { status: 404, text, .. } => {
            retry(None, false, "amoCRM does not know the message yet").with_answer(404, text)
        }
        error if error.outcome_unknown() => retry(None, false, &error.to_string()),
        error => judge(attempts, error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_of_a_wrong_size_or_type_is_buried() {
        for status in 412..=416 {
            for text in ["<html>", ""] {
                let (address, text) = (String::new(), text.to_owned());
                let is_final = (413..=415).contains(&status) || !text.is_empty();
                let error = CrmError::Refused { call: "send_message", address, status, retry_after: None, text };
                match judge_message(0, &error).verdict {
                    Verdict::Bury(failure) if is_final => assert_eq!(failure.code.amocrm_code(), 905, "{status}"),
                    Verdict::Retry { .. } if !is_final => {}
                    verdict => panic!("{error}: {verdict:?}"),
                }
            }
        }
    }
}
