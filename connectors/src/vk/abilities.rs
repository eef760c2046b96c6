//! What VK supports for a community (vk §6, §8, §9, §11).

use crate::{Abilities, AfterUnknown, ContentAbilities, FeatureAbilities, Length, Stand, Support, Unit};

/// The longest text, with files or without.
pub(super) const TEXT: Length = Length { most: 9_000, unit: Unit::Characters };

pub(super) const ABILITIES: Abilities = Abilities {
    content: ContentAbilities {
        // A community's token may not upload videos or music; they can be sent as documents (vk §8).
        video: Support::As(Stand::File),
        audio: Support::As(Stand::File),
        sticker: Support::As(Stand::Picture),
        contact: Support::As(Stand::Text),
        ..ContentAbilities::all(Support::Native)
    },
    features: FeatureAbilities {
        media_groups: Support::As(Stand::Apart),
        forwards: Support::As(Stand::Text),
        templates: Support::As(Stand::Text),
        // A community may write only to people who wrote to it or allowed messages (vk §6).
        write_first: Support::As(Stand::Known),
        ..FeatureAbilities::all(Support::Native)
    },
    text_length: Some(TEXT),
    caption_length: Some(TEXT),
    // VK reports reading, but not delivery.
    delivered_on_accept: true,
    reports_reading: true,
    // VK recognises a repeat by its `random_id` (vk §6).
    after_unknown: AfterUnknown::RepeatFreely,
    window: None,
    // VK allows 20 calls a second; a message with a file needs three.
    requests_per_second: 15,
    at_once: 8,
};
