//! Fault injection.

use serde::Deserialize;

use crate::old::{self, CallFault, DeliveryFault};

/// Faults of API calls and uploads.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// Any of VK's errors (HTTP 200); the call is not executed.
    Refuse {
        /// `error_code`.
        code: i64,
        /// `error_msg`; VK's own text if empty.
        #[serde(default)]
        text: String,
    },
    /// This HTTP status with a gateway's HTML page; the call is not executed.
    HtmlPage {
        /// Usually 502.
        status: u16,
    },
    /// The call is executed after a delay.
    Slow {
        /// Milliseconds of the machine's clock.
        millis: u64,
    },
    /// The connection is dropped without an answer; the call is not executed.
    ResetBefore,
    /// The call is executed, then the connection is dropped without an answer.
    ResetAfter,
}

/// Faults of events sent to callback servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventFault {
    /// It is sent twice.
    Doubled,
    /// It is accepted but its answer is lost, so it is sent again.
    LostAnswer,
    /// It is never sent.
    Lost,
}

impl CallFault for Fault {
    fn only_delays(&self) -> bool {
        matches!(self, Self::Slow { .. })
    }
}

impl DeliveryFault for EventFault {
    const WHAT: &'static str = "event";
}

/// Faults of calls, by method (`upload` means any upload), and of events.
pub type Faults = old::Faults<Fault, EventFault>;

impl Faults {
    /// Refuses the next call of this method with this code.
    pub fn refuse(&self, method: &str, code: i64) {
        self.next(method, 1, Fault::Refuse { code, text: String::new() });
    }

    /// Applies the fault to the next events sent to callback servers: `count` of them, or all until [`Faults::clear`].
    pub fn next_events(&self, count: Option<usize>, fault: EventFault) {
        self.add_delivery(count, fault);
    }
}
