//! A phone number as a person or a machine wrote it, and the subscribers it may mean. The only place that compares numbers.
//!
//! ```text
//! +7 915 111-22-33   with its country            ─▶ one meaning: E.164
//! 8 (915) 111-22-33  as dialled in the account's ─▶ one meaning, by libphonenumber's numbering plans
//! 84912345678        bare digits                 ─▶ dialled here, or complete without its plus: one meaning if only one
//!                                                   of them exists, else both
//! 5550123            none of these               ─▶ no meaning: its digits
//! ```
//!
//! WhatsApp writes the numbers of three countries in another form than people. It is one subscriber, so a meaning is
//! canonical: Brazil with the ninth digit, Argentina without 9, Mexico without 1 after the country.

use phonenumber::Metadata;
use phonenumber::metadata::DATABASE;

/// Digits of a phone number (E.164), including the shortest in use.
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;
/// The digits at the end that every way of writing a number has: national numbers of some countries are no longer.
const SHARED: usize = 8;

/// A country by the two letters of ISO 3166-1 whose numbering plan is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Country(phonenumber::country::Id);

impl Country {
    /// None if the code is of no country.
    pub fn of_code(code: &str) -> Option<Self> {
        code.trim().to_ascii_uppercase().parse().ok().map(Self)
    }
}

/// How two numbers relate, the most alike first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// One subscriber, or the same text where it is unknown which.
    Same,
    /// One of the things that they may mean is the same: a person decides.
    Possible,
    Different,
}

/// A phone number. Parsed once where it arrives; equality of texts is no equality of numbers, see [`Self::likeness`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    /// All digits, without `00` before a country.
    digits: String,
    /// What it may mean: E.164 without plus, in the spelling given. Two if it is ambiguous, none if it is in no plan.
    written: Vec<String>,
    /// The same, canonical.
    meanings: Vec<String>,
}

impl Phone {
    /// Parses a text; none if it contains no phone number. `country`: the account's, for numbers without one.
    pub fn parse(text: &str, country: Option<Country>) -> Option<Self> {
        let text = number_in(text);
        let is_international = text.starts_with(['+', '\u{ff0b}']);
        let text = if is_international { text.replacen("(0)", "", 1) } else { text.to_owned() };
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let (is_international, digits) = match digits.strip_prefix("00") {
            Some(rest) if !is_international => (true, rest.to_owned()),
            _ => (is_international, digits),
        };
        if !DIGITS.contains(&digits.len()) {
            return None;
        }
        let written = if is_international { vec![digits.clone()] } else { bare(&text, &digits, country) };
        let meanings = written.iter().map(|one| canonical(one)).collect();
        Some(Self { digits, written, meanings })
    }

    /// The two letters of its country; none if it is not certain.
    pub fn country(&self) -> Option<String> {
        let [only] = self.meanings.as_slice() else { return None };
        let number = phonenumber::parse(None, format!("+{only}")).ok()?;
        Some(number.country().id()?.as_ref().to_owned())
    }

    /// How this number relates to another of the same account.
    pub fn likeness(&self, other: &Self) -> Likeness {
        let is_same = match (self.meanings.as_slice(), other.meanings.as_slice()) {
            ([one], [another]) => one == another,
            (some, others) => some == others && self.digits == other.digits,
        };
        let may_be = self.digits == other.digits || self.meanings.iter().any(|one| other.meanings.contains(one));
        match (is_same, may_be) {
            (true, _) => Likeness::Same,
            (false, true) => Likeness::Possible,
            (false, false) => Likeness::Different,
        }
    }

    /// Whether both are one subscriber without doubt.
    pub fn is_same(&self, other: &Self) -> bool {
        self.likeness(other) == Likeness::Same
    }

    /// Whether it may mean two subscribers.
    pub fn is_ambiguous(&self) -> bool {
        self.meanings.len() > 1
    }

    /// `+` and E.164, in the spelling given; none if the number's meaning is unknown or ambiguous.
    pub fn international(&self) -> Option<String> {
        match self.written.as_slice() {
            [one] => Some(format!("+{one}")),
            _ => None,
        }
    }

    /// The digits at which a messenger reaches it, in the spelling given: a number that is in no plan may be a new one,
    /// and of two meanings one may be no mobile phone. None if both are.
    pub fn reached_at(&self) -> Option<&str> {
        match self.written.as_slice() {
            [] => Some(&self.digits),
            [one] => Some(one),
            several => {
                let mut mobile = several.iter().filter(|one| kind(one) == Some(Kind::Mobile));
                mobile.next().filter(|_| mobile.next().is_none()).map(String::as_str)
            }
        }
    }

    /// The digits by which the number is stored and looked up: of its meaning, else as written.
    pub fn key(&self) -> &str {
        match self.meanings.as_slice() {
            [one] => one,
            _ => &self.digits,
        }
    }

    /// [`Self::key`] and what earlier versions stored for the same number: the digits as written, and 7 for every 8
    /// before ten digits. What is found by them has to be compared.
    pub fn keys(&self) -> Vec<String> {
        let mut keys = spellings(self.key());
        keys.push(self.digits.clone());
        keys.extend(self.digits.strip_prefix('8').filter(|rest| rest.len() == 10).map(|rest| format!("7{rest}")));
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// The last digits, which every way of writing this number ends with.
    pub fn ending(&self) -> &str {
        self.digits.get(self.digits.len().saturating_sub(SHARED)..).unwrap_or_default()
    }

    /// The last two digits, for proofs that must not tell the number.
    pub fn hint(&self) -> &str {
        self.digits.get(self.digits.len().saturating_sub(2)..).unwrap_or_default()
    }
}

/// Whether a text looks like a phone number and nothing else, in any notation and of any length.
pub fn looks_like_one(text: &str) -> bool {
    text.chars().all(|sign| sign.is_ascii_digit() || " +-().\u{a0}".contains(sign))
}

/// Adds the plus that messengers omit before complete numbers; other texts stay as they are.
pub fn with_plus(complete: &str) -> String {
    let complete = complete.trim();
    let bare = !complete.is_empty() && complete.bytes().all(|byte| byte.is_ascii_digit());
    if bare { format!("+{complete}") } else { complete.to_owned() }
}

/// A number with its plus and country, if it is certain which one; other texts stay as they are.
pub fn complete(phone: &str, country: Option<Country>) -> String {
    if phone.starts_with('+') {
        return phone.to_owned();
    }
    Phone::parse(phone, country).and_then(|phone| phone.international()).unwrap_or_else(|| phone.to_owned())
}

/// All ways in which a complete number is written, in digits: the canonical one first.
pub fn spellings(complete: &str) -> Vec<String> {
    let canonical = canonical(complete);
    let other = match canonical.as_bytes() {
        [b'5', b'5', _, _, b'9', b'6'..=b'9', ..] if canonical.len() == 13 => {
            Some(format!("{}{}", &canonical[..4], &canonical[5..]))
        }
        [b'5', b'4', ..] if canonical.len() == 12 => Some(format!("549{}", &canonical[2..])),
        [b'5', b'2', ..] if canonical.len() == 12 => Some(format!("521{}", &canonical[2..])),
        _ => None,
    };
    std::iter::once(canonical).chain(other).collect()
}

/// The one form in which a subscriber's number is compared.
fn canonical(complete: &str) -> String {
    match complete.as_bytes() {
        bytes if !bytes.iter().all(u8::is_ascii_digit) => complete.to_owned(),
        [b'5', b'5', _, _, b'6'..=b'9', ..] if complete.len() == 12 => {
            format!("{}9{}", &complete[..4], &complete[4..])
        }
        [b'5', b'4', b'9', ..] if complete.len() == 13 => format!("54{}", &complete[3..]),
        [b'5', b'2', b'1', ..] if complete.len() == 13 => format!("52{}", &complete[3..]),
        _ => complete.to_owned(),
    }
}

/// What digits without a country may mean.
fn bare(text: &str, digits: &str, country: Option<Country>) -> Vec<String> {
    let dialled = country.and_then(|country| dialled(country, digits));
    let complete = kind(digits).map(|kind| (digits.to_owned(), kind));
    match (dialled, complete) {
        // A machine that leaves out the plus writes a row of digits, and customers of messengers have mobile phones.
        (Some(dialled), Some((complete, Kind::Mobile)))
            if canonical(&dialled) != canonical(&complete)
                && !country.is_some_and(|country| begins_with_trunk(country, text)) =>
        {
            vec![dialled, complete]
        }
        (Some(dialled), _) => vec![dialled],
        (None, Some((complete, _))) => vec![complete],
        (None, None) => Vec::new(),
    }
}

/// The part of a text from the plus or the first digit to an extension or a second number.
fn number_in(text: &str) -> &str {
    let from = text.find(|sign: char| sign.is_ascii_digit() || matches!(sign, '+' | '\u{ff0b}'));
    let text = from.map_or("", |from| &text[from..]);
    let mut digits = 0;
    let to = text.find(|sign: char| {
        digits += usize::from(sign.is_ascii_digit());
        digits >= *DIGITS.start() && (sign.is_alphabetic() || matches!(sign, ',' | ';' | '#' | '/'))
    });
    to.map_or(text, |to| &text[..to])
}

// The numbering plans of all countries: libphonenumber's metadata. Of the library only these are used, because its
// parser takes the trunk prefix from complete numbers too (`+7 800…` becomes `+7 00…`). They are loaded with the first
// number that is written without its country, once in the process.

/// What a number is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// It may be a mobile phone.
    Mobile,
    Other,
}

/// The kind of a complete number in digits; none if no country's plan has it.
fn kind(complete: &str) -> Option<Kind> {
    let kinds: Vec<Kind> = spellings(complete).iter().filter_map(|spelling| kind_of(spelling)).collect();
    kinds.iter().find(|kind| **kind == Kind::Mobile).or(kinds.first()).copied()
}

fn kind_of(complete: &str) -> Option<Kind> {
    let (plans, national) = (1..=3).find_map(|length| {
        let (code, national) = complete.split_at_checked(length)?;
        Some((DATABASE.by_code(&code.parse::<u16>().ok()?)?, national))
    })?;
    let kinds: Vec<Kind> = plans.into_iter().filter_map(|plan| kind_in(plan, national)).collect();
    kinds.iter().find(|kind| **kind == Kind::Mobile).or(kinds.first()).copied()
}

fn kind_in(plan: &Metadata, national: &str) -> Option<Kind> {
    let all = plan.descriptors();
    if !all.general().is_match(national) {
        return None;
    }
    if all.mobile().is_some_and(|mobile| mobile.is_match(national)) {
        return Some(Kind::Mobile);
    }
    let others = [
        all.fixed_line(),
        all.toll_free(),
        all.shared_cost(),
        all.premium_rate(),
        all.personal_number(),
        all.voip(),
        all.uan(),
        all.pager(),
        all.voicemail(),
    ];
    others.into_iter().flatten().any(|other| other.is_match(national)).then_some(Kind::Other)
}

/// The complete number that people in this country dial as these digits.
fn dialled(country: Country, digits: &str) -> Option<String> {
    let plan = DATABASE.by_id(country.0.as_ref())?;
    let candidates = [Some(digits.to_owned()), without_trunk(plan, digits)];
    let mut complete = candidates.into_iter().flatten().map(|national| format!("{}{national}", plan.country_code()));
    complete.find(|complete| kind(complete).is_some())
}

/// Without the prefix for calls within the country, and for Argentina without the 15 of its mobile phones.
fn without_trunk(plan: &Metadata, digits: &str) -> Option<String> {
    let Some(prefix) = plan.national_prefix_for_parsing() else {
        return digits.strip_prefix(plan.national_prefix()?).map(str::to_owned);
    };
    let found = prefix.captures(digits)?;
    let whole = found.get(0).filter(|whole| whole.start() == 0)?;
    let has_group = found.len() > 1 && found.get(found.len() - 1).is_some();
    match plan.national_prefix_transform_rule() {
        Some(rule) if has_group => Some(prefix.replace(digits, rule).into_owned()),
        _ => digits.get(whole.end()..).map(str::to_owned),
    }
}

/// Whether a text begins with the country's prefix for calls within it, standing alone: `8 (495) …`.
fn begins_with_trunk(country: Country, text: &str) -> bool {
    let first = text.split(|sign: char| !sign.is_ascii_digit()).next().unwrap_or_default();
    let plan = DATABASE.by_id(country.0.as_ref());
    plan.and_then(Metadata::national_prefix).is_some_and(|trunk| trunk == first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str, country: &str) -> Phone {
        Phone::parse(text, Country::of_code(country)).unwrap_or_else(|| panic!("{text} is no number"))
    }

    /// Text, account's country, E.164. From the countries' own numbering plans, not from what the library answers.
    const WRITTEN: &[(&str, &str, &str)] = &[
        // Russia and Kazakhstan
        ("+7 915 111-22-33", "", "79151112233"),
        ("8 (915) 111-22-33", "RU", "79151112233"),
        ("89151112233", "KZ", "79151112233"),
        ("9151112233", "RU", "79151112233"),
        ("79151112233", "", "79151112233"),
        ("79151112233", "BR", "79151112233"),
        ("007 915 111 22 33", "", "79151112233"),
        ("+7\u{a0}(915)\u{a0}111-22-33 доб. 12", "RU", "79151112233"),
        ("8 915 111-22-33, 8 916 111-22-33", "RU", "79151112233"),
        ("tel:+79151112233", "", "79151112233"),
        ("8 800 555-35-35", "RU", "78005553535"),
        ("+7 800 555-35-35", "", "78005553535"),
        ("8005553535", "RU", "78005553535"),
        ("8 (495) 123-45-67", "RU", "74951234567"),
        ("8 (4912) 34-56-78", "RU", "74912345678"),
        ("4912345678", "RU", "74912345678"),
        ("8 701 000 11 22", "KZ", "77010001122"),
        // North America
        ("(202) 555-0123", "US", "12025550123"),
        ("1-202-555-0123", "US", "12025550123"),
        ("12025550123", "RU", "12025550123"),
        ("+1.912.345.6789", "RU", "19123456789"),
        ("6045551234", "CA", "16045551234"),
        // India
        ("+91 91234 56789", "RU", "919123456789"),
        ("09123456789", "IN", "919123456789"),
        ("9123456789", "IN", "919123456789"),
        ("919123456789", "RU", "919123456789"),
        // Vietnam, Hong Kong, Turkey
        ("+84 912 345 678", "RU", "84912345678"),
        ("0912 345 678", "VN", "84912345678"),
        ("84912345678", "VN", "84912345678"),
        ("84912345678", "US", "84912345678"),
        ("9123 4567", "HK", "85291234567"),
        ("85291234567", "US", "85291234567"),
        ("0532 123 45 67", "TR", "905321234567"),
        ("5321234567", "TR", "905321234567"),
        // Brazil, Argentina, Mexico
        ("(11) 98765-4321", "BR", "5511987654321"),
        ("11 8765-4321", "BR", "5511987654321"),
        ("551187654321", "", "5511987654321"),
        ("+55 11 98765-4321", "RU", "5511987654321"),
        ("+55 11 2345-6789", "", "551123456789"),
        ("+54 9 11 2345-6789", "", "541123456789"),
        ("5491123456789", "", "541123456789"),
        ("011 15 2345-6789", "AR", "541123456789"),
        ("+52 1 55 1234 5678", "", "525512345678"),
        ("5215512345678", "", "525512345678"),
        ("55 1234 5678", "MX", "525512345678"),
        // Others
        ("+44 (0)20 7946 0958", "", "442079460958"),
        ("020 7946 0958", "GB", "442079460958"),
        ("02 3661 8300", "IT", "390236618300"),
        ("8 029 123-45-67", "BY", "375291234567"),
        ("050 123 45 67", "UA", "380501234567"),
        ("0555 123 456", "KG", "996555123456"),
        ("0151 12345678", "DE", "4915112345678"),
    ];

    #[test]
    fn a_number_means_one_subscriber_however_it_is_written() {
        for (text, country, e164) in WRITTEN {
            let phone = number(text, country);
            assert_eq!((phone.key(), phone.is_ambiguous()), (*e164, false), "{text} in {country}: {phone:?}");
            assert!(phone.is_same(&number(&format!("+{e164}"), "")), "{text}");
        }
    }

    #[test]
    fn numbers_that_end_alike_are_of_different_people() {
        let all = ["+79123456789", "+19123456789", "+919123456789", "+74912345678", "+84912345678", "+549123456789"];
        for one in all {
            for other in all {
                let likeness = number(one, "RU").likeness(&number(other, "RU"));
                assert_eq!(likeness == Likeness::Same, one == other, "{one} {other}");
                assert!(likeness != Likeness::Possible, "{one} {other}");
            }
        }
    }

    #[test]
    fn a_row_of_digits_that_two_countries_have_is_only_possibly_either() {
        for (digits, country, here, there) in [
            ("84912345678", "RU", "+74912345678", "+84912345678"),
            ("51987654321", "BR", "+5551987654321", "+51987654321"),
        ] {
            let bare = number(digits, country);
            assert!(bare.is_ambiguous() && bare.international().is_none());
            for sure in [here, there] {
                assert_eq!(bare.likeness(&number(sure, country)), Likeness::Possible, "{digits} {sure}");
            }
            // Ryazan's is a landline, Porto Alegre's a mobile phone like Peru's.
            assert_eq!(bare.reached_at(), (country == "RU").then_some("84912345678"));
            // The same text in the same account.
            assert_eq!(bare.likeness(&number(digits, country)), Likeness::Same);
            assert_eq!(bare.key(), digits);
        }
    }

    #[test]
    fn what_is_no_number_of_any_plan_is_compared_digit_by_digit() {
        let odd = number("555-01-23", "RU");
        assert_eq!((odd.key(), odd.international(), odd.reached_at()), ("5550123", None, Some("5550123")));
        assert!(odd.is_same(&number("5550123", "RU")));
        assert_eq!(odd.likeness(&number("+7 495 555-01-23", "RU")), Likeness::Different);
        assert_eq!(number("9151112233", "").likeness(&number("+79151112233", "")), Likeness::Different);
        for none in ["", "abc", "112", "anna 12345", "+", "+7 915", "+1234567890123456"] {
            assert_eq!(Phone::parse(none, Country::of_code("RU")), None, "{none}");
        }
    }

    #[test]
    fn what_messengers_wrote_stays_and_earlier_keys_are_known() {
        assert_eq!(number("551187654321", "").international().as_deref(), Some("+551187654321"));
        assert_eq!(spellings("551187654321"), ["5511987654321", "551187654321"]);
        assert_eq!(spellings("541123456789"), ["541123456789", "5491123456789"]);
        assert_eq!(spellings("5215512345678"), ["525512345678", "5215512345678"]);
        assert_eq!(spellings("551123456789"), ["551123456789"], "a landline has no ninth digit");
        assert_eq!(number("+5511987654321", "").keys(), ["551187654321", "5511987654321"]);
        assert_eq!(number("+84912345678", "").keys(), ["74912345678", "84912345678"]);
        assert_eq!(number("+79151112233", "").keys(), ["79151112233"]);
        assert_eq!(number("+55 11 98765-4321", "").ending(), number("551187654321", "").ending());
    }

    #[test]
    fn a_number_gets_its_country_if_there_is_one_answer() {
        for (given, country, stored) in [
            ("79151112233", "RU", "+79151112233"),
            ("4915112345678", "RU", "+4915112345678"),
            ("+7 915 111-22-33", "RU", "+7 915 111-22-33"),
            ("8 (915) 111-22-33", "RU", "+79151112233"),
            ("0151 12345678", "DE", "+4915112345678"),
            ("84912345678", "RU", "84912345678"),
            ("123456789", "RU", "123456789"),
            ("abc", "RU", "abc"),
            ("", "RU", ""),
        ] {
            assert_eq!(complete(given, Country::of_code(country)), stored);
        }
    }

    #[test]
    fn texts_differ_from_numbers() {
        assert!(looks_like_one("+7 (915) 111-22.33") && !looks_like_one("Anna 7915") && !looks_like_one("7915<b>"));
        assert_eq!(
            [with_plus("79151112233"), with_plus(" +7915 "), with_plus("8 (915)"), with_plus("")],
            ["+79151112233", "+7915", "8 (915)", ""]
        );
        assert_eq!((Country::of_code("ru"), Country::of_code("XX")), (Country::of_code("RU"), None));
    }
}
