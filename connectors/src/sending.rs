//! A message as the requests that a connector makes of it. Each request is a step of its own: an attempt sends the next
//! one, and its settlement stores how far the message is, so that what a messenger has accepted is never sent again.
//!
//! ```text
//! message ─▶ draft ─▶ what was done before, once more in memory ─▶ post the next request
//!                                                  ┌─ accepted: done, or onward with the steps so far
//!                             judge ◀── refused ◀──┤
//!                               │                  └─ no answer: its changes are stored, because it may have arrived so
//!                               └─▶ changed: post it again, once for each reason
//! ```

use std::fmt::Debug;
use std::time::Duration;

use base::cache::Cache;
use base::i18n::{LocalizedText, Words};
use base::message::{Failure, FailureCode, Media};
use base::verdict::{Report, Taken, Verdict};
use serde::{Deserialize, Serialize};

use super::{Event, Message, Outgoing};
use crate::error_catalog::{CatalogEntry, Fix, RefusalClass};
use crate::file::{NotOpened, OpenFile};

/// What was done of a message, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    /// A request was accepted.
    Sent,
    /// The rest was changed after a refusal.
    Changed(Fix),
}

/// The steps so far, as a letter stores them.
struct Steps(Vec<Step>);

impl Steps {
    fn read(text: &str) -> Self {
        Self(serde_json::from_str(text).unwrap_or_default())
    }

    fn written(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }
}

/// What follows from a refused request.
pub(crate) enum Next {
    /// Change it and send it again. The report counts if it cannot be changed.
    Change(Fix, Report),
    /// Send it again: the draft has changed itself.
    Again,
    End(Report),
}

impl Judged {
    /// Changes a request once for each reason. `next`: what a reason leads to.
    pub(crate) fn once(self, changes: &[Fix], next: impl FnOnce(Fix) -> Fix) -> Next {
        match self.fix.map(next) {
            Some(fix) if !changes.contains(&fix) => Next::Change(fix, self.report),
            _ => Next::End(self.report),
        }
    }
}

/// The requests that are still to be sent, with their changeable parts separate. `C`: what every request needs.
pub(crate) trait Draft<C: Sync>: Send + Sync {
    /// An accepted request's answer.
    type Posted: Send;
    type Failed: Send + Sync;

    /// Maximum changes of one request.
    const CHANGES: usize;

    /// Whether requests follow the next one.
    fn has_more(&self) -> bool;

    /// The next request was accepted: the one that follows it is the next.
    fn advance(&mut self);

    /// Sends the next request.
    fn post(&self, context: &C) -> impl Future<Output = Result<Self::Posted, Self::Failed>> + Send;

    /// What follows from a failure. `changes`: those already made of this request.
    fn judge(&mut self, context: &C, failed: &Self::Failed, changes: &[Fix]) -> impl Future<Output = Next> + Send;

    /// Changes the next request as the error catalog prescribes; false if this change does not apply. `failed`: none
    /// for a change that was made in an earlier attempt.
    fn mend(&mut self, context: &C, message: &Message, fix: Fix, failed: Option<&Self::Failed>) -> bool;

    fn taken(&self, context: &C, posted: Self::Posted) -> Taken;
}

/// Makes again the changes of earlier attempts; returns those of the next request. None if no request is left.
fn resume<C: Sync, D: Draft<C>>(draft: &mut D, context: &C, message: &Message, steps: &Steps) -> Option<Vec<Fix>> {
    let mut changes = Vec::new();
    for step in &steps.0 {
        match step {
            Step::Sent if !draft.has_more() => return None,
            Step::Sent => {
                draft.advance();
                changes.clear();
            }
            Step::Changed(fix) if draft.mend(context, message, *fix, None) => changes.push(*fix),
            Step::Changed(_) => {}
        }
    }
    Some(changes)
}

/// Sends the next request of a message.
pub(crate) async fn send<C: Sync, D: Draft<C>>(
    mut draft: D,
    context: &C,
    outgoing: &Outgoing,
    message: &Message,
) -> Report {
    let mut steps = Steps::read(&outgoing.begun);
    let Some(mut changes) = resume(&mut draft, context, message, &steps) else {
        return Report::done(0, Taken::default());
    };
    loop {
        let failed = match draft.post(context).await {
            Ok(posted) => {
                let taken = draft.taken(context, posted);
                // A success without a message id does not come from the messenger, so the outcome is unknown.
                if taken.external_id.is_none() {
                    let said = LocalizedText::new("said-messenger-answered").with("status", 200_u16);
                    return lost(Judged::unknown(200, &said).report, &changes, &steps);
                }
                steps.0.push(Step::Sent);
                let onward = draft.has_more().then(|| steps.written());
                return Report::done(200, Taken { onward, ..taken });
            }
            Err(failed) => failed,
        };
        match draft.judge(context, &failed, &changes).await {
            Next::Again => {}
            Next::Change(fix, report) => {
                if changes.len() >= D::CHANGES || !draft.mend(context, message, fix, Some(&failed)) {
                    return report;
                }
                changes.push(fix);
                steps.0.push(Step::Changed(fix));
            }
            Next::End(report) => return lost(report, &changes, &steps),
        }
    }
}

/// Of a request whose outcome is unknown, the changes are stored, because it may have arrived so.
fn lost(report: Report, changes: &[Fix], steps: &Steps) -> Report {
    let is_lost = report.verdict == Verdict::Unknown && !changes.is_empty();
    Report { begun: is_lost.then(|| steps.written()), ..report }
}

/// How far a message is once its next request is known to have arrived; none if that was the last one.
pub(crate) fn onward<C: Sync, D: Draft<C>>(
    mut draft: D,
    context: &C,
    outgoing: &Outgoing,
    message: &Message,
) -> Option<String> {
    let mut steps = Steps::read(&outgoing.begun);
    let has_more = resume(&mut draft, context, message, &steps).is_some() && draft.has_more();
    steps.0.push(Step::Sent);
    has_more.then(|| steps.written())
}

impl Outgoing {
    /// Opens a file of the message; none if its bytes are not stored here, so that only its link can be sent. `away`: the
    /// key of what is said if it cannot be read now.
    pub(crate) async fn open(&self, media: &Media, away: &'static str) -> Result<Option<OpenFile>, LocalizedText> {
        let Some(id) = media.media_id else { return Ok(None) };
        match self.files.open(id).await {
            Ok(file) => Ok(Some(file)),
            Err(NotOpened::Never(_)) => Ok(None),
            Err(NotOpened::Gone(_) | NotOpened::Later { .. }) => Err(LocalizedText::new(away)),
        }
    }

    /// The message that is sent; none for other events.
    pub(crate) fn message(&self) -> Option<&Message> {
        match &self.event {
            Event::Created(message) | Event::Started(message) => Some(message),
            Event::Edited(_) | Event::Typing { .. } | Event::Reaction { .. } => None,
        }
    }
}

const TOO_MANY_REQUESTS: u16 = 429;

/// Whether a status is about the size or type of the request. The same request would be refused again, so that the
/// catalog also judges a gateway's answer.
pub(crate) const fn is_about_request(status: u16) -> bool {
    matches!(status, 413..=415)
}

/// A failed call and its meaning.
pub(crate) struct Judged {
    /// The outcome, unless the request is changed and sent again.
    pub report: Report,
    /// How the request may be changed.
    pub fix: Option<Fix>,
}

impl Judged {
    /// A failure other than a refusal.
    pub fn plain(verdict: Verdict, reason: impl Into<String>) -> Self {
        Self { report: Report::not_done(verdict, reason), fix: None }
    }

    /// Nothing was sent, so a retry is safe.
    pub fn not_sent(reason: &LocalizedText) -> Self {
        Self::plain(Verdict::Retry { after: None, whole_target: false }, reason.to_string())
    }

    /// Not the messenger but something before it answered, without the messenger's error body: unless it
    /// [`is_about_request`], it says nothing about the message or our access, and nothing arrived.
    pub fn gateway(status: u16, after: Option<Duration>) -> Self {
        let said = LocalizedText::new("said-messenger-answered").with("status", status);
        let verdict = Verdict::Retry { after, whole_target: status == TOO_MANY_REQUESTS };
        Self::plain(verdict, said.to_string()).with_answer(status, "")
    }

    /// It was sent, but the outcome is unknown. `status`: that of the unreadable answer, 0 if there was none.
    pub fn unknown(status: u16, reason: &LocalizedText) -> Self {
        let report = Report { status, ..Report::not_done(Verdict::Unknown, reason.to_string()) };
        Self { report, fix: None }
    }

    /// A refusal by its row in the catalog; without one, it is permanent. `retry`: the verdict if the row is
    /// transient.
    pub fn refused(row: Option<&CatalogEntry>, words: Words, retry: Verdict, reason: String) -> Self {
        let Some(row) = row else {
            let failure = Failure { code: FailureCode::Rejected, text: String::new() };
            return Self::plain(Verdict::Bury(failure), reason);
        };
        match row.class {
            RefusalClass::Permanent => Self::plain(Verdict::Bury(row.failure(words)), reason),
            RefusalClass::Resend(fix) => {
                Self { fix: Some(fix), ..Self::plain(Verdict::Bury(row.failure(words)), reason) }
            }
            RefusalClass::Transient => Self::plain(retry, reason),
            // The reason of a pause is stored and later shown in any language by [`LocalizedText::stored`].
            RefusalClass::Pause => Self::plain(Verdict::Pause, LocalizedText::new(row.key()).to_string()),
            RefusalClass::Done => Self { report: Report::done(0, Taken::default()), fix: None },
            RefusalClass::Unknown => Self::plain(Verdict::Unknown, reason),
        }
    }

    /// Adds the answer that refused the call, for the attempt log.
    pub fn with_answer(self, status: u16, answer: &str) -> Self {
        Self { report: self.report.with_answer(status, answer), ..self }
    }
}

/// How long nothing is asked for that messages can do without, after a question without an answer.
pub(crate) const UNANSWERED: Duration = Duration::from_secs(30);

/// Time limit for marking.
const WITHIN: Duration = Duration::from_secs(2);
/// How many conversations are remembered, and for how long.
const CONVERSATIONS: u64 = 50_000;
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// The last marked message of each conversation, by line and conversation. Per process.
pub(crate) struct ReadMarks(Cache<(String, String), String>);

impl Default for ReadMarks {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(CONVERSATIONS).time_to_live(KEPT).build())
    }
}

impl ReadMarks {
    /// Marks the customer's last message as read after a manager's answer, once. Nothing depends on its result. `act`: the
    /// messenger's call.
    pub async fn mark<T, E: Debug>(&self, line: &str, outgoing: &Outgoing, act: impl Future<Output = Result<T, E>>) {
        let Some(last) = &outgoing.last_incoming else { return };
        let place = (line.to_owned(), outgoing.conversation_id.clone());
        if self.0.get(&place).await.as_ref() == Some(&last.external_id) {
            return;
        }
        self.0.insert(place, last.external_id.clone()).await;
        match tokio::time::timeout(WITHIN, act).await {
            Ok(Ok(_)) => {}
            Ok(Err(failed)) => tracing::debug!(reason = ?failed, "a conversation could not be marked as read"),
            Err(_) => tracing::debug!("the messenger did not mark a conversation as read in time"),
        }
    }
}

/// Whether a file is of one of these types. An unknown type matches.
pub(crate) fn is_one_of(media: &Media, kinds: &[&str]) -> bool {
    media.mime_type.as_deref().is_none_or(|kind| kinds.contains(&kind.split(';').next().unwrap_or(kind).trim()))
}
