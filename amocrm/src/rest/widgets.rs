//! What the account knows of a widget of the integration (crm-api §3.3).

use secrecy::SecretString;
use serde_json::Value;

use super::{Request, Rest};
use crate::error::Error;
use crate::lenient;

/// A widget as the account has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Widget {
    /// CRM id.
    pub id: i64,
    /// Its code, unique in the platform.
    pub code: String,
    /// Version of the uploaded archive.
    pub version: Option<String>,
    /// Installed and switched on. False when the answer does not say.
    pub is_active: bool,
    /// It declares the place `lead_sources`: a condition of the Sources API.
    pub is_lead_source: bool,
    /// It can be used in Digital Pipeline.
    pub works_in_pipeline: bool,
    /// The integration's `client_id`.
    pub client_uuid: Option<String>,
    /// The pipeline into which it was added as a source.
    pub pipeline_id: Option<i64>,
}

impl Widget {
    fn read(widget: &Value) -> Option<Self> {
        let flag = |key| lenient::flag(widget, key).unwrap_or(false);
        Some(Self {
            id: lenient::number(widget, "id")?,
            code: lenient::text(widget, "code")?,
            version: lenient::text(widget, "version"),
            is_active: flag("is_active_in_account"),
            is_lead_source: flag("is_lead_source"),
            works_in_pipeline: flag("is_work_with_dp"),
            client_uuid: lenient::text(widget, "client_uuid"),
            pipeline_id: lenient::number(widget, "pipeline_id"),
        })
    }
}

impl Rest {
    /// The widget with this code. `None` when the account does not know it (204 or 404). Its settings are not read:
    /// they may hold what users typed. Fails with [`Error::Invalid`] if the code can't stand in a path.
    pub async fn widget(&self, token: &SecretString, code: &str) -> Result<Option<Widget>, Error> {
        const CALL: &str = "widget";
        let fits =
            !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if !fits {
            return Err(Error::invalid(CALL, "a widget's code holds letters, digits, '-' and '_'"));
        }
        let answer = match self.call(token, Request::get(CALL, vec!["widgets", code], Vec::new())).await {
            Err(Error::Refused { status: 404, .. }) => return Ok(None),
            other => other?,
        };
        if answer.status == 204 {
            return Ok(None);
        }
        Widget::read(&answer.object()?).map(Some).ok_or_else(|| answer.unreadable("id or code is missing"))
    }
}
