use super::*;
use crate::error_catalog::WHATSAPP;

/// Meta's codes with their rows, in the order of the documents.
const CODES: &[(&str, &[u32])] = &[
    ("w1", &[131_047]),
    ("w2", &[131_026]),
    ("w3", &[131_049]),
    ("w4", &[131_050]),
    ("w5", &[130_472]),
    ("w6", &[131_056]),
    ("w7", &[130_429]),
    ("w8", &[80_007]),
    ("w9", &[4]),
    ("w10", &[131_048]),
    ("w11", &[131_016]),
    ("w12", &[131_000]),
    ("w13", &[1]),
    ("w14", &[2]),
    ("w15", &[133_004]),
    ("w16", &[131_057]),
    ("w17", &[0]),
    ("w18", &[190]),
    ("w19", &[3]),
    ("w20", &[10]),
    ("w21", &[200, 210, 299]),
    ("w22", &[131_005]),
    ("w23", &[33]),
    ("w24", &[100]),
    ("w25", &[131_008]),
    ("w26", &[131_009]),
    ("w27", &[131_021]),
    ("w28", &[131_030]),
    ("w29", &[131_031]),
    ("w30", &[368]),
    ("w31", &[130_497]),
    ("w32", &[131_037]),
    ("w33", &[131_042]),
    ("w34", &[131_045]),
    ("w35", &[133_010]),
    ("w36", &[133_005]),
    ("w37", &[133_006]),
    ("w38", &[133_008, 133_009]),
    ("w39", &[133_015]),
    ("w40", &[133_016]),
    ("w41", &[131_051]),
    ("w42", &[131_052]),
    ("w43", &[131_053]),
    ("w44", &[131_055]),
    ("w45", &[131_060]),
    ("w46", &[131_062]),
    ("w47", &[132_000]),
    ("w48", &[132_001]),
    ("w49", &[132_005]),
    ("w50", &[132_007]),
    ("w51", &[132_012]),
    ("w52", &[132_015]),
    ("w53", &[132_016]),
    ("w54", &[132_068, 132_069]),
    ("w55", &[134_101]),
    ("w56", &[134_102]),
    ("w57", &[135_000]),
    ("w58", &[2_388_019]),
    ("w59", &[2_388_293]),
    ("w60", &[2_388_299]),
    ("w61", &[2_593_109]),
    ("401", &[401]),
    ("429", &[429]),
    ("5xx", &[500, 502, 599]),
    ("other", &[131_999, 132_999, 400, 404, 9_999_999]),
];

/// Rows that no answer contains.
const NOT_ANSWERED: [&str; 2] = ["w62", "w63"];

#[test]
fn every_code_finds_its_row() {
    for (id, codes) in CODES {
        for code in *codes {
            let found = WHATSAPP.find(*code, "whatever Meta says").unwrap_or_else(|| panic!("{code}"));
            assert_eq!(found.id, *id, "{code}");
            let answer = format!(r#"{{"error":{{"code":{code},"message":"x"}}}}"#);
            assert_eq!(WHATSAPP.of_answer(400, &answer), Some(found), "{code}: by a stored answer");
        }
    }
    assert_eq!(WHATSAPP.of_answer(502, "<html>").map(|row| row.id), Some("5xx"));
    assert_eq!(WHATSAPP.known(404), None);
}

#[test]
fn every_row_has_a_code_and_words() {
    for row in WHATSAPP.rows.iter().chain(WHATSAPP.defaults) {
        let tried = CODES.iter().any(|(id, _)| *id == row.id) || NOT_ANSWERED.contains(&row.id);
        assert!(tried, "{} has no code", row.id);
        for language in Language::ALL {
            let words = Words::new(language);
            assert!(words.has(row.key()), "{}", row.key());
            let text = row.failure(words).text;
            assert!(text.chars().count() <= 120, "amoCRM shows 120 characters: {text}");
        }
        if row.class == RefusalClass::Pause {
            let reason = base::i18n::LocalizedText::new(row.key());
            let stored = base::i18n::LocalizedText::stored(&reason.to_string());
            assert_eq!(stored.to_string(), reason.to_string());
            let russian = Words::new(Language::Ru);
            assert_eq!(
                stored.in_words(russian, "amoCRM"),
                row.failure(russian).text,
                "{}: a pause is shown in any language",
                row.id
            );
        }
    }
    assert_eq!(WHATSAPP.rows.len(), 63);
}

#[test]
fn codes_of_amocrm_are_those_of_the_documents() {
    let code = |id| WHATSAPP.row(id).unwrap().failure(Words::new(Language::En)).code.amocrm_code();
    for (id, amocrm) in [
        ("w1", 905),
        ("w2", 904),
        ("w3", 905),
        ("w6", 903),
        ("w18", 902),
        ("w27", 904),
        ("w33", 902),
        ("w43", 905),
        ("w48", 905),
        ("other", 905),
        ("5xx", 903),
    ] {
        assert_eq!(code(id), amocrm, "{id}");
    }
}
