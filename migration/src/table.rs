//! Tables as data: one line per column, not null unless marked otherwise.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// A table with all that belongs to it.
pub struct Table {
    name: &'static str,
    /// Belongs to accounts: `tenant_id` is its first column and the first of its primary key.
    of_tenants: bool,
    key: &'static [&'static str],
    columns: &'static [Column],
    indexes: &'static [&'static str],
    sqlite_indexes: &'static [&'static str],
    on_postgres: Option<&'static str>,
}

/// A table of rows of accounts, with the columns that follow `tenant_id` in its primary key.
pub const fn tenant_table(name: &'static str, key: &'static [&'static str]) -> Table {
    Table { of_tenants: true, ..table(name, key) }
}

/// A table that is read without an account, with its primary key.
pub const fn table(name: &'static str, key: &'static [&'static str]) -> Table {
    Table { name, of_tenants: false, key, columns: &[], indexes: &[], sqlite_indexes: &[], on_postgres: None }
}

impl Table {
    pub const fn columns(self, columns: &'static [Column]) -> Self {
        Self { columns, ..self }
    }

    /// One statement each, the same for both engines.
    pub const fn indexes(self, indexes: &'static [&'static str]) -> Self {
        Self { indexes, ..self }
    }

    /// Indexes that only SQLite has, one statement each.
    pub const fn sqlite_indexes(self, sqlite_indexes: &'static [&'static str]) -> Self {
        Self { sqlite_indexes, ..self }
    }

    /// Storage settings that only PostgreSQL has: the clause after `ALTER TABLE name`.
    pub const fn on_postgres(self, settings: &'static str) -> Self {
        Self { on_postgres: Some(settings), ..self }
    }

    pub async fn create(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        let tenant_id = self.of_tenants.then_some(uuid("tenant_id"));
        let mut primary = Index::create();
        primary.name(format!("{}_pkey", self.name));
        for name in tenant_id.iter().map(|column| column.name).chain(self.key.iter().copied()) {
            primary.col(Alias::new(name));
        }
        let mut table = sea_query::Table::create();
        table.table(Alias::new(self.name)).primary_key(&mut primary);
        for column in tenant_id.iter().chain(self.columns) {
            table.col(column.definition());
        }
        manager.create_table(table).await?;
        let db = manager.get_connection();
        let is_sqlite = manager.get_database_backend() == DbBackend::Sqlite;
        let of_sqlite = if is_sqlite { self.sqlite_indexes } else { &[] };
        for index in self.indexes.iter().chain(of_sqlite) {
            db.execute_unprepared(index).await?;
        }
        if let (DbBackend::Postgres, Some(settings)) = (manager.get_database_backend(), self.on_postgres) {
            db.execute_unprepared(&format!("ALTER TABLE {} {settings}", self.name)).await?;
        }
        Ok(())
    }
}

/// A column, not null. The crate `entity` says what each one means.
#[derive(Clone, Copy)]
pub struct Column {
    name: &'static str,
    kind: fn(&mut ColumnDef) -> &mut ColumnDef,
    nullable: bool,
    default: Option<&'static str>,
}

const fn column(name: &'static str, kind: fn(&mut ColumnDef) -> &mut ColumnDef) -> Column {
    Column { name, kind, nullable: false, default: None }
}

pub const fn bigint(name: &'static str) -> Column {
    column(name, ColumnDef::big_integer)
}

pub const fn blob(name: &'static str) -> Column {
    column(name, ColumnDef::blob)
}

pub const fn boolean(name: &'static str) -> Column {
    column(name, ColumnDef::boolean)
}

pub const fn integer(name: &'static str) -> Column {
    column(name, ColumnDef::integer)
}

pub const fn smallint(name: &'static str) -> Column {
    column(name, ColumnDef::small_integer)
}

pub const fn text(name: &'static str) -> Column {
    column(name, ColumnDef::text)
}

pub const fn uuid(name: &'static str) -> Column {
    column(name, ColumnDef::uuid)
}

impl Column {
    pub const fn null(self) -> Self {
        Self { nullable: true, ..self }
    }

    /// A literal of SQL.
    pub const fn default(self, literal: &'static str) -> Self {
        Self { default: Some(literal), ..self }
    }

    /// Adds it to a table of an earlier migration.
    pub async fn add_to(self, table: &'static str, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        let mut change = sea_query::Table::alter();
        change.table(Alias::new(table)).add_column(self.definition());
        manager.alter_table(change).await
    }

    fn definition(self) -> ColumnDef {
        let mut definition = ColumnDef::new(Alias::new(self.name));
        (self.kind)(&mut definition);
        if self.nullable {
            definition.null();
        } else {
            definition.not_null();
        }
        if let Some(literal) = self.default {
            definition.default(Expr::cust(literal));
        }
        definition
    }
}
