//! Which hosts are let through.

use amocrm::host::{HostRefused, HostRules, expand};
use proptest::prelude::*;

fn rules() -> HostRules {
    HostRules::new(["amocrm.ru", ".KOMMO.com"])
}

#[test]
fn accepted() {
    for (text, host) in [
        ("acme.amocrm.ru", "acme.amocrm.ru"),
        ("ACME.AmoCRM.ru", "acme.amocrm.ru"),
        ("https://acme.amocrm.ru", "acme.amocrm.ru"),
        ("HTTPS://acme.amocrm.ru/", "acme.amocrm.ru"),
        ("api-x.amocrm.ru", "api-x.amocrm.ru"),
        ("a.kommo.com", "a.kommo.com"),
        ("1-2.kommo.com", "1-2.kommo.com"),
    ] {
        assert_eq!(rules().parse(text).unwrap().as_str(), host, "{text}");
    }
    let longest = format!("{}.amocrm.ru", "a".repeat(63));
    assert_eq!(rules().parse(&longest).unwrap().as_str(), longest);
}

#[test]
fn refused() {
    let too_long = format!("{}.amocrm.ru", "a".repeat(64));
    for text in [
        "",
        " ",
        "amocrm.ru",
        ".amocrm.ru",
        "..amocrm.ru",
        "a.b.amocrm.ru",
        "evilamocrm.ru",
        "-a.amocrm.ru",
        "a-.amocrm.ru",
        "a_b.amocrm.ru",
        "acme.amocrm.ru.",
        "acme.amocrm.ru:443",
        "user@acme.amocrm.ru",
        "https://user:pw@acme.amocrm.ru",
        "https://acme.amocrm.ru:443/",
        "https://acme.amocrm.ru/x",
        "https://acme.amocrm.ru//",
        "https://acme.amocrm.ru?x",
        "https://acme.amocrm.ru#x",
        "acme.amocrm.ru/",
        "http://acme.amocrm.ru",
        "//acme.amocrm.ru",
        "https://https://acme.amocrm.ru",
        "127.0.0.1",
        "[::1]",
        "acme.amocrm.ru.evil.com",
        "evil.com/acme.amocrm.ru",
        "evil.com#acme.amocrm.ru",
        "evil.com\\acme.amocrm.ru",
        "аcme.amocrm.ru",
        "acme.amocrm.ru\n",
        " acme.amocrm.ru",
        "acme\0.amocrm.ru",
        "acme%2eamocrm.ru",
        "acme。amocrm.ru",
        "ac\u{212a}.amocrm.ru",
        &too_long,
    ] {
        assert!(rules().parse(text).is_err(), "{text:?}");
    }
    assert_eq!(rules().parse("acme.amocrm.com"), Err(HostRefused::Suffix));
    assert_eq!(rules().parse("a.b.amocrm.ru"), Err(HostRefused::Label));
    assert_eq!(rules().parse("acme.amocrm.ru:1"), Err(HostRefused::NotBare));
    assert!(HostRules::new([""]).parse("acme.").is_err());
}

#[test]
fn templates() {
    let host = rules().parse("acme.amocrm.ru").unwrap();
    assert_eq!(expand("https://{host}", &host), "https://acme.amocrm.ru");
    assert_eq!(expand("http://127.0.0.1:9100/accounts/{host}", &host), "http://127.0.0.1:9100/accounts/acme.amocrm.ru");
    assert_eq!(serde_json::to_string(&host).unwrap(), "\"acme.amocrm.ru\"");
}

fn safe(text: &str) -> Result<(), TestCaseError> {
    if let Ok(host) = rules().parse(text) {
        let host = host.as_str();
        prop_assert!(host.ends_with(".amocrm.ru") || host.ends_with(".kommo.com"));
        prop_assert!(host.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-')));
        prop_assert_eq!(host.matches('.').count(), 2);
        let url = url::Url::parse(&format!("https://{host}/")).unwrap();
        prop_assert_eq!(url.host_str(), Some(host));
    }
    Ok(())
}

#[test]
fn shared_hosts() {
    assert_eq!(rules().api("api-b.amocrm.ru").unwrap().as_str(), "api-b.amocrm.ru");
    assert_eq!(rules().drive("https://drive-b.kommo.com").unwrap().as_str(), "drive-b.kommo.com");
    for text in [
        "api-.amocrm.ru",
        "api.amocrm.ru",
        "api-a-b.amocrm.ru",
        "acme.amocrm.ru",
        "drive-b.amocrm.ru",
        "api-b.evil.com",
    ] {
        assert!(rules().api(text).is_err(), "{text}");
    }
    assert!(rules().drive("https://drive-b.amocrm.ru.evil.com").is_err());
    assert!(rules().drive("https://api-b.amocrm.ru").is_err());
}

proptest! {
    #[test]
    fn anything(text in any::<String>()) {
        safe(&text)?;
    }

    #[test]
    fn nearly_a_host(text in "(https?://)?[a-zA-Z0-9.@:/\\[\\]%_ -]{0,12}\\.?(amocrm\\.ru|kommo\\.com)[./:a-z0-9]{0,4}") {
        safe(&text)?;
    }

    #[test]
    fn every_proper_label(label in "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?") {
        let host = format!("{label}.amocrm.ru");
        prop_assert!(rules().parse(&host).is_ok());
    }
}
