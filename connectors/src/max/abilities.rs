//! What MAX can do (max §6, §7, §9, §13).

use crate::{Abilities, AfterUnknown, ContentAbilities, FeatureAbilities, Length, Stand, Support, Unit};

/// The longest text, beside files too. No document names the unit; UTF-16 never counts less than characters.
pub(super) const TEXT: Length = Length { most: 4000, unit: Unit::Utf16 };

pub(super) const ABILITIES: Abilities = Abilities {
    content: ContentAbilities {
        // Bots can send stickers of MAX only.
        sticker: Support::As(Stand::Picture),
        ..ContentAbilities::all(Support::Native)
    },
    features: FeatureAbilities {
        media_groups: Support::As(Stand::Apart),
        // A forward takes no text and needs a message of MAX.
        forwards: Support::As(Stand::Text),
        templates: Support::As(Stand::Text),
        reactions: Support::Refused,
        // Only the customer can start a dialog with a bot; afterwards the bot can write (max §11).
        write_first: Support::As(Stand::Known),
        ..FeatureAbilities::all(Support::Native)
    },
    text_length: Some(TEXT),
    caption_length: Some(TEXT),
    // A source may choose otherwise: see `setup::BotOptions`.
    delivered_on_accept: true,
    after_unknown: AfterUnknown::ResendOnce,
    window: None,
    requests_per_second: 30,
    at_once: 16,
};
