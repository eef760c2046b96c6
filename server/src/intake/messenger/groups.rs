//! Titles and members of groups.

use base::message::Person;
use entity::{conversation, source};
use sea_orm::{ColumnTrait, QueryFilter};

use super::content::cleaned_person;
use super::route::identity;
use crate::contact;
use crate::intake::IntakeContext;

/// Stores the current title and members of a group. Conversations with people are unchanged.
pub(super) async fn set(app: &IntakeContext, source: &source::Model, id: &str, group: &Person) -> anyhow::Result<()> {
    let Some(known) = app.lookup.conversation(source.tenant_id, identity(source, id)).await? else { return Ok(()) };
    let row = conversation::Entity::of_tenant(source.tenant_id)
        .filter(conversation::Column::Id.eq(known.conversation_id))
        .one(app.store.read())
        .await?;
    if let Some(row) = row
        && contact::know_group(&app.tenants, &row, &cleaned_person(group.clone())).await?
    {
        let _ = app.changes.send(row.id);
    }
    Ok(())
}
