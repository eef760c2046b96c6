//! Trace output for batches: a new message, or an event about an earlier one.

use base::clock::Clock;
use base::message::Direction;
use base::telemetry::traces::{TraceSpan, Traces};
use opentelemetry::KeyValue;
use opentelemetry::trace::SpanKind;
use uuid::Uuid;

use crate::accept_batch::{AcceptBatch, ItemOutcome, Receipt};

/// Writes to the traces.
#[derive(Clone)]
pub struct TraceWriter {
    pub traces: Traces,
    pub clock: Clock,
}

/// An entry whose message is followed.
pub struct Followed {
    place: usize,
    message_id: Uuid,
    /// None for an event about an earlier message.
    direction: Option<Direction>,
    from: i64,
}

impl TraceWriter {
    /// Which entries of a batch are followed; costs nothing while no message is followed.
    pub fn followed(&self, batch: &AcceptBatch) -> Vec<Followed> {
        let mut followed = Vec::new();
        for (place, entry) in batch.entries.iter().enumerate() {
            let about = entry.change.as_ref().map(|change| change.message_id);
            let about = about.or_else(|| entry.letters.first().map(|letter| letter.message_id));
            let id = if entry.message.is_some() { entry.id } else { about.unwrap_or_default() };
            if self.traces.follows(id) {
                let direction = entry.message.as_ref().map(|message| message.direction);
                followed.push(Followed { place, message_id: id, direction, from: entry.accepted_at });
            }
        }
        followed
    }

    /// Reports the entries after they became durable.
    pub fn stored(&self, followed: Vec<Followed>, receipt: &Receipt) {
        for one in followed {
            if !matches!(receipt.get(one.place), Some(ItemOutcome::New { .. })) {
                continue;
            }
            let part = |name, attributes| TraceSpan {
                message_id: one.message_id,
                name,
                kind: SpanKind::Server,
                from: one.from,
                to: self.clock.millis(),
                error: String::new(),
                attributes,
            };
            match one.direction {
                Some(direction) => {
                    self.traces.root(part("accept", vec![KeyValue::new("parom.direction", direction.word())]));
                }
                None => {
                    self.traces.below_root(part("told", Vec::new()));
                }
            }
        }
    }
}
