//! A delivery attempt as a trace shows it: from the lease to the settlement, with the call inside.

use base::message::LetterKind;
use base::telemetry::traces::TraceSpan;
use opentelemetry::KeyValue;
use opentelemetry::trace::SpanKind;
use queue::{Attempt, Claim, Settlement};

use crate::delivery::DeliveryContext;

/// Reported once the attempt is settled; none if its message is not followed.
pub(super) struct Trace(Option<Box<TracedAttempt>>);

struct TracedAttempt {
    claim: Claim,
    pool: String,
    attempt: Option<Attempt>,
    from: i64,
}

impl Trace {
    pub fn of(app: &DeliveryContext, pool: &str, settlement: &Settlement, from: i64) -> Self {
        let followed = app.traces.follows(settlement.claim.letter.message_id);
        Self(followed.then(|| {
            let (claim, attempt) = (settlement.claim.clone(), settlement.attempt.clone());
            Box::new(TracedAttempt { claim, pool: pool.to_owned(), attempt, from })
        }))
    }

    /// Called after the settlement was written.
    pub fn settled(self, app: &DeliveryContext) {
        let Some(tried) = self.0 else { return };
        let letter = &tried.claim.letter;
        let part = |name, kind, from, to, attributes| TraceSpan {
            message_id: letter.message_id,
            name,
            kind,
            from,
            to,
            error: String::new(),
            attributes,
        };
        let attributes = vec![
            KeyValue::new("parom.direction", tried.claim.direction.word()),
            KeyValue::new("parom.letter", kind_of(letter.kind)),
            KeyValue::new("parom.tenant_id", tried.claim.tenant_id.to_string()),
            KeyValue::new("parom.attempt", i64::from(letter.attempts) + 1),
        ];
        let name = if letter.kind == LetterKind::Status { "receipt" } else { "deliver" };
        let to = app.clock.millis();
        let deliver = app.traces.below_root(part(name, SpanKind::Consumer, tried.from, to, attributes));
        let Some(attempt) = tried.attempt else { return };
        let attributes = vec![
            KeyValue::new("parom.remote", tried.pool),
            KeyValue::new("parom.verdict", attempt.verdict),
            KeyValue::new("http.response.status_code", i64::from(attempt.status)),
        ];
        let end = attempt.at + i64::from(attempt.millis);
        let call = part("call", SpanKind::Client, attempt.at, end, attributes);
        let error = if attempt.verdict == "done" { String::new() } else { attempt.reason };
        app.traces.below(TraceSpan { error, ..call }, deliver);
    }
}

fn kind_of(kind: LetterKind) -> String {
    serde_json::to_value(kind).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}
