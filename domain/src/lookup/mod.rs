//! A cache of facts that every message needs and that seldom change, kept for a few seconds: the tenant of a scope, a
//! source, the conversation of an id.

mod read;

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base::cache::Cache;
use base::fault::Faults;
use base::message::Quote;
use base::store::{Store, is_node_away};
use base::supervisor::{Supervisor, detach};
use entity::{dedupe, message, source, tenant, tenant_channel};
use queue::accept_batch::{Alias, EventKind, Side};
use sea_orm::{ColumnTrait, DbErr, QueryFilter};
use tokio::sync::{Mutex, mpsc, oneshot};
use uuid::Uuid;

/// How long another instance's change may stay unseen.
const FRESH: Duration = Duration::from_secs(5);

/// The same for the source that a caller names: a deleted one is refused within a second, and so is a replaced secret.
const NAMED_BY_CALLER: Duration = Duration::from_millis(750);

/// The same for a conversation's id, which may move to another conversation (docs/decisions/0011-write-first.md).
const NAMED: Duration = Duration::from_secs(60);

/// A channel connected for a tenant.
#[derive(Clone, Debug)]
pub struct ConnectedScope {
    pub tenant: Arc<tenant::Model>,
    pub channel: tenant_channel::Model,
}

/// A conversation as routing needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownConversation {
    pub conversation_id: Uuid,
    pub source_id: Uuid,
    /// The messenger's id; empty while there is no dialogue in the messenger.
    pub external_id: String,
    /// The id to which messages go instead; empty unless it moved.
    pub moved_to: String,
    /// amojo's id of the chat; empty until a hook or an answer contained it.
    pub amocrm_chat_id: String,
    /// What the customer writes is not passed on.
    pub is_blocked: bool,
}

/// The cache. Cheap to clone.
#[derive(Clone)]
pub struct Lookup {
    faults: Faults,
    read: Readers,
    /// Counts [`Lookup::forget`], and is a part of the keys: what was asked before a change is not found after it, even if the
    /// answer arrives later.
    changes: Arc<AtomicU64>,
    tenants: Cache<(u64, Uuid), Option<Arc<tenant::Model>>>,
    scopes: Cache<(u64, String), Option<Arc<ConnectedScope>>>,
    sources: Cache<(u64, Uuid), Option<Arc<source::Model>>>,
    sources_of_callers: Cache<(u64, Uuid), Option<Arc<source::Model>>>,
    /// Counts [`Lookup::forget_conversation`].
    moves: Arc<AtomicU64>,
    conversations: Cache<(Uuid, Alias), Arc<KnownConversation>>,
}

/// Readers of what is not cached.
#[derive(Clone)]
struct Readers {
    tenants: BatchLoader<Uuid, Arc<tenant::Model>>,
    scopes: BatchLoader<String, Arc<ConnectedScope>>,
    sources: BatchLoader<Uuid, Arc<source::Model>>,
    conversations: BatchLoader<(Uuid, Alias), Arc<KnownConversation>>,
}

impl Readers {
    fn new(store: &Store, supervisor: &Supervisor) -> Self {
        let with = || store.clone();
        let (tenants, scopes, sources, conversations) = (with(), with(), with(), with());
        Self {
            tenants: BatchLoader::new(supervisor, move |keys| read::tenants(tenants.clone(), keys)),
            scopes: BatchLoader::new(supervisor, move |keys| read::scopes(scopes.clone(), keys)),
            sources: BatchLoader::new(supervisor, move |keys| read::sources(sources.clone(), keys)),
            conversations: BatchLoader::new(supervisor, move |keys| read::conversations(conversations.clone(), keys)),
        }
    }
}

impl Lookup {
    /// Reads run in background tasks; must be called within a tokio runtime.
    pub fn new(store: &Store, faults: Faults, supervisor: &Supervisor) -> Self {
        Self {
            faults,
            read: Readers::new(store, supervisor),
            changes: Arc::default(),
            tenants: Cache::builder().max_capacity(20_000).time_to_live(FRESH).build(),
            scopes: Cache::builder().max_capacity(20_000).time_to_live(FRESH).build(),
            sources: Cache::builder().max_capacity(50_000).time_to_live(FRESH).build(),
            sources_of_callers: Cache::builder().max_capacity(50_000).time_to_live(NAMED_BY_CALLER).build(),
            moves: Arc::default(),
            conversations: Cache::builder().max_capacity(100_000).time_to_live(NAMED).build(),
        }
    }

    /// A tenant by id.
    pub async fn tenant(&self, tenant_id: Uuid) -> Result<Option<Arc<tenant::Model>>, DbErr> {
        own(self.tenants.try_get_with(self.now(tenant_id), self.read.tenants.ask(tenant_id)).await)
    }

    /// The tenant and channel of a scope id.
    pub async fn scope(&self, scope_id: &str) -> Result<Option<Arc<ConnectedScope>>, DbErr> {
        own(self.scopes.try_get_with(self.now(scope_id.to_owned()), self.read.scopes.ask(scope_id.to_owned())).await)
    }

    /// A source by its id alone, as in a hook's path. Includes deleted ones, because their letters still need them.
    pub async fn source(&self, source_id: Uuid) -> Result<Option<Arc<source::Model>>, DbErr> {
        let kept_as = self.now(if self.faults.errs("defect.mix_accounts") { Uuid::nil() } else { source_id });
        own(self.sources.try_get_with(kept_as, self.read.sources.ask(source_id)).await)
    }

    /// The source that a caller names: of the API, of a messenger's webhook, of a web chat. What is read for it is kept for
    /// [`Lookup::source`] too.
    pub async fn source_of_caller(&self, source_id: Uuid) -> Result<Option<Arc<source::Model>>, DbErr> {
        let kept_as = self.now(if self.faults.errs("defect.mix_accounts") { Uuid::nil() } else { source_id });
        let read = async {
            let found = self.read.sources.ask(source_id).await?;
            self.sources.insert(kept_as, found.clone()).await;
            Ok::<_, DbErr>(found)
        };
        own(self.sources_of_callers.try_get_with(kept_as, read).await)
    }

    /// [`Lookup::source`] from memory alone; none if it was not needed lately.
    pub async fn known_source(&self, source_id: Uuid) -> Option<Arc<source::Model>> {
        self.sources.get(&self.now(source_id)).await.flatten()
    }

    /// The conversation known by an id; unknown ids are not cached.
    pub async fn conversation(&self, tenant_id: Uuid, alias: Alias) -> Result<Option<Arc<KnownConversation>>, DbErr> {
        let key = (tenant_id, alias);
        if let Some(known) = self.conversations.get(&key).await {
            return Ok(Some(known));
        }
        let moves = self.moves.load(Ordering::SeqCst);
        let Some(known) = self.read.conversations.ask(key.clone()).await? else { return Ok(None) };
        if !known.external_id.is_empty() {
            self.conversations.insert(key.clone(), known.clone()).await;
        }
        // What changed while it was read is not kept.
        if self.moves.load(Ordering::SeqCst) != moves {
            self.conversations.invalidate(&key).await;
        }
        Ok(Some(known))
    }

    /// Call after a change of a tenant, its channels or sources, so that this instance sees it at once.
    pub fn forget(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        self.tenants.invalidate_all();
        self.scopes.invalidate_all();
        self.sources.invalidate_all();
        self.sources_of_callers.invalidate_all();
    }

    /// A key until the next change.
    fn now<Key>(&self, key: Key) -> (u64, Key) {
        (self.changes.load(Ordering::SeqCst), key)
    }

    /// Call after something was learned about one conversation.
    pub async fn forget_conversation(&self, tenant_id: Uuid, alias: Alias) {
        self.moves.fetch_add(1, Ordering::SeqCst);
        self.conversations.invalidate(&(tenant_id, alias)).await;
    }

    /// Call after an id of a conversation was removed.
    pub async fn forget_alias(&self, tenant_id: Uuid, side: i16, origin: Uuid, external_id: &str) {
        if let Ok(side) = Side::from_number(side) {
            let alias = Alias { side, origin, external_id: external_id.to_owned() };
            self.forget_conversation(tenant_id, alias).await;
        }
    }
}

/// Concurrent callers for the same key share its error.
fn own<T>(found: Result<T, Arc<DbErr>>) -> Result<T, DbErr> {
    found.map_err(|error| DbErr::clone(&error))
}

// References to messages.

/// Prefix of the messenger's ids where both kinds are accepted.
const THEIRS: &str = "ext:";

/// A message by our id or the messenger's (docs/api-design.md#rules).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageKey {
    /// Our id, as in answers and webhooks.
    Ours(Uuid),
    /// The messenger's own id.
    Theirs(String),
    /// A UUID that may be either, with its text: ours if there is such a message, otherwise the messenger's.
    Either(Uuid, String),
}

impl MessageKey {
    /// `ext:ID` is the messenger's, a UUID may be either, anything else is the messenger's.
    pub fn of(text: &str) -> Self {
        if let Some(theirs) = text.strip_prefix(THEIRS) {
            return Self::Theirs(theirs.to_owned());
        }
        match as_ours(text) {
            Some(id) => Self::Either(id, text.to_owned()),
            None => Self::Theirs(text.to_owned()),
        }
    }

    /// The message that a quote names; none if it contains no id.
    pub fn of_quote(quote: &Quote) -> Option<Self> {
        match (quote.message_id, &quote.external_id) {
            (Some(id), Some(text)) => Some(Self::Either(id, text.clone())),
            (Some(id), None) => Some(Self::Ours(id)),
            (None, Some(id)) => Some(Self::Theirs(id.clone())),
            (None, None) => None,
        }
    }

    /// The message of this source, from either side; none if it is unknown (yet).
    pub async fn find(&self, store: &Store, source: &source::Model) -> Result<Option<message::Model>, DbErr> {
        let theirs = match self {
            Self::Ours(id) => return ours(store, source, *id).await,
            Self::Theirs(theirs) => theirs,
            Self::Either(id, theirs) => match ours(store, source, *id).await? {
                Some(found) => return Ok(Some(found)),
                None => theirs,
            },
        };
        let events = [EventKind::Message, EventKind::Sent];
        match known_message(store, source.tenant_id, source.id, theirs, &events).await? {
            Some(id) => ours(store, source, id).await,
            None => Ok(None),
        }
    }
}

/// The message of this source with our id.
async fn ours(store: &Store, source: &source::Model, id: Uuid) -> Result<Option<message::Model>, DbErr> {
    message::Entity::of_tenant(source.tenant_id)
        .filter(message::Column::Id.eq(id))
        .filter(message::Column::SourceId.eq(source.id))
        .one(store.read())
        .await
}

/// Our id of the message that an origin (a source's messenger, or a channel's amojo) knows by its own id.
pub async fn known_message(
    store: &Store,
    tenant_id: Uuid,
    origin: Uuid,
    external_id: &str,
    events: &[EventKind],
) -> Result<Option<Uuid>, DbErr> {
    let found = dedupe::Entity::of_tenant(tenant_id)
        .filter(dedupe::Column::Origin.eq(origin))
        .filter(dedupe::Column::ExternalId.eq(external_id))
        .filter(dedupe::Column::Event.is_in(events.iter().map(|event| event.number())))
        .one(store.read())
        .await?;
    Ok(found.map(|row| row.message_id))
}

/// Parses one of our ids, if the text is a UUID.
pub fn as_ours(text: &str) -> Option<Uuid> {
    (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten()
}

// Batches concurrent reads into one statement.

/// Maximum keys per statement.
const MOST: usize = 256;

type Answer<V> = Result<Option<V>, DbErr>;
type BatchKey<K, V> = (K, oneshot::Sender<Answer<V>>);

/// Reads one row per call: keys requested while a statement runs go into the next one. With more accounts than fit
/// into the cache nearly every message causes a read, and a statement for each would cost the database more than
/// storing the message. Cheap to clone; the task ends with the last clone.
pub struct BatchLoader<K, V>(mpsc::Sender<BatchKey<K, V>>);

impl<K, V> Clone for BatchLoader<K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, V> BatchLoader<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// `read` returns the rows that exist for the keys; the keys it gets are distinct.
    pub fn new<Reading>(supervisor: &Supervisor, read: impl Fn(Vec<K>) -> Reading + Send + Sync + 'static) -> Self
    where
        Reading: Future<Output = Result<HashMap<K, V>, DbErr>> + Send + 'static,
    {
        let (line, questions) = mpsc::channel::<BatchKey<K, V>>(MOST);
        // After a panic the next task continues with the same queue.
        let (questions, read) = (Arc::new(Mutex::new(questions)), Arc::new(read));
        supervisor.start("lookup", move || {
            let (questions, read) = (questions.clone(), read.clone());
            async move { answer_all(&mut *questions.lock().await, &*read).await }
        });
        Self(line)
    }

    /// The row of a key, as of now or later; none if there is none.
    pub async fn ask(&self, key: K) -> Answer<V> {
        let (one, answer) = oneshot::channel();
        if self.0.send((key, one)).await.is_err() {
            return Err(ended());
        }
        answer.await.unwrap_or_else(|_| Err(ended()))
    }
}

/// Runs until the last caller is gone.
async fn answer_all<K, V, Reading>(
    questions: &mut mpsc::Receiver<BatchKey<K, V>>,
    read: &(impl Fn(Vec<K>) -> Reading + Sync),
) where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
    Reading: Future<Output = Result<HashMap<K, V>, DbErr>> + Send + 'static,
{
    let mut asked = Vec::with_capacity(MOST);
    while questions.recv_many(&mut asked, MOST).await > 0 {
        let mut who = HashMap::<K, Vec<_>>::with_capacity(asked.len());
        for (key, one) in asked.drain(..).filter(|(_, one)| !one.is_closed()) {
            who.entry(key).or_default().push(one);
        }
        if who.is_empty() {
            continue;
        }
        let together = detached(read(who.keys().cloned().collect())).await;
        let is_shared = who.len() > 1;
        for (key, all) in who {
            let answer = match &together {
                // One of the keys is of a node that does not answer: the others have their rows all the same.
                Err(error) if is_shared && is_node_away(error) => {
                    detached(read(vec![key.clone()])).await.map(|mut found| found.remove(&key))
                }
                together => together.as_ref().map(|found| found.get(&key).cloned()).map_err(DbErr::clone),
            };
            for one in all {
                let _ = one.send(answer.clone());
            }
        }
    }
}

/// In a separate task, so that a panic is an error of these keys only.
async fn detached<T: Send + 'static>(
    read: impl Future<Output = Result<T, DbErr>> + Send + 'static,
) -> Result<T, DbErr> {
    let read = detach("lookup_read", read);
    read.await.unwrap_or_else(|gone| Err(DbErr::Custom(format!("reading broke off: {gone}"))))
}

fn ended() -> DbErr {
    DbErr::Custom("the reader has ended, because the server stops".to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use futures_util::future::join_all;
    use tokio::sync::Semaphore;

    use super::*;

    #[tokio::test]
    async fn keys_requested_during_a_read_are_read_together_and_once() {
        let (read, gate) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Semaphore::new(0)));
        let together = {
            let (read, gate) = (read.clone(), gate.clone());
            BatchLoader::new(&Supervisor::default(), move |mut keys: Vec<u8>| {
                keys.sort_unstable();
                read.lock().unwrap().push(keys.clone());
                let gate = gate.clone();
                async move {
                    gate.acquire().await.unwrap().forget();
                    Ok(keys.into_iter().filter(|key| *key != 4).map(|key| (key, u32::from(key) * 10)).collect())
                }
            })
        };
        let answers = tokio::spawn({
            let together = together.clone();
            async move { join_all([1, 2, 3, 3, 4].map(|key| together.ask(key))).await }
        });
        while read.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        gate.add_permits(9);
        let answers: Vec<_> = answers.await.unwrap().into_iter().map(Result::unwrap).collect();
        assert_eq!(answers, [Some(10), Some(20), Some(30), Some(30), None]);
        let read = read.lock().unwrap();
        assert_eq!(read.concat(), [1, 2, 3, 4]);
        assert!(read.len() <= 2, "one by one: {read:?}");
    }

    #[tokio::test]
    async fn an_error_reaches_all_waiting_callers_and_the_next_call_reads_again() {
        let tries = Mutex::new(0);
        let together = BatchLoader::new(&Supervisor::default(), move |keys: Vec<u8>| {
            *tries.lock().unwrap() += 1;
            let fails = *tries.lock().unwrap() == 1;
            async move {
                if fails {
                    Err(DbErr::Custom("away".into()))
                } else {
                    Ok(keys.into_iter().map(|key| (key, ())).collect())
                }
            }
        });
        assert!(together.ask(1).await.is_err());
        assert_eq!(together.ask(1).await.unwrap(), Some(()));
    }
}
