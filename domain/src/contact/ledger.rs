//! The ledger of links: every change of a chat's contact, by which id of the customer and on whose word. It is written by the
//! commit that stores the change.

use base::message::Person;
use base::phone::Phone;
use entity::{contact_link, conversation, source};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::json;
use uuid::Uuid;

use super::{ContactOutcome, IdKind, LinkReason, Sureness, is_own_number};
use crate::tenant::TenantContext;
use crate::vendor_events::{self, VendorEventKind};

/// Notes that a chat got another contact, or why it did not get one. `before`: the chat as it was.
pub(super) async fn note(
    db: &impl ConnectionTrait,
    app: &TenantContext,
    before: &conversation::Model,
    outcome: &ContactOutcome,
    made_by: &str,
) -> Result<(), DbErr> {
    let contact_id = outcome.card.as_ref().map_or(0, |card| card.id);
    let says_why = matches!(outcome.why, LinkReason::Recycled | LinkReason::Person | LinkReason::Separated);
    let is_news = contact_id != before.contact_id || (says_why && outcome.why.word() != before.contact_why);
    if !is_news {
        return Ok(());
    }
    let source = source::Entity::find_by_id((before.tenant_id, before.source_id)).one(db).await?;
    let kind = source.map(|source| source.kind).unwrap_or_default();
    let person: Person = serde_json::from_str(&before.contact).unwrap_or_default();
    let evidence = Evidence::of(outcome.why, contact_id, &kind, &person);
    let row = contact_link::Model {
        tenant_id: before.tenant_id,
        id: app.clock.uuid_v7(),
        conversation_id: before.id,
        contact_id,
        contact_name: outcome.card.as_ref().map(|card| card.name.clone()).unwrap_or_default(),
        reason: outcome.why.word().to_owned(),
        id_kind: evidence.kind.word().to_owned(),
        id_value: evidence.value,
        sureness: evidence.sureness.word().to_owned(),
        made_by: made_by.to_owned(),
        undone_at: None,
        undone_by: String::new(),
    };
    let number = |id: i64| (id != 0).then(|| id.to_string());
    let link = json!({
        "id": row.id, "conversation_id": before.id, "source_id": before.source_id,
        "amocrm_contact_id": number(contact_id), "previous_contact_id": number(before.contact_id),
        "why": row.reason, "id_kind": row.id_kind, "sureness": row.sureness,
    });
    contact_link::Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    let data = json!({ "link": link });
    vendor_events::record(app, db, VendorEventKind::CustomerLinked, before.tenant_id, data).await
}

/// By which id a customer was recognised, and how sure that is.
#[derive(Debug, PartialEq, Eq)]
struct Evidence {
    kind: IdKind,
    value: String,
    sureness: Sureness,
}

impl Evidence {
    fn of(why: LinkReason, contact_id: i64, messenger: &str, person: &Person) -> Self {
        let (kind, sureness) = match why {
            LinkReason::Phone if is_own_number(messenger, person) => (IdKind::Phone, Sureness::Proved),
            LinkReason::Phone | LinkReason::PhoneSeveral | LinkReason::Recycled => (IdKind::Phone, Sureness::Likely),
            LinkReason::Email if person.is_signed => (IdKind::Email, Sureness::Proved),
            LinkReason::Email | LinkReason::EmailSeveral => (IdKind::Email, Sureness::Likely),
            LinkReason::Given | LinkReason::GivenUnknown | LinkReason::Person => (IdKind::Contact, Sureness::Told),
            LinkReason::Made => (IdKind::of_person(person), Sureness::Proved),
            LinkReason::Crm
            | LinkReason::Merged
            | LinkReason::Moved
            | LinkReason::Gone
            | LinkReason::Nobody
            | LinkReason::Late
            | LinkReason::Unclear
            | LinkReason::Separated => (IdKind::of_person(person), Sureness::Told),
        };
        let value = match kind {
            IdKind::Phone => person.phone.as_deref().map(masked_phone).unwrap_or_default(),
            IdKind::Email => person.email.as_deref().map(masked_email).unwrap_or_default(),
            IdKind::Contact => person.crm_contact_id.unwrap_or(contact_id).to_string(),
            IdKind::Messenger | IdKind::Login => masked(&person.id),
        };
        Self { kind, value, sureness }
    }
}

/// Takes the number or address from a customer by which a link was made wrongly, unless the messenger or the site vouched for it: a
/// contact that has it too would get the next chat of whose it is.
pub(super) fn forget_wrong_id(undone: &contact_link::Model, person: &mut Person) {
    if undone.sureness != Sureness::Likely.word() {
        return;
    }
    match IdKind::parse(&undone.id_kind) {
        Some(IdKind::Phone) => person.phone = None,
        Some(IdKind::Email) => person.email = None,
        _ => {}
    }
}

impl IdKind {
    const fn of_person(person: &Person) -> Self {
        if person.is_signed { Self::Login } else { Self::Messenger }
    }
}

/// The last two digits.
fn masked_phone(phone: &str) -> String {
    Phone::parse(phone, None).map(|phone| format!("…{}", phone.hint())).unwrap_or_default()
}

/// The first letter and the host.
fn masked_email(email: &str) -> String {
    let (name, host) = email.split_once('@').unwrap_or_default();
    format!("{}…@{host}", name.chars().next().unwrap_or_default())
}

/// The last four characters of a long id, else none of it.
fn masked(id: &str) -> String {
    let count = id.chars().count();
    let shown = if count >= 8 { 4 } else { 0 };
    format!("…{}", id.chars().skip(count - shown).collect::<String>())
}

/// The links of these chats, the newest first; at most `most`.
pub async fn links(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    chats: &[Uuid],
    most: u64,
) -> Result<Vec<contact_link::Model>, DbErr> {
    contact_link::Entity::of_tenant(tenant_id)
        .filter(contact_link::Column::ConversationId.is_in(chats.iter().copied()))
        .order_by_desc(contact_link::Column::Id)
        .limit(most)
        .all(db)
        .await
}

/// Whether a link can be undone: it is how the chat is linked now, and not to a contact that was made for the chat.
pub fn is_undoable(link: &contact_link::Model, chat: &conversation::Model) -> bool {
    let is_own = [LinkReason::Made, LinkReason::Separated].iter().any(|why| why.word() == chat.contact_why);
    let is_current = link.conversation_id == chat.id && link.contact_id == chat.contact_id && chat.contact_id > 0;
    is_current && !is_own && link.undone_at.is_none() && !chat.amocrm_chat_id.is_empty()
}

/// A link.
pub async fn link(db: &impl ConnectionTrait, tenant_id: Uuid, id: Uuid) -> Result<Option<contact_link::Model>, DbErr> {
    contact_link::Entity::find_by_id((tenant_id, id)).one(db).await
}

/// Marks a link as undone.
pub(super) async fn undo(
    db: &impl ConnectionTrait,
    (tenant_id, id): (Uuid, Uuid),
    now: i64,
    by: &str,
) -> Result<(), DbErr> {
    contact_link::Entity::update_of(tenant_id)
        .col_expr(contact_link::Column::UndoneAt, Expr::value(Some(now)))
        .col_expr(contact_link::Column::UndoneBy, Expr::value(by))
        .filter(contact_link::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_as_sure_as_who_vouches_for_the_id() {
        let typed = Person {
            id: "0123456789".to_owned(),
            phone: Some("+79151112233".to_owned()),
            email: Some("anna@example.com".to_owned()),
            ..Person::default()
        };
        let signed = Person { is_signed: true, ..typed.clone() };
        let (likely, proved, told) = (Sureness::Likely, Sureness::Proved, Sureness::Told);
        for (why, messenger, person, kind, value, sureness) in [
            (LinkReason::Phone, "whatsapp", &typed, IdKind::Phone, "…33", proved),
            (LinkReason::Phone, "webchat", &typed, IdKind::Phone, "…33", likely),
            (LinkReason::Phone, "webchat", &signed, IdKind::Phone, "…33", proved),
            (LinkReason::PhoneSeveral, "whatsapp", &typed, IdKind::Phone, "…33", likely),
            (LinkReason::Email, "webchat", &typed, IdKind::Email, "a…@example.com", likely),
            (LinkReason::Email, "webchat", &signed, IdKind::Email, "a…@example.com", proved),
            (LinkReason::Person, "telegram", &typed, IdKind::Contact, "77", told),
            (LinkReason::Crm, "vk", &typed, IdKind::Messenger, "…6789", told),
            (LinkReason::Moved, "webchat", &signed, IdKind::Login, "…6789", told),
        ] {
            let expected = Evidence { kind, value: value.to_owned(), sureness };
            assert_eq!(Evidence::of(why, 77, messenger, person), expected, "{why:?} {messenger}");
        }
        assert_eq!(masked("1234567"), "…");
    }
}
