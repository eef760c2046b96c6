//! The answer to a press of a callback button.

use serde_json::Value;

use crate::Settings;
use crate::vk::api::{ApiError, VkApi};
use crate::vk::setup::{self, Community};

/// Acknowledges a press of a callback button, which ends its loading state. `press`: event, person, peer.
pub(in crate::vk) async fn acknowledge(api: &VkApi, settings: &Settings, press: &str) {
    let mut parts = press.split(' ');
    let (Some(event), Some(person), Some(peer)) = (parts.next(), parts.next(), parts.next()) else { return };
    let Some(community) = Community::of(settings) else { return };
    let parameters = vec![
        ("event_id", Some(event.to_owned())),
        ("user_id", Some(person.to_owned())),
        ("peer_id", Some(peer.to_owned())),
    ];
    let done: Result<Value, ApiError> = api.call(community.token, "messages.sendMessageEventAnswer", parameters).await;
    if let Err(failed) = done {
        // A press can be acknowledged for a minute; it is already stored.
        tracing::debug!(reason = %setup::explain(&failed), "a button press could not be acknowledged");
    }
}
