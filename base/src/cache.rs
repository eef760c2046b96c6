//! Caches with a limited number of entries that end after a time: moka's, compiled once.
//!
//! `moka::future::Cache` is some 150 KB of machine code for each pair of key and value types, and a program that has
//! fifty of them compiles it fifty times. Here keys and values are behind pointers,
//! so that all caches are one type of moka's; each call costs a hash through a pointer, each entry two allocations.
//! What makes a value is on the heap, because moka moves it several times, each of which would take its size of the stack.

use std::any::Any;
use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, Instant};

use moka::future::CacheBuilder as Moka;

type Stored = moka::future::Cache<Key, Value>;
type Value = Arc<dyn Any + Send + Sync>;

/// A cache. Clones share its entries.
pub struct Cache<K, V> {
    stored: Stored,
    types: PhantomData<fn(K) -> V>,
}

impl<K, V> Cache<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// At most this many entries, which never expire.
    pub fn new(max_capacity: u64) -> Self {
        Self::builder().max_capacity(max_capacity).build()
    }

    pub fn builder() -> CacheBuilder<K, V> {
        CacheBuilder { moka: Stored::builder(), types: PhantomData }
    }

    /// The value of a key, if it has one that has not expired.
    pub async fn get(&self, key: &K) -> Option<V> {
        get(&self.stored, key).await.map(|value| typed(&value))
    }

    /// The value of a key. If it has none, `init` makes it, once for all concurrent callers.
    pub async fn get_with(&self, key: K, init: impl Future<Output = V> + Send) -> V {
        let init = Box::pin(async { stored(init.await) });
        typed(&self.stored.get_with(Key::of(key), init).await)
    }

    /// The same for an `init` that can fail; its error goes to all concurrent callers and is not cached.
    pub async fn try_get_with<E>(&self, key: K, init: impl Future<Output = Result<V, E>> + Send) -> Result<V, Arc<E>>
    where
        E: Send + Sync + 'static,
    {
        self.try_entry(key, init).await.map(|(value, _)| value)
    }

    /// The same with whether this call made the value.
    pub async fn try_entry<E>(
        &self,
        key: K,
        init: impl Future<Output = Result<V, E>> + Send,
    ) -> Result<(V, bool), Arc<E>>
    where
        E: Send + Sync + 'static,
    {
        let init = Box::pin(async { init.await.map(stored) });
        let entry = self.stored.entry(Key::of(key)).or_try_insert_with(init).await?;
        Ok((typed(entry.value()), entry.is_fresh()))
    }

    pub async fn insert(&self, key: K, value: V) {
        insert(&self.stored, Key::of(key), stored(value)).await;
    }

    pub async fn invalidate(&self, key: &K) {
        invalidate(&self.stored, key).await;
    }

    /// The value that a key had.
    pub async fn remove(&self, key: &K) -> Option<V> {
        remove(&self.stored, key).await.map(|value| typed(&value))
    }

    pub fn invalidate_all(&self) {
        self.stored.invalidate_all();
    }

    pub fn contains_key(&self, key: &K) -> bool {
        contains_key(&self.stored, key)
    }
}

impl<K, V> Clone for Cache<K, V> {
    fn clone(&self) -> Self {
        Self { stored: self.stored.clone(), types: PhantomData }
    }
}

impl<K, V> fmt::Debug for Cache<K, V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Cache").field("entries", &self.stored.entry_count()).finish_non_exhaustive()
    }
}

/// How many entries a cache holds, and for how long.
pub struct CacheBuilder<K, V> {
    moka: Moka<Key, Value, Stored>,
    types: PhantomData<fn(K) -> V>,
}

impl<K, V> CacheBuilder<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Beyond it the entries that were used least are evicted.
    pub fn max_capacity(self, entries: u64) -> Self {
        Self { moka: self.moka.max_capacity(entries), ..self }
    }

    /// An entry expires this long after it was inserted.
    pub fn time_to_live(self, time: Duration) -> Self {
        Self { moka: self.moka.time_to_live(time), ..self }
    }

    /// An entry expires this long after its last use.
    pub fn time_to_idle(self, time: Duration) -> Self {
        Self { moka: self.moka.time_to_idle(time), ..self }
    }

    /// An entry expires after the time that `of` returns for its value, counted from its insertion.
    pub fn time_to_live_by(self, of: fn(&V) -> Duration) -> Self {
        Self { moka: self.moka.expire_after(ByValue(of)), ..self }
    }

    pub fn build(self) -> Cache<K, V> {
        Cache { stored: build(self.moka), types: PhantomData }
    }
}

struct ByValue<V>(fn(&V) -> Duration);

impl<V: Clone + Send + Sync + 'static> moka::Expiry<Key, Value> for ByValue<V> {
    fn expire_after_create(&self, _key: &Key, value: &Value, _at: Instant) -> Option<Duration> {
        Some(self.0(&typed(value)))
    }
}

fn stored<V: Send + Sync + 'static>(value: V) -> Value {
    Arc::new(value)
}

/// The value as what was stored: a cache stores one type.
fn typed<V: Clone + 'static>(value: &Value) -> V {
    match value.downcast_ref::<V>() {
        Some(value) => value.clone(),
        None => unreachable!("a cache holds values of one type"),
    }
}

// Not generic, so compiled in this crate.

fn build(moka: Moka<Key, Value, Stored>) -> Stored {
    moka.build()
}

async fn get(stored: &Stored, key: &dyn AnyKey) -> Option<Value> {
    stored.get(key).await
}

async fn insert(stored: &Stored, key: Key, value: Value) {
    stored.insert(key, value).await;
}

async fn remove(stored: &Stored, key: &dyn AnyKey) -> Option<Value> {
    stored.remove(key).await
}

async fn invalidate(stored: &Stored, key: &dyn AnyKey) {
    stored.invalidate(key).await;
}

fn contains_key(stored: &Stored, key: &dyn AnyKey) -> bool {
    stored.contains_key(key)
}

/// A key of any type.
struct Key(Box<dyn AnyKey>);

impl Key {
    fn of(key: impl AnyKey) -> Self {
        Self(Box::new(key))
    }
}

trait AnyKey: Any + Send + Sync {
    fn hash_into(&self, state: &mut dyn Hasher);

    fn is(&self, other: &dyn AnyKey) -> bool;
}

impl<K: Hash + Eq + Send + Sync + 'static> AnyKey for K {
    fn hash_into(&self, mut state: &mut dyn Hasher) {
        self.hash(&mut state);
    }

    fn is(&self, other: &dyn AnyKey) -> bool {
        let other: &dyn Any = other;
        other.downcast_ref::<K>() == Some(self)
    }
}

impl Hash for dyn AnyKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.hash_into(state);
    }
}

impl PartialEq for dyn AnyKey {
    fn eq(&self, other: &Self) -> bool {
        self.is(other)
    }
}

impl Eq for dyn AnyKey {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (*self.0).hash_into(state);
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        (*self.0).is(&*other.0)
    }
}

impl Eq for Key {}

impl Borrow<dyn AnyKey> for Key {
    fn borrow(&self) -> &dyn AnyKey {
        &*self.0
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn concurrent_callers_share_one_value_and_one_error() {
        let cache: Cache<u8, usize> = Cache::new(10);
        let (made, gate) = (AtomicUsize::new(0), tokio::sync::Semaphore::new(0));
        let one = || async {
            let _open = gate.acquire().await;
            Ok::<_, String>(made.fetch_add(1, Ordering::SeqCst))
        };
        let (first, second, ()) =
            tokio::join!(cache.try_entry(1, one()), cache.try_entry(1, one()), async { gate.add_permits(2) });
        assert_eq!((first.unwrap(), second.unwrap()), ((0, true), (0, false)));
        assert_eq!(cache.get_with(1, async { 7 }).await, 0);
        let failed = cache.try_get_with(2, async { Err("no".to_owned()) }).await;
        assert_eq!(*failed.unwrap_err(), "no");
        assert_eq!(cache.get_with(2, async { 7 }).await, 7, "an error is not cached");
    }

    #[tokio::test]
    async fn a_value_decides_how_long_it_lives() {
        let cache = Cache::builder().max_capacity(10).time_to_live_by(|value: &Duration| *value).build();
        cache.insert("short", Duration::ZERO).await;
        cache.insert("long", Duration::from_secs(3600)).await;
        assert_eq!(cache.get(&"short").await, None);
        assert_eq!(cache.get(&"long").await, Some(Duration::from_secs(3600)));
    }
}
