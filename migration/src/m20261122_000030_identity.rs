//! Proof of e-mail addresses, the validity of credentials, and operators as separate persons.
//!
//! Until now one row was both an operator and a member of accounts, and nothing recorded who had set a password. Existing
//! rows are sorted by what can be proved:
//!
//! * An operator keeps the row, with its id and the admin's sessions. One who also belongs to accounts gets a second row
//!   for them, without credentials. The operator's credentials stay if the vendor created the person; if an account may
//!   have known the person first, they are removed.
//! * Everybody else's credentials become valid in the one account they belong to. With several accounts (or none) it is
//!   unknown which of them set the credentials, so they are removed.

use std::collections::BTreeMap;

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::prelude::Uuid;

use crate::table::run;

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in COLUMNS {
            run(manager, statement).await?;
        }
        let accounts = accounts(manager).await?;
        operators(manager, &accounts).await?;
        members(manager, &accounts).await
    }
}

const COLUMNS: &[&str] = &[
    "ALTER TABLE person ADD COLUMN proved_at BIGINT",
    "ALTER TABLE person ADD COLUMN set_in UUID",
    "ALTER TABLE person ADD COLUMN revision BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE person ADD COLUMN link_only BOOLEAN NOT NULL DEFAULT FALSE",
    "ALTER TABLE person ADD COLUMN wrong_codes INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE person ADD COLUMN warned_at BIGINT NOT NULL DEFAULT 0",
    // Links and keys that no page had shown yet were stored here unencrypted.
    "UPDATE session SET notice = '' WHERE notice <> ''",
    "ALTER TABLE tenant ADD COLUMN second_step BOOLEAN NOT NULL DEFAULT FALSE",
];

/// `vendor add` writes to the audit log within this many milliseconds of creating the row.
const AT_ONCE: i64 = 10_000;

/// The accounts that each person ever joined; invitations that were not accepted do not count.
type Accounts = BTreeMap<Uuid, Vec<Uuid>>;

fn name(text: &'static str) -> Alias {
    Alias::new(text)
}

async fn accounts(manager: &SchemaManager<'_>) -> Result<Accounts, DbErr> {
    let entered =
        Expr::col(name("disabled_at")).is_null().or(Expr::col(name("disabled_at")).ne(Expr::col(name("invited_at"))));
    let select = Query::select()
        .columns([name("tenant_id"), name("person_id")])
        .from(name("member"))
        .and_where(entered)
        .to_owned();
    let mut found = Accounts::new();
    for row in manager.get_connection().query_all(&select).await? {
        found.entry(row.try_get("", "person_id")?).or_default().push(row.try_get("", "tenant_id")?);
    }
    Ok(found)
}

async fn operators(manager: &SchemaManager<'_>, accounts: &Accounts) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let select = Query::select()
        .columns([name("id"), name("email"), name("name"), name("language"), name("created_at")])
        .from(name("person"))
        .and_where(Expr::col(name("is_operator")).eq(true))
        .to_owned();
    for row in db.query_all(&select).await? {
        let id: Uuid = row.try_get("", "id")?;
        let email: String = row.try_get("", "email")?;
        let created_at: i64 = row.try_get("", "created_at")?;
        if !is_member(manager, id).await? {
            set(
                manager,
                "directory",
                &[("kind", "operator".into())],
                &[("kind", "person".into()), ("key", email.into())],
            )
            .await?;
            continue;
        }
        if accounts.contains_key(&id) && !made_by_the_vendor(manager, id, created_at).await? {
            fall(manager, id).await?;
            delete(manager, "session", &[("person_id", id.into())]).await?;
        }
        // Differs from every id that a clock makes: the last bit is random there and not part of the order.
        let panel = Uuid::from_u128(id.as_u128() ^ 1);
        let insert = Query::insert()
            .into_table(name("person"))
            .columns(["tenant_id", "id", "email", "name", "language", "created_at", "is_operator"].map(name))
            .values_panic([
                Uuid::nil().into(),
                panel.into(),
                email.clone().into(),
                row.try_get::<String>("", "name")?.into(),
                row.try_get::<String>("", "language")?.into(),
                created_at.into(),
                false.into(),
            ])
            .to_owned();
        db.execute(&insert).await?;
        hand_over(manager, id, panel, &email).await?;
    }
    Ok(())
}

/// Moves an operator's memberships to the person that represents them in accounts from now on.
async fn hand_over(manager: &SchemaManager<'_>, operator: Uuid, panel: Uuid, email: &str) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let select = Query::select()
        .column(name("tenant_id"))
        .from(name("member"))
        .and_where(Expr::col(name("person_id")).eq(operator))
        .to_owned();
    for row in db.query_all(&select).await? {
        let tenant: Uuid = row.try_get("", "tenant_id")?;
        let to = [("key", format!("{panel}:{tenant}").into()), ("id", panel.into())];
        let of = [("kind", "membership".into()), ("key", format!("{operator}:{tenant}").into())];
        set(manager, "directory", &to, &of).await?;
        for table in ["member", "alert_reader"] {
            let of = [("tenant_id", tenant.into()), ("person_id", operator.into())];
            set(manager, table, &[("person_id", panel.into())], &of).await?;
        }
    }
    delete(manager, "session", &[("person_id", operator.into()), ("kind", "panel".into())]).await?;
    let of = [("kind", "person".into()), ("key", email.into())];
    set(manager, "directory", &[("id", panel.into())], &of).await?;
    let insert = Query::insert()
        .into_table(name("directory"))
        .columns(["kind", "key", "tenant_id", "id", "note"].map(name))
        .values_panic(["operator".into(), email.into(), Uuid::nil().into(), operator.into(), "".into()])
        .to_owned();
    db.execute(&insert).await?;
    Ok(())
}

async fn is_member(manager: &SchemaManager<'_>, person: Uuid) -> Result<bool, DbErr> {
    let select = Query::select()
        .column(name("person_id"))
        .from(name("member"))
        .and_where(Expr::col(name("person_id")).eq(person))
        .limit(1)
        .to_owned();
    Ok(manager.get_connection().query_one(&select).await?.is_some())
}

/// Whether the audit log says that the person was created as an operator, not by an account's invitation.
async fn made_by_the_vendor(manager: &SchemaManager<'_>, id: Uuid, created_at: i64) -> Result<bool, DbErr> {
    let select = Query::select()
        .column(name("id"))
        .from(name("audit"))
        .and_where(Expr::col(name("tenant_id")).eq(Uuid::nil()))
        .and_where(Expr::col(name("action")).eq("operator.added"))
        .and_where(Expr::col(name("object")).eq(id.to_string()))
        .and_where(Expr::col(name("at")).between(created_at, created_at + AT_ONCE))
        .limit(1)
        .to_owned();
    Ok(manager.get_connection().query_one(&select).await?.is_some())
}

async fn members(manager: &SchemaManager<'_>, accounts: &Accounts) -> Result<(), DbErr> {
    let select = Query::select()
        .column(name("id"))
        .from(name("person"))
        .and_where(Expr::col(name("is_operator")).eq(false))
        .and_where(Expr::col(name("password_hash")).is_not_null().or(Expr::col(name("totp_secret")).is_not_null()))
        .to_owned();
    for row in manager.get_connection().query_all(&select).await? {
        let id: Uuid = row.try_get("", "id")?;
        match accounts.get(&id).map_or(&[][..], Vec::as_slice) {
            [tenant] => set(manager, "person", &[("set_in", (*tenant).into())], &[("id", id.into())]).await?,
            _ => {
                fall(manager, id).await?;
                delete(manager, "session", &[("person_id", id.into()), ("kind", "panel".into())]).await?;
            }
        }
    }
    Ok(())
}

async fn fall(manager: &SchemaManager<'_>, person: Uuid) -> Result<(), DbErr> {
    let nothing = [
        ("password_hash", Value::String(None).into()),
        ("totp_secret", Value::Bytes(None).into()),
        ("totp_step", Value::BigInt(None).into()),
    ];
    set(manager, "person", &nothing, &[("id", person.into())]).await
}

type Pair = (&'static str, Expr);

async fn set(manager: &SchemaManager<'_>, table: &'static str, to: &[Pair], of: &[Pair]) -> Result<(), DbErr> {
    let mut update = Query::update();
    update.table(name(table)).values(to.iter().map(|(column, value)| (name(column), value.clone())));
    for (column, value) in of {
        update.and_where(Expr::col(name(column)).eq(value.clone()));
    }
    manager.get_connection().execute(&update).await?;
    Ok(())
}

async fn delete(manager: &SchemaManager<'_>, table: &'static str, of: &[Pair]) -> Result<(), DbErr> {
    let mut delete = Query::delete();
    delete.from_table(name(table));
    for (column, value) in of {
        delete.and_where(Expr::col(name(column)).eq(value.clone()));
    }
    manager.get_connection().execute(&delete).await?;
    Ok(())
}
