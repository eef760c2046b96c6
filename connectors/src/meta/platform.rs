//! How Instagram and Messenger differ, as data.

use crate::error_catalog::ErrorCatalog;
use crate::{Abilities, Field};

/// One of the two networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    Instagram,
    Facebook,
}

/// What the shared code needs to know of a kind.
pub(crate) struct Platform {
    pub kind: &'static str,
    pub network: Network,
    /// `object` of its webhooks, and of an app's subscription.
    pub object: &'static str,
    /// The setting with the account's id.
    pub account: &'static str,
    pub fields: &'static [Field],
    /// The same if the vendor's app receives the calls.
    pub fields_in_vendors_app: &'static [Field],
    pub abilities: &'static Abilities,
    pub catalog: ErrorCatalog,
    /// The webhooks' fields that Parom takes.
    pub subscribed: &'static [&'static str],
    /// `fields` of the account, of a person and of a post.
    pub me: &'static str,
    pub profile: &'static str,
    pub post: &'static str,
    /// The edge of a comment that answers it.
    pub replies: &'static str,
    /// The start of a person's public page, if their username is known.
    pub person_page: &'static str,
}

impl Platform {
    pub fn is_instagram(&self) -> bool {
        self.network == Network::Instagram
    }
}
