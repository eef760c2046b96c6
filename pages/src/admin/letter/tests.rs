//! The e-mail is a contract: its whole text is in a file beside this one.

use super::*;

const CONFIG: &str = r#"
[server]
public_url = "https://parom.example"
[vendor]
name = "Ferry Ltd"
legal_entity = "Ferry Limited, reg. 1234567"
support_email = "support@vendor.example"
[[integration]]
name = "main"
platform = "amocrm"
client_id = "5f1d2a4e-93a5-4c0e-8a4f-0c1f4be3a111"
client_secret = "integration-secret-canary"
[integration.widget]
code = "parom_widget"
[[integration.channel]]
id = "344a5002-f8ca-454d-af3d-396180102ac7"
code = "amo.ext.30490163"
secret = "channel-secret-canary"
allowed_accounts = ["12345678", "87654321"]
time_window_seconds = 86400
reactions = ["👍", "😳"]
[[integration]]
name = "k"
platform = "kommo"
client_id = "6f1d2a4e-93a5-4c0e-8a4f-0c1f4be3a111"
client_secret = "x"
[[integration.channel]]
id = "444a5002-f8ca-454d-af3d-396180102ac7"
code = "kommo.ext.1"
secret = "x"
title = "1Паром"
public = true
write_first = false
time_window_seconds = 3600
block_after_window = true
reactions = "off"
voice = false
typing_hooks = false
"#;

fn written(config: &str, integration: usize, registered: bool, language: Language) -> RegistrationLetter {
    let config = Config::from_toml(config).unwrap();
    let integration = &config.integrations[integration];
    let channel = integration.channels.first().filter(|_| registered);
    write(LetterSubject { config: &config, integration, channel, registered: true }, language).unwrap()
}

fn whole(letter: &RegistrationLetter) -> String {
    format!("{}\n\n{}\n", letter.subject, letter.body)
}

#[test]
fn the_letter_answers_all_questions_in_both_languages() {
    let english = written(CONFIG, 0, true, Language::En);
    assert_eq!(whole(&english), include_str!("letter_en.txt"));
    assert_eq!(english.gaps, []);
    let russian = written(CONFIG, 0, true, Language::Ru);
    assert_eq!(whole(&russian), include_str!("letter_ru.txt"));
    for letter in [english, russian] {
        assert!(!whole(&letter).contains("canary") && !whole(&letter).contains('\u{a0}'));
        for number in 1..=14 {
            assert!(letter.body.contains(&format!("\n{number}. ")), "{number}");
        }
        assert!(!letter.body.contains("\n15. "));
    }
}

#[test]
fn kommo_is_asked_in_its_own_way() {
    let letter = written(CONFIG, 1, true, Language::En);
    assert_eq!(whole(&letter), include_str!("letter_kommo.txt"));
    let keys: Vec<&str> = letter.gaps.iter().map(|gap| gap.key.as_str()).collect();
    assert_eq!(keys, ["integration \"k\": channel.title", "integration \"k\": widget.code"]);
}

#[test]
fn a_channel_that_is_not_registered_is_asked_for() {
    let letter = written(CONFIG, 0, false, Language::En);
    assert!(letter.body.contains("We would like to register"), "{}", letter.body);
    assert_eq!(letter.gaps.len(), 1, "which accounts: {:?}", letter.gaps);
    // The only channel's facts are used for a new one.
    let config = Config::from_toml(CONFIG).unwrap();
    let integration = &config.integrations[0];
    let about = LetterSubject { config: &config, integration, channel: model(integration), registered: false };
    let letter = write(about, Language::En).unwrap();
    assert!(letter.body.contains("We would like to register") && letter.body.contains("12. Reactions: 👍😳"));
    assert_eq!(letter.gaps, []);
}

#[test]
fn addresses_unreachable_from_outside_are_recognised() {
    for (address, well) in [
        ("https://parom.example", true),
        ("https://203.0.113.7", true),
        ("http://parom.example", false),
        ("https://localhost", false),
        ("https://parom.local", false),
        ("https://192.168.0.7", false),
        ("https://127.0.0.1:8443", false),
        ("https://[::1]", false),
    ] {
        assert_eq!(reachable(&Url::parse(address).unwrap()), well, "{address}");
    }
    for (name, well) in [("Parom", true), ("Parom 2.0", true), ("2Parom", false), ("Паром", false), ("", false)] {
        assert_eq!(latin(name), well, "{name}");
    }
}
