//! How long calls and messages took, as counts by hour in the table `histogram`: written with the attempts they come
//! from, so that pages of a busy account read few rows and miss none.
//!
//! A bucket is an eighth of a power of two: exact below 16 ms, at most 12.5 % wide above. What is said of a bucket is its
//! upper end, so that "95 of 100 took no longer" is true.

use std::collections::BTreeMap;

use base::message::LetterKind;
use base::millis::HOUR;
use uuid::Uuid;

use crate::rows::{Rows, Write};
use crate::{Attempt, Claim, Settlement};

/// What is measured, as `histogram.measure` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Calls that the other side answered, until the answer.
    Answered,
    /// Calls that failed ([`Attempt::call_failed`]), until their end.
    Failed,
    /// Messages from their acceptance to the end of the call that delivered them.
    Delivery,
    /// Messages from their acceptance to their first call.
    FirstCall,
}

impl Measure {
    pub const fn number(self) -> i16 {
        match self {
            Self::Answered => 0,
            Self::Failed => 1,
            Self::Delivery => 2,
            Self::FirstCall => 3,
        }
    }
}

/// log2 of the buckets of a power of two.
const FINENESS: u32 = 3;

/// The bucket of a duration in milliseconds.
fn bucket_of(millis: i64) -> i16 {
    let millis = u64::try_from(millis).unwrap_or_default();
    let shift = (millis | 1).ilog2().saturating_sub(FINENESS);
    let bucket = (u64::from(shift) << FINENESS) + (millis >> shift);
    i16::try_from(bucket).unwrap_or(i16::MAX)
}

/// The longest duration of a bucket, milliseconds.
fn end_of(bucket: i16) -> i64 {
    let bucket = u64::try_from(bucket).unwrap_or_default();
    let shift = (bucket >> FINENESS).saturating_sub(1);
    let first = bucket - (shift << FINENESS);
    i64::try_from(((first + 1) << shift) - 1).unwrap_or(i64::MAX)
}

/// Durations, counted by bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram(BTreeMap<i16, i64>);

impl Histogram {
    pub fn add(&mut self, bucket: i16, count: i64) {
        *self.0.entry(bucket).or_default() += count;
    }

    /// How many durations.
    pub fn count(&self) -> i64 {
        self.0.values().sum()
    }

    /// So many of 100 durations were no longer, milliseconds; none of nothing.
    pub fn percentile(&self, share: i64) -> Option<i64> {
        let place = (self.count() * share + 99) / 100;
        let mut seen = 0;
        let reaches = |(_, count): &(&i16, &i64)| {
            seen += **count;
            seen >= place
        };
        self.0.iter().find(reaches).map(|(bucket, _)| end_of(*bucket))
    }
}

/// Tenant, hour, source, direction, measure and bucket.
type Key = (Uuid, i32, Uuid, i16, i16, i16);

/// Counts what the attempts of settlements took, in the same commit.
pub(crate) fn durations<'a>(instance: Uuid, settlements: impl Iterator<Item = &'a Settlement>) -> Write {
    let mut all: BTreeMap<Key, (i64, i64)> = BTreeMap::new();
    for (one, attempt) in settlements.filter_map(|one| one.attempt.as_ref().map(|attempt| (one, attempt))) {
        let hour = i32::try_from(attempt.ended_at() / HOUR).unwrap_or(i32::MAX);
        for (measure, millis) in measured(one, attempt) {
            let direction = one.claim.direction.number();
            let key = (one.claim.tenant_id, hour, one.claim.source_id, direction, measure.number(), bucket_of(millis));
            let (count, last_at) = all.entry(key).or_default();
            *count += 1;
            *last_at = Ord::max(*last_at, attempt.at);
        }
    }
    Rows::new()
        .uuid("tenant_id", all.keys().map(|key| key.0))
        .int("hour", all.keys().map(|key| key.1))
        .uuid("source_id", all.keys().map(|key| key.2))
        .short("direction", all.keys().map(|key| key.3))
        .short("measure", all.keys().map(|key| key.4))
        .short("bucket", all.keys().map(|key| key.5))
        .uuid("instance", all.keys().map(|_| instance))
        .long("count", all.values().map(|value| value.0))
        .long("last_at", all.values().map(|value| value.1))
        .write(
            "INSERT INTO histogram (tenant_id, hour, source_id, direction, measure, bucket, instance, count, last_at) \
             SELECT tenant_id, hour, source_id, direction, measure, bucket, instance, count, last_at FROM rows WHERE true \
             ORDER BY tenant_id, hour, source_id, direction, measure, bucket \
             ON CONFLICT (tenant_id, hour, source_id, direction, measure, bucket, instance) DO UPDATE SET \
             count = histogram.count + excluded.count, \
             last_at = CASE WHEN excluded.last_at > histogram.last_at THEN excluded.last_at ELSE histogram.last_at END",
        )
}

/// What an attempt took; nothing if it made no call.
fn measured(one: &Settlement, attempt: &Attempt) -> Vec<(Measure, i64)> {
    if !attempt.made_call() {
        return Vec::new();
    }
    let call = if attempt.call_failed() { Measure::Failed } else { Measure::Answered };
    let mut all = vec![(call, i64::from(attempt.millis))];
    let letter = &one.claim.letter;
    // Not a later part of it, nor what a person sent again.
    if letter.kind == LetterKind::Message && letter.attempts == 0 && letter.payload.is_empty() && !letter.late {
        all.push((Measure::FirstCall, Ord::max(attempt.at - letter.accepted_at, 0)));
    }
    all.extend(delivery_time(&one.claim, attempt).map(|millis| (Measure::Delivery, millis)));
    all
}

/// Milliseconds from the acceptance of a message until the other side accepted it in this attempt; none if it did not. A
/// letter that a person sent again is younger than its message, whose id begins with the time at which it was accepted here.
/// The id of an imported message is older than its letter: it waited in the file for its turn.
pub(crate) fn delivery_time(claim: &Claim, attempt: &Attempt) -> Option<i64> {
    let letter = &claim.letter;
    if letter.kind != LetterKind::Message || attempt.verdict != "done" {
        return None;
    }
    let made_at = i64::try_from(letter.message_id.as_u128() >> TIME_SHIFT).unwrap_or_default();
    let accepted_at = if letter.late { made_at } else { letter.accepted_at };
    Some((attempt.ended_at() - accepted_at).max(0))
}

/// Bits of an id after its time.
const TIME_SHIFT: u32 = 80;

#[cfg(test)]
mod tests {
    use super::{Histogram, bucket_of, end_of};

    #[test]
    fn a_bucket_ends_with_its_longest_duration_and_is_at_most_an_eighth_wide() {
        for millis in (0..70_000).chain([3_600_000, 86_400_000, i64::from(u32::MAX)]) {
            let (bucket, end) = (bucket_of(millis), end_of(bucket_of(millis)));
            assert!(end >= millis && bucket_of(end) == bucket && bucket_of(end + 1) == bucket + 1, "{millis}: {end}");
            assert!(end - millis <= millis / 8, "{millis}: {end}");
        }
        assert_eq!((bucket_of(-1), end_of(bucket_of(15))), (0, 15));
    }

    #[test]
    fn percentiles_are_those_of_all_durations() {
        let mut all = Histogram::default();
        assert_eq!(all.percentile(95), None);
        for millis in 1..=15 {
            all.add(bucket_of(millis), 1);
        }
        all.add(bucket_of(60_000), 1);
        assert_eq!((all.count(), all.percentile(50), all.percentile(93)), (16, Some(8), Some(15)));
        assert_eq!(all.percentile(95), Some(end_of(bucket_of(60_000))));
    }
}
