//! What is known of an enquiry when it begins: by the message and its chat here, by contact and leads in amoCRM.

use std::collections::{BTreeMap, BTreeSet};

use base::i18n::Zone;
use base::json::NumericId;
use base::message::{Body, Content, Person, Visits};
use base::millis::MINUTE;
use base::phone::{Country, Phone};
use chrono::{DateTime, NaiveDateTime};
use connectors::hours::WorkingHours;
use entity::{conversation, message, source};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use whatlang::Detector;

use super::rule::{CustomerKind, HoursKind, LANGUAGES, LeadKind};
use crate::lead_origin::Origin;
use crate::platform::PlatformContext;

/// What is known of an enquiry. Texts are not stored with it: they are the message's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Facts {
    pub source_id: Uuid,
    pub messenger: String,
    /// Whether the messenger has templates.
    pub has_templates: bool,
    /// When the message came, in the account's time zone.
    #[schema(value_type = String, example = "2026-11-30T09:15:00")]
    pub local_time: NaiveDateTime,
    pub working_hours: Option<HoursKind>,
    /// Two letters; null if it cannot be told, e.g. of a picture.
    pub language: Option<String>,
    /// The country of the phone number, two letters.
    pub country: Option<String>,
    pub customer: Option<CustomerKind>,
    #[serde(skip)]
    pub text: String,
    #[serde(skip)]
    pub campaign: BTreeMap<String, String>,
    #[serde(skip)]
    pub referral: Option<String>,
    #[serde(skip)]
    pub fields: BTreeMap<String, String>,
    pub crm: CrmFacts,
}

/// What amoCRM knows of the customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct CrmFacts {
    /// amoCRM's id of the contact.
    #[schema(value_type = Option<String>)]
    pub contact_id: Option<NumericId>,
    /// Whether the contact was there before this enquiry, and the customer surely is that contact.
    pub is_known: bool,
    /// amoCRM's id of the user who is responsible for it.
    #[schema(value_type = Option<String>)]
    pub contact_responsible: Option<NumericId>,
    /// The newest lead that people work with.
    pub open_lead: Option<LeadFact>,
    /// The newest lead that ended.
    pub closed_lead: Option<LeadFact>,
    /// The incoming lead of the chat, while it waits for a person.
    pub incoming: Option<IncomingFact>,
    /// Ids of all leads of the contact that were looked at.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub leads: BTreeSet<NumericId>,
}

/// A lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeadFact {
    #[schema(value_type = String)]
    pub id: NumericId,
    #[schema(value_type = Option<String>)]
    pub responsible: Option<NumericId>,
    /// amoCRM, or a person there, has made it since the enquiry began.
    #[serde(default)]
    pub is_new: bool,
}

/// An incoming lead.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IncomingFact {
    pub uid: String,
    /// The lead that it becomes.
    #[schema(value_type = Option<String>)]
    pub lead_id: Option<NumericId>,
}

impl CrmFacts {
    /// What leads the contact had before this enquiry: accounts without incoming leads get a lead with its first message.
    pub fn leads_kind(&self) -> LeadKind {
        match (self.open_lead.as_ref().filter(|lead| !lead.is_new), &self.closed_lead) {
            (Some(_), _) => LeadKind::Open,
            (None, Some(_)) => LeadKind::Closed,
            (None, None) => LeadKind::None,
        }
    }
}

/// A chat that is so much older than the message is of a customer who wrote before.
const RETURNS: i64 = MINUTE;

/// Where and when a message came, and who wrote it.
pub struct Arrival<'arrival> {
    pub source: &'arrival source::Model,
    pub conversation: &'arrival conversation::Model,
    pub message: &'arrival message::Model,
    pub body: &'arrival Body,
    pub has_templates: bool,
    /// The account's.
    pub zone: Zone,
    pub country: Option<Country>,
}

impl Facts {
    /// What is known here; amoCRM was not asked.
    pub fn of(arrival: &Arrival<'_>) -> Self {
        let Arrival { source, conversation, message, body, has_templates, zone, country } = arrival;
        let (at, is_old) = (message.sent_at, conversation.created_at + RETURNS < message.accepted_at);
        let contact: Person = serde_json::from_str(&conversation.contact).unwrap_or_default();
        let phone = contact.phone.as_deref().and_then(|text| Phone::parse(text, *country));
        let origin = Origin::stored(&conversation.visit);
        let answers = Visits::stored(&conversation.visit).map(|visits| visits.answers).unwrap_or_default();
        let text = text_of(&body.content);
        Self {
            source_id: source.id,
            messenger: source.kind.clone(),
            has_templates: *has_templates,
            local_time: zone.local_time(at),
            working_hours: hours_at(source, at),
            language: language_of(text).map(str::to_owned),
            country: phone.and_then(|phone| phone.country()),
            customer: Some(if is_old { CustomerKind::Returning } else { CustomerKind::New }),
            text: text.to_owned(),
            campaign: origin.as_ref().map(|origin| origin.campaign().clone()).unwrap_or_default(),
            referral: origin.as_ref().and_then(Origin::referral).map(str::to_owned),
            fields: answers.into_iter().map(|answer| (answer.question, answer.answer)).collect(),
            crm: CrmFacts::default(),
        }
    }
}

/// Whether a messenger has templates.
pub fn has_templates(app: &PlatformContext, kind: &str) -> bool {
    app.connectors.get(kind).is_some_and(|connector| connector.reviews_templates())
}

/// What a customer wrote: the text, or that below a file.
fn text_of(content: &Content) -> &str {
    match content {
        Content::Text { text } => text,
        other => other.media().and_then(|media| media.text.as_deref()).unwrap_or_default(),
    }
}

/// A moment by a source's working hours; none if it has none.
pub fn hours_at(source: &source::Model, at: i64) -> Option<HoursKind> {
    let hours = WorkingHours::stored(&source.settings)?;
    let closed = hours.closed_at(DateTime::from_timestamp_millis(at)?);
    Some(match closed {
        None => HoursKind::Within,
        Some(closed) if closed.is_holiday => HoursKind::Holiday,
        Some(_) => HoursKind::Outside,
    })
}

/// The language of a text, if it can be told.
pub fn language_of(text: &str) -> Option<&'static str> {
    let detector = Detector::with_allowlist(LANGUAGES.map(|(lang, _)| lang).to_vec());
    let found = detector.detect(text)?;
    let is_sure = found.is_reliable() || found.confidence() > LEAST_CONFIDENCE;
    let code = LANGUAGES.iter().find(|(lang, _)| *lang == found.lang()).map(|(_, code)| *code);
    code.filter(|_| is_sure)
}

/// Below this a guess of the language is wrong too often; first messages are short.
const LEAST_CONFIDENCE: f64 = 0.2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_messages_are_told_apart_by_language() {
        for (text, code) in [
            ("Здравствуйте! Сколько стоит доставка в Казань?", "ru"),
            ("Hello, how much is the delivery to London?", "en"),
            ("Hola, ¿cuánto cuesta el envío a Madrid?", "es"),
            ("Olá, quanto custa a entrega para São Paulo?", "pt"),
            ("Скільки коштує доставка до Києва?", "uk"),
        ] {
            assert_eq!(language_of(text), Some(code), "{text}");
        }
        for text in ["", "12345", "👍"] {
            assert_eq!(language_of(text), None, "{text}");
        }
    }
}
