//! Contact data that comes after a chat began: the customer's own number or address, or the contact that a developer
//! names. A contact may be found by it, so the rule is applied again.

use anyhow::Context;
use base::message::{Person, Role};
use base::store::finish_tx;
use entity::conversation::{self, Column};
use entity::source;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use super::{LinkReason, Rule, phone_hash, task};
use crate::tenant::TenantContext;

/// Stores the number, the address and the named contact that came with a customer's message, and plans the contact again if that may
/// find another. Returns the updated conversation; none if the message contained nothing new.
pub async fn store_provided(
    app: &TenantContext,
    source: &source::Model,
    known: &conversation::Model,
    sender: &Person,
) -> anyhow::Result<Option<conversation::Model>> {
    let before: Person = serde_json::from_str(&known.contact).context("the conversation's contact is damaged")?;
    // A group's members are not the group.
    if sender.role != Role::Client || sender.id != before.id {
        return Ok(None);
    }
    let phone = sender.phone.clone().or_else(|| before.phone.clone());
    let email = sender.email.clone().or_else(|| before.email.clone());
    let crm_contact_id = sender.crm_contact_id.or(before.crm_contact_id);
    let now = Person { phone, email, crm_contact_id, ..before.clone() };
    if now == before {
        return Ok(None);
    }
    let contact = serde_json::to_string(&now).context("a person as JSON")?;
    let phone_hash = phone_hash(&now);
    let tx = app.store.write_tx().await?;
    let done = async {
        let changed = conversation::Entity::update_many()
            .col_expr(Column::Contact, Expr::value(contact.as_str()))
            .col_expr(Column::PhoneHash, Expr::value(phone_hash.as_str()))
            .filter(Column::TenantId.eq(known.tenant_id))
            .filter(Column::Id.eq(known.id))
            // It may have been changed, or the customer erased, since it was read.
            .filter(Column::Contact.eq(known.contact.as_str()))
            .exec(&tx)
            .await?;
        // A contact that is named counts, whatever was chosen before.
        let is_named = now.crm_contact_id != before.crm_contact_id && !known.amocrm_chat_id.is_empty();
        if changed.rows_affected > 0 && (is_named || is_open(source, known)) {
            task::insert(&tx, app.clock.millis(), known, is_named, 0).await?;
        }
        Ok::<_, DbErr>(())
    };
    let done = done.await;
    finish_tx(tx, done).await?;
    Ok(Some(conversation::Model { contact, phone_hash, ..known.clone() }))
}

/// Whether a chat that amoCRM knows may still be linked to another contact: its current one was not chosen by a
/// person.
fn is_open(source: &source::Model, known: &conversation::Model) -> bool {
    let chosen = !matches!(
        LinkReason::of(&known.contact_why),
        None | Some(LinkReason::Nobody | LinkReason::Crm | LinkReason::Made)
    );
    // A chat that was started from a contact's card has its contact.
    let begun = !known.crm_person_id.is_empty();
    Rule::of(source) != Rule::Leave && !known.amocrm_chat_id.is_empty() && !chosen && !begun
}
