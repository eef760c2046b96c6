//! What is known of a group: its title, which is the name of its person and of the contact that amoCRM made for the chat,
//! and its members.

use std::sync::Arc;

use amocrm::rest::ContactChange;
use anyhow::Context;
use base::message::Person;
use base::store::finish_tx;
use entity::conversation::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use super::{find, task};
use crate::tenant::TenantContext;
use crate::tenant::token::with_token;

/// Stores a group's new title and members, and plans the change of its contact. False if they are known, or the
/// conversation is not this group's.
pub async fn know_group(app: &TenantContext, known: &conversation::Model, group: &Person) -> anyhow::Result<bool> {
    let before: Person = serde_json::from_str(&known.contact).context("the conversation's contact is damaged")?;
    let Some(title) = group.name.as_deref().map(str::trim).filter(|title| !title.is_empty()) else { return Ok(false) };
    if before.id != group.id {
        return Ok(false);
    }
    // Most messengers do not name the members.
    let members = if group.members.is_empty() { before.members.clone() } else { group.members.clone() };
    let old = before.name.clone().filter(|old| old != title).unwrap_or_default();
    let now = Person { name: Some(title.to_owned()), members, ..before.clone() };
    if now == before {
        return Ok(false);
    }
    let contact = serde_json::to_string(&now).context("a person as JSON")?;
    let tx = app.store.write_tx().await?;
    let done = async {
        let changed = conversation::Entity::update_many()
            .col_expr(Column::Contact, Expr::value(contact))
            .filter(Column::TenantId.eq(known.tenant_id))
            .filter(Column::Id.eq(known.id))
            // It may have been changed, or the customer erased, since it was read.
            .filter(Column::Contact.eq(known.contact.as_str()))
            .exec(&tx)
            .await?;
        // amoCRM gets the title of a chat that it does not know yet with the chat.
        if changed.rows_affected > 0 && !known.amocrm_chat_id.is_empty() && !old.is_empty() {
            task::insert_renaming(&tx, app.clock.millis(), known, &old).await?;
        }
        Ok::<_, DbErr>(changed.rows_affected > 0)
    };
    let done = done.await;
    Ok(finish_tx(tx, done).await?)
}

/// Renames the contact of a group's chat. One whose name is not the group's old title was named by people, and stays.
pub(super) async fn rename(
    app: &Arc<TenantContext>,
    known: &conversation::Model,
    renamed_from: &str,
) -> anyhow::Result<()> {
    let group: Person = serde_json::from_str(&known.contact).context("the conversation's contact is damaged")?;
    let Some(title) = group.name else { return Ok(()) };
    let Some(contact_id) = find::of_chat(app, known.tenant_id, &known.amocrm_chat_id).await? else { return Ok(()) };
    let Some(card) = find::by_id(app, known.tenant_id, contact_id).await? else { return Ok(()) };
    if card.name != renamed_from {
        return Ok(());
    }
    let change = ContactChange { name: Some(title.clone()), ..ContactChange::default() };
    let ask = |rest: amocrm::rest::Rest, token| {
        let change = change.clone();
        async move { rest.update_contact(&token, contact_id, &change).await }
    };
    with_token(app, known.tenant_id, ask).await?;
    conversation::Entity::update_many()
        .col_expr(Column::ContactName, Expr::value(title))
        .filter(Column::TenantId.eq(known.tenant_id))
        .filter(Column::Id.eq(known.id))
        .filter(Column::ContactId.eq(contact_id))
        .exec(app.store.write())
        .await?;
    Ok(())
}
