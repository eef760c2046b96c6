//! Approval of WABA templates: one review for each WABA source, decided by the integration that owns the source.

use serde_json::{Value, json};

use super::Event;
use crate::crm::state::{Account, Source};

/// One review.
#[derive(Clone, Debug)]
pub(crate) struct Review {
    pub(crate) id: i64,
    pub(crate) source_id: i64,
    /// `review`, then `approved`, `paused` or `rejected`.
    pub(crate) status: String,
    pub(crate) reject_reason: String,
}

impl Review {
    /// The review as in the API.
    pub(crate) fn shown(&self) -> Value {
        json!({
            "id": self.id,
            "source_id": self.source_id,
            "status": self.status,
            "reject_reason": self.reject_reason,
        })
    }
}

fn is_waba(source: &Source) -> bool {
    let services = source.services.as_array().map(Vec::as_slice).unwrap_or_default();
    services.iter().any(|one| one.pointer("/params/waba").and_then(Value::as_bool) == Some(true))
}

impl Account {
    /// Submits a WABA template for approval and records the event: a review for every WABA source of its owner, or of
    /// all integrations if a user created it. False if it is unknown or not for WABA.
    pub(crate) fn ask_review(&mut self, template_id: i64, now: i64) -> bool {
        let Some(template) = self.crm.templates.iter().find(|one| one.id == template_id && one.is_waba()) else {
            return false;
        };
        let owner = template.owner.clone();
        let of_owner = |source: &&Source| owner.as_ref().is_none_or(|owner| owner == &source.client_id);
        let sources: Vec<i64> =
            self.sources.iter().filter(of_owner).filter(|one| is_waba(one)).map(|one| one.id).collect();
        let reviews: Vec<Review> = sources
            .into_iter()
            .map(|source_id| Review {
                id: self.next_number(),
                source_id,
                status: "review".to_owned(),
                reject_reason: String::new(),
            })
            .collect();
        let (account_id, switches) = (self.id, &self.switches);
        let (wrapped, is_bare) = (switches.wrapped_reviews, switches.bare_reviews);
        if let Some(template) = self.crm.templates.iter_mut().find(|one| one.id == template_id) {
            template.reviews = reviews;
            template.updated_at = now;
            let event = Event::review(account_id, template, wrapped, is_bare);
            self.crm.events.push(event);
        }
        true
    }
}
