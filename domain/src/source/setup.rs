//! A source's settings, checked by its connector and against what this server can do.

use base::error::FieldError;
use base::i18n::LocalizedText;
use connectors::kinds::is_web_chat;
use connectors::webchat::EMAIL_ANSWERS;
use connectors::{Connector, Field, Setup};
use serde_json::Value;

use crate::platform::PlatformContext;

/// The settings to store, or an error for every wrong field. Answers by e-mail need `[mail]`.
pub fn setup_of(app: &PlatformContext, connector: &dyn Connector, settings: Value) -> Result<Setup, Vec<FieldError>> {
    let setup = connector.setup(settings)?;
    let by_email =
        is_web_chat(connector.kind()) && setup.public.get(EMAIL_ANSWERS).is_some_and(|minutes| !minutes.is_null());
    if by_email && app.config.mail.url.is_none() {
        return Err(vec![FieldError::new(format!("/settings/{EMAIL_ANSWERS}"), LocalizedText::new("said-no-mail"))]);
    }
    Ok(setup)
}

/// The fields that this server can do something with, and those that are set. Answers by e-mail need `[mail]`.
pub fn offered(app: &PlatformContext, fields: &[Field], settings: &Value) -> Vec<Field> {
    let useless = |field: &&Field| {
        field.name == EMAIL_ANSWERS && app.config.mail.url.is_none() && settings.get(EMAIL_ANSWERS).is_none()
    };
    fields.iter().filter(|field| !useless(field)).copied().collect()
}
