//! Adds what all operations and lists have in common: authentication and rate limit errors, the `Idempotency-Key`
//! header, items of lists, and a schema for each type of content. Clients are generated from the document, so it has to
//! be exact.

use domain::intake::message_in::ContentType;
use serde_json::json;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn, PathItem};
use utoipa::openapi::schema::{
    ArrayBuilder, Discriminator, Object, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat, Type,
};
use utoipa::openapi::{Components, KnownFormat, OpenApi, Ref, RefOr, Required, Response, ResponseBuilder};

use super::webhooks;
use crate::api::idempotency;

/// The component of message content, and the prefix of its types.
const CONTENT: &str = "ContentIn";
/// The prefix of a list's name, before the name of its items.
const LISTS: &str = "ListOut_";

/// Adds the schema of the message in webhooks.
pub(super) fn add_webhook_message(document: &mut OpenApi) {
    // A schema of our own that could not be read would be missed by the test of references.
    if let Ok(schema) = serde_json::from_value::<RefOr<Schema>>(webhooks::message()) {
        document.components.get_or_insert_default().schemas.insert(webhooks::MESSAGE.to_owned(), schema);
    }
}

pub(super) fn finish(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        name_operations(path, item);
        for (operation, writes) in operations(item) {
            complete(operation, writes);
        }
    }
    let components = document.components.get_or_insert_default();
    lists_name_their_items(components);
    discriminate_contents(components);
}

/// Builds operation ids from method and path, because handlers in different files share names.
fn name_operations(path: &str, item: &mut PathItem) {
    let words: Vec<&str> = path
        .trim_start_matches("/api/v1/")
        .split(['/', '-', '_'])
        .map(|word| word.trim_matches(['{', '}']))
        .filter(|word| !word.is_empty())
        .collect();
    let operations =
        [("get", &mut item.get), ("post", &mut item.post), ("patch", &mut item.patch), ("delete", &mut item.delete)];
    for (method, operation) in operations {
        if let Some(operation) = operation {
            operation.operation_id = Some(format!("{method}_{}", words.join("_")));
        }
    }
}

/// The operations of a path, each with whether it needs a key that may write.
fn operations(item: &mut PathItem) -> impl Iterator<Item = (&mut Operation, bool)> {
    let operations =
        [(&mut item.get, false), (&mut item.post, true), (&mut item.patch, true), (&mut item.delete, true)];
    operations.into_iter().filter_map(|(operation, writes)| Some((operation.as_mut()?, writes)))
}

/// Adds the errors that follow from the route; a handler's own words win.
fn complete(operation: &mut Operation, writes: bool) {
    let mut places = Vec::new();
    let mut repeats = false;
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        repeats |= parameter.name.eq_ignore_ascii_case(idempotency::HEADER);
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
            operation.responses.responses.entry(status.to_owned()).or_insert_with(|| problem(words).into());
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
    if parameter.name.eq_ignore_ascii_case(idempotency::HEADER) {
        let signs = text().max_length(Some(idempotency::MOST_BYTES)).pattern(Some("^[!-~]([ -~]*[!-~])?$"));
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

fn problem(words: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(words).content("application/problem+json", content).build()
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
