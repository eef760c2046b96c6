//! Reports the status of a manager's message.

use amocrm::chats::{DeliveryStatus, FailureCode as CrmCode};
use base::i18n::Words;
use base::message::{Failure, FailureCode, Role, State, StatusReport};
use base::verdict::{Report, Taken};
use queue::Claim;

use super::CrmTarget;
use super::judge::{bury, judge_about};
use crate::delivery::letter_context::LetterContext;
use crate::tenant;

/// Sends a status; none if amoCRM already has a higher one, and no failure of a message that was delivered after all.
pub(super) async fn attempt(
    line: &CrmTarget<'_>,
    claim: &Claim,
    parts: &LetterContext,
) -> anyhow::Result<Option<Report>> {
    let report: StatusReport = serde_json::from_str(&claim.letter.payload)?;
    let message = &parts.message()?.message;
    let reported = State::from_number(message.reported)?;
    let arrived = |state| matches!(state, State::Delivered | State::Read);
    let overcome = arrived(reported) || arrived(State::from_number(message.state)?);
    let lower = reported >= report.state || (report.state == State::Failed && overcome);
    let status = match report.state {
        State::Delivered => DeliveryStatus::Delivered,
        State::Read => DeliveryStatus::Read,
        State::Failed => failed(report.failure, tenant::words(&line.app.integrations, &parts.tenant)),
        State::Queued | State::Sent => return Ok(None),
    };
    if lower && !line.app.faults.errs("defect.lower_a_status") {
        return Ok(None);
    }
    // A template that a program sent has no counterpart of its own at amoCRM.
    if message.amocrm_message_id.is_empty() && parts.message()?.body.sender.role == Role::Bot {
        return Ok(None);
    }
    if message.amocrm_message_id.is_empty() {
        return Ok(Some(bury(FailureCode::Internal, "the message has no id at amoCRM")));
    }
    let done = line.chats.delivery_status(&line.secret, &line.scope_id, &message.amocrm_message_id, &status).await;
    Ok(Some(match done {
        Ok(()) => Report::done(200, Taken::default()),
        Err(error) => judge_about(claim, &error),
    }))
}

fn failed(failure: Option<Failure>, words: Words) -> DeliveryStatus {
    let failure = failure.unwrap_or(Failure { code: FailureCode::Other, text: String::new() });
    let code = match failure.code.amocrm_code() {
        901 => CrmCode::ConversationDeleted,
        902 => CrmCode::IntegrationOff,
        903 => CrmCode::Internal,
        904 => CrmCode::ConversationImpossible,
        _ => CrmCode::Other,
    };
    DeliveryStatus::Failed { code, text: failure.text_in(words) }
}
