//! Proof that an address leads to this service: `GET /healthz?nonce=…` answers a value that only an instance with the
//! same key can compute. `parom doctor` asks for it at the public address.

use base::vault::Vault;

/// The purpose of the derived value.
const KIND: &str = "probe";
/// Hexadecimal digits of a nonce.
const LENGTH: usize = 32;

/// The answer to a nonce; none if it is not one.
pub fn proof(vault: &Vault, nonce: &str) -> Option<String> {
    let valid = nonce.len() == LENGTH && nonce.bytes().all(|byte| byte.is_ascii_hexdigit());
    valid.then(|| hex::encode(vault.derive(KIND, &[nonce]).as_slice()))
}

/// Whether it is the answer of an instance with one of these keys.
pub fn is_proof(vault: &Vault, nonce: &str, proof: &str) -> bool {
    vault.derived(KIND, &[nonce]).iter().any(|expected| hex::encode(expected.as_slice()) == proof)
}
