//! The addresses that an operator may enter for an integration. Texts, tokens and secrets go there, and an operator has
//! no right to these, so that only the configuration file can add addresses to the platform's own.

use base::config::{Config, Integration};
use url::Url;

/// The field with an address that is neither the platform's, nor one of the file's integrations, nor listed in
/// `network.integration_addresses`, nor this integration's already.
pub fn refused(
    config: &Config,
    file: &[impl AsRef<Integration>],
    before: Option<&Integration>,
    now: &Integration,
) -> Option<&'static str> {
    let listed = &config.network.integration_addresses;
    let usual = Integration::blank(now.platform);
    let known: Vec<&Integration> = file.iter().map(AsRef::as_ref).chain(before).chain([&usual]).collect();
    let is_listed = |address: &Url| listed.iter().any(|one| one.origin() == address.origin());
    let is_known = |same: &dyn Fn(&Integration) -> bool| known.iter().any(|one| same(one));
    // In the host part the placeholder would let the host of a listed address be completed to any other.
    let account = Url::parse(&now.account_url.replace("{host}", "host")).ok();
    let may_suffix = |suffix: &String| {
        is_known(&|one| one.account_hosts.contains(suffix))
            || listed.iter().any(|one| one.host_str() == Some(suffix.as_str()))
    };
    [
        ("account_hosts", now.account_hosts.iter().all(may_suffix)),
        ("consent_url", is_known(&|one| one.consent_url == now.consent_url) || is_listed(&now.consent_url)),
        ("account_url", is_known(&|one| one.account_url == now.account_url) || account.as_ref().is_some_and(is_listed)),
        ("amojo_url", is_known(&|one| one.amojo_url == now.amojo_url) || is_listed(&now.amojo_url)),
    ]
    .into_iter()
    .find_map(|(field, may)| (!may).then_some(field))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use base::config::Platform;

    use super::*;

    fn with(change: impl FnOnce(&mut Integration)) -> Integration {
        let mut one = Integration::blank(Platform::Amocrm);
        change(&mut one);
        one
    }

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn only_addresses_of_the_platform_and_the_file_are_taken() {
        let listed = "[network]\nintegration_addresses = [\"https://proxy.example\", \"http://127.0.0.1:9100\"]";
        let config = Config::from_toml(listed).unwrap();
        let file = [Arc::new(with(|one| one.amojo_url = url("https://amojo.file.example")))];
        let refused = |one: &Integration| refused(&config, &file, None, one);
        for fine in [
            with(|_| {}),
            with(|one| one.amojo_url = url("https://amojo.file.example")),
            with(|one| one.account_url = "https://proxy.example/accounts/{host}".to_owned()),
            with(|one| one.consent_url = url("http://127.0.0.1:9100/oauth")),
            with(|one| one.account_hosts = vec!["amocrm.ru".to_owned(), "proxy.example".to_owned()]),
        ] {
            assert_eq!(refused(&fine), None);
        }
        for (field, one) in [
            ("amojo_url", with(|one| one.amojo_url = url("https://evil.example"))),
            ("amojo_url", with(|one| one.amojo_url = url("http://proxy.example"))),
            ("amojo_url", with(|one| one.amojo_url = url("https://proxy.example:8443"))),
            ("consent_url", with(|one| one.consent_url = url("https://evil.example/oauth"))),
            ("account_url", with(|one| one.account_url = "https://{host}.evil.example".to_owned())),
            ("account_url", with(|one| one.account_url = "https://evil.example/{host}".to_owned())),
            ("account_url", with(|one| one.account_url = "http://{host}".to_owned())),
            ("account_url", with(|one| one.account_url = "https://proxy.example@{host}".to_owned())),
            ("account_hosts", with(|one| one.account_hosts = vec!["evil.example".to_owned()])),
            ("account_hosts", with(|one| one.account_hosts = vec!["ru".to_owned()])),
        ] {
            assert_eq!(refused(&one), Some(field), "{}", one.account_url);
        }
        // What was stored from the command line stays when an operator changes something else.
        let stored = with(|one| one.amojo_url = url("https://elsewhere.example"));
        assert_eq!(super::refused(&config, &file, Some(&stored), &stored), None);
    }
}
