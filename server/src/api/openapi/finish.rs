//! Adds what all operations and lists have in common: authentication and rate limit errors, the `Idempotency-Key`
//! header, items of lists, and a schema for each type of content. Clients are generated from the document, so it has to
//! be exact.

use domain::intake::message_in::ContentType;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{
    ArrayBuilder, Discriminator, Object, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat, Type,
};
use utoipa::openapi::{Components, KnownFormat, OpenApi, Ref, RefOr, Required, ResponseBuilder};

use crate::api::request;

/// The component of message content, and the prefix of its types.
const CONTENT: &str = "ContentIn";
/// Operations that write and take no `Idempotency-Key`.
const NEVER_REPEATED: [&str; 4] = ["show_typing", "export_customer", "try_routes", "replay_routes"];
/// The prefix of a list's name, before the name of its items.
const LISTS: &str = "ListOut_";

/// Adds the schema of the message in webhooks.
pub(super) fn add_webhook_message(document: &mut OpenApi) {
    // A schema of our own that could not be read would be missed by the test of references.
    if let Ok(schema) = serde_json::from_value::<RefOr<Schema>>(message()) {
        document.components.get_or_insert_default().schemas.insert(MESSAGE.to_owned(), schema);
    }
}

pub(super) fn finish(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        for (operation, writes) in operations(item) {
            complete(operation, writes);
        }
    }
    let components = document.components.get_or_insert_default();
    lists_name_their_items(components);
    discriminate_contents(components);
}

/// The operations of a path, each with whether it needs a key that may write.
fn operations(item: &mut PathItem) -> impl Iterator<Item = (&mut Operation, bool)> {
    let writing = [&mut item.post, &mut item.put, &mut item.patch, &mut item.delete].map(|one| (one, true));
    let operations = std::iter::once((&mut item.get, false)).chain(writing);
    operations.filter_map(|(operation, writes)| Some((operation.as_mut()?, writes)))
}

/// Adds the header of repeats and the errors that follow from the route; a handler's own words win.
fn complete(operation: &mut Operation, writes: bool) {
    // Of a sentence of Rust's documentation a title.
    operation.summary = operation.summary.take().map(|summary| summary.trim_end_matches('.').to_owned());
    let repeats = writes && !operation.operation_id.as_deref().is_some_and(|id| NEVER_REPEATED.contains(&id));
    if repeats {
        let header = ParameterBuilder::new()
            .name(request::IDEMPOTENCY_KEY)
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some("Makes the request idempotent: repeats within 24 hours get the same response"));
        operation.parameters.get_or_insert_default().push(header.build().into());
    }
    let mut places = Vec::new();
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        constrain(parameter);
        places.push(matches!(parameter.parameter_in, ParameterIn::Path));
    }
    let queried = places.contains(&false);
    let mut json = false;
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        json = body.content.contains_key("application/json");
        body.required = Some(Required::True);
        if let Some(RefOr::T(file)) = body.content.get_mut("application/octet-stream") {
            file.schema = Some(binary().into());
        }
    }
    let rules = [
        ("400", json, "Malformed JSON"),
        ("401", true, "Missing or unknown API key"),
        ("403", writes, "The key's scope is insufficient"),
        ("404", places.contains(&true), "Nothing has this id"),
        ("409", repeats, "A request with this Idempotency-Key is still in progress"),
        ("413", json, "The body is larger than 256 KiB"),
        ("415", json, "Not application/json"),
        ("422", json || queried, "A field, parameter or header is invalid; `errors` names it"),
        (
            "429",
            true,
            "The key exceeded its requests per second or bytes per day; for imports: too many imports are queued",
        ),
        ("503", true, "The server is overloaded or cannot store data right now; retry after `Retry-After`"),
    ];
    for (status, applies, words) in rules {
        if applies {
            let answer = || ResponseBuilder::new().description(words).build().into();
            operation.responses.responses.entry(status.to_owned()).or_insert_with(answer);
        }
    }
    for (status, answer) in &mut operation.responses.responses {
        if let RefOr::T(answer) = answer
            && status.starts_with(['4', '5'])
        {
            let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            answer.content.insert("application/problem+json".to_owned(), problem.into());
        }
    }
    for status in ["429", "503"] {
        if let Some(RefOr::T(answer)) = operation.responses.responses.get_mut(status) {
            answer.headers.insert("Retry-After".to_owned(), retry_after().into());
        }
    }
}

/// Constraints of a parameter that the handler's type does not express.
fn constrain(parameter: &mut Parameter) {
    let text = || ObjectBuilder::new().schema_type(Type::String).min_length(Some(1));
    if parameter.name.eq_ignore_ascii_case(request::IDEMPOTENCY_KEY) {
        let signs = text().max_length(Some(request::KEY_BYTES)).pattern(Some("^[!-~]([ -~]*[!-~])?$"));
        parameter.schema = Some(signs.build().into());
    } else if parameter.name == "cursor" {
        parameter.schema = Some(text().build().into());
    } else if parameter.name == "file_name" {
        // A query string has no null: absent parameters are omitted.
        parameter.schema = Some(ObjectBuilder::new().schema_type(Type::String).build().into());
    }
}

fn binary() -> Object {
    ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary))).build()
}

fn retry_after() -> utoipa::openapi::Header {
    let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0));
    HeaderBuilder::new().schema(Some(seconds)).description(Some("Seconds to wait before the next request")).build()
}

/// Makes lists refer to the schema of their items, so that clients get one type for an item everywhere.
fn lists_name_their_items(components: &mut Components) {
    let names: Vec<String> = components.schemas.keys().cloned().collect();
    for (list, schema) in &mut components.schemas {
        let Some(item) = list.strip_prefix(LISTS).filter(|item| names.iter().any(|name| name == item)) else {
            continue;
        };
        if let RefOr::T(Schema::Object(page)) = schema {
            let items = ArrayBuilder::new().items(Ref::from_schema_name(item)).build();
            page.properties.insert("items".to_owned(), items.into());
        }
    }
}

/// Makes content one of nine schemas, discriminated by `type`, each with its own fields only.
fn discriminate_contents(components: &mut Components) {
    let Some(RefOr::T(Schema::Object(whole))) = components.schemas.get(CONTENT).cloned() else { return };
    let mut all = OneOfBuilder::new().description(whole.description.clone());
    let mut mapping = Vec::new();
    for kind in ContentType::ALL {
        let name = format!("{CONTENT}_{}", kind.word());
        let word = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([json!(kind.word())])).build();
        let mut one = ObjectBuilder::new().description(Some(kind.about())).property("type", word).required("type");
        for field in kind.fields() {
            if let Some(schema) = whole.properties.get(*field) {
                one = one.property(*field, schema.clone());
            }
        }
        for field in kind.required() {
            one = one.property(*field, required_field(whole.properties.get(*field))).required(*field);
        }
        let mut one = one.build();
        one.additional_properties.clone_from(&whole.additional_properties);
        components.schemas.insert(name.clone(), one.into());
        all = all.item(Ref::from_schema_name(&name));
        mapping.push((kind.word(), Ref::from_schema_name(&name).ref_location));
    }
    let all = all.discriminator(Some(Discriminator::with_mapping("type", mapping))).build();
    components.schemas.insert(CONTENT.to_owned(), Schema::OneOf(all).into());
}

/// The schema of a required field: not null and not an empty string.
fn required_field(schema: Option<&RefOr<Schema>>) -> RefOr<Schema> {
    let mut schema = schema.cloned().unwrap_or_else(|| Object::new().into());
    if let RefOr::T(Schema::Object(field)) = &mut schema {
        if field.minimum.is_some() {
            field.schema_type = Type::Number.into();
        } else {
            field.schema_type = Type::String.into();
            field.min_length = Some(1);
        }
    }
    schema
}

// The webhooks of a `custom` source (docs/custom-messenger.md#4-a-manager-answers-20-minutes) and those of the vendor
// (docs/operations.md#the-vendors-webhooks), which the document describes beside the calls.

/// The component of the message in webhooks.
const MESSAGE: &str = "WebhookMessage";

/// The webhooks of `webhooks.json`. Of an object's properties all are required unless it names those that are.
#[derive(Default, Deserialize)]
struct Webhooks {
    /// The schema of [`MESSAGE`].
    message: Value,
    of_sources: Vec<Webhook>,
    of_vendor: Vec<Webhook>,
}

#[derive(Deserialize)]
struct Webhook {
    #[serde(rename = "type")]
    kind: String,
    summary: String,
    description: String,
    data: Value,
}

impl Webhooks {
    /// A file that cannot be read is empty, which the tests notice.
    fn read() -> Self {
        serde_json::from_str(include_str!("webhooks.json")).unwrap_or_default()
    }
}

/// The schema of [`MESSAGE`].
fn message() -> Value {
    whole(Webhooks::read().message)
}

/// The document's `webhooks`.
pub(super) fn described() -> Value {
    let Webhooks { of_sources, of_vendor, .. } = Webhooks::read();
    let sources = of_sources.into_iter().map(|webhook| {
        let mut envelope = envelope(&webhook);
        envelope["properties"]["repeat"] =
            json!({"type": "boolean", "description": "True if an earlier attempt may have arrived."});
        let answers = json!({
            "2XX": {"description": "Taken: it is not sent again"},
            "401": {"description": "The signature is wrong. To a genuine webhook this pauses the source"},
            "403": {"description": "This pauses the source"},
            "410": {"description": "This pauses the source"},
            "422": {"description": "Refused: the message fails, the next one is sent"},
            "503": {"description": "Sent again later, after `Retry-After`"},
        });
        operation(webhook, &envelope, &answers)
    });
    let vendors = of_vendor.into_iter().map(|webhook| {
        let answers = json!({
            "2XX": {"description": "Taken: it is not sent again"},
            "4XX": {"description": "Sent again later, for three days"},
            "5XX": {"description": "Sent again later, for three days"},
        });
        let envelope = envelope(&webhook);
        operation(webhook, &envelope, &answers)
    });
    Value::Object(sources.chain(vendors).collect())
}

fn envelope(Webhook { kind, data, .. }: &Webhook) -> Value {
    whole(json!({ "properties": {
        "type": {"type": "string", "const": kind},
        "timestamp": {"type": "string", "format": "date-time"},
        "data": {"properties": data},
    }}))
}

fn operation(webhook: Webhook, envelope: &Value, answers: &Value) -> (String, Value) {
    let Webhook { kind, summary, description, .. } = webhook;
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
    (kind, operation)
}

/// The schema of an object, and of the objects in it, with its type and what is required.
fn whole(mut schema: Value) -> Value {
    let Some(Value::Object(properties)) = schema.get_mut("properties").map(Value::take) else { return schema };
    let names: Vec<&String> = properties.keys().collect();
    let mut object = json!({"type": "object", "required": names});
    for (name, given) in schema.as_object().into_iter().flatten().filter(|(_, given)| !given.is_null()) {
        object[name] = given.clone();
    }
    object["properties"] = properties.into_iter().map(|(name, schema)| (name, whole(schema))).collect();
    object
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
        let Webhooks { of_sources, .. } = Webhooks::read();
        assert_eq!(of_sources.len(), 9);
        for Webhook { kind, .. } in of_sources {
            assert!(guide.contains(&format!("`{kind}`")), "{kind}");
        }
    }

    #[test]
    fn every_event_of_the_vendor_is_described() {
        let kinds: Vec<&str> = VendorEventKind::ALL.into_iter().map(VendorEventKind::as_str).collect();
        assert_eq!(Webhooks::read().of_vendor.iter().map(|webhook| webhook.kind.as_str()).collect::<Vec<_>>(), kinds);
        let page = include_str!("../../../../docs/operations.md");
        let (_, section) = page.split_once("\n## The vendor's webhooks\n").unwrap();
        for kind in kinds {
            assert!(section.contains(&format!("| `{kind}` |")), "{kind}");
        }
    }
}
