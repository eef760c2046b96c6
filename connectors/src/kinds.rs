//! The kinds that are built in, and what distinguishes them.

use crate::kind::Kind;
use crate::{avito, custom, facebook, instagram, max, telegram, vk, webchat, whatsapp};

/// All kinds that are built in.
pub const KINDS: &[Kind] = &[
    avito::KIND,
    custom::KIND,
    facebook::KIND,
    instagram::KIND,
    max::KIND,
    telegram::KIND,
    vk::KIND,
    webchat::KIND,
    whatsapp::KIND,
];

fn is(name: &str, what: impl Fn(&Kind) -> bool) -> bool {
    KINDS.iter().any(|kind| kind.name == name && what(kind))
}

/// Whether sources of this kind are the account's own servers.
pub fn has_own_server(name: &str) -> bool {
    is(name, |kind| kind.own_server)
}

/// Whether sources of this kind are pages that Parom serves.
pub fn is_web_chat(name: &str) -> bool {
    is(name, |kind| kind.web_chat)
}

/// Kinds in which managers may answer only for a time after the customer's last message. A channel may name them before they
/// are built in.
pub const WITH_TIME_WINDOW: &[&str] = &["facebook", "instagram", "whatsapp"];

/// The link that opens a chat with a line of this kind and name.
pub fn deep_link(kind: &str, line: &str) -> Option<String> {
    KINDS.iter().find(|one| one.name == kind).and_then(|one| one.deep_link).map(|link| link(line))
}

/// Names of the kinds for which this holds, for queries.
pub fn names(what: impl Fn(&Kind) -> bool) -> impl Iterator<Item = &'static str> {
    KINDS.iter().filter(move |kind| what(kind)).map(|kind| kind.name)
}
