//! Facebook Messenger, for pages (instagram-and-facebook §1). The code is in `meta/`.

use std::time::Duration;

use base::config::Config;
use base::http_client::HttpClients;

use crate::error_catalog::FACEBOOK;
use crate::kind::Kind;
use crate::meta::{Meta, Network, OWN_APP, Platform, VENDORS_APP};
use crate::{
    Abilities, AfterUnknown, ContentAbilities, FeatureAbilities, Field, Input, Length, Stand, Support, Unit, Window,
};

/// The kind.
pub const KIND: Kind = Kind {
    name: "facebook",
    own_server: false,
    web_chat: false,
    deep_link: Some(|name| format!("https://m.me/{}?ref=", name.trim_start_matches('@'))),
    mark: include_str!("mark.svg"),
};

/// What Messenger can do (instagram-and-facebook §9, instagram-and-facebook §13, instagram-and-facebook §16).
const ABILITIES: Abilities = Abilities {
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
    text_length: Some(Length { most: 2000, unit: Unit::Utf16 }),
    caption_length: None,
    delivered_on_accept: false,
    // Its echo names the letter.
    after_unknown: AfterUnknown::AwaitStatus,
    window: Some(Window {
        length: Duration::from_secs(24 * 3600),
        by_people: Some(Duration::from_secs(7 * 24 * 3600)),
    }),
    // Media have a limit of 10 a second.
    requests_per_second: 10,
    at_once: 8,
};

const PAGE: Field = Field::required("page_id", Input::Text, "wizard-fb-page").with_hint("wizard-fb-page-hint");
const TOKEN: Field = Field {
    secret: true,
    ..Field::required("access_token", Input::Text, "wizard-fb-token").with_hint("wizard-fb-token-hint")
};

const PLATFORM: Platform = Platform {
    kind: KIND.name,
    network: Network::Facebook,
    object: "page",
    account: "page_id",
    // Parom itself enters its address in an app of Messenger.
    fields: &[PAGE, TOKEN, OWN_APP[0], OWN_APP[1].with_hint("wizard-fb-verify-hint")],
    fields_in_vendors_app: &[PAGE, TOKEN, VENDORS_APP[0], VENDORS_APP[1].with_hint("wizard-fb-verify-optional-hint")],
    abilities: &ABILITIES,
    catalog: FACEBOOK,
    subscribed: &[
        "feed",
        "message_deliveries",
        "message_echoes",
        "message_edits",
        "message_reactions",
        "message_reads",
        "messages",
        "messaging_postbacks",
        "messaging_referrals",
    ],
    me: "id,name,username",
    profile: "first_name,last_name",
    post: "permalink_url,message,full_picture",
    replies: "comments",
    person_page: "",
};

/// The connector of kind `facebook`.
pub fn connector(http: &HttpClients, config: &Config) -> Meta {
    Meta::new(&PLATFORM, http, &config.facebook)
}
