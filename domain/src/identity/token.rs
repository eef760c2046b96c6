//! Random bearer tokens. Only their hashes are stored.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub use base::vault::hash;

/// 256 random bits as 43 characters that need no quoting in an address or cookie.
pub fn new() -> String {
    let random: [u8; 32] = rand::random();
    URL_SAFE_NO_PAD.encode(random)
}

/// Whether this has the format of our tokens; other values are not looked up.
pub fn looks_right(token: &str) -> bool {
    token.len() == 43 && token.bytes().all(|one| one.is_ascii_alphanumeric() || matches!(one, b'-' | b'_'))
}
