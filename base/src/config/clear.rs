//! Connections that would carry secrets unencrypted: accepted as configured, with a warning.

use std::net::IpAddr;

use secrecy::ExposeSecret;
use url::Url;

use super::Config;

crate::worded! {
    /// A connection without verified TLS, with its key of the configuration.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum InClear, key {
        /// `mail.url`: the password is sent unencrypted.
        Mail = "mail.url",
        /// `database.url`: PostgreSQL on another machine, without TLS or without certificate verification.
        Database = "database.url",
    }
}

impl InClear {
    /// The value to configure instead.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Mail => "smtps://…, or smtp://…?tls=required",
            Self::Database => "…?sslmode=verify-full&sslrootcert=FILE",
        }
    }
}

/// All such connections of a configuration.
pub fn in_the_clear(config: &Config) -> Vec<InClear> {
    let mut found = Vec::new();
    if config.mail.url.as_ref().is_some_and(|url| mail(url.expose_secret())) {
        found.push(InClear::Mail);
    }
    if database(config.database.url.expose_secret()) {
        found.push(InClear::Database);
    }
    found
}

fn mail(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    // `opportunistic` falls back to plain text when an attacker removes STARTTLS from the answer.
    let sure = option(&url, "tls").is_some_and(|tls| tls == "required" || tls == "wrapper");
    url.scheme() == "smtp" && url.password().is_some() && !sure && !is_here(&url)
}

fn database(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let postgres = ["postgres", "postgresql"].contains(&url.scheme());
    let socket = option(&url, "host").is_some_and(|host| host.starts_with('/'));
    let socket = socket || url.host_str().is_some_and(|host| host.to_ascii_lowercase().starts_with("%2f"));
    let mode = option(&url, "sslmode").or_else(|| option(&url, "ssl-mode"));
    let verified = mode.is_some_and(|mode| mode == "verify-full" || mode == "verify-ca");
    postgres && !socket && !verified && !is_here(&url)
}

fn option(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Never leaves this machine.
fn is_here(url: &Url) -> bool {
    let Some(host) = url.host_str().filter(|host| !host.is_empty()) else { return true };
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// L10.
    #[test]
    fn l10_passwords_that_leave_the_machine_unprotected_are_found() {
        for url in ["smtp://u:p@mail.example:587", "smtp://u:p@mail.example?tls=opportunistic", "smtp://u:p@10.0.0.1"] {
            assert!(mail(url), "{url}");
        }
        for url in [
            "smtps://u:p@mail.example",
            "smtp://u:p@mail.example:587?tls=required",
            "smtp://localhost:25",
            "smtp://u:p@127.0.0.1:25",
            "smtp://u:p@[::1]:25",
            "smtp://relay.example:25",
        ] {
            assert!(!mail(url), "{url}");
        }
        for url in [
            "postgres://u:p@db.example/parom",
            "postgresql://u@10.1.2.3/parom?sslmode=require",
            "postgres://u:p@db/parom",
        ] {
            assert!(database(url), "{url}");
        }
        for url in [
            "sqlite://parom.db",
            "postgres://u:p@localhost/parom",
            "postgres://u:p@127.0.0.1:5432/parom",
            "postgres://u:p@[::1]/parom",
            "postgres:///parom?host=/run/postgresql",
            "postgres://%2Frun%2Fpostgresql/parom",
            "postgres://u:p@db.example/parom?sslmode=verify-full",
        ] {
            assert!(!database(url), "{url}");
        }
    }
}
