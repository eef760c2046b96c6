//! Facebook Messenger, for pages (instagram-and-facebook §1). The code is in `meta/`.

use base::config::Config;
use base::http_client::HttpClients;

use super::{Abilities, AfterUnknown, Field, Input, Length, Unit, meta};
use crate::connector::Kind;
use crate::error_catalog::FACEBOOK;
use crate::meta::{Meta, Network, OWN_APP, Platform, VENDORS_APP};

/// The kind.
pub const KIND: Kind = Kind {
    name: "facebook",
    own_server: false,
    vouches_for_numbers: false,
    web_chat: false,
    deep_link: Some(|name| format!("https://m.me/{}?ref=", name.trim_start_matches('@'))),
    mark: include_str!("mark.svg"),
};

// An echo contains the letter's id.
const ABILITIES: Abilities =
    meta::abilities(Length { most: 2000, unit: Unit::Utf16 }, false, AfterUnknown::AwaitStatus);
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
    conversions: ["messenger", "page_id", "page_scoped_user_id"],
    // Parom registers its own address in a Messenger app.
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
