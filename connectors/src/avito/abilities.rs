//! What Avito supports (avito §6): text and pictures. Everything else becomes text with a link.

use crate::{Abilities, AfterUnknown, ContentAbilities, FeatureAbilities, Length, Stand, Support, Unit};

/// The longest text (avito §6).
const TEXT: Length = Length { most: 1000, unit: Unit::Characters };

pub(super) const ABILITIES: Abilities = Abilities {
    content: ContentAbilities {
        text: Support::Native,
        picture: Support::Native,
        sticker: Support::As(Stand::Picture),
        ..ContentAbilities::all(Support::As(Stand::Text))
    },
    features: FeatureAbilities {
        captions: Support::As(Stand::Apart),
        media_groups: Support::As(Stand::Apart),
        reactions: Support::Refused,
        typing: Support::Refused,
        edits: Support::Refused,
        // A chat always begins with a buyer's message about an advert (avito §6).
        write_first: Support::As(Stand::Known),
        ..FeatureAbilities::all(Support::As(Stand::Text))
    },
    text_length: Some(TEXT),
    caption_length: None,
    // Avito reports reading, not delivery (avito §8).
    delivered_on_accept: true,
    reports_reading: true,
    // The webhook reports our own messages too, which shows whether one arrived (avito §5).
    after_unknown: AfterUnknown::AwaitStatus,
    window: None,
    // Avito does not publish its rate limits (avito §9).
    requests_per_second: 4,
    at_once: 4,
};
