//! The webhooks of a `custom` source (docs/custom-messenger.md#4-a-manager-answers-20-minutes) and those of the vendor
//! (docs/operations.md#the-vendors-webhooks), which the document describes beside the calls.

use serde_json::{Value, json};

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

/// The vendor's: type, summary, description and data of each.
fn of_vendor() -> [(&'static str, &'static str, &'static str, Value); 9] {
    let account = component("TenantOut");
    let about = || json!({"account": account.clone()});
    let why = |words: &str| json!({"account": account.clone(), "reason": {"type": "string", "description": words}});
    let source = || {
        let text = || json!({"type": "string"});
        object(json!({"id": uuid(), "kind": text(), "name": text(), "external_id": text()}))
    };
    let mut stopped = why("`deleted`, or `access_refused` by its messenger.");
    stopped["source"] = source();
    [
        (
            "account.installed",
            "An account installed an integration.",
            "`again` is true if it was installed before and had left.",
            json!({"account": account.clone(), "again": {"type": "boolean"}}),
        ),
        (
            "account.connected",
            "An account's channels are connected and it works.",
            "Also when it works again after `account.needs_attention`.",
            about(),
        ),
        (
            "account.needs_attention",
            "An account does not work until a person does something.",
            "Its end is `account.connected`.",
            why("`needs_reauth`, `unpaid`, `blocked`, `channel_not_allowed` or `channel_misconfigured`."),
        ),
        (
            "account.left",
            "An account switched the integration off, or was disconnected.",
            "Its sources and messages are kept.",
            why("`uninstalled` or `disconnected`."),
        ),
        (
            "source.created",
            "A source was created.",
            "`account.sources_limit` is its account's limit.",
            json!({"account": account.clone(), "source": source()}),
        ),
        (
            "source.stopped",
            "A source does not work any more.",
            "It was deleted, or its messenger refuses access.",
            stopped,
        ),
        ("limit.near", "An account has nearly used up a limit.", "Nothing is held yet.", about()),
        ("limit.reached", "An account has used up a limit.", "Messages are taken in and held.", about()),
        ("trial.ending", "An account's trial ends soon.", "Nothing is held yet.", about()),
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
    let sources = all().map(|(kind, summary, description, data)| {
        let mut envelope = envelope(kind, data);
        envelope["properties"]["repeat"] =
            json!({"type": "boolean", "description": "True if an earlier attempt may have arrived."});
        let answers = json!({
            "2XX": {"description": "Taken: it is not sent again"},
            "401": {"description": "The signature is wrong. To a genuine webhook this pauses the source"},
            "422": {"description": "Refused: the message fails, the next one is sent"},
            "503": {"description": "Sent again later, after `Retry-After`"},
        });
        operation((kind, summary, description), &envelope, &answers)
    });
    let vendors = of_vendor().map(|(kind, summary, description, data)| {
        let answers = json!({
            "2XX": {"description": "Taken: it is not sent again"},
            "4XX": {"description": "Sent again later, for three days"},
            "5XX": {"description": "Sent again later, for three days"},
        });
        operation((kind, summary, description), &envelope(kind, data), &answers)
    });
    Value::Object(sources.into_iter().chain(vendors).collect())
}

fn envelope(kind: &str, data: Value) -> Value {
    object(json!({
        "type": {"type": "string", "const": kind},
        "timestamp": time(),
        "data": object(data),
    }))
}

fn operation((kind, summary, description): (&str, &str, &str), envelope: &Value, answers: &Value) -> (String, Value) {
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
        "responses": answers,
    }});
    (kind.to_owned(), operation)
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
    use base::config::VendorEventKind;

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

    #[test]
    fn every_event_of_the_vendor_is_described() {
        let kinds: Vec<&str> = VendorEventKind::ALL.into_iter().map(VendorEventKind::as_str).collect();
        assert_eq!(of_vendor().map(|(kind, ..)| kind).to_vec(), kinds);
        let page = include_str!("../../../../docs/operations.md");
        let (_, section) = page.split_once("\n## The vendor's webhooks\n").unwrap();
        for kind in kinds {
            assert!(section.contains(&format!("| `{kind}` |")), "{kind}");
        }
    }
}
