//! Leads: their state, and how they end.

use std::collections::BTreeMap;

use super::Event;
use crate::crm::state::{Account, Lead};

/// Offset of the id of the incoming leads' stage from its pipeline's id.
pub(crate) const UNSORTED_STEP: i64 = 1;
/// Offset of the id of the accepted leads' stage from its pipeline's id.
pub(crate) const FIRST_STEP: i64 = 2;
/// The stage of won leads, the same in every pipeline.
pub(crate) const WON: i64 = 142;
/// The stage of lost leads, the same in every pipeline.
pub(crate) const LOST: i64 = 143;

/// Codes of the fields that say where a lead came from. Every new account has them.
pub(crate) const TRACKING: [&str; 19] = [
    "UTM_CONTENT",
    "UTM_MEDIUM",
    "UTM_CAMPAIGN",
    "UTM_SOURCE",
    "UTM_TERM",
    "UTM_REFERRER",
    "ROISTAT",
    "REFERRER",
    "OPENSTAT_SERVICE",
    "OPENSTAT_CAMPAIGN",
    "OPENSTAT_AD",
    "OPENSTAT_SOURCE",
    "FROM",
    "GCLIENTID",
    "_YM_UID",
    "_YM_COUNTER",
    "GCLID",
    "YCLID",
    "FBCLID",
];

/// The card of a lead. Times are Unix seconds.
#[derive(Clone, Debug)]
pub(crate) struct Card {
    pub(crate) name: String,
    pub(crate) price: i64,
    pub(crate) status_id: i64,
    pub(crate) responsible_user_id: i64,
    pub(crate) created_by: i64,
    pub(crate) updated_at: i64,
    pub(crate) closed_at: Option<i64>,
    /// Id of its source, if any.
    pub(crate) source_id: Option<i64>,
    pub(crate) tags: Vec<String>,
    /// Values of its tracking fields by code.
    pub(crate) tracking: BTreeMap<&'static str, String>,
}

impl Account {
    /// The lead with this id.
    pub(crate) fn lead(&self, id: i64) -> Option<&Lead> {
        self.leads.iter().find(|lead| lead.id == id)
    }

    /// Ids of a contact's leads.
    pub(crate) fn leads_of(&self, contact_id: i64) -> Vec<i64> {
        self.leads.iter().filter(|lead| lead.contact_id == contact_id).map(|lead| lead.id).collect()
    }

    /// The newest lead of a contact that is neither won nor lost.
    pub(crate) fn open_lead_of(&self, contact_id: i64) -> Option<i64> {
        let open = |lead: &&Lead| self.crm.cards.get(&lead.id).is_some_and(|card| card.closed_at.is_none());
        self.leads.iter().rev().filter(|lead| lead.contact_id == contact_id).find(open).map(|lead| lead.id)
    }

    /// The id of a pipeline's stage by its position.
    pub(crate) fn step(pipeline_id: i64, place: i64) -> i64 {
        pipeline_id + place
    }

    /// Whether the id is a stage of this pipeline that leads may be put into.
    pub(crate) fn is_step(pipeline_id: i64, status_id: i64) -> bool {
        [UNSORTED_STEP, FIRST_STEP].iter().any(|place| Self::step(pipeline_id, *place) == status_id)
            || matches!(status_id, WON | LOST)
    }

    /// Stores a lead that did not come from a chat, and its event.
    pub(crate) fn keep_lead(&mut self, lead: Lead, card: Card) {
        self.crm.settled_lead = self.crm.settled_lead.max(lead.id);
        self.crm.events.push(Event::of_lead("add", &lead, &card));
        self.crm.cards.insert(lead.id, card);
        self.leads.push(lead);
    }

    /// Changes a lead and records the event. A won or lost lead releases its chats: their next message creates a new
    /// incoming lead.
    pub(crate) fn change_lead(&mut self, id: i64, now: i64, change: impl FnOnce(&mut Lead, &mut Card)) -> bool {
        let (Some(lead), Some(card)) = (self.leads.iter_mut().find(|lead| lead.id == id), self.crm.cards.get_mut(&id))
        else {
            return false;
        };
        let before = card.status_id;
        change(lead, card);
        card.updated_at = now;
        let closed = matches!(card.status_id, WON | LOST);
        card.closed_at = closed.then(|| card.closed_at.unwrap_or(now));
        let mut events = vec![Event::of_lead("update", lead, card)];
        if before != card.status_id {
            events.push(Event::of_lead("status", lead, card));
        }
        self.crm.events.extend(events);
        if closed {
            self.let_chats_go(id);
        }
        true
    }

    /// Deletes a lead and records the event.
    pub(crate) fn delete_lead(&mut self, id: i64) -> bool {
        let (Some(at), Some(card)) = (self.leads.iter().position(|lead| lead.id == id), self.crm.cards.remove(&id))
        else {
            return false;
        };
        let lead = self.leads.remove(at);
        self.crm.events.push(Event::of_lead("delete", &lead, &card));
        self.let_chats_go(id);
        true
    }

    pub(super) fn let_chats_go(&mut self, lead_id: i64) {
        for chat in self.chats.iter_mut().filter(|chat| chat.lead_id == Some(lead_id)) {
            chat.lead_id = None;
        }
    }
}
