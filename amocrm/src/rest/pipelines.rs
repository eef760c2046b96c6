//! Pipelines of leads.

use secrecy::SecretString;
use serde_json::Value;

use super::{Request, Rest, read};
use crate::error::Error;
use crate::lenient;

/// A pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// CRM id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// The account's main pipeline, the default.
    pub is_main: bool,
    /// Archived: must not be offered.
    pub is_archive: bool,
}

impl Pipeline {
    fn read(pipeline: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::number(pipeline, "id")?,
            name: lenient::text(pipeline, "name").unwrap_or_default(),
            is_main: lenient::flag(pipeline, "is_main").unwrap_or(false),
            is_archive: lenient::flag(pipeline, "is_archive").unwrap_or(false),
        })
    }
}

impl Rest {
    /// All pipelines, in amoCRM's order.
    pub async fn pipelines(&self, token: &SecretString) -> Result<Vec<Pipeline>, Error> {
        const CALL: &str = "pipelines";
        let answer = self.call(token, Request::get(CALL, vec!["leads", CALL], Vec::new())).await?;
        read::embedded(&answer, CALL, Pipeline::read)
    }
}
