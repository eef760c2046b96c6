//! A migrated PostgreSQL database that tests copy: a copy takes a fifth of the time of the migrations.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use base::clock::Clock;
use base::config;
use base::store::{self, Store};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

use super::{TestDatabase, address_of};

/// The name of the database to copy. The first test that needs it creates it; the others wait.
pub(super) async fn in_cluster(admin: &DatabaseConnection, like: &TestDatabase) -> String {
    let number = fingerprint();
    let name = format!("parom_schema_{number:016x}");
    if is_there(admin, &name).await {
        return name;
    }
    let key = number.cast_signed();
    admin.execute_unprepared(&format!("SELECT pg_advisory_lock({key})")).await.expect("a lock");
    if !is_there(admin, &name).await {
        let draft = format!("{name}_draft");
        for statement in [format!("DROP DATABASE IF EXISTS {draft}"), format!("CREATE DATABASE {draft}")] {
            admin.execute_unprepared(&statement).await.expect("a database for the schema");
        }
        let (_, cluster) = like.created.as_ref().expect("only PostgreSQL databases are copied");
        let settings = config::Database { url: address_of(cluster, &draft).into(), ..like.settings() };
        let store = Store::open(&settings, Clock::system()).await.expect("the database opens");
        store::migrate(&store).await.expect("the migrations run");
        store.close().await;
        // The name appears only when all of it is there.
        admin.execute_unprepared(&format!("ALTER DATABASE {draft} RENAME TO {name}")).await.expect("a new name");
    }
    admin.execute_unprepared(&format!("SELECT pg_advisory_unlock({key})")).await.expect("the lock is released");
    name
}

async fn is_there(admin: &DatabaseConnection, name: &str) -> bool {
    let asked = format!("SELECT 1 FROM pg_database WHERE datname = '{name}'");
    let asked = Statement::from_string(admin.get_database_backend(), asked);
    admin.query_one_raw(asked).await.expect("the cluster answers").is_some()
}

/// Changes with the migrations' source, so that a cluster can serve several builds.
fn fingerprint() -> u64 {
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../migration/src"), &mut files);
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        std::fs::read(&file).expect("a migration can be read").hash(&mut hasher);
    }
    hasher.finish()
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder of migrations") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { collect(&path, into) } else { into.push(path) }
    }
}
