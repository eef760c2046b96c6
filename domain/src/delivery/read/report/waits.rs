//! How long customers waited for an answer.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::rows::WaitRow;
use crate::delivery::read::figures::{Times, times};

/// A customer's message that waited for an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct AnswerWait {
    pub source_id: Uuid,
    pub conversation_id: Uuid,
    pub opened_at: i64,
    /// When it was answered, and by whom: a place in [`Waits::names`]. None while it waits.
    pub answer: Option<(i64, usize)>,
}

/// All waits that were found.
#[derive(Debug, Default)]
pub(super) struct Waits {
    pub list: Vec<AnswerWait>,
    /// amojo's ids of managers; empty if not known, e.g. for an answer written on a phone.
    pub names: Vec<String>,
    /// Messages that were read, and when the first of them was accepted.
    pub read: i64,
    pub first: Option<i64>,
}

impl Waits {
    /// As the database found them.
    pub fn of_rows(rows: Vec<WaitRow>) -> Self {
        let mut waits = Self::default();
        if let Some(row) = rows.first() {
            (waits.read, waits.first) = (row.read, Some(row.first));
        }
        let mut places: HashMap<String, usize> = HashMap::new();
        for row in rows {
            let place = *places.entry(row.answered_by).or_insert(waits.names.len());
            waits.list.push(AnswerWait {
                source_id: row.source_id,
                conversation_id: row.conversation_id,
                opened_at: row.opened_at,
                answer: row.answered_at.map(|at| (at, place)),
            });
            if place == waits.names.len() {
                waits.names.push(String::new());
            }
        }
        for (name, place) in places {
            if let Some(slot) = waits.names.get_mut(place) {
                *slot = name;
            }
        }
        waits
    }
}

/// How soon customers were answered: all, by source and by manager.
#[derive(Debug, Default)]
pub(super) struct Answers {
    pub all: Option<Times>,
    pub by_source: BTreeMap<Uuid, Times>,
    pub by_manager: BTreeMap<String, Times>,
}

impl Answers {
    /// Of the waits that opened within the period.
    pub fn of(waits: &Waits, is_within: impl Fn(i64) -> bool) -> Self {
        let mut all = Vec::with_capacity(waits.list.len());
        let mut by_source: BTreeMap<Uuid, Vec<i64>> = BTreeMap::new();
        let mut by_manager: Vec<Vec<i64>> = vec![Vec::new(); waits.names.len()];
        for wait in waits.list.iter().filter(|wait| is_within(wait.opened_at)) {
            let Some((at, by)) = wait.answer else { continue };
            let took = (at - wait.opened_at).max(0);
            all.push(took);
            by_source.entry(wait.source_id).or_default().push(took);
            if let Some(of_manager) = by_manager.get_mut(by) {
                of_manager.push(took);
            }
        }
        let of_manager = |(name, took): (&String, Vec<i64>)| Some((name.clone(), times(took)?));
        Self {
            all: times(all),
            by_source: by_source.into_iter().filter_map(|(id, took)| Some((id, times(took)?))).collect(),
            by_manager: waits.names.iter().zip(by_manager).filter_map(of_manager).collect(),
        }
    }
}
