//! Whether people see anything of a text: a name of invisible signs cannot be read, found or clicked.

use std::ops::RangeInclusive;

/// Signs beside blanks and control characters that show nothing: Unicode's Default_Ignorable_Code_Point, the remaining
/// format characters without a shape of their own, and blanks that are letters or symbols by their category.
const INVISIBLE: [RangeInclusive<char>; 23] = [
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{61c}'..='\u{61c}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{200b}'..='\u{200f}',
    '\u{202a}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{2800}'..='\u{2800}',
    '\u{3164}'..='\u{3164}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fffb}',
    '\u{110bd}'..='\u{110bd}',
    '\u{110cd}'..='\u{110cd}',
    '\u{13430}'..='\u{1343f}',
    '\u{16fe4}'..='\u{16fe4}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d159}'..='\u{1d159}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{e0fff}',
];

/// Whether a text has a sign that people see.
pub fn is_visible(text: &str) -> bool {
    let shows = |sign: char| {
        !sign.is_whitespace() && !sign.is_control() && !INVISIBLE.iter().any(|range| range.contains(&sign))
    };
    text.chars().any(shows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_signs_are_no_text() {
        for nothing in [
            "",
            " ",
            "\t\n",
            "\u{a0}",
            "\u{3164}",
            "\u{200e}",
            "\u{2800}",
            "\u{ad}\u{200b}",
            "\u{3164}\u{200f}",
            "\0",
            "\u{2003} \u{feff}\u{fe0f}",
            "\u{115f}\u{1160}\u{ffa0}",
            "\u{e0020}\u{2066}\u{2069}",
            "\u{1d159}\u{fffb}",
        ] {
            assert!(!is_visible(nothing), "{nothing:?}");
        }
        for text in ["A", "\u{200e}Анна", "👩\u{200d}🚀", ".", "\u{600}", "\u{301}", "\u{fffd}", "ㅤи", "\u{ffa1}"]
        {
            assert!(is_visible(text), "{text:?}");
        }
    }

    #[test]
    fn the_ranges_are_in_order() {
        assert!(INVISIBLE.windows(2).all(|two| two[0].end() < two[1].start()));
    }
}
