//! Meta's review of templates, with the webhooks about it.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{
    state::{State, Template},
    whatsapp::WhatsApp,
};

/// The outcome of a review, or another change of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Review {
    /// It is approved.
    Approve,
    /// It is rejected for a reason such as `INVALID_FORMAT`, with or without a recommendation.
    Reject {
        /// `reason`.
        reason: String,
        /// What was wrong and what to do: `rejection_info`.
        info: Option<(String, String)>,
    },
    /// It had too many complaints: paused for 3 hours, then for 6, then disabled.
    Pause,
    /// The pause is over.
    Unpause,
    /// It is disabled permanently.
    Disable,
    /// A person deletes it in WhatsApp Manager.
    Delete,
    /// An appeal is under way.
    Appeal,
    /// Its quality changes: `GREEN`, `YELLOW`, `RED`, `UNKNOWN`.
    Quality(String),
    /// Its category changes now.
    Category(String),
    /// Its category will change in a day.
    Announce(String),
}

impl WhatsApp {
    /// Applies a decision to a template.
    pub fn review(&self, template: &str, review: Review) -> Result<()> {
        self.core.change(|state| state.review(template, review))
    }

    /// Approves a template.
    pub fn approve(&self, template: &str) -> Result<()> {
        self.review(template, Review::Approve)
    }

    /// Rejects a template.
    pub fn reject(&self, template: &str, reason: &str) -> Result<()> {
        self.review(template, Review::Reject { reason: reason.to_owned(), info: None })
    }

    /// Sets the `message_status` in answers to messages with an approved template: `accepted`,
    /// `held_for_quality_assessment`, `paused`.
    pub fn set_send_status(&self, template: &str, status: &str) {
        self.core.change(|state| {
            if let Some(template) = state.templates.get_mut(template) {
                status.clone_into(&mut template.send_status);
            }
        });
    }

    /// Sets the maximum number of templates of an account; Meta's is 250.
    pub fn set_template_limit(&self, waba: &str, limit: usize) {
        self.core.change(|state| {
            if let Some(waba) = state.wabas.get_mut(waba) {
                waba.template_limit = limit;
            }
        });
    }
}

impl State {
    /// Applies a decision to a template and queues webhooks about it.
    pub(crate) fn review(&mut self, id: &str, review: Review) -> Result<()> {
        let now = self.now;
        let template = self.templates.get_mut(id).with_context(|| format!("there is no template {id}"))?;
        match review {
            Review::Approve | Review::Unpause => {
                "APPROVED".clone_into(&mut template.status);
                "NONE".clone_into(&mut template.rejected_reason);
                self.tell_status(id, "APPROVED", "NONE", json!({}));
            }
            Review::Reject { reason, info } => {
                "REJECTED".clone_into(&mut template.status);
                template.rejected_reason.clone_from(&reason);
                let more = info.map_or_else(|| json!({}), |(reason, recommendation)| {
                    json!({"rejection_info": {"reason": reason, "recommendation": recommendation}})
                });
                self.tell_status(id, "REJECTED", &reason, more);
            }
            Review::Pause => self.pause(id, now),
            Review::Disable => self.disable(id, now),
            Review::Delete => {
                self.tell_status(id, "DELETED", "NONE", json!({}));
                self.drop_template(id);
            }
            Review::Appeal => {
                "IN_APPEAL".clone_into(&mut template.status);
                self.tell_status(id, "IN_APPEAL", "NONE", json!({}));
            }
            Review::Quality(score) => {
                let previous = std::mem::replace(&mut template.quality, score.clone());
                template.quality_at = now.div_euclid(1000);
                let more = json!({"previous_quality_score": previous, "new_quality_score": score});
                self.tell_template(id, "message_template_quality_update", more);
            }
            Review::Category(category) => {
                let previous = std::mem::replace(&mut template.category, category.clone());
                template.previous_category = Some(previous.clone());
                let more = json!({"previous_category": previous, "new_category": category});
                self.tell_template(id, "template_category_update", more);
            }
            Review::Announce(category) => {
                let at = now.div_euclid(1000) + 86_400;
                let current = template.category.clone();
                let more =
                    json!({"correct_category": category, "new_category": current, "category_update_timestamp": at});
                self.tell_template(id, "template_category_update", more);
            }
        }
        Ok(())
    }

    fn pause(&mut self, id: &str, now: i64) {
        let Some(template) = self.templates.get_mut(id) else {
            return;
        };
        template.pauses += 1;
        let (title, hours) = match template.pauses {
            1 => ("FIRST_PAUSE", 3),
            2 => ("SECOND_PAUSE", 6),
            _ => return self.disable(id, now),
        };
        "PAUSED".clone_into(&mut template.status);
        let until = chrono::DateTime::from_timestamp_millis(now + hours * super::state::HOUR).unwrap_or_default();
        let description = format!(
            "Your WhatsApp message template has been paused for {hours} hours until {} UTC because it had issues.",
            until.format("%H:%M")
        );
        let more = json!({"other_info": {"title": title, "description": description}});
        self.tell_status(id, "PAUSED", "NONE", more);
    }

    fn disable(&mut self, id: &str, now: i64) {
        if let Some(template) = self.templates.get_mut(id) {
            "DISABLED".clone_into(&mut template.status);
        }
        let more = json!({"disable_info": {"disable_date": now.div_euclid(1000).to_string()}});
        self.tell_status(id, "DISABLED", "NONE", more);
    }

    fn tell_status(&mut self, id: &str, event: &str, reason: &str, more: Value) {
        let Some(category) = self.templates.get(id).map(|one| one.category.clone()) else {
            return;
        };
        let mut value = json!({"event": event, "reason": reason, "message_template_category": category});
        if let (Some(value), Value::Object(more)) = (value.as_object_mut(), more) {
            value.extend(more);
        }
        self.tell_template(id, "message_template_status_update", value);
    }

    fn tell_template(&mut self, id: &str, field: &str, mut value: Value) {
        let Some(template): Option<Template> = self.templates.get(id).cloned() else {
            return;
        };
        // A number here, a string in all other webhooks.
        value["message_template_id"] = json!(template.id.parse::<i64>().unwrap_or_default());
        value["message_template_name"] = json!(template.name);
        value["message_template_language"] = json!(template.language);
        self.tell(&template.waba, None, field, &value);
    }
}
