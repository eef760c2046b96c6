//! The notice that an account disabled the integration or revoked its access (crm-api §1.9).

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// amoCRM's signature of the notice: HMAC-SHA256 of `client_uuid|account_id` with the client secret, lower-case hex.
pub fn signature(client_secret: &SecretString, client_uuid: &str, account_id: i64) -> String {
    hex::encode(keyed(client_secret, client_uuid, account_id).finalize().into_bytes())
}

/// Whether `claimed` (the parameter `signature`, hex of either case) is the signature of the notice; takes constant
/// time.
///
/// Parse the parameter `account_id` as an integer first, so that its canonical form is hashed. An empty secret never
/// verifies. The notice has no platform, date or nonce and can be replayed, so handle it idempotently and confirm it by
/// a call before deleting anything.
pub fn verify(client_secret: &SecretString, client_uuid: &str, account_id: i64, claimed: &str) -> bool {
    let Ok(claimed) = hex::decode(claimed) else {
        return false;
    };
    !client_secret.expose_secret().is_empty()
        && keyed(client_secret, client_uuid, account_id).verify_slice(&claimed).is_ok()
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length, the error can't occur")]
fn keyed(client_secret: &SecretString, client_uuid: &str, account_id: i64) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(client_secret.expose_secret().as_bytes())
        .expect("HMAC takes a key of any length")
        .chain_update(format!("{client_uuid}|{account_id}"))
}
