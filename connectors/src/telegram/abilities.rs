//! What Telegram supports (telegram §7, §8, §14).

use crate::{Abilities, AfterUnknown, ContentAbilities, FeatureAbilities, Length, Stand, Support, Unit};

/// The longest text, in Telegram's units.
pub(super) const TEXT: Length = Length { most: 4096, unit: Unit::Utf16 };
/// The longest caption.
pub(super) const CAPTION: Length = Length { most: 1024, unit: Unit::Utf16 };

pub(super) const ABILITIES: Abilities = Abilities {
    content: ContentAbilities::all(Support::Native),
    features: FeatureAbilities {
        media_groups: Support::As(Stand::Apart),
        forwards: Support::As(Stand::Text),
        templates: Support::As(Stand::Text),
        comments: Support::As(Stand::Text),
        // Only the customer can start a chat with a bot; afterwards the bot can write (telegram §11).
        write_first: Support::As(Stand::Known),
        ..FeatureAbilities::all(Support::Native)
    },
    text_length: Some(TEXT),
    caption_length: Some(CAPTION),
    // A source can choose otherwise: see `setup::Options`.
    delivered_on_accept: true,
    reports_reading: false,
    after_unknown: AfterUnknown::ResendOnce,
    window: None,
    requests_per_second: 30,
    at_once: 16,
};
