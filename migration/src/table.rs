//! Short words for what every migration does.

use sea_orm_migration::prelude::*;

/// A column by name; its type and nullability follow.
pub fn column(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name))
}

/// Creates a table with the given primary key.
pub async fn create(
    manager: &SchemaManager<'_>,
    name: &'static str,
    key: &[&'static str],
    columns: Vec<ColumnDef>,
) -> Result<(), DbErr> {
    let mut primary = Index::create();
    primary.name(format!("{name}_pkey"));
    for column in key {
        primary.col(Alias::new(*column));
    }
    let mut table = Table::create();
    table.table(Alias::new(name)).primary_key(&mut primary);
    for mut column in columns {
        table.col(&mut column);
    }
    manager.create_table(table.to_owned()).await
}

/// Runs one statement as it stands.
pub async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await?;
    Ok(())
}
