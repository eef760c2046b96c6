//! `GET /widget/v1/kinds`: the kinds of sources an account can add, with the fields of their forms.

use actix_web::HttpResponse;
use connectors::Field;
use connectors::kinds::is_web_chat;
use serde::Serialize;
use serde_json::{Value, json};

use super::caller::Caller;
use super::refusal::WidgetReader;
use crate::source;
use crate::widget_api::{Answer, AppData, WidgetContext};

#[derive(Debug, Serialize)]
struct KindOut {
    kind: &'static str,
    name: String,
    about: String,
    /// The messenger's own page, which the panel opens; null if credentials are typed.
    consent: Option<ConsentOut>,
    /// The address of a frame that shows a source with the settings sent to it; null if this kind has no preview.
    preview: Option<String>,
    fields: Vec<FieldOut>,
}

#[derive(Debug, Serialize)]
struct ConsentOut {
    label: String,
    hint: String,
}

#[derive(Debug, Serialize)]
struct FieldOut {
    name: &'static str,
    /// `text`, `secret`, `url`, `lines`, `paragraph`, `flag`, `choice` or `choices`.
    #[serde(rename = "type")]
    input: &'static str,
    label: String,
    hint: Option<String>,
    required: bool,
    /// Shown first even if it may be empty.
    essential: bool,
    /// The heading under which it is shown with others; null if it has none.
    section: Option<String>,
    /// The initial value; null if there is none.
    value: Value,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    options: Vec<OptionOut>,
}

#[derive(Debug, Serialize)]
struct OptionOut {
    value: &'static str,
    label: String,
}

/// Kinds with a built-in connector and a channel of the integration.
pub(super) async fn list(app: AppData, caller: Caller) -> Answer {
    let reader = &caller.reader;
    let say = |key: String| reader.words.text(key).with("crm", reader.crm).to_string();
    let consent = |kind: &str| {
        let has_page = app.connectors.get(kind).is_some_and(|connector| connector.consent_page().is_some());
        has_page.then(|| ConsentOut {
            label: say(format!("wizard-consent-{kind}")),
            hint: say(format!("wizard-consent-hint-{kind}")),
        })
    };
    let items: Vec<KindOut> = source::kinds(&app.sources, &caller.tenant)
        .into_iter()
        .map(|kind| KindOut {
            kind: kind.kind,
            name: say(format!("connector-{}", kind.kind)),
            about: say(format!("connector-{}-about", kind.kind)),
            consent: consent(kind.kind),
            preview: is_web_chat(kind.kind).then(|| preview_url(&app, reader)),
            fields: source::offered(&app, kind.fields, &Value::Null)
                .iter()
                .filter(|field| field.language.is_empty())
                .map(|field| shown(field, reader))
                .collect(),
        })
        .collect();
    Ok(HttpResponse::Ok().json(json!({ "items": items })))
}

fn preview_url(app: &WidgetContext, reader: &WidgetReader) -> String {
    format!("{}/widget/preview?lang={}", app.public_url(), reader.words.language().code())
}

fn shown(field: &Field, reader: &WidgetReader) -> FieldOut {
    let say = |key: &'static str| reader.words.text(key).with("crm", reader.crm).to_string();
    let options = field.input.choices().iter().map(|(value, label)| OptionOut { value, label: say(label) }).collect();
    FieldOut {
        name: field.name,
        input: if field.secret { "secret" } else { field.input.as_str() },
        label: say(field.label),
        hint: field.hint.map(say),
        required: field.required,
        essential: field.essential,
        section: (!field.section.is_empty())
            .then(|| reader.words.text(format!("source-tab-{}", field.section)).to_string()),
        value: if field.on { Value::Bool(true) } else { Value::Null },
        options,
    }
}
