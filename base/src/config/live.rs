//! Parts of the configuration that change while the process runs, and what a new file changes.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::Config;

/// Keys that take effect without a restart, by their first part; `telemetry.log` is one key.
const LIVE: [&str; 4] = ["integration", "plan", "plans", "telemetry.log"];

/// A part of the configuration that can be replaced. Copies share it.
pub struct Live<T>(Arc<RwLock<Arc<T>>>);

impl<T> Live<T> {
    /// The present value; it stays as it is for as long as it is held.
    pub fn get(&self) -> Arc<T> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces it in all copies by the present value of another.
    pub fn follow(&self, other: &Self) {
        let value = other.get();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = value;
    }
}

impl<T> Clone for Live<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> From<T> for Live<T> {
    fn from(value: T) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(value))))
    }
}

impl<T: Default> Default for Live<T> {
    fn default() -> Self {
        Self::from(T::default())
    }
}

impl<T: fmt::Debug> fmt::Debug for Live<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(out)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Live<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::from)
    }
}

/// What a newly read configuration changes, as keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigChanges {
    /// They take effect at once.
    pub live: Vec<String>,
    /// They take effect at the next start.
    pub later: Vec<String>,
}

/// A digest of each key's value, so that two configurations are compared without keeping secrets as text.
pub(super) type Digests = BTreeMap<String, u64>;

pub(super) fn digests(merged: &Value) -> Digests {
    let mut found = Digests::new();
    collect(merged, String::new(), &mut found);
    found
}

fn collect(value: &Value, key: String, found: &mut Digests) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let key = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
                collect(value, key, found);
            }
        }
        // A list is one key: its items have no names.
        other => {
            let mut hasher = DefaultHasher::new();
            other.to_string().hash(&mut hasher);
            found.insert(key, hasher.finish());
        }
    }
}

impl Config {
    /// The keys in which another configuration differs.
    pub fn changes(&self, other: &Self) -> ConfigChanges {
        let keys = self.digests.keys().chain(other.digests.keys());
        let mut changes = ConfigChanges::default();
        for key in keys.collect::<std::collections::BTreeSet<_>>() {
            if self.digests.get(key) == other.digests.get(key) {
                continue;
            }
            let is_live = LIVE
                .iter()
                .any(|live| key.strip_prefix(live).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')));
            if is_live { &mut changes.live } else { &mut changes.later }.push(key.clone());
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_changed_keys_are_named_by_when_they_count() {
        let read = |text: &str| Config::from_toml(text).unwrap();
        let one = read("[server]\nlisten = \"127.0.0.1:1\"\n[plans]\ngrace_days = 3\n[secrets]\nkey = \"one\"\n");
        let two = read(
            "[server]\nlisten = \"127.0.0.1:2\"\n[plans]\ngrace_days = 4\n[secrets]\nkey = \"two\"\n[telemetry]\nlog = \"debug\"\n[[plan]]\nname = \"a\"\n",
        );
        let changes = one.changes(&two);
        assert_eq!(changes.live, ["plan", "plans.grace_days", "telemetry.log"]);
        assert_eq!(changes.later, ["secrets.key", "server.listen"]);
        assert_eq!(one.changes(&one.clone()), ConfigChanges::default());
        assert!(!format!("{:?}", one.digests).contains("one"));
    }

    #[test]
    fn copies_follow() {
        let one: Live<u32> = 1.into();
        let (copy, held) = (one.clone(), one.get());
        one.follow(&2.into());
        assert_eq!((*copy.get(), *held), (2, 1));
    }
}
