//! Fault injection.

use serde::Deserialize;

use crate::old::{self, CallFault, DeliveryFault};

/// Faults of Bot API calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// 429 with `retry_after`; the call is not executed.
    TooMany {
        /// Seconds.
        retry_after: i64,
    },
    /// This status with Telegram's JSON; the call is not executed.
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
    /// Any error of Telegram's; the call is not executed.
    Refuse {
        /// Status and `error_code`.
        code: u16,
        /// The whole `description`.
        description: String,
        /// `migrate_to_chat_id`.
        #[serde(default)]
        migrate_to: Option<i64>,
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
    /// It is sent only after a later update of another chat.
    Late,
    /// It is never sent.
    Lost,
}

impl CallFault for Fault {
    fn only_delays(&self) -> bool {
        matches!(self, Self::Slow { .. })
    }
}

impl DeliveryFault for UpdateFault {
    const WHAT: &'static str = "update";
}

/// Faults of calls, by method, and of updates.
pub type Faults = old::Faults<Fault, UpdateFault>;

impl Faults {
    /// Applies the fault to the next `count` calls of this method for this `chat_id`.
    pub fn next_in(&self, chat: i64, method: &str, count: usize, fault: Fault) {
        self.add(method, Some(chat.to_string()), Some(count), fault);
    }

    /// Applies the fault to the next `count` updates sent to webhooks.
    pub fn next_updates(&self, count: usize, fault: UpdateFault) {
        self.add_delivery(Some(count), fault);
    }

    /// Applies the fault to every update sent to a webhook until [`Faults::clear`].
    pub fn updates_until_cleared(&self, fault: UpdateFault) {
        self.add_delivery(None, fault);
    }
}
