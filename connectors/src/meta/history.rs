//! Earlier messages from the Conversations API (instagram-and-facebook §15): the 20 latest of each conversation.

use base::i18n::Words;
use base::message::{Body, Content, Media, Person, Role};
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::graph::{Edge, text_of};
use super::{Meta, files, setup};
use crate::incoming::IncomingMessage;
use crate::poll::HistoryPage;
use crate::{Denied, Settings};

const FIELDS: &str = "updated_time,participants,messages.limit(20){id,created_time,from,to,message,attachments}";
/// Conversations per page.
const PAGE: &str = "10";

/// One page of conversations, the latest first; the last page is the one whose conversations are older than `since`.
pub(super) async fn page(
    meta: &Meta,
    settings: &Settings,
    since: DateTime<Utc>,
    page: Option<&str>,
    words: Words,
) -> Result<HistoryPage, Denied> {
    let account = setup::account(meta, settings)?;
    let platform = if meta.platform.is_instagram() { "instagram" } else { "messenger" };
    let mut query = vec![("platform", platform), ("fields", FIELDS), ("limit", PAGE)];
    query.extend(page.map(|after| ("after", after)));
    let answer = meta.graph.call_edge(&account, Edge { query: &query, ..Edge::get("conversations") }).await;
    let answer = answer.map_err(|failed| setup::denied(meta.platform, &failed))?;
    let all = answer.get("data").and_then(Value::as_array).cloned().unwrap_or_default();
    let is_over = all.iter().any(|one| time(one, "updated_time").is_some_and(|at| at < since));
    let mut messages: Vec<IncomingMessage> = Vec::new();
    for conversation in &all {
        let said = conversation.pointer("/messages/data").and_then(Value::as_array).into_iter().flatten();
        messages.extend(said.rev().filter_map(|one| incoming(one, account.id, since, words)));
    }
    let after = answer.pointer("/paging/cursors/after").and_then(Value::as_str);
    let has_more = answer.pointer("/paging/next").is_some() && !is_over;
    Ok(HistoryPage { messages, next: after.filter(|_| has_more).map(str::to_owned) })
}

fn time(value: &Value, name: &str) -> Option<DateTime<Utc>> {
    let text = value.get(name)?.as_str()?;
    let read = DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%z");
    read.ok().map(|at| at.with_timezone(&Utc))
}

/// None if it is older or has no author.
fn incoming(one: &Value, account: &str, since: DateTime<Utc>, words: Words) -> Option<IncomingMessage> {
    let at = time(one, "created_time").filter(|at| *at >= since)?;
    let (from, to) = (one.get("from")?, one.pointer("/to/data/0")?);
    let is_ours = text_of(from, "id")? == account;
    let customer = person(if is_ours { to } else { from })?;
    let sender = Person { id: account.to_owned(), role: Role::Manager, ..Person::default() };
    let (sender, receiver) = if is_ours { (sender, Some(customer.clone())) } else { (customer.clone(), None) };
    let text = text_of(one, "message").filter(|text| !text.is_empty());
    let content = match file(one) {
        Some(content) => content(text),
        None => Content::Text { text: text.unwrap_or_else(|| words.text("meta-in-unknown").to_string()) },
    };
    Some(IncomingMessage {
        external_id: text_of(one, "id")?,
        conversation_id: customer.id,
        sent_at: Some(at.timestamp_millis()),
        body: Body { receiver, ..Body::new(sender, content) },
        room: None,
    })
}

fn person(face: &Value) -> Option<Person> {
    let name = text_of(face, "name").or_else(|| text_of(face, "username"));
    Some(Person { id: text_of(face, "id")?, role: Role::Client, name, ..Person::default() })
}

type Captioned = Box<dyn FnOnce(Option<String>) -> Content>;

/// The first file of a message.
fn file(one: &Value) -> Option<Captioned> {
    let first = one.pointer("/attachments/data/0")?;
    let of = |pointer: &str| first.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let (kind, address): (fn(Media) -> Content, String) = if let Some(url) = of("/image_data/url") {
        (Content::Picture, url)
    } else if let Some(url) = of("/video_data/url") {
        (Content::Video, url)
    } else {
        (Content::File, of("/file_url")?)
    };
    let name = of("/name").unwrap_or_default();
    Some(Box::new(move |text| {
        kind(Media { file_name: name, text, reference: Some(files::link(&address)), ..Media::default() })
    }))
}
