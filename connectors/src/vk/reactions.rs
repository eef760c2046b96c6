//! Reactions: VK has sixteen, identified by number (vk §11).

/// Emoji by number, from 1.
const EMOJI: [&str; 16] =
    ["❤️", "🔥", "😂", "👍", "💩", "❓", "😭", "😡", "👎", "👌", "😃", "🤔", "🙏", "😘", "😍", "🎉"];

/// Emoji that are sent as one of these.
const ALIKE: [(&str, &str); 8] =
    [("♥", "❤"), ("🤣", "😂"), ("😁", "😃"), ("😀", "😃"), ("😢", "😭"), ("🤬", "😡"), ("🥰", "😍"), ("🥳", "🎉")];

/// The emoji of a number; none if VK added it later.
pub fn emoji(number: i64) -> Option<&'static str> {
    EMOJI.get(usize::try_from(number.checked_sub(1)?).ok()?).copied()
}

/// The number of an emoji; none if VK has no such reaction.
pub fn number(emoji: &str) -> Option<i64> {
    let plain = |emoji: &str| emoji.replace('\u{fe0f}', "");
    let asked = plain(emoji);
    let asked = ALIKE.iter().find(|(alike, _)| *alike == asked).map_or(asked.as_str(), |(_, meant)| meant);
    EMOJI.iter().zip(1..).find(|(one, _)| plain(one) == asked).map(|(_, number)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_emoji_belong_together() {
        for at in 1..=16 {
            assert_eq!(emoji(at).and_then(number), Some(at));
        }
        assert_eq!((emoji(0), emoji(17), emoji(i64::MIN)), (None, None, None));
        assert_eq!((number("❤"), number("🤣"), number("🦄")), (Some(1), Some(3), None));
    }
}
