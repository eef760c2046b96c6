//! What WhatsApp supports (whatsapp §6 to §8, §11).

use std::time::Duration;

use crate::{Abilities, AfterUnknown, ContentAbilities, FeatureAbilities, Length, Stand, Support, Unit, Window};

/// The longest text. Meta does not name the unit; this one never counts less than any other.
pub(super) const TEXT: Length = Length { most: 4096, unit: Unit::Utf16 };
/// The longest caption.
pub(super) const CAPTION: Length = Length { most: 1024, unit: Unit::Utf16 };
/// The longest text of a message with buttons or a list.
pub(super) const BODY: Length = Length { most: 1024, unit: Unit::Utf16 };
/// The longest header and footer.
pub(super) const HEADER: Length = Length { most: 60, unit: Unit::Utf16 };
/// The label of a reply button, of a link, and of the button that opens a list.
pub(super) const LABEL: Length = Length { most: 20, unit: Unit::Utf16 };
/// The title of a row and of a section.
pub(super) const ROW_TITLE: Length = Length { most: 24, unit: Unit::Utf16 };
/// The description of a row.
pub(super) const ROW_DESCRIPTION: Length = Length { most: 72, unit: Unit::Utf16 };
/// Bytes of a row's id.
pub(super) const ROW_ID: usize = 200;
/// Reply buttons of one message.
pub(super) const BUTTONS: usize = 3;
/// Rows of one list, over all its sections.
pub(super) const ROWS: usize = 10;

const DAY: Duration = Duration::from_secs(24 * 3600);

pub(super) const ABILITIES: Abilities = Abilities {
    content: ContentAbilities::all(Support::Native),
    features: FeatureAbilities {
        media_groups: Support::As(Stand::Apart),
        forwards: Support::As(Stand::Text),
        comments: Support::As(Stand::Text),
        // A sent message cannot be changed (whatsapp §6).
        edits: Support::Refused,
        ..FeatureAbilities::all(Support::Native)
    },
    text_length: Some(TEXT),
    caption_length: Some(CAPTION),
    delivered_on_accept: false,
    reports_reading: true,
    // The status of a message contains the letter's id (whatsapp §5).
    after_unknown: AfterUnknown::AwaitStatus,
    window: Some(Window { length: DAY, by_people: None }),
    requests_per_second: 80,
    at_once: 16,
};
