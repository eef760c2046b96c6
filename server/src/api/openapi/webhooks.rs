//! The webhooks of a `custom` source, which the document describes beside the calls
//! (docs/custom-messenger.md#4-a-manager-answers-20-minutes).

use serde_json::{Map, Value, json};

/// The component of the message in webhooks.
pub(super) const MESSAGE: &str = "WebhookMessage";

/// Type, summary, description and data of each webhook.
fn all() -> [(&'static str, &'static str, &'static str, Value); 8] {
    let message = json!({"message": component(MESSAGE)});
    let source = json!({"source": component("SourceOut")});
    [
        (
            "message.created",
            "A manager, a bot or a template wrote to a customer.",
            "Answer with your id of the message and its status to save a call: `{\"id\":\"m-1\",\"status\":\"delivered\"}`.",
            message.clone(),
        ),
        (
            "message.edited",
            "A message was edited.",
            "`content` is the new content; the message is found by `id`.",
            message.clone(),
        ),
        (
            "conversation.started",
            "A manager writes to a phone number first.",
            "`conversation.id` is null. Answer with the ids of the dialogue that you open, \
             `{\"conversation\":{\"id\":\"chat-9\"},\"receiver\":{\"id\":\"user-9\"},\"id\":\"m-1\"}`, or tell them later.",
            message,
        ),
        (
            "typing",
            "A manager is typing.",
            "Show it until `until`.",
            json!({"source_id": uuid(), "conversation": component("ConversationRefOut"), "sender": person_id(), "until": time()}),
        ),
        (
            "reaction",
            "A manager set or removed a reaction.",
            "`emoji` is null if it was removed.",
            json!({
                "source_id": uuid(), "conversation": component("ConversationRefOut"),
                "message": object(json!({"id": uuid(), "external_id": {"type": ["string", "null"]}})),
                "sender": person_id(), "emoji": {"type": ["string", "null"]},
            }),
        ),
        (
            "template.review",
            "amoCRM asks for the review of a template.",
            "Report the decision by `POST /api/v1/sources/{source_id}/templates/{template_id}/review`.",
            json!({"source_id": uuid(), "template": {"type": "object", "description": "Its id, name, language, category, content, \
                header, footer, buttons and example values."}}),
        ),
        ("source.updated", "The source was changed.", "Its name, pipeline, settings or state.", source.clone()),
        ("source.deleted", "The source was deleted.", "No more webhooks come for it.", source),
    ]
}

/// The schema of [`MESSAGE`].
pub(super) fn message() -> Value {
    let maybe = |name: &str| json!({"oneOf": [component(name), {"type": "null"}]});
    let text = || json!({"type": ["string", "null"]});
    let mut schema = object(json!({
        "id": uuid(),
        "conversation": component("ConversationRefOut"),
        "source_id": uuid(),
        "receiver": object(json!({"id": text(), "phone": text(), "name": text()})),
        "sender": component("PersonOut"),
        "content": component("ContentOut"),
        "sent_at": time(),
        "template": maybe("Template"),
        "reply_to": maybe("QuoteOut"),
    }));
    schema["description"] = json!("A message for a customer.");
    schema["properties"]["forward"] = maybe("QuoteOut");
    schema["properties"]["post"] = object(json!({"id": {"type": "string"}}));
    schema
}

/// The document's `webhooks`.
pub(super) fn described() -> Value {
    let webhooks = all().map(|(kind, summary, description, data)| {
        let mut envelope = object(json!({
            "type": {"type": "string", "const": kind},
            "timestamp": time(),
            "data": object(data),
        }));
        envelope["properties"]["repeat"] =
            json!({"type": "boolean", "description": "True if an earlier attempt may have arrived."});
        let operation = json!({"post": {
            "operationId": format!("webhook_{}", kind.replace('.', "_")),
            "tags": ["webhooks"],
            "summary": summary,
            "description": description,
            "security": [],
            "parameters": [
                header("webhook-id", "The same in every attempt: recognise repeats by it."),
                header("webhook-timestamp", "Seconds since 1970; refuse what is more than five minutes off."),
                header("webhook-signature", "`v1,` and the base64 HMAC-SHA256 of `{id}.{timestamp}.{body}`; several while a secret is rotated."),
            ],
            "requestBody": {"required": true, "content": {"application/json": {"schema": envelope}}},
            "responses": {
                "2XX": {"description": "Taken: it is not sent again"},
                "401": {"description": "The signature is wrong. To a genuine webhook this pauses the source"},
                "422": {"description": "Refused: the message fails, the next one is sent"},
                "503": {"description": "Sent again later, after `Retry-After`"},
            },
        }});
        (kind.to_owned(), operation)
    });
    Value::Object(Map::from_iter(webhooks))
}

fn component(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// An object of which all these properties are required.
fn object(properties: Value) -> Value {
    let names: Vec<String> = properties.as_object().into_iter().flat_map(|all| all.keys().cloned()).collect();
    json!({"type": "object", "required": names, "properties": properties})
}

fn uuid() -> Value {
    json!({"type": "string", "format": "uuid"})
}

fn time() -> Value {
    json!({"type": "string", "format": "date-time"})
}

fn person_id() -> Value {
    object(json!({"id": {"type": "string"}}))
}

fn header(name: &str, description: &str) -> Value {
    json!({"name": name, "in": "header", "required": true, "description": description, "schema": {"type": "string"}})
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sample of the guide has what is described, and nothing else.
    #[test]
    fn the_guides_sample_is_as_described() {
        let guide = include_str!("../../../../docs/custom-messenger.md");
        let sample = guide.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let sample: Value = serde_json::from_str(sample).unwrap();
        let described = described();
        let schema = &described["message.created"]["post"]["requestBody"]["content"]["application/json"]["schema"];
        let fields = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let required = |schema: &Value| {
            let mut names: Vec<String> = serde_json::from_value(schema["required"].clone()).unwrap();
            names.sort();
            names
        };
        assert_eq!(fields(&sample), required(schema));
        assert_eq!(fields(&sample["data"]["message"]), required(&message()));
    }

    /// The guide's table has every type.
    #[test]
    fn every_webhook_of_the_guide_is_described() {
        let guide = include_str!("../../../../docs/custom-messenger.md");
        for (kind, ..) in all() {
            assert!(guide.contains(&format!("`{kind}`")), "{kind}");
        }
    }
}
