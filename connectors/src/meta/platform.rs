//! How Instagram and Messenger differ, as data.

use std::time::Duration;

use crate::error_catalog::ErrorCatalog;
use crate::{Abilities, AfterUnknown, ContentAbilities, FeatureAbilities, Field, Length, Stand, Support, Window};

/// What both support (instagram-and-facebook §9, instagram-and-facebook §13, instagram-and-facebook §16), with their
/// differences as parameters.
pub(crate) const fn abilities(text: Length, delivered_on_accept: bool, after_unknown: AfterUnknown) -> Abilities {
    Abilities {
        content: ContentAbilities {
            sticker: Support::As(Stand::Picture),
            location: Support::As(Stand::Text),
            contact: Support::As(Stand::Text),
            ..ContentAbilities::all(Support::Native)
        },
        features: FeatureAbilities {
            captions: Support::As(Stand::Apart),
            media_groups: Support::As(Stand::Apart),
            forwards: Support::As(Stand::Text),
            templates: Support::As(Stand::Text),
            write_first: Support::As(Stand::Known),
            edits: Support::Refused,
            ..FeatureAbilities::all(Support::Native)
        },
        text_length: Some(text),
        caption_length: None,
        delivered_on_accept,
        reports_reading: true,
        after_unknown,
        window: Some(Window {
            length: Duration::from_secs(24 * 3600),
            by_people: Some(Duration::from_secs(7 * 24 * 3600)),
        }),
        // Media are limited to 10 a second.
        requests_per_second: 10,
        at_once: 8,
    }
}

/// One of the two networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    Instagram,
    Facebook,
}

/// What the shared code needs to know about a kind.
pub(crate) struct Platform {
    pub kind: &'static str,
    pub network: Network,
    /// The `object` in its webhooks and in an app's subscription.
    pub object: &'static str,
    /// The setting that contains the account's id.
    pub account: &'static str,
    pub fields: &'static [Field],
    /// The same if the vendor's app receives the calls.
    pub fields_in_vendors_app: &'static [Field],
    pub abilities: &'static Abilities,
    pub catalog: ErrorCatalog,
    /// The webhook fields that Parom uses.
    pub subscribed: &'static [&'static str],
    /// The `fields` requested of the account, of a person and of a post.
    pub me: &'static str,
    pub profile: &'static str,
    pub post: &'static str,
    /// The edge of a comment for replies to it.
    pub replies: &'static str,
    /// The start of the address of a person's public page, if usernames are available.
    pub person_page: &'static str,
}

impl Platform {
    pub fn is_instagram(&self) -> bool {
        self.network == Network::Instagram
    }
}
