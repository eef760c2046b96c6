//! The configuration of the demo: everything on this machine, in one folder.

use std::path::Path;

use anyhow::Context;
use base::config::Config;

use super::stage::{INTEGRATION, WIDGET};

/// The demo's configuration, as a file and as read.
pub(super) fn config(
    folder: &Path,
    public_url: &str,
    amocrm: &str,
    (messengers, company): (&str, &str),
) -> anyhow::Result<(String, Config)> {
    let folder = folder.display();
    let text = format!(
        r#"
[server]
listen = "127.0.0.1:0"
public_url = "{public_url}"
try_api = true
[database]
url = "sqlite://{folder}/parom.db"
[secrets]
key_file = "{folder}/parom.key"
[media]
dir = "{folder}/media"
[spool]
dir = "{folder}/spool"
{messengers}[vendor]
name = "Parom demo"
legal_entity = "{company}"
support_url = "https://support.example/help"
support_email = "help@support.example"
privacy_url = "https://support.example/privacy"
[network]
allow_private = ["127.0.0.1/32"]
[[integration]]
name = "{INTEGRATION}"
platform = "amocrm"
client_id = "8f14e45f-ceea-4670-9f3e-6f1d2a3b4c5d"
client_secret = "demo-client-secret-that-opens-nothing"
consent_url = "{amocrm}/oauth"
account_url = "{amocrm}/accounts/{{host}}"
amojo_url = "{amocrm}"
[[integration.channel]]
id = "344a5002-f8ca-454d-af3d-396180102ac7"
code = "amo.ext.30490163"
secret = "demo-channel-secret-that-opens-nothing"
title = "Parom"
bot = {{ id = "5f0c7a4e-9d1b-4b6f-8a53-2c1e7d90b6a4", name = "{company}" }}
[integration.widget]
code = "{WIDGET}"
"#
    );
    let config = Config::from_toml(&text).context("the demo's own configuration")?;
    Ok((text, config))
}
