//! What the account knows of a widget of the integration (crm-api §3.3).

use reqwest::Method;
use secrecy::SecretString;
use serde_json::Value;

use super::request::path_id;
use super::{Request, Rest, read};
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
        let path = vec!["widgets", path_id(CALL, "the widget's code", code)?];
        read::found(self.call(token, Request::get(CALL, path, Vec::new())).await, Widget::read)
    }

    /// Installs the widget, or changes its settings; an administrator's token is needed. Safe to call again.
    pub async fn install_widget(&self, token: &SecretString, code: &str, settings: &Value) -> Result<Widget, Error> {
        const CALL: &str = "install_widget";
        let path = vec!["widgets", path_id(CALL, "the widget's code", code)?];
        let answer = self.call(token, Request::with_body(CALL, Method::POST, path, settings)?).await?;
        read::one(&answer, "widgets", Widget::read)
    }

    /// Switches the widget off. False: the account does not know it (404).
    pub async fn disable_widget(&self, token: &SecretString, code: &str) -> Result<bool, Error> {
        const CALL: &str = "disable_widget";
        let path = vec!["widgets", path_id(CALL, "the widget's code", code)?];
        match self.call(token, Request::bare(CALL, Method::DELETE, path)).await {
            Err(Error::Refused { status: 404, .. }) => Ok(false),
            other => other?.nothing_expected().map(|()| true),
        }
    }
}
