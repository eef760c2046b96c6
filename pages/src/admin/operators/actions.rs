//! Actions on operators, from the page and from the command line.

use domain::audit::By;
use domain::identity::link::{self, Purpose, SignInLink};
use domain::identity::{credentials, person as persons, session as sessions};
use std::collections::BTreeMap;

use base::i18n::Language;
use base::store::VENDOR;
use entity::{person, session};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use crate::panel::PanelContext;

/// Why an operator was not added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAdded {
    /// It is not a valid e-mail.
    NoEmail,
    /// They are an operator already.
    Already,
}

/// An operator in lists.
#[derive(Clone, Debug)]
pub struct OperatorRow {
    pub person: person::Model,
    /// Last activity in the admin, if they are signed in.
    pub seen_at: Option<i64>,
}

/// Creates an operator and returns the address of their first sign-in link. An operator is a separate person from a
/// member of accounts with the same e-mail, so no credential that an account may know is valid in the admin. An
/// operator added again after leaving starts without password and authenticator.
pub async fn add(
    app: &PanelContext,
    email: &str,
    name: &str,
    language: Language,
    by: &By,
) -> anyhow::Result<Result<(person::Model, String), NotAdded>> {
    let email = email.trim().to_lowercase();
    if !persons::is_email(&email) {
        return Ok(Err(NotAdded::NoEmail));
    }
    let tx = app.store.write_tx().await?;
    let name = name.replace('\0', "");
    let new = persons::NewPerson { email: &email, name: name.trim(), language, is_operator: true };
    let person = match persons::add(&app.identity, &tx, new).await? {
        Some(person) => person,
        None => match persons::operator_by_email(&app.identity, &tx, &email).await? {
            Some(known) if known.disabled_at.is_some() => {
                credentials::fall(&tx, known.id).await?;
                set_disabled(&tx, known.id, None).await?;
                known
            }
            _ => {
                tx.rollback().await?;
                return Ok(Err(NotAdded::Already));
            }
        },
    };
    let address = issue(app, &tx, &person, Purpose::NewAuthenticator).await?;
    by.did(app, &tx, "operator.added", (VENDOR, &person.id.to_string()), json!({ "email": email })).await?;
    tx.commit().await?;
    Ok(Ok((person, address)))
}

/// Issues another one-time link. `forget_authenticator`: theirs was lost. Removes the password and ends all sessions;
/// only this link (or a later one of its kind) can connect another authenticator.
pub async fn link(
    app: &PanelContext,
    person: &person::Model,
    forget_authenticator: bool,
    by: &By,
) -> anyhow::Result<String> {
    let tx = app.store.write_tx().await?;
    if forget_authenticator {
        credentials::forget(&tx, person.id).await?;
    }
    // Without an authenticator any other kind of link is useless.
    let enrols = forget_authenticator || person.totp_secret.is_none();
    let purpose = if enrols { Purpose::NewAuthenticator } else { Purpose::Operator };
    let address = issue(app, &tx, person, purpose).await?;
    let detail = json!({ "email": person.email, "forget_authenticator": forget_authenticator });
    by.did(app, &tx, "operator.link_made", (VENDOR, &person.id.to_string()), detail).await?;
    tx.commit().await?;
    Ok(address)
}

/// Removes an operator's access to the admin; their sessions end at once, and password and authenticator are removed. A
/// member of accounts with the same e-mail is another person.
pub async fn disable(app: &PanelContext, person: &person::Model, by: &By) -> anyhow::Result<()> {
    let tx = app.store.write_tx().await?;
    set_disabled(&tx, person.id, Some(app.clock.millis())).await?;
    credentials::fall(&tx, person.id).await?;
    let detail = json!({ "email": person.email });
    by.did(app, &tx, "operator.disabled", (VENDOR, &person.id.to_string()), detail).await?;
    tx.commit().await?;
    Ok(())
}

/// An operator by id.
pub async fn operator(app: &PanelContext, id: Uuid) -> Result<Option<person::Model>, DbErr> {
    let found = persons::by_id(app.store.read(), id).await?;
    Ok(found.filter(|person| person.is_operator && person.disabled_at.is_none()))
}

/// All operators, oldest first.
pub async fn list(app: &PanelContext) -> Result<Vec<OperatorRow>, DbErr> {
    let db = app.store.read();
    let found = person::Entity::of_tenant(VENDOR)
        .filter(person::Column::IsOperator.eq(true))
        .filter(person::Column::DisabledAt.is_null())
        .order_by_asc(person::Column::Id)
        .all(db)
        .await?;
    let seen: Vec<(Option<Uuid>, Option<i64>)> = session::Entity::of_tenant(VENDOR)
        .filter(session::Column::Kind.eq(sessions::SessionKind::Admin.as_str()))
        // A session between the two steps does not count as signed in.
        .filter(session::Column::IsAdmin.eq(true))
        .filter(session::Column::ExpiresAt.gt(app.clock.millis()))
        .select_only()
        .column(session::Column::PersonId)
        .column_as(session::Column::SeenAt.max(), "seen_at")
        .group_by(session::Column::PersonId)
        .into_tuple()
        .all(db)
        .await?;
    let seen: BTreeMap<Option<Uuid>, Option<i64>> = seen.into_iter().collect();
    let row = |person: person::Model| OperatorRow { seen_at: seen.get(&Some(person.id)).copied().flatten(), person };
    Ok(found.into_iter().map(row).collect())
}

async fn issue(
    app: &PanelContext,
    db: &impl ConnectionTrait,
    person: &person::Model,
    purpose: Purpose,
) -> Result<String, DbErr> {
    let token =
        link::issue(&app.identity, db, SignInLink { person_id: person.id, purpose, tenant_id: None, mailed: false })
            .await?;
    Ok(link::address(&app.identity, purpose, &token))
}

async fn set_disabled(db: &impl ConnectionTrait, id: Uuid, at: Option<i64>) -> Result<(), DbErr> {
    person::Entity::update_many()
        .col_expr(person::Column::DisabledAt, Expr::value(at))
        .filter(person::Column::TenantId.eq(VENDOR))
        .filter(person::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}
