//! Random tokens that open something. Whoever reads the database finds only their hashes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub use crate::vault::hash;

/// 256 random bits, 43 characters that need no quoting in an address or cookie.
pub fn new() -> String {
    let random: [u8; 32] = rand::random();
    URL_SAFE_NO_PAD.encode(random)
}

/// Whether this has the form of our tokens; what has not is looked up nowhere.
pub fn looks_right(token: &str) -> bool {
    token.len() == 43 && token.bytes().all(|one| one.is_ascii_alphanumeric() || matches!(one, b'-' | b'_'))
}
