//! The kinds that are built in, and what distinguishes them.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::config::Config;
use base::http_client::HttpClients;

use super::{Connector, avito, custom, facebook, instagram, max, telegram, vk, webchat, whatsapp};
use crate::connector::Kind;

/// All built-in kinds in display order: the most used first, the one for developers last.
pub const KINDS: &[Kind] = &[
    telegram::KIND,
    whatsapp::KIND,
    webchat::KIND,
    vk::KIND,
    avito::KIND,
    max::KIND,
    instagram::KIND,
    facebook::KIND,
    custom::KIND,
];

fn is(name: &str, what: impl Fn(&Kind) -> bool) -> bool {
    KINDS.iter().any(|kind| kind.name == name && what(kind))
}

/// Whether sources of this kind are the account's own servers.
pub fn has_own_server(name: &str) -> bool {
    is(name, |kind| kind.own_server)
}

/// Whether a phone number that comes from this kind is the writer's own, on the messenger's word.
pub fn vouches_for_numbers(name: &str) -> bool {
    is(name, |kind| kind.vouches_for_numbers)
}

/// Whether sources of this kind are pages that Parom serves.
pub fn is_web_chat(name: &str) -> bool {
    is(name, |kind| kind.web_chat)
}

/// Kinds in which managers may answer only for a limited time after the customer's last message. A channel may name
/// them before they are built in.
pub const WITH_TIME_WINDOW: &[&str] = &["facebook", "instagram", "whatsapp"];

/// The link that opens a chat with a line of this kind and name.
pub fn deep_link(kind: &str, line: &str) -> Option<String> {
    KINDS.iter().find(|one| one.name == kind).and_then(|one| one.deep_link).map(|link| link(line))
}

/// Names of the kinds for which a predicate holds, for queries.
pub fn names(what: impl Fn(&Kind) -> bool) -> impl Iterator<Item = &'static str> {
    KINDS.iter().filter(move |kind| what(kind)).map(|kind| kind.name)
}

/// The icon of a kind as SVG; kinds from other crates get a speech bubble.
pub fn mark(name: &str) -> &'static str {
    KINDS.iter().find(|kind| kind.name == name).map_or(include_str!("mark.svg"), |kind| kind.mark)
}

/// The position of a kind in display order. Kinds from other crates come before the one for developers.
pub fn place(name: &str) -> usize {
    let known = KINDS.iter().position(|kind| kind.name == name);
    known.map_or(KINDS.len() * 2 - 3, |place| place * 2)
}

/// All connectors by kind.
#[derive(Clone)]
pub struct Connectors(Arc<BTreeMap<&'static str, Arc<dyn Connector>>>);

impl Connectors {
    pub fn new(http: &HttpClients, config: &Config) -> Self {
        let to = |kind: Kind| http.to(kind.name);
        let all: Vec<Arc<dyn Connector>> = vec![
            Arc::new(avito::Avito::new(&to(avito::KIND), &config.avito)),
            Arc::new(custom::Custom::new(http.guarded().clone())),
            Arc::new(facebook::connector(&to(facebook::KIND), config)),
            Arc::new(instagram::connector(&to(instagram::KIND), config)),
            Arc::new(max::Max::new(&to(max::KIND), &config.max)),
            Arc::new(telegram::Telegram::new(&to(telegram::KIND), &config.telegram.api_url)),
            Arc::new(vk::Vk::new(&to(vk::KIND), &config.vk)),
            Arc::new(webchat::WebChat),
            Arc::new(whatsapp::WhatsApp::new(&to(whatsapp::KIND), &config.whatsapp)),
        ];
        Self(Arc::new(all.into_iter().map(|connector| (connector.kind(), connector)).collect()))
    }

    /// Adds connectors from other crates; one with the name of a built-in kind replaces it.
    #[must_use]
    pub fn with(self, more: impl IntoIterator<Item = Arc<dyn Connector>>) -> Self {
        let mut all = Arc::unwrap_or_clone(self.0);
        all.extend(more.into_iter().map(|connector| (connector.kind(), connector)));
        Self(Arc::new(all))
    }

    /// The connector of a kind; none if the kind is not built in.
    pub fn get(&self, kind: &str) -> Option<&Arc<dyn Connector>> {
        self.0.get(kind)
    }

    /// All kinds by name: those of [`base::config::CONNECTORS`], and those that were added.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_used_come_first_and_the_one_for_developers_last() {
        let mut names = vec!["custom", "pigeon", "vk", "webchat", "telegram"];
        names.sort_by_key(|name| place(name));
        assert_eq!(names, ["telegram", "webchat", "vk", "pigeon", "custom"]);
    }

    #[test]
    fn every_icon_is_a_harmless_svg() {
        let marks = KINDS.iter().map(|kind| kind.mark).chain([mark("pigeon")]);
        for mark in marks {
            assert!(mark.starts_with("<svg class=\"mark\"") && mark.len() < 1_000, "{mark}");
            assert!(
                mark.contains("aria-hidden=\"true\"") && !mark.contains("href") && !mark.contains("script"),
                "{mark}"
            );
        }
    }
}
