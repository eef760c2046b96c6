//! A message as its customer sees it. The script draws it from this JSON; without script the page shows its words and a
//! link to its file.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context;
use chrono::{DateTime, SecondsFormat, Utc};
use entity::message;
use serde::Serialize;
use url::Url;

use super::card::Card;
use crate::app::App;
use crate::connector::fit::lines;
use crate::media::{self, For};
use crate::message::{Body, Content, Direction, List, Markup, Quote, Role, State};
use crate::words::Words;

/// A message on the page and in the stream.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Shown {
    /// Of the customer's own: the id their browser made.
    pub id: String,
    pub mine: bool,
    /// Who answered, where it is known.
    pub name: Option<String>,
    pub text: String,
    /// RFC 3339.
    pub at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<File>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card: Option<Card>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<Quoted>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Vec<Choice>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<List>,
    pub reactions: Reactions,
    /// For people without script.
    #[serde(skip)]
    pub at_utc: String,
    /// What stands above the text, for the same: a quote, the head of a list.
    #[serde(skip)]
    pub above: Vec<String>,
    /// What stands below it: choices.
    #[serde(skip)]
    pub below: String,
    /// Of an answer: amoCRM has not been told yet that it was `delivered`, or `read`; else empty.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub owed: &'static str,
}

/// A file by a link of ours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct File {
    /// A kind of content.
    pub kind: &'static str,
    pub url: String,
    pub name: String,
    pub size: u64,
}

/// A message that is answered or passed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quoted {
    pub name: Option<String>,
    pub text: String,
    pub forwarded: bool,
}

/// A button; with an address it opens it, else its text is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Emoji; empty: none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reactions {
    pub mine: String,
    pub theirs: String,
}

impl Reactions {
    pub fn of(message: &message::Model) -> Self {
        Self { mine: message.client_reaction.clone(), theirs: message.manager_reaction.clone() }
    }
}

/// The id by which the page knows a message.
pub fn page_id(message: &message::Model) -> String {
    let mine = message.direction == Direction::ToCrm.number();
    if mine { message.external_id.clone() } else { message.id.to_string() }
}

/// A message with the name of who wrote it, where the account tells.
pub async fn shown(
    app: &Arc<App>,
    words: Words,
    message: &message::Model,
    names: &HashMap<String, String>,
) -> anyhow::Result<Shown> {
    let body = body_of(message)?;
    let mine = message.direction == Direction::ToCrm.number();
    let at = DateTime::from_timestamp_millis(message.sent_at).unwrap_or(DateTime::UNIX_EPOCH);
    let name = body.sender.name.clone().or_else(|| names.get(&body.sender.id).cloned()).filter(|_| !mine);
    let owed = match State::from_number(message.state)? {
        _ if mine => "",
        State::Queued | State::Sent => "delivered",
        State::Delivered => "read",
        State::Read | State::Failed => "",
    };
    let mut shown = Shown {
        id: page_id(message),
        mine,
        name,
        at: rfc3339(at),
        at_utc: at.format("%d.%m.%Y %H:%M UTC").to_string(),
        owed,
        reactions: Reactions::of(message),
        ..Shown::default()
    };
    for (quote, forwarded) in [(&body.reply_to, false), (&body.forward, true)] {
        let Some(quote) = quote else { continue };
        shown.above.push(if forwarded { lines::forward(words, quote) } else { lines::quote(words, quote) });
        shown.quote = Some(quoted(words, quote, forwarded));
    }
    say(app, words, message, &body, &mut shown).await?;
    if let Some(markup) = &body.markup {
        choose(markup, &mut shown);
    }
    Ok(shown)
}

/// Text, file and card.
async fn say(
    app: &Arc<App>,
    words: Words,
    message: &message::Model,
    body: &Body,
    shown: &mut Shown,
) -> anyhow::Result<()> {
    match (&body.content, body.content.media()) {
        (Content::Text { text }, _) => shown.text.clone_from(text),
        (content, None) => shown.card = Card::of(words, content),
        (content, Some(media)) => {
            shown.text = media.text.clone().unwrap_or_default();
            shown.file = file_of(app, message, content).await?;
            if shown.file.is_none() {
                shown.text = media::placeholder(words, &media.file_name, media.text.as_deref());
            }
        }
    }
    Ok(())
}

/// The file of a message, by a link of ours. None: it has none, or it is not here.
pub async fn file_of(app: &App, message: &message::Model, content: &Content) -> anyhow::Result<Option<File>> {
    let Some(media_id) = content.media().and_then(|media| media.media_id) else { return Ok(None) };
    let Some(kept) = media::find(app, message.tenant_id, media_id).await? else { return Ok(None) };
    // What the bytes are no good for is offered as a file.
    let kind = media::Kind::of(content).map_or("file", |said| kept.kind_for(said).word());
    let url = media::link(app, &kept, For::Webhook).to_string();
    Ok(Some(File { kind, url, name: kept.file_name.clone(), size: kept.size }))
}

fn quoted(words: Words, quote: &Quote, forwarded: bool) -> Quoted {
    let name = quote.sender.as_ref().and_then(|sender| match sender.role {
        Role::Client => Some(words.say("chat-you").to_string()),
        Role::Manager | Role::Bot => sender.name.clone(),
    });
    let text = quote.content.as_ref().map(|content| lines::quoted(words, content)).unwrap_or_default();
    Quoted { name, text, forwarded }
}

/// Buttons below the text; of a list its head above the text, and each of its texts once.
fn choose(markup: &Markup, shown: &mut Shown) {
    match markup {
        Markup::Buttons(rows) => {
            let choice = |button: &crate::message::Button| Choice {
                text: button.text.clone(),
                url: button.url.clone().filter(|url| is_web(url)),
            };
            shown.buttons = rows.iter().map(|row| row.iter().map(choice).collect()).collect();
            shown.below = lines::markup(markup);
        }
        Markup::List(list) => {
            let mut list = list.clone();
            if ["", &list.header, &list.footer].contains(&shown.text.as_str()) {
                shown.text = std::mem::take(&mut list.body);
            } else if shown.text == list.body {
                list.body.clear();
            }
            shown.above.extend(Some(list.header.clone()).filter(|header| !header.is_empty()));
            shown.below = lines::markup(&Markup::List(List { header: String::new(), ..list.clone() }));
            shown.list = Some(list);
        }
    }
}

/// An address that a browser may be sent to.
fn is_web(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| ["http", "https"].contains(&url.scheme()))
}

/// The body of a stored message.
pub fn body_of(message: &message::Model) -> anyhow::Result<Body> {
    serde_json::from_str(&message.body).with_context(|| format!("the body of message {}", message.id))
}

fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
