//! The time in which a customer may be answered freely, counted from their last message (chats-api §5.9). Later only
//! templates are allowed, if the messenger knows any.

use connectors::{Connector, Support};
use entity::{conversation, source};
use serde::Deserialize;

/// A source's time for free answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Milliseconds after the customer's last message.
    pub length: i64,
    /// Whether templates may be sent after it.
    pub templates: bool,
}

/// The setting by which a source has a window of its own.
#[derive(Deserialize)]
struct OwnWindow {
    time_window_seconds: Option<u32>,
}

impl Window {
    /// A source's window: its own setting, else that of its kind. None if its customers may always be answered.
    pub fn of(connector: &dyn Connector, source: &source::Model) -> Option<Self> {
        // Settings were checked when they were stored.
        let own = serde_json::from_str::<OwnWindow>(&source.settings).ok().and_then(|own| own.time_window_seconds);
        let abilities = connector.abilities();
        let length = own.map(i64::from)?.saturating_mul(1000);
        Some(Self { length, templates: abilities.features.templates == Support::Native })
    }

    /// Until when this customer may be answered freely, in milliseconds since 1970; none if they never wrote.
    pub fn until(&self, row: &conversation::Model) -> Option<i64> {
        let by_message = (row.heard_at > 0).then(|| row.heard_at.saturating_add(self.length));
        by_message.max(Some(row.free_until).filter(|until| *until > 0))
    }

    /// Whether this customer may be answered freely at this moment.
    pub fn is_open(&self, row: &conversation::Model, now: i64) -> bool {
        self.until(row).is_some_and(|until| until > now)
    }
}
