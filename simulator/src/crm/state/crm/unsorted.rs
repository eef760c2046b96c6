//! Incoming leads: they wait in front of a pipeline until a user accepts or declines them.

use super::{Crm, Event, FIRST_STEP};
use crate::crm::state::Account;

/// The fate of an incoming lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sorted {
    Waiting,
    Accepted,
    Declined,
    Linked,
}

/// One incoming lead of category `chats`. Times are Unix seconds.
#[derive(Clone, Debug)]
pub(crate) struct Unsorted {
    pub(crate) uid: String,
    pub(crate) lead_id: i64,
    pub(crate) chat_id: String,
    pub(crate) pipeline_id: i64,
    pub(crate) source_name: String,
    /// External id of the source, or the channel's code if there is none.
    pub(crate) source_uid: String,
    pub(crate) created_at: i64,
    pub(crate) sorted: Sorted,
    pub(crate) sorted_at: i64,
}

impl Crm {
    /// Incoming leads not sorted yet.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &Unsorted> {
        self.unsorted.iter().filter(|one| one.sorted == Sorted::Waiting)
    }

    /// The incoming lead with this uid, if not sorted yet.
    pub(crate) fn waiting_with(&self, uid: &str) -> Option<&Unsorted> {
        self.waiting().find(|one| one.uid == uid)
    }
}

impl Account {
    fn sort(&mut self, uid: &str, how: Sorted, now: i64) -> Option<Unsorted> {
        let one = self.crm.unsorted.iter_mut().find(|one| one.uid == uid && one.sorted == Sorted::Waiting)?;
        one.sorted = how;
        one.sorted_at = now;
        Some(one.clone())
    }

    /// Accepts an incoming lead into a stage of its pipeline, by default the first.
    pub(crate) fn accept(&mut self, uid: &str, user_id: i64, status_id: Option<i64>, now: i64) -> Option<Unsorted> {
        let one = self.sort(uid, Sorted::Accepted, now)?;
        let step = status_id.unwrap_or_else(|| Self::step(one.pipeline_id, FIRST_STEP));
        let (lead, card) =
            (self.leads.iter().find(|lead| lead.id == one.lead_id)?, self.crm.cards.get_mut(&one.lead_id)?);
        card.status_id = step;
        card.responsible_user_id = user_id;
        card.updated_at = now;
        let added = Event::of_lead("add", lead, card);
        let sorted = Event::sorted(&one, "accept", lead.contact_id, user_id);
        self.crm.events.extend([sorted, added]);
        Some(one)
    }

    /// Declines an incoming lead: the lead is deleted, the contact and its chats stay.
    pub(crate) fn decline(&mut self, uid: &str, user_id: i64, now: i64) -> Option<Unsorted> {
        let one = self.sort(uid, Sorted::Declined, now)?;
        let contact_id = self.lead(one.lead_id).map_or(0, |lead| lead.contact_id);
        self.drop_incoming(one.lead_id);
        self.crm.events.push(Event::sorted(&one, "decline", contact_id, user_id));
        Some(one)
    }

    /// Moves the chat of an incoming lead to an existing lead, and links it to `contact_id` if given.
    pub(crate) fn link_incoming(
        &mut self,
        uid: &str,
        lead_id: i64,
        contact_id: Option<i64>,
        user_id: i64,
        now: i64,
    ) -> Option<Unsorted> {
        let one = self.sort(uid, Sorted::Linked, now)?;
        let contact_id = contact_id.or_else(|| self.lead(lead_id).map(|lead| lead.contact_id)).filter(|id| *id != 0);
        self.drop_incoming(one.lead_id);
        if let Some(chat) = self.chat_mut(&one.chat_id) {
            chat.lead_id = Some(lead_id);
        }
        if let Some(contact_id) = contact_id {
            self.link_chat(&one.chat_id, contact_id);
        }
        for talk in self.crm.talks.iter_mut().filter(|talk| talk.chat_id == one.chat_id) {
            talk.lead_id = Some(lead_id);
        }
        self.crm.events.push(Event::sorted(&one, "accept", contact_id.unwrap_or_default(), user_id));
        Some(one)
    }

    /// A deleted incoming lead was never announced as a lead, so no deletion is reported.
    fn drop_incoming(&mut self, lead_id: i64) {
        self.leads.retain(|lead| lead.id != lead_id);
        self.crm.cards.remove(&lead_id);
        self.let_chats_go(lead_id);
        for talk in self.crm.talks.iter_mut().filter(|talk| talk.lead_id == Some(lead_id)) {
            talk.lead_id = None;
        }
    }
}
