//! The notice that an account switched the integration off or revoked its access (crm-api §1.9).

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// The signature amoCRM puts on the notice: HMAC-SHA256 of `client_uuid|account_id` with the client secret, lower-case
/// hex.
pub fn signature(client_secret: &SecretString, client_uuid: &str, account_id: i64) -> String {
    hex::encode(keyed(client_secret, client_uuid, account_id).finalize().into_bytes())
}

/// Whether `claimed` (the parameter `signature`, hex of either case) signs the notice; takes constant time.
///
/// Parse the parameter `account_id` as an integer first, so that it is hashed in its plain form. An empty secret
/// verifies nothing. The notice carries no platform, no date and no nonce: it can be replayed, so handle it
/// idempotently and confirm it by a call before anything is deleted.
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
