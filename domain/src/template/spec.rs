//! The content submitted to a messenger: an amoCRM template at the time when its review was requested.

use amocrm::rest::{Template, TemplateAttachment, TemplateButton};
use base::message::Button;
use connectors::template::{
    Markers, NewTemplate, RegisteredHeader, RegisteredTemplate, TemplateCategory, TemplateFile, TemplateFileKind,
    TemplateHeader,
};
use entity::message_template;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Maximum length of the part of a name that comes from the title, in characters.
const NAME_CHARS: usize = 60;
/// Maximum length of a name.
const NAME_MOST: usize = 512;

/// The stored form of a submission.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spec {
    /// Text with amoCRM's markers.
    pub content: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    #[serde(default)]
    pub buttons: Vec<Button>,
    /// Sample values by marker, in the order of the markers.
    #[serde(default)]
    pub examples: Vec<(String, String)>,
    /// It has a file above its text.
    #[serde(default)]
    pub file: bool,
    /// The file as amoCRM has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment: Option<TemplateAttachment>,
    /// The file as Parom stored it for messages that name no file of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Uuid>,
}

impl Spec {
    pub(super) fn of(template: &Template) -> Self {
        let waba = template.waba.clone().unwrap_or_default();
        let is_media = waba.header_type.as_deref() == Some("media");
        let button = |button: &TemplateButton| match button {
            TemplateButton::Inline { text } => Button { text: text.clone(), url: None },
            TemplateButton::Url { text, url } => Button { text: text.clone(), url: Some(url.clone()) },
        };
        let header = waba.header.clone().filter(|header| !header.is_empty() && !is_media);
        let links = template.buttons.iter().filter_map(|button| match button {
            TemplateButton::Url { url, .. } => Some(url.as_str()),
            TemplateButton::Inline { .. } => None,
        });
        // Markers without an example are kept, so that their position is known. Those in the text come first.
        let mut markers: Vec<String> = Vec::new();
        for text in [Some(template.content.as_str()), header.as_deref()].into_iter().flatten().chain(links) {
            for marker in super::markers(text).unwrap_or_default() {
                if !markers.contains(&marker) {
                    markers.push(marker);
                }
            }
        }
        let example = |marker: String| {
            let value = waba.examples.get(&marker).cloned().unwrap_or_default();
            (marker, value)
        };
        Self {
            content: template.content.clone(),
            header,
            footer: waba.footer.clone().filter(|footer| !footer.is_empty()),
            buttons: template.buttons.iter().map(button).collect(),
            examples: markers.into_iter().map(example).collect(),
            file: is_media || template.attachment.is_some(),
            attachment: template.attachment.clone(),
            example: None,
        }
    }

    /// The kind of its file; none if it has none.
    pub fn file_kind(&self) -> Option<TemplateFileKind> {
        let attachment = self.attachment.as_ref().filter(|_| self.file)?;
        Some(match attachment.kind.as_str() {
            "picture" => TemplateFileKind::Picture,
            "video" => TemplateFileKind::Video,
            _ => TemplateFileKind::Document,
        })
    }

    /// The stored form; an empty one if it is damaged.
    pub fn stored(row: &message_template::Model) -> Self {
        serde_json::from_str(&row.spec).unwrap_or_default()
    }

    /// The submission for a connector. `sample`: the file above its text, if it has one.
    pub(super) fn as_new(
        &self,
        row: &message_template::Model,
        now: chrono::DateTime<chrono::Utc>,
        sample: Option<TemplateFile>,
    ) -> NewTemplate {
        NewTemplate {
            id: row.id,
            submission: row.submission,
            source_id: row.source_id,
            now,
            name: row.name.clone(),
            language: row.language.clone(),
            category: TemplateCategory::of(&row.category),
            content: self.content.clone(),
            header: sample.map(TemplateHeader::File).or_else(|| self.header.clone().map(TemplateHeader::Text)),
            footer: self.footer.clone(),
            buttons: self.buttons.clone(),
            examples: self.examples.clone(),
        }
    }

    /// The template with which a message is sent.
    pub(super) fn registered_as(self, row: &message_template::Model) -> RegisteredTemplate {
        RegisteredTemplate {
            id: row.external_id.clone(),
            name: row.name.clone(),
            language: row.language.clone(),
            header: match self.file_kind() {
                Some(kind) => RegisteredHeader::File(kind),
                None => self.header.map_or(RegisteredHeader::None, RegisteredHeader::Text),
            },
            content: self.content,
            buttons: self.buttons,
        }
    }
}

/// A template's name at the messenger. It comes from amoCRM's external id, so that programs find their templates there
/// by their own ids, and a template that is renamed, or created again with the same id, keeps its review.
pub(super) fn name_at_messenger(template: &Template) -> String {
    let named = template.external_id.as_deref().and_then(name_of_id);
    named.unwrap_or_else(|| name_of(&template.name, template.id))
}

/// The name that belongs to an external id, whatever the template's title is; none for an id that Parom generated.
pub(super) fn name_of_id(external_id: &str) -> Option<String> {
    let id = external_id.trim();
    if id.is_empty() || Uuid::try_parse(id).is_ok() {
        return None;
    }
    let is_plain = |sign: u8| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == b'_';
    if id.len() <= NAME_MOST && id.bytes().all(is_plain) {
        return Some(id.to_owned());
    }
    // Characters are replaced: a hash of the whole id keeps two ids from becoming one name.
    let digest = hex::encode(&Sha256::digest(id)[..4]);
    Some(match latin(id) {
        name if name.is_empty() => format!("template_{digest}"),
        name => format!("{name}_{digest}"),
    })
}

/// A title reduced to Latin letters, followed by amoCRM's id, which makes the name unique in the account.
fn name_of(title: &str, crm_id: i64) -> String {
    match latin(title) {
        name if name.is_empty() => format!("template_{crm_id}"),
        name => format!("{name}_{crm_id}"),
    }
}

/// A text reduced to lower-case Latin letters, digits and underscores.
fn latin(text: &str) -> String {
    let mut name = String::new();
    for sign in text.chars() {
        match sign.to_ascii_lowercase() {
            sign if sign.is_ascii_alphanumeric() => name.push(sign),
            _ if !name.is_empty() && !name.ends_with('_') => name.push('_'),
            _ => {}
        }
        if name.len() >= NAME_CHARS {
            break;
        }
    }
    name.trim_end_matches('_').to_owned()
}

/// What markers with a field are about.
const ENTITIES: [&str; 5] = ["company", "contact", "customer", "lead", "profile"];
/// Markers without one: amoCRM's Salesbot has the same.
const ALONE: [&str; 10] = [
    "cf.talk.nps",
    "current_date",
    "message_text",
    "message_text.email",
    "message_text.phone",
    "name",
    "origin",
    "rand",
    "short_rand",
    "short_rand_num",
];

/// The markers of a text in order, each once. None if one is not closed.
pub fn markers(text: &str) -> Option<Vec<String>> {
    Some(Markers::well_formed(text)?.iter().map(str::to_owned).collect())
}

/// Whether amoCRM fills a marker in: a field of the lead, the contact, the company, the customer or the manager, or one of
/// [`ALONE`]. Accounts have fields of their own, so which fields there are is not known here.
pub fn is_filled_in(marker: &str) -> bool {
    let name = marker.trim_start_matches("{{").trim_end_matches("}}").trim();
    let is_field = |(entity, field): (&str, &str)| ENTITIES.contains(&entity) && !field.trim().is_empty();
    ALONE.contains(&name) || name.split_once('.').is_some_and(is_field)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use amocrm::rest::WabaTemplate;

    use super::*;

    #[test]
    fn names_are_latin_and_unique_by_amocrms_id() {
        assert_eq!(name_of("Order ready, v.2!", 7), "order_ready_v_2_7");
        assert_eq!(name_of("Заказ готов", 7), "template_7");
        assert_eq!(name_of("  Заказ #15", 7), "15_7");
        assert_eq!(name_of(&"x".repeat(500), 7).len(), NAME_CHARS + 2);
    }

    #[test]
    fn examples_follow_the_markers_of_the_text() {
        let examples = BTreeMap::from([("{{lead.id}}", "7"), ("{{contact.name}}", "Ann"), ("{{other}}", "x")]);
        let waba = WabaTemplate {
            header: Some("Order".into()),
            header_type: Some("text".into()),
            examples: examples.into_iter().map(|(marker, value)| (marker.into(), value.into())).collect(),
            ..WabaTemplate::default()
        };
        let template = Template {
            id: 1,
            name: "Ready".into(),
            content: "Hi {{contact.name}}: {{lead.id}} {{contact.name}} {{origin}}".into(),
            external_id: None,
            is_editable: false,
            buttons: vec![TemplateButton::Inline { text: "Thanks".into() }],
            attachment: None,
            waba: Some(waba),
            review_status: None,
            is_on_review: None,
            reviews: Vec::new(),
            created_at: None,
            updated_at: None,
        };
        assert_eq!(name_at_messenger(&template), "ready_1");
        let ours = "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001";
        for (external_id, name) in [("order_ready_v2", "order_ready_v2"), (ours, "ready_1"), ("", "ready_1")] {
            let template = Template { external_id: Some(external_id.into()), ..template.clone() };
            assert_eq!(name_at_messenger(&template), name);
        }
        let named = |id: &str, title: &str| {
            name_at_messenger(&Template { external_id: Some(id.into()), name: title.into(), ..template.clone() })
        };
        let name = named("waba:order:ru", "Ready");
        assert!(name.starts_with("waba_order_ru_") && name == named("waba:order:ru", "Renamed"), "{name}");
        assert_ne!(name, named("waba_order:ru", "Ready"), "two ids are two names");
        assert!(named("заказ", "Ready").starts_with("template_"));
        assert!(named(&"x-".repeat(2_000), "Ready").len() <= NAME_MOST);
        let spec = Spec::of(&template);
        let pairs: Vec<_> = spec.examples.iter().map(|(marker, value)| (marker.as_str(), value.as_str())).collect();
        assert_eq!(pairs, [("{{contact.name}}", "Ann"), ("{{lead.id}}", "7"), ("{{origin}}", "")]);
        assert_eq!((spec.header.as_deref(), spec.buttons.len(), spec.file), (Some("Order"), 1, false));
        let link =
            TemplateButton::Url { text: "Track".into(), url: "https://shop.example/{{lead.id}}?{{other}}".into() };
        let attachment = TemplateAttachment { id: "f-1".into(), name: "offer.pdf".into(), kind: "document".into() };
        let waba = template.waba.clone().map(|waba| WabaTemplate { header_type: Some("media".into()), ..waba });
        let template = Template { buttons: vec![link], attachment: Some(attachment), waba, ..template };
        let spec = Spec::of(&template);
        assert_eq!(spec.examples.last(), Some(&("{{other}}".to_owned(), "x".to_owned())), "of a link too");
        assert_eq!((spec.header.as_deref(), spec.file_kind()), (None, Some(TemplateFileKind::Document)));
    }

    #[test]
    fn markers_are_found_once_and_in_order() {
        assert_eq!(
            markers("Hi {{contact.name}}, {{lead.id}} {{contact.name}}").unwrap(),
            ["{{contact.name}}", "{{lead.id}}"]
        );
        assert_eq!(markers("none } { here").unwrap(), Vec::<String>::new());
        for broken in ["Hi {{contact.name", "Hi {{ }}", "{{a{{b}}", "{{a\nb}}"] {
            assert_eq!(markers(broken), None, "{broken}");
        }
    }
}
