//! The hook that a widget with the location `digital_pipeline` gets when its trigger fires (crm-api §7.5). It is not
//! signed; see the rules for CRM hooks.

use serde_json::Value;

use super::form::{self, FormError};
use crate::lenient;

/// A trigger fired.
#[derive(Clone, Debug, PartialEq)]
pub struct PipelineHook {
    /// The account's CRM id.
    pub account_id: Option<i64>,
    /// First label of its host.
    pub subdomain: Option<String>,
    /// The trigger, e.g. `lead_added`, `lead_status_changed`, `chat`.
    pub event: Option<String>,
    /// CRM id of the card.
    pub entity_id: Option<i64>,
    /// 2: a lead, 12: a customer.
    pub element_type: Option<i64>,
    /// The pipeline.
    pub pipeline_id: Option<i64>,
    /// The stage.
    pub status_id: Option<i64>,
    /// When, Unix seconds.
    pub time: Option<i64>,
    /// The user's settings of the trigger, by the names of `dp.settings` in the widget's manifest.
    pub settings: Value,
}

/// Parses the raw body of a Digital Pipeline hook, a form or JSON. Missing values are `None`.
pub fn parse(raw_body: &[u8]) -> Result<PipelineHook, FormError> {
    if raw_body.len() > form::BODY_LIMIT {
        return Err(FormError::TooLong);
    }
    let json = serde_json::from_slice::<Value>(raw_body).ok().filter(Value::is_object);
    let body = match json {
        Some(json) => json,
        None => form::parse(raw_body)?,
    };
    let event = body.get("event").unwrap_or(&Value::Null);
    let data = event.get("data").unwrap_or(&Value::Null);
    let widget = body.pointer("/action/settings/widget");
    Ok(PipelineHook {
        account_id: lenient::number(&body, "account_id"),
        subdomain: lenient::text(&body, "subdomain"),
        event: lenient::text(event, "type_code"),
        entity_id: lenient::number(data, "id"),
        element_type: lenient::number(data, "element_type"),
        pipeline_id: lenient::number(data, "pipeline_id"),
        status_id: lenient::number(data, "status_id"),
        time: lenient::number(event, "time"),
        settings: widget.and_then(|widget| widget.get("settings")).cloned().unwrap_or_default(),
    })
}
