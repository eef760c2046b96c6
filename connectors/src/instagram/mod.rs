//! Instagram professional accounts, through the Instagram API with Instagram Login (instagram-and-facebook §1). The
//! code is in `meta/`.

use base::config::Config;
use base::http_client::HttpClients;

use super::{Abilities, AfterUnknown, Field, Input, Length, Unit, meta};
use crate::connector::Kind;
use crate::error_catalog::INSTAGRAM;
use crate::meta::{Meta, Network, OWN_APP, Platform, VENDORS_APP};

/// The kind.
pub const KIND: Kind = Kind {
    name: "instagram",
    own_server: false,
    vouches_for_numbers: false,
    web_chat: false,
    deep_link: Some(|name| format!("https://ig.me/m/{}?ref=", name.trim_start_matches('@'))),
    mark: include_str!("mark.svg"),
};

// Instagram reports reading but not delivery. Its echo contains what was sent, but not by which app.
const ABILITIES: Abilities = meta::abilities(Length { most: 1000, unit: Unit::Bytes }, true, AfterUnknown::AwaitStatus);
const ACCOUNT: Field =
    Field::required("account_id", Input::Text, "wizard-ig-account").with_hint("wizard-ig-account-hint");
const TOKEN: Field = Field {
    secret: true,
    ..Field::required("access_token", Input::Text, "wizard-ig-token").with_hint("wizard-ig-token-hint")
};

const PLATFORM: Platform = Platform {
    kind: KIND.name,
    network: Network::Instagram,
    object: "instagram",
    account: "account_id",
    conversions: ["instagram", "instagram_business_account_id", "ig_sid"],
    fields: &[ACCOUNT, TOKEN, OWN_APP[0], OWN_APP[1]],
    fields_in_vendors_app: &[ACCOUNT, TOKEN, VENDORS_APP[0], VENDORS_APP[1]],
    abilities: &ABILITIES,
    catalog: INSTAGRAM,
    subscribed: &[
        "comments",
        "live_comments",
        "message_edit",
        "message_reactions",
        "messages",
        "messaging_postbacks",
        "messaging_referral",
        "messaging_seen",
    ],
    me: "user_id,username,name",
    profile: "name,username",
    post: "permalink,caption,media_url,thumbnail_url,username",
    replies: "replies",
    person_page: "https://www.instagram.com/",
};

/// The connector of kind `instagram`.
pub fn connector(http: &HttpClients, config: &Config) -> Meta {
    Meta::new(&PLATFORM, http, &config.instagram)
}
