//! WhatsApp's review of templates (crm-api §6.4).
//!
//! A user, or [`Rest::request_review`], requests approval; amoCRM creates one review for each source with official
//! WhatsApp and sends the hook `add_chat_template_review`. The integration submits the review of its source to WhatsApp
//! and reports the outcome by [`Rest::report_review`], again whenever WhatsApp changes it.

use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{Request, Rest, read};
use crate::error::Error;
use crate::lenient;

/// Maximum length of the reason of a rejection, in characters.
const REASON_LIMIT: usize = 65_535;

/// The review of a template for one source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// CRM id of the review.
    pub id: i64,
    /// CRM id of the source.
    pub source_id: Option<i64>,
    /// How far it is.
    pub status: ReviewStatus,
    /// Why it was rejected or paused.
    pub reject_reason: Option<String>,
}

/// How far a review is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReviewStatus {
    /// Not asked for yet.
    Draft,
    /// Under way.
    Review,
    /// May be used.
    Approved,
    /// Must not be used.
    Rejected,
    /// Must not be used for now.
    Paused,
    /// A status that this crate does not know.
    Other(String),
}

/// The outcome of a review, as reported by an integration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReviewOutcome {
    /// WhatsApp approved the template.
    Approved,
    /// WhatsApp paused it, with the reason.
    Paused(String),
    /// WhatsApp rejected it, with the reason.
    Rejected(String),
}

impl ReviewStatus {
    pub(super) fn read(status: &str) -> Self {
        match status {
            "draft" => Self::Draft,
            "review" => Self::Review,
            "approved" => Self::Approved,
            "rejected" => Self::Rejected,
            "paused" => Self::Paused,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl Review {
    pub(super) fn read(review: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::number(review, "id")?,
            source_id: lenient::number(review, "source_id"),
            status: ReviewStatus::read(&lenient::text(review, "status").unwrap_or_default()),
            reject_reason: lenient::text(review, "reject_reason"),
        })
    }
}

impl Rest {
    /// Requests approval of a WhatsApp template; returns one review for each source.
    pub async fn request_review(&self, token: &SecretString, template_id: i64) -> Result<Vec<Review>, Error> {
        let id = template_id.to_string();
        let path = vec!["chats", "templates", id.as_str(), "review"];
        let request = Request::with_body("request_review", Method::POST, path, &json!({}))?;
        read::written(&self.call(token, request).await?, "reviews", Review::read)
    }

    /// Reports the outcome of a review. Safe to repeat. The ids in the answer are not reliable: amoCRM's own sample
    /// contains different ones.
    pub async fn report_review(
        &self,
        token: &SecretString,
        template_id: i64,
        review_id: i64,
        outcome: &ReviewOutcome,
    ) -> Result<Review, Error> {
        const CALL: &str = "report_review";
        let (status, reason) = match outcome {
            ReviewOutcome::Approved => ("approved", None),
            ReviewOutcome::Paused(reason) => ("paused", Some(reason)),
            ReviewOutcome::Rejected(reason) => ("rejected", Some(reason)),
        };
        if reason.is_some_and(|reason| reason.chars().count() > REASON_LIMIT) {
            return Err(Error::invalid(CALL, format!("the reason is above {REASON_LIMIT} characters")));
        }
        let body = match reason {
            Some(reason) => json!({"status": status, "reject_reason": reason}),
            None => json!({"status": status}),
        };
        let (template_id, review_id) = (template_id.to_string(), review_id.to_string());
        let path = vec!["chats", "templates", template_id.as_str(), "review", review_id.as_str()];
        let answer = self.call(token, Request::with_body(CALL, Method::POST, path, &body)?).await?;
        read::one(&answer, "reviews", Review::read)
    }
}
