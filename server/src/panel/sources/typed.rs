//! What a person typed beside what stood there: only what they touched is theirs to change.

use entity::source;
use serde::Deserialize;

use crate::source::{ContactRule, SourceChange, version};

/// What the form of a source sends. Each field has beside it, hidden, what stood there when the page was drawn; without
/// that it is compared with what the source has.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Typed {
    pub name: String,
    /// Absent while amoCRM does not tell its pipelines.
    pub pipeline: Option<String>,
    /// Present: the box is ticked. The default source's box cannot be.
    pub default: Option<String>,
    pub contact_rule: Option<String>,
    pub version: i64,
    was_name: Option<String>,
    was_pipeline: Option<String>,
    was_default: Option<String>,
    was_contact_rule: Option<String>,
}

/// What stood in the form, as its hidden fields hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Was {
    pub name: String,
    pub pipeline: String,
    pub default: bool,
    pub contact_rule: String,
}

impl Was {
    fn of(source: &source::Model) -> Self {
        Self {
            name: source.name.clone(),
            pipeline: source.pipeline_id.to_string(),
            default: source.is_default,
            contact_rule: source.contact_rule.clone(),
        }
    }
}

/// Whether what was sent differs from what stood there.
fn touched<'typed>(typed: Option<&'typed str>, was: &str) -> Option<&'typed str> {
    typed.filter(|typed| *typed != was)
}

impl Typed {
    /// The form as it is before anybody types.
    pub fn of(source: &source::Model) -> Self {
        let was = Was::of(source);
        Self {
            name: was.name.clone(),
            pipeline: Some(was.pipeline.clone()),
            default: was.default.then(|| "1".to_owned()),
            contact_rule: Some(was.contact_rule.clone()),
            version: version(source),
            was_name: Some(was.name),
            was_pipeline: Some(was.pipeline),
            was_default: Some(if was.default { "1" } else { "" }.to_owned()),
            was_contact_rule: Some(was.contact_rule),
        }
    }

    /// What stood in the form.
    pub fn was(&self, source: &source::Model) -> Was {
        let now = Was::of(source);
        Was {
            name: self.was_name.clone().unwrap_or(now.name),
            pipeline: self.was_pipeline.clone().unwrap_or(now.pipeline),
            default: self.was_default.as_ref().map_or(now.default, |was| was == "1"),
            contact_rule: self.was_contact_rule.clone().unwrap_or(now.contact_rule),
        }
    }

    /// What this person wants changed.
    pub fn change(&self, source: &source::Model) -> SourceChange {
        let was = self.was(source);
        SourceChange {
            name: touched(Some(self.name.trim()), &was.name).map(str::to_owned),
            pipeline_id: touched(self.pipeline.as_deref(), &was.pipeline).and_then(|id| id.parse().ok()),
            // The mark is given to another source, never only taken away.
            default: (self.default.is_some() && !was.default).then_some(true),
            contact_rule: touched(self.contact_rule.as_deref(), &was.contact_rule).and_then(rule_of),
            ..SourceChange::default()
        }
    }

    /// The same wishes over what somebody else made of the source meanwhile: what this person did not touch follows,
    /// else saving again would take the others' changes back.
    pub fn over(&self, source: &source::Model) -> Self {
        let (was, now) = (self.was(source), Self::of(source));
        let kept = |typed: Option<&str>, was: &str| touched(typed, was).map(str::to_owned);
        Self {
            name: kept(Some(self.name.trim()), &was.name).unwrap_or(now.name),
            pipeline: kept(self.pipeline.as_deref(), &was.pipeline).or(now.pipeline),
            default: self.default.clone().filter(|_| !was.default).or(now.default),
            contact_rule: kept(self.contact_rule.as_deref(), &was.contact_rule).or(now.contact_rule),
            ..now
        }
    }
}

fn rule_of(word: &str) -> Option<ContactRule> {
    [ContactRule::Leave, ContactRule::Link, ContactRule::Create].into_iter().find(|rule| rule.as_str() == word)
}
