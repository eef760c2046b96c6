//! Texts: HTML entities, and mentions of people (vk §5).

/// Named entities that VK writes.
const NAMED: [(&str, char); 6] =
    [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\''), ("nbsp", '\u{a0}')];
/// The longest entity, `&#x10ffff;`.
const LONGEST: usize = 10;

/// A text as people wrote it: without entities, and with names instead of mentions.
pub(super) fn plain(text: &str) -> String {
    unmentioned(&unescaped(&text.replace("<br>", "\n")))
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let found = after.split_once(';').filter(|(name, _)| name.len() <= LONGEST);
        match found.and_then(|(name, after)| Some((entity(name)?, after))) {
            Some((sign, after)) => {
                plain.push(sign);
                rest = after;
            }
            None => {
                plain.push('&');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|sign| *sign != '\0');
    }
    NAMED.iter().find(|(one, _)| *one == name).map(|(_, sign)| *sign)
}

/// `[id712345678|Maria]` and `[club1|@acme]` become their names.
fn unmentioned(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        plain.push_str(before);
        let found = after.split_once(']').and_then(|(inside, after)| Some((mention(inside)?, after)));
        match found {
            Some((name, after)) => {
                plain.push_str(name);
                rest = after;
            }
            None => {
                plain.push('[');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn mention(inside: &str) -> Option<&str> {
    let (whose, name) = inside.split_once('|')?;
    let number = ["id", "club", "public", "event"].into_iter().find_map(|start| whose.strip_prefix(start))?;
    // In comments, a mention also contains the comment: `id712:bp-223_45`.
    let number = number.split(':').next()?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_as_people_wrote_them() {
        for (given, wanted) in [
            ("Сколько &lt;стоит&gt; &amp; когда?", "Сколько <стоит> & когда?"),
            ("&quot;Акме&quot; &#33; &#x1F44B;", "\"Акме\" ! 👋"),
            ("&amp;lt; is no sign", "&lt; is no sign"),
            ("A & B; R&D, &unknown; &", "A & B; R&D, &unknown; &"),
            ("[id712|Мария], да. [club223|Акме]!", "Мария, да. Акме!"),
            ("[id712:bp-223_45|Мария], да", "Мария, да"),
            ("[x] [id|y] [id7x|z] [id7", "[x] [id|y] [id7x|z] [id7"),
            ("a<br>b", "a\nb"),
        ] {
            assert_eq!(plain(given), wanted);
        }
    }
}
