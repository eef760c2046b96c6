//! Fault injection.

use serde::Deserialize;

use crate::kit::{self, CallFault, DeliveryFault};

/// Faults of Bot API calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// 429; the call is not executed.
    TooMany {
        /// `Retry-After` in seconds; without it the header is omitted.
        #[serde(default)]
        retry_after: Option<u32>,
    },
    /// A gateway's HTML page with this status; the call is not executed.
    HtmlPage {
        /// Usually 502.
        status: u16,
    },
    /// The connection is dropped without an answer; the call is not executed.
    ResetBefore,
    /// The call is executed, then the connection is dropped without an answer.
    ResetAfter,
    /// Any refusal; the call is not executed.
    Refuse {
        /// HTTP status.
        status: u16,
        /// `code`.
        code: String,
        /// `message`.
        message: String,
    },
    /// 200 with `"success": false`; the call is not executed.
    NotSuccess {
        /// `message`.
        message: String,
    },
}

/// Faults of updates sent to a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateFault {
    /// It is sent twice.
    Doubled,
    /// It is accepted but its answer is lost, so it is sent again.
    LostAnswer,
    /// It is never sent.
    Lost,
}

impl CallFault for Fault {
    fn only_delays(&self) -> bool {
        false
    }
}

impl DeliveryFault for UpdateFault {
    const WHAT: &'static str = "update";
}

/// Faults of calls, by names such as `POST /messages`, and of updates.
pub type Faults = kit::Faults<Fault, UpdateFault>;

impl Faults {
    /// Applies the fault to the next `count` updates sent to webhooks.
    pub fn next_updates(&self, count: usize, fault: UpdateFault) {
        self.add_delivery(Some(count), fault);
    }
}
