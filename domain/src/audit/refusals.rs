//! Refused sign-ins and API keys. Strangers can cause them at any rate, so noting one only counts it in memory. Every
//! few seconds the counts are written to the audit log: one row for each reason, login and address within an hour, at
//! most [`MOST`] rows an hour for all strangers of a process.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base::clock::Clock;
use base::store::{VENDOR, directory};
use chrono::TimeDelta;
use entity::{audit, person};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::Actor;
use crate::platform::PlatformContext;

/// Window: equal refusals within it share a row.
const WINDOW: TimeDelta = TimeDelta::hours(1);
/// Distinct refusals per window; further ones are counted together, without address and name.
const MOST: usize = 1_000;
/// Distinct names per address and window; further ones are counted without a name.
const MOST_AN_ADDRESS: u32 = 20;
/// The longest name that is looked up, in bytes.
const LONGEST: usize = 254;

/// One refusal.
#[derive(Clone, Copy, Debug)]
pub struct RefusedAction<'refusal> {
    pub whose: AuditLogKind<'refusal>,
    /// The attempted action: `member.signed_in`, `key.used`.
    pub action: &'static str,
    /// A fixed short word: `password`, `code`, `too_many_tries`.
    pub why: &'static str,
    /// The network they came from.
    pub place: &'refusal str,
}

/// The log it belongs to.
#[derive(Clone, Copy, Debug)]
pub enum AuditLogKind<'refusal> {
    /// The person with this e-mail or id: the row goes into the log of each of their accounts. An unknown login is not
    /// recorded, because people type passwords into the wrong field; only the attempt is.
    Person(&'refusal str),
    /// An account or the vendor, and the object of the attempt.
    Account(Uuid, &'refusal str),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Subject {
    Person(String),
    Account(Uuid, String),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct RefusalKey {
    window: i64,
    action: &'static str,
    why: &'static str,
    place: String,
    subject: Subject,
}

#[derive(Clone, Debug)]
struct RefusalSlot {
    /// Id of its row in each log.
    id: Uuid,
    at: i64,
    count: u64,
    /// Changed since the rows were written.
    fresh: bool,
    /// The logs that have a row of it, once written.
    logs: Vec<Uuid>,
}

/// Refusals of the last hour that this process knows.
#[derive(Debug, Default)]
pub struct Refusals {
    slots: Mutex<HashMap<RefusalKey, RefusalSlot>>,
    writing: tokio::sync::Mutex<()>,
}

impl Refusals {
    /// Counts a refusal in memory; neither reads nor writes the database.
    pub fn note(&self, refusal: RefusedAction<'_>, clock: &Clock) {
        let now = clock.millis();
        let subject = match refusal.whose {
            AuditLogKind::Person(login) if login.len() <= LONGEST => Subject::Person(login.trim().to_lowercase()),
            AuditLogKind::Person(_) => no_subject(),
            AuditLogKind::Account(id, object) => Subject::Account(id, object.chars().take(LONGEST).collect()),
        };
        let RefusedAction { action, why, place, .. } = refusal;
        let mut key = RefusalKey {
            window: now.div_euclid(WINDOW.num_milliseconds()),
            action,
            why,
            place: place.to_owned(),
            subject,
        };
        let mut slots = self.slots();
        if !slots.contains_key(&key) {
            let same = |other: &&RefusalKey| other.window == key.window && other.place == key.place;
            let names = u32::try_from(slots.keys().filter(same).count()).unwrap_or(u32::MAX);
            if names >= MOST_AN_ADDRESS {
                key.subject = no_subject();
            }
            if slots.len() >= MOST && !slots.contains_key(&key) {
                (key.place, key.subject) = (String::new(), no_subject());
            }
        }
        let slot = RefusalSlot { id: clock.uuid_v7(), at: now, count: 1, fresh: true, logs: Vec::new() };
        add(&mut slots, key, slot);
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<RefusalKey, RefusalSlot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_fresh(&self, now: i64) -> Vec<(RefusalKey, RefusalSlot)> {
        let mut slots = self.slots();
        slots.retain(|key, slot| slot.fresh || key.window >= now.div_euclid(WINDOW.num_milliseconds()));
        let mut fresh = Vec::new();
        for (key, slot) in slots.iter_mut().filter(|(_, slot)| slot.fresh) {
            slot.fresh = false;
            fresh.push((key.clone(), slot.clone()));
        }
        fresh
    }

    fn written(&self, key: &RefusalKey, logs: Vec<Uuid>) {
        if let Some(slot) = self.slots().get_mut(key) {
            slot.logs = logs;
        }
    }

    fn unwritten(&self, key: &RefusalKey) {
        if let Some(slot) = self.slots().get_mut(key) {
            slot.fresh = true;
        }
    }

    /// An unknown login: counted without its name.
    fn nameless(&self, key: &RefusalKey) {
        let mut slots = self.slots();
        if let Some(slot) = slots.remove(key) {
            add(&mut slots, RefusalKey { subject: no_subject(), ..key.clone() }, RefusalSlot { fresh: true, ..slot });
        }
    }
}

fn no_subject() -> Subject {
    Subject::Account(VENDOR, String::new())
}

fn add(slots: &mut HashMap<RefusalKey, RefusalSlot>, key: RefusalKey, new: RefusalSlot) {
    let counted = |slot: &mut RefusalSlot| {
        slot.count = slot.count.saturating_add(new.count);
        slot.fresh = true;
    };
    slots.entry(key).and_modify(counted).or_insert_with(|| new.clone());
}

/// Updates the rows from the counts. Counts that cannot be written are kept.
pub async fn flush(app: &PlatformContext, refusals: &Refusals) {
    if app.is_read_only() {
        return;
    }
    let _one_at_a_time = refusals.writing.lock().await;
    // Twice: logins that turn out to be unknown are counted again without a name.
    for _ in 0..2 {
        for (key, slot) in refusals.take_fresh(app.clock.millis()) {
            match write(app, &key, &slot).await {
                Ok(Some(logs)) => refusals.written(&key, logs),
                Ok(None) => refusals.nameless(&key),
                Err(error) => {
                    refusals.unwritten(&key);
                    tracing::warn!(%error, "rejected sign-ins could not be stored yet");
                    return;
                }
            }
        }
    }
}

/// The logs that now have a row of it; `None` if the login is unknown.
async fn write(app: &PlatformContext, key: &RefusalKey, slot: &RefusalSlot) -> Result<Option<Vec<Uuid>>, DbErr> {
    let detail = json!({ "why": key.why, "count": slot.count }).to_string();
    if !slot.logs.is_empty() {
        for tenant_id in &slot.logs {
            audit::Entity::update_of(*tenant_id)
                .col_expr(audit::Column::Detail, Expr::value(detail.as_str()))
                .filter(audit::Column::Id.eq(slot.id))
                .exec(app.store.write())
                .await?;
        }
        return Ok(Some(slot.logs.clone()));
    }
    let Some((logs, object)) = logs(app, key).await? else { return Ok(None) };
    for tenant_id in &logs {
        let (actor_kind, actor_id, _) = Actor::Stranger.parts();
        let row = audit::Model {
            tenant_id: *tenant_id,
            id: slot.id,
            at: slot.at,
            actor_kind: actor_kind.to_owned(),
            actor_id,
            actor_name: String::new(),
            action: key.action.to_owned(),
            object: object.clone(),
            detail: detail.clone(),
            address: key.place.clone(),
            outcome: "refused".to_owned(),
        };
        audit::Entity::insert(row.into_active_model()).exec_without_returning(app.store.write()).await?;
        let (action, reason, client) = (key.action, key.why, key.place.as_str());
        tracing::info!(tenant.id = %tenant_id, action, reason, client.address = client, "a sign-in or an API key was rejected");
    }
    Ok(Some(logs))
}

/// The logs it belongs to, and its object.
async fn logs(app: &PlatformContext, key: &RefusalKey) -> Result<Option<(Vec<Uuid>, String)>, DbErr> {
    let login = match &key.subject {
        Subject::Account(tenant_id, object) => return Ok(Some((vec![*tenant_id], object.clone()))),
        Subject::Person(login) => login,
    };
    let (db, now) = (app.store.read(), app.clock.millis());
    let vendors = key.action.starts_with("operator.");
    let id = match Uuid::try_parse(login) {
        Ok(id) => Some(id),
        Err(_) => {
            let kind = if vendors { directory::IdKind::Operator } else { directory::IdKind::Person };
            directory::find(db, kind, login, now).await?.map(|entry| entry.id)
        }
    };
    let Some(id) = id else { return Ok(None) };
    let person = person::Entity::find_by_id((VENDOR, id)).one(db).await?;
    let Some(person) = person else { return Ok(None) };
    let object = if person.email.is_empty() { id.to_string() } else { person.email };
    let mut logs = Vec::new();
    if !vendors {
        let all = directory::list(db, directory::IdKind::Membership, &format!("{id}:"), now).await?;
        logs.extend(all.into_iter().map(|(_, entry)| entry.tenant_id));
    }
    if logs.is_empty() {
        logs.push(VENDOR);
    }
    Ok(Some((logs, object)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn refusal<'one>(login: &'one str, place: &'one str) -> RefusedAction<'one> {
        RefusedAction { whose: AuditLogKind::Person(login), action: "member.signed_in", why: "password", place }
    }

    #[test]
    fn equal_refusals_within_an_hour_are_one_row_with_a_count() {
        let (refusals, clock) = (Refusals::default(), Clock::frozen(0));
        for _ in 0..500 {
            refusals.note(refusal("anna@example.com", "192.0.2.7"), &clock);
        }
        let fresh = refusals.take_fresh(0);
        assert_eq!((fresh.len(), fresh[0].1.count), (1, 500));
        assert!(refusals.take_fresh(0).is_empty(), "nothing new");
        refusals.note(refusal(" Anna@example.com", "192.0.2.7"), &clock);
        let again = refusals.take_fresh(0);
        assert_eq!((again[0].1.count, again[0].1.id), (501, fresh[0].1.id));
        clock.advance(Duration::from_secs(3600));
        refusals.note(refusal("anna@example.com", "192.0.2.7"), &clock);
        assert_eq!(refusals.take_fresh(clock.millis())[0].1.count, 1, "another hour");
    }

    #[test]
    fn strangers_make_no_more_rows_than_allowed() {
        let (refusals, clock) = (Refusals::default(), Clock::frozen(0));
        for number in 0..200 {
            refusals.note(refusal(&format!("no{number}@example.com"), "192.0.2.7"), &clock);
        }
        let own = usize::try_from(MOST_AN_ADDRESS).unwrap();
        assert_eq!(refusals.take_fresh(0).len(), own + 1, "one address");
        for number in 0..5_000 {
            refusals.note(refusal("anna@example.com", &format!("192.0.2.{number}")), &clock);
        }
        assert!(refusals.slots().len() <= MOST + 1, "{}", refusals.slots().len());
        let counted: u64 = refusals.slots().values().map(|slot| slot.count).sum();
        assert_eq!(counted, 5_200, "nothing is lost");
    }
}
