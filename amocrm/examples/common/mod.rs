//! An HTTP client as the crate requires it, and the machine's clock.

use std::time::Duration;

use anyhow::Result;

/// No redirects, no proxy from the environment, a connect time limit, and a User-Agent.
#[expect(clippy::disallowed_methods, reason = "an example is its own caller")]
pub fn http() -> Result<reqwest::Client> {
    // An error means that a provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(Duration::from_secs(5))
        .user_agent("amocrm-example/0.1")
        .build()?)
}

/// The machine's clock.
#[expect(clippy::disallowed_methods, reason = "an example is its own caller")]
pub fn now() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now()
}
