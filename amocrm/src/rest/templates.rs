//! Message templates (crm-api §6.2). Administrators only; a token sees only its own integration's templates.

use reqwest::Method;
use secrecy::SecretString;
use serde::Serialize;

use super::batch::{Marked, fits, made, marked};
use super::page::{Page, numbered};
use super::{NewTemplate, Request, Rest, Template, TemplateButton, TemplateChange, WabaTemplate, read};
use crate::error::Error;

/// Maximum number of templates per page.
pub const TEMPLATES_PAGE: u32 = 50;

/// Maximum length of a WhatsApp template's header, in characters.
const HEADER_LIMIT: usize = 60;

const HOME: [&str; 2] = ["chats", "templates"];

impl Rest {
    /// A page of up to [`TEMPLATES_PAGE`] templates with their reviews, those with the given external ids or all if
    /// none is given; `page` counts from 1.
    pub async fn templates(
        &self,
        token: &SecretString,
        external_ids: &[&str],
        page: u32,
    ) -> Result<Page<Template>, Error> {
        let mut query = numbered(page, TEMPLATES_PAGE);
        query.push(("with", "reviews".to_owned()));
        query.extend(external_ids.iter().map(|id| ("filter[external_id][]", (*id).to_owned())));
        let answer = self.call(token, Request::get("templates", HOME.to_vec(), query)).await?;
        Page::read(&answer, page, "chat_templates", Template::read)
    }

    /// One template with its reviews. `None` if it does not exist or is another integration's (404).
    pub async fn template(&self, token: &SecretString, id: i64) -> Result<Option<Template>, Error> {
        let (id, with) = (id.to_string(), vec![("with", "reviews".to_owned())]);
        let path = vec!["chats", "templates", id.as_str()];
        read::found(self.call(token, Request::get("template", path, with)).await, Template::read)
    }

    /// Creates 1 to [`WRITE_BATCH`](super::WRITE_BATCH) templates and returns them in the same order. **Not**
    /// idempotent. 422: the account's limit of templates, which is not documented, is reached.
    pub async fn create_templates(
        &self,
        token: &SecretString,
        templates: &[NewTemplate],
    ) -> Result<Vec<Template>, Error> {
        const CALL: &str = "create_templates";
        templates.iter().try_for_each(|template| template.check(CALL))?;
        let items: Vec<Marked<&NewTemplate>> = marked(CALL, templates)?;
        let answer = self.call(token, Request::with_body(CALL, Method::POST, HOME.to_vec(), &items)?).await?;
        let listed = read::written(&answer, "chat_templates", |template| Some(template.clone()))?;
        made(&answer, &listed, templates.len(), Template::read)
    }

    /// Changes one template and returns it. Safe to repeat. WhatsApp's templates can be changed only as drafts.
    pub async fn update_template(
        &self,
        token: &SecretString,
        id: i64,
        change: &TemplateChange,
    ) -> Result<Template, Error> {
        const CALL: &str = "update_template";
        change.waba.as_ref().map_or(Ok(()), |waba| waba.check(CALL))?;
        let id = id.to_string();
        let path = vec!["chats", "templates", id.as_str()];
        let answer = self.call(token, Request::with_body(CALL, Method::PATCH, path, change)?).await?;
        read::one(&answer, "chat_templates", Template::read)
    }

    /// Deletes 1 to [`WRITE_BATCH`](super::WRITE_BATCH) templates.
    pub async fn delete_templates(&self, token: &SecretString, ids: &[i64]) -> Result<(), Error> {
        #[derive(Serialize)]
        struct Item {
            id: i64,
        }
        const CALL: &str = "delete_templates";
        fits(CALL, ids.len())?;
        let items: Vec<_> = ids.iter().map(|id| Item { id: *id }).collect();
        let request = Request::with_body(CALL, Method::DELETE, HOME.to_vec(), &items)?;
        self.call(token, request).await?.nothing_expected()
    }
}

impl NewTemplate {
    fn check(&self, call: &'static str) -> Result<(), Error> {
        for (name, value) in [("name", &self.name), ("content", &self.content)] {
            if value.trim().is_empty() {
                return Err(Error::invalid(call, format!("{name} is empty")));
            }
        }
        let wordless = |button: &TemplateButton| match button {
            TemplateButton::Inline { text } => text.is_empty(),
            TemplateButton::Url { text, url } => text.is_empty() || url.is_empty(),
        };
        if self.buttons.iter().any(wordless) {
            return Err(Error::invalid(call, "a button has no words or no address"));
        }
        let media = self.waba.as_ref().is_some_and(|waba| waba.header_type.as_deref() == Some("media"));
        if media && self.attachment.is_none() {
            return Err(Error::invalid(call, "a headline of kind media needs an attachment"));
        }
        self.waba.as_ref().map_or(Ok(()), |waba| waba.check(call))
    }
}

impl WabaTemplate {
    fn check(&self, call: &'static str) -> Result<(), Error> {
        let long = self.header.as_ref().is_some_and(|header| header.chars().count() > HEADER_LIMIT);
        if long { Err(Error::invalid(call, format!("waba_header is above {HEADER_LIMIT} characters"))) } else { Ok(()) }
    }
}
