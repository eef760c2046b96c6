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

mod plan;
#[cfg(test)]
mod tests;

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
                let mut mobile = several.iter().filter(|one| plan::kind(one) == Some(plan::Kind::Mobile));
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
    let dialled = country.and_then(|country| plan::dialled(country, digits));
    let complete = plan::kind(digits).map(|kind| (digits.to_owned(), kind));
    match (dialled, complete) {
        // A machine that leaves out the plus writes a row of digits, and customers of messengers have mobile phones.
        (Some(dialled), Some((complete, plan::Kind::Mobile)))
            if canonical(&dialled) != canonical(&complete)
                && !country.is_some_and(|country| plan::begins_with_trunk(country, text)) =>
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
