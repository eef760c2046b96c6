//! Message templates.

use serde_json::{Value, json};

/// A template in one language.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    pub(crate) id: String,
    pub(crate) waba: String,
    pub(crate) name: String,
    pub(crate) language: String,
    pub(crate) category: String,
    pub(crate) previous_category: Option<String>,
    /// `PENDING`, `APPROVED`, …
    pub(crate) status: String,
    pub(crate) rejected_reason: String,
    pub(crate) quality: String,
    /// The time of its last change, in seconds.
    pub(crate) quality_at: i64,
    /// `POSITIONAL` or `NAMED`.
    pub(crate) parameter_format: String,
    pub(crate) components: Value,
    /// Times of edits while it was approved, in milliseconds.
    pub(crate) edits: Vec<i64>,
    pub(crate) pauses: usize,
    /// The `message_status` in answers to messages: `accepted`, `held_for_quality_assessment`, `paused`.
    pub(crate) send_status: String,
}

impl Template {
    /// The component of a type.
    pub(crate) fn component(&self, kind: &str) -> Option<&Value> {
        let all = self.components.as_array()?;
        all.iter().find(|one| one["type"].as_str().is_some_and(|one| one.eq_ignore_ascii_case(kind)))
    }

    pub(crate) fn buttons(&self) -> &[Value] {
        let buttons = self.component("BUTTONS").and_then(|one| one["buttons"].as_array());
        buttons.map(Vec::as_slice).unwrap_or_default()
    }

    /// All documented fields.
    pub(crate) fn json(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "language": self.language,
            "status": self.status,
            "category": self.category,
            "previous_category": self.previous_category,
            "parameter_format": self.parameter_format,
            "components": self.components,
            "quality_score": {"score": self.quality, "date": self.quality_at},
            "rejected_reason": self.rejected_reason,
            // Documented, but without a value here.
            "correct_category": null,
            "cta_url_link_tracking_opted_out": null,
            "degrees_of_freedom_spec": null,
            "library_template_name": null,
            "message_send_ttl_seconds": null,
            "sub_category": null,
        })
    }
}

/// The variables of a text, `{{1}}` or `{{order_id}}`, in order and without repetition.
pub(crate) fn variables(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for piece in text.split("{{").skip(1) {
        if let Some((name, _)) = piece.split_once("}}") {
            let name = name.trim().to_owned();
            if !found.contains(&name) {
                found.push(name);
            }
        }
    }
    found
}

/// Fills values into a text.
pub(crate) fn filled(text: &str, values: &[(String, String)]) -> String {
    let mut text = text.to_owned();
    for (name, value) in values {
        text = text.replace(&format!("{{{{{name}}}}}"), value);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_once_each_and_filled() {
        let text = "Hi {{1}}, order {{2}} of {{1}}";
        assert_eq!(variables(text), ["1", "2"]);
        let values = [("1".to_owned(), "Maria".to_owned()), ("2".to_owned(), "77".to_owned())];
        assert_eq!(filled(text, &values), "Hi Maria, order 77 of Maria");
        assert!(variables("no {one}").is_empty());
    }
}
