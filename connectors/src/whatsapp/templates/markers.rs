//! Converts amoCRM's markers (`{{contact.name}}`) to Meta's numbered variables (`{{1}}`): equal markers get the same
//! number, in order of first appearance (whatsapp §9, crm-api §6.3).

use sha2::{Digest, Sha256};

/// The longest name of a template.
const NAME: usize = 512;

/// The different markers of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Markers(Vec<String>);

impl Markers {
    /// The markers in order of first appearance.
    pub fn of(text: &str) -> Self {
        let mut found = Self::default();
        each(text, |part| {
            if let Part::Marker(marker) = part
                && !found.0.iter().any(|known| known == marker)
            {
                found.0.push(marker.to_owned());
            }
        });
        found
    }

    /// Each with its braces.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The text with numbers in place of the markers.
    pub fn numbered(&self, text: &str) -> String {
        let mut numbered = String::new();
        each(text, |part| match part {
            Part::Text(text) => numbered.push_str(text),
            Part::Marker(marker) => match self.0.iter().position(|known| known == marker) {
                Some(place) => numbered.push_str(&format!("{{{{{}}}}}", place + 1)),
                None => numbered.push_str(marker),
            },
        });
        numbered
    }
}

enum Part<'a> {
    Text(&'a str),
    Marker(&'a str),
}

/// Calls `take` for each marker: what is between `{{` and the next `}}` on the same line.
fn each<'a>(text: &'a str, mut take: impl FnMut(Part<'a>)) {
    let mut rest = text;
    while let Some((before, from)) = rest.find("{{").map(|at| rest.split_at(at)) {
        let end = from.find("}}").map(|end| end + 2);
        let marker = end.and_then(|end| from.get(..end)).filter(|marker| !marker.contains('\n') && marker.len() > 4);
        let Some(marker) = marker else {
            let (braces, more) = from.split_at(2);
            take(Part::Text(before));
            take(Part::Text(braces));
            rest = more;
            continue;
        };
        take(Part::Text(before));
        take(Part::Marker(marker));
        rest = from.get(marker.len()..).unwrap_or_default();
    }
    take(Part::Text(rest));
}

/// A value as Meta accepts it: lines joined by `; `, and no runs of spaces.
pub fn one_line(value: &str) -> String {
    let lines = value.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
}

/// A template's name at Meta: lower-case letters, digits and underscores. If a character had to be replaced, a digest
/// of the original name is added, so that different names stay different.
pub fn name(given: &str) -> String {
    let plain: String = given
        .trim()
        .chars()
        .map(|sign| if sign.is_ascii_alphanumeric() { sign.to_ascii_lowercase() } else { '_' })
        .take(NAME)
        .collect();
    if plain == given {
        return plain;
    }
    let digest = hex::encode(&Sha256::digest(given.trim())[..4]);
    let kept: String = plain.trim_matches('_').chars().take(NAME - digest.len() - 1).collect();
    if kept.is_empty() { format!("template_{digest}") } else { format!("{kept}_{digest}") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn equal_markers_have_one_number_in_the_order_of_their_appearance() {
        let text = "Hello {{contact.name}}, order {{lead.cf.501}} of {{contact.name}} is ready";
        let markers = Markers::of(text);
        assert_eq!(markers.iter().collect::<Vec<_>>(), ["{{contact.name}}", "{{lead.cf.501}}"]);
        assert_eq!(markers.numbered(text), "Hello {{1}}, order {{2}} of {{1}} is ready");
        for plain in ["no markers", "open {{ and never closed", "{{}}", "{{a\nb}}", "}} {{"] {
            assert_eq!((Markers::of(plain).0.len(), Markers::of(plain).numbered(plain).as_str()), (0, plain));
        }
    }

    #[test]
    fn a_value_is_one_line() {
        assert_eq!(one_line("Lesnaya 5\n\n  flat\t12     left \r\n"), "Lesnaya 5; flat 12 left");
        assert_eq!(one_line(" \n "), "");
    }

    #[test]
    fn a_template_name_fits_metas_rules_and_different_names_stay_different() {
        assert_eq!(name("order_ready_v2"), "order_ready_v2");
        let (one, other) = (name("waba:order_ready:ru"), name("waba:order:ready_ru"));
        assert!(one.starts_with("waba_order_ready_ru_") && one != other, "{one}");
        let cyrillic = name("Заказ готов");
        assert!(cyrillic.starts_with("template_") && cyrillic != name("Заказ отменён"), "{cyrillic}");
        assert!(name(&"Я".repeat(2000)).len() <= NAME && name(&"x".repeat(2000)).len() <= NAME);
        let again = name(&one);
        assert_eq!(again, one, "a name of Meta's stays");
    }

    proptest! {
        #[test]
        fn every_text_has_its_numbers_and_loses_nothing(text in "[a-z{} \n]{0,40}") {
            let markers = Markers::of(&text);
            let mut whole = markers.numbered(&text);
            let all: Vec<&str> = markers.iter().collect();
            for (place, marker) in all.into_iter().enumerate().rev() {
                whole = whole.replace(&format!("{{{{{}}}}}", place + 1), marker);
            }
            prop_assert_eq!(whole, text);
        }
    }
}
