//! Numbers instead of values that repeat.

use std::collections::HashMap;
use std::hash::Hash;

/// Values, by the order in which they were first seen.
#[derive(Debug)]
pub(super) struct Numbered<V> {
    pub(super) values: Vec<V>,
    pub(super) numbers: HashMap<V, u32>,
}

impl<V> Default for Numbered<V> {
    fn default() -> Self {
        Self { values: Vec::new(), numbers: HashMap::new() }
    }
}

impl<V: Clone + Eq + Hash> Numbered<V> {
    pub(super) fn number(&mut self, value: V) -> u32 {
        if let Some(number) = self.numbers.get(&value) {
            return *number;
        }
        let number = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        self.numbers.insert(value.clone(), number);
        self.values.push(value);
        number
    }

    pub(super) fn value(&self, number: u32) -> Option<&V> {
        self.values.get(place(number)?)
    }
}

pub(super) fn place(number: u32) -> Option<usize> {
    usize::try_from(number).ok()
}
