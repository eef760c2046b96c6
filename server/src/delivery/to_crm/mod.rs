//! A letter to amoCRM: a customer's message, or what became of a manager's.

use std::sync::Arc;
use std::time::Duration;

use amocrm::Error as CrmError;
use amocrm::chats::{ChatUser, Chats, Content as CrmContent, DeliveryStatus, FailureCode as CrmCode, HISTORY_PAGE};
use amocrm::chats::{NewChat, NewMessage, SourceRef};
use secrecy::SecretString;

use super::parts::Parts;
use super::queue::Claim;
use crate::app::App;
use crate::message::{Content, Failure, FailureCode, LetterKind, Person, State, StatusReport, crm_id};
use crate::verdict::{Report, Taken, Verdict};

/// Pages of history that are searched for a message whose outcome is unknown.
const HISTORY_PAGES: u32 = 20;
/// A status for a message that amojo does not know yet may overtake it: so often it is tried again.
const STATUS_NOT_FOUND_TRIES: i32 = 5;
/// Unpaid accounts are probed this often.
const UNPAID: Duration = Duration::from_secs(3600);

/// What came of the try; none: nothing had to be said any more.
pub async fn carry(app: &App, claim: &Claim, parts: &Parts) -> anyhow::Result<Option<Report>> {
    let Some(line) = Line::find(app, parts)? else {
        return Ok(Some(Report::not_done(Verdict::Pause, "the channel is not connected to the account")));
    };
    match claim.letter.kind {
        LetterKind::Message => Ok(Some(line.message(claim, parts).await)),
        LetterKind::Status => line.status(claim, parts).await,
        other => anyhow::bail!("letters of the kind {other:?} do not go to amoCRM yet"),
    }
}

/// One scope at amojo.
struct Line<'a> {
    chats: Chats,
    secret: &'a SecretString,
    scope_id: String,
}

impl<'a> Line<'a> {
    fn find(app: &'a App, parts: &Parts) -> anyhow::Result<Option<Self>> {
        let Some(channel) = &parts.channel else { return Ok(None) };
        let Some((integration, configured)) = app.config.channel(&channel.channel_id.to_string()) else {
            return Ok(None);
        };
        if channel.scope_id.is_empty() {
            return Ok(None);
        }
        let clock = app.clock.clone();
        let now: amocrm::Now = Arc::new(move || clock.now());
        let chats = Chats::new(app.http.trusted().clone(), crate::config::base(&integration.amojo_url), now)?;
        Ok(Some(Self { chats, secret: &configured.secret, scope_id: channel.scope_id.clone() }))
    }

    async fn message(&self, claim: &Claim, parts: &Parts) -> Report {
        let Some(message) = new_message(parts) else {
            return bury(FailureCode::Unsupported, "this kind of message cannot go to amoCRM yet");
        };
        // A letter that may have arrived is looked for before it is sent: amoCRM never sees one message twice.
        let mut chat_id = None;
        if claim.letter.unknown || claim.letter.late {
            match self.find_out(parts, &message).await {
                Ok(Found::Yes(taken)) => return Report::done(200, taken),
                Ok(Found::No(id)) => chat_id = Some(id),
                Err(error) => return keep_unknown(claim, &error),
            }
        }
        match self.chats.send_message(self.secret, &self.scope_id, &message).await {
            Ok(taken) => {
                let chat_id = chat_id.or_else(|| told_chat(parts, &message, taken.conversation_id));
                let message_id = Some(taken.amojo_message_id);
                let taken = Taken { amocrm_message_id: message_id, amocrm_chat_id: chat_id, ..Taken::default() };
                Report::done(200, taken)
            }
            // It may have been processed between the look and the resend: then the id is taken.
            Err(CrmError::Refused { status: 400 | 409 | 422, text, .. }) if claim.letter.unknown => {
                match self.find_out(parts, &message).await {
                    Ok(Found::Yes(taken)) => Report::done(200, taken),
                    Ok(Found::No(_)) => {
                        bury(FailureCode::Rejected, "amoCRM refused the message").with_answer(400, &text)
                    }
                    Err(error) => keep_unknown(claim, &error),
                }
            }
            Err(error) => judge_message(claim, &error),
        }
    }

    /// Asks amojo whether it has the message: create chat gives amojo's id of the chat (it is idempotent), history
    /// holds what was taken.
    async fn find_out(&self, parts: &Parts, message: &NewMessage) -> Result<Found, CrmError> {
        let chat_id = if parts.conversation.amocrm_chat_id.is_empty() {
            let chat = NewChat {
                conversation_id: message.conversation_id.clone(),
                source: message.source.clone(),
                user: message.sender.clone(),
            };
            self.chats.create_chat(self.secret, &self.scope_id, &chat).await?.id
        } else {
            parts.conversation.amocrm_chat_id.clone()
        };
        for page in 0..HISTORY_PAGES {
            let offset = page * HISTORY_PAGE;
            let rows = self.chats.history(self.secret, &self.scope_id, &chat_id, offset, HISTORY_PAGE).await?;
            if let Some(row) = rows.iter().find(|row| row.message.client_id.as_deref() == Some(&message.message_id)) {
                return Ok(Found::Yes(Taken {
                    amocrm_message_id: Some(row.message.id.clone()),
                    amocrm_chat_id: Some(chat_id),
                    ..Taken::default()
                }));
            }
            if rows.len() < usize::try_from(HISTORY_PAGE).unwrap_or(usize::MAX) {
                break;
            }
        }
        Ok(Found::No(chat_id))
    }

    async fn status(&self, claim: &Claim, parts: &Parts) -> anyhow::Result<Option<Report>> {
        let report: StatusReport = serde_json::from_str(&claim.letter.payload)?;
        let reported = State::from_number(parts.message.reported)?;
        let lower = reported >= report.state || (report.state == State::Failed && reported >= State::Delivered);
        let status = match report.state {
            State::Delivered => DeliveryStatus::Delivered,
            State::Read => DeliveryStatus::Read,
            State::Failed => failed(report.failure),
            State::Queued | State::Sent => return Ok(None),
        };
        if lower {
            return Ok(None);
        }
        let id = &parts.message.amocrm_message_id;
        if id.is_empty() {
            return Ok(Some(bury(FailureCode::Internal, "the message has no id at amoCRM")));
        }
        let done = self.chats.delivery_status(self.secret, &self.scope_id, id, &status).await;
        Ok(Some(match done {
            Ok(()) => Report::done(200, Taken::default()),
            Err(CrmError::Refused { status: 404, text, .. }) if claim.letter.attempts >= STATUS_NOT_FOUND_TRIES => {
                bury(FailureCode::Rejected, "amoCRM does not know the message").with_answer(404, &text)
            }
            Err(CrmError::Refused { status: 404, text, .. }) => {
                retry(None, false, "amoCRM does not know the message yet").with_answer(404, &text)
            }
            // Telling a status twice does no harm.
            Err(error) if error.outcome_unknown() => retry(None, false, &error.to_string()),
            Err(error) => judge(claim, &error),
        }))
    }
}

enum Found {
    Yes(Taken),
    /// Not there; the chat's id was learned.
    No(String),
}

fn new_message(parts: &Parts) -> Option<NewMessage> {
    let source = parts.source.as_ref()?;
    let id = |part: &str, external_id: &str| crm_id(source.id, part, external_id).to_string();
    let Content::Text { text } = &parts.body.content else { return None };
    // The customer was erased while this came in: nobody knows any more which conversation it belongs to.
    if parts.conversation.external_id.is_empty() {
        return None;
    }
    Some(NewMessage {
        message_id: id("message", &parts.message.external_id),
        conversation_id: id("conversation", &parts.conversation.external_id),
        conversation_ref_id: None,
        at_milliseconds: parts.message.sent_at,
        sender: user(&parts.body.sender, id("person", &parts.body.sender.id)),
        receiver: None,
        source: Some(SourceRef { external_id: source.external_id.clone() }),
        content: CrmContent::Text { text: text.clone() },
        silent: parts.body.silent,
    })
}

fn user(person: &Person, id: String) -> ChatUser {
    let known = [&person.name, &person.phone, &person.email].into_iter().flatten().next();
    ChatUser {
        id,
        ref_id: None,
        name: known.cloned().unwrap_or_else(|| person.id.clone()),
        avatar: person.avatar_url.clone(),
        phone: person.phone.clone(),
        email: person.email.clone(),
        profile_link: person.profile_url.clone(),
    }
}

/// amojo's id of a chat that was not known yet. Whether an answer tells theirs or ours differs (chats-api §3.4.5): what is
/// not ours is theirs.
fn told_chat(parts: &Parts, message: &NewMessage, told: Option<String>) -> Option<String> {
    let unknown = parts.conversation.amocrm_chat_id.is_empty();
    told.filter(|id| unknown && *id != message.conversation_id && uuid::Uuid::parse_str(id).is_ok())
}

fn failed(failure: Option<Failure>) -> DeliveryStatus {
    let failure = failure.unwrap_or(Failure { code: FailureCode::Other, text: String::new() });
    let code = match failure.code.amocrm_code() {
        901 => CrmCode::ConversationDeleted,
        902 => CrmCode::IntegrationOff,
        903 => CrmCode::Internal,
        904 => CrmCode::ConversationImpossible,
        _ => CrmCode::Other,
    };
    let text = if failure.text.is_empty() { failure.code.words().to_owned() } else { failure.text };
    DeliveryStatus::Failed { code, text }
}

/// A message's error: what may have been processed stays unknown, 5xx among it.
fn judge_message(claim: &Claim, error: &CrmError) -> Report {
    match error {
        CrmError::NoAnswer { .. } | CrmError::Unreadable { .. } => keep_unknown(claim, error),
        CrmError::Refused { status: 500.., .. } => keep_unknown(claim, error),
        _ => judge(claim, error),
    }
}

fn keep_unknown(claim: &Claim, error: &CrmError) -> Report {
    match error {
        // The question was refused, not the message: what refuses it decides how to go on.
        CrmError::Refused { status: 401 | 402 | 403 | 404 | 429, .. } => judge(claim, error),
        CrmError::Refused { status, text, .. } | CrmError::Unreadable { status, text, .. } => {
            Report::not_done(Verdict::Unknown, "amoCRM gave no clear answer").with_answer(*status, text)
        }
        _ => Report::not_done(Verdict::Unknown, error.to_string()),
    }
}

/// What an error of amoCRM means (reliability.md §2.6).
fn judge(claim: &Claim, error: &CrmError) -> Report {
    let CrmError::Refused { status, retry_after, text, .. } = error else {
        return match error {
            CrmError::Invalid { what, .. } => bury(FailureCode::Internal, what),
            _ => retry(None, false, &error.to_string()),
        };
    };
    let report = match status {
        429 => retry(*retry_after, true, "amoCRM asked to slow down"),
        402 => retry(Some(UNPAID), true, "the amoCRM account is not paid"),
        // Signed anew once more, in case the clock was being set; then somebody has to look.
        401 | 403 if claim.letter.attempts == 0 => retry(None, false, "amoCRM does not accept the signature"),
        401 | 403 => Report::not_done(Verdict::Pause, "signature_refused"),
        404 => Report::not_done(Verdict::Pause, "channel_disconnected"),
        400 | 405..=407 | 409..=424 => bury(FailureCode::Rejected, "amoCRM refused the message"),
        _ => retry(*retry_after, false, "amoCRM is not answering"),
    };
    report.with_answer(*status, text)
}

fn retry(after: Option<Duration>, whole_target: bool, reason: &str) -> Report {
    Report::not_done(Verdict::Retry { after, whole_target }, reason)
}

fn bury(code: FailureCode, reason: &str) -> Report {
    Report::not_done(Verdict::Bury(Failure { code, text: String::new() }), reason)
}
