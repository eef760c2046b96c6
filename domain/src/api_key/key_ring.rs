//! Creates, lists and revokes API keys for all callers. A key is shown once; only its hash is stored.

use base::clock::Clock;
use base::store::directory;
use base::vault;
use entity::api_key;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::key_maker::KeyMaker;
use super::{Scope, new_key};

/// Maximum length of a key's name; lists show a key in one line.
pub const NAME_CHARS: usize = 100;

/// Properties of a new key.
#[derive(Clone, Copy, Debug)]
pub struct NewKey<'wish> {
    /// Display name; visible, and at most [`NAME_CHARS`] long.
    pub name: &'wish str,
    pub scope: Scope,
    /// Milliseconds since 1970; None: it does not expire.
    pub expires_at: Option<i64>,
    pub maker: KeyMaker,
}

/// Creates a key in the caller's transaction. Returns the key, which cannot be read again, and its id.
pub async fn add(
    db: &impl ConnectionTrait,
    clock: &Clock,
    tenant_id: Uuid,
    wish: &NewKey<'_>,
) -> Result<(SecretString, Uuid), DbErr> {
    let key = new_key();
    let (id, hash) = (clock.uuid_v7(), vault::hash(key.expose_secret()));
    let text = key.expose_secret();
    let tail = text.chars().skip(text.chars().count().saturating_sub(4)).collect();
    let row = api_key::ActiveModel {
        tenant_id: Set(tenant_id),
        id: Set(id),
        name: Set(wish.name.to_owned()),
        scope: Set(wish.scope.name().to_owned()),
        hash: Set(hash.clone()),
        tail: Set(tail),
        created_at: Set(clock.millis()),
        expires_at: Set(wish.expires_at),
        revoked_at: Set(None),
        made_by: Set(wish.maker.stored()),
    };
    api_key::Entity::insert(row).exec_without_returning(db).await?;
    let entry = directory::DirectoryEntry { tenant_id, id, note: String::new(), expires_at: wish.expires_at };
    directory::set(db, directory::IdKind::ApiKey, &hash, entry).await?;
    Ok((key, id))
}

/// Revokes a key; running servers notice within a second. False: there is no such key, or it was already revoked.
pub async fn revoke(db: &impl ConnectionTrait, clock: &Clock, tenant_id: Uuid, id: Uuid) -> Result<bool, DbErr> {
    change(db, tenant_id, id, api_key::Column::RevokedAt, Expr::value(clock.millis())).await
}

/// Makes another person responsible for a key, which from then on may do at most what they may. False: there is no such
/// key, or it is revoked.
pub async fn hand_over(db: &impl ConnectionTrait, tenant_id: Uuid, id: Uuid, to: KeyMaker) -> Result<bool, DbErr> {
    change(db, tenant_id, id, api_key::Column::MadeBy, Expr::value(to.stored())).await
}

/// Changes a key that is not revoked.
async fn change(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    id: Uuid,
    column: api_key::Column,
    value: Expr,
) -> Result<bool, DbErr> {
    let done = api_key::Entity::update_of(tenant_id)
        .col_expr(column, value)
        .filter(api_key::Column::Id.eq(id))
        .filter(api_key::Column::RevokedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}

/// The keys of a maker that are neither revoked nor expired, newest first.
pub async fn living(
    db: &impl ConnectionTrait,
    clock: &Clock,
    tenant_id: Uuid,
    maker: KeyMaker,
) -> Result<Vec<api_key::Model>, DbErr> {
    let now = clock.millis();
    let alive = |key: &api_key::Model| key.revoked_at.is_none() && key.expires_at.is_none_or(|end| end > now);
    let all = list(db, tenant_id).await?;
    Ok(all.into_iter().filter(|key| alive(key) && KeyMaker::of(key) == maker).collect())
}

/// An account's keys, newest first, including revoked ones.
pub async fn list(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Vec<api_key::Model>, DbErr> {
    api_key::Entity::of_tenant(tenant_id).order_by_desc(api_key::Column::Id).all(db).await
}

/// One key of an account.
pub async fn one(db: &impl ConnectionTrait, tenant_id: Uuid, id: Uuid) -> Result<Option<api_key::Model>, DbErr> {
    api_key::Entity::find_by_id((tenant_id, id)).one(db).await
}
