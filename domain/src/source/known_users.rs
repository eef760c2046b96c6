//! The users of an account, as pages name them: amoCRM's hooks contain only a manager's id. Users who left the account are
//! kept, because their messages are.

use std::sync::Arc;

use base::error::Result;
use chrono::TimeDelta;
use entity::crm_copy as table;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::crm_copy::{self, CrmItem};
use super::mirror;
use crate::source::SourceContext;
use crate::tenant::users;

/// A user of the account, present or past.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownUser {
    /// amojo's id, by which hooks name the user.
    pub amojo_id: String,
    /// amoCRM's id.
    pub id: i64,
    pub name: String,
}

impl CrmItem for KnownUser {
    const NAME: &'static str = "users";
    const FRESH: TimeDelta = TimeDelta::minutes(10);

    async fn ask(app: Arc<SourceContext>, tenant_id: Uuid) -> Result<()> {
        let listed = users::read_all(&app.tenants, tenant_id).await.map_err(mirror::as_error)?;
        let kept = crm_copy::stored::<Self>(&app, tenant_id).await?.map(|known| known.items).unwrap_or_default();
        let present = listed.into_iter().map(|user| Self { amojo_id: user.amojo_id, id: user.id, name: user.name });
        crm_copy::keep(&app, tenant_id, &with_past(present.collect(), kept)).await;
        Ok(())
    }
}

/// The present users, then those who are listed no more.
fn with_past(mut present: Vec<KnownUser>, kept: Vec<KnownUser>) -> Vec<KnownUser> {
    let gone = kept.into_iter().filter(|user| !present.iter().any(|one| one.is(&user.amojo_id)));
    let gone: Vec<KnownUser> = gone.collect();
    present.extend(gone);
    present
}

impl KnownUser {
    fn is(&self, amojo_id: &str) -> bool {
        self.amojo_id.eq_ignore_ascii_case(amojo_id)
    }
}

/// The users as they were last read; empty if amoCRM never listed them.
#[derive(Clone, Debug, Default)]
pub struct KnownUsers(Vec<KnownUser>);

impl KnownUsers {
    /// Reads what is kept: for lists, which read it with their other data.
    pub async fn of_tenant(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Self, DbErr> {
        let row = table::Entity::of_tenant(tenant_id).filter(table::Column::Name.eq(KnownUser::NAME)).one(db).await?;
        Ok(Self(row.and_then(|row| serde_json::from_str(&row.body).ok()).unwrap_or_default()))
    }

    /// The name of the user with this amojo id.
    pub fn name_of(&self, amojo_id: &str) -> Option<&str> {
        let user = self.of_amojo_id(amojo_id)?;
        Some(user.name.as_str()).filter(|name| !name.is_empty())
    }

    /// The user with this amojo id.
    pub fn of_amojo_id(&self, amojo_id: &str) -> Option<&KnownUser> {
        self.0.iter().find(|user| user.is(amojo_id))
    }

    /// amojo's ids of all of them.
    pub fn amojo_ids(&self) -> Vec<String> {
        self.0.iter().map(|user| user.amojo_id.clone()).collect()
    }
}

/// Asks amoCRM for the users in the background, if it is time.
pub async fn refresh_users(app: &Arc<SourceContext>, tenant_id: Uuid) -> Result<()> {
    crm_copy::refresh::<KnownUser>(app, tenant_id).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(amojo_id: &str, name: &str) -> KnownUser {
        KnownUser { amojo_id: amojo_id.to_owned(), id: 1, name: name.to_owned() }
    }

    #[test]
    fn a_removed_user_is_still_named() {
        let kept = vec![user("a", "Anna"), user("b", "Boris")];
        let known = KnownUsers(with_past(vec![user("B", "Boris P."), user("c", "Carl")], kept));
        let names = ["a", "b", "c", "d"].map(|id| known.name_of(id).map(str::to_owned));
        assert_eq!(names, [Some("Anna".to_owned()), Some("Boris P.".to_owned()), Some("Carl".to_owned()), None]);
        assert_eq!(known.amojo_ids(), ["B", "c", "a"]);
    }
}
