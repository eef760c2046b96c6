//! Parts of a message: quotes, forwards, posts, locations and contacts.

use serde_json::Value;

use super::{Stage, kind_words};
use crate::crm::{
    pages::strings::fill,
    state::{Message, Person},
};

/// A quoted or forwarded message.
pub(super) struct Quote {
    /// Amojo id, if the message is stored here.
    pub(super) id: String,
    pub(super) who: String,
    pub(super) text: String,
}

/// A commented or shared post.
pub(super) struct Post {
    pub(super) url: String,
    pub(super) title: String,
    pub(super) author: String,
}

/// A location, or a contact.
pub(super) struct Place {
    pub(super) icon: &'static str,
    pub(super) title: String,
    pub(super) href: String,
    pub(super) below: String,
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// An embedded message as text: stored data takes precedence over the request's.
fn shown(stage: &Stage<'_>, message: &Message, embedded: &Value) -> Quote {
    let account = stage.account;
    let own = match text(embedded, "id") {
        "" => account.message_id_for(&message.scope_id, text(embedded, "msgid")),
        id => Some(id.to_owned()),
    };
    let own = own.as_ref().and_then(|id| account.message(id));
    let (kind, label) = match own {
        Some(one) => (one.field("type"), one.field("text")),
        None => (text(embedded, "type"), text(embedded, "text")),
    };
    let sender = embedded.get("sender").cloned().unwrap_or_default();
    let by_id = |id: &str| account.person(id).map(|person: &Person| person.name.clone());
    let who = own.map(|one| one.sender_name.clone()).or_else(|| by_id(text(&sender, "ref_id")));
    Quote {
        id: own.map(|one| one.id.clone()).unwrap_or_default(),
        who: who.unwrap_or_else(|| text(&sender, "name").to_owned()),
        text: match (label, kind_words(kind, stage.words)) {
            ("", "") => fill(stage.words.chats.unknown, "kind", kind),
            ("", words) => format!("[{words}]"),
            (label, _) => label.to_owned(),
        },
    }
}

pub(super) fn quote(stage: &Stage<'_>, message: &Message) -> Option<Quote> {
    Some(shown(stage, message, message.beside("reply_to")?.get("message")?))
}

pub(super) fn forward(stage: &Stage<'_>, message: &Message) -> Option<Quote> {
    Some(shown(stage, message, message.beside("forwards")?.pointer("/messages/0")?))
}

/// The post of a comment. A public answer contains only its id, so its quote is used.
pub(super) fn post(message: &Message) -> Option<Post> {
    let post = message.content.get("post")?;
    Some(Post {
        url: text(post, "url").to_owned(),
        title: match text(post, "caption") {
            "" => text(post, "id").to_owned(),
            caption => caption.to_owned(),
        },
        author: text(post, "username").to_owned(),
    })
}

pub(super) fn shared(message: &Message) -> Option<Post> {
    let post = message.content.get("shared_post")?;
    Some(Post {
        url: text(post, "url").to_owned(),
        title: text(post, "url").to_owned(),
        author: text(post, "site_name").to_owned(),
    })
}

pub(super) fn place(message: &Message) -> Option<Place> {
    match message.field("type") {
        "location" => {
            let point = message.content.get("location")?;
            let (lat, lon) = (point.get("lat")?, point.get("lon")?);
            let title = format!("{lat}, {lon}");
            Some(Place { icon: "pin", title, href: format!("geo:{lat},{lon}"), below: String::new() })
        }
        "contact" => {
            let contact = message.content.get("contact")?;
            let phone = text(contact, "phone");
            let title = text(contact, "name").to_owned();
            Some(Place { icon: "person", title, href: format!("tel:{phone}"), below: phone.to_owned() })
        }
        _ => None,
    }
}
