//! Fault injection.

use serde::Deserialize;

use crate::old::{self, CallFault, DeliveryFault};

/// Faults of API calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// 429 with `Retry-After`; the call is not executed.
    TooMany {
        /// Seconds.
        retry_after: i64,
    },
    /// This status with Avito's JSON; the call is not executed.
    ServerError {
        /// 500 and above.
        code: u16,
    },
    /// This status with a gateway's HTML page; the call is not executed.
    HtmlPage {
        /// Usually 502.
        code: u16,
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
    /// Any refusal; the call is not executed.
    Refuse {
        /// Status and `error.code`.
        code: u16,
        /// `error.message`.
        message: String,
    },
}

/// Faults of webhook calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostFault {
    /// The call is sent twice.
    Doubled,
    /// The call is accepted but its answer is lost, so it is sent again.
    LostAnswer,
    /// The call is sent only after a later one.
    Late,
    /// The call is never sent.
    Lost,
}

impl CallFault for Fault {
    fn only_delays(&self) -> bool {
        matches!(self, Self::Slow { .. })
    }
}

impl DeliveryFault for PostFault {
    const WHAT: &'static str = "webhook";
}

/// Faults of API calls, by the `operationId` in the OpenAPI file (`postSendMessage`, …), and of webhook calls.
pub type Faults = old::Faults<Fault, PostFault>;

impl Faults {
    /// Applies the fault to the next `count` webhook calls.
    pub fn next_posts(&self, count: usize, fault: PostFault) {
        self.add_delivery(Some(count), fault);
    }
}
