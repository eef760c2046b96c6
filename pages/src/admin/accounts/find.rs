//! Searches accounts, a page at a time, newest first.

use base::store::like::holding;
use domain::delivery::read::find::{owners, owners_of_phone};
use domain::tenant::TenantStatus;
use entity::tenant::{self, Column};
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// States to filter by, in the order of the list.
pub const STATES: [TenantStatus; 10] = [
    TenantStatus::Active,
    TenantStatus::Provisioning,
    TenantStatus::AwaitingCredentials,
    TenantStatus::NeedsReauth,
    TenantStatus::Unpaid,
    TenantStatus::Blocked,
    TenantStatus::Suspended,
    TenantStatus::PlanEnded,
    TenantStatus::Disconnected,
    TenantStatus::Uninstalled,
];

/// The search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountSearch {
    /// Part of an address or name, an id of the account (ours, amoCRM's or the Chats API's), an id of one of its
    /// messages (ours, amoCRM's or the messenger's), or the phone number of one of its customers or its hash.
    pub search: String,
    pub state: Option<TenantStatus>,
}

/// A page of accounts after `after`, at most `limit`.
pub async fn find(
    db: &impl ConnectionTrait,
    filter: &AccountSearch,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<tenant::Model>, DbErr> {
    let mut select = tenant::Entity::find();
    if let Some(state) = filter.state {
        select = select.filter(in_state(state));
    }
    let search = filter.search.trim();
    if !search.is_empty() {
        let mut owners = owners(db, search).await?;
        owners.extend(owners_of_phone(db, search).await?);
        select = select.filter(named(search).add(Column::TenantId.is_in(owners)));
    }
    if let Some(after) = after {
        select = select.filter(Column::TenantId.lt(after));
    }
    select.order_by_desc(Column::TenantId).limit(limit).all(db).await
}

/// The accounts with these ids, in one query.
pub async fn by_ids(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<tenant::Model>, DbErr> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    tenant::Entity::find().filter(Column::TenantId.is_in(ids.iter().copied())).all(db).await
}

/// The displayed state: a hold overrides every state except those without delivery anyway.
pub(in crate::admin) fn in_state(state: TenantStatus) -> Condition {
    let gone = [TenantStatus::Disconnected, TenantStatus::Uninstalled];
    let gone_words = gone.map(TenantStatus::as_str);
    match state {
        TenantStatus::Suspended => {
            Condition::all().add(Column::Suspended.eq(true)).add(Column::Status.is_not_in(gone_words))
        }
        TenantStatus::PlanEnded => Condition::all()
            .add(Column::PlanEnded.eq(true))
            .add(Column::Suspended.eq(false))
            .add(Column::Status.is_not_in(gone_words)),
        _ if gone.contains(&state) => Condition::all().add(Column::Status.eq(state.as_str())),
        _ => Condition::all()
            .add(Column::Status.eq(state.as_str()))
            .add(Column::Suspended.eq(false))
            .add(Column::PlanEnded.eq(false)),
    }
}

fn named(search: &str) -> Condition {
    let lower = search.to_lowercase();
    let mut found = Condition::any()
        .add(Expr::col(Column::Host).like(holding(&lower)))
        .add(Expr::expr(Func::lower(Expr::col(Column::Name))).like(holding(&lower)))
        // SQLite folds the case of ASCII letters only.
        .add(Expr::col(Column::Name).like(holding(search)));
    if let Ok(account_id) = search.parse::<i64>() {
        found = found.add(Column::AccountId.eq(account_id));
    }
    if let Ok(id) = Uuid::try_parse(search) {
        found = found.add(Column::TenantId.eq(id)).add(Column::AmojoId.eq(id.to_string()));
    }
    found
}
