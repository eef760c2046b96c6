//! The state of the integration's widget in the account (crm-api §3.3).

use reqwest::Method;
use secrecy::SecretString;
use serde_json::Value;

use super::request::path_id;
use super::{Request, Rest, read};
use crate::error::Error;
use crate::lenient;

/// A widget as returned by amoCRM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Widget {
    /// CRM id.
    pub id: i64,
    /// Its code, unique on the platform.
    pub code: String,
    /// Version of the uploaded archive.
    pub version: Option<String>,
    /// Installed and enabled. False if the answer does not contain it.
    pub is_active: bool,
    /// It declares the location `lead_sources`, which the Sources API requires.
    pub is_lead_source: bool,
    /// It can be used in Digital Pipeline.
    pub works_in_pipeline: bool,
    /// The integration's `client_id`.
    pub client_uuid: Option<String>,
    /// The pipeline in which it was added as a source.
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
    /// The widget with this code. `None` if the account does not know it (204 or 404). Its settings are not read,
    /// because they may contain users' input. Fails with [`Error::Invalid`] if the code is not safe in a path.
    pub async fn widget(&self, token: &SecretString, code: &str) -> Result<Option<Widget>, Error> {
        const CALL: &str = "widget";
        let path = vec!["widgets", path_id(CALL, "the widget's code", code)?];
        read::found(self.call(token, Request::get(CALL, path, Vec::new())).await, Widget::read)
    }

    /// Installs the widget, or changes its settings; requires an administrator's token. Safe to repeat.
    pub async fn install_widget(&self, token: &SecretString, code: &str, settings: &Value) -> Result<Widget, Error> {
        const CALL: &str = "install_widget";
        let path = vec!["widgets", path_id(CALL, "the widget's code", code)?];
        let answer = self.call(token, Request::with_body(CALL, Method::POST, path, settings)?).await?;
        read::one(&answer, "widgets", Widget::read)
    }

    /// Disables the widget. False: the account does not know it (404).
    pub async fn disable_widget(&self, token: &SecretString, code: &str) -> Result<bool, Error> {
        const CALL: &str = "disable_widget";
        let path = vec!["widgets", path_id(CALL, "the widget's code", code)?];
        match self.call(token, Request::bare(CALL, Method::DELETE, path)).await {
            Err(Error::Refused { status: 404, .. }) => Ok(false),
            other => other?.nothing_expected().map(|()| true),
        }
    }
}
