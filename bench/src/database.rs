//! A separate database for each stage.

use std::path::Path;

use anyhow::Context;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use uuid::Uuid;

/// The database of a stage.
pub struct Own {
    pub url: String,
    /// The PostgreSQL server in which it was created, and its name there.
    made: Option<(String, String)>,
}

impl Own {
    /// A new database in the server that `postgres` names, or a file in the folder.
    pub async fn new(postgres: Option<&str>, folder: &Path) -> anyhow::Result<Self> {
        let Some(address) = postgres else {
            return Ok(Self { url: format!("sqlite://{}/bench.db", folder.display()), made: None });
        };
        let name = format!("bench_{}", Uuid::new_v4().simple());
        let (server, _) = address.rsplit_once('/').context("an address of PostgreSQL ends with /DATABASE")?;
        say(address, &[&format!("CREATE DATABASE {name}")]).await?;
        Ok(Self { url: format!("{server}/{name}"), made: Some((address.to_owned(), name)) })
    }

    /// Removes it; requires that no connection is open.
    pub async fn remove(self) -> anyhow::Result<()> {
        let Some((address, name)) = self.made else { return Ok(()) };
        say(&address, &[&format!("DROP DATABASE {name} WITH (FORCE)")]).await
    }
}

/// Runs statements over a new connection, each in its own transaction.
pub async fn say(address: &str, statements: &[&str]) -> anyhow::Result<()> {
    let db: DatabaseConnection = Database::connect(address).await?;
    for statement in statements {
        db.execute_unprepared(statement).await.with_context(|| (*statement).to_owned())?;
    }
    Ok(db.close().await?)
}
