//! The numbering plans of all countries: libphonenumber's metadata. Of the library only these are used, because its
//! parser takes the trunk prefix from complete numbers too (`+7 800…` becomes `+7 00…`). They are loaded with the first
//! number that is written without its country, once in the process.

use phonenumber::Metadata;
use phonenumber::metadata::DATABASE;

use super::{Country, spellings};

/// What a number is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It may be a mobile phone.
    Mobile,
    Other,
}

/// The kind of a complete number in digits; none if no country's plan has it.
pub(super) fn kind(complete: &str) -> Option<Kind> {
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
pub(super) fn dialled(country: Country, digits: &str) -> Option<String> {
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
pub(super) fn begins_with_trunk(country: Country, text: &str) -> bool {
    let first = text.split(|sign: char| !sign.is_ascii_digit()).next().unwrap_or_default();
    let plan = DATABASE.by_id(country.0.as_ref());
    plan.and_then(Metadata::national_prefix).is_some_and(|trunk| trunk == first)
}
