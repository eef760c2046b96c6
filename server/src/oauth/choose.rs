//! Selects the integration of a callback, and decides whether its host may be called. Secrets are never tried in turn.

use domain::tenant::host_rules;
use std::sync::Arc;

use amocrm::Host;
use base::config::Integration;

/// The data of a callback that may identify its integration.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Signs<'call> {
    pub client_id: Option<&'call str>,
    /// The integration that a valid `state` was made for.
    pub of_state: Option<&'call str>,
    pub referer: &'call str,
    /// The name in the path.
    pub in_path: Option<&'call str>,
}

/// The outcome.
#[derive(Debug)]
pub(super) enum IntegrationChoice {
    One(Arc<Integration>, Host),
    /// The host is not under an allowed suffix and must not be called.
    HostRefused,
    /// The host may be called, but it is unknown whose secret to use.
    Unclear {
        host: Host,
        reason: &'static str,
    },
}

/// By `client_id`, else by `state`, else the only integration whose accounts live under that host, else by the path.
pub(super) fn choose(all: &[Arc<Integration>], signs: Signs<'_>) -> IntegrationChoice {
    let here: Vec<(&Arc<Integration>, Host)> = all
        .iter()
        .filter_map(|integration| Some((integration, host_rules(integration).parse(signs.referer).ok()?)))
        .collect();
    let Some((_, host)) = here.first() else { return IntegrationChoice::HostRefused };
    let unclear = |reason| IntegrationChoice::Unclear { host: host.clone(), reason };
    let named = match (signs.client_id, signs.of_state, here.as_slice(), signs.in_path) {
        (Some(client_id), ..) => match all.iter().find(|integration| integration.client_id == client_id) {
            Some(integration) => integration.name.as_str(),
            None => return unclear("its client_id is of no configured integration"),
        },
        (None, Some(name), ..) => name,
        (None, None, [(only, _)], _) => only.name.as_str(),
        (None, None, _, Some(name)) => name,
        (None, None, _, None) => return unclear("several integrations have accounts under this host"),
    };
    if all.iter().all(|integration| integration.name != named) {
        return unclear("it names no configured integration");
    }
    match here.into_iter().find(|(integration, _)| integration.name == named) {
        Some((integration, host)) => IntegrationChoice::One(integration.clone(), host),
        // Allowed for another integration only: this one's secret must not be sent there.
        None => IntegrationChoice::HostRefused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(blocks: &[(&str, &str, &str)]) -> Vec<Arc<Integration>> {
        let mut toml = include_str!("../../config.default.toml").to_owned();
        for (name, platform, client_id) in blocks {
            toml += &format!(
                "\n[[integration]]\nname = \"{name}\"\nplatform = \"{platform}\"\nclient_id = \"{client_id}\"\nclient_secret = \"s\"\n"
            );
        }
        let config: base::config::Config = config::Config::builder()
            .add_source(config::File::from_str(&toml, config::FileFormat::Toml))
            .build()
            .unwrap()
            .try_deserialize()
            .unwrap();
        config.integrations.into_iter().map(Arc::new).collect()
    }

    fn name(choice: IntegrationChoice) -> String {
        match choice {
            IntegrationChoice::One(integration, host) => format!("{} {host}", integration.name),
            IntegrationChoice::HostRefused => "refused".into(),
            IntegrationChoice::Unclear { host, .. } => format!("unclear {host}"),
        }
    }

    fn at<'a>(referer: &'a str) -> Signs<'a> {
        Signs { referer, ..Signs::default() }
    }

    #[test]
    fn client_id_then_state_then_platform_then_path() {
        let config = config(&[("ru", "amocrm", "id-ru"), ("com", "kommo", "id-com"), ("ru2", "amocrm", "id-ru2")]);
        let by_id = Signs { client_id: Some("id-ru2"), of_state: Some("ru"), ..at("a.amocrm.ru") };
        assert_eq!(name(choose(&config, by_id)), "ru2 a.amocrm.ru");
        let by_state = Signs { of_state: Some("ru2"), in_path: Some("ru"), ..at("a.amocrm.ru") };
        assert_eq!(name(choose(&config, by_state)), "ru2 a.amocrm.ru");
        assert_eq!(name(choose(&config, at("a.kommo.com"))), "com a.kommo.com");
        let by_path = Signs { in_path: Some("ru"), ..at("https://a.amocrm.ru/") };
        assert_eq!(name(choose(&config, by_path)), "ru a.amocrm.ru");
        assert_eq!(name(choose(&config, at("a.amocrm.ru"))), "unclear a.amocrm.ru");
    }

    #[test]
    fn a_secret_goes_only_where_its_integration_may_go() {
        let config = config(&[("ru", "amocrm", "id-ru"), ("com", "kommo", "id-com")]);
        for host in ["a.example.org", "a.amocrm.ru.evil.org", "a.amocrm.ru:444", "x@a.amocrm.ru", "127.0.0.1", ""] {
            assert_eq!(name(choose(&config, Signs { client_id: Some("id-ru"), ..at(host) })), "refused", "{host}");
        }
        let crossed = Signs { client_id: Some("id-ru"), ..at("a.kommo.com") };
        assert_eq!(name(choose(&config, crossed)), "refused");
        let foreign = Signs { client_id: Some("id-other"), ..at("a.amocrm.ru") };
        assert_eq!(name(choose(&config, foreign)), "unclear a.amocrm.ru");
        let unknown_path = Signs { in_path: Some("nobody"), ..at("a.amocrm.ru") };
        assert_eq!(name(choose(&config, unknown_path)), "ru a.amocrm.ru");
    }
}
