//! The allowed origins: those of account hosts, one label under a configured suffix, over https. A local amoCRM
//! (`account_url` is http on loopback) is one origin for all accounts.

use base::config::{Integration, Integrations};
use domain::tenant::host_rules;
use url::{Host, Url};

/// Whether a page of this origin may call at all.
pub(super) fn is_allowed(integrations: &Integrations, origin: &str) -> bool {
    integrations.all().iter().any(|integration| {
        let account = origin.strip_prefix("https://").is_some_and(|host| is_host(integration, host));
        account || is_local(integration, origin)
    })
}

/// Whether a page of this origin may show the account of `host`.
pub(super) fn shows(integration: &Integration, origin: &str, host: &str) -> bool {
    origin.strip_prefix("https://").is_some_and(|own| own == host) || is_local(integration, origin)
}

/// Compares in the form that browsers send: lower case, without port.
fn is_host(integration: &Integration, host: &str) -> bool {
    host_rules(integration).parse(host).is_ok_and(|parsed| parsed.as_str() == host)
}

fn is_local(integration: &Integration, origin: &str) -> bool {
    local(integration).is_some_and(|local| local == origin)
}

/// The origin of a local amoCRM; `None` for the real one.
fn local(integration: &Integration) -> Option<String> {
    let of = |host: &str| Url::parse(&integration.account_url.replace("{host}", host)).ok();
    let (one, other) = (of("one.example")?, of("other.example")?);
    let loopback = match one.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let fits = one.scheme() == "http" && loopback && one.origin() == other.origin();
    fits.then(|| one.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use base::config::Config;

    use super::*;

    fn config(account_url: &str) -> Integrations {
        let text = format!(
            "[[integration]]\nname = \"main\"\nplatform = \"amocrm\"\nclient_id = \"c\"\nclient_secret = \"s\"\naccount_url = \"{account_url}\"\n"
        );
        Integrations::new(&Config::from_toml(&text).unwrap())
    }

    #[test]
    fn only_pages_of_account_hosts_get_in() {
        let real = config("https://{host}");
        assert!(is_allowed(&real, "https://acme.amocrm.ru"));
        for other in [
            "https://acme.amocrm.ru/",
            "https://acme.amocrm.ru:8443",
            "http://acme.amocrm.ru",
            "https://ACME.amocrm.ru",
            "https://amocrm.ru",
            "https://a.b.amocrm.ru",
            "https://acme.amocrm.ru.evil.example",
            "https://evilamocrm.ru",
            "https://acme.kommo.com",
            "https://user@acme.amocrm.ru",
            "https://https://acme.amocrm.ru",
            "http://127.0.0.1:9100",
            "null",
            "",
            "*",
        ] {
            assert!(!is_allowed(&real, other), "{other}");
        }
    }

    #[test]
    fn a_local_amocrm_is_one_page_for_all() {
        let local = config("http://127.0.0.1:9100/accounts/{host}");
        assert!(is_allowed(&local, "http://127.0.0.1:9100") && is_allowed(&local, "https://acme.amocrm.ru"));
        for other in ["http://127.0.0.1:9101", "http://127.0.0.1", "https://127.0.0.1:9100", "http://localhost:9100"] {
            assert!(!is_allowed(&local, other), "{other}");
        }
        let integration = &local.all()[0];
        assert!(shows(integration, "http://127.0.0.1:9100", "acme.amocrm.ru"));
        assert!(shows(integration, "https://acme.amocrm.ru", "acme.amocrm.ru"));
        assert!(!shows(integration, "https://other.amocrm.ru", "acme.amocrm.ru"));
        for real in ["http://stub.example/accounts/{host}", "https://127.0.0.1:9100/{host}", "http://{host}:9100"] {
            assert_eq!(super::local(&config(real).all()[0]), None, "{real}");
        }
    }
}
