//! Inserts no-break spaces where a line must not break: after a number, №, # and a short Russian preposition, before a
//! dash.

use super::Language;

const NO_BREAK: char = '\u{a0}';

/// The text with no-break spaces. Existing ones stay.
pub(super) fn glued(text: &str, language: Language) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut word = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != ' ' {
            if letter.is_whitespace() || letter == NO_BREAK {
                word.clear();
            } else {
                word.push(letter);
            }
            out.push(letter);
            continue;
        }
        let next = letters.peek().copied();
        out.push(if holds_on(&word, next, language) { NO_BREAK } else { ' ' });
        word.clear();
    }
    out
}

fn holds_on(word: &str, next: Option<char>, language: Language) -> bool {
    let Some(next) = next else { return false };
    if matches!(next, '–' | '—') {
        return true;
    }
    if word == "№" || word == "#" {
        return true;
    }
    let bare = word.trim_start_matches(['(', '«', '„', '"', '“']);
    if bare.ends_with(|last: char| last.is_ascii_digit()) && (next.is_alphabetic() || next == '%') {
        return true;
    }
    language == Language::Ru && next.is_alphanumeric() && SHORT.contains(&bare.to_lowercase().as_str())
}

const SHORT: [&str; 20] =
    ["а", "без", "в", "во", "до", "для", "за", "и", "из", "к", "ко", "на", "не", "о", "об", "от", "по", "с", "со", "у"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn russian_is_glued_where_a_line_must_not_end() {
        let glue = |text| glued(text, Language::Ru).replace(NO_BREAK, "_");
        assert_eq!(glue("Занято 3 из 50"), "Занято 3_из_50");
        assert_eq!(glue("5 минут назад"), "5_минут назад");
        assert_eq!(glue("сделка № 5 — в воронке"), "сделка №_5_— в_воронке");
        assert_eq!(glue("«В Пароме» и (с 14:05)"), "«В_Пароме» и (с_14:05)");
        assert_eq!(glue("конец "), "конец ");
        assert_eq!(glue("ошибок 50 %, ждут 0"), "ошибок 50_%, ждут 0");
    }

    #[test]
    fn english_keeps_its_short_words_loose() {
        let glue = |text| glued(text, Language::En).replace(NO_BREAK, "_");
        assert_eq!(glue("3 sources – in a row"), "3_sources_– in a row");
    }
}
