//! What reports need to know of an account's messages, kept in memory after it was read once: a message is accepted at
//! one moment by one sender, and neither changes. What does change – that a message failed – is read each time.
//!
//! Messages of the last minute are read each time, because one that was accepted earlier may be stored later. Older
//! ones are counted, which an index answers: if the number differs (messages were deleted, or stored late), all are
//! read again.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use base::cache::Cache;
use base::message::Direction;
use base::millis::MINUTE;
use sea_orm::{ConnectionTrait, DbErr};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::rows::{self, AnswerWait, FactRow, FactsRange, FlowRow, QUARTER, ReportRange, Waits, WriterRow};
use super::{BEFORE, ReportFilter};
use crate::delivery::read::{first_id_at, made_at};

/// Accounts, and sources of the busiest ones, whose facts are kept; 100,000 messages take 3 MB.
const KEPT_FACTS: u64 = 8;
/// How long they are kept: the sender of a message is forgotten after this time too.
const KEPT: Duration = Duration::from_secs(3600);
/// Messages that are younger are read each time, milliseconds.
const YOUNG: i64 = MINUTE;
/// Rows of one statement.
const AT_ONCE: i64 = 20_000;

/// The facts of the accounts whose reports were read last.
pub struct KeptFacts(Cache<FactsOf, Arc<Mutex<Option<Facts>>>>);

/// An account, or one of its sources.
type FactsOf = (Uuid, Option<Uuid>);

impl Default for KeptFacts {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(KEPT_FACTS).time_to_live(KEPT).build())
    }
}

impl KeptFacts {
    /// The facts of an account or of a source. Reports of one account follow each other.
    pub(super) async fn of(&self, tenant_id: Uuid, source_id: Option<Uuid>) -> Arc<Mutex<Option<Facts>>> {
        self.0.get_with((tenant_id, source_id), async { Arc::default() }).await
    }
}

/// What a message is in the conversation with a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// A customer asks: imported and silent messages need no answer.
    Asked,
    /// A manager or, if it is no user of the account, a bot answers.
    Answered,
    Other,
}

/// One message. Sources, chats and writers are numbers, see [`Numbered`].
#[derive(Clone, Copy, Debug)]
struct MessageFact {
    /// When its id was made, by which periods are bounded.
    made: i64,
    accepted_at: i64,
    chat: u32,
    source: u32,
    writer: u32,
    direction: i16,
    said: Said,
}

/// The facts of an account, in the order of the messages' ids.
#[derive(Debug)]
pub(super) struct Facts {
    range: FactsRange,
    /// Earlier messages were left out.
    is_cut: bool,
    /// Messages with this id and later ones are read each time.
    young: Uuid,
    /// The account's messages from the first one to the young ones.
    counted: i64,
    facts: Vec<MessageFact>,
    sources: Numbered<Uuid>,
    chats: Numbered<Uuid>,
    writers: Numbered<String>,
}

impl Facts {
    /// The facts of all messages that a report needs: those that were kept, if they are still true, with new ones.
    pub async fn read(
        db: &impl ConnectionTrait,
        kept: Option<Self>,
        filter: &ReportFilter,
        source_id: Option<Uuid>,
        now: i64,
    ) -> Result<Self, DbErr> {
        let from = first_id_at(filter.period.from - BEFORE.num_milliseconds());
        let mut facts = match kept {
            Some(kept) if (kept.is_cut || kept.range.first <= from) && kept.are_all(db).await? => kept,
            _ => {
                let range = FactsRange { tenant_id: filter.tenant_id, source_id, first: from };
                Self::none(db, range, filter.most).await?
            }
        };
        let mut range = FactsRange { first: facts.young, ..facts.range };
        if source_id.is_some() {
            // Of all sources: a message that is stored late, or deleted, is found by it.
            facts.counted += rows::count(db, range, first_id_at(now - YOUNG)).await?;
        }
        loop {
            let rows = rows::facts(db, range, AT_ONCE).await?;
            let is_end = i64::try_from(rows.len()).is_ok_and(|found| found < AT_ONCE);
            let last = rows.last().map(|row| row.id);
            facts.facts.reserve(rows.len());
            rows.into_iter().for_each(|row| facts.add(row));
            match last {
                Some(last) if !is_end => range.first = Uuid::from_u128(last.as_u128() + 1),
                _ => return Ok(facts),
            }
        }
    }

    /// No facts yet, of the newest messages only if there are too many.
    async fn none(db: &impl ConnectionTrait, range: FactsRange, most: i64) -> Result<Self, DbErr> {
        let cut = rows::nth_last(db, range, most).await?;
        let range = FactsRange { first: cut.unwrap_or(range.first), ..range };
        Ok(Self {
            range,
            is_cut: cut.is_some(),
            young: range.first,
            counted: 0,
            facts: Vec::new(),
            sources: Numbered::default(),
            chats: Numbered::default(),
            writers: Numbered::default(),
        })
    }

    async fn are_all(&self, db: &impl ConnectionTrait) -> Result<bool, DbErr> {
        Ok(rows::count(db, self.range, self.young).await? == self.counted)
    }

    fn add(&mut self, row: FactRow) {
        self.facts.push(MessageFact {
            made: made_at(row.id),
            accepted_at: row.accepted_at,
            chat: self.chats.number(row.conversation_id),
            source: self.sources.number(row.source_id),
            writer: self.writers.number(row.writer),
            direction: row.direction,
            said: match row.said {
                1 => Said::Asked,
                2 => Said::Answered,
                _ => Said::Other,
            },
        });
    }

    /// Without the messages that are read each time.
    pub fn kept(mut self, now: i64) -> Self {
        let young = now - YOUNG;
        self.facts.truncate(self.facts.partition_point(|fact| fact.made < young));
        if self.range.source_id.is_none() {
            self.counted = i64::try_from(self.facts.len()).unwrap_or(i64::MAX);
        }
        self.young = self.range.first.max(first_id_at(young));
        self
    }

    /// Whether a report can be made of them: if earlier messages were left out, those of one source or of a period in the
    /// past may be missing.
    pub fn suffice(&self, filter: &ReportFilter, now: i64) -> bool {
        !self.is_cut || (filter.source_id == self.range.source_id && filter.period.to > now)
    }

    /// The newest messages of a range of time and of the source that is asked for; no more than are counted.
    fn within(&self, filter: &ReportFilter, from: i64, to: i64) -> impl Iterator<Item = &MessageFact> {
        let source = filter.source_id.map(|id| self.sources.numbers.get(&id).copied());
        let is_of_source = move |fact: &&MessageFact| source.is_none_or(|source| source == Some(fact.source));
        let begin = self.facts.partition_point(|fact| fact.made < from);
        let end = self.facts.partition_point(|fact| fact.made < to);
        let range = self.facts.get(begin..end).unwrap_or_default();
        let most = usize::try_from(filter.most).unwrap_or(usize::MAX);
        let found = if source.is_some() { range.iter().filter(is_of_source).count() } else { range.len() };
        range.iter().filter(is_of_source).skip(found.saturating_sub(most))
    }

    /// Messages by source, direction and quarter of an hour, with those that failed.
    pub async fn flows(&self, db: &impl ConnectionTrait, wanted: &ReportRange<'_>) -> Result<Vec<FlowRow>, DbErr> {
        let mut flows: Vec<FlowRow> = Vec::new();
        // The row of each source and direction in the quarter of the message before: messages are in order.
        let mut places: HashMap<(u32, i16), usize> = HashMap::new();
        let (mut present, mut first) = (i64::MIN, None);
        for fact in self.within(wanted.filter, wanted.from, wanted.to) {
            first = first.or(Some(fact.made));
            let quarter = fact.accepted_at / QUARTER;
            if quarter != present {
                places.clear();
                present = quarter;
            }
            let place = *places.entry((fact.source, fact.direction)).or_insert(flows.len());
            if place == flows.len() {
                flows.push(FlowRow {
                    source_id: self.sources.value(fact.source).copied().unwrap_or_default(),
                    direction: fact.direction,
                    quarter,
                    messages: 0,
                    failed: 0,
                    first: fact.accepted_at,
                });
            }
            if let Some(flow) = flows.get_mut(place) {
                flow.messages += 1;
                flow.first = flow.first.min(fact.accepted_at);
            }
        }
        let counted = ReportRange { from: first.unwrap_or(wanted.from), ..*wanted };
        let key = |flow: &FlowRow| (flow.source_id, flow.direction, flow.quarter);
        let places: HashMap<_, _> = flows.iter().enumerate().map(|(place, flow)| (key(flow), place)).collect();
        for row in rows::failed(db, &counted).await? {
            let place = places.get(&(row.source_id, row.direction, row.quarter));
            if let Some(flow) = place.and_then(|place| flows.get_mut(*place)) {
                flow.failed += row.failed;
            }
        }
        Ok(flows)
    }

    /// Messages to customers by their senders, bots too.
    pub fn writers(&self, wanted: &ReportRange<'_>) -> Vec<WriterRow> {
        let mut counts = vec![0; self.writers.values.len()];
        for fact in self.within(wanted.filter, wanted.from, wanted.to) {
            let is_written = fact.said == Said::Answered && fact.direction == Direction::ToMessenger.number();
            if let Some(count) = place(fact.writer).and_then(|place| counts.get_mut(place)).filter(|_| is_written) {
                *count += 1;
            }
        }
        let all = self.writers.values.iter().zip(counts);
        all.filter(|(_, messages)| *messages > 0)
            .map(|(writer, messages)| WriterRow { writer: writer.clone(), messages })
            .collect()
    }

    /// Customers' messages that waited for an answer.
    pub fn waits(&self, wanted: &ReportRange<'_>) -> Waits {
        let users: HashSet<String> = wanted.filter.users.iter().map(|user| user.to_lowercase()).collect();
        // Emptied messages have no sender any more, and answers written on a phone have one of the messenger's.
        let is_manager =
            |writer: &String| writer.is_empty() || users.is_empty() || users.contains(&writer.to_lowercase());
        let managers: Vec<bool> = self.writers.values.iter().map(is_manager).collect();
        let mut waits = Waits { names: self.writers.values.clone(), ..Waits::default() };
        let mut open: Vec<Option<(i64, u32)>> = vec![None; self.chats.values.len()];
        for fact in self.within(wanted.filter, wanted.from, wanted.to) {
            waits.read += 1;
            waits.first = Some(waits.first.map_or(fact.accepted_at, |first: i64| first.min(fact.accepted_at)));
            let Some(chat) = place(fact.chat).and_then(|place| open.get_mut(place)) else { continue };
            let answers = place(fact.writer).filter(|place| managers.get(*place) == Some(&true));
            match (fact.said, *chat, answers) {
                (Said::Asked, None, _) => *chat = Some((fact.accepted_at, fact.source)),
                (Said::Answered, Some((opened_at, source)), Some(by)) => {
                    let answer = Some((fact.accepted_at, by));
                    waits.list.push(self.wait(fact.chat, source, opened_at, answer));
                    *chat = None;
                }
                _ => {}
            }
        }
        for (chat, still) in (0..).zip(open) {
            if let Some((opened_at, source)) = still {
                waits.list.push(self.wait(chat, source, opened_at, None));
            }
        }
        waits
    }

    fn wait(&self, chat: u32, source: u32, opened_at: i64, answer: Option<(i64, usize)>) -> AnswerWait {
        AnswerWait {
            source_id: self.sources.value(source).copied().unwrap_or_default(),
            conversation_id: self.chats.value(chat).copied().unwrap_or_default(),
            opened_at,
            answer,
        }
    }
}

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
