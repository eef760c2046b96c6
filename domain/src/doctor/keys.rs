//! Checks whether everything is encrypted with the first key.

use base::config::Config;
use base::i18n::LocalizedText;
use base::store::Store;
use base::vault::Vault;

use super::{Check, because};
use crate::rotation;

/// Counts per table what is encrypted with another key than the first.
pub async fn look(config: &Config, store: &Store, checks: &mut Vec<Check>) {
    let opened = Vault::open(&config.secrets, false).ok();
    let keys = opened.map(|vault| vault.key_ids()).unwrap_or_default();
    // A missing key is reported by the machine's check, unless there is something that it would have to open.
    match rotation::sealed_by(store).await {
        Ok(sealed) if !sealed.is_empty() && !keys.iter().any(|key| sealed.contains(key)) => {
            let detail = LocalizedText::new("doctor-vault-lost").with("keys", rotation::list(&sealed));
            checks.push(Check::fail("vault", detail, "doctor-secrets-wrong-fix"));
            return;
        }
        _ => {}
    }
    let Some(first) = keys.first() else { return };
    let under = match rotation::look(store, *first).await {
        Ok(under) => under,
        Err(error) => {
            let detail = because("doctor-vault-wrong", error.to_string());
            checks.push(Check::fail("vault", detail, "doctor-database-down-fix"));
            return;
        }
    };
    let tables: Vec<String> = under.iter().map(|under| format!("{} {}", under.table, under.values)).collect();
    checks.push(if !tables.is_empty() {
        let values: u64 = under.iter().map(|under| under.values).sum();
        let detail = LocalizedText::new("doctor-vault-old").with("count", values).with("tables", tables.join(", "));
        Check::warn("vault", detail, "doctor-vault-old-fix")
    } else if keys.len() > 1 {
        let detail = LocalizedText::new("doctor-vault-several").with("count", keys.len());
        Check::warn("vault", detail, "doctor-vault-old-fix")
    } else {
        Check::ok("vault", LocalizedText::new("doctor-vault-ok").with("key", first.to_string()))
    });
}
