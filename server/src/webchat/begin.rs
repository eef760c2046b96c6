//! Whether a visitor may begin a new chat. Each becomes a lead in amoCRM, and the visitor may be a program of a stranger.

use base::error::Error;
use base::i18n::LocalizedText;
use serde_json::json;

use super::access::{ChatRefusal, Guest, Result};
use super::guests::{BeginRefusal, VisitorAct};
use crate::alert::{self, Alarm};
use crate::usage;
use crate::webchat::WebchatContext;

/// Counts a new chat; an error if it may not begin. `agreed`: the visitor gives the consent that the chat asks for.
pub(super) async fn may(app: &WebchatContext, guest: &Guest, agreed: bool) -> Result<()> {
    if guest.place.settings.consent_text.is_some() && !agreed {
        return Err(Error::field("/consent", LocalizedText::new("chat-consent-needed")).into());
    }
    guest.pace(app, VisitorAct::Begin).await?;
    let source = guest.source();
    // Chats that have begun go on: their customers are known, and have a day's bytes.
    match usage::room(&app.usage, source.tenant_id).await {
        Err(Error::Full(_)) => return Err(Error::Full(LocalizedText::new("chat-full")).into()),
        counted => counted?,
    }
    let most = app.config.limits.webchat_new_per_hour;
    let begun = app.guests.begin(source.id, guest.address, most, app.clock.millis()).await;
    if matches!(begun, Err(BeginRefusal::Source(_))) && app.guests.is_flood_due(source.id, app.clock.millis()).await {
        let (kind, object) = (alert::CHATS_FLOODED, source.id.to_string());
        let detail = json!({ "source": source.name, "most": most });
        let alarm = Alarm { tenant_id: source.tenant_id, kind, object: &object, source_id: Some(source.id), detail };
        alert::raise(app, app.store.write(), alarm).await?;
    }
    match begun {
        Ok(()) => Ok(()),
        Err(BeginRefusal::Address(seconds) | BeginRefusal::Source(seconds)) => Err(ChatRefusal::TooFast(seconds)),
    }
}
