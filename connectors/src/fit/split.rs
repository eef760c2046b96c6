//! Splits a text that is too long into parts.

use unicode_segmentation::UnicodeSegmentation;

use crate::{Length, Unit};

/// The parts in order, each within the limit. A part ends after a line or a word if there is such a place in its second
/// half, and never inside a grapheme unless that grapheme alone exceeds the limit. Parts of only white space are left
/// out; the other parts, joined, are the text.
pub fn split(text: &str, limit: Length) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !limit.holds(rest) {
        let end = cut(rest, limit);
        let (part, more) = rest.split_at(end);
        parts.push(part.to_owned());
        rest = more;
    }
    parts.push(rest.to_owned());
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// Where the first part ends: after at least one character, whatever the limit.
fn cut(text: &str, limit: Length) -> usize {
    let most = most_of(text, limit);
    let half = most / 2;
    let head = text.get(..most).unwrap_or(text);
    let behind = |found: Option<usize>, width: usize| found.map(|at| at + width).filter(|end| *end > half);
    behind(head.rfind("\n\n"), 2)
        .or_else(|| behind(head.rfind('\n'), 1))
        .or_else(|| {
            let space = head.char_indices().rev().find(|(_, sign)| sign.is_whitespace() && *sign != '\u{a0}');
            space.map(|(at, sign)| at + sign.len_utf8()).filter(|end| *end > half)
        })
        // A joiner after the space would be separated from it.
        .filter(|end| is_boundary(text, *end))
        .unwrap_or(most)
}

/// The length in bytes of as many whole graphemes as fit; of a grapheme longer than the limit, as many characters as
/// fit, at least one.
fn most_of(text: &str, limit: Length) -> usize {
    let (mut used, mut end) = (0, 0);
    for sign in text.graphemes(true) {
        used += limit.unit.count(sign);
        if used > limit.most {
            break;
        }
        end += sign.len();
    }
    if end > 0 {
        return end;
    }
    for sign in text.chars() {
        used = if end == 0 { 0 } else { used };
        used += characters(sign, limit.unit);
        if used > limit.most && end > 0 {
            break;
        }
        end += sign.len_utf8();
    }
    end
}

const fn characters(sign: char, unit: Unit) -> usize {
    match unit {
        Unit::Graphemes | Unit::Characters => 1,
        Unit::Utf16 => sign.len_utf16(),
        Unit::Bytes => sign.len_utf8(),
    }
}

fn is_boundary(text: &str, at: usize) -> bool {
    let mut cursor = unicode_segmentation::GraphemeCursor::new(at, text.len(), true);
    cursor.is_boundary(text, 0).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn limit(most: usize, unit: Unit) -> Length {
        Length { most, unit }
    }

    fn boundaries(text: &str) -> Vec<usize> {
        text.grapheme_indices(true).map(|(at, _)| at).chain([text.len()]).collect()
    }

    #[test]
    fn lines_are_kept_whole_and_then_words() {
        let split = |text: &str| split(text, limit(12, Unit::Characters));
        assert_eq!(split("one two"), ["one two"]);
        assert_eq!(split("one two\nthree four"), ["one two\n", "three four"]);
        assert_eq!(split("one two three four"), ["one two ", "three four"]);
        assert_eq!(split("oneandtwoandthree"), ["oneandtwoand", "three"]);
        assert_eq!(split("ab cdefghijklmnop"), ["ab cdefghijk", "lmnop"], "an early space would leave a stub");
        assert_eq!(split("one two     \n\n        \n           end"), ["one two     ", "end"]);
    }

    #[test]
    fn a_sign_of_many_characters_stays_whole() {
        let family = "👨‍👩‍👧‍👦";
        let text = family.repeat(5);
        for unit in [Unit::Graphemes, Unit::Characters, Unit::Utf16, Unit::Bytes] {
            let most = unit.count(family) * 2;
            let parts = split(&text, limit(most, unit));
            assert_eq!(parts, [family.repeat(2), family.repeat(2), family.to_owned()], "{unit:?}");
        }
        // The emoji alone exceeds the limit, so it must be split.
        let parts = split(&format!("a{family}b"), limit(4, Unit::Bytes));
        assert_eq!(parts.concat(), format!("a{family}b"));
        assert!(parts.iter().all(|part| part.len() <= 4));
        assert_eq!(split("я", limit(1, Unit::Bytes)), ["я"], "a character is never halved");
    }

    /// Letters, space, line breaks, combining marks, emoji with joiners, flags.
    fn text() -> impl Strategy<Value = String> {
        let sign = prop_oneof![
            4 => "[a-zа-я]",
            2 => Just(" ".to_owned()),
            1 => Just("\n".to_owned()),
            1 => Just("\r\n".to_owned()),
            1 => Just("\u{301}".to_owned()),
            1 => Just("\u{200d}".to_owned()),
            1 => prop_oneof![Just("👍🏽"), Just("🇷🇺"), Just("👩‍🚀"), Just("𝄞")].prop_map(str::to_owned),
            1 => any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(sign, 0..120).prop_map(|signs| signs.concat())
    }

    proptest! {
        #[test]
        fn parts_are_the_text_in_order_within_the_limit_and_cut_between_signs(
            text in text(),
            most in 1_usize..40,
            unit in prop_oneof![Just(Unit::Graphemes), Just(Unit::Characters), Just(Unit::Utf16), Just(Unit::Bytes)],
        ) {
            let limit = limit(most, unit);
            let parts = split(&text, limit);
            let signs = boundaries(&text);
            let widest = text.chars().map(|sign| characters(sign, unit)).max().unwrap_or(0).max(most);
            let mut at = 0;
            for part in &parts {
                prop_assert!(unit.count(part) <= widest, "{part:?}");
                let gap = text[at..].find(part.as_str()).expect("parts are pieces of the text, in order");
                prop_assert!(text[at..at + gap].trim().is_empty(), "only space is left out");
                at += gap + part.len();
                let from = at - part.len();
                let is_whole = |end: usize| signs.contains(&end);
                // Only a grapheme that alone exceeds the limit may be split.
                let torn = text.graphemes(true).any(|sign| unit.count(sign) > most);
                prop_assert!(torn || (is_whole(from) && is_whole(at)), "{part:?} is cut inside a sign");
            }
            prop_assert!(text[at..].trim().is_empty());
        }
    }
}
