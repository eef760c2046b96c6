//! The form of a bot's token (telegram §1): `<bot id>:<35 characters>`.

/// The bot's id, which does not change when BotFather issues a new token; none if this is not a token.
pub fn bot_id(token: &str) -> Option<i64> {
    let (id, secret) = token.split_once(':')?;
    let digits = (1..=18).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
    let signs = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    let secret = (20..=64).contains(&secret.len()) && secret.bytes().all(signs);
    if digits && secret { id.parse().ok().filter(|id| *id > 0) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_an_id_and_a_secret() {
        assert_eq!(bot_id("7100000001:AAE_abcdefghijklmnopqrstuvwxyz-1234"), Some(7_100_000_001));
        for wrong in [
            "",
            "7100000001",
            "bot7100000001:AAE_abcdefghijklmnopqrstuvwxyz-1234",
            "7100000001:short",
            "7100000001:AAE_abcdefghijklmnop/../wxyz-1234567",
            "7100000001:AAE_abcdefghijklmnop qrstuvwxyz-12345",
            "0:AAE_abcdefghijklmnopqrstuvwxyz-1234567",
            ":AAE_abcdefghijklmnopqrstuvwxyz-1234567",
        ] {
            assert_eq!(bot_id(wrong), None, "{wrong}");
        }
    }
}
