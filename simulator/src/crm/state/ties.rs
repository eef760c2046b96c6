//! Links of cards: www.amocrm.ru/developers/content/crm_platform/entity-links-api. A lead's main contact is a field of the
//! lead, all others are [`Tie`]s, which have no direction.

use serde_json::{Map, Value, json};

use super::Crm;
use super::entity::{CONTACTS, LEADS};

/// A card: the name of its kind, and its id.
pub(crate) type Of = (&'static str, i64);

#[derive(Clone, Debug)]
pub(crate) struct Tie {
    ends: [Of; 2],
    /// `quantity`, `catalog_id` and `price_id` of a catalog's element.
    pub(crate) metadata: Map<String, Value>,
}

impl Crm {
    /// The cards of a kind that a card is linked to, a main contact first, with what the link says.
    pub(crate) fn tied(&self, card: Of, kind: &str) -> Vec<(i64, Map<String, Value>)> {
        let main = |yes: bool| Map::from_iter([("main_contact".to_owned(), json!(yes))]);
        let mut found = Vec::new();
        if card.0 == LEADS.name && kind == CONTACTS.name {
            let id = self.lead(card.1).map_or(0, |lead| lead.number("contact_id"));
            found.extend((id != 0).then(|| (id, main(true))));
        }
        if card.0 == CONTACTS.name && kind == LEADS.name {
            found.extend(self.leads_of(card.1).map(|lead| (lead.id, main(true))));
        }
        for tie in &self.ties {
            let other = match tie.ends {
                [one, other] if one == card => other,
                [other, one] if one == card => other,
                _ => continue,
            };
            let mut metadata = tie.metadata.clone();
            if [card.0, kind].contains(&LEADS.name) && [card.0, kind].contains(&CONTACTS.name) {
                metadata.extend(main(false));
            }
            if other.0 == kind {
                found.push((other.1, metadata));
            }
        }
        found
    }

    /// Links two cards, or changes what their link says. A lead's first contact becomes its main one; a contact and a
    /// lead have one company.
    pub(crate) fn tie(&mut self, one: Of, other: Of, metadata: Map<String, Value>) {
        let lead = [one, other].into_iter().find(|end| end.0 == LEADS.name);
        let contact = [one, other].into_iter().find(|end| end.0 == CONTACTS.name);
        if let (Some(lead), Some(contact)) = (lead, contact) {
            let main = self.lead(lead.1).map_or(0, |lead| lead.number("contact_id"));
            let is_main = metadata.get("is_main").and_then(Value::as_bool) == Some(true);
            if main == contact.1 {
                return;
            }
            if main == 0 || is_main {
                self.untie(one, other);
                if let Some(lead) = self.card_mut(&LEADS, lead.1) {
                    lead.set("contact_id", contact.1);
                }
                if main != 0 {
                    self.ties.push(Tie { ends: [lead, (CONTACTS.name, main)], metadata: Map::new() });
                }
                return;
            }
        }
        if other.0 == "companies" && matches!(one.0, "leads" | "contacts") {
            self.ties.retain(|tie| !(tie.ends.contains(&one) && tie.ends.iter().any(|end| end.0 == "companies")));
        }
        self.ties.retain(|tie| !(tie.ends.contains(&one) && tie.ends.contains(&other)));
        self.ties.push(Tie { ends: [one, other], metadata });
    }

    /// Takes a link away; the next contact of a lead becomes its main one.
    pub(crate) fn untie(&mut self, one: Of, other: Of) {
        self.ties.retain(|tie| !(tie.ends.contains(&one) && tie.ends.contains(&other)));
        for (lead, contact) in [(one, other), (other, one)] {
            let is_main = lead.0 == LEADS.name
                && contact.0 == CONTACTS.name
                && self.lead(lead.1).is_some_and(|lead| lead.number("contact_id") == contact.1);
            if is_main {
                let next = self.tied(lead, CONTACTS.name).into_iter().map(|(id, _)| id).find(|id| *id != contact.1);
                self.ties.retain(|tie| {
                    next.is_none_or(|next| !(tie.ends.contains(&lead) && tie.ends.contains(&(CONTACTS.name, next))))
                });
                if let Some(lead) = self.card_mut(&LEADS, lead.1) {
                    lead.set("contact_id", next.unwrap_or_default());
                }
            }
        }
    }

    /// Takes away all links of a card.
    pub(crate) fn untie_all(&mut self, card: Of) {
        self.ties.retain(|tie| !tie.ends.contains(&card));
    }

    /// Gives a card another number.
    pub(crate) fn retie(&mut self, from: Of, to: Of) {
        for end in self.ties.iter_mut().flat_map(|tie| &mut tie.ends).filter(|end| **end == from) {
            *end = to;
        }
    }
}
