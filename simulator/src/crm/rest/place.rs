//! Collections of cards as paths name them.

use serde_json::{Value, json};

use crate::crm::state::{Account, CARDS, Card, ENTITIES, Entity, Has};

/// A collection that a path names, and what follows in the path.
pub(super) struct Place<'a> {
    pub(super) entity: &'static Entity,
    /// What precedes the last word: `catalogs/12` of its elements, `leads/15` of its notes.
    pub(super) parent: String,
    pub(super) rest: &'a [&'a str],
}

pub(super) fn is_number(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
}

impl<'a> Place<'a> {
    /// The collection with the longest matching address.
    pub(super) fn of(rest: &'a [&'a str]) -> Option<Self> {
        let fits = |path: &str, given: &str| match path {
            "{}" => is_number(given),
            "{cards}" => CARDS.contains(&given),
            word => word == given,
        };
        let all = ENTITIES.iter().flat_map(|entity| entity.paths.iter().map(move |path| (entity, path)));
        let matching = all.filter_map(|(entity, path)| {
            let length = path.split('/').count();
            let given = rest.get(..length)?;
            path.split('/').zip(given).all(|(path, given)| fits(path, given)).then_some((length, entity))
        });
        let (length, entity) = matching.max_by_key(|(length, _)| *length)?;
        let parent = rest.get(..length - 1)?.join("/");
        Some(Self { entity, parent, rest: rest.get(length..)? })
    }

    /// The collection's own address.
    pub(super) fn path(&self) -> String {
        let last = self.entity.paths.first().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
        if self.parent.is_empty() { last.to_owned() } else { format!("{}/{last}", self.parent) }
    }

    /// The collection whose custom fields its cards have.
    pub(super) fn custom_fields(&self, parent: &str) -> String {
        match self.entity.name {
            "elements" => parent.to_owned(),
            "segments" => "customers/segments".to_owned(),
            name => name.to_owned(),
        }
    }

    pub(super) fn shows(&self, card: &Card) -> bool {
        let below = || card.parent.strip_prefix(&self.parent).is_some_and(|rest| rest.starts_with('/'));
        card.parent == self.parent || (self.entity.has(Has::EveryParent) && below())
    }

    /// A card of this collection, by its id as paths name it.
    pub(super) fn card<'b>(&self, account: &'b Account, id: &str) -> Option<&'b Card> {
        let is_it = |card: &&Card| shown_id(self.entity, card) == id && self.shows(card);
        account.crm.all(self.entity).iter().find(is_it)
    }
}

/// The id of a card in paths.
pub(super) fn shown_id(entity: &Entity, card: &Card) -> String {
    match entity.has(Has::TextId) {
        true => format!("{}_{}", card.parent.split('/').next().unwrap_or_default(), card.id),
        false => card.id.to_string(),
    }
}

/// The same in answers.
pub(super) fn id_of(entity: &Entity, card: &Card) -> Value {
    if entity.has(Has::TextId) { json!(shown_id(entity, card)) } else { json!(card.id) }
}
