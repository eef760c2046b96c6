//! The steps until the source sends.

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::message::Person;
use base::millis::{DAY, MINUTE};
use chrono::NaiveDate;
use connectors::{Receiver, Shadow, SwitchOff};
use entity::conversation;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::source::handover;
use crate::source::line::watch::not_connected;
use crate::source::takeover::{ComparedDay, Takeover, TakeoverState, TakeoverStep};

use super::compare::{compare, days};
use super::{Effect, Next, Run};

/// How long a person has to remove a service at the messenger, and how often it is looked whether it was done.
pub(super) const BY_HAND: i64 = 15 * MINUTE;
pub(super) const LOOK_EVERY: i64 = 20_000;
/// By how much the messenger's clock may differ from ours.
const CLOCKS: i64 = 2_000;

impl Run<'_> {
    /// Compares a day of the shadow, and remembers the contacts of its chats.
    pub(super) async fn compare(&self, takeover: &mut Takeover) -> Result<Next> {
        let sources = &self.app.sources;
        let done: Option<NaiveDate> = takeover.place.parse().ok();
        let mut left: Vec<_> = days(sources, self.source).await?.into_iter().map(|one| one.day).collect();
        left.retain(|day| done.is_none_or(|done| *day > done));
        let Some(day) = left.into_iter().min() else {
            return Ok(Next::Step(TakeoverStep::Mirror, Effect::None));
        };
        let found = compare(sources, self.source, day).await?;
        for (conversation_id, contact_id) in &found.contacts {
            self.know_contact(*conversation_id, *contact_id).await?;
        }
        takeover.origins.extend(found.origins);
        takeover.origins.sort();
        takeover.origins.dedup();
        takeover.days.push(ComparedDay {
            day,
            seen: found.seen,
            in_crm: found.in_crm,
            on_both: found.on_both,
            missing_here: found.in_crm - found.on_both,
            missing_in_crm: found.seen - found.on_both,
        });
        takeover.place = day.to_string();
        Ok(Next::Again)
    }

    /// The chat will be linked to this contact, unless it is known by another or in amoCRM already.
    pub(super) async fn know_contact(&self, conversation_id: Uuid, contact_id: i64) -> Result<()> {
        let (tenant_id, db) = (self.source.tenant_id, self.app.store.write());
        let row = conversation::Entity::find_by_id((tenant_id, conversation_id)).one(db).await?;
        let Some(row) = row.filter(|row| row.amocrm_chat_id.is_empty()) else { return Ok(()) };
        let Ok(person) = serde_json::from_str::<Person>(&row.contact) else { return Ok(()) };
        if person.crm_contact_id.is_some() {
            return Ok(());
        }
        let person = Person { crm_contact_id: Some(contact_id), ..person };
        let contact = serde_json::to_string(&person).map_err(anyhow::Error::from)?;
        // If the customer's data changed meanwhile, it stays; the next compared day, or the history, tries again.
        conversation::Entity::update_of(tenant_id)
            .col_expr(conversation::Column::Contact, Expr::value(contact))
            .filter(conversation::Column::Id.eq(conversation_id))
            .filter(conversation::Column::Contact.eq(row.contact))
            .exec(db)
            .await?;
        Ok(())
    }

    /// Creates the source in amoCRM.
    pub(super) async fn mirror(&self, takeover: &mut Takeover) -> Result<Next> {
        handover::may_begin(&self.app.sources, self.source).await?;
        (takeover.amocrm_source_id, takeover.pipeline_id) = handover::mirrored(&self.app.sources, self.source).await?;
        Ok(Next::Step(TakeoverStep::SwitchOff, Effect::None))
    }

    /// Ends what the other services receive. The time is stored before the first call.
    pub(super) async fn switch_off(&self, takeover: &mut Takeover) -> Result<Next> {
        let now = self.app.clock.millis();
        let by_hand = self.others.iter().any(|one| one.off == SwitchOff::ByHand);
        if takeover.off_from.is_none() {
            // A person may have removed one at once.
            takeover.off_from = Some(if by_hand { takeover.begun_at } else { now });
            takeover.place = now.to_string();
            return Ok(Next::Again);
        }
        // Those that people remove come first: until then the others serve the line.
        let waits_for = if by_hand { self.still(SwitchOff::ByHand).await? } else { Vec::new() };
        if !waits_for.is_empty() {
            if now - takeover.place.parse().unwrap_or(now) >= BY_HAND {
                return Err(self.still_receives(&waits_for));
            }
            return Ok(Next::At(now + LOOK_EVERY));
        }
        // Not those that a process switched off before it ended: a messenger may refuse to do it twice.
        let now = self.receivers().await?;
        let receives = |one: &&Receiver| now.iter().any(|other| other.id == one.id);
        for one in self.others.iter().filter(|one| one.off == SwitchOff::ByCall).filter(receives) {
            self.connector.switch_off(&self.settings, one).await.map_err(not_connected)?;
        }
        if self.connector.shadow() == Shadow::Nothing {
            handover::register(&self.app.sources, self.source).await?;
        }
        let still = self.still(SwitchOff::ByCall).await?;
        if !still.is_empty() {
            return Err(self.still_receives(&still));
        }
        takeover.off_at = Some(self.app.clock.millis());
        Ok(Next::Step(TakeoverStep::Begin, Effect::None))
    }

    /// The names of those that still receive.
    async fn still(&self, off: SwitchOff) -> Result<Vec<String>> {
        let now = self.receivers().await?;
        let of = self.others.iter().filter(|one| one.off == off && now.iter().any(|other| other.id == one.id));
        Ok(of.map(|one| one.name.clone()).collect())
    }

    fn still_receives(&self, names: &[String]) -> Error {
        let detail = LocalizedText::new("said-takeover-still").with("names", names.join(", "));
        Error::Conflict { problem: "takeover_still_received", detail }
    }

    /// Makes the source live, in the commit that stores this step.
    pub(super) fn begin(&self, takeover: &mut Takeover) -> Next {
        takeover.state = TakeoverState::Switched;
        takeover.switched_at = Some(self.app.clock.millis());
        let shared = self.others.iter().any(|one| one.off != SwitchOff::ByRegistering);
        let until = takeover.off_at.filter(|_| shared).map_or(0, |at| at + CLOCKS);
        Next::Step(TakeoverStep::History, Effect::Emerge(until))
    }

    /// When the line can no longer be given back.
    pub(super) fn over_at(takeover: &Takeover) -> i64 {
        takeover.switched_at.unwrap_or(takeover.begun_at) + DAY
    }
}
