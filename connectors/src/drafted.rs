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

use base::verdict::{Report, Taken, Verdict};
use serde::{Deserialize, Serialize};

use crate::error_catalog::Fix;
use crate::{Event, Message, Outgoing};

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
                steps.0.push(Step::Sent);
                let onward = draft.has_more().then(|| steps.written());
                return Report::done(200, Taken { onward, ..draft.taken(context, posted) });
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
            Next::End(report) => {
                let is_lost = report.verdict == Verdict::Unknown && !changes.is_empty();
                return Report { begun: is_lost.then(|| steps.written()), ..report };
            }
        }
    }
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
    /// The message that is sent; none for other events.
    pub(crate) fn message(&self) -> Option<&Message> {
        match &self.event {
            Event::Created(message) | Event::Started(message) => Some(message),
            Event::Edited(_) | Event::Typing { .. } | Event::Reaction { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;
    use base::message::{Failure, FailureCode};
    use uuid::Uuid;

    use super::*;
    use crate::file::{NotOpened, OpenFile, Shelf};
    use crate::tests::{message, outgoing, text};

    struct NoFiles;

    #[async_trait]
    impl Shelf for NoFiles {
        async fn open(&self, _: Uuid) -> Result<OpenFile, NotOpened> {
            Err(NotOpened::Never("none"))
        }
    }

    /// What was posted.
    type Calls = Mutex<Vec<&'static str>>;

    /// A text that is refused as a whole. As two requests, the answer to the first is lost.
    struct LongText(Vec<&'static str>);

    impl Draft<Calls> for LongText {
        type Posted = ();
        type Failed = &'static str;

        const CHANGES: usize = 1;

        fn has_more(&self) -> bool {
            self.0.len() > 1
        }

        fn advance(&mut self) {
            self.0.remove(0);
        }

        async fn post(&self, calls: &Calls) -> Result<(), &'static str> {
            calls.lock().unwrap().push(self.0[0]);
            if self.0[0] == "second" { Ok(()) } else { Err(self.0[0]) }
        }

        async fn judge(&mut self, _: &Calls, failed: &&'static str, _: &[Fix]) -> Next {
            let failure = Failure { code: FailureCode::Rejected, text: String::new() };
            match *failed {
                "whole" => Next::Change(Fix::Shorter, Report::not_done(Verdict::Bury(failure), "too long")),
                _ => Next::End(Report::not_done(Verdict::Unknown, "no answer")),
            }
        }

        fn mend(&mut self, _: &Calls, _: &Message, _: Fix, _: Option<&&'static str>) -> bool {
            self.0 = vec!["first", "second"];
            true
        }

        fn taken(&self, _: &Calls, (): ()) -> Taken {
            Taken::default()
        }
    }

    #[tokio::test]
    async fn a_change_before_a_lost_answer_is_known_when_the_request_has_arrived() {
        let (calls, whole) = (Calls::default(), message(text("whole")));
        let draft = || LongText(vec!["whole"]);
        let mut next = outgoing("7", Event::Created(Box::new(whole.clone())), NoFiles);
        let lost = send(draft(), &calls, &next, &whole).await;
        assert_eq!(lost.verdict, Verdict::Unknown);
        next.begun = lost.begun.unwrap();
        let again = send(draft(), &calls, &next, &whole).await;
        assert_eq!(again.begun.as_ref(), Some(&next.begun), "it is sent as it was");
        next.begun = onward(draft(), &calls, &next, &whole).expect("the second half");
        assert!(matches!(send(draft(), &calls, &next, &whole).await.verdict, Verdict::Done(_)));
        assert_eq!(*calls.lock().unwrap(), ["whole", "first", "first", "second"]);
    }

    #[test]
    fn steps_are_read_as_they_are_written_and_nothing_is_the_beginning() {
        let steps = Steps(vec![Step::Changed(Fix::NoQuote), Step::Sent, Step::Sent]);
        assert_eq!(steps.written(), r#"[{"changed":"no_quote"},"sent","sent"]"#);
        assert_eq!(Steps::read(&steps.written()).0, steps.0);
        assert_eq!(Steps::read("").0, []);
    }
}
