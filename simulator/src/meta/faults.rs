//! Fault injection.

use serde::Deserialize;

use crate::old::{self, CallFault, DeliveryFault};

/// Faults of Graph calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// A Graph error; the call is not executed.
    Refuse {
        /// HTTP status.
        status: u16,
        /// `error.code`.
        code: i64,
        /// `error.error_subcode`.
        #[serde(default)]
        subcode: Option<i64>,
        /// `error.message`.
        message: String,
    },
    /// This status with a gateway's HTML page; the call is not executed.
    HtmlPage {
        /// Usually 502.
        status: u16,
    },
    /// The connection is dropped without an answer; the call is not executed.
    ResetBefore,
    /// The call is executed, then the connection is dropped without an answer.
    ResetAfter,
}

/// Faults of events sent to a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HookFault {
    /// It is sent twice.
    Doubled,
    /// It is accepted but its answer is lost, so it is sent again.
    LostAnswer,
    /// Its signature is wrong, and it is not retried.
    Forged,
    /// It is never sent.
    Lost,
}

impl CallFault for Fault {
    fn only_delays(&self) -> bool {
        false
    }
}

impl DeliveryFault for HookFault {
    const WHAT: &'static str = "webhook";
}

/// Faults of calls, by the last segment of the path (`messages`, `subscribed_apps`, …), and of events.
pub type Faults = old::Faults<Fault, HookFault>;

impl Faults {
    /// Applies the fault to the next `count` webhook bodies.
    pub fn next_hooks(&self, count: usize, fault: HookFault) {
        self.add_delivery(Some(count), fault);
    }
}
