//! Fault injection.

use serde::Deserialize;

use crate::old::{self, CallFault, DeliveryFault};

/// Faults of Graph calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// A documented error with its usual status, title and details; the call is not executed.
    Error {
        /// The code, such as 130429.
        code: i64,
    },
    /// Any error of Meta's; the call is not executed.
    Refuse {
        /// HTTP status.
        status: u16,
        /// `code`.
        code: i64,
        /// The whole `message`.
        message: String,
        /// `error_subcode`.
        #[serde(default)]
        subcode: Option<i64>,
        /// `error_data.details`.
        #[serde(default)]
        details: Option<String>,
    },
    /// This status with a gateway's HTML page; the call is not executed.
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
    /// The call is executed, but its answer is sent only after every due webhook was delivered, so statuses arrive
    /// first.
    AnswerLast,
}

/// Faults of webhook calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookFault {
    /// It is sent twice.
    Doubled,
    /// It is accepted but its answer is lost, so it is sent again.
    LostAnswer,
    /// It is sent only after a later webhook was accepted.
    Late,
    /// It is never sent.
    Lost,
    /// Its signature is made with another secret.
    Forged,
    /// It has no signature.
    Unsigned,
}

impl CallFault for Fault {
    fn only_delays(&self) -> bool {
        matches!(self, Self::Slow { .. } | Self::AnswerLast)
    }
}

impl DeliveryFault for WebhookFault {
    const WHAT: &'static str = "webhook";
}

/// Faults of calls and webhooks. A call is identified by its operation: `messages`, `read`, `media`, `media_url`,
/// `media_download`, `message_templates`, `template`, `phone`, `waba`, `phone_numbers`, `subscribed_apps`,
/// `subscriptions`, `register`, `deregister`, `access_token`, `debug_token`, `uploads`, `smb_app_data`, …: the last
/// word of its path or, if the path ends with an id, the kind of that object.
pub type Faults = old::Faults<Fault, WebhookFault>;

impl Faults {
    /// Applies the fault to the next `count` messages with this `to` or `recipient`.
    pub fn next_to(&self, to: &str, count: usize, fault: Fault) {
        self.add("messages", Some(to.to_owned()), Some(count), fault);
    }

    /// Applies the fault to the next `count` webhooks.
    pub fn next_webhooks(&self, count: usize, fault: WebhookFault) {
        self.add_delivery(Some(count), fault);
    }

    /// Applies the fault to every webhook until [`Faults::clear`].
    pub fn webhooks_until_cleared(&self, fault: WebhookFault) {
        self.add_delivery(None, fault);
    }
}
