//! What can be seen without asking anybody.

use crate::config::{Config, base};
use crate::vault::Vault;

use super::Check;

/// The master key is there, readable, and for nobody else to read.
pub fn secrets(config: &Config, checks: &mut Vec<Check>) {
    let file = config.secrets.key_file.display();
    if config.secrets.key.is_none() && !config.secrets.key_file.exists() && config.database.is_sqlite() {
        checks.push(Check::ok("secrets", format!("the key file {file} is made at the first start")));
        return;
    }
    match Vault::open(&config.secrets, false) {
        Ok(vault) if vault.key_file_mode_is_open() => {
            let detail = format!("{file} can be read by other users");
            checks.push(Check::warn("secrets", detail, format!("run: chmod 600 {file}")));
        }
        Ok(_) => checks.push(Check::ok("secrets", "the key opens")),
        Err(error) => {
            checks.push(Check::fail(
                "secrets",
                error.to_string(),
                "restore the key file: without it no stored token opens",
            ));
        }
    }
}

/// amoCRM and messengers call this address from outside.
pub fn public_url(config: &Config, checks: &mut Vec<Check>) {
    let url = base(&config.server.public_url);
    if config.server.public_url.scheme() == "https" {
        checks.push(Check::ok("public_url", url));
    } else {
        let remedy = "put a proxy with a certificate in front and set server.public_url";
        checks.push(Check::warn("public_url", format!("{url} is not https"), remedy));
    }
}
