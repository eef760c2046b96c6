//! Tasks of leads (crm-api §5.10).

use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::read::{Page, made_ids, numbered};
use super::{Request, Rest};
use crate::error::Error;
use crate::lenient;

/// Tasks per page: amoCRM's maximum.
const PAGE: u32 = 250;

/// A task of a lead, as far as an integration needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Task {
    /// CRM id.
    pub id: i64,
    /// What is to be done.
    pub text: String,
    /// Unix seconds.
    pub created_at: Option<i64>,
}

/// A task to create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTask {
    /// The lead that it is about.
    pub lead_id: i64,
    /// What is to be done.
    pub text: String,
    /// Until when, Unix seconds.
    pub complete_till: i64,
    /// CRM id of the user who has to do it; none: the token's user.
    pub responsible_user_id: Option<i64>,
}

impl Task {
    fn read(task: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::number(task, "id")?,
            text: lenient::text(task, "text").unwrap_or_default(),
            created_at: lenient::number(task, "created_at"),
        })
    }
}

impl Rest {
    /// A page of up to 250 tasks of a lead that are not done; `page` counts from 1.
    pub async fn tasks_of_lead(&self, token: &SecretString, lead_id: i64, page: u32) -> Result<Page<Task>, Error> {
        const CALL: &str = "tasks";
        let mut query = vec![
            ("filter[entity_type]", "leads".to_owned()),
            ("filter[entity_id]", lead_id.to_string()),
            ("filter[is_completed]", "0".to_owned()),
        ];
        query.extend(numbered(page, PAGE));
        let answer = self.call(token, Request::get(CALL, vec![CALL], query)).await?;
        Page::read(&answer, page, CALL, Task::read)
    }

    /// Creates a task and returns its id. **Not** idempotent.
    pub async fn create_task(&self, token: &SecretString, new: &NewTask) -> Result<i64, Error> {
        const CALL: &str = "create_task";
        let mut task = json!({"entity_type": "leads", "entity_id": new.lead_id, "text": new.text,
            "complete_till": new.complete_till});
        if let Some(user_id) = new.responsible_user_id {
            task["responsible_user_id"] = json!(user_id);
        }
        let request = Request::with_body(CALL, Method::POST, vec!["tasks"], &[task])?;
        let ids = made_ids(&self.call(token, request).await?, "tasks", 1)?;
        ids.into_iter().next().ok_or_else(|| Error::invalid(CALL, "amoCRM named no task"))
    }
}
