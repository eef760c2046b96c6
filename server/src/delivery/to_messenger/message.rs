//! A manager's message.

use chrono::DateTime;

use super::file::{self, Filed};
use super::{Line, begin, bury, bury_with, later, quote};
use crate::connector::fit::{Thing, fit};
use crate::connector::{AfterUnknown, Event, Message, Part};
use crate::delivery::parts::Parts;
use crate::delivery::queue::Claim;
use crate::message::{FailureCode, Person, Role};
use crate::tenant::users;
use crate::verdict::{Report, Taken, Verdict};

/// Sends a message as its messenger takes it; to somebody with whom there is no dialogue yet as the beginning of one.
pub(super) async fn carry(line: &Line<'_>, claim: &Claim, parts: &Parts) -> anyhow::Result<Report> {
    let abilities = line.connector.abilities();
    if let Some(report) = begin::hindered(line, claim, parts).await? {
        return Ok(report);
    }
    if claim.letter.unknown && abilities.after_unknown == AfterUnknown::ResendOnce && claim.letter.resends > 0 {
        return Ok(bury(FailureCode::Internal, "whether the message arrived cannot be found out"));
    }
    let told = parts.told()?;
    let content = match file::lent(line, &told.body.content).await? {
        Filed::Content(content) => content,
        Filed::Later(after) => return Ok(later(Some(after), "its file is being fetched")),
    };
    let message = Message {
        id: told.message.id,
        part: Part::WHOLE,
        sender: named(line, &told.body.sender).await,
        receiver: parts.contact.clone(),
        content,
        markup: told.body.markup.clone(),
        template: told.body.template.clone(),
        reply_to: quote::known(line, told.body.reply_to.clone()).await?,
        forward: quote::known(line, told.body.forward.clone()).await?,
        post: told.body.post.clone(),
        sent_at: DateTime::from_timestamp_millis(told.message.sent_at).unwrap_or_default(),
    };
    let messages = match fit(message, abilities, line.words) {
        Ok(messages) => messages,
        Err(refused) => {
            return Ok(bury_with(FailureCode::Unsupported, refusal(line, refused), "the messenger does not take this"));
        }
    };
    let repeat = claim.letter.unknown && abilities.after_unknown == AfterUnknown::RepeatMarked;
    Ok(send(line, claim, parts, messages, repeat).await)
}

/// Hands over the parts, the first of a new dialogue as its beginning; the later ones go to where it was opened.
async fn send(line: &Line<'_>, claim: &Claim, parts: &Parts, messages: Vec<Message>, repeat: bool) -> Report {
    let mut dialogue = parts.conversation.external_id.clone();
    let mut opened = Taken::default();
    let mut last = bury(FailureCode::Unsupported, "nothing is left of the message");
    for message in messages {
        let event = if dialogue.is_empty() { Event::Started } else { Event::Created };
        last = line.send(claim, &dialogue, event(Box::new(message)), repeat).await;
        let Verdict::Done(taken) = &mut last.verdict else { break };
        opened.conversation_id = opened.conversation_id.or_else(|| taken.conversation_id.take());
        opened.receiver_id = opened.receiver_id.or_else(|| taken.receiver_id.take());
        if dialogue.is_empty() {
            dialogue = opened.conversation_id.clone().unwrap_or_default();
        }
        taken.conversation_id.clone_from(&opened.conversation_id);
        taken.receiver_id.clone_from(&opened.receiver_id);
    }
    last
}

/// A manager with the name that amoCRM knows them by.
pub(super) async fn named(line: &Line<'_>, sender: &Person) -> Person {
    let mut sender = sender.clone();
    if sender.role == Role::Manager && sender.name.is_none() && !sender.id.is_empty() {
        let user = users::by_amojo_id(line.app, line.source.tenant_id, &sender.id).await;
        sender.name = user.map(|user| user.name).filter(|name| !name.is_empty());
    }
    sender
}

/// Why a message is not taken, for the manager.
pub(super) fn refusal(line: &Line<'_>, refused: Thing) -> String {
    let thing = refused.named(line.words).to_string();
    line.words.say("reason-kind_not_supported").with("kind", thing).to_string()
}
