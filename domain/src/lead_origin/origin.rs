//! The origin as stored with a conversation, in the form in which a lead shows it.

use std::collections::BTreeMap;

use amocrm::rest::{CustomField, Field, Lead};
use base::i18n::Words;
use base::message::Visits;
use url::form_urlencoded;

/// Begins the names of campaign parameters.
const MARK: &str = "utm_";
/// The tracking field of the page before the site.
const REFERRER: &str = "referrer";

/// Where a customer came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Campaign parameters with their full names (`utm_source`).
    marks: BTreeMap<String, String>,
    /// The payload of a link, or an advertisement, as the messenger reported it.
    tag: Option<String>,
    page: Option<String>,
    referrer: Option<String>,
}

/// What is to be written into a lead.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// Values of fields that are empty.
    pub fields: Vec<Field>,
    /// Parameters without a field of their own, or whose field has another value. They belong into a note.
    pub rest: Vec<(String, String)>,
}

impl Origin {
    /// Reads a conversation's stored origin; none if there is nothing to tell a lead.
    pub fn stored(text: &str) -> Option<Self> {
        match Visits::stored(text) {
            Some(visits) => Self::of_visits(visits),
            None if text.is_empty() => None,
            None => Some(Self::of_tag(text)),
        }
    }

    /// Whether it is another origin than that before: another campaign or another link, not just another page.
    pub fn differs(&self, before: Option<&Self>) -> bool {
        before.is_none_or(|before| (&before.marks, &before.tag) != (&self.marks, &self.tag))
    }

    /// The latest visit that came by a campaign. Pages alone are no origin: every visit has one.
    fn of_visits(visits: Visits) -> Option<Self> {
        let visit = [visits.last, visits.first].into_iter().find(|visit| !visit.marks.is_empty())?;
        let named = |(name, value): (String, String)| (format!("{MARK}{name}"), value);
        Some(Self {
            marks: visit.marks.into_iter().map(named).collect(),
            tag: None,
            page: Some(visit.url),
            referrer: Some(visit.referrer).filter(|referrer| !referrer.is_empty()),
        })
    }

    /// A link's payload can contain campaign parameters as an address does.
    fn of_tag(tag: &str) -> Self {
        let parameters: BTreeMap<String, String> =
            form_urlencoded::parse(tag.trim_start_matches('?').as_bytes()).into_owned().collect();
        if parameters.iter().any(|(name, value)| name.starts_with(MARK) && !value.is_empty()) {
            let marks = parameters.into_iter().filter(|(_, value)| !value.is_empty()).collect();
            return Self { marks, ..Self::default() };
        }
        Self { tag: Some(tag.to_owned()), ..Self::default() }
    }

    /// What of it is missing in a lead of an account with these fields. Values that are there stay.
    pub(super) fn plan(&self, fields: &[CustomField], lead: &Lead) -> Plan {
        let mut plan = Plan::default();
        let referrer = self.referrer.iter().map(|referrer| (REFERRER, referrer, false));
        let marks = self.marks.iter().map(|(name, value)| (name.as_str(), value, true));
        for (name, value, is_noted) in marks.chain(referrer) {
            let field = fields.iter().find(|field| is_for(field, name));
            let has = field.and_then(|field| text_of(lead, field));
            match (field, has) {
                (Some(field), None) => plan.fields.push(Field::text(field.id, value)),
                (Some(_), Some(has)) if has == *value => {}
                // A note always names the referrer.
                _ if is_noted => plan.rest.push((name.to_owned(), value.clone())),
                _ => {}
            }
        }
        plan
    }

    /// The note about what could not be written into fields; none if all could.
    pub(super) fn note(&self, rest: &[(String, String)], words: Words) -> Option<String> {
        if rest.is_empty() && self.tag.is_none() {
            return None;
        }
        let line = |key: &'static str, text: &String| format!("{}: {text}", words.text(key));
        let lines = std::iter::once(words.text("lead-origin-title").to_string())
            .chain(self.tag.iter().map(|tag| line("conversation-visit", tag)))
            .chain(rest.iter().map(|(name, value)| format!("{name}: {value}")))
            .chain(self.page.iter().map(|page| line("lead-origin-page", page)))
            .chain(self.referrer.iter().map(|referrer| line("conversation-referrer", referrer)));
        Some(lines.collect::<Vec<_>>().join("\n"))
    }
}

/// Whether a field is the tracking field of this name.
fn is_for(field: &CustomField, name: &str) -> bool {
    let named = field.code.as_deref().unwrap_or(&field.name);
    field.kind == CustomField::TRACKING_DATA && named.eq_ignore_ascii_case(name)
}

fn text_of(lead: &Lead, field: &CustomField) -> Option<String> {
    lead.fields.iter().find(|one| one.id == Some(field.id))?.texts().next()
}

#[cfg(test)]
mod tests {
    use base::i18n::Language;
    use base::message::Visit;

    use super::*;

    fn field(id: i64, code: &str, kind: &str) -> CustomField {
        CustomField { id, name: "Name".into(), code: Some(code.into()), kind: kind.into() }
    }

    fn visits(first: &[(&str, &str)], last: &[(&str, &str)]) -> String {
        let visit = |marks: &[(&str, &str)]| Visit {
            url: "https://shop.example/".into(),
            marks: marks.iter().map(|&(name, value)| (name.into(), value.into())).collect(),
            ..Visit::default()
        };
        let visits = Visits { first: visit(first), last: visit(last), agreed_at: None };
        serde_json::to_string(&visits).unwrap()
    }

    #[test]
    fn the_latest_campaign_counts_and_a_page_alone_is_none() {
        let marks = |text: &str| Origin::stored(text).map(|origin| origin.marks.into_values().collect::<Vec<_>>());
        assert_eq!(marks(&visits(&[("source", "mail")], &[])), Some(vec!["mail".to_owned()]));
        assert_eq!(marks(&visits(&[("source", "mail")], &[("source", "ad")])), Some(vec!["ad".to_owned()]));
        assert_eq!(marks(&visits(&[], &[])), None);
        assert_eq!(marks(""), None);
    }

    #[test]
    fn another_page_of_the_same_campaign_is_no_new_origin() {
        let mail = Origin::stored(&visits(&[("source", "mail")], &[])).unwrap();
        let moved = Origin { page: Some("https://shop.example/help".into()), ..mail.clone() };
        assert!(mail.differs(None) && !moved.differs(Some(&mail)));
        assert!(Origin::stored(&visits(&[("source", "mail")], &[("source", "ad")])).unwrap().differs(Some(&mail)));
    }

    #[test]
    fn a_payload_is_a_tag_unless_it_has_campaign_parameters() {
        assert_eq!(Origin::stored("lead_77-A").unwrap().tag.as_deref(), Some("lead_77-A"));
        let origin = Origin::stored("utm_source=vk&utm_term=&x=1").unwrap();
        let marks: Vec<_> = origin.marks.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!((marks, origin.tag), (vec![("utm_source", "vk"), ("x", "1")], None));
    }

    #[test]
    fn values_that_a_lead_has_stay() {
        let origin = Origin::stored("utm_source=vk&utm_medium=ad&utm_term=boots&utm_own=1").unwrap();
        let fields = [
            field(1, "UTM_SOURCE", "tracking_data"),
            field(2, "UTM_MEDIUM", "tracking_data"),
            field(3, "UTM_TERM", "tracking_data"),
            field(4, "UTM_OWN", "text"),
        ];
        let lead = Lead { fields: vec![Field::text(2, "ad"), Field::text(3, "shoes")], ..Lead::default() };
        let plan = origin.plan(&fields, &lead);
        assert_eq!(plan.fields, [Field::text(1, "vk")]);
        let rest: Vec<_> = plan.rest.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(rest, ["utm_own", "utm_term"]);
        let note = origin.note(&plan.rest, Words::new(Language::En)).unwrap();
        assert_eq!(note, "Where the customer came from\nutm_own: 1\nutm_term: boots");
        assert_eq!(origin.note(&[], Words::new(Language::En)), None);
    }
}
