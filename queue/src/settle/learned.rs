//! Ids learned from answers: of messages, so that echoes are recognised and statuses find them; of chats, so that
//! hooks and history queries do.

use std::collections::{BTreeMap, BTreeSet};

use base::message::{Direction, LetterKind, Stream};
use base::store::{Executor, ResultRow, Row, Store};
use sea_orm::DbErr;
use uuid::Uuid;

use super::Settlement;
use crate::accept_batch::{Alias, EventKind, NewLetter, Side};
use crate::conversation::{self, NamedConversation, NamedDialogue, known_chats, name_dialogues, use_dialogues};
use crate::inserts::{self, LearnedKeys};
use crate::rows::{Rows, Write};
use crate::{Claim, STATUS_MILLIS};

/// Stores message ids learned from answers, so that echoes are recognised and statuses find their message.
pub fn new_keys(store: &Store, settlements: &[Settlement]) -> Write {
    inserts::new_keys(store, &learned_keys(settlements))
}

/// The message ids that answers contained.
fn learned_keys(settlements: &[Settlement]) -> LearnedKeys<'_> {
    let mut keys = LearnedKeys::new();
    for settlement in settlements {
        let claim = &settlement.claim;
        if let Some(id) = &settlement.learned.external_id {
            keys.insert((claim.tenant_id, claim.source_id, id, EventKind::Sent.number()), claim.letter.message_id);
        }
        if let (Some(id), Direction::ToCrm) = (&settlement.learned.amocrm_message_id, claim.direction) {
            keys.insert((claim.tenant_id, claim.target, id, EventKind::Message.number()), claim.letter.message_id);
        }
    }
    keys
}

/// Looks for statuses and reactions that waited for one of the ids just learned.
pub fn parked(settlements: &[Settlement]) -> Write {
    let learned = with_crm_side(settlements);
    parked_keys(&learned)
        .long("place", learned.iter().map(|(index, _, _)| i64::try_from(*index).unwrap_or(i64::MAX)))
        .write(
            "SELECT rows.place, parked_status.id, parked_status.payload, parked_status.expires_at, parked_status.kind FROM rows \
             JOIN parked_status ON parked_status.tenant_id = {account} AND parked_status.source_id = rows.source_id \
             AND parked_status.external_id = rows.external_id AND parked_status.kind <> 0 ORDER BY parked_status.id",
        )
}

/// What was found, as letters, each with the claim of the message that it is about.
pub fn parked_letters<'a>(
    store: &Store,
    settlements: &'a [Settlement],
    found: &[ResultRow],
) -> Result<Vec<(&'a Claim, NewLetter)>, DbErr> {
    let now = store.clock().millis();
    let mut letters = Vec::new();
    for row in found {
        let place = usize::try_from(row.get::<i64>("place")?).unwrap_or(usize::MAX);
        let Some(settlement) = settlements.get(place).filter(|_| row.get("expires_at").is_ok_and(|end: i64| end > now))
        else {
            continue;
        };
        let claim = &settlement.claim;
        let Some((target, pool)) = settlement.crm.clone() else { continue };
        // A message of ours has no other events for amoCRM.
        let kinds = [LetterKind::Status, LetterKind::Reaction];
        let kind: i16 = row.get("kind")?;
        let Some(kind) = kinds.into_iter().find(|one| one.number() == kind) else { continue };
        let letter = NewLetter {
            id: row.get("id")?,
            message_id: claim.letter.message_id,
            source_id: claim.source_id,
            direction: Direction::ToCrm,
            stream: Stream::Receipts,
            target,
            pool,
            kind,
            payload: row.get("payload")?,
            order_hint: None,
            expires_at: now + STATUS_MILLIS,
            day: claim.letter.day,
            late: false,
        };
        letters.push((claim, letter));
    }
    Ok(letters)
}

/// Removes what waited.
pub fn remove_parked(settlements: &[Settlement]) -> Write {
    parked_keys(&with_crm_side(settlements)).write(
        "DELETE FROM parked_status WHERE {of_account}kind <> 0 AND (tenant_id, source_id, external_id) IN \
         (SELECT rows.tenant_id, rows.source_id, rows.external_id FROM rows)",
    )
}

/// Settlements that learned a messenger's id under which an event may wait.
fn with_crm_side(settlements: &[Settlement]) -> Vec<(usize, &Settlement, &str)> {
    let ids = settlements.iter().enumerate().filter(|(_, settlement)| settlement.crm.is_some());
    ids.filter_map(|(index, one)| one.learned.external_id.as_ref().map(|id| (index, one, id.as_str()))).collect()
}

/// Their keys in `parked_status`.
fn parked_keys(learned: &[(usize, &Settlement, &str)]) -> Rows {
    Rows::new()
        .uuid("tenant_id", learned.iter().map(|(_, settlement, _)| settlement.claim.tenant_id))
        .uuid("source_id", learned.iter().map(|(_, settlement, _)| settlement.claim.source_id))
        .text("external_id", learned.iter().map(|(_, _, id)| *id))
}

/// amojo's chat ids, learned by creating the chats. They are valid even if the lease was lost meanwhile.
fn learned_chats(settlements: &[Settlement]) -> BTreeMap<(Uuid, Uuid), (&str, Uuid)> {
    settlements
        .iter()
        .filter_map(|one| Some(((one.claim.tenant_id, one.claim.conversation_id), (chat_id(one)?, one.claim.target))))
        .collect()
}

/// amojo's chat id that one learned.
fn chat_id(one: &Settlement) -> Option<&str> {
    one.learned.amocrm_chat_id.as_deref().filter(|_| one.claim.direction == Direction::ToCrm)
}

/// The messenger's new id of a dialogue that moved: a group that became a supergroup.
fn moved(one: &Settlement) -> Option<(Uuid, Alias, Uuid)> {
    let external_id = one.learned.moved_to.clone()?;
    let alias = Alias { side: Side::Messenger, origin: one.claim.source_id, external_id };
    Some((one.claim.tenant_id, alias, one.claim.conversation_id))
}

/// Stores chat ids as aliases, so that hooks find their conversation by them. Before any turn is locked, as in
/// accepting.
pub fn new_aliases(settlements: &[Settlement]) -> Write {
    let aliases: BTreeSet<(Uuid, Alias, Uuid)> = learned_chats(settlements)
        .into_iter()
        .map(|(key, (id, origin))| (key.0, Alias { side: Side::Crm, origin, external_id: id.to_owned() }, key.1))
        .chain(settlements.iter().filter_map(moved))
        .collect();
    conversation::new_aliases(
        &aliases.iter().map(|(tenant_id, alias, id)| (*tenant_id, alias, *id)).collect::<Vec<_>>(),
    )
}

/// Stores chat ids in their conversations, for later history queries.
pub fn write_chat_ids(settlements: &[Settlement]) -> Write {
    known_chats(&learned_chats(settlements).into_iter().map(|(key, (id, _))| (key, id)).collect())
}

/// Stores the ids of dialogues that managers started, and reassigns shared ones to where a manager wrote last. Before
/// any turn is locked.
pub async fn learn_dialogues<'a>(
    tx: Executor<'_>,
    store: &Store,
    settlements: &'a [Settlement],
) -> Result<Vec<NamedDialogue<'a>>, DbErr> {
    let used = settlements.iter().filter_map(|one| {
        let claim = &one.claim;
        Some((claim.tenant_id, claim.source_id, one.learned.used.as_deref()?, claim.conversation_id))
    });
    use_dialogues(tx, store, used.collect()).await?;
    let dialogues = settlements.iter().filter_map(|one| {
        let (claim, opened) = (&one.claim, one.learned.opened.as_ref()?);
        Some(NamedConversation { tenant_id: claim.tenant_id, conversation_id: claim.conversation_id, opened })
    });
    name_dialogues(tx, store, dialogues.collect()).await
}

/// Records which chats amoCRM now knows by our ids.
pub async fn note_bound(tx: Executor<'_>, store: &Store, settlements: &[Settlement]) -> Result<(), DbErr> {
    let bound: BTreeSet<(Uuid, Uuid)> = settlements
        .iter()
        .filter(|one| one.learned.bound)
        .map(|one| (one.claim.tenant_id, one.claim.conversation_id))
        .collect();
    Rows::new()
        .uuid("tenant_id", bound.iter().map(|key| key.0))
        .uuid("id", bound.iter().map(|key| key.1))
        .execute(
            tx,
            store,
            "UPDATE conversation SET crm_unbound = false FROM rows WHERE conversation.tenant_id = {account} \
             AND conversation.id = rows.id",
        )
        .await?;
    Ok(())
}
