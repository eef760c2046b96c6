//! What Chatwoot's API returns, kept in a file: the messages of a conversation, conversations with their messages, or several of
//! these one after another: dumps §3. A message names its conversation and its side itself, so they are recognised wherever they stand.

use base::error::Result;
use base::i18n::LocalizedText;
use chrono::DateTime;
use serde_json::{Value, json};

use super::text::Input;
use super::walk::{Fields, Walker, Way, walk};
use super::{Attached, DumpMessage, DumpPerson, FilePlace, Sink, kind_of_name};
use crate::intake::message_in::ContentType;

pub(super) fn read(input: &mut Input, sink: &mut Sink) -> Result<()> {
    walk(&mut input.text, &mut Pages(sink))
}

struct Pages<'read>(&'read mut Sink);

impl Walker for Pages<'_> {
    fn way(&mut self, _: i64, _: &str, key: &str, _: &Fields) -> Result<Way> {
        Ok(if ["payload", "messages", "data"].contains(&key) { Way::Into } else { Way::Keep })
    }

    fn object(&mut self, line: i64, _: &str, fields: Fields, _: &Fields) -> Result<()> {
        if fields.contains_key("message_type") { self.message(line, &fields.into()) } else { Ok(()) }
    }
}

impl Pages<'_> {
    fn message(&mut self, line: i64, message: &Value) -> Result<()> {
        let mut skip = |key: &'static str| self.0.skip(line, LocalizedText::new(key));
        let conversation = message["conversation_id"].as_i64().or_else(|| message["conversation"]["id"].as_i64());
        let (Some(id), Some(conversation)) = (message["id"].as_i64(), conversation) else {
            return skip("said-dump-strange");
        };
        let is_ours = match (message["message_type"].as_i64(), message["message_type"].as_str()) {
            (Some(0), _) | (_, Some("incoming")) => false,
            // What templates send is the account's too.
            (Some(1 | 3), _) | (_, Some("outgoing" | "template")) => true,
            (Some(2), _) | (_, Some("activity")) => return skip("said-dump-note"),
            _ => return skip("said-dump-strange"),
        };
        // Notes that only colleagues see, and what was deleted.
        if message["private"] == true || message["content_attributes"]["deleted"] == true {
            return skip("said-dump-note");
        }
        let Some(sent_at) = sent_at(&message["created_at"]) else { return skip("said-dump-no-date") };
        let text = message["content"].as_str().unwrap_or_default();
        let mut files = message["attachments"].as_array().into_iter().flatten().map(attached);
        let first = files.next().unwrap_or_default();
        if text.is_empty() && first == Attached::Nothing {
            return skip("said-dump-nothing");
        }
        let sender = &message["sender"];
        let given = |field: &str| sender[field].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let mut customer = DumpPerson { id: format!("chatwoot-{conversation}"), ..DumpPerson::default() };
        let mut author = None;
        if is_ours {
            let id = format!("chatwoot-user-{}", sender["id"].as_i64().unwrap_or_default());
            author = Some(DumpPerson { id, name: given("name"), ..DumpPerson::default() });
        } else {
            (customer.name, customer.phone, customer.email) = (given("name"), given("phone_number"), given("email"));
        }
        let whole = DumpMessage {
            id: format!("chatwoot-{id}"),
            chat: customer.id.clone(),
            customer,
            author,
            sent_at,
            text: text.to_owned(),
            reply_to: message["content_attributes"]["in_reply_to"].as_i64().map(|id| format!("chatwoot-{id}")),
            attached: first,
        };
        self.0.message(line, whole.clone())?;
        for (number, attached) in (1..).zip(files) {
            let id = format!("{}-{number}", whole.id);
            let more = DumpMessage { id, text: String::new(), reply_to: None, attached, ..whole.clone() };
            self.0.message(line, more)?;
        }
        Ok(())
    }
}

/// Unix seconds, or a text as webhooks have it.
fn sent_at(created_at: &Value) -> Option<i64> {
    match created_at {
        Value::String(text) => DateTime::parse_from_rfc3339(text).ok().map(|at| at.timestamp_millis()),
        other => other.as_i64()?.checked_mul(1000),
    }
}

fn attached(attachment: &Value) -> Attached {
    let (kind, url) = (&attachment["file_type"], attachment["data_url"].as_str().unwrap_or_default());
    let (latitude, longitude) = (&attachment["coordinates_lat"], &attachment["coordinates_long"]);
    if *kind == "location" {
        let content = json!({"type": ContentType::Location.word(), "latitude": latitude, "longitude": longitude});
        return Attached::Content(content);
    }
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let kind = kind.as_str().unwrap_or_default();
    let name = path.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(kind).to_owned();
    let kind = match kind {
        "image" => ContentType::Picture,
        "video" => ContentType::Video,
        "audio" => ContentType::Audio,
        _ => kind_of_name(&name),
    };
    let place = if url.is_empty() { FilePlace::Missing } else { FilePlace::Address(url.to_owned()) };
    Attached::File { kind, name, place }
}
