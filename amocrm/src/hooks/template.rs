//! The template of a message (chats-api §4.5).

use serde_json::Value;

use crate::lenient;

/// A template from which a message was created. The message's text is final; the template is for messengers with
/// templates of their own (WhatsApp).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// amoCRM's id of the template.
    pub id: Option<i64>,
    /// The integration's id of the template, if it was created with one.
    pub external_id: Option<String>,
    /// The original text, with markers such as `{{lead.id}}`.
    pub content: Option<String>,
    /// The values that replaced the markers.
    pub params: Vec<TemplateParam>,
}

/// A marker and its value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TemplateParam {
    /// The marker as written in the content.
    pub key: String,
    /// Its value, possibly empty.
    pub value: String,
}

impl Template {
    /// The values in the order of their markers in the content, as templates with numbered placeholders need them. A
    /// marker that occurs twice counts once; markers that do not occur come last.
    pub fn values(&self) -> Vec<&str> {
        let content = self.content.as_deref().unwrap_or_default();
        let mut params: Vec<_> = self.params.iter().collect();
        params.sort_by_key(|param| content.find(&param.key).unwrap_or(usize::MAX));
        params.into_iter().map(|param| param.value.as_str()).collect()
    }

    /// None if there is nothing that could be sent.
    pub(super) fn read(template: &Value) -> Option<Self> {
        let params = lenient::list(template, "params").into_iter().filter_map(TemplateParam::read).collect();
        let read = Self {
            id: lenient::number(template, "id"),
            external_id: lenient::text(template, "external_id"),
            content: lenient::text(template, "content"),
            params,
        };
        (read != Self::default()).then_some(read)
    }
}

impl TemplateParam {
    fn read(param: &Value) -> Option<Self> {
        Some(Self { key: lenient::text(param, "key")?, value: lenient::text(param, "value").unwrap_or_default() })
    }
}
