//! The JSON of webhooks (docs/custom-messenger.md#4-a-manager-answers-20-minutes).

use base::message::{Content, Markup, Media, Person, Quote};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use crate::template::{NewTemplate, TemplateHeader};
use crate::{Event, Message, Outgoing};

/// The type of a webhook.
pub const fn kind(event: &Event) -> &'static str {
    match event {
        Event::Created(_) => "message.created",
        Event::Started(_) => "conversation.started",
        Event::Edited(_) => "message.edited",
        Event::Typing { .. } => "typing",
        Event::Reaction { .. } => "reaction",
    }
}

/// The body of a webhook.
pub fn body(outgoing: &Outgoing) -> Value {
    let data = match &outgoing.event {
        Event::Created(message) | Event::Started(message) | Event::Edited(message) => {
            json!({ "message": of_message(outgoing, message) })
        }
        Event::Typing { sender, until } => {
            let mut data = of_conversation(outgoing, sender);
            data.insert("until".into(), time(*until).into());
            data.into()
        }
        Event::Reaction { message, sender, emoji } => {
            let mut data = of_conversation(outgoing, sender);
            data.insert("message".into(), json!({ "id": message.id, "external_id": message.external_id }));
            data.insert("emoji".into(), json!(emoji));
            data.into()
        }
    };
    event(kind(&outgoing.event), outgoing.now, data, outgoing.repeat)
}

/// The envelope of a webhook's data. `repeat`: an earlier attempt may have arrived.
pub fn event(kind: &str, now: DateTime<Utc>, data: Value, repeat: bool) -> Value {
    let mut event = json!({ "type": kind, "timestamp": time(now), "data": data });
    if let (true, Some(event)) = (repeat, event.as_object_mut()) {
        event.insert("repeat".into(), true.into());
    }
    event
}

/// The data of a request to review a template.
pub fn of_template(template: &NewTemplate) -> Value {
    let header = template.header.as_ref().and_then(|header| match header {
        TemplateHeader::Text(text) => Some(text),
        TemplateHeader::File(_) => None,
    });
    let examples = template.examples.iter().map(|(key, value)| json!({ "key": key, "value": value }));
    json!({
        "source_id": template.source_id,
        "template": {
            "id": template.id,
            "name": template.name,
            "language": template.language,
            "category": template.category.word(),
            "content": template.content,
            "header": header,
            "footer": template.footer,
            "buttons": template.buttons,
            "examples": examples.collect::<Vec<_>>(),
        },
    })
}

/// RFC 3339 with milliseconds.
pub fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn of_conversation(outgoing: &Outgoing, sender: &Person) -> Map<String, Value> {
    let mut data = Map::new();
    data.insert("source_id".into(), json!(outgoing.source_id));
    data.insert("conversation".into(), json!({ "id": some(&outgoing.conversation_id) }));
    data.insert("sender".into(), json!({ "id": sender.id }));
    data
}

fn of_message(outgoing: &Outgoing, message: &Message) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("id", json!(message.id));
    put("conversation", json!({ "id": some(&outgoing.conversation_id) }));
    put("source_id", json!(outgoing.source_id));
    let receiver = &message.receiver;
    put("receiver", json!({ "id": some(&receiver.id), "phone": receiver.phone, "name": receiver.name }));
    let sender = &message.sender;
    put("sender", json!({ "role": sender.role, "id": sender.id, "name": sender.name }));
    put("content", of_content(&message.content, message.markup.as_ref()));
    put("sent_at", time(message.sent_at).into());
    put("template", json!(message.template));
    put("reply_to", message.reply_to.as_ref().map_or(Value::Null, of_quote));
    if let Some(forward) = &message.forward {
        put("forward", of_quote(forward));
    }
    if let Some(post) = &message.post {
        put("post", json!({ "id": post.id }));
    }
    fields.into()
}

fn of_content(content: &Content, markup: Option<&Markup>) -> Value {
    let mut fields = match content {
        Content::Text { text } => json!({ "text": text }),
        Content::Location { latitude, longitude } => json!({ "latitude": latitude, "longitude": longitude }),
        Content::Contact { name, phone } => json!({ "name": name, "phone": phone }),
        Content::Picture(media)
        | Content::Video(media)
        | Content::File(media)
        | Content::Voice(media)
        | Content::Audio(media)
        | Content::Sticker(media) => of_media(media),
    };
    if let Some(fields) = fields.as_object_mut() {
        fields.insert("type".into(), content.kind().into());
        match markup {
            Some(Markup::Buttons(rows)) => fields.insert("buttons".into(), json!(rows)),
            Some(Markup::List(list)) => fields.insert("list".into(), json!(list)),
            None => None,
        };
    }
    fields
}

fn of_media(media: &Media) -> Value {
    let mut fields = json!({
        "media_url": media.media_url,
        "file_name": some(&media.file_name),
        "file_size": Some(media.file_size).filter(|size| *size > 0),
        "mime_type": media.mime_type,
        "thumbnail_url": media.thumbnail_url,
    });
    if let Some(fields) = fields.as_object_mut() {
        let mut put = |name: &str, value: Option<Value>| value.map(|value| fields.insert(name.to_owned(), value));
        put("text", media.text.as_ref().map(|text| json!(text)));
        put("group_id", media.group_id.as_ref().map(|id| json!(id)));
        put("duration", media.duration.map(|seconds| json!(seconds)));
        put("sticker_id", media.sticker_id.as_ref().map(|id| json!(id)));
    }
    fields
}

/// Refers to the quoted message by the messenger's id, otherwise by ours, with its text.
fn of_quote(quote: &Quote) -> Value {
    let id = quote.external_id.clone().or_else(|| quote.message_id.map(|id| id.to_string()));
    let text = quote.content.as_ref().map(|content| match content {
        Content::Text { text } => text.clone(),
        other => other.media().and_then(|media| media.text.clone()).unwrap_or_default(),
    });
    let mut fields = Map::new();
    let mut put = |name: &str, value: Option<Value>| value.map(|value| fields.insert(name.to_owned(), value));
    put("id", id.map(Value::from));
    put("text", text.map(Value::from));
    put("sender", quote.sender.as_ref().map(|sender| json!({ "name": sender.name })));
    put("sent_at", quote.sent_at.and_then(DateTime::from_timestamp_millis).map(|at| time(at).into()));
    fields.into()
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}
