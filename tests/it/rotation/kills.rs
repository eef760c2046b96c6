//! kill -9 while the key turns.

use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use base::fault::POINTS;
use parom_tests::Engine;
use parom_tests::drill::LIMIT;

use super::{doctor, goes_both_ways, keys, many_files, prepared, rotates, store, turns};

async fn dies_at_every_point(engine: Engine) {
    let Some((mut drill, line)) = prepared(engine).await else { return };
    for point in POINTS.iter().filter(|point| point.starts_with("rotate.")) {
        let before = keys(&drill);
        assert_eq!(before.len(), 1, "{point}");
        let died = rotates(&drill, &format!("{point}=abort")).await;
        assert_eq!(died.status.signal(), Some(6), "{point}: {}", String::from_utf8_lossy(&died.stderr));
        let between = keys(&drill);
        assert!(
            between.contains(&before[0]) || *point == "rotate.dropped",
            "{point}: the old key is there until the end"
        );
        // Nothing is unreadable: neither beside, nor after a restart.
        goes_both_ways(&drill, &line, point).await;
        drill.everything_is_carried().await;
        drill.stops().await;
        drill.serves("").await;
        goes_both_ways(&drill, &line, &format!("{point}, after a restart")).await;
        turns(&drill).await;
        let after = keys(&drill);
        assert_eq!((after.len(), after[0] == before[0]), (1, false), "{point}: it went on to the end");
        assert!(between.contains(&after[0]) || between == before, "{point}: with the key that was begun");
        assert_eq!(doctor(&drill).await.0, "ok", "{point}: {:?}", doctor(&drill).await);
    }
    goes_both_ways(&drill, &line, "at the end").await;
    drill.ends_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m9_a_rotation_killed_at_every_point_continues_on_sqlite() {
    dies_at_every_point(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m9_a_rotation_killed_at_every_point_continues_on_postgres() {
    dies_at_every_point(Engine::Postgres).await;
}

async fn is_killed_at_any_moment(engine: Engine) {
    let Some((mut drill, line)) = prepared(engine).await else { return };
    let (db, vault) = store(&drill).await;
    many_files(&db, &vault, 2_000).await;
    let first = keys(&drill)[0].clone();
    let mut kills = 0;
    for after in [40, 90, 150, 220, 300, 400, 550, 700] {
        let mut rotation = drill.command(&["secrets", "rotate"]).spawn().unwrap();
        // Another moment on each machine; each must do.
        if tokio::time::timeout(Duration::from_millis(after), rotation.wait()).await.is_err() {
            rotation.start_kill().unwrap();
            rotation.wait().await.unwrap();
            kills += 1;
        }
        goes_both_ways(&drill, &line, &format!("killed after {after}")).await;
    }
    assert!(kills > 0, "it was never killed");
    turns(&drill).await;
    assert_eq!((keys(&drill).len(), keys(&drill)[0] == first), (1, false));
    assert_eq!(doctor(&drill).await.0, "ok", "{:?}", doctor(&drill).await);
    drill.everything_is_carried().await;
    drill.stops().await;
    drill.serves("").await;
    goes_both_ways(&drill, &line, "after a restart").await;
    // Every one of the files opens by the key of the file alone.
    let (_, vault) = store(&drill).await;
    use sea_orm::EntityTrait;
    let rows = entity::media::Entity::find().all(db.read()).await.unwrap();
    let sealed: Vec<_> =
        rows.iter().filter(|row| row.state == 3 && row.day == i32::MAX && !row.origin.is_empty()).collect();
    assert!(sealed.len() >= 2_000);
    for row in sealed {
        let plain = vault.open_sealed(row.tenant_id, base::vault::Place::MediaOrigin, &row.id.to_string(), &row.origin);
        assert_eq!(plain.unwrap().as_slice(), row.id.as_bytes());
    }
    db.close().await;
    drill.ends_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m9_killed_at_any_moment_nothing_is_unreadable_on_sqlite() {
    is_killed_at_any_moment(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m9_killed_at_any_moment_nothing_is_unreadable_on_postgres() {
    is_killed_at_any_moment(Engine::Postgres).await;
}

/// A killed serving process counts as live for half a minute; the rotation reports that it waits, and continues.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m9_a_killed_server_does_not_block_a_rotation_indefinitely() {
    let (mut drill, line) = prepared(Engine::Sqlite).await.unwrap();
    drill.everything_is_carried().await;
    drill.is_killed().await;
    // Its last heartbeat grows old at once.
    let (db, _) = store(&drill).await;
    use sea_orm::ConnectionTrait;
    db.write().execute_unprepared("UPDATE heartbeat SET beat_at = 0").await.unwrap();
    db.close().await;
    let done = tokio::time::timeout(LIMIT, turns(&drill)).await.expect("it waits for no process");
    assert!(!done.contains("picked up the keys"), "{done}");
    drill.serves("").await;
    goes_both_ways(&drill, &line, "after").await;
    drill.ends_well().await;
}
