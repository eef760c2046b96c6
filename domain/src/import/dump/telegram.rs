//! The JSON export of Telegram Desktop, of one chat or of all: dumps §1. Customers' chats are those with a person; there the chat's id is
//! the customer's, so that it is known who wrote, and the chat is the one that a bot has with them.

use base::error::Result;
use base::i18n::LocalizedText;
use chrono::NaiveDateTime;
use serde_json::{Value, json};

use super::text::{Archive, Input};
use super::walk::{Fields, Walker, Way, walk};
use super::{Attached, DumpContext, DumpMessage, DumpPerson, FilePlace, Sink, refused_at};
use crate::intake::message_in::ContentType;

pub(super) fn read(input: &mut Input, context: &DumpContext, sink: &mut Sink) -> Result<()> {
    walk(&mut input.text, &mut Export { context, archive: &mut input.archive, sink })
}

struct Export<'read> {
    context: &'read DumpContext,
    archive: &'read mut Archive,
    sink: &'read mut Sink,
}

impl Walker for Export<'_> {
    fn way(&mut self, line: i64, under: &str, key: &str, chat: &Fields) -> Result<Way> {
        Ok(match key {
            _ if under == "messages" => Way::Keep,
            "name" | "type" | "id" => Way::Keep,
            "chats" | "left_chats" | "list" => Way::Into,
            "messages" if self.is_of_customer(line, chat)? => Way::Into,
            _ => Way::Pass,
        })
    }

    fn object(&mut self, line: i64, under: &str, fields: Fields, chat: &Fields) -> Result<()> {
        if under == "messages" { self.message(line, &fields.into(), chat) } else { Ok(()) }
    }
}

impl Export<'_> {
    /// Whether a chat is with a person. Others are listed with the reason.
    fn is_of_customer(&mut self, line: i64, chat: &Fields) -> Result<bool> {
        let text = |key: &str| chat.get(key).and_then(Value::as_str).unwrap_or_default();
        let key = match text("type") {
            "" => return Err(refused_at("said-dump-broken", line)),
            "personal_chat" if chat.contains_key("id") => return Ok(true),
            kind if kind.ends_with("group") => "said-dump-group",
            _ => "said-dump-no-customer",
        };
        let name = if text("name").is_empty() { text("type") } else { text("name") };
        self.sink.skip(line, LocalizedText::new(key).with("names", name))?;
        Ok(false)
    }

    fn message(&mut self, line: i64, message: &Value, chat: &Fields) -> Result<()> {
        let mut skip = |key: &'static str| self.sink.skip(line, LocalizedText::new(key));
        match message["type"].as_str() {
            Some("message") => {}
            Some("service") => return skip("said-dump-note"),
            _ => return skip("said-dump-strange"),
        }
        let Some(sent_at) = sent_at(message, self.context) else { return skip("said-dump-no-date") };
        let chat_id = digits(chat.get("id").unwrap_or(&Value::Null));
        let (id, from_id) = (digits(&message["id"]), digits(&message["from_id"]));
        if id.is_empty() || from_id.is_empty() {
            return skip("said-dump-strange");
        }
        let name_of = |name: &Value| name.as_str().filter(|name| !name.is_empty()).map(str::to_owned);
        let text = text_of(&message["text"]);
        let attached = self.attached(message)?;
        if text.is_empty() && attached == Attached::Nothing {
            return self.sink.skip(line, LocalizedText::new("said-dump-nothing"));
        }
        let id_of = |id: &str| format!("telegram-{chat_id}-{id}");
        // A message of another chat may be quoted.
        let quoted = Some(digits(&message["reply_to_message_id"])).filter(|_| message["reply_to_peer_id"].is_null());
        let author =
            DumpPerson { id: format!("telegram-{from_id}"), name: name_of(&message["from"]), ..DumpPerson::default() };
        let customer =
            DumpPerson { id: chat_id.clone(), name: chat.get("name").and_then(name_of), ..DumpPerson::default() };
        let message = DumpMessage {
            id: id_of(&id),
            chat: chat_id.clone(),
            customer,
            author: (from_id != chat_id).then_some(author),
            sent_at,
            text,
            reply_to: quoted.filter(|id| !id.is_empty()).map(|id| id_of(&id)),
            attached,
        };
        self.sink.message(line, message)
    }

    fn attached(&mut self, message: &Value) -> Result<Attached> {
        let text = |key: &str| message[key].as_str().filter(|text| !text.is_empty());
        let (place, contact) = (&message["location_information"], &message["contact_information"]);
        if place.is_object() {
            let content = json!({"type": ContentType::Location.word(), "latitude": place["latitude"], "longitude": place["longitude"]});
            return Ok(Attached::Content(content));
        }
        if let Some(phone) = contact["phone_number"].as_str().filter(|phone| !phone.is_empty()) {
            let part = |key: &str| contact[key].as_str().unwrap_or_default();
            let name = format!("{} {}", part("first_name"), part("last_name")).trim().to_owned();
            let name = if name.is_empty() { phone.to_owned() } else { name };
            return Ok(Attached::Content(json!({"type": ContentType::Contact.word(), "name": name, "phone": phone})));
        }
        let Some(path) = text("photo").or(text("file")) else { return Ok(Attached::Nothing) };
        let kind = match (text("media_type"), text("mime_type").unwrap_or_default()) {
            _ if text("photo").is_some() => ContentType::Picture,
            (Some("sticker"), _) => ContentType::Sticker,
            (Some("voice_message"), _) => ContentType::Voice,
            (Some("audio_file"), _) => ContentType::Audio,
            (Some("video_file" | "video_message" | "animation"), _) => ContentType::Video,
            (_, mime) if mime.starts_with("image/") => ContentType::Picture,
            _ => ContentType::File,
        };
        // A file that was left out has a sentence in brackets in the place of its path.
        let path = Some(path).filter(|path| !path.starts_with('('));
        let name = text("file_name").or_else(|| path?.rsplit('/').next()).unwrap_or(kind.word()).to_owned();
        let is_passed = path.map_or(Ok(false), |path| self.archive.pass_on(path, self.sink))?;
        Ok(Attached::File { kind, name, place: if is_passed { FilePlace::Passed } else { FilePlace::Missing } })
    }
}

/// Exports before 2021 have the time of the computer that made them, without its zone.
fn sent_at(message: &Value, context: &DumpContext) -> Option<i64> {
    match &message["date_unixtime"] {
        Value::Null => {
            let local = message["date"].as_str()?.parse::<NaiveDateTime>().ok()?;
            Some(context.zone.millis_of(local))
        }
        seconds => digits(seconds).parse::<i64>().ok()?.checked_mul(1000),
    }
}

/// The number in `"user123"`, `"123"` or `123`.
fn digits(id: &Value) -> String {
    id.to_string().chars().filter(char::is_ascii_digit).collect()
}

/// A text is a string, or a list of strings and of parts with a format.
fn text_of(text: &Value) -> String {
    let part = |part: &Value| part.as_str().or_else(|| part["text"].as_str()).unwrap_or_default().to_owned();
    match text {
        Value::Array(parts) => parts.iter().map(part).collect(),
        other => part(other),
    }
}
