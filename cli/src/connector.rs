//! `parom connector check`: checks a developer's endpoint against the documentation.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use base::clock::Clock;
use base::config::{HostOrNet, NetworkConfig};
use base::http_client::HttpClients;
use base::i18n::{CRM, Language, LocalizedText, Words};
use clap::Subcommand;
use connectors::custom::check::{CheckResult, Endpoint, check};
use ipnet::IpNet;
use secrecy::SecretString;
use serde_json::json;
use url::Url;

use crate::terminal;

/// Networks that `--private` allows: this machine and its local networks.
const PRIVATE: [&str; 6] = ["127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"];

#[derive(Debug, Subcommand)]
pub enum ConnectorCommand {
    /// Sends the webhook endpoint of your messenger everything Parom sends, and requests that it must reject; exits 1
    /// if a check fails
    Check {
        /// URL of the endpoint, as in `settings.webhook_url`
        #[arg(long)]
        url: Url,
        /// The endpoint's `whsec_…` secret; set it in the environment to keep it out of the process list
        #[arg(long, env = "PAROM_WEBHOOK_SECRET", hide_env_values = true, value_parser = secret)]
        key: SecretString,
        /// Your id of a conversation for test messages [default: the one the endpoint starts, else a made-up one]
        #[arg(long, value_name = "ID")]
        conversation: Option<String>,
        /// Phone number of the customer to start a conversation with
        #[arg(long, default_value = "+79990000000")]
        phone: String,
        /// URL of the file used in test messages
        #[arg(long, value_name = "URL", default_value = "https://example.com/parom-check")]
        media: Url,
        /// Allows an endpoint on this machine or in its local network
        #[arg(long)]
        private: bool,
        /// Prints JSON: {"checks":[{"name","status","detail","documentation","ms"}],"failed"}
        #[arg(long)]
        json: bool,
    },
}

fn secret(text: &str) -> Result<SecretString, std::convert::Infallible> {
    Ok(SecretString::from(text))
}

/// Runs the command and prints each result as soon as it is known.
pub async fn run(command: ConnectorCommand, clock: &Clock, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let ConnectorCommand::Check { url, key, conversation, phone, media, private, json } = command;
    let words = Words::new(if json { Language::En } else { terminal::language() });
    let http = HttpClients::new(&network(private)?)?;
    if let Err(refused) = http.guarded().check_reachable(&url).await {
        let hint = if private { "" } else { " (--private allows this machine and its own network)" };
        bail!("{}{hint}", refused.text().plain(words, CRM));
    }
    let endpoint = Endpoint { url, secret: key, conversation, phone, media_url: media.to_string() };
    // An error of the output is returned at the end; the checks go on.
    let mut printed = Ok(());
    let lines = check(http.guarded(), clock, endpoint, |line| {
        if !json && printed.is_ok() {
            printed = print(line, words, out);
        }
    })
    .await;
    printed?;
    let failed = lines.iter().filter(|line| !line.ok).count();
    let end = if json {
        let checks: Vec<_> = lines.iter().map(|line| shown(line, words)).collect();
        json!({ "checks": checks, "failed": failed }).to_string()
    } else {
        plain_text(&LocalizedText::new("check-summary").with("checks", lines.len()).with("failures", failed), words)
    };
    writeln!(out, "{end}").and_then(|()| out.flush()).context("standard output cannot be written")?;
    ensure!(failed == 0, "{failed} of {} checks failed", lines.len());
    Ok(ExitCode::SUCCESS)
}

fn network(private: bool) -> anyhow::Result<NetworkConfig> {
    let nets = if private { PRIVATE.as_slice() } else { &[] };
    let nets: Result<Vec<IpNet>, _> = nets.iter().map(|net| net.parse()).collect();
    let allow_private = nets.context("the private networks")?.into_iter().map(HostOrNet::Net).collect();
    Ok(NetworkConfig { allow_private, ..NetworkConfig::default() })
}

fn print(line: &CheckResult, words: Words, out: &mut impl Write) -> anyhow::Result<()> {
    let word = if line.ok { "ok" } else { "FAIL" };
    let mut text = format!("{word:<4}  {:<22} {}\n", line.name, plain_text(&line.said, words));
    if let Some(rule) = &line.rule {
        text.push_str(&format!("      {:<22} → {}\n", "", plain_text(rule, words)));
    }
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("standard output cannot be written")
}

fn shown(line: &CheckResult, words: Words) -> serde_json::Value {
    json!({
        "name": line.name,
        "status": if line.ok { "ok" } else { "fail" },
        "detail": plain_text(&line.said, words),
        "documentation": line.rule.as_ref().map(|rule| plain_text(rule, words)),
        "ms": line.ms,
    })
}

fn plain_text(detail: &LocalizedText, words: Words) -> String {
    detail.plain(words, CRM)
}
