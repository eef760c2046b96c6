//! Button presses: the button's text becomes the customer's message.

use base::message::{Body, Content};
use chrono::TimeDelta;
use connectors::incoming::{ButtonPress, ButtonText};
use entity::message as messages;
use queue::accept_batch::{EventKind, RawHook};
use sea_orm::{ColumnTrait, QueryFilter};

use super::events::{is_known, note, wrote};
use super::source::CalledSource;
use crate::intake::clean;
use crate::intake::door::StoreError;

/// Presses of one button within this time count once.
const ONE_PRESS: TimeDelta = TimeDelta::seconds(3);

/// Stores a press as a message; afterwards it is acknowledged to the messenger.
pub(super) async fn take(
    line: &CalledSource,
    pressed: ButtonPress,
    raw: &mut Option<RawHook>,
) -> Result<(), StoreError> {
    let acknowledge = pressed.acknowledge.clone();
    if !is_repeat(line, &pressed).await? {
        let chosen = chosen(line, &pressed).await?;
        let key = key(&pressed, second(line));
        let mut written = pressed.written;
        written.body.callback_data = chosen.callback_data;
        written.body.content = Content::Text { text: chosen.text };
        wrote(line, written, raw).await?;
        note(line, key, EventKind::Pressed).await?;
    }
    let (connector, settings) = (line.connector.clone(), line.settings.clone());
    base::supervisor::detach("button", async move { connector.acknowledge(&settings, &acknowledge).await });
    Ok(())
}

/// The button's text: from its message, else as the messenger reported it.
async fn chosen(line: &CalledSource, pressed: &ButtonPress) -> Result<ButtonText, StoreError> {
    if let Some(id) = pressed.message_id {
        let found = messages::Entity::of_tenant(line.source.tenant_id)
            .filter(messages::Column::Id.eq(id))
            .filter(messages::Column::SourceId.eq(line.source.id))
            .one(line.app.store.read())
            .await?;
        let body = found.and_then(|found| serde_json::from_str::<Body>(&found.body).ok());
        let markup = body.and_then(|body| body.markup);
        if let Some(chosen) = markup.and_then(|markup| line.connector.choice(&pressed.data, &markup)) {
            return Ok(chosen);
        }
    }
    let label = match &pressed.written.body.content {
        Content::Text { text } if !text.trim().is_empty() => text.clone(),
        _ => line.words.text("incoming-button").to_string(),
    };
    Ok(ButtonText { text: label, callback_data: None })
}

/// Whether the same button was pressed a moment ago. A repeated delivery of the same press is recognised by its own
/// id.
async fn is_repeat(line: &CalledSource, pressed: &ButtonPress) -> Result<bool, StoreError> {
    if is_known(line, &pressed.written.external_id, EventKind::Message).await? {
        return Ok(true);
    }
    let now = second(line);
    for second in now - ONE_PRESS.num_seconds() + 1..=now {
        if is_known(line, &key(pressed, second), EventKind::Pressed).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn second(line: &CalledSource) -> i64 {
    line.app.clock.millis().div_euclid(1000)
}

/// Identifies conversation, person, button and second.
fn key(pressed: &ButtonPress, second: i64) -> String {
    let written = &pressed.written;
    clean(&format!("{}:{}:{}:{second}", written.conversation_id, written.body.sender.id, pressed.data))
}
