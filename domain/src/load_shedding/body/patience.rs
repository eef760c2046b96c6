//! How long a body may take.

use std::time::Duration;

use base::config::LimitsConfig;

use crate::load_shedding::class::{BodyKind, RequestClass};

/// amoCRM waits five seconds for the answer to a hook.
const HOOK_WITHIN: Duration = Duration::from_secs(3);

/// How long a caller may take to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// In total, before the first byte.
    pub(super) whole: Duration,
    /// Between two reads.
    pub(super) idle: Duration,
    /// This many bytes extend the total by a second; `None`: it is fixed.
    pub(super) bytes_a_second: Option<u64>,
    /// The most bytes held at once, however many came.
    pub(super) most_held: usize,
}

impl Patience {
    /// The limits for a body of this kind; `buffer`: bytes buffered of a file while it is stored.
    pub fn of(class: RequestClass, kind: BodyKind, limits: &LimitsConfig, buffer: usize) -> Self {
        let seconds = |seconds: u32| Duration::from_secs(u64::from(seconds));
        let whole = match (kind, class) {
            (BodyKind::File, _) => {
                let idle = seconds(limits.upload_idle_seconds);
                let bytes_a_second = Some(u64::from(limits.upload_bytes_per_second));
                return Self { whole: idle, idle, bytes_a_second, most_held: buffer };
            }
            (BodyKind::Whole, RequestClass::Hook) => HOOK_WITHIN,
            (BodyKind::Whole, _) => seconds(limits.body_seconds),
        };
        Self { whole, idle: whole, bytes_a_second: None, most_held: usize::MAX }
    }

    /// How much longer the next bytes may take, after this many bytes and this much waiting.
    pub(super) fn left(&self, received: u64, waited: Duration) -> Duration {
        let bought = self.bytes_a_second.map_or(0, |rate| received / rate.max(1));
        (self.whole + Duration::from_secs(bought)).saturating_sub(waited).min(self.idle)
    }
}
