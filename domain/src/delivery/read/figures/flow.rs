//! Counts of messages in both directions.

use base::message::Direction;

/// Messages from customers, messages to customers, and how many of both were not delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    pub came: i64,
    pub went: i64,
    pub failed: i64,
    /// Those of `failed` that came from customers.
    pub failed_in: i64,
}

impl Flow {
    /// Messages of both directions.
    pub const fn all(&self) -> i64 {
        self.came + self.went
    }

    /// The sum of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            came: self.came + other.came,
            went: self.went + other.went,
            failed: self.failed + other.failed,
            failed_in: self.failed_in + other.failed_in,
        }
    }

    pub(in crate::delivery::read) fn add(&mut self, direction: i16, accepted: i64, failed: i64) {
        if direction == Direction::ToCrm.number() {
            self.came += accepted;
            self.failed_in += failed;
        } else {
            self.went += accepted;
        }
        self.failed += failed;
    }
}
