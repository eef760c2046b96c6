//! What MAX supports (max §6, §7, §9, §13).

use crate::{Abilities, AfterUnknown, ContentAbilities, FeatureAbilities, Length, Stand, Support, Unit};

/// The longest text, also next to files. No document names the unit; counting UTF-16 units is safe, because it never
/// gives less than counting characters.
pub(super) const TEXT: Length = Length { most: 4000, unit: Unit::Utf16 };

pub(super) const ABILITIES: Abilities = Abilities {
    content: ContentAbilities {
        // Bots can send only MAX's own stickers.
        sticker: Support::As(Stand::Picture),
        ..ContentAbilities::all(Support::Native)
    },
    features: FeatureAbilities {
        media_groups: Support::As(Stand::Apart),
        // A forward cannot have a text and refers to a message at MAX.
        forwards: Support::As(Stand::Text),
        templates: Support::As(Stand::Text),
        reactions: Support::Refused,
        // Only the customer can start a dialog with a bot; afterwards the bot can write (max §11).
        write_first: Support::As(Stand::Known),
        ..FeatureAbilities::all(Support::Native)
    },
    text_length: Some(TEXT),
    caption_length: Some(TEXT),
    // A source can choose otherwise: see `setup::BotOptions`.
    delivered_on_accept: true,
    reports_reading: false,
    after_unknown: AfterUnknown::ResendOnce,
    window: None,
    requests_per_second: 30,
    at_once: 16,
};
