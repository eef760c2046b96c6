//! What `parom backup` refuses, with nothing changed.

use super::*;

use parom_tests::settings::VAULT_KEY;

/// A backup of a used database whose server has stopped.
async fn made(engine: Engine) -> Option<(Drill, PathBuf)> {
    let (mut drill, _) = prepared(engine).await?;
    let path = folder(&drill);
    backup(&drill, "create", &path).await.unwrap();
    drill.stops().await;
    Some((drill, path))
}

fn changes(path: &Path, change: impl Fn(&mut Value)) {
    let mut text = manifest(path);
    change(&mut text);
    std::fs::write(path.join("manifest.json"), text.to_string()).unwrap();
}

async fn a_folder_or_database_that_is_not_empty(engine: Engine) {
    let Some((drill, path)) = made(engine).await else { return };
    let again = backup(&drill, "create", &path).await.unwrap_err();
    assert!(again.contains("is not empty: a backup needs a new folder"), "{again}");
    let before = manifest(&path);
    let over = backup(&drill, "restore", &path).await.unwrap_err();
    assert!(over.contains("the database of database.url is not empty"), "{over}");
    assert_eq!(manifest(&path), before);
    // An interrupted backup is no backup, and does not block the next one.
    let partial = path.with_file_name("second.partial");
    for (ours, name) in [(false, "letters.txt"), (false, "manifest.json"), (true, "unfinished")] {
        std::fs::create_dir(&partial).unwrap();
        std::fs::write(partial.join(name), "{}").unwrap();
        let made = backup(&drill, "create", &path.with_file_name("second")).await;
        assert_eq!((made.is_ok(), partial.exists()), (ours, !ours), "{name}: {made:?}");
        if !ours {
            assert!(made.unwrap_err().contains("is not the remains of an earlier one"));
            std::fs::remove_dir_all(&partial).unwrap();
        }
    }
    let finished = std::fs::read_dir(path.with_file_name("second")).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(finished.into_iter().all(|name| name != "unfinished"));
    drill.ends_well().await;
}

async fn damage(engine: Engine) {
    let Some((drill, path)) = made(engine).await else { return };
    let listed = manifest(&path);
    let name = match engine {
        Engine::Sqlite => "database.sqlite",
        Engine::Postgres => "tables/message.copy",
    };
    let file = path.join(name);
    let whole = std::fs::read(&file).unwrap();
    let mut changed = whole.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    for damaged in [changed, whole[..whole.len() - 1].to_vec(), Vec::new()] {
        std::fs::write(&file, damaged).unwrap();
        let found = backup(&drill, "verify", &path).await.unwrap_err();
        assert!(found.contains("the backup is damaged") && found.contains(name), "{found}");
        assert!(backup(&drill, "restore", &path).await.is_err());
    }
    std::fs::remove_file(&file).unwrap();
    let found = backup(&drill, "verify", &path).await.unwrap_err();
    assert!(found.contains("cannot be read"), "{found}");
    std::fs::write(&file, whole).unwrap();
    backup(&drill, "verify", &path).await.unwrap();

    changes(&path, |manifest| manifest["files"][0]["name"] = "../parom.toml".into());
    let found = backup(&drill, "verify", &path).await.unwrap_err();
    assert!(found.contains("is not the name of a file in it"), "{found}");
    std::fs::write(path.join("manifest.json"), listed.to_string()).unwrap();
    changes(&path, |manifest| manifest["format"] = 9.into());
    let found = backup(&drill, "verify", &path).await.unwrap_err();
    assert!(found.contains("has the format 9"), "{found}");
    std::fs::remove_file(path.join("manifest.json")).unwrap();
    let found = backup(&drill, "verify", &path).await.unwrap_err();
    assert!(found.contains("is not a backup, or was not finished"), "{found}");
    drill.ends_well().await;
}

async fn a_backup_that_the_configuration_cannot_open(engine: Engine) {
    let Some((drill, path)) = made(engine).await else { return };
    let listed = manifest(&path);
    drill.loses_its_database().await;
    changes(&path, |manifest| manifest["migrations"] = serde_json::json!(["m20990101_000001_next"]));
    let newer = backup(&drill, "restore", &path).await.unwrap_err();
    assert!(newer.contains("m20990101_000001_next is unknown here"), "{newer}");
    let other = if engine == Engine::Sqlite { "postgres" } else { "sqlite" };
    changes(&path, |manifest| manifest["engine"] = other.into());
    assert!(backup(&drill, "restore", &path).await.is_err());
    std::fs::write(path.join("manifest.json"), listed.to_string()).unwrap();

    let key = format!("key = \"{VAULT_KEY}\"");
    let missing = drill.config_file().with_file_name("nowhere.key");
    drill.configures(&key, &format!("key_file = {missing:?}"));
    let keyless = backup(&drill, "restore", &path).await.unwrap_err();
    assert!(keyless.contains("does not exist: put the one there that was in use"), "{keyless}");
    assert!(!missing.exists(), "no key is made for a restore");
    std::fs::write(&missing, "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=\n").unwrap();
    let keyless = backup(&drill, "restore", &path).await.unwrap_err();
    assert!(keyless.contains("the backup needs the key"), "{keyless}");
    std::fs::write(&missing, format!("{VAULT_KEY}\n")).unwrap();
    backup(&drill, "restore", &path).await.unwrap();
    drill.ends_well().await;
}

on_both!(a_folder_or_database_that_is_not_empty, damage, a_backup_that_the_configuration_cannot_open);
