//! The queue alone: database, statements and writers, without a server, amoCRM or network. For rules about rows:
//! leasing, settling, waiting.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base::clock::Clock;
use base::fault::Faults;
use base::message::{Direction, LetterKind, State, Stream, day_of};
use base::store::Store;
use base::supervisor::Supervisor;
use base::telemetry::traces::Traces;
use entity::{conversation, lane, letter, turn};
use queue::accept_batch::{
    AcceptBatch, AcceptItem, Alias, Conversation, DedupeKey, EventKind, NewConversation, NewLetter, NewMessage,
    Priority, RawHook, Side,
};
use queue::writer::{NewLetters, Reservation, Reserving, Starter, Writer};
use queue::{After, Attempt, Claim, DueTurn, LeaseRequest, Queue, Settled, Settlement, TargetRate};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::database::TestDatabase;
use crate::settings::{PATIENCE, START};
use crate::{Engine, Place};

/// Duration of leases in these tests, milliseconds.
pub const LEASE: i64 = 60_000;

/// Database and queue.
pub struct Office {
    pub clock: Clock,
    pub faults: Faults,
    pub store: Store,
    pub queue: Queue,
    pub writer: Writer,
    database: TestDatabase,
}

impl Place for Office {
    async fn open(engine: Engine) -> Option<Self> {
        Self::on(engine, Clock::frozen(START)).await
    }

    async fn close(self) {
        self.assert_awake().await;
        self.store.close().await;
        self.database.remove().await;
    }
}

impl Office {
    /// One with its own clock.
    pub async fn on(engine: Engine, clock: Clock) -> Option<Self> {
        let database = TestDatabase::fresh(engine).await?;
        let store = database.store(&clock).await;
        let faults = Faults::default();
        let queue = Queue::new(store.clone(), clock.uuid_v7(), faults.clone());
        let writer = Writer::start(queue.clone(), Traces::default(), &Supervisor::default());
        Some(Self { clock, faults, store, queue, writer, database })
    }

    /// Its database.
    pub fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// A queue instance on a machine with another clock.
    pub async fn another_instance_at(&self, clock: Clock) -> Queue {
        let store = Store::open(&self.database.settings(), clock.clone()).await.expect("the database opens");
        Queue::new(store, clock.uuid_v7(), Faults::default())
    }

    /// A new tenant.
    pub fn desk(&self) -> Desk {
        Desk::new(&self.clock)
    }

    /// Another queue instance on the same database.
    pub fn another_instance(&self) -> Queue {
        Queue::new(self.store.clone(), self.clock.uuid_v7(), self.faults.clone())
    }

    /// Another program's connection to the database.
    pub async fn connect(&self) -> sea_orm::DatabaseConnection {
        self.database.connect().await
    }

    /// Blocks all writers of the database.
    pub async fn blocked(&self) -> crate::database::Blocked {
        self.database.blocked().await
    }

    /// Waits until this many of PostgreSQL's statements wait for a lock.
    pub async fn until_waiting(&self, count: i64) {
        const WAITING: &str = "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let db = self.connect().await;
        let waited = async {
            loop {
                let statement = Statement::from_string(db.get_database_backend(), WAITING);
                let row = db.query_one_raw(statement).await.expect("the statements are read").expect("a row");
                if row.try_get::<i64>("", "n").expect("a number") >= count {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waited).await.expect("a statement waits for a lock");
        db.close().await.expect("the connection closes");
    }

    /// Stores a batch, which must succeed; returns the message's id.
    pub async fn accepts(&self, batch: AcceptBatch) -> Uuid {
        let receipt = self.writer.accept(batch).await.expect("the parcel is stored");
        receipt.first().expect("an outcome").message_id()
    }

    /// Opens this many conversations, with a customer's message each.
    pub async fn opened(&self, desk: &Desk, count: usize) -> Vec<KnownConversation> {
        let mut opened = Vec::new();
        for name in (0..count).map(|number| format!("chat-{number}")) {
            self.accepts(desk.to_crm(&name, &format!("first-{name}"), "Hello")).await;
            let found = conversation::Entity::of_tenant(desk.tenant_id)
                .filter(conversation::Column::ExternalId.eq(&*name))
                .one(self.store.read());
            let id = found.await.expect("the table is read").expect("it is open").id;
            opened.push(KnownConversation { name, id });
        }
        opened
    }

    /// The same without a letter; the first `answered` of them had a manager's.
    pub async fn quiet(&self, desk: &Desk, count: usize, answered: usize) -> Vec<KnownConversation> {
        let conversations = self.opened(desk, count).await;
        let claims = self.claims(desk, desk.channel_id, 100).await;
        assert_eq!(claims.len(), count);
        for claim in &claims {
            assert!(self.settles(claim, Settled::Delivered).await);
        }
        // The source's turn exists from its first letter on, as the lane of each conversation does.
        for conversation in &conversations[..answered] {
            self.accepts(desk.hook(conversation, &format!("earliest {}", conversation.name))).await;
        }
        for claim in self.claims(desk, desk.source_id, 100).await {
            assert!(self.settles(&claim, Settled::Delivered).await);
        }
        conversations
    }

    /// Due turns, the longest-waiting first: at most `limit` of each pool.
    pub async fn ready(&self, limit: u32) -> Vec<DueTurn> {
        let pools = self.queue.pools().await.expect("the pools are read");
        let afters = pools.iter().map(|pool| After::time(pool, 0)).collect();
        self.queue.ready(afters, limit).await.expect("the turns are read")
    }

    /// Leases at most `limit` due lanes of a target.
    pub async fn claims(&self, desk: &Desk, target: Uuid, limit: u32) -> Vec<Claim> {
        self.queue.claim(&[desk.wish(target, limit)], LEASE).await.expect("the claim")
    }

    /// Leases the only lane that is due towards amoCRM.
    #[track_caller]
    pub fn claims_one(&self, desk: &Desk) -> impl Future<Output = Claim> {
        let caller = std::panic::Location::caller();
        async move {
            let mut claims = self.claims(desk, desk.channel_id, 10).await;
            assert_eq!(claims.len(), 1, "exactly one lane is due, asked at {caller}");
            claims.remove(0)
        }
    }

    /// Settles a letter; returns whether the lease was still valid.
    pub async fn settles(&self, claim: &Claim, settled: Settled) -> bool {
        self.writer.settle(settlement(claim, settled)).await
    }

    /// Letters of a tenant in order of delivery.
    pub async fn letters(&self, desk: &Desk) -> Vec<letter::Model> {
        let found = letter::Entity::of_tenant(desk.tenant_id).all(self.store.read()).await;
        let mut found = found.expect("the table is read");
        found.sort_by_key(|letter| (letter.order_key, letter.seq));
        found
    }

    /// Lanes of a tenant.
    pub async fn lanes(&self, desk: &Desk) -> Vec<lane::Model> {
        lane::Entity::of_tenant(desk.tenant_id).all(self.store.read()).await.expect("the table is read")
    }

    /// The turn of a target.
    pub async fn turn(&self, desk: &Desk, target: Uuid) -> turn::Model {
        let found = turn::Entity::of_tenant(desk.tenant_id).filter(turn::Column::Target.eq(target));
        found.one(self.store.read()).await.expect("the table is read").expect("the turn exists")
    }

    pub fn advance(&self, millis: u64) {
        self.clock.advance(Duration::from_millis(millis));
    }

    /// Checks in one snapshot that no lane with a letter is idle, no unheld turn with a due lane, and no key beyond the
    /// largest one.
    pub async fn assert_awake(&self) {
        let db = self.store.read_tx().await.expect("a snapshot begins");
        let lanes = lane::Entity::find().all(&db).await.expect("the table is read");
        let turns = turn::Entity::find().all(&db).await.expect("the table is read");
        let letters = letter::Entity::find().all(&db).await.expect("the table is read");
        db.rollback().await.expect("the snapshot ends");
        for lane in lanes {
            let of_lane =
                |letter: &&letter::Model| (letter.tenant_id, letter.lane_id) == (lane.tenant_id, lane.lane_id);
            let count = i64::try_from(letters.iter().filter(of_lane).count()).expect("few letters");
            assert_eq!(lane.waiting, count, "a lane miscounts its letters: {lane:?}");
            assert_eq!(lane.due_at.is_some(), count > 0, "a lane sleeps over letters, or is due without: {lane:?}");
            let keys = letters.iter().filter(of_lane).map(|letter| letter.order_key).chain([lane.last_key]);
            assert!(keys.max() <= Some(lane.max_key), "a lane has a key beyond its largest one: {lane:?}");
            let turn = turns.iter().find(|turn| (turn.tenant_id, turn.target) == (lane.tenant_id, lane.target));
            let turn = turn.expect("a lane's target has a turn");
            if let (true, Some(due_at)) = (turn.reason.is_empty(), lane.due_at) {
                let ready_at = turn.ready_at.unwrap_or(i64::MAX);
                assert!(
                    ready_at <= due_at.max(self.clock.millis()),
                    "a turn comes later than its lane: {turn:?} {lane:?}"
                );
            }
        }
    }
}

/// A settlement with only the letter's outcome.
pub fn settlement(claim: &Claim, settled: Settled) -> Settlement {
    let state = match settled {
        Settled::Delivered => Some(State::Delivered),
        Settled::Buried { .. } => Some(State::Failed),
        _ => None,
    };
    let attempt = Some(Attempt { at: START, verdict: "done", ..Attempt::default() });
    Settlement { attempt, state, ..Settlement::plain(claim.clone(), settled) }
}

/// A retry after this many milliseconds.
pub fn again(millis: i64) -> Settled {
    Settled::Retry { millis, unknown: false, resent: false }
}

/// Runs many futures concurrently; returns their results in order.
pub async fn all_at_once<T: Send + 'static>(
    tasks: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let running: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
    let mut results = Vec::with_capacity(running.len());
    for task in running {
        results.push(task.await.expect("no task panics"));
    }
    results
}

/// The texts of claims in order.
pub fn texts(claims: &[Claim]) -> Vec<&str> {
    claims.iter().map(|claim| claim.letter.payload.as_str()).collect()
}

/// A conversation with its id at the messenger.
#[derive(Clone, Debug)]
pub struct KnownConversation {
    pub name: String,
    pub id: Uuid,
}

/// A tenant with one source, of which only the ids exist.
#[derive(Clone, Debug)]
pub struct Desk {
    pub tenant_id: Uuid,
    pub source_id: Uuid,
    pub channel_id: Uuid,
    clock: Clock,
}

impl Desk {
    /// Ids of a new tenant.
    pub fn new(clock: &Clock) -> Self {
        let id = || clock.uuid_v7();
        Self { tenant_id: id(), source_id: id(), channel_id: id(), clock: clock.clone() }
    }

    /// Ids of the same tenant's next source and channel.
    pub fn another(&self) -> Self {
        Self { tenant_id: self.tenant_id, ..Self::new(&self.clock) }
    }

    /// Ids of another source of the same account, which sends to amoCRM by the same channel.
    pub fn another_source(&self) -> Self {
        Self { channel_id: self.channel_id, ..self.another() }
    }

    pub fn wish(&self, target: Uuid, limit: u32) -> LeaseRequest {
        LeaseRequest { tenant_id: self.tenant_id, target, limit, rate: TargetRate::per_second(1000) }
    }

    /// A customer's text in a conversation, with the messenger's id.
    pub fn to_crm(&self, conversation: &str, external_id: &str, text: &str) -> AcceptBatch {
        self.parcel(conversation, external_id, text, Direction::ToCrm, None)
    }

    /// A manager's text with amoCRM's timestamp.
    pub fn to_messenger(&self, conversation: &str, amocrm_id: &str, text: &str, msec: i64) -> AcceptBatch {
        self.parcel(conversation, amocrm_id, text, Direction::ToMessenger, Some(msec))
    }

    /// A manager's message in a conversation that is known, as amoCRM's hook brings it.
    pub fn hook(&self, conversation: &KnownConversation, id: &str) -> AcceptBatch {
        let mut batch = self.to_messenger(&conversation.name, id, "text", 1);
        batch.entries[0].conversation = Conversation::Known(conversation.id);
        batch.raw = Some(RawHook {
            id: batch.entries[0].letters[0].id,
            kind: "chats",
            target: String::new(),
            received_at: 1,
            headers: "{}".to_owned(),
            body: vec![b'{'; 900].into(),
            quarantine: String::new(),
        });
        batch
    }

    fn parcel(&self, conversation: &str, id: &str, text: &str, direction: Direction, hint: Option<i64>) -> AcceptBatch {
        let now = self.clock.millis();
        let message_id = self.clock.uuid_v7();
        let to_crm = direction == Direction::ToCrm;
        let (target, origin) =
            if to_crm { (self.channel_id, self.source_id) } else { (self.source_id, self.channel_id) };
        let letter = NewLetter {
            id: self.clock.uuid_v7(),
            message_id,
            source_id: self.source_id,
            direction,
            stream: Stream::Messages,
            target,
            pool: if to_crm { "amojo:main" } else { "webhooks" }.to_owned(),
            kind: LetterKind::Message,
            payload: text.to_owned(),
            order_hint: hint,
            expires_at: now + 86_400_000,
            day: day_of(now),
            late: false,
        };
        let alias = Alias { side: Side::Messenger, origin: self.source_id, external_id: conversation.to_owned() };
        let entry = AcceptItem {
            key: DedupeKey { origin, external_id: id.to_owned(), event: EventKind::Message },
            fingerprint: 0,
            id: message_id,
            accepted_at: now,
            conversation: Conversation::Open(Box::new(NewConversation {
                id: self.clock.uuid_v7(),
                source_id: self.source_id,
                external_id: conversation.to_owned(),
                amocrm_chat_id: String::new(),
                contact: "{}".to_owned(),
                phone_hash: String::new(),
                is_held: false,
                aliases: vec![alias],
            })),
            crm_chat: None,
            begun: None,
            opened: None,
            heard_at: None,
            enquiry_job: None,
            found: None,
            consent: None,
            message: Some(NewMessage {
                source_id: self.source_id,
                direction,
                state: State::Queued,
                external_id: if to_crm { id } else { "" }.to_owned(),
                amocrm_message_id: if to_crm { "" } else { id }.to_owned(),
                body: text.to_owned(),
                failure: None,
                sent_at: now,
            }),
            change: None,
            rewrite: None,
            media: Vec::new(),
            letters: vec![letter],
        };
        AcceptBatch { tenant_id: self.tenant_id, priority: Priority::Normal, raw: None, entries: vec![entry] }
    }
}

/// Reserves everything it is asked for, and keeps what was leased.
#[derive(Default)]
pub struct KeptStarts {
    claims: Arc<Mutex<Vec<Claim>>>,
    /// Notified when a reservation is used.
    pub came: Arc<Notify>,
    /// Notified when a reservation ends.
    pub ended: Arc<Notify>,
}

impl KeptStarts {
    /// What was leased since the last call.
    pub fn take(&self) -> Vec<Claim> {
        std::mem::take(&mut *self.claims.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Notifies when it is dropped.
struct Ends(Arc<Notify>);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

impl Starter for KeptStarts {
    fn reserve(&self, letters: Vec<NewLetters>) -> Reserving {
        let wish = |of: NewLetters| LeaseRequest {
            tenant_id: of.tenant_id,
            target: of.target,
            limit: of.count,
            rate: TargetRate::per_second(1000),
        };
        let wishes = letters.into_iter().map(wish).collect();
        let (claims, came, ends) = (self.claims.clone(), self.came.clone(), Ends(self.ended.clone()));
        let start = Box::new(move |leased: Vec<Claim>, _| {
            let _ends = ends;
            claims.lock().unwrap_or_else(PoisonError::into_inner).extend(leased);
            came.notify_one();
        });
        Box::pin(async move { Some(Reservation { wishes, lease_millis: LEASE, start }) })
    }
}
