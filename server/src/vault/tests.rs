use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use secrecy::ExposeSecret;

use super::*;

const TENANT: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);

fn given(key: &str) -> Secrets {
    Secrets { key_file: PathBuf::from("/nowhere/parom.key"), key: Some(key.into()) }
}

fn in_file(path: &Path) -> Secrets {
    Secrets { key_file: path.to_owned(), key: None }
}

fn vault(byte: u8) -> Vault {
    Vault::open(&given(&STANDARD.encode([byte; 32])), false).unwrap()
}

#[test]
fn what_was_sealed_opens_in_its_place_only() {
    let vault = vault(1);
    let sealed = vault.seal(TENANT, "grant", "row-1", b"token");
    assert_eq!(*vault.open_sealed(TENANT, "grant", "row-1", &sealed).unwrap(), b"token");
    assert!(!sealed.windows(5).any(|part| part == b"token"));
    assert_ne!(sealed, vault.seal(TENANT, "grant", "row-1", b"token"));
    for (tenant, kind, row) in [
        (Uuid::nil(), "grant", "row-1"),
        (TENANT, "source", "row-1"),
        (TENANT, "grant", "row-2"),
        (TENANT, "grantrow", "-1"),
        (TENANT, "", "grantrow-1"),
    ] {
        assert!(matches!(vault.open_sealed(tenant, kind, row, &sealed), Err(VaultError::Refused)), "{kind} {row}");
    }
}

#[test]
fn another_key_is_told_apart_from_damage() {
    let sealed = vault(1).seal(TENANT, "grant", "row-1", b"token");
    let error = vault(2).open_sealed(TENANT, "grant", "row-1", &sealed).unwrap_err();
    assert!(matches!(error, VaultError::OtherKey { .. }), "{error}");
    assert!(error.to_string().contains(&format!("{:?}", vault(1)).chars().skip(17).take(8).collect::<String>()));
}

#[test]
fn text_comes_back_as_a_secret() {
    let vault = vault(1);
    let sealed = vault.seal_text(TENANT, "source", "bot_token", &"123:пароль".into());
    assert_eq!(vault.open_text(TENANT, "source", "bot_token", &sealed).unwrap().expose_secret(), "123:пароль");
    let bytes = vault.seal(TENANT, "source", "bot_token", &[0xff]);
    assert!(matches!(vault.open_text(TENANT, "source", "bot_token", &bytes), Err(VaultError::NotText)));
}

#[test]
fn sqlite_makes_the_key_file_once_and_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("parom.key");
    let first = Vault::open(&in_file(&path), true).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!first.key_file_mode_is_open());
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(STANDARD.decode(text.trim()).unwrap().len(), 32);
    let sealed = first.seal(TENANT, "grant", "1", b"token");
    let second = Vault::open(&in_file(&path), true).unwrap();
    assert_eq!(*second.open_sealed(TENANT, "grant", "1", &sealed).unwrap(), b"token");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(second.key_file_mode_is_open());
}

#[test]
fn postgresql_wants_the_key_made_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("parom.key");
    let error = Vault::open(&in_file(&path), false).unwrap_err().to_string();
    let command = format!("head -c 32 /dev/urandom | base64 > {0}; chmod 600 {0}", path.display());
    assert!(error.contains(&command), "{error}");
    assert!(!path.exists());
}

#[test]
fn what_is_no_key_is_refused_and_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("parom.key");
    let short = STANDARD.encode([7; 31]);
    for (text, found) in
        [("", "found nothing"), (" \n", "found nothing"), (short.as_str(), "found 31 bytes"), ("canary!", "not base64")]
    {
        std::fs::write(&path, text).unwrap();
        for secrets in [in_file(&path), given(text)] {
            let error = Vault::open(&secrets, true).unwrap_err().to_string();
            assert!(error.contains(found) && !error.contains("canary") && !error.contains(&short), "{error}");
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
    let error = Vault::open(&in_file(&folder.path().join("no/such/folder.key")), true).unwrap_err().to_string();
    assert!(error.starts_with("cannot create the key file"), "{error}");
}

#[test]
fn a_key_given_in_the_configuration_wins_and_debug_hides_it() {
    let key = STANDARD.encode([9; 32]);
    let vault = Vault::open(&given(&format!(" {key}\n")), true).unwrap();
    assert!(!vault.key_file_mode_is_open());
    let shown = format!("{vault:?}");
    assert!(shown.starts_with("Vault { key_id: \"") && !shown.contains(&key), "{shown}");
}

proptest! {
    #[test]
    fn any_value_comes_back(plain in proptest::collection::vec(any::<u8>(), 0..300), kind in ".{0,20}", row in ".{0,20}") {
        let vault = vault(3);
        let sealed = vault.seal(TENANT, &kind, &row, &plain);
        prop_assert_eq!(&*vault.open_sealed(TENANT, &kind, &row, &sealed).unwrap(), &plain);
    }

    #[test]
    fn any_flipped_bit_and_any_cut_is_noticed(position in any::<prop::sample::Index>(), bit in 0_u8..8, cut in any::<prop::sample::Index>()) {
        let vault = vault(3);
        let sealed = vault.seal(TENANT, "grant", "row-1", b"a token of some length");
        let mut flipped = sealed.clone();
        *position.get_mut(&mut flipped) ^= 1 << bit;
        prop_assert!(vault.open_sealed(TENANT, "grant", "row-1", &flipped).is_err());
        prop_assert!(vault.open_sealed(TENANT, "grant", "row-1", &sealed[..cut.index(sealed.len())]).is_err());
    }

    #[test]
    fn any_bytes_are_opened_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        prop_assert!(vault(3).open_sealed(TENANT, "grant", "row-1", &bytes).is_err());
    }
}

#[test]
fn a_secret_is_kept_as_its_sha_256() {
    assert_eq!(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

#[test]
fn derived_values_belong_to_key_kind_and_parts() {
    let (one, two) = (vault(1), vault(2));
    let derived = one.derive("session", &["a", "bc"]);
    assert_eq!(*derived, *vault(1).derive("session", &["a", "bc"]));
    for other in [
        two.derive("session", &["a", "bc"]),
        one.derive("ticket", &["a", "bc"]),
        one.derive("session", &["ab", "c"]),
        one.derive("session", &["a", "bc", ""]),
        one.derive("session", &["abc"]),
    ] {
        assert_ne!(*derived, *other);
    }
}
