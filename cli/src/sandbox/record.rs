//! `parom sandbox record`: asks an account what no page says (`docs/protocol/open.md`), writes its answers down without
//! secrets and personal data, and says where the local amoCRM answers otherwise.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use base::clock::Clock;
use base::config::Config;
use base::http_client::HttpClients;
use clap::Args;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use simulator::crm::{IntegrationConfig, Sandbox, SandboxConfig};

use super::masked::Private;
use super::{differences, print_line, settings};

/// Each probe in a line: name, section, whom it asks, method, path, body, and what its answer gives to later ones.
const PROBES: &str = include_str!("probes.tsv");
const CLIENT: &str = "11111111-2222-3333-4444-555555555555";
const SECRET: &str = "secret of the local amoCRM";
const REDIRECT: &str = "https://example.com/";

#[derive(Args)]
pub struct RecordCommand {
    /// Host of the account, such as acme.amocrm.ru. A long-lived token of a private integration is read from standard input.
    #[arg(value_name = "HOST")]
    account: String,
    /// Folder for the answers.
    #[arg(long, default_value = "recorded", value_name = "DIR")]
    to: PathBuf,
    /// Also makes a contact, a lead, a task and a CRM hook in the account; the hook is removed again.
    #[arg(long)]
    write: bool,
    /// Address of the account, if it is not https://HOST.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Address of the Chats API, if it is not the platform's.
    #[arg(long, value_name = "URL")]
    chats_url: Option<String>,
}

struct Probe {
    name: &'static str,
    section: &'static str,
    asks: &'static str,
    method: &'static str,
    path: &'static str,
    body: &'static str,
    keeps: Option<(&'static str, &'static str)>,
}

fn probes() -> anyhow::Result<Vec<Probe>> {
    let read = |line: &'static str| match line.split('\t').collect::<Vec<_>>()[..] {
        [name, section, asks, method, path, body, keeps] => {
            Ok(Probe { name, section, asks, method, path, body, keeps: keeps.split_once('=') })
        }
        _ => bail!("a probe has seven cells: {line}"),
    };
    PROBES.lines().skip(1).map(read).collect()
}

/// An account that is asked: the real one, or the local amoCRM's.
struct Side {
    http: Client,
    url: String,
    chats_url: String,
    token: String,
    /// Whether probes may write.
    writes: bool,
    /// What answers gave: the ids of a contact and of a lead.
    known: BTreeMap<&'static str, String>,
}

impl Side {
    /// Status and body of the answer; `None` where the probe may not or cannot be asked.
    async fn asks(&mut self, probe: &Probe) -> anyhow::Result<Option<(u16, Value)>> {
        let fill = |text: &str| {
            let known = self.known.iter();
            known.fold(text.to_owned(), |text, (name, id)| text.replace(&format!("{{{name}}}"), id))
        };
        let (path, body) = (fill(probe.path), fill(probe.body));
        let lacks = |text: &str| ["{contact}", "{lead}"].iter().any(|name| text.contains(name));
        if (probe.asks == "write" && !self.writes) || lacks(&path) || lacks(&body) {
            return Ok(None);
        }
        let base = if probe.asks == "chats" { &self.chats_url } else { &self.url };
        let mut request = self.http.request(Method::from_bytes(probe.method.as_bytes())?, format!("{base}{path}"));
        if !body.is_empty() {
            request = request.header("content-type", "application/json").body(body);
        }
        request = match probe.asks {
            "anyone" => request,
            "chats" => request.header("x-signature", "0".repeat(40)),
            _ => request.bearer_auth(&self.token),
        };
        let answer = request
            .send()
            .await
            .with_context(|| format!("{}: no answer; is the address of the account right?", probe.name))?;
        let status = answer.status().as_u16();
        let text = answer.text().await.with_context(|| format!("{}: the answer broke off", probe.name))?;
        let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(json!("no JSON")) };
        if let Some((name, pointer)) = probe.keeps {
            self.known.extend(body.pointer(pointer).map(|id| (name, id.to_string())));
        }
        Ok(Some((status, body)))
    }
}

/// An account of the local amoCRM for the same host, and a token for it.
async fn local(config: &Config, host: &str, http: &Client) -> anyhow::Result<(Sandbox, Side)> {
    let integration = IntegrationConfig {
        name: "main".to_owned(),
        client_id: CLIENT.to_owned(),
        client_secret: SECRET.to_owned(),
        redirect_uri: REDIRECT.to_owned(),
        channels: Vec::new(),
    };
    let empty = settings(config, "127.0.0.1:0".to_owned(), &Clock::system());
    let sandbox = Sandbox::start(SandboxConfig { integrations: vec![integration], ..empty }).await?;
    sandbox.add_account(host);
    let url = format!("{}/accounts/{host}", sandbox.url());
    let asked = json!({"client_id": CLIENT, "client_secret": SECRET, "grant_type": "authorization_code",
        "code": sandbox.issue_code(host, "main"), "redirect_uri": REDIRECT});
    let answer = http.post(format!("{url}/oauth2/access_token")).json(&asked).send().await?;
    let pair: Value = answer.error_for_status()?.json().await?;
    let token = pair["access_token"].as_str().unwrap_or_default().to_owned();
    // What probes only read, so that the fields of an account's can be compared.
    for (path, one) in [
        ("sources", json!([{"name": "Parom records", "external_id": "parom-records"}])),
        ("chats/templates", json!([{"name": "Parom records", "content": "Hello"}])),
    ] {
        http.post(format!("{url}/api/v4/{path}")).bearer_auth(&token).json(&one).send().await?.error_for_status()?;
    }
    let (http, chats_url) = (http.clone(), sandbox.url().to_owned());
    Ok((sandbox, Side { http, url, chats_url, token, writes: true, known: BTreeMap::new() }))
}

pub async fn run(config: &Config, command: RecordCommand) -> anyhow::Result<ExitCode> {
    let RecordCommand { account, to, write, url, chats_url } = command;
    let token = std::io::read_to_string(std::io::stdin()).context("standard input cannot be read")?.trim().to_owned();
    if token.is_empty() {
        bail!(
            "there is no token on standard input (< token.txt): make one in the account's private integration, under Keys and scopes"
        );
    }
    let http = HttpClients::new(&config.network)?.trusted().clone();
    let platform = account.split_once('.').map_or("amocrm.ru", |(_, platform)| platform);
    let mut real = Side {
        http: http.clone(),
        url: url.unwrap_or_else(|| format!("https://{account}")).trim_end_matches('/').to_owned(),
        chats_url: chats_url.unwrap_or_else(|| format!("https://amojo.{platform}")).trim_end_matches('/').to_owned(),
        token,
        writes: write,
        known: BTreeMap::new(),
    };
    let (sandbox, mut local) = local(config, &account, &http).await?;
    let probes = probes()?;
    let mut answers = Vec::new();
    for probe in &probes {
        let answer = real.asks(probe).await?;
        if probe.asks == "read" && answer.as_ref().is_some_and(|(status, _)| *status == 401) {
            bail!(
                "{account} refuses the token (401): take one from this account's private integration, under Keys and scopes"
            );
        }
        answers.push((answer, local.asks(probe).await?));
    }
    fs::create_dir_all(&to).with_context(|| format!("{} cannot be made", to.display()))?;
    let whole = answers.iter().filter_map(|(real, _)| real.as_ref()).filter(|(status, _)| *status < 400);
    let private = Private::of(&[&account, &real.token], whole.map(|(_, body)| body));
    let (mut asked, mut differ) = (0, 0);
    for (probe, answers) in probes.iter().zip(answers) {
        let (Some((status, body)), Some(ours)) = answers else {
            let why =
                if probe.asks == "write" && !write { "needs --write" } else { "the account has nothing to ask it for" };
            print_line(&format!("{} ({}): not asked, {why}", probe.name, probe.section))?;
            continue;
        };
        asked += 1;
        let file = to.join(format!("{}.json", probe.name));
        let written = json!({"section": probe.section, "asked": format!("{} {}", probe.method, probe.path), "status": status,
            "body": private.masked(&body, status >= 400)});
        fs::write(&file, serde_json::to_string_pretty(&written)?).with_context(|| format!("{}", file.display()))?;
        let found = differences::between((status, &body), (ours.0, &ours.1));
        differ += usize::from(!found.is_empty());
        for one in found {
            print_line(&format!("{} ({}): {one}", probe.name, probe.section))?;
        }
    }
    sandbox.stop().await;
    print_line(&format!("{asked} answers are in {}, {differ} differ from the local amoCRM's", to.display()))?;
    Ok(ExitCode::SUCCESS)
}
