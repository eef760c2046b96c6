//! Compares a submitted form with the values it was rendered with: only fields that the person edited are changed.

use domain::source::{ContactRule, SourceChange, version};
use entity::source;
use serde::Deserialize;

/// The form of a source. Each field has a hidden copy of the value with which the page was rendered; without it the
/// source's current value is used for comparison.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceForm {
    pub name: String,
    /// Absent if amoCRM did not return its pipelines.
    pub pipeline: Option<String>,
    /// Present if the box is ticked. The default source's box cannot be unticked.
    pub default: Option<String>,
    pub contact_rule: Option<String>,
    /// Present if the box is ticked.
    pub lead_origin: Option<String>,
    pub version: i64,
    was_name: Option<String>,
    was_pipeline: Option<String>,
    was_default: Option<String>,
    was_contact_rule: Option<String>,
    was_lead_origin: Option<String>,
}

/// The values the form was rendered with, from its hidden fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Was {
    pub name: String,
    pub pipeline: String,
    pub default: bool,
    pub contact_rule: String,
    pub lead_origin: bool,
}

impl Was {
    fn of(source: &source::Model) -> Self {
        Self {
            name: source.name.clone(),
            pipeline: source.pipeline_id.to_string(),
            default: source.is_default,
            contact_rule: source.contact_rule.clone(),
            lead_origin: source.lead_origin,
        }
    }
}

/// The submitted value if it differs from the rendered one.
fn touched<'typed>(typed: Option<&'typed str>, was: &str) -> Option<&'typed str> {
    typed.filter(|typed| *typed != was)
}

impl SourceForm {
    /// The form with the source's current values.
    pub fn of(source: &source::Model) -> Self {
        let was = Was::of(source);
        Self {
            name: was.name.clone(),
            pipeline: Some(was.pipeline.clone()),
            default: ticked(was.default),
            contact_rule: Some(was.contact_rule.clone()),
            lead_origin: ticked(was.lead_origin),
            version: version(source),
            was_name: Some(was.name),
            was_pipeline: Some(was.pipeline),
            was_default: Some(if was.default { "1" } else { "" }.to_owned()),
            was_contact_rule: Some(was.contact_rule),
            was_lead_origin: Some(if was.lead_origin { "1" } else { "" }.to_owned()),
        }
    }

    /// The values the form was rendered with.
    pub fn was(&self, source: &source::Model) -> Was {
        let now = Was::of(source);
        Was {
            name: self.was_name.clone().unwrap_or(now.name),
            pipeline: self.was_pipeline.clone().unwrap_or(now.pipeline),
            default: self.was_default.as_ref().map_or(now.default, |was| was == "1"),
            contact_rule: self.was_contact_rule.clone().unwrap_or(now.contact_rule),
            lead_origin: self.was_lead_origin.as_ref().map_or(now.lead_origin, |was| was == "1"),
        }
    }

    /// The box of origins, if the person changed it. A form without its hidden copy does not have the box.
    fn edited_lead_origin(&self, was: &Was) -> Option<bool> {
        let is_ticked = self.lead_origin.is_some();
        (self.was_lead_origin.is_some() && is_ticked != was.lead_origin).then_some(is_ticked)
    }

    /// The changes that this person wants.
    pub fn change(&self, source: &source::Model) -> SourceChange {
        let was = self.was(source);
        SourceChange {
            name: touched(Some(self.name.trim()), &was.name).map(str::to_owned),
            pipeline_id: touched(self.pipeline.as_deref(), &was.pipeline).and_then(|id| id.parse().ok()),
            // The default mark can be moved to another source, but not removed.
            default: (self.default.is_some() && !was.default).then_some(true),
            contact_rule: touched(self.contact_rule.as_deref(), &was.contact_rule).and_then(rule_of),
            lead_origin: self.edited_lead_origin(&was),
            ..SourceChange::default()
        }
    }

    /// Rebases the person's edits on a concurrent change: fields that they did not edit get the new values; otherwise
    /// saving again would undo the other change.
    pub fn over(&self, source: &source::Model) -> Self {
        let (was, now) = (self.was(source), Self::of(source));
        let kept = |typed: Option<&str>, was: &str| touched(typed, was).map(str::to_owned);
        Self {
            name: kept(Some(self.name.trim()), &was.name).unwrap_or(now.name),
            pipeline: kept(self.pipeline.as_deref(), &was.pipeline).or(now.pipeline),
            default: self.default.clone().filter(|_| !was.default).or(now.default),
            contact_rule: kept(self.contact_rule.as_deref(), &was.contact_rule).or(now.contact_rule),
            lead_origin: self.edited_lead_origin(&was).map_or(now.lead_origin.clone(), ticked),
            ..now
        }
    }
}

/// The value of a box in a form.
fn ticked(on: bool) -> Option<String> {
    on.then(|| "1".to_owned())
}

/// A rule by its word.
pub fn rule_of(word: &str) -> Option<ContactRule> {
    [ContactRule::Leave, ContactRule::Link, ContactRule::Create].into_iter().find(|rule| rule.as_str() == word)
}
