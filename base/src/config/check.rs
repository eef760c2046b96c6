//! Rules that types cannot express. Each message names the key and a valid value, and contains no secret; the messages
//! are in `locales/*/configuration.ftl`.

use std::collections::BTreeSet;
use std::fmt::Display;

use secrecy::ExposeSecret;
use url::{Host, Url};
use uuid::Uuid;

use super::rule::{
    at_least, at_most, broken, from_to, not_a_connector, not_an_address, path_segment, rule, secret, web,
};
use super::{
    Alerts, CONNECTORS, Channel, Config, ConfigError, Customers, CustomersMode, Database, Integration, LimitsConfig,
    Mail, Plan, Rates, Retention,
};
use crate::i18n::LocalizedText;

/// Checks the whole configuration; the first violation is the error.
pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    listen("server.listen", &config.server.listen)?;
    if let Some(address) = &config.server.ops_listen {
        listen("server.ops_listen", address)?;
    }
    public_url(&config.server.public_url)?;
    database(&config.database)?;
    secret("secrets.key", config.secrets.key.as_ref())?;
    messengers(config)?;
    super::proxies::check(config)?;
    for (key, address) in
        [("vendor.support_url", &config.vendor.support_url), ("vendor.privacy_url", &config.vendor.privacy_url)]
    {
        if !address.is_empty() {
            web(key, &Url::parse(address).map_err(|error| broken(key, not_an_address(&error)))?)?;
        }
    }
    if let Some(contact) = config.vendor.security_address() {
        let known = ["https://", "mailto:", "tel:"].iter().any(|scheme| contact.starts_with(scheme));
        let whole =
            !contact.contains(char::is_whitespace) && (contact.contains('@') || !contact.starts_with("mailto:"));
        rule("vendor.security_contact", known && whole, "config-security-contact")?;
    }
    customers(&config.customers)?;
    from_to("limits.visitors_percent", config.limits.visitors_percent, 0..=100)?;
    limits(&config.limits)?;
    rates(&config.rates)?;
    super::sections::check_media(&config.media)?;
    retention(&config.retention)?;
    super::plans::check(config)?;
    at_least("import.file_mb", config.import.file_mb, 1)?;
    mail(&config.mail)?;
    alerts(&config.alerts)?;
    if let Some(url) = &config.telemetry.otlp_url {
        base_address("telemetry.otlp_url", url)?;
    }
    from_to("telemetry.trace_share", config.telemetry.trace_share.unwrap_or(1.0), 0.0..=1.0)?;
    super::vendor::check(&config.vendor_webhooks)?;
    if let Some(filter) = &config.telemetry.log {
        let read = tracing_subscriber::EnvFilter::try_new(filter);
        read.map_err(|error| {
            broken("telemetry.log", LocalizedText::new("config-filter").with("reason", error.to_string()))
        })?;
    }
    integrations(&config.integrations, &config.plan_list.get())
}

fn messengers(config: &Config) -> Result<(), ConfigError> {
    base_address("telegram.api_url", &config.telegram.api_url)?;
    base_address("whatsapp.api_url", &config.whatsapp.api_url)?;
    base_address("max.api_url", &config.max.api_url)?;
    base_address("vk.api_url", &config.vk.api_url)?;
    base_address("avito.api_url", &config.avito.api_url)?;
    base_address("metrica.api_url", &config.metrica.api_url)?;
    for (name, meta) in [("instagram", &config.instagram), ("facebook", &config.facebook)] {
        base_address(format!("{name}.api_url"), &meta.api_url)?;
        let is_safe = !meta.trust_settings || !is_metas(&meta.api_url);
        rule(format!("{name}.trust_settings"), is_safe, "config-trust-settings")?;
    }
    match config.max.root() {
        Some(file) => super::certificates(file).map(drop).map_err(|problem| broken("max.ca_file", problem)),
        None => Ok(()),
    }
}

/// Whether an address leads to Meta's own servers.
fn is_metas(url: &Url) -> bool {
    let Some(Host::Domain(host)) = url.host() else { return false };
    ["facebook.com", "instagram.com"].iter().any(|domain| {
        host.trim_end_matches('.').strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

fn listen(key: &str, address: &str) -> Result<(), ConfigError> {
    let (host, port) = address.rsplit_once(':').unwrap_or((address, ""));
    let host_fits = !host.is_empty() && (host.starts_with('[') == host.contains(':')) && !host.contains('/');
    rule(key, host_fits && port.parse::<u16>().is_ok(), "config-listen")
}

/// An address that paths are appended to.
fn base_address(key: impl Display, url: &Url) -> Result<(), ConfigError> {
    web(&key, url)?;
    rule(key, url.query().is_none() && url.fragment().is_none(), "config-no-query")
}

fn public_url(url: &Url) -> Result<(), ConfigError> {
    base_address("server.public_url", url)?;
    rule("server.public_url", url.path() == "/", "config-no-path")
}

fn database(database: &Database) -> Result<(), ConfigError> {
    let url = database.url.expose_secret();
    let known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
    rule("database.url", known, "config-database-url")?;
    at_least("database.max_connections", database.max_connections, 2)
}

fn customers(customers: &Customers) -> Result<(), ConfigError> {
    if let Some(url) = &customers.verify_url {
        web("customers.verify_url", url)?;
    }
    secret("customers.verify_secret", customers.verify_secret.as_ref())?;
    if customers.mode != CustomersMode::Remote {
        return Ok(());
    }
    rule("customers.verify_url", customers.verify_url.is_some(), "config-needed-remote")?;
    rule("customers.verify_secret", customers.verify_secret.is_some(), "config-needed-remote")
}

fn limits(limits: &LimitsConfig) -> Result<(), ConfigError> {
    for (key, value) in [
        ("limits.sources_per_tenant", limits.sources_per_tenant),
        ("limits.connections_per_address", limits.connections_per_address),
        ("limits.requests_per_address", limits.requests_per_address),
        ("limits.uploads_per_address", limits.uploads_per_address),
        ("limits.uploads_per_visitor", limits.uploads_per_visitor),
        ("limits.streams_per_address", limits.streams_per_address),
        ("limits.body_seconds", limits.body_seconds),
        ("limits.upload_idle_seconds", limits.upload_idle_seconds),
        ("limits.upload_bytes_per_second", limits.upload_bytes_per_second),
    ] {
        at_least(key, value, 1)?;
    }
    Ok(())
}

fn mail(mail: &Mail) -> Result<(), ConfigError> {
    secret("mail.url", mail.url.as_ref())?;
    let Some(url) = &mail.url else { return Ok(()) };
    let known = ["smtp://", "smtps://"].iter().any(|scheme| url.expose_secret().starts_with(scheme));
    rule("mail.url", known, "config-smtp")?;
    rule("mail.from", mail.from.as_deref().is_some_and(|from| from.contains('@')), "config-mail-from")
}

fn alerts(alerts: &Alerts) -> Result<(), ConfigError> {
    secret("alerts.telegram_token", alerts.telegram_token.as_ref())?;
    at_most("alerts.limit_percent", alerts.limit_percent, 100)
}

fn rates(rates: &Rates) -> Result<(), ConfigError> {
    for (key, rate) in [
        ("rates.chats_start", rates.chats_start),
        ("rates.chats_floor", rates.chats_floor),
        ("rates.chats_ceiling", rates.chats_ceiling),
        ("rates.rest_per_account", rates.rest_per_account),
        ("rates.installs", rates.installs),
    ] {
        rule(key, rate.is_finite() && rate > 0.0, "config-rate")?;
    }
    rule("rates.chats_floor", rates.chats_floor <= rates.chats_start, "config-rate-floor")?;
    rule("rates.chats_ceiling", rates.chats_start <= rates.chats_ceiling, "config-rate-ceiling")
}

/// Days for which ids are kept at least (docs/operations.md#what-is-kept-how-long).
const LEAST_IDS_DAYS: u32 = 45;

fn retention(retention: &Retention) -> Result<(), ConfigError> {
    for (key, days) in [
        ("retention.hooks_days", retention.hooks_days),
        ("retention.attempts_days", retention.attempts_days),
        ("retention.undelivered_days", retention.undelivered_days),
        ("retention.texts_days", retention.texts_days),
        ("retention.audit_days", retention.audit_days),
    ] {
        at_least(key, days, 1)?;
    }
    rule("retention.ids_days", retention.ids_days >= LEAST_IDS_DAYS, "config-ids-days")?;
    let longest = retention.texts_days.max(retention.undelivered_days).max(retention.ids_days);
    let longest = longest.max(retention.attempts_days);
    rule("retention.messages_days", retention.messages_days >= longest, "config-messages-days")
}

/// Checks integrations; their channels may name these plans.
pub(super) fn integrations(integrations: &[Integration], plans: &[Plan]) -> Result<(), ConfigError> {
    let (mut names, mut client_ids, mut channels) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (place, integration) in integrations.iter().enumerate() {
        let key = |name: &str| format!("integration[{place}].{name}");
        rule(key("name"), path_segment(&integration.name), "config-name")?;
        rule(key("name"), names.insert(&integration.name), "config-taken-integration")?;
        rule(key("client_id"), !integration.client_id.trim().is_empty(), "config-empty")?;
        rule(key("client_id"), client_ids.insert(&integration.client_id), "config-taken-integration")?;
        secret(key("client_secret"), Some(&integration.client_secret))?;
        secret(key("previous_client_secret"), integration.previous_client_secret.as_ref())?;
        addresses(&key, integration)?;
        if let Some(brand) = &integration.brand {
            super::brand::check(&key, brand)?;
        }
        for (position, channel) in integration.channels.iter().enumerate() {
            let key = |name: &str| format!("integration[{place}].channel[{position}].{name}");
            self::channel(&key, channel)?;
            for (position, name) in channel.allowed_plans.iter().enumerate() {
                let known = plans.iter().any(|plan| plan.name == *name);
                rule(key(&format!("allowed_plans[{position}]")), known, "config-plan")?;
            }
            rule(key("id"), channels.insert(channel.id.to_ascii_lowercase()), "config-taken-channel")?;
        }
    }
    Ok(())
}

fn addresses(key: &impl Fn(&str) -> String, integration: &Integration) -> Result<(), ConfigError> {
    rule(key("account_hosts"), !integration.account_hosts.is_empty(), "config-hosts")?;
    for (position, host) in integration.account_hosts.iter().enumerate() {
        let domain = matches!(Host::parse(host), Ok(Host::Domain(name)) if name == *host);
        let fits = domain && !host.starts_with('.') && !host.ends_with('.');
        rule(key(&format!("account_hosts[{position}]")), fits, "config-host")?;
    }
    web(key("consent_url"), &integration.consent_url)?;
    base_address(key("amojo_url"), &integration.amojo_url)?;
    rule(key("account_url"), integration.account_url.contains("{host}"), "config-account-url")?;
    let example = integration.account_base("example.amocrm.ru");
    let example = example.map_err(|error| broken(key("account_url"), not_an_address(&error)))?;
    base_address(key("account_url"), &example)
}

fn channel(key: &impl Fn(&str) -> String, channel: &Channel) -> Result<(), ConfigError> {
    let id = channel.id.len() == 36 && Uuid::try_parse(&channel.id).is_ok();
    rule(key("id"), id, "config-channel-id")?;
    rule(key("code"), !channel.code.trim().is_empty(), "config-empty")?;
    secret(key("secret"), Some(&channel.secret))?;
    secret(key("previous_secret"), channel.previous_secret.as_ref())?;
    let mut seen = BTreeSet::new();
    for (position, connector) in channel.connectors.iter().enumerate() {
        let key = key(&format!("connectors[{position}]"));
        if !CONNECTORS.contains(&connector.as_str()) {
            return Err(broken(key, not_a_connector()));
        }
        rule(key, seen.insert(connector), "config-connector-twice")?;
    }
    if let Some(bot) = &channel.bot {
        rule(key("bot.id"), !bot.id.is_empty(), "config-empty")?;
        rule(key("bot.client_id"), !bot.client_id.is_empty(), "config-empty")?;
    }
    rule(key("time_window_seconds"), channel.time_window_seconds != Some(0), "config-window")
}
