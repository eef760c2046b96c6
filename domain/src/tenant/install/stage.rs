//! How far an installation has come. It is sealed into the row of its install call, because each step uses up the
//! result of the one before: a code works once, and a stored pair of tokens must not overwrite a renewed one.

use base::store::VENDOR;
use base::vault::{Place, Vault};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::tenant::grant::Grant;

/// The input of the next step.
#[derive(Clone, Debug)]
pub(super) enum InstallStage {
    /// To be exchanged.
    Code(SecretString),
    /// Exchanged; the account is not stored yet.
    Tokens(Grant),
    /// Account and grant are stored; the channels are not connected yet.
    Entered(Granted),
}

/// The account, and who gave access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granted {
    pub tenant_id: Uuid,
    /// 0 if the token does not contain it.
    pub crm_user_id: i64,
    /// Empty if unknown.
    pub name: String,
    /// Whether they administer the account.
    pub is_admin: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum StageOutput<'stage> {
    Code(&'stage str),
    Tokens { access_token: &'stage str, refresh_token: &'stage str, expires_at: i64 },
    Entered(&'stage Granted),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Read {
    Code(SecretString),
    Tokens { access_token: SecretString, refresh_token: SecretString, expires_at: i64 },
    Entered(Granted),
}

impl InstallStage {
    pub fn seal(&self, vault: &Vault, row: Uuid) -> anyhow::Result<Vec<u8>> {
        let written = match self {
            Self::Code(code) => StageOutput::Code(code.expose_secret()),
            Self::Tokens(fresh) => StageOutput::Tokens {
                access_token: fresh.access_token.expose_secret(),
                refresh_token: fresh.refresh_token.expose_secret(),
                expires_at: fresh.expires_at,
            },
            Self::Entered(entered) => StageOutput::Entered(entered),
        };
        let text = Zeroizing::new(serde_json::to_vec(&written)?);
        Ok(vault.seal(VENDOR, Place::InstallCall, &row.to_string(), &text))
    }

    pub fn open(vault: &Vault, row: Uuid, sealed: &[u8]) -> anyhow::Result<Self> {
        let text = vault.open_sealed(VENDOR, Place::InstallCall, &row.to_string(), sealed)?;
        // The parser's message could quote a secret.
        let read =
            serde_json::from_slice(&text).map_err(|_| anyhow::anyhow!("the install call's contents cannot be read"))?;
        Ok(match read {
            Read::Code(code) => Self::Code(code),
            Read::Tokens { access_token, refresh_token, expires_at } => {
                Self::Tokens(Grant { access_token, refresh_token, expires_at })
            }
            Read::Entered(entered) => Self::Entered(entered),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::config::Secrets;

    fn vault() -> Vault {
        let key = SecretString::from("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");
        Vault::open(&Secrets { key_file: "unused".into(), key: Some(key) }, true).unwrap()
    }

    #[test]
    fn every_stage_comes_back_as_it_was() {
        let (vault, row) = (vault(), Uuid::from_u128(7));
        let back = |stage: InstallStage| InstallStage::open(&vault, row, &stage.seal(&vault, row).unwrap()).unwrap();
        let InstallStage::Code(code) = back(InstallStage::Code(SecretString::from("def502"))) else { panic!("a code") };
        assert_eq!(code.expose_secret(), "def502");
        let fresh = Grant { access_token: "a".into(), refresh_token: "r\"".into(), expires_at: 9 };
        let InstallStage::Tokens(fresh) = back(InstallStage::Tokens(fresh)) else { panic!("tokens") };
        assert_eq!((fresh.refresh_token.expose_secret(), fresh.expires_at), ("r\"", 9));
        let olga = Granted { tenant_id: Uuid::from_u128(3), crm_user_id: 7, name: "Olga".into(), is_admin: true };
        let InstallStage::Entered(entered) = back(InstallStage::Entered(olga.clone())) else { panic!("a tenant") };
        assert_eq!(entered, olga);
    }

    #[test]
    fn another_rows_contents_stay_closed() {
        let (vault, row) = (vault(), Uuid::from_u128(7));
        let sealed = InstallStage::Code("x".into()).seal(&vault, row).unwrap();
        assert!(InstallStage::open(&vault, Uuid::from_u128(8), &sealed).is_err());
    }
}
