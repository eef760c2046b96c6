//! Passwords: argon2id, hashed off the threads that serve requests, never more at once than the machine has cores.

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use secrecy::{ExposeSecret, SecretString};

use crate::identity::IdentityContext;

/// Fewer characters are refused.
pub const SHORTEST: usize = 8;
/// Longer ones are refused: hashing a megabyte is a denial of service.
pub const LONGEST: usize = 200;

/// The hash of an unknown password, compared for unknown logins so that they take equal time.
const UNKNOWN_LOGIN: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$1TsEzxVEwHxPz4ypZ+pPUw$M5qVRUvCzEqTdlgGNq6K3J2gn7mbG3mM8JoUnIAVLV4";

base::worded! {
    /// Why a password is refused, with the key of its text.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Weak, words {
        Short = "password-short",
        Long = "password-long",
        /// Among those that attackers try first, or one repeated character.
        Common = "password-common",
    }
}

/// Required strength: guesses an attacker needs, as a power of ten; that of eight random characters.
const HARDEST_WEAK: f64 = 8.0;
/// The longest part of a password that is estimated: the time of an estimate grows with the square of the length.
const LOOKED_AT: usize = 64;

/// Whether a password has an acceptable length. Enough for one that the vendor chose for a customer and can answer for.
pub fn has_length(password: &str) -> Result<(), Weak> {
    match password.chars().count() {
        ..SHORTEST => Err(Weak::Short),
        SHORTEST..=LONGEST => Ok(()),
        _ => Err(Weak::Long),
    }
}

/// Whether a password that people choose for themselves is acceptable. `about`: public facts about the person, such as
/// e-mail and account name; a password made of those counts as common.
pub fn fits(password: &str, about: &[&str]) -> Result<(), Weak> {
    has_length(password)?;
    let lower = password.to_lowercase();
    let bare = lower.trim_end_matches(|sign: char| sign.is_ascii_digit() || sign.is_ascii_punctuation());
    let lowered = about.iter().map(|text| text.to_lowercase()).collect::<Vec<_>>();
    let parts = lowered.iter().flat_map(|text| text.split(|sign: char| !sign.is_alphanumeric()));
    let mut known: Vec<&str> = parts.chain(OURS).filter(|text| text.chars().count() > 3).collect();
    known.sort_unstable_by_key(|text| std::cmp::Reverse(text.len()));
    // The remainder without such public words must be strong by itself.
    let rest = known.into_iter().fold(lower.clone(), |rest, word| rest.replace(word, ""));
    // The estimate knows only Latin letters, so a Cyrillic password is also estimated as its keys in the Latin layout.
    let typed = [on_latin_keys(&rest), rest];
    let guessed = typed.iter().any(|text| {
        let text: String = text.chars().take(LOOKED_AT).collect();
        zxcvbn::zxcvbn(&text, &[]).guesses_log10() < HARDEST_WEAK
    });
    if guessed || bare.is_empty() || COMMON.split(' ').any(|word| word == bare) {
        return Err(Weak::Common);
    }
    Ok(())
}

/// Words of the product itself.
const OURS: [&str; 6] = ["parom", "paromparom", "amocrm", "amojo", "kommo", "паром"];

/// A text as the same keys would type it in the Latin layout.
fn on_latin_keys(text: &str) -> String {
    const CYRILLIC: &str = "йцукенгшщзхъфывапролджэячсмитьбюё";
    const LATIN: &str = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`";
    let key =
        |sign: char| CYRILLIC.chars().zip(LATIN.chars()).find(|(here, _)| *here == sign).map_or(sign, |(_, key)| key);
    text.chars().map(key).collect()
}

/// The most common Russian passwords, without trailing digits and signs; the estimate includes English ones.
const COMMON: &str = "пароль парольпароль привет приветик любовь любимая любимый наташа максим андрей марина настя анастасия \
    александр александра екатерина солнышко котенок зайчик спартак зенит москва россия лето весна осень зима \
    январь февраль март апрель июнь июль август сентябрь октябрь ноябрь декабрь понедельник вторник среда четверг \
    пятница админ администратор менеджер kristina natasha marina andrey privet parol lubov moskva rossiya";

/// The hash to store, with a random salt.
pub async fn hash(app: &IdentityContext, password: SecretString) -> anyhow::Result<String> {
    let _turn = app.hashing.acquire().await?;
    let hashed = tokio::task::spawn_blocking(move || {
        Argon2::default().hash_password(password.expose_secret().as_bytes()).map(|hash| hash.to_string())
    });
    hashed.await?.map_err(|error| anyhow::anyhow!("a password could not be hashed: {error}"))
}

/// Whether the password matches a stored hash. False, after the same time, if there is no hash.
pub async fn check(app: &IdentityContext, password: SecretString, stored: Option<&str>) -> anyhow::Result<bool> {
    let there = stored.is_some();
    let stored = stored.unwrap_or(UNKNOWN_LOGIN).to_owned();
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
    fn l1_passwords_that_attackers_try_first_are_refused() {
        let weak = [
            "12345678",
            "password1!",
            "Qwerty12345",
            "aaaaaaaaaaaa",
            "пароль123",
            "abcdefgh",
            "parom2026",
            "1q2w3e4r5t",
            "qazwsxedc",
            "qwer1234",
            "P@ssw0rd1",
            "Summer2026!",
            "йцукен123",
            "ghbdtn2026",
            "Осень2026!",
            "zaq12wsx",
            "iloveyou2",
            "Welcome1!",
            "admin123!",
            "letmein2026",
            "dragon1990",
            "asdfghjkl1",
            "19870423",
            "abc123abc123",
        ];
        let taken: Vec<&str> = weak.into_iter().filter(|weak| fits(weak, &[]) != Err(Weak::Common)).collect();
        assert!(taken.is_empty(), "{taken:?}");
        assert_eq!(fits("short7!", &[]), Err(Weak::Short));
        assert_eq!(fits(&"long ".repeat(41), &[]), Err(Weak::Long));
        let good = [
            "correct horse battery",
            "паром ходит ночью",
            "x9!fQ2-v",
            "ferry over the strait",
            "four ferries cross at dawn",
            "seventy signs: every evening the last ferry takes the baker home alone",
        ];
        let refused: Vec<&str> = good.into_iter().filter(|good| fits(good, &[]).is_err()).collect();
        assert!(refused.is_empty(), "{refused:?}");
    }

    #[test]
    fn l1_a_password_made_of_known_facts_about_its_owner_is_refused() {
        let about = ["margarita.zubova@shop-vostok.example", "Margarita Zubova", "shopvostok.amocrm.ru"];
        for weak in ["zubova2026", "margarita.zubova", "ShopVostok1", "Margarita1!"] {
            assert_eq!(fits(weak, &about), Err(Weak::Common), "{weak}");
        }
    }

    #[test]
    fn the_placeholder_hash_costs_as_much_as_a_real_one() {
        let fresh = Argon2::default().hash_password(b"x").unwrap().to_string();
        let settings = |hash: &str| hash.splitn(5, '$').take(4).collect::<Vec<_>>().join("$");
        assert_eq!(settings(UNKNOWN_LOGIN), settings(&fresh));
        assert!(argon2::password_hash::phc::PasswordHash::new(UNKNOWN_LOGIN).is_ok());
    }
}
