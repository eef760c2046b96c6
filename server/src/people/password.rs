//! Passwords: argon2id, away from the threads that answer, never more at once than the machine has cores for.

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use secrecy::{ExposeSecret, SecretString};

use crate::app::App;

/// Fewer characters are refused.
pub const SHORTEST: usize = 8;
/// More are refused: a hash of a megabyte is an attack.
pub const LONGEST: usize = 200;

/// What is compared when there is no such login, so that it takes as long. Of a password that nobody knows.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$1TsEzxVEwHxPz4ypZ+pPUw$M5qVRUvCzEqTdlgGNq6K3J2gn7mbG3mM8JoUnIAVLV4";

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weak {
    Short,
    Long,
    /// Among those that are tried first, or one sign over and over.
    Common,
}

impl Weak {
    /// The key of its words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Short => "password-short",
            Self::Long => "password-long",
            Self::Common => "password-common",
        }
    }
}

/// Whether somebody may choose this password.
pub fn fits(password: &str) -> Result<(), Weak> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(Weak::Short);
    }
    if length > LONGEST {
        return Err(Weak::Long);
    }
    let lower = password.to_lowercase();
    let mut signs: Vec<char> = lower.chars().collect();
    signs.sort_unstable();
    signs.dedup();
    let bare = lower.trim_end_matches(|sign: char| sign.is_ascii_digit() || sign.is_ascii_punctuation());
    let runs = "abcdefghijklmnopqrstuvwxyz 01234567890123456789 qwertyuiopasdfghjklzxcvbnm йцукенгшщзхъфывапролджэ";
    if signs.len() < 4 || runs.contains(lower.as_str()) || COMMON.contains(&bare) || COMMON.contains(&lower.as_str()) {
        return Err(Weak::Common);
    }
    Ok(())
}

/// The beginnings of the lists that are tried first, without the digits and signs behind them.
const COMMON: &[&str] = &[
    "password",
    "passw0rd",
    "qwerty",
    "qwertyuiop",
    "qwerty123",
    "1q2w3e4r",
    "1qaz2wsx",
    "q1w2e3r4",
    "zaq12wsx",
    "iloveyou",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "batman",
    "trustno1",
    "welcome",
    "letmein",
    "administrator",
    "admin",
    "admin123",
    "root",
    "master",
    "dragon",
    "monkey",
    "shadow",
    "michael",
    "jennifer",
    "computer",
    "internet",
    "samsung",
    "starwars",
    "whatever",
    "changeme",
    "default",
    "guest",
    "test",
    "testtest",
    "asdfghjkl",
    "asdf",
    "zxcvbnm",
    "abc",
    "abcd",
    "aa",
    "parom",
    "paromparom",
    "amocrm",
    "kommo",
    "пароль",
    "йцукен",
    "привет",
    "любовь",
    "наташа",
    "максим",
    "андрей",
    "марина",
    "kristina",
    "natasha",
    "marina",
    "andrey",
    "lol",
    "",
];

/// The hash to store, with a salt of its own.
pub async fn hash(app: &App, password: SecretString) -> anyhow::Result<String> {
    let _turn = app.hashing.acquire().await?;
    let hashed = tokio::task::spawn_blocking(move || {
        Argon2::default().hash_password(password.expose_secret().as_bytes()).map(|hash| hash.to_string())
    });
    hashed.await?.map_err(|error| anyhow::anyhow!("a password could not be hashed: {error}"))
}

/// Whether the password is the one of a stored hash. Takes the same time when there is no hash, and then says no.
pub async fn check(app: &App, password: SecretString, stored: Option<&str>) -> anyhow::Result<bool> {
    let there = stored.is_some();
    let stored = stored.unwrap_or(NOBODY).to_owned();
    let _turn = app.hashing.acquire().await?;
    let right = tokio::task::spawn_blocking(move || {
        let parsed = argon2::password_hash::phc::PasswordHash::new(&stored)
            .map_err(|error| anyhow::anyhow!("a stored password hash cannot be read: {error}"))?;
        let password = password.expose_secret();
        let fits = password.chars().count() <= LONGEST;
        let tried = if fits { password.as_bytes() } else { b"" };
        Ok::<_, anyhow::Error>(Argon2::default().verify_password(tried, &parsed).is_ok() && fits)
    });
    Ok(right.await?? && there)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_first_is_refused() {
        for weak in ["12345678", "password1!", "Qwerty12345", "aaaaaaaaaaaa", "пароль123", "abcdefgh", "parom2026"]
        {
            assert_eq!(fits(weak), Err(Weak::Common), "{weak}");
        }
        assert_eq!(fits("short7!"), Err(Weak::Short));
        assert_eq!(fits(&"long ".repeat(41)), Err(Weak::Long));
        for good in ["correct horse battery", "паром ходит ночью", "x9!fQ2-v"] {
            assert_eq!(fits(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn the_hash_of_nobody_costs_as_much_as_any() {
        let fresh = Argon2::default().hash_password(b"x").unwrap().to_string();
        let settings = |hash: &str| hash.splitn(5, '$').take(4).collect::<Vec<_>>().join("$");
        assert_eq!(settings(NOBODY), settings(&fresh));
        assert!(argon2::password_hash::phc::PasswordHash::new(NOBODY).is_ok());
    }
}
