//! Gets access to an account: prints the address of the consent page, reads the address to which the browser was
//! redirected, exchanges its code for tokens and reads the account.
//!
//! Against the sandbox (`cargo run -p parom-simulator --example window`) the defaults fit:
//! `cargo run -p amocrm --example authorize`

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

mod common;

use amocrm::oauth::{OAuth, consent_url};
use amocrm::rest::Rest;
use amocrm::{HostRules, claims};
use anyhow::{Context as _, Result};
use clap::Parser;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

#[derive(Parser)]
struct Arguments {
    /// The consent page, e.g. https://www.amocrm.ru/oauth or https://www.kommo.com/oauth.
    #[arg(long, env = "AMOCRM_CONSENT_URL", default_value = "http://127.0.0.1:9100/oauth")]
    consent_url: String,
    /// The base address of an account; {host} is replaced by its host. https://{host} for the real amoCRM.
    #[arg(long, env = "AMOCRM_URL", default_value = "http://127.0.0.1:9100/accounts/{host}")]
    amocrm_url: String,
    /// Integration id.
    #[arg(long, env = "AMOCRM_CLIENT_ID", default_value = "11111111-2222-3333-4444-555555555555")]
    client_id: String,
    /// Secret key.
    #[arg(long, env = "AMOCRM_CLIENT_SECRET", default_value = "sample-client-secret", hide_env_values = true)]
    client_secret: SecretString,
    /// Redirect URI, exactly as configured in the integration.
    #[arg(long, env = "AMOCRM_REDIRECT_URI", default_value = "http://127.0.0.1:8080/oauth/callback")]
    redirect_uri: String,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let http = common::http()?;
    let state = format!("{:x}", common::now().timestamp_micros());
    println!("Open {}", consent_url(&arguments.consent_url, &arguments.client_id, &state)?);
    println!("and paste the address at which the browser ends (the page itself need not exist):");
    let mut address = String::new();
    std::io::stdin().read_line(&mut address)?;
    let target = Url::parse(address.trim())?;
    let parameter = |name: &str| target.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    anyhow::ensure!(parameter("state") == Some(state), "this address is not the answer to our question");
    let code = SecretString::from(parameter("code").context("access was not allowed")?);

    // The referer decides where the client secret goes: only to hosts of the platform.
    let rules = HostRules::new(["amocrm.ru", "amocrm.com", "kommo.com"]);
    let host = rules.parse(&parameter("referer").context("no referer")?)?;
    let base = amocrm::host::expand(&arguments.amocrm_url, &host);
    let oauth = OAuth::new(http.clone(), arguments.client_id, arguments.client_secret, arguments.redirect_uri);
    let tokens = oauth.exchange_code(&base, &code).await?;

    let account = Rest::new(http, &base)?.account(&tokens.access_token, &["amojo_id", "drive_url"]).await?;
    println!("Account {} ({}), host {host}", account.id, account.name.unwrap_or_default());
    if let Some(claims) = claims::read(&tokens.access_token) {
        println!("The token belongs to user {:?} and knows {:?} as the shared host", claims.sub, claims.api_domain);
    }
    println!("For the other examples:");
    println!("export AMOCRM_URL={base}");
    println!("export AMOCRM_TOKEN={}", tokens.access_token.expose_secret());
    println!("export AMOJO_ACCOUNT_ID={}", account.amojo_id.unwrap_or_default());
    Ok(())
}
