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
fn a_sealed_value_opens_in_its_own_place_only() {
    let vault = vault(1);
    let sealed = vault.seal(TENANT, Place::OauthAccess, "row-1", b"token");
    assert_eq!(*vault.open_sealed(TENANT, Place::OauthAccess, "row-1", &sealed).unwrap(), b"token");
    assert!(!sealed.windows(5).any(|part| part == b"token"));
    assert_ne!(sealed, vault.seal(TENANT, Place::OauthAccess, "row-1", b"token"));
    for (tenant, place, row) in [
        (Uuid::nil(), Place::OauthAccess, "row-1"),
        (TENANT, Place::OauthRefresh, "row-1"),
        (TENANT, Place::OauthAccess, "row-2"),
        (TENANT, Place::OauthAccess, ""),
    ] {
        let opened = vault.open_sealed(tenant, place, row, &sealed);
        assert!(matches!(opened, Err(VaultError::Refused)), "{place:?} {row}");
    }
}

#[test]
fn another_key_is_distinguished_from_damage() {
    let sealed = vault(1).seal(TENANT, Place::OauthAccess, "row-1", b"token");
    let error = vault(2).open_sealed(TENANT, Place::OauthAccess, "row-1", &sealed).unwrap_err();
    assert!(matches!(error, VaultError::OtherKey { .. }), "{error}");
    assert!(error.to_string().contains(&format!("{:?}", vault(1)).chars().skip(17).take(8).collect::<String>()));
}

#[test]
fn text_comes_back_as_a_secret() {
    let vault = vault(1);
    let sealed = vault.seal_text(TENANT, Place::SourceSecrets, "bot_token", &"123:пароль".into());
    assert_eq!(
        vault.open_text(TENANT, Place::SourceSecrets, "bot_token", &sealed).unwrap().expose_secret(),
        "123:пароль"
    );
    let bytes = vault.seal(TENANT, Place::SourceSecrets, "bot_token", &[0xff]);
    assert!(matches!(vault.open_text(TENANT, Place::SourceSecrets, "bot_token", &bytes), Err(VaultError::NotText)));
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
    let sealed = first.seal(TENANT, Place::OauthAccess, "1", b"token");
    let second = Vault::open(&in_file(&path), true).unwrap();
    assert_eq!(*second.open_sealed(TENANT, Place::OauthAccess, "1", &sealed).unwrap(), b"token");
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
fn an_invalid_key_is_refused_and_not_shown() {
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
    fn any_value_comes_back(plain in proptest::collection::vec(any::<u8>(), 0..300), row in ".{0,20}") {
        let vault = vault(3);
        let sealed = vault.seal(TENANT, Place::Totp, &row, &plain);
        prop_assert_eq!(&*vault.open_sealed(TENANT, Place::Totp, &row, &sealed).unwrap(), &plain);
    }

    #[test]
    fn any_flipped_bit_and_any_cut_is_noticed(position in any::<prop::sample::Index>(), bit in 0_u8..8, cut in any::<prop::sample::Index>()) {
        let vault = vault(3);
        let sealed = vault.seal(TENANT, Place::OauthAccess, "row-1", b"a token of some length");
        let mut flipped = sealed.clone();
        *position.get_mut(&mut flipped) ^= 1 << bit;
        prop_assert!(vault.open_sealed(TENANT, Place::OauthAccess, "row-1", &flipped).is_err());
        prop_assert!(vault.open_sealed(TENANT, Place::OauthAccess, "row-1", &sealed[..cut.index(sealed.len())]).is_err());
    }

    #[test]
    fn any_bytes_are_opened_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        prop_assert!(vault(3).open_sealed(TENANT, Place::OauthAccess, "row-1", &bytes).is_err());
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

fn line(byte: u8) -> String {
    STANDARD.encode([byte; 32])
}

/// M9: the first of several keys encrypts, all decrypt; a file with one key works as before.
#[test]
fn m9_the_first_of_several_keys_seals_and_all_open() {
    let old = vault(1).seal(TENANT, Place::Totp, "1", b"old");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("parom.key");
    std::fs::write(&path, format!("{}\n\n{}\n", line(2), line(1))).unwrap();
    for secrets in [in_file(&path), given(&format!("{} {}", line(2), line(1)))] {
        let both = Vault::open(&secrets, false).unwrap();
        assert_eq!(*both.open_sealed(TENANT, Place::Totp, "1", &old).unwrap(), b"old");
        let new = both.seal(TENANT, Place::Totp, "1", b"new");
        assert_eq!(*vault(2).open_sealed(TENANT, Place::Totp, "1", &new).unwrap(), b"new");
        assert!(matches!(vault(1).open_sealed(TENANT, Place::Totp, "1", &new), Err(VaultError::OtherKey { .. })));
        assert_eq!(both.key_ids().len(), 2);
    }
    std::fs::write(&path, format!("{}\ncanary!", line(2))).unwrap();
    let error = Vault::open(&in_file(&path), false).unwrap_err().to_string();
    assert!(error.contains("not base64") && !error.contains("canary"), "{error}");
}

/// M9: a process reads a changed file before it seals, and when it meets a value of an unknown key.
#[test]
fn m9_a_changed_key_file_is_read_automatically() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("parom.key");
    let serving = Vault::open(&in_file(&path), true).unwrap();
    let other = Vault::open(&in_file(&path), true).unwrap();
    let under_old = serving.seal(TENANT, Place::Totp, "1", b"old");
    let (old, new) = (serving.keys().remove(0), MasterKey::generate());

    other.replace_keys(&[&new, &old]).unwrap();
    let under_new = other.seal(TENANT, Place::Totp, "1", b"new");
    assert_eq!(
        *serving.open_sealed(TENANT, Place::Totp, "1", &under_new).unwrap(),
        b"new",
        "an unknown key is looked for"
    );
    assert_eq!(KeyId::of(&serving.seal(TENANT, Place::Totp, "1", b"x")), Some(new.id()));

    other.replace_keys(&[&new]).unwrap();
    assert_eq!(serving.key_ids(), [new.id()]);
    assert_eq!(*serving.open_sealed(TENANT, Place::Totp, "1", &under_old).unwrap(), b"old", "it was known once");
    let later = Vault::open(&in_file(&path), false).unwrap();
    assert!(matches!(later.open_sealed(TENANT, Place::Totp, "1", &under_old), Err(VaultError::OtherKey { .. })));

    std::fs::write(&path, "no key").unwrap();
    assert_eq!(
        KeyId::of(&serving.seal(TENANT, Place::Totp, "1", b"x")),
        Some(new.id()),
        "what is broken changes nothing"
    );
}

/// M9: the file is replaced atomically and keeps its mode, and remains of an earlier attempt do no harm.
#[test]
fn m9_the_key_file_is_replaced_whole_and_private() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("parom.key");
    let vault = Vault::open(&in_file(&path), true).unwrap();
    std::fs::write(folder.path().join("parom.key.new"), "half a ke").unwrap();
    std::fs::set_permissions(folder.path().join("parom.key.new"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let before = std::os::unix::fs::MetadataExt::ino(&std::fs::metadata(&path).unwrap());
    let (old, new) = (vault.keys().remove(0), MasterKey::generate());
    vault.replace_keys(&[&old, &new]).unwrap();
    let after = std::fs::metadata(&path).unwrap();
    assert_ne!(std::os::unix::fs::MetadataExt::ino(&after), before, "never written in place");
    assert_eq!(after.permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 2);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    // A symbolic link to the file is preserved.
    let link = folder.path().join("linked.key");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    Vault::open(&in_file(&link), false).unwrap().replace_keys(&[&new]).unwrap();
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(Vault::open(&in_file(&path), false).unwrap().key_ids(), [new.id()]);
}

/// M9: values derived with an earlier key are recognised, also if only the database has the key.
#[test]
fn m9_values_derived_with_an_earlier_key_are_recognised() {
    let (old, new) = (vault(1), vault(2));
    let kept = Vault::open(&given(&format!("{} {}", line(2), line(1))), false).unwrap();
    let id = kept.keys()[1].id().to_string();
    let sealed = kept.seal_key(&kept.keys()[1]);
    assert!(!new.derived("link", &["a"]).contains(&old.derive("link", &["a"])));
    new.remember_key(&id, &sealed).unwrap();
    assert_eq!(new.derived("link", &["a"]), [vault(2).derive("link", &["a"]), old.derive("link", &["a"])]);
    assert_eq!(new.key_ids().len(), 1, "it is only remembered");
    assert_eq!(*new.open_sealed(TENANT, Place::Totp, "1", &old.seal(TENANT, Place::Totp, "1", b"x")).unwrap(), b"x");
}
