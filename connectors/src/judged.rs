//! What a failed call means for a message, according to the error catalog.

use std::time::Duration;

use base::i18n::{LocalizedText, Words};
use base::message::{Failure, FailureCode};
use base::verdict::{Report, Taken, Verdict};

use crate::error_catalog::{CatalogEntry, Fix, RefusalClass};

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
        let said = LocalizedText::new("said-server-answered").with("status", status);
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
