//! Number formats by language: `1,234` in English, `1234` and `12 345` in Russian, `1234` and `12.345` in Spanish, `1.234`
//! in Portuguese.

use fluent_templates::fluent_bundle::FluentValue;

use super::Language;

const NO_BREAK: char = '\u{a0}';

/// The catalog's formatter: for numbers only.
pub(super) fn grouped(value: &FluentValue<'_>, language: Language) -> Option<String> {
    match value {
        FluentValue::Number(number) => Some(written(&number.as_string(), language)),
        _ => None,
    }
}

/// A number in the language's format, with `digits` after the decimal sign.
pub fn decimal(value: f64, digits: usize, language: Language) -> String {
    written(&format!("{value:.digits$}"), language)
}

/// A size: `12 MB` / `12 МБ`, with one decimal below ten. A megabyte is 1024 × 1024 bytes, as in the configuration, so that a
/// limit is shown as it was set.
pub fn bytes(count: u64, language: Language) -> String {
    let units = match language {
        Language::En | Language::Es | Language::Pt => ["B", "KB", "MB", "GB", "TB"],
        Language::Ru => ["Б", "КБ", "МБ", "ГБ", "ТБ"],
    };
    let mut unit = 0;
    let mut tenths = count.saturating_mul(10);
    while tenths >= 10_235 && unit + 1 < units.len() {
        tenths = tenths.saturating_add(512) / 1024;
        unit += 1;
    }
    let (whole, tenth) = (tenths / 10, tenths % 10);
    let number = if unit > 0 && whole < 10 && tenth > 0 { format!("{whole}.{tenth}") } else { whole.to_string() };
    format!("{}{NO_BREAK}{}", written(&number, language), units[unit])
}

/// Groups the digits before the decimal point and applies the language's separators.
fn written(plain: &str, language: Language) -> String {
    let (sign, plain) = plain.strip_prefix('-').map_or(("", plain), |rest| ("−", rest));
    let (whole, part) = plain.split_once('.').map_or((plain, None), |(whole, part)| (whole, Some(part)));
    let (gap, point, from) = match language {
        Language::En => (',', '.', 4),
        Language::Ru => (NO_BREAK, ',', 5),
        Language::Es => ('.', ',', 5),
        Language::Pt => ('.', ',', 4),
    };
    let mut out = String::from(sign);
    let digits = whole.len();
    for (place, digit) in whole.chars().enumerate() {
        if digits >= from && place > 0 && (digits - place).is_multiple_of(3) {
            out.push(gap);
        }
        out.push(digit);
    }
    if let Some(part) = part {
        out.push(point);
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_as_the_language_does() {
        let all = |text: &str| Language::ALL.map(|language| written(text, language));
        assert_eq!(all("0"), ["0", "0", "0", "0"]);
        assert_eq!(all("999"), ["999", "999", "999", "999"]);
        assert_eq!(all("1234"), ["1,234", "1234", "1234", "1.234"]);
        assert_eq!(all("12345"), ["12,345", "12\u{a0}345", "12.345", "12.345"]);
        assert_eq!(all("-1234567.5"), ["−1,234,567.5", "−1\u{a0}234\u{a0}567,5", "−1.234.567,5", "−1.234.567,5"]);
    }

    #[test]
    fn sizes_are_shown_in_the_unit_that_fits() {
        let all = |count| [bytes(count, Language::En), bytes(count, Language::Ru)];
        assert_eq!(bytes(1_536, Language::Es), "1,5\u{a0}KB");
        assert_eq!(all(0), ["0\u{a0}B", "0\u{a0}Б"]);
        assert_eq!(all(999), ["999\u{a0}B", "999\u{a0}Б"]);
        assert_eq!(all(1_536), ["1.5\u{a0}KB", "1,5\u{a0}КБ"]);
        assert_eq!(all(12 << 20), ["12\u{a0}MB", "12\u{a0}МБ"]);
        assert_eq!(all((1 << 20) - 1), ["1\u{a0}MB", "1\u{a0}МБ"]);
        assert_eq!(all(20_480 << 20), ["20\u{a0}GB", "20\u{a0}ГБ"]);
    }
}
