//! Numbers as they are written, against what they are by the plans of their countries.

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
    for (digits, country, here, there) in
        [("84912345678", "RU", "+74912345678", "+84912345678"), ("51987654321", "BR", "+5551987654321", "+51987654321")]
    {
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
