//! A manager's message to the customer, through the conversation's connector.

use chrono::DateTime;

use super::parts::Parts;
use super::queue::Claim;
use crate::app::App;
use crate::connector::{AfterUnknown, Outgoing};
use crate::message::{Failure, FailureCode, LetterKind};
use crate::verdict::{Report, Verdict};

/// What came of the try.
pub async fn carry(app: &App, claim: &Claim, parts: &Parts) -> anyhow::Result<Report> {
    anyhow::ensure!(
        claim.letter.kind == LetterKind::Message,
        "letters of the kind {:?} do not go to messengers yet",
        claim.letter.kind
    );
    let Some(source) = parts.source.as_ref().filter(|source| source.deleted_at.is_none()) else {
        return Ok(bury(FailureCode::SourceDisconnected, "the source was deleted"));
    };
    if source.paused {
        return Ok(Report::not_done(Verdict::Pause, "paused"));
    }
    let Some(connector) = app.connectors.get(&source.kind) else {
        return Ok(bury(FailureCode::SourceDisconnected, "this kind of messenger is not built in"));
    };
    let abilities = connector.abilities();
    if !abilities.takes(&parts.body.content) {
        return Ok(bury(FailureCode::Unsupported, "the messenger does not take this kind of message"));
    }
    if claim.letter.unknown && abilities.after_unknown == AfterUnknown::ResendOnce && claim.letter.resends > 0 {
        return Ok(bury(FailureCode::Internal, "whether the message arrived cannot be found out"));
    }
    let settings = crate::source::settings::open(app, source)?;
    let outgoing = Outgoing {
        letter_id: claim.letter.id,
        message_id: parts.message.id,
        source_id: source.id,
        conversation_id: parts.conversation.external_id.clone(),
        sender: parts.body.sender.clone(),
        receiver: parts.contact.clone(),
        content: parts.body.content.clone(),
        sent_at: DateTime::from_timestamp_millis(parts.message.sent_at).unwrap_or_default(),
        repeat: claim.letter.unknown && abilities.after_unknown == AfterUnknown::RepeatMarked,
        now: app.clock.now(),
    };
    Ok(connector.send(&settings, &outgoing).await)
}

fn bury(code: FailureCode, reason: &str) -> Report {
    Report::not_done(Verdict::Bury(Failure { code, text: String::new() }), reason)
}
