//! Sends a manager's message.

use anyhow::Context;
use base::message::{FailureCode, Person, Role};
use base::phone::complete;
use base::verdict::{Report, Taken, Verdict};
use chrono::DateTime;
use connectors::fit::{Thing, fit, sign};
use connectors::{AfterUnknown, Event, Message, PartNumber};
use queue::{Claim, Letter};

use super::begin::{self, MessengerRoute};
use super::file::{self, Filed};
use super::progress::SendProgress;
use super::template::{self, TemplateUse};
use super::{MessengerTarget, NextRequest, bury, bury_with, later, quote, window};
use crate::delivery::dialogue::goes_to;
use crate::delivery::letter_context::LetterContext;
use crate::tenant::{self, users};

/// Sends a message in the form its messenger supports. Without a dialogue, the messenger is asked to open one.
pub(super) async fn attempt(
    line: &MessengerTarget<'_>,
    claim: &Claim,
    parts: &LetterContext,
) -> anyhow::Result<Report> {
    let abilities = line.connector.abilities();
    let into = match begin::way(line, claim, parts).await? {
        MessengerRoute::On => None,
        MessengerRoute::Into(dialogue) => Some(dialogue),
        MessengerRoute::Blocked(report) => return Ok(*report),
    };
    let resent_once = matches!(abilities.after_unknown, AfterUnknown::ResendOnce | AfterUnknown::AwaitStatus);
    if claim.letter.unknown && resent_once && claim.letter.resends > 0 && parts.reported_as.is_none() {
        return Ok(bury(FailureCode::Internal, "whether the message arrived cannot be found out"));
    }
    let current = parts.message()?;
    let progress = SendProgress::read(&claim.letter.payload);
    let template = template::of(line, &current.body).await?;
    // A message that was started in time is sent completely.
    if !progress.is_begun()
        && let Some(refused) = window::closed(line, claim, parts, &current.body, &template).await?
    {
        return Ok(refused);
    }
    let content = if progress.is_begun() {
        file::as_begun(line, &current.body.content, progress.filed).await?
    } else {
        match file::lent(line, &current.body.content).await? {
            Filed::Content(content) => *content,
            Filed::Later(after) => return Ok(later(Some(after), "its file is being fetched")),
        }
    };
    let mut message = Message {
        id: current.message.id,
        external_id: None,
        part: PartNumber::WHOLE,
        sender: named(line, &current.body.sender).await,
        receiver: receiver(line, parts),
        content,
        markup: current.body.markup.clone(),
        ask_phone: current.body.ask_phone.clone(),
        template: current.body.template.clone(),
        registered_template: match template {
            TemplateUse::Sendable(registered) => registered,
            TemplateUse::None | TemplateUse::AsText(_) => None,
        },
        reply_to: quote::known(line, current.body.reply_to.clone()).await?,
        forward: quote::known(line, current.body.forward.clone()).await?,
        post: current.body.post.clone(),
        sent_at: DateTime::from_timestamp_millis(current.message.sent_at).unwrap_or_default(),
    };
    let signature = if progress.is_begun() { progress.signature } else { signature(line, &current.body.sender).await };
    if let Some(name) = &signature {
        sign(&mut message, name, line.words);
    }
    let filed = progress.filed || message.content.media().is_some();
    let progress = SendProgress { filed, signature, ..progress };
    let messages = match fit(message, abilities, line.words) {
        Ok(messages) => messages,
        Err(refused) => {
            return Ok(bury_with(FailureCode::Unsupported, refusal(line, refused), "the messenger does not take this"));
        }
    };
    let repeat = claim.letter.unknown && abilities.after_unknown == AfterUnknown::RepeatMarked;
    // Split identically each time, so the parts already sent come first.
    let Some(next) = messages.into_iter().nth(progress.parts) else { return Ok(Report::done(0, Taken::default())) };
    let has_parts = next.part.number < next.part.of;
    let request = NextRequest { begun: progress.within.clone(), repeat };
    let mut report = match (into, &parts.reported_as) {
        (_, Some(external_id)) => reported(line, claim, parts, next, (external_id, request)).await,
        (Some(dialogue), None) => dialogue.send(line, claim, next, request).await,
        (None, None) => {
            let dialogue = goes_to(&parts.conversation);
            line.send(claim, dialogue, written(dialogue, next), request).await
        }
    };
    if let Some(within) = report.begun.take() {
        report.begun = Some(SendProgress { within, ..progress }.written());
    } else if let Verdict::Done(taken) = &mut report.verdict {
        let within = taken.onward.take();
        taken.onward = progress.after(within, has_parts).map(|progress| progress.written());
    }
    Ok(report)
}

/// Sends a message once more as the webhook that its receiver already got: with the old id, marked as a repeat. The
/// ids in the answer are already known.
pub(super) async fn resend(line: &MessengerTarget<'_>, claim: &Claim, parts: &LetterContext) -> anyhow::Result<Report> {
    let id = claim.letter.payload.parse().context("the letter names no webhook")?;
    let letter = Letter { id, payload: String::new(), unknown: true, ..claim.letter.clone() };
    let report = attempt(line, &Claim { letter, ..claim.clone() }, parts).await?;
    Ok(match report.verdict {
        Verdict::Done(_) => Report { verdict: Verdict::Done(Taken::default()), ..report },
        _ => report,
    })
}

/// The customer. A number that was stored without its country gets it: the messenger knows no account's country.
fn receiver(line: &MessengerTarget<'_>, parts: &LetterContext) -> Person {
    let country = tenant::country(&line.app.integrations, &parts.tenant);
    let phone = parts.contact.phone.as_deref().map(|phone| complete(phone, country));
    Person { phone, ..parts.contact.clone() }
}

/// A part as an event; without a dialogue, it opens one.
fn written(dialogue: &str, part: Message) -> Event {
    let event = if dialogue.is_empty() { Event::Started } else { Event::Created };
    event(Box::new(part))
}

/// The outcome of a request whose answer was lost, and which the messenger has reported since.
async fn reported(
    line: &MessengerTarget<'_>,
    claim: &Claim,
    parts: &LetterContext,
    part: Message,
    (external_id, request): (&str, NextRequest),
) -> Report {
    let dialogue = goes_to(&parts.conversation);
    let outgoing = line.outgoing(claim, dialogue, written(dialogue, part), request).await;
    let onward = line.connector.onward(&line.settings, &outgoing);
    Report::done(0, Taken { external_id: Some(external_id.to_owned()), onward, ..Taken::default() })
}

/// The name that this source adds as a signature; none if it adds none or the author is not a user of the account.
/// Salesbots have a name of their own and are not users.
async fn signature(line: &MessengerTarget<'_>, sender: &Person) -> Option<String> {
    if sender.role != Role::Manager || sender.id.is_empty() || !line.connector.signs(&line.settings) {
        return None;
    }
    let user = users::by_amojo_id(&line.app.tenants, line.source.tenant_id, &sender.id).await;
    user.map(|user| user.name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// A manager with the name that amoCRM has for them.
pub(super) async fn named(line: &MessengerTarget<'_>, sender: &Person) -> Person {
    let mut sender = sender.clone();
    if sender.role == Role::Manager && sender.name.is_none() && !sender.id.is_empty() {
        let user = users::by_amojo_id(&line.app.tenants, line.source.tenant_id, &sender.id).await;
        sender.name = user.map(|user| user.name).filter(|name| !name.is_empty());
    }
    sender
}

/// Why a message is not accepted, as a text for the manager.
pub(super) fn refusal(line: &MessengerTarget<'_>, refused: Thing) -> String {
    let thing = refused.named(line.words).to_string();
    line.words.text("reason-kind_not_supported").with("kind", thing).to_string()
}
