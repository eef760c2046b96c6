//! Templates in the form shown to people.

use std::collections::BTreeMap;
use std::sync::Arc;

use amocrm::rest::{self, ReviewStatus, TemplateButton};
use base::error::{Error, Result};
use entity::source;
use sea_orm::{ColumnTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::call::call;
use super::registry::renamed;
use super::requested;
use crate::source::{SourceContext, crm_copy};

/// Maximum number of pages read from amoCRM's list, with 50 templates each.
const PAGES: u32 = 20;

/// State of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TemplateState {
    /// Not a WhatsApp template, so it is not reviewed.
    Plain,
    Draft,
    Review,
    Approved,
    Rejected,
    Paused,
}

impl TemplateState {
    /// The end of its text key: `template-state-…`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Draft => "draft",
            Self::Review => "review",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Paused => "paused",
        }
    }

    /// The tone of its badge.
    pub const fn tone(self) -> &'static str {
        match self {
            Self::Plain | Self::Approved => "ok",
            Self::Draft => "off",
            Self::Review => "wait",
            Self::Rejected => "bad",
            Self::Paused => "warn",
        }
    }

    /// Whether amoCRM allows changes.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Plain | Self::Draft)
    }

    fn of(status: &ReviewStatus) -> Self {
        match status {
            ReviewStatus::Review => Self::Review,
            ReviewStatus::Approved => Self::Approved,
            ReviewStatus::Rejected => Self::Rejected,
            ReviewStatus::Paused => Self::Paused,
            ReviewStatus::Draft | ReviewStatus::Other(_) => Self::Draft,
        }
    }
}

/// A button under a template's text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownButton {
    pub text: String,
    /// If empty, a press sends its text as the customer's message.
    pub url: String,
}

/// WhatsApp's review for one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// The source's name; empty if it is not ours.
    pub source: String,
    pub state: TemplateState,
    /// WhatsApp's reason; empty if none.
    pub reason: String,
}

/// A template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateView {
    /// amoCRM's.
    pub id: i64,
    pub name: String,
    pub text: String,
    pub buttons: Vec<ShownButton>,
    pub state: TemplateState,
    pub reviews: Vec<Review>,
    /// For WhatsApp; empty for a plain template.
    pub language: String,
    pub category: String,
    pub header: String,
    pub footer: String,
    pub examples: BTreeMap<String, String>,
    /// Whether it has a file, which cannot be changed here.
    pub has_file: bool,
    /// Milliseconds since 1970.
    pub changed_at: Option<i64>,
}

impl TemplateView {
    /// Whether WhatsApp reviews it.
    pub fn is_waba(&self) -> bool {
        self.state != TemplateState::Plain
    }

    /// WhatsApp's first reason; empty if there is none.
    pub fn reason(&self) -> &str {
        self.reviews.iter().map(|review| review.reason.as_str()).find(|reason| !reason.is_empty()).unwrap_or_default()
    }

    pub(super) fn of(template: rest::Template, names: &BTreeMap<i64, String>) -> Self {
        let reviews = template.reviews.iter().map(|review| Review {
            source: review.source_id.and_then(|id| names.get(&id).cloned()).unwrap_or_default(),
            state: TemplateState::of(&review.status),
            reason: review.reject_reason.clone().unwrap_or_default(),
        });
        let reviews: Vec<_> = reviews.collect();
        let state = match &template.waba {
            None => TemplateState::Plain,
            Some(_) => state(&template, &reviews),
        };
        let button = |button: TemplateButton| match button {
            TemplateButton::Inline { text } => ShownButton { text, url: String::new() },
            TemplateButton::Url { text, url } => ShownButton { text, url },
        };
        let waba = template.waba.unwrap_or_default();
        Self {
            id: template.id,
            name: template.name,
            text: template.content,
            buttons: template.buttons.into_iter().map(button).collect(),
            state,
            reviews,
            language: waba.language,
            category: waba.category,
            header: waba.header.unwrap_or_default(),
            footer: waba.footer.unwrap_or_default(),
            examples: waba.examples,
            has_file: template.attachment.is_some(),
            changed_at: template.updated_at.map(|seconds| seconds.saturating_mul(1000)),
        }
    }
}

/// The most urgent state among its reviews: rejected, paused, in review, approved. Without reviews, amoCRM's own state.
fn state(template: &rest::Template, reviews: &[Review]) -> TemplateState {
    let worst = [TemplateState::Rejected, TemplateState::Paused, TemplateState::Review, TemplateState::Approved];
    let of_reviews = worst.into_iter().find(|state| reviews.iter().any(|review| review.state == *state));
    let given = template.review_status.as_ref().map(TemplateState::of);
    let waits = template.is_on_review.unwrap_or(false).then_some(TemplateState::Review);
    of_reviews.or(given).or(waits).unwrap_or(TemplateState::Draft)
}

/// The account's templates, the last changed first; at most 1000. Calls amoCRM; the result is cached for pages.
pub async fn list(app: &Arc<SourceContext>, tenant_id: Uuid) -> Result<Vec<TemplateView>> {
    let names = names(app, tenant_id).await?;
    let mut all = Vec::new();
    for number in 1..=PAGES {
        let page = call(app, tenant_id, |rest, token| async move { rest.templates(&token, &[], number).await }).await?;
        // If the webhook about a review was lost, the review is found here.
        for template in &page.items {
            requested(app, tenant_id, template).await?;
        }
        renamed(app, tenant_id, &page.items).await?;
        all.extend(page.items.into_iter().map(|template| TemplateView::of(template, &names)));
        if !page.has_more {
            break;
        }
    }
    all.sort_by_key(|template| (std::cmp::Reverse(template.changed_at), template.id));
    crm_copy::keep(app, tenant_id, &all).await;
    Ok(all)
}

/// One by its id; 404 if there is none, or another integration created it.
pub async fn find(app: &Arc<SourceContext>, tenant_id: Uuid, id: i64) -> Result<TemplateView> {
    Ok(TemplateView::of(raw(app, tenant_id, id).await?, &names(app, tenant_id).await?))
}

/// The same in amoCRM's form.
pub(super) async fn raw(app: &Arc<SourceContext>, tenant_id: Uuid, id: i64) -> Result<rest::Template> {
    let found = call(app, tenant_id, |rest, token| async move { rest.template(&token, id).await }).await?;
    found.ok_or(Error::NotFound)
}

/// Names of our sources by amoCRM's ids.
pub(super) async fn names(app: &SourceContext, tenant_id: Uuid) -> Result<BTreeMap<i64, String>> {
    let rows = source::Entity::of_tenant(tenant_id).filter(source::Column::DeletedAt.is_null());
    let rows = rows.all(app.store.read()).await?;
    Ok(rows.into_iter().map(|row| (row.amocrm_source_id, row.name)).collect())
}
